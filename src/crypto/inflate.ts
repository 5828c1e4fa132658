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
type Code = readonly [counts: Uint16Array, symbols: readonly number[]]

/**
 * Builds a canonical prefix code. Over-subscribed codes are damage; so are incomplete ones of more than one symbol.
 */
function build(lengths: Uint8Array): Code {
  const counts = new Uint16Array(16)
  const symbols: number[] = []
  let left = 1
  for (let length = 1; length < 16; length++) {
    lengths.forEach((own, symbol) => {
      if (own === length) {
        symbols.push(symbol)
        counts[length]!++
      }
    })
    left = 2 * left - counts[length]!
    if (left < 0) damaged()
  }
  if (left > 0 && (symbols.length > 1 || counts[1] !== symbols.length)) damaged()
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
      if (at === data.length) damaged()
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
    return damaged()
  }

  /** Base and number of extra bits of a length or distance symbol, computed rather than tabled. Source: RFC 1951, section 3.2.5 */
  const extended = (symbol: number, perStep: number): number => {
    const extra = symbol < 2 * perStep ? 0 : ((symbol / perStep) | 0) - 1
    return ((symbol - extra * perStep) << extra) + bits(extra)
  }

  /** Counts on by `length` bytes, to be written by the caller. */
  const grow = (length: number): number => {
    written += length
    if (written > size) damaged()
    return written - length
  }

  const codes = (literals: Code, distances: Code): void => {
    for (let symbol = decode(literals); symbol !== 256; symbol = decode(literals)) {
      if (symbol < 256) out[grow(1)] = symbol
      else {
        const length = symbol === 285 ? 258 : 3 + extended(symbol - 257, 4)
        const back = decode(distances)
        const distance = 1 + extended(back, 2)
        // Symbols that the fixed codes have and the format has not; and what points before the beginning.
        if (symbol > 285 || back > 29 || distance > written) damaged()
        for (let to = grow(length); to < written; to++) out[to] = out[to - distance]!
      }
    }
  }

  const stored = (): void => {
    // The rest of the current byte is dropped; what `bits` took in beyond it cannot be more than that byte.
    hold = held = 0
    const length = bits(16)
    if ((length ^ bits(16)) !== 0xffff || length > data.length - at) damaged()
    out.set(data.subarray(at, at + length), grow(length))
    at += length
  }

  const dynamic = (): void => {
    const literalCount = 257 + bits(5)
    const total = literalCount + 1 + bits(5)
    const codeLengths = new Uint8Array(19)
    for (let i = 0, count = 4 + bits(4); i < count; i++) codeLengths[ORDER[i]!] = bits(3)
    const code = build(codeLengths)
    const lengths = new Uint8Array(total)
    for (let i = 0; i < total; ) {
      const symbol = decode(code)
      const repeat = symbol < 16 ? 1 : symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7)
      const length = symbol < 16 ? symbol : symbol > 16 ? 0 : (lengths[i - 1] ?? damaged())
      if (repeat > total - i) damaged()
      lengths.fill(length, i, i + repeat)
      i += repeat
    }
    if (literalCount > 286 || total - literalCount > 30 || !lengths[256]) damaged()
    codes(build(lengths.subarray(0, literalCount)), build(lengths.subarray(literalCount)))
  }

  let fixed: [Code, Code] | undefined
  let last = 0
  while (!last) {
    last = bits(1)
    const kind = bits(2)
    if (kind === 0) stored()
    else if (kind === 1) {
      // All 32 distance codes exist so that the code is complete; the last two are refused when they occur.
      fixed ??= [
        build(new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280)),
        build(new Uint8Array(32).fill(5)),
      ]
      codes(...fixed)
    } else if (kind === 2) dynamic()
    else damaged()
  }
  if (at !== data.length || written !== size) damaged()
  return out
}
