/**
 * Inflates raw deflate data whose unpacked size is known beforehand.
 *
 * The canonical decoder: codes are read bit by bit against the number of codes of each length, which takes no tables
 * beyond one array of symbols. Answers of the server are small; compactness counts more than speed here.
 * Source: RFC 1951.
 */
import { damaged } from './gzip.ts'

/** Order in which the lengths of the code length code are sent. Source: RFC 1951, section 3.2.7 */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** A prefix code: how many codes there are of each length, and the symbols in order of their codes. */
type Code = readonly [counts: Uint16Array, symbols: Uint16Array]

/**
 * Builds a canonical prefix code. Over-subscribed codes are damage; so are incomplete ones of more than one symbol.
 */
function build(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length]!++
  let left = 1
  const starts = new Uint16Array(16)
  for (let length = 1; length < 16; length++) {
    left = 2 * left - counts[length]!
    if (left < 0) damaged('over-subscribed code')
    starts[length] = length > 1 ? starts[length - 1]! + counts[length - 1]! : 0
  }
  const used = lengths.length - counts[0]!
  if (left > 0 && (used > 1 || counts[1]! !== used)) damaged('incomplete code')
  const symbols = new Uint16Array(used)
  lengths.forEach((length, symbol) => {
    if (length) symbols[starts[length]!++] = symbol
  })
  counts[0] = 0
  return [counts, symbols]
}

/**
 * Inflates `data` to exactly `size` bytes.
 * @param data raw deflate data, all of it belonging to the stream
 * @param size number of bytes that come out
 * @throws RangeError when the data is damaged, unpacks to another size, or goes on behind its end
 */
export function inflate(data: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let written = 0
  let at = 0
  let hold = 0
  let held = 0

  /** The next `count` bits (up to 16), the first of them lowest. */
  const bits = (count: number): number => {
    while (held < count) {
      if (at === data.length) damaged('it ends too early')
      hold |= data[at++]! << held
      held += 8
    }
    const value = hold & ((1 << count) - 1)
    hold >>>= count
    held -= count
    return value
  }

  const decode = ([counts, symbols]: Code): number => {
    let code = 0
    let index = 0
    for (let length = 1; length < 16; length++) {
      code |= bits(1)
      const count = counts[length]!
      if (code < count) return symbols[index + code]!
      index += count
      code = (code - count) << 1
    }
    return damaged('invalid code')
  }

  /** Base and number of extra bits of a length or distance symbol, computed rather than tabled. Source: RFC 1951, section 3.2.5 */
  const extended = (symbol: number, perStep: number): number => {
    const extra = symbol < 2 * perStep ? 0 : Math.floor(symbol / perStep) - 1
    return ((symbol - extra * perStep) << extra) + bits(extra)
  }

  const codes = (literals: Code, distances: Code): void => {
    for (;;) {
      const symbol = decode(literals)
      if (symbol === 256) return
      if (symbol < 256) {
        if (written === size) damaged('it is longer than stated')
        out[written++] = symbol
        continue
      }
      if (symbol > 285) damaged('invalid length')
      const length = symbol === 285 ? 258 : 3 + extended(symbol - 257, 4)
      const distanceSymbol = decode(distances)
      if (distanceSymbol > 29) damaged('invalid distance')
      const distance = 1 + extended(distanceSymbol, 2)
      if (distance > written) damaged('it points before its beginning')
      if (length > size - written) damaged('it is longer than stated')
      for (const end = written + length; written < end; written++) out[written] = out[written - distance]!
    }
  }

  const stored = (): void => {
    // The rest of the current byte is dropped; what `bits` took in beyond it cannot be more than that byte.
    hold = held = 0
    const length = bits(16)
    if (length !== (~bits(16) & 0xffff)) damaged('wrong block length')
    if (length > data.length - at) damaged('it ends too early')
    if (length > size - written) damaged('it is longer than stated')
    out.set(data.subarray(at, at + length), written)
    at += length
    written += length
  }

  const fixed = (): void => {
    const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280)
    // All 32 distance codes exist so that the code is complete; the last two are refused when they occur.
    codes(build(lengths), build(new Uint8Array(32).fill(5)))
  }

  const dynamic = (): void => {
    const literalCount = 257 + bits(5)
    const distanceCount = 1 + bits(5)
    const total = literalCount + distanceCount
    const codeLengths = new Uint8Array(19)
    for (let i = 0, count = 4 + bits(4); i < count; i++) codeLengths[ORDER[i]!] = bits(3)
    const code = build(codeLengths)
    const lengths = new Uint8Array(total)
    if (literalCount > 286 || distanceCount > 30) damaged('too many symbols')
    for (let i = 0; i < total; ) {
      const symbol = decode(code)
      let repeat = 1
      if (symbol === 16) {
        if (i === 0) damaged('nothing to repeat')
        repeat = 3 + bits(2)
      } else if (symbol > 16) repeat = symbol === 17 ? 3 + bits(3) : 11 + bits(7)
      if (repeat > total - i) damaged('too many lengths')
      lengths.fill(symbol === 16 ? lengths[i - 1]! : symbol > 16 ? 0 : symbol, i, i + repeat)
      i += repeat
    }
    if (lengths[256] === 0) damaged('no end of block')
    codes(build(lengths.subarray(0, literalCount)), build(lengths.subarray(literalCount)))
  }

  let last = 0
  while (!last) {
    last = bits(1)
    const kind = bits(2)
    if (kind === 3) damaged('invalid block')
    ;[stored, fixed, dynamic][kind]!()
  }
  if (at !== data.length) damaged('something follows its end')
  if (written !== size) damaged('it is shorter than stated')
  return out
}
