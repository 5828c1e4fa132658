/**
 * Carriers: a stream of bytes to a server and back, by whatever way there is.
 *
 * A carrier knows nothing of MTProto; it moves bytes in order, in any split. Each way (TCP, WebSocket, memory) is one
 * module with a {@link Dial}; tests and simulations bring their own.
 * Source: https://core.telegram.org/mtproto/transports
 */
import { hint } from '#explain'
import { type TransportError, UsageError } from '../../errors.ts'
import type { Host } from '../../host.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlWriter } from '../../tl/writer.ts'

export { DIAL_TIMEOUT, LINGER } from './limits.ts'

/** What a carrier tells its owner. Never called before the dialling promise's own reactions have run. */
export interface CarrierHandlers {
  /** Bytes arrived. The memory is the receiver's to keep and to change. */
  onData(chunk: Uint8Array): void
  /**
   * The carrier is gone; the last call, made once. `error` says why, and is absent after {@link Carrier.close} on this
   * side. Bytes still {@link Carrier.buffered} may or may not have reached the other side.
   */
  onClose(error?: TransportError): void
  /** {@link Carrier.buffered} went down. */
  onDrain?(): void
}

/** What a carrier sees of the session whose next packet is about to be made. */
export interface PacketSource {
  readonly outbox: {
    /** Service messages that wait. */
    readonly services: readonly { readonly message: ClientMessage }[]
    /** Calls that wait, with the bytes they will take about. */
    readonly calls: readonly { readonly request: { readonly size?: number } }[]
  }
  /** Calls sent and not answered. */
  readonly sent: { readonly size: number }
  /** Queues a service message. */
  send(message: ClientMessage): void
}

/** One open connection. */
export interface Carrier {
  /**
   * Sends chunks in order, as one piece where the system can. The carrier takes their memory over. After the carrier
   * closed this does nothing.
   */
  write(chunks: readonly Uint8Array[]): void
  /**
   * Makes a writer for a large packet, with `capacity` bytes behind a free `headroom`. Its memory is a loan, which ends when
   * all of the packet has been written at once, or which is forgotten. For carriers that know when the system has taken their
   * bytes; a function that needs no `this`.
   */
  readonly writer?: (capacity: number, headroom: number) => TlWriter
  /** The address that was reached, where it is known: one of several that the server has, or a proxy. */
  readonly remote?: string | undefined
  /** Bytes accepted by {@link write} and not yet handed to the system. */
  readonly buffered: number
  /**
   * Called before each packet is made, for carriers on which the server only answers (HTTP): may add an `http_wait` to it,
   * or make one of nothing else. When there is a reason without a packet, `onDrain` says so.
   */
  beforePacket?(session: PacketSource): void
  /** Ends the connection; what is buffered gets a moment to leave. Idempotent; `onClose` follows, without error. */
  close(): void
}

/** Where to connect. */
export interface Address {
  /** Name, IPv4 or IPv6 address; IPv6 without brackets. */
  host: string
  port: number
  /** Path of a WebSocket, `/apiws` unless told. */
  path?: string | undefined
  /** TLS around a WebSocket. */
  secure?: boolean | undefined
  /** Further addresses of the same server, for dials that try several (`happyEyeballs`); others do not look at them. */
  others?: readonly Address[] | undefined
}

/** What dialling needs beside the address. */
export interface DialOptions {
  host: Host
  /** Gives up dialling; the promise rejects with the signal's reason. No effect once the carrier is open. */
  signal?: AbortSignal | undefined
  /** Milliseconds until dialling fails with `CONNECT_TIMEOUT`; {@link DIAL_TIMEOUT} unless told. */
  timeout?: number | undefined
}

/**
 * Opens a connection.
 * @throws TransportError `CONNECT_FAILED` or `CONNECT_TIMEOUT`
 * @throws UsageError for an address that cannot be; a WebSocket of the platform's own says so by itself (`CONNECT_FAILED`)
 */
export type Dial = (address: Address, handlers: CarrierHandlers, options: DialOptions) => Promise<Carrier>

/** `host:port`, an IPv6 address in brackets. */
export function formatAddress(address: Address): string {
  const { host, port } = address
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** @throws UsageError unless the address has a host and a port from 1 to 65535 */
export function checkAddress(address: Address): void {
  const { host, port } = address
  if (!host || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new UsageError(
      `"${formatAddress(address)}" is no address${hint(': it takes a host and a port from 1 to 65535') ?? ''}`,
    )
  }
}
