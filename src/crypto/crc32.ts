/**
 * CRC-32 as in gzip, zlib and Ethernet (reflected, polynomial 0xedb88320), eight bytes at a step.
 *
 * Eight tables, made at first use ("slicing by 8"): full framing checks every packet, at half a megabyte each.
 * Source: RFC 1952, section 8.
 */
import { view } from '../bytes.ts'

let tables: Int32Array | undefined

/** Entry 256 * k + b is the CRC of byte b followed by k zero bytes. */
function buildTables(): Int32Array {
  const out = new Int32Array(8 * 256)
  for (let i = 0; i < out.length; i++) {
    let crc = i
    if (i >= 256) crc = (out[i - 256]! >>> 8) ^ out[out[i - 256]! & 0xff]!
    else for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    out[i] = crc
  }
  return out
}

/**
 * CRC-32 of `data`.
 * @param previous CRC of what stands before `data`, to go on from; 0 at the beginning
 * @returns an unsigned 32-bit number
 */
export function crc32(data: Uint8Array, previous = 0): number {
  tables ??= buildTables()
  const t = tables
  const words = view(data)
  const whole = data.length & ~7
  let crc = ~previous
  let at = 0
  for (; at < whole; at += 8) {
    const a = crc ^ words.getInt32(at, true)
    const b = words.getInt32(at + 4, true)
    crc =
      t[1792 + (a & 0xff)]! ^
      t[1536 + ((a >>> 8) & 0xff)]! ^
      t[1280 + ((a >>> 16) & 0xff)]! ^
      t[1024 + (a >>> 24)]! ^
      t[768 + (b & 0xff)]! ^
      t[512 + ((b >>> 8) & 0xff)]! ^
      t[256 + ((b >>> 16) & 0xff)]! ^
      t[b >>> 24]!
  }
  for (; at < data.length; at++) crc = t[(crc ^ data[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}
