/**
 * WebSocket over a connection that somebody else opens: through a proxy, or by a choice of addresses.
 *
 * The carrier becomes one of Node's streams, TLS goes around it where the address asks for it, and `ws` does the rest; the
 * platform's own WebSocket cannot be told which connection to use.
 */
import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import type { TransportError } from '../../errors.ts'
import { type Carrier, type CarrierHandlers, DIAL_TIMEOUT, type Dial } from './carrier.ts'
import { WS_OPTIONS } from './websocket.ts'
import { webSocketDial } from './websocket-carrier.ts'

/** Bytes in the carrier beyond which the stream lets its writer wait. */
const HIGH_WATER = 256 * 1024

/** Makes a dial for WebSockets of one for streams. */
export function webSocketOver(dial: Dial): Dial {
  return async (address, handlers, options) => {
    const { host, timeout = DIAL_TIMEOUT } = options
    const deadline = host.now() + timeout
    // Loaded when they are wanted, since both take time.
    const [{ WebSocket }, { connect: connectTls }] = await Promise.all([import('ws'), import('node:tls')])
    const stream = new CarrierStream()
    stream.carrier = await dial(address, stream.handlers, options)
    const createConnection = (): Duplex =>
      address.secure
        ? connectTls({ socket: stream, ...(isIP(address.host) === 0 && { servername: address.host }) })
        : stream
    const left = Math.max(0, deadline - host.now())
    return webSocketDial(WebSocket, { ...WS_OPTIONS, createConnection })(address, handlers, {
      ...options,
      timeout: left,
    })
  }
}

/** A carrier as a stream. What arrives is read at once: the WebSocket above never waits for long. */
class CarrierStream extends Duplex {
  /** Set as soon as it is open; nothing is written before. */
  carrier: Carrier | undefined
  readonly handlers: CarrierHandlers = {
    onData: (chunk) => void this.push(chunk),
    onDrain: () => this.#look(),
    onClose: (error) => this.#ended(error),
  }
  #written: (() => void) | undefined

  constructor() {
    super({ allowHalfOpen: false })
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, written: () => void): void {
    // Carriers keep what they are given, and a stream may use its memory again.
    this.carrier?.write([chunk.slice()])
    this.#written = written
    this.#look()
  }

  override _final(done: () => void): void {
    this.carrier?.close()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.carrier?.close()
    done(error)
  }

  #look(): void {
    if ((this.carrier?.buffered ?? 0) >= HIGH_WATER) return
    const written = this.#written
    this.#written = undefined
    written?.()
  }

  #ended(error: TransportError | undefined): void {
    const cause = error?.cause
    if (cause instanceof Error) this.destroy(cause)
    else this.push(null)
  }
}
