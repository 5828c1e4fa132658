/**
 * The previews that come with a photo or document, unpacked: the tiny JPEG without its head, the outline of a sticker, the loudness
 * of a voice message.
 *
 * Sources: https://core.telegram.org/api/files#stripped-thumbnails, https://core.telegram.org/api/files#vector-thumbnails,
 * https://core.telegram.org/constructor/documentAttributeAudio; the tables of the JPEG are those of ITU-T T.81, annex K
 */
import { concat, fromHex } from '../bytes.ts'

/** Quantization of brightness and of colour, for the quality that all stripped thumbnails have, row by row: T.81, tables K.1, K.2. */
const BRIGHTNESS = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
]
const COLOUR = [
  [17, 18, 24, 47],
  [18, 21, 26, 66],
  [24, 26, 56],
  [47, 66],
]
/** What stands in the table of colour where nothing else does. */
const COLOUR_REST = 99
/** The tables are multiplied by this: quality 20 of 100. */
const COARSER = 2.5

/**
 * Huffman tables: how many codes there are of each length, then what they stand for; two dots are a run of numbers.
 * T.81, tables K.3 to K.6
 */
const HUFFMAN = [
  ['00', '00010501010101010100000000000000', '00..0b'],
  [
    '10',
    '0002010303020403050504040000017d',
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a16..1a25..2a34..3a43..4a53..5a63..6a73..7a83..8a92..9aa2..aab2..bac2..cad2..dae1..eaf1..fa',
  ],
  ['01', '00030101010101010101010000000000', '00..0b'],
  [
    '11',
    '00020102040403040705040400010277',
    '0001020311040521310612415107617113223281081442 91a1b1c109233352f0156272d10a162434e125f117..1a26..2a35..3a43..4a53..5a63..6a73..7a82..8a92..9aa2..aab2..bac2..cad2..dae2..eaf2..fa',
  ],
] as const

/** A stripped thumbnail begins with its version. */
const STRIPPED_VERSION = 1
/** Version, height and width. */
const STRIPPED_HEAD = 3

/** What stands in front of the data of every such JPEG; only height and width differ. */
let tables: readonly [before: Uint8Array, behind: Uint8Array] | undefined

/** A segment of a JPEG: a marker, a length, and what is in it. */
function segment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2
  return concat(Uint8Array.of(0xff, marker, length >> 8, length & 0xff), content)
}

/** A table of quantization, in the zigzag order of the format: from the corner outwards, diagonal by diagonal. */
function quantization(number: number, rows: readonly (readonly number[])[]): Uint8Array {
  const values = [number]
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let step = Math.max(0, diagonal - 7); step <= Math.min(diagonal, 7); step++) {
      const [row, column] = diagonal % 2 ? [step, diagonal - step] : [diagonal - step, step]
      values.push(Math.min(255, Math.floor((rows[row]?.[column] ?? COLOUR_REST) * COARSER + 0.5)))
    }
  }
  return segment(0xdb, Uint8Array.from(values))
}

function huffman([head, lengths, values]: readonly [string, string, string]): Uint8Array {
  const whole = values.replace(/ /g, '').replace(/(..)\.\.(..)/g, (_, from: string, to: string) => {
    const [first, last] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i).toString(16).padStart(2, '0')).join('')
  })
  return segment(0xc4, fromHex(head + lengths + whole))
}

function makeTables(): readonly [Uint8Array, Uint8Array] {
  // JFIF 1.1, no density, no picture within.
  const jfif = segment(0xe0, fromHex('4a46494600010100000100010000'))
  const scan = segment(0xda, fromHex('03010002110311003f00'))
  return [
    concat(fromHex('ffd8'), jfif, quantization(0, BRIGHTNESS), quantization(1, COLOUR)),
    concat(...HUFFMAN.map(huffman), scan),
  ]
}

/**
 * The tiny preview of a photo as a JPEG.
 * @param stripped the bytes of a `photoStrippedSize`
 * @returns undefined for a version that is not known
 */
export function strippedJpeg(stripped: Uint8Array): Uint8Array | undefined {
  const [version, height, width] = stripped
  if (version !== STRIPPED_VERSION || stripped.length <= STRIPPED_HEAD) return undefined
  tables ??= makeTables()
  // Baseline, 8 bits, three components: brightness at full size, colours at half of it.
  const frame = Uint8Array.of(8, 0, height!, 0, width!, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
  return concat(tables[0], segment(0xc0, frame), tables[1], stripped.subarray(STRIPPED_HEAD), fromHex('ffd9'))
}

/** What the bytes from 192 on stand for in an outline. */
const OUTLINE = 'AACAAAAHAAALMAAAQASTAVAAAZaacaaaahaaalmaaaqastava.az0123456789-,'
/** Below this a byte is a number, above it is a comma and a number, a minus and a number, or a letter. */
const [MINUS, COMMA, LETTER] = [0x40, 0x80, 0xc0]
/** The square that outlines are drawn in. */
const OUTLINE_SIDE = 512

/**
 * The outline of a sticker, to be shown until the sticker is there.
 * @param bytes those of a `photoPathSize`
 * @returns the `d` of an SVG path, in a square of 512
 */
export function outlinePath(bytes: Uint8Array): string {
  let path = 'M'
  for (const byte of bytes) {
    if (byte >= LETTER) path += OUTLINE[byte - LETTER]
    else path += `${byte >= COMMA ? ',' : byte >= MINUS ? '-' : ''}${byte & 63}`
  }
  return `${path}z`
}

/** The outline of a sticker as an SVG. */
export function outlineSvg(bytes: Uint8Array): string {
  const side = OUTLINE_SIDE
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"><path d="${outlinePath(bytes)}"/></svg>`
}

/** Bits of one value of a waveform. */
const LOUDNESS_BITS = 5

/**
 * How loud a voice message is, from its beginning to its end.
 * @param packed the `waveform` of a `documentAttributeAudio`
 * @returns numbers from 0 to 31, usually a hundred
 */
export function unpackWaveform(packed: Uint8Array): number[] {
  return Array.from({ length: Math.floor((packed.length * 8) / LOUDNESS_BITS) }, (_, i) => {
    const bit = i * LOUDNESS_BITS
    const word = packed[bit >> 3]! | ((packed[(bit >> 3) + 1] ?? 0) << 8)
    return (word >> (bit & 7)) & 31
  })
}
