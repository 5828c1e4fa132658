/**
 * A gzip of our own: the same output on every machine.
 *
 * The platform's compresses better, but not alike: zlib's output depends on its version and on the processor. This one is
 * small: one block of fixed Huffman codes, and for each position the last one where the same three bytes stood.
 *
 * Source: RFC 1951, section 3.2.6; RFC 1952
 */
import { view } from '../../bytes.ts'
import { crc32 } from '../../crypto/crc32.ts'

const MIN_MATCH = 3
const MAX_MATCH = 258
const MAX_DISTANCE = 32_768
/** Positions by the hash of the three bytes that stand there. */
const HASH_BITS = 12

/** First length, and number of extra bits, of the length codes 257 to 285. */
const LENGTHS: readonly (readonly [number, number])[] = codes(29, 3, 4, [[258, 0]])
/** First distance, and number of extra bits, of the distance codes 0 to 29. */
const DISTANCES: readonly (readonly [number, number])[] = codes(30, 1, 2, [])

/** The codes' ranges as the RFC's tables list them: `group` codes for each number of extra bits, the first two groups with none. */
function codes(count: number, first: number, group: number, last: [number, number][]): [number, number][] {
  const out: [number, number][] = []
  let base = first
  for (let code = 0; code < count - last.length; code++) {
    const extra = Math.max(0, Math.floor(code / group) - 1)
    out.push([base, extra])
    base += 1 << extra
  }
  return [...out, ...last]
}

/** Bits, the lowest first, in growing memory. */
class Bits {
  #out: Uint8Array
  #at = 0
  #held = 0
  #count = 0

  constructor(size: number) {
    this.#out = new Uint8Array(size)
  }

  /** Up to 16 bits of a number. */
  put(value: number, count: number): void {
    this.#held |= value << this.#count
    this.#count += count
    while (this.#count >= 8) {
      this.#byte(this.#held & 0xff)
      this.#held >>>= 8
      this.#count -= 8
    }
  }

  /** A Huffman code: its highest bit first. */
  code(value: number, count: number): void {
    let turned = 0
    for (let i = 0; i < count; i++) turned |= ((value >> i) & 1) << (count - 1 - i)
    this.put(turned, count)
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.put(0, 8 - this.#count)
    return this.#out.subarray(0, this.#at)
  }

  #byte(value: number): void {
    if (this.#at === this.#out.length) {
      const grown = new Uint8Array(2 * this.#at + 64)
      grown.set(this.#out)
      this.#out = grown
    }
    this.#out[this.#at++] = value
  }
}

/** A literal or length symbol in the fixed code. */
function symbol(bits: Bits, value: number): void {
  if (value < 144) bits.code(0x30 + value, 8)
  else if (value < 256) bits.code(0x190 + value - 144, 9)
  else if (value < 280) bits.code(value - 256, 7)
  else bits.code(0xc0 + value - 280, 8)
}

/** Writes the code whose range a number lies in, and where it lies in it. */
function ranged(
  ranges: readonly (readonly [number, number])[],
  value: number,
  bits: Bits,
  put: (code: number) => void,
): void {
  let code = ranges.length - 1
  while (ranges[code]![0] > value) code--
  const [base, extra] = ranges[code]!
  put(code)
  bits.put(value - base, extra)
}

/** Raw deflate data. */
export function deflate(data: Uint8Array): Uint8Array {
  const bits = new Bits((data.length >> 1) + 64)
  const heads = new Int32Array(1 << HASH_BITS).fill(-1)
  bits.put(1, 1)
  bits.put(1, 2)
  let at = 0
  while (at < data.length) {
    let length = 0
    let from = -1
    if (at + MIN_MATCH <= data.length) {
      const hash = Math.imul((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!, 0x9e3779b1) >>> (32 - HASH_BITS)
      from = heads[hash]!
      heads[hash] = at
      if (from >= 0 && at - from <= MAX_DISTANCE) {
        const most = Math.min(MAX_MATCH, data.length - at)
        while (length < most && data[from + length] === data[at + length]) length++
      }
    }
    if (length < MIN_MATCH) symbol(bits, data[at++]!)
    else {
      ranged(LENGTHS, length, bits, (code) => symbol(bits, 257 + code))
      ranged(DISTANCES, at - from, bits, (code) => bits.code(code, 5))
      at += length
    }
  }
  symbol(bits, 256)
  return bits.finish()
}

/** A gzip member without name or time. */
export function gzip(data: Uint8Array): Uint8Array {
  const body = deflate(data)
  const out = new Uint8Array(body.length + 18)
  out.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  out.set(body, 10)
  const tail = view(out.subarray(out.length - 8))
  tail.setUint32(0, crc32(data), true)
  tail.setUint32(4, data.length, true)
  return out
}
