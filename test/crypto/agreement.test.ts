/** The native and the portable implementation agree on everything, and with the standards' own examples. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes.ts'
import { nativeCrypto, nativePbkdf2 } from '../../src/crypto/native.ts'
import { portablePbkdf2 } from '../../src/crypto/pbkdf2.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'

const both = [
  ['native', nativeCrypto],
  ['portable', portableCrypto],
] as const

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Some bytes of a larger piece of memory, starting anywhere. */
const placed = (unit: number, maxUnits: number): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.integer({ min: 0, max: 17 }), fc.integer({ min: 0, max: maxUnits }))
    .chain(([offset, units]) => bytes(offset + unit * units).map((memory) => memory.subarray(offset)))

/** The same bytes at the same place in other memory. */
const twin = (data: Uint8Array): Uint8Array => new Uint8Array(data.buffer.slice(0), data.byteOffset, data.length)

describe.each(both)('%s', (_, crypto) => {
  test('SHA-1, SHA-256 and MD5 of "abc", whole and in parts (FIPS 180-4, RFC 1321)', () => {
    const [a, bc] = [ascii('a'), ascii('bc')]
    expect(toHex(crypto.sha1(a, bc))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
    expect(toHex(crypto.sha256(a, new Uint8Array(), bc))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(toHex(crypto.md5().update(a).update(bc).digest())).toBe('900150983cd24fb0d6963f7d28e17f72')
    expect(toHex(crypto.sha1())).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709')
  })

  test('AES-256-CTR of SP 800-38A, F.5.5, in any split, with a counter that overflows', () => {
    const key = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
    const counter = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
    const plain = fromHex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51')
    const cipher = '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5'
    expect(toHex(crypto.ctr(key, counter).apply(plain.slice()))).toBe(cipher)
    const stream = crypto.ctr(key, counter)
    expect(toHex(concat(...Array.from(plain, (byte) => stream.apply(Uint8Array.of(byte)))))).toBe(cipher)
    expect(toHex(counter)).toBe('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
    const wrapped = crypto.ctr(key, new Uint8Array(16).fill(0xff)).apply(new Uint8Array(32)).subarray(16)
    expect(wrapped).toEqual(crypto.ctr(key, new Uint8Array(16)).apply(new Uint8Array(16)))
  })

  test('results are plain byte arrays, not a buffer of the platform', () => {
    const gzipped = nativeCrypto.gzip!(ascii('abc'))
    const results = [crypto.sha1(), crypto.sha256(), crypto.md5().digest(), crypto.gunzip(gzipped, 3), gzipped]
    for (const result of results) expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype)
  })

  test('keys, counters and data of a wrong length are a RangeError, and the data stays as it was', () => {
    const [k, iv, c] = [new Uint8Array(32), new Uint8Array(32), new Uint8Array(16)]
    for (const ige of [crypto.igeEncrypt, crypto.igeDecrypt]) {
      for (const length of [1, 8, 15, 17, 31]) {
        const data = new Uint8Array(length)
        expect(() => ige(k, iv, data)).toThrow(RangeError)
        expect(data).toEqual(new Uint8Array(length))
      }
      expect(() => ige(c, iv, new Uint8Array(16))).toThrow(RangeError)
      expect(() => ige(k, c, new Uint8Array(16))).toThrow(RangeError)
      expect(() => ige(k, iv, new Uint8Array())).not.toThrow()
    }
    expect(() => crypto.ctr(c, c)).toThrow(RangeError)
    expect(() => crypto.ctr(k, iv)).toThrow(RangeError)
  })

  test.prop([bytes(32), bytes(32), placed(16, 40)])('IGE decryption undoes encryption', (key, iv, data) => {
    const before = data.slice()
    crypto.igeEncrypt(key, iv, data)
    crypto.igeDecrypt(key, iv, data)
    expect(data).toEqual(before)
  })
})

test.prop([bytes(32), bytes(32), placed(16, 40)])('IGE, at any place in memory', (key, iv, data) => {
  const other = twin(data)
  nativeCrypto.igeEncrypt(key, iv, data)
  portableCrypto.igeEncrypt(key, iv, other)
  expect(data).toEqual(other)
  nativeCrypto.igeDecrypt(iv, key, data)
  portableCrypto.igeDecrypt(iv, key, other)
  expect(data).toEqual(other)
})

test('IGE, around the lengths at which the native one goes on with another piece or other tables', () => {
  const [key, iv] = [new Uint8Array(32).fill(3), new Uint8Array(32).map((_, i) => 5 * i)]
  for (const length of [32752, 32768, 32784, 65520, 65536, 65552, 98304, 131088]) {
    for (const offset of [0, 1]) {
      const data = new Uint8Array(length + offset).map((_, i) => 11 * i + (i >> 7)).subarray(offset)
      const other = twin(data)
      nativeCrypto.igeEncrypt(key, iv, data)
      portableCrypto.igeEncrypt(key, iv, other)
      expect(Buffer.compare(data, other)).toBe(0)
      nativeCrypto.igeDecrypt(key, iv, data)
      portableCrypto.igeDecrypt(key, iv, other)
      expect(Buffer.compare(data, other)).toBe(0)
    }
  }
})

test.prop([bytes(32), bytes(16), fc.array(placed(1, 1500), { maxLength: 4 })], { numRuns: 40 })(
  'CTR goes on where it stopped, in any split, at any place in memory',
  (key, counter, pieces) => {
    const whole = concat(...pieces)
    const [native, portable] = both.map(([, crypto]) => crypto.ctr(key, counter))
    for (const piece of pieces) {
      const other = twin(piece)
      expect(native!.apply(piece)).toBe(piece)
      expect(portable!.apply(other)).toEqual(piece)
    }
    expect(concat(...pieces)).toEqual(nativeCrypto.ctr(key, counter).apply(whole))
  },
)

test('CTR over more than the native one takes at a time', () => {
  const [key, counter] = [new Uint8Array(32).fill(9), new Uint8Array(16).fill(0xff, 8)]
  const [native, portable] = both.map(([, crypto]) => crypto.ctr(key, counter))
  for (const length of [7, 100_000, 1, 65_536]) {
    const data = new Uint8Array(length).map((_, i) => i)
    expect(Buffer.compare(native!.apply(data.slice()), portable!.apply(data))).toBe(0)
  }
})

test.prop([fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })])('hashes over parts', (parts) => {
  expect(nativeCrypto.sha1(...parts)).toEqual(portableCrypto.sha1(...parts))
  expect(nativeCrypto.sha256(...parts)).toEqual(portableCrypto.sha256(...parts))
  const [a, b] = [nativeCrypto.md5(), portableCrypto.md5()]
  for (const part of parts) expect([a.update(part), b.update(part)]).toEqual([a, b])
  expect(a.digest()).toEqual(b.digest())
})

test('PBKDF2-HMAC-SHA-512', async () => {
  for (const iterations of [1, 2, 1000]) {
    const [a, b] = [nativePbkdf2, portablePbkdf2].map((pbkdf2) => pbkdf2(ascii('пароль'), ascii('salt'), iterations))
    expect(toHex(await a!)).toBe(toHex(await b!))
    expect(await a!).toHaveLength(64)
  }
})
