/**
 * Turns a framing's rules into a codec: one loop for all framings that collects packets from any split of the stream.
 *
 * A head of at most four bytes says how long the body is; the length is checked, memory is taken once, and every byte
 * that arrives is copied once, straight to its place. So a packet in a thousand pieces costs what it costs in one.
 */
import type { PacketCodec } from './framing.ts'

/** What tells one framing from another; see {@link framedCodec}. Stateful where the framing counts packets. */
export interface Framing {
  /** Bytes a client sends before anything else. */
  readonly tag: Uint8Array
  /** Chunks that carry one packet. */
  encode(packet: Uint8Array): Uint8Array[]
  /** Length of the head, 1 to 4 bytes, judged by its first byte. */
  headLength(first: number): number
  /** Length of what follows the head. Throws TransportError for one that cannot be, before memory is taken. */
  bodyLength(head: Uint8Array): number
  /** The packet within a complete body. */
  open(body: Uint8Array, head: Uint8Array): Uint8Array
}

/** The codec of one connection. */
export function framedCodec(framing: Framing): PacketCodec {
  const head = new Uint8Array(4)
  let headFilled = 0
  let body: Uint8Array | undefined
  let bodyFilled = 0
  let failure: Error | undefined

  const collect = (chunk: Uint8Array): Uint8Array[] => {
    const packets: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (!body) {
        head[headFilled++] = chunk[at++]!
        if (headFilled < framing.headLength(head[0]!)) continue
        body = new Uint8Array(framing.bodyLength(head))
        bodyFilled = 0
      }
      const end = Math.min(chunk.length, at + body.length - bodyFilled)
      body.set(chunk.subarray(at, end), bodyFilled)
      bodyFilled += end - at
      at = end
      if (bodyFilled < body.length) break
      packets.push(framing.open(body, head))
      body = undefined
      headFilled = 0
    }
    return packets
  }
  return {
    start: () => framing.tag.slice(),
    encode: (packet) => framing.encode(packet),
    feed(chunk) {
      if (failure) throw failure
      try {
        return collect(chunk)
      } catch (error) {
        failure = error as Error
        body = undefined
        throw error
      }
    },
  }
}
