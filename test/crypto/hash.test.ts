/** Our SHA-1, SHA-256 and MD5: the standards' own examples, every length around a block, and the platform's for the rest. */
import { createHash } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { sha1, sha256 } from '../../src/crypto/hash.ts'
import { md5 } from '../../src/crypto/md5.ts'

const hashes = { sha1, sha256, md5 } as const
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (name: keyof typeof hashes, ...parts: readonly Uint8Array[]): string => {
  const hash = hashes[name]()
  for (const part of parts) hash.update(part)
  return toHex(hash.digest())
}
const platform = (name: string, data: Uint8Array): string => createHash(name).update(data).digest('hex')

const TWO_BLOCKS = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'
const examples: readonly (readonly [keyof typeof hashes, string, string])[] = [
  ['sha1', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['sha1', TWO_BLOCKS, '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
  ['sha256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['sha256', TWO_BLOCKS, '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ['md5', '', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['md5', 'a', '0cc175b9c0f1b6a831c399e269772661'],
  ['md5', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['md5', 'message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['md5', 'abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['md5', '12345678901234567890'.repeat(4), '57edf4a22be3c955ac49da2e2107b67a'],
]

test.each(examples)('%s of "%s" (FIPS 180-4, RFC 1321)', (name, text, expected) => {
  expect(hex(name, ascii(text))).toBe(expected)
})

describe.each(Object.keys(hashes) as (keyof typeof hashes)[])('%s', (name) => {
  test('a million times "a"', () => {
    const million = new Uint8Array(1e6).fill(97)
    expect(hex(name, million)).toBe(platform(name, million))
  })

  test('every length around one, two and three blocks', () => {
    const data = Uint8Array.from({ length: 200 }, (_, i) => 31 * i + 5)
    for (let length = 0; length <= data.length; length++) {
      expect(hex(name, data.subarray(0, length))).toBe(platform(name, data.subarray(0, length)))
    }
  })

  test.prop([fc.uint8Array({ maxLength: 500 }), fc.array(fc.nat({ max: 500 })), fc.nat({ max: 5 })])(
    'the same as the platform, in any split, at any place in memory',
    (bytes, cuts, offset) => {
      const data = new Uint8Array(bytes.length + offset).subarray(offset)
      data.set(bytes)
      const borders = [0, ...cuts.map((cut) => Math.min(cut, data.length)).sort((a, b) => a - b), data.length]
      const parts = borders.slice(1).map((border, i) => data.subarray(borders[i], border))
      expect(hex(name, ...parts)).toBe(platform(name, data))
    },
  )

  test('several at the same time do not disturb each other', () => {
    const [one, two] = [hashes[name](), hashes[name]()]
    const data = Uint8Array.from({ length: 300 }, (_, i) => i)
    for (let at = 0; at < 300; at += 50) {
      one.update(data.subarray(at, at + 50))
      two.update(data.subarray(250 - at, 300 - at))
    }
    expect(toHex(one.digest())).toBe(platform(name, data))
    expect(toHex(two.digest())).not.toBe(platform(name, data))
  })
})

// One that writes the length with its high word first, and one with its low word first.
test.each(['sha1', 'md5'] as const)(
  '%s of a length that takes more than 32 bits to say',
  { timeout: 60_000 },
  (name) => {
    const [own, other] = [hashes[name](), createHash(name)]
    const piece = new Uint8Array(1 << 24)
    for (let i = 0; i < 33; i++) {
      own.update(piece)
      other.update(piece)
    }
    expect(toHex(own.digest())).toBe(other.digest('hex'))
  },
)

test('no constant lies so close to a border that the last places of a root or a sine could move it', () => {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n)
  const values = [
    ...primes.map(Math.cbrt),
    ...primes.slice(0, 8).map(Math.sqrt),
    ...primes.map((_, i) => Math.abs(Math.sin(i + 1))),
  ]
  // The largest cube root is below 8: its last place is 2^-50, and 2^-18 of the last digit that is asked for.
  for (const value of values) {
    const behind = (value * 2 ** 32) % 1
    expect(Math.min(behind, 1 - behind)).toBeGreaterThan(100 * 2 ** -18)
  }
})
