/**
 * Full framing: every packet counted and checked.
 *
 * Nothing opens the stream. A packet is its total length (these four bytes included), a sequence number that counts
 * from 0 in each direction, the payload, and the CRC-32 of all before it; numbers little-endian.
 * Source: https://core.telegram.org/mtproto/mtproto-transports#full
 */
import { view } from '../../bytes.ts'
import { crc32 } from '../../crypto/crc32.ts'
import type { Framing } from './codec.ts'
import { checkLength, framingError, int32 } from './framing.ts'

/** Length, sequence number and CRC. */
const OVERHEAD = 12

/** Statuses that servers have been seen to send in place of the length, and again as number and payload. */
const BARE_ERRORS = [-404, -429, -444]

export function full(): Framing {
  let sent = 0
  let received = 0
  return {
    tag: new Uint8Array(0),
    encode(packet) {
      const head = new Uint8Array(8)
      const numbers = view(head)
      numbers.setInt32(0, checkLength(packet.length) + OVERHEAD, true)
      numbers.setInt32(4, sent++, true)
      return [head, packet, int32(crc32(packet, crc32(head)))]
    },
    headLength: () => 4,
    bodyLength(head) {
      const length = view(head).getInt32(0, true)
      if (BARE_ERRORS.includes(length)) return 8
      return checkLength(length - OVERHEAD) + OVERHEAD - 4
    },
    open(body, head) {
      const end = body.length - 4
      const numbers = view(body)
      const status = view(head).getInt32(0, true)
      if (status < 0) {
        if (numbers.getInt32(0, true) !== status) throw framingError(`a packet has the length ${status}`)
        return body.subarray(4)
      }
      if (numbers.getUint32(end, true) !== crc32(body.subarray(0, end), crc32(head))) {
        throw framingError('a packet arrived damaged: its CRC-32 does not fit')
      }
      const number = numbers.getInt32(0, true)
      if (number !== received) throw framingError(`packet ${number} arrived where packet ${received} was due`)
      received++
      return body.subarray(4, end)
    },
  }
}
