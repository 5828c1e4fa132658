/**
 * A way for packets that are not ready yet: codec and carrier that keep them in order.
 *
 * The codec leaves a packet as it is, and the carrier frames it when its turn has come: when it is ready, and all before it
 * have been written. So what the connection hands over at once leaves in the same order, and in the same bytes, as if
 * everything had been ready at once. What waits counts as buffered.
 */
import type { TransportError } from '../errors.ts'
import type { Carrier, Dial, PacketSource } from './carrier/carrier.ts'
import type { PacketCodec } from './framing/framing.ts'

/** What a connection needs to get packets to the other side. */
export interface Link<Options extends readonly unknown[]> {
  /** Makes a codec for one connection. */
  readonly codec: (...options: Options) => PacketCodec
  readonly dial: Dial
}

/** Something that waits to be written. */
interface Waiting {
  readonly chunk: Uint8Array
  readonly codec: PacketCodec | undefined
}

/**
 * Wraps a codec and a dial.
 * @param readiness a promise for a packet that is not ready; it must not reject
 */
export function inOrder<Options extends readonly unknown[]>(
  link: Link<Options>,
  readiness: (packet: Uint8Array) => Promise<void> | undefined,
): Link<Options> {
  /** The codec of each packet between its framing here and its writing. */
  const codecs = new WeakMap<Uint8Array, PacketCodec>()

  const wrap = (carrier: Carrier, fail: (error: unknown) => void): Carrier => {
    const queue: Waiting[] = []
    let queued = 0
    /** The packet in front, which was waited for: it is ready now. */
    let waited: Uint8Array | undefined
    /** Writes what is ready, up to the first that is not. */
    const flush = (): void => {
      for (let first = queue[0]; first; first = queue[0]) {
        const { chunk, codec } = first
        const ready = chunk === waited ? undefined : readiness(chunk)
        if (ready) {
          waited = chunk
          ready.then(flush).catch(fail)
          return
        }
        queue.shift()
        queued -= chunk.length
        carrier.write(codec ? codec.encode(chunk) : [chunk])
      }
    }
    /** What waits will soon be on its way: the carrier is not to miss it, as it would while calls have no answer. */
    const beforePacket = (session: PacketSource): void => {
      const { outbox } = session
      const send: PacketSource['send'] = (message) => session.send(message)
      carrier.beforePacket!(queue.length === 0 ? session : { outbox, sent: { size: 0 }, send })
    }
    return {
      write(chunks) {
        const idle = queue.length === 0
        for (const chunk of chunks) {
          queue.push({ chunk, codec: codecs.get(chunk) })
          queued += chunk.length
        }
        if (idle) flush()
      },
      get buffered() {
        return queued + carrier.buffered
      },
      ...(carrier.beforePacket && { beforePacket }),
      close() {
        queue.length = queued = 0
        carrier.close()
      },
    }
  }

  return {
    codec(...options) {
      const codec = link.codec(...options)
      return {
        start: () => codec.start(),
        feed: (chunk) => codec.feed(chunk),
        encode(packet) {
          codecs.set(packet, codec)
          return [packet]
        },
      }
    },
    async dial(address, handlers, options) {
      let failed = false
      const onClose = (error?: TransportError): void => {
        if (!failed) handlers.onClose(error)
        failed = true
      }
      const carrier = await link.dial(address, { ...handlers, onClose }, options)
      return wrap(carrier, (error) => {
        onClose(error as TransportError)
        carrier.close()
      })
    },
  }
}
