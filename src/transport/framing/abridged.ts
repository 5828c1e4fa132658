/**
 * Abridged framing: the least overhead, one byte for most packets.
 *
 * The client opens with `ef`. A packet is its length divided by four, in one byte below 127 or as `7f` and three bytes
 * little-endian, then the payload. Bit 7 of the first byte asks the server for a quick acknowledgement
 * (`quick-ack.ts`).
 * Source: https://core.telegram.org/mtproto/mtproto-transports#abridged
 */
import type { Framing } from './codec.ts'
import { checkLength, framingError } from './framing.ts'

/** The first byte of a stream in abridged framing. */
export const ABRIDGED_TAG = 0xef

export function abridged(): Framing {
  return {
    tag: Uint8Array.of(ABRIDGED_TAG),
    encode(packet) {
      if (checkLength(packet.length) % 4 !== 0) {
        throw framingError(`abridged framing carries multiples of 4 bytes, not ${packet.length}`)
      }
      const words = packet.length / 4
      return [words < 0x7f ? Uint8Array.of(words) : Uint8Array.of(0x7f, words, words >> 8, words >> 16), packet]
    },
    headLength: (first) => ((first & 0x7f) === 0x7f ? 4 : 1),
    bodyLength(head) {
      const first = head[0]! & 0x7f
      return checkLength(4 * (first < 0x7f ? first : head[1]! | (head[2]! << 8) | (head[3]! << 16)))
    },
    open: (body) => body,
  }
}
