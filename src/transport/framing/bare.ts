/**
 * No framing: for carriers that keep packets apart by themselves, as HTTP does.
 *
 * Each write is one packet, and so is each chunk that arrives.
 * Source: https://core.telegram.org/mtproto/transports#http
 */
import { checkLength, type PacketCodec } from './framing.ts'

/** The codec of a carrier whose chunks are packets. */
export function bare(): PacketCodec {
  return {
    start: () => new Uint8Array(0),
    encode(packet) {
      checkLength(packet.length)
      return [packet]
    },
    feed(chunk) {
      checkLength(chunk.length)
      return [chunk]
    },
  }
}
