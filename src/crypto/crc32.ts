/**
 * CRC-32 as in gzip, zlib and Ethernet (reflected, polynomial 0xedb88320), one table made at first use.
 *
 * Source: RFC 1952, section 8.
 */
let table: Int32Array | undefined

/**
 * CRC-32 of `data`.
 * @param previous CRC of what stands before `data`, to go on from; 0 at the beginning
 * @returns an unsigned 32-bit number
 */
export function crc32(data: Uint8Array, previous = 0): number {
  table ??= Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    return crc
  })
  let crc = ~previous
  for (let i = 0; i < data.length; i++) crc = table[(crc ^ data[i]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}
