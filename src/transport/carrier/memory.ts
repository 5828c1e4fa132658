/**
 * Carrier within the process: two linked ends, for tests and for everything that runs in virtual time.
 *
 * Bytes are delivered by the host's timers, never within the call that writes them, in the order written. With the
 * same host and the same calls, two runs are alike to the byte.
 */
import type { TransportError } from '../../errors.ts'
import type { Host } from '../../host.ts'
import { type Address, type Carrier, type CarrierHandlers, type Dial, formatAddress } from './carrier.ts'
import { dialling } from './dialling.ts'
import { connectionClosed } from './failure.ts'

/** How the pair in memory behaves. */
export interface MemoryOptions {
  /** Cuts one delivery into those that the receiver sees, in order; all bytes must come back. Whole writes unless told. */
  split?: (chunk: Uint8Array) => Iterable<Uint8Array>
  /** Milliseconds from one end to the other; 0 unless told. */
  delay?: number
}

/**
 * Two linked carriers.
 * @param left handlers of the first carrier returned: what the second writes arrives there
 * @param right handlers of the second
 */
export function memoryPair(
  host: Host,
  left: CarrierHandlers,
  right: CarrierHandlers,
  options: MemoryOptions = {},
): [Carrier, Carrier] {
  const a = new MemoryCarrier(host, left, options)
  const b = new MemoryCarrier(host, right, options)
  a.peer = b
  b.peer = a
  return [a, b]
}

/**
 * A {@link Dial} that connects to `accept` within the process.
 * @param accept called with the server's end of each new connection; returns the handlers for it. Throwing refuses the
 *   connection.
 */
export function memoryDial(
  accept: (carrier: Carrier, address: Address) => CarrierHandlers,
  memoryOptions: MemoryOptions = {},
): Dial {
  return (address, handlers, options) =>
    dialling(address, options, (attempt) => {
      const { host } = options
      const timer = host.setTimer(memoryOptions.delay ?? 0, () => {
        const name = formatAddress(address)
        const client = new MemoryCarrier(host, handlers, memoryOptions, name)
        // The server's handlers come from the very call that gives it the carrier.
        let serving: CarrierHandlers | undefined
        const server = new MemoryCarrier(
          host,
          {
            onData: (chunk) => serving?.onData(chunk),
            onClose: (error) => serving?.onClose(error),
            onDrain: () => serving?.onDrain?.(),
          },
          memoryOptions,
        )
        client.peer = server
        server.peer = client
        try {
          serving = accept(server, address)
        } catch (error) {
          attempt.failed(error)
          return
        }
        attempt.opened(client)
      })
      return () => timer.cancel()
    })
}

class MemoryCarrier implements Carrier {
  /** The other end; set at once by whoever makes the pair. */
  peer: MemoryCarrier = this
  readonly #host: Host
  readonly #handlers: CarrierHandlers
  readonly #options: MemoryOptions
  readonly #name: string
  /** Written and not yet delivered to the peer. */
  #buffered = 0
  /** Nothing is written or heard any more. */
  #closed = false

  constructor(host: Host, handlers: CarrierHandlers, options: MemoryOptions, name = 'memory') {
    this.#host = host
    this.#handlers = handlers
    this.#options = options
    this.#name = name
  }

  get buffered(): number {
    return this.#buffered
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#closed) return
    for (const chunk of chunks) {
      this.#buffered += chunk.length
      this.#later(() => {
        this.#buffered -= chunk.length
        this.peer.#receive(chunk)
        if (!this.#closed) this.#handlers.onDrain?.()
      })
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#later(() => {
      this.#handlers.onClose()
      this.peer.#end(connectionClosed(this.peer.#name))
    })
  }

  #receive(chunk: Uint8Array): void {
    for (const piece of this.#options.split?.(chunk) ?? [chunk]) {
      // A piece may end the connection.
      if (!this.#closed) this.#handlers.onData(piece.slice())
    }
  }

  #end(error: TransportError): void {
    if (this.#closed) return
    this.#closed = true
    this.#handlers.onClose(error)
  }

  /** One timer for each event: timers due at the same time fire in the order in which they were set. */
  #later(event: () => void): void {
    this.#host.setTimer(this.#options.delay ?? 0, event)
  }
}
