/** Gzip without compression, for inputs whose content is to be found by mutation. Sources: RFC 1951, section 3.2.4; RFC 1952 */
import { concat, view } from '../../bytes.ts'
import { crc32 } from '../../crypto/crc32.ts'

/** A gzip member with `data` as it is: one stored block. */
export function storedGzip(data: Uint8Array): Uint8Array {
  const { length } = data
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, length, length >> 8, ~length, ~length >> 8)
  const tail = new Uint8Array(8)
  view(tail).setUint32(0, crc32(data), true)
  view(tail).setUint32(4, length, true)
  return concat(head, data, tail)
}
