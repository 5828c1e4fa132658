/** gunzip: what zlib packs comes out again, what is damaged is a RangeError, and a bomb is refused before it goes off. */
import { constants, deflateRawSync, gzipSync, type ZlibOptions } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, vi } from 'vitest'
import { concat, view } from '../../src/bytes.ts'
import { crc32 } from '../../src/crypto/crc32.ts'
import { gunzipWith } from '../../src/crypto/gzip.ts'
import { inflate } from '../../src/crypto/inflate.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { seededRandom } from '../support/virtual-host.ts'

const LIMIT = 1 << 20
const random = seededRandom(3)
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Data of very different kinds: what compresses well, badly, not at all, and what takes long distances. */
const samples: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array()],
  ['one byte', Uint8Array.of(7)],
  ['the same byte', new Uint8Array(70_000).fill(65)],
  ['noise', random(new Uint8Array(20_000))],
  ['noise of few symbols', random(new Uint8Array(20_000)).map((byte) => byte & 3)],
  [
    'text',
    ascii('the quick brown fox jumps over the lazy dog; '.repeat(300).replace(/o/g, (_, at) => String(at % 97))),
  ],
  ['every length of match', ascii(Array.from({ length: 300 }, (_, i) => `${i}:${'ab'.repeat(i)}`).join())],
  ['matches 32 KiB apart', concat(...Array(3).fill(random(new Uint8Array(32_700))))],
  ['numbers', new Uint8Array(Int32Array.from({ length: 5000 }, (_, i) => i * i).buffer)],
]

const strategies = ['Z_DEFAULT_STRATEGY', 'Z_HUFFMAN_ONLY', 'Z_RLE', 'Z_FIXED', 'Z_FILTERED'] as const

/** A header with every optional field, the header's own checksum included. */
function withFullHeader(gzipped: Uint8Array): Uint8Array {
  const head = concat(
    Uint8Array.of(0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3, 5, 0, 1, 2, 3, 4, 5),
    ascii('name.bin\0'),
    ascii('a comment\0'),
  )
  const sum = crc32(head) & 0xffff
  return concat(head, Uint8Array.of(sum & 0xff, sum >> 8), gzipped.subarray(10))
}

const pack = (data: Uint8Array, options: ZlibOptions = {}): Uint8Array => new Uint8Array(gzipSync(data, options))

describe.each([
  ['native', nativeCrypto.gunzip],
  ['portable', portableCrypto.gunzip],
])('%s', (_, gunzip) => {
  test.each(samples)('%s, at every level and by every strategy', (_, data) => {
    for (let level = 0; level <= 9; level++) expect(Buffer.compare(gunzip(pack(data, { level }), LIMIT), data)).toBe(0)
    for (const strategy of strategies) {
      for (const memLevel of [1, 9]) {
        const packed = pack(data, { strategy: constants[strategy], memLevel })
        expect(Buffer.compare(gunzip(packed, LIMIT), data)).toBe(0)
      }
    }
  })

  test.prop([fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 0, max: 9 })])('anything', (data, level) => {
    expect(gunzip(pack(data, { level }), LIMIT)).toEqual(data)
  })

  test('a header with extra field, name, comment and checksum; a wrong checksum of it', () => {
    const full = withFullHeader(pack(ascii('content')))
    expect(gunzip(full, 100)).toEqual(ascii('content'))
    full[18]! ^= 1
    expect(() => gunzip(full, 100)).toThrow(RangeError)
  })

  test('cut short anywhere', () => {
    for (const packed of [pack(samples[5]![1]), pack(samples[1]![1]), withFullHeader(pack(ascii('content')))]) {
      for (let length = 0; length < packed.length; length++) {
        expect(() => gunzip(packed.subarray(0, length), LIMIT)).toThrow(RangeError)
      }
    }
  })

  test('any bit changed: a RangeError, or the same data where the bit means nothing', () => {
    for (const [, data] of [samples[1]!, samples[5]!]) {
      const packed = pack(data)
      for (let bit = 0; bit < 8 * Math.min(packed.length, 400); bit++) {
        const changed = packed.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
        let out: Uint8Array
        try {
          out = gunzip(changed, LIMIT)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
          continue
        }
        expect(Buffer.compare(out, data)).toBe(0)
        // Meaningless are time and system in the header, bits behind the end, and one distance for another in a run.
        expect(bit >> 3).toBeGreaterThan(2)
      }
    }
  })

  test.prop([fc.uint8Array({ maxLength: 100 })])('any bytes at all, with and without a good header', (bytes) => {
    expect(() => gunzip(bytes, LIMIT)).toThrow(RangeError)
    const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
    expect(() => gunzip(concat(head, bytes, Uint8Array.of(1, 2, 3, 4, 50, 0, 0, 0)), LIMIT)).toThrow(RangeError)
  })

  test('the limit: as many bytes as allowed, not one more', () => {
    const packed = pack(new Uint8Array(5000))
    expect(gunzip(packed, 5000)).toHaveLength(5000)
    expect(() => gunzip(packed, 4999)).toThrow('longer than allowed')
    expect(gunzip(pack(new Uint8Array()), 0)).toHaveLength(0)
  })

  test('a bomb, honest or lying about its size', () => {
    const bomb = pack(new Uint8Array(40 << 20))
    expect(() => gunzip(bomb, LIMIT)).toThrow(RangeError)
    for (const lie of [0, 1, 100, LIMIT]) {
      view(bomb).setUint32(bomb.length - 4, lie, true)
      expect(() => gunzip(bomb, LIMIT)).toThrow(RangeError)
    }
  })

  test('a size that no data of this length can have is refused before memory is taken for it', () => {
    const packed = pack(Uint8Array.of(1, 2, 3))
    view(packed).setUint32(packed.length - 4, 0xffffffff, true)
    expect(() => gunzip(packed, 0xffffffff)).toThrow(RangeError)
    const inflated = vi.fn(() => new Uint8Array())
    expect(() => gunzipWith(packed, 0xffffffff, inflated)).toThrow(RangeError)
    expect(inflated).not.toHaveBeenCalled()
  })

  test('a size one more or one less than the data has', () => {
    for (const lie of [9, 11]) {
      const packed = pack(new Uint8Array(10).fill(5))
      view(packed).setUint32(packed.length - 4, lie, true)
      expect(() => gunzip(packed, LIMIT)).toThrow(RangeError)
    }
  })

  test('something between the compressed data and the checksum, or a second member', () => {
    const packed = pack(ascii('abc'))
    const wider = concat(packed.subarray(0, -8), Uint8Array.of(0), packed.subarray(-8))
    expect(() => gunzip(wider, LIMIT)).toThrow(RangeError)
    expect(() => gunzip(concat(packed, packed), LIMIT)).toThrow(RangeError)
  })
})

describe('inflate', () => {
  /** Bits in the order in which deflate packs them. */
  const bits = (...fields: readonly (readonly [value: number, count: number])[]): Uint8Array => {
    const out: number[] = []
    let at = 0
    for (const [value, count] of fields) {
      for (let i = 0; i < count; i++, at++) out[at >> 3] = (out[at >> 3] ?? 0) | (((value >> i) & 1) << (at & 7))
    }
    return Uint8Array.from(out)
  }
  const codes = (lengths: readonly number[]): (readonly [number, number])[] =>
    lengths.map((length) => [length, 3] as const)
  const dynamic = [
    [1, 1],
    [2, 2],
  ] as const

  test.each([
    ['a block of the reserved kind', bits([1, 1], [3, 2])],
    ['a stored block whose length and its complement disagree', Uint8Array.of(1, 3, 0, 0xfd, 0xff, 1, 2, 3)],
    ['a stored block longer than the data', Uint8Array.of(1, 9, 0, 0xf6, 0xff, 1)],
    ['a distance beyond what was written', bits([1, 1], [1, 2], [0b1000000, 7], [0, 5])],
    ['too many literal symbols', bits(...dynamic, [31, 5], [0, 5], [15, 4], ...codes(Array(19).fill(4)))],
    ['an over-subscribed code', bits(...dynamic, [0, 5], [0, 5], [15, 4], ...codes(Array(19).fill(1)))],
    ['an incomplete code', bits(...dynamic, [0, 5], [0, 5], [0, 4], ...codes([2, 2, 2, 0]))],
    ['a repetition of nothing', bits(...dynamic, [0, 5], [0, 5], [0, 4], ...codes([1, 1, 0, 0]), [0, 1])],
    ['no data', new Uint8Array()],
  ])('%s', (_, data) => {
    expect(() => inflate(data, 100)).toThrow(RangeError)
  })

  test('data without a code for the end of the block', () => {
    // 257 literal lengths and one distance length, all of them 0 by two long repetitions.
    const data = bits(...dynamic, [0, 5], [0, 5], [0, 4], ...codes([0, 0, 1, 1]), [1, 1], [127, 7], [1, 1], [109, 7])
    expect(() => inflate(data, 10)).toThrow(RangeError)
  })

  test('one distance symbol of one bit is legal though incomplete', () => {
    const data = new Uint8Array(500).fill(1)
    expect(inflate(new Uint8Array(deflateRawSync(data)), 500)).toEqual(data)
  })
})
