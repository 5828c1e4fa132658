/**
 * Constructor ids: the CRC-32 of a definition's normalised line.
 *
 * Normalised means: the id and the final `;` are gone; flags of type `true` are left out; a field of type `bytes` counts
 * as `string` (inside a vector it stays `bytes`); `<` becomes a space; `>`, `{` and `}` go.
 * Source: https://core.telegram.org/mtproto/TL-formal#combinator-numbers-and-names
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 (IEEE 802.3) of a text's UTF-8 bytes, as an unsigned number. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** The text that a definition's id is the checksum of. `line` is the definition on one line with single spaces. */
export function normalise(line: string): string {
  return line
    .replace(/\s*;?\s*$/, '')
    .replace(/^(\S+?)#[0-9a-f]+/, '$1')
    .replace(/ \w+:\w+\.\d+\?true(?= )/g, '')
    .replace(/([:?])bytes(?= )/g, '$1string')
    .replaceAll('<', ' ')
    .replace(/[>{}]/g, '')
}

/** The id that a definition's line asks for. */
export function computeId(line: string): number {
  return crc32(normalise(line))
}
