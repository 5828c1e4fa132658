/**
 * Intermediate framing, plain and padded.
 *
 * The client opens with `eeeeeeee`, or `dddddddd` for the padded kind. A packet is its length in four bytes
 * little-endian, then the payload; the padded kind appends 0 to 15 random bytes within the length, so that lengths do
 * not betray the protocol. Bit 31 of the length asks the server for a quick acknowledgement
 * (`quick-ack.ts`).
 * Source: https://core.telegram.org/mtproto/mtproto-transports#intermediate, #padded-intermediate
 */
import { view } from '../../bytes.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { Framing } from './codec.ts'
import { checkLength, type FramingOptions, framingError, int32, MAX_PACKET } from './framing.ts'
import { ENCRYPTED_HEAD, INTERMEDIATE_TAG, MAX_PADDING, PADDED_TAG, PLAIN_HEAD } from './limits.ts'

export { INTERMEDIATE_TAG, PADDED_TAG } from './limits.ts'

export function intermediate(): Framing {
  return {
    tag: new Uint8Array(4).fill(INTERMEDIATE_TAG),
    encode: (packet) => [int32(checkLength(packet.length)), packet],
    headLength: () => 4,
    bodyLength: (head) => checkLength(lengthOf(head)),
    open: (body) => body,
  }
}

export function padded(random: RandomSource, options: FramingOptions = {}): Framing {
  const { maxPadding = MAX_PADDING } = options
  return {
    ...intermediate(),
    tag: new Uint8Array(4).fill(PADDED_TAG),
    encode(packet) {
      const padding = randomBytes(random, randomBytes(random, 1)[0]! % (maxPadding + 1))
      const out = [int32(checkLength(packet.length) + padding.length), packet]
      if (padding.length > 0) out.push(padding)
      return out
    },
    bodyLength(head) {
      const length = lengthOf(head)
      // The padding stands on top of the longest packet.
      return length > MAX_PACKET && length <= MAX_PACKET + MAX_PADDING ? length : checkLength(length)
    },
    open(body) {
      if (!body.subarray(0, 4).some((byte) => byte !== 0xff) && body.length >= 8 && body.length <= 16) {
        throw framingError('a quick acknowledgement arrived that nobody asked for')
      }
      const length = unpaddedLength(body)
      return length < body.length ? body.subarray(0, length) : body
    },
  }
}

function lengthOf(head: Uint8Array): number {
  return view(head).getUint32(0, true)
}

/**
 * Length of the payload that `body` starts with, its random padding left out. Nothing on the wire says it, so it
 * follows from what the payload is:
 *
 * - shorter than any message even with all the padding there can be: a transport error, 4 bytes;
 * - a plain message: the length it states itself;
 * - an encrypted message: a head of 24 bytes and whole blocks of 16.
 */
export function unpaddedLength(body: Uint8Array): number {
  const { length } = body
  if (length < PLAIN_HEAD) return 4
  const numbers = view(body)
  if (numbers.getUint32(0, true) === 0 && numbers.getUint32(4, true) === 0) {
    const stated = PLAIN_HEAD + numbers.getInt32(16, true)
    if (stated >= PLAIN_HEAD && stated <= length) return stated
  } else if (length >= ENCRYPTED_HEAD + 16) {
    return length - ((length - ENCRYPTED_HEAD) % 16)
  }
  return length - (length % 4)
}
