/**
 * What the handshake with any proxy has in common: a state machine that is fed what the proxy sends and says what to
 * send to it, until the way to the target is open. Sockets and time are the business of `through.ts`.
 */
import { TransportError } from '../../errors.ts'
import { type Address, formatAddress } from '../carrier/carrier.ts'

/** What a handshake asks for after it took some bytes. */
export interface HandshakeStep {
  /** To be sent to the proxy. */
  readonly send?: Uint8Array
  /** The way is open: what arrived behind the proxy's last word, which is the target's already. Often empty. */
  readonly done?: Uint8Array
}

/** The handshake of one connection. */
export interface Handshake {
  /** The reason to give when the proxy closes before the way is open, where there is a better guess than the usual. */
  readonly closed?: string
  /** What to send first. */
  start(): Uint8Array
  /**
   * Takes what the proxy sent, in any split. Not called again after it said `done` or threw.
   * @throws TransportError `CONNECT_FAILED` when the proxy refuses, or does not speak its protocol
   */
  receive(chunk: Uint8Array): HandshakeStep
}

/**
 * Makes the error of a refusal.
 * @param reason what the proxy said, and what to check
 * @param retryable whether the same may succeed later; false unless told
 */
export type Refuse = (reason: string, retryable?: boolean) => TransportError

/** One kind of proxy; made by `socks5` and `httpConnect`. */
export interface ProxyProtocol {
  /** As people know it: `SOCKS5`. */
  readonly name: string
  /** @throws UsageError for a target that the protocol cannot name */
  handshake(target: Address, refuse: Refuse): Handshake
}

/** A user's name and password at a proxy. */
export interface ProxyLogin {
  readonly username: string
  readonly password: string
}

/** `the SOCKS5 proxy at 10.0.0.1:1080`. */
export function proxyName(protocol: ProxyProtocol, proxy: Address): string {
  return `the ${protocol.name} proxy at ${formatAddress(proxy)}`
}

/** Errors of one connection through one proxy. */
export function refusals(protocol: ProxyProtocol, proxy: Address, target: Address): Refuse {
  const where = `cannot connect to ${formatAddress(target)} through ${proxyName(protocol, proxy)}`
  return (reason, retryable = false) => new TransportError('CONNECT_FAILED', `${where}: ${reason}`, { retryable })
}
