/**
 * The wrapping of a gzip member: header, CRC-32 and length; the compressed data within is the implementation's.
 *
 * Stricter than the tool of that name: exactly one member and nothing behind it, and the stated length must be possible,
 * so that a bomb is refused before any memory is taken for it. Source: RFC 1952.
 */
import { view } from '../bytes.ts'
import { crc32 } from './crc32.ts'

/** Deflate packs at best 258 bytes into 2 bits, so no honest stream grows more than this. Source: RFC 1951, section 3.2.5 */
const MAX_RATIO = 1032

/** Raises the one error that damaged gzip data ends in, whatever is wrong with it. */
export function damaged(): never {
  throw new RangeError('gzip data is damaged, or longer than allowed')
}

/**
 * Unpacks a gzip member.
 * @param limit most bytes the output may have
 * @param inflate inflates raw deflate data to exactly `size` bytes or throws; it must consume all of its input
 * @throws RangeError when the data is damaged or the output would be longer than `limit`
 */
export function gunzipWith(
  data: Uint8Array,
  limit: number,
  inflate: (deflated: Uint8Array, size: number) => Uint8Array,
): Uint8Array {
  const fields = view(data)
  const end = data.length - 8
  const flags = data[3]!
  if (end < 10 || fields.getUint16(0) !== 0x1f8b || data[2] !== 8 || flags & 0xe0) damaged()
  let at = 10
  if (flags & 4) at += 2 + fields.getUint16(at, true)
  // Name and comment, each ended by a zero byte.
  for (const flag of [8, 16]) if (flags & flag) at = data.indexOf(0, at) + 1 || end
  const head = at
  if (flags & 2) at += 2
  if (at >= end || (flags & 2 && fields.getUint16(head, true) !== (crc32(data.subarray(0, head)) & 0xffff))) damaged()
  const size = fields.getUint32(end + 4, true)
  if (size > limit || size > MAX_RATIO * data.length) damaged()
  const out = inflate(data.subarray(at, end), size)
  if (out.length !== size || crc32(out) !== fields.getUint32(end, true)) damaged()
  return out
}
