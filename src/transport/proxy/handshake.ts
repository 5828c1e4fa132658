/**
 * What the handshake with any proxy has in common: a state machine that is fed what the proxy sends and says what to
 * send to it, until the way to the target is open.
 */

/** What a handshake asks for after it took some bytes. */
export interface HandshakeStep {
  /** To be sent to the proxy. */
  readonly send?: Uint8Array
  /** The way is open: what arrived behind the proxy's last word, which is the target's already. Often empty. */
  readonly done?: Uint8Array
}

/** The handshake of one connection; see `socks5.ts` and `http-connect.ts`. */
export interface Handshake {
  /** What to send first. */
  start(): Uint8Array
  /**
   * Takes what the proxy sent, in any split. Not called again after it said `done` or threw.
   * @throws TransportError `CONNECT_FAILED` when the proxy refuses, or does not speak its protocol
   */
  receive(chunk: Uint8Array): HandshakeStep
}
