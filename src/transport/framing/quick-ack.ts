/**
 * Quick acknowledgements: the bit that asks for one, and the server's answer.
 *
 * A client may ask, by a bit in a packet's length, to be told at once that the packet arrived and could be decrypted.
 * The answer is a token of 32 bits that both sides derive: the first four bytes of the hash that also yields msg_key,
 * top bit set. Our client never asks. Source: https://core.telegram.org/mtproto/mtproto-transports#quick-ack
 */
import { concat } from '../../bytes.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { Framing } from './codec.ts'
import { type FramingName, framingError, int32 } from './framing.ts'

/** The byte of a packet's head whose top bit asks; full framing has none. */
const ASKING = { abridged: 0, intermediate: 3, padded: 3, full: undefined } as const

/**
 * A framing that understands the bit.
 * @param onQuickAck called with a packet whose sender asks; without it, the bit is refused, as a client does that never asks
 */
export function withQuickAck(name: FramingName, framing: Framing, onQuickAck?: (packet: Uint8Array) => void): Framing {
  const place = ASKING[name]
  if (place === undefined) return framing
  const asks = (head: Uint8Array): boolean => head[place]! > 0x7f
  return {
    ...framing,
    bodyLength(head) {
      if (!asks(head)) return framing.bodyLength(head)
      if (!onQuickAck) throw framingError('a quick acknowledgement came that nobody asked for')
      const quiet = head.slice()
      quiet[place]! &= 0x7f
      return framing.bodyLength(quiet)
    },
    open(body, head) {
      const packet = framing.open(body, head)
      if (asks(head)) onQuickAck?.(packet)
      return packet
    },
  }
}

/**
 * Bytes that answer a packet with its quick acknowledgement.
 * @param hash SHA-256 from which the packet's msg_key was taken; its first four bytes count
 * @throws TransportError `FRAMING` for full framing, which has no such answer
 */
export function encodeQuickAck(framing: FramingName, hash: Uint8Array, random: RandomSource): Uint8Array {
  const token = hash.slice(0, 4)
  token[3]! |= 0x80
  if (framing === 'abridged') return token.reverse()
  if (framing === 'intermediate') return token
  if (framing === 'full') throw framingError('full framing has no quick acknowledgements')
  const padding = randomBytes(random, randomBytes(random, 1)[0]! % 9)
  return concat(int32(8 + padding.length), int32(-1), token, padding)
}
