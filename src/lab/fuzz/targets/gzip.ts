/**
 * Fuzzes the unpacking of gzip: our own inflate and the platform's must give the same bytes, or both refuse.
 *
 * The first byte says what the others are: a whole gzip member; or the size that is expected, in two bytes, and deflate data,
 * which is also wrapped properly, with the checksum of what it unpacks to, so that what is wrong is inside; or the same with
 * the head of a dynamic block spelled out, since no change of single bits leads from one such head to another.
 */
import { constants, deflateRawSync, gzipSync, inflateRawSync, type ZlibOptions } from 'node:zlib'
import { concat, view } from '../../../bytes.ts'
import { crc32 } from '../../../crypto/crc32.ts'
import { inflate } from '../../../crypto/inflate.ts'
import { nativeCrypto } from '../../../crypto/native.ts'
import { portableCrypto } from '../../../crypto/portable.ts'
import { sameBytes } from '../equal.ts'
import { type FuzzTarget, must } from '../target.ts'

/** Most bytes that anything may unpack to here. */
const LIMIT = 4096

/** What a function returns, or undefined if it refuses by RangeError, as documented. */
function attempt(unpack: () => Uint8Array): Uint8Array | undefined {
  try {
    return unpack()
  } catch (error) {
    if (error instanceof RangeError && /damaged|longer/.test(error.message)) return undefined
    throw error
  }
}

/** Order in which the lengths of the code length code are sent. Source: RFC 1951, section 3.2.7 */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
/** Extra bits of the code lengths that repeat. */
const EXTRA: Readonly<Record<number, number>> = { 16: 2, 17: 3, 18: 7 }

/** Deflate data of one dynamic block: numbers of codes, a count, as many code lengths in two bytes each, and the rest. */
function dynamicBlock(input: Uint8Array): Uint8Array {
  const bits: number[] = []
  const put = (value: number, count: number): void => {
    for (let i = 0; i < count; i++) bits.push((value >> i) & 1)
  }
  put(0b101, 3)
  put(input[0] ?? 0, 5)
  put(input[1] ?? 0, 5)
  // All code lengths have codes: the first 13 of 4 bits, the last 6 of 5, which makes the code complete.
  put(15, 4)
  for (const symbol of ORDER) put(symbol < 13 ? 4 : 5, 3)
  const count = Math.min(input[2] ?? 0, (input.length - 3) >> 1)
  for (let i = 0; i < count; i++) {
    const symbol = input[3 + 2 * i]! % 19
    // Codes are sent with their highest bit first.
    const [code, length] = symbol < 13 ? [symbol, 4] : [13 + symbol, 5]
    for (let bit = length - 1; bit >= 0; bit--) put(code >> bit, 1)
    put(input[4 + 2 * i]!, EXTRA[symbol] ?? 0)
  }
  for (const byte of input.subarray(3 + 2 * count)) put(byte, 8)
  const out = new Uint8Array(Math.ceil(bits.length / 8))
  bits.forEach((bit, i) => {
    out[i >> 3]! |= bit << (i & 7)
  })
  return out
}

/** What zlib makes of raw deflate data, if it uses all of it and the size is right. */
function reference(data: Uint8Array, size: number): Uint8Array | undefined {
  try {
    const options = { maxOutputLength: LIMIT, info: true }
    const { buffer, engine } = inflateRawSync(data, options) as unknown as {
      buffer: Uint8Array
      engine: { bytesWritten: number }
    }
    return engine.bytesWritten === data.length && buffer.length === size ? buffer : undefined
  } catch {
    return undefined
  }
}

function member(deflated: Uint8Array, unpacked: Uint8Array): Uint8Array {
  const tail = new Uint8Array(8)
  view(tail).setUint32(0, crc32(unpacked), true)
  view(tail).setUint32(4, unpacked.length, true)
  return concat(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), deflated, tail)
}

function agree(packed: Uint8Array): void {
  const ours = attempt(() => portableCrypto.gunzip(packed, LIMIT))
  const platforms = attempt(() => nativeCrypto.gunzip(packed, LIMIT))
  must((ours === undefined) === (platforms === undefined), 'our inflate and the platform refuse the same data')
  if (ours && platforms) must(sameBytes(ours, platforms), 'our inflate and the platform unpack to the same bytes')
  must((ours?.length ?? 0) <= LIMIT, 'nothing unpacks to more than the limit')
}

const text = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 65 + ((i * i) % 23))

/** An input of the second kind. */
function deflated(data: Uint8Array, options: ZlibOptions): Uint8Array {
  const { length } = data
  return concat(Uint8Array.of(1, length, length >> 8), new Uint8Array(deflateRawSync(data, options)))
}

export const target: FuzzTarget = {
  name: 'gzip',
  about: 'gzip and deflate: our inflate and the platform agree; bombs are refused before memory is taken',
  maxLength: 400,
  steps: { base: 60_000, perByte: 300 },
  memory: { base: 16_000, perByte: 100 },
  words: [],
  seeds: () => [
    // Codes for A, B and the end, and one for a distance; then A, B and the end: 1 0, 1 1, 0.
    Uint8Array.of(2, 2, 0, 0, 0, 7, 18, 54, 2, 0, 2, 0, 18, 127, 18, 40, 1, 0, 0, 0, 0b01101),
    // The same with lengths up to 3; then A, three bytes from one before, and the end: 1 0, 1 1 0, 0.
    Uint8Array.of(2, 4, 0, 1, 0, 7, 18, 54, 2, 0, 18, 127, 18, 41, 1, 0, 2, 0, 1, 0, 0b001101),
    // And with four distances, three of them by repetition.
    Uint8Array.of(2, 4, 0, 1, 3, 8, 18, 54, 2, 0, 18, 127, 18, 41, 1, 0, 2, 0, 2, 0, 16, 0, 0b0001101),
    concat(Uint8Array.of(0), new Uint8Array(gzipSync(text(100)))),
    concat(Uint8Array.of(0), new Uint8Array(gzipSync(new Uint8Array(3000)))),
    ...[constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_DEFAULT_STRATEGY].flatMap((strategy) =>
      [0, 5, 60, 700].map((length) => deflated(text(length), { strategy })),
    ),
    deflated(text(90), { level: 0 }),
  ],
  run(input) {
    const kind = (input[0] ?? 0) % 3
    if (kind === 0) {
      agree(input.subarray(1))
      return
    }
    const size = (input[1] ?? 0) | ((input[2] ?? 0) << 8)
    if (size > LIMIT) return
    const data = kind === 1 ? input.subarray(3) : dynamicBlock(input.subarray(3))
    const expected = reference(data, size)
    const ours = attempt(() => inflate(data, size))
    must((ours === undefined) === (expected === undefined), 'our inflate refuses what zlib refuses, and nothing else')
    if (!ours || !expected) return
    must(sameBytes(ours, expected), 'our inflate gives what zlib gives')
    agree(member(data, expected))
  },
}
