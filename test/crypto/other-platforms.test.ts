/**
 * What the native primitives do where `node:crypto` and `node:zlib` are not Node's own: keys with long exponents refused,
 * no test of primes, no hash by one call, buffers cut from a pool at any place, inflate that tells nothing but the result.
 */
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test, vi } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'

const createPublicKey = vi.fn(() => {
  throw new Error('BAD_E_VALUE')
})

vi.doMock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  return {
    ...original,
    createPublicKey,
    checkPrimeSync: undefined,
    hash: undefined,
    createCipheriv(algorithm: string, key: Uint8Array, iv: Uint8Array) {
      const cipher = original.createCipheriv(algorithm, key, iv)
      const pooled = {
        setAutoPadding(on: boolean) {
          cipher.setAutoPadding(on)
          return pooled
        },
        update(data: Uint8Array) {
          const out = cipher.update(data)
          const pool = Buffer.alloc(out.length + 3)
          out.copy(pool, 3)
          return pool.subarray(3)
        },
      }
      return pooled
    },
  }
})
vi.doMock('node:zlib', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:zlib')>()
  const inflateRawSync = (data: Uint8Array, { maxOutputLength }: { maxOutputLength: number }): Uint8Array =>
    original.inflateRawSync(data, { maxOutputLength })
  return { ...original, inflateRawSync }
})
afterAll(() => {
  vi.doUnmock('node:crypto')
  vi.doUnmock('node:zlib')
})

const { nativeCrypto } = await import('../../src/crypto/native.ts')

test('modPow falls back to BigInt, and tries the platform’s way once', () => {
  const exponent = PRODUCTION_PRIME >> 5n
  for (let i = 0; i < 3; i++) {
    expect(nativeCrypto.modPow(3n, exponent, PRODUCTION_PRIME)).toBe(
      portableCrypto.modPow(3n, exponent, PRODUCTION_PRIME),
    )
  }
  expect(createPublicKey).toHaveBeenCalledTimes(1)
})

test('primes are tested by witnesses drawn', () => {
  let draws = 0
  const random = (into: Uint8Array): Uint8Array => into.fill(++draws)
  expect(nativeCrypto.isProbablePrime((1n << 127n) - 1n, 30, random)).toBe(true)
  expect(nativeCrypto.isProbablePrime((1n << 127n) - 3n, 30, random)).toBe(false)
  expect(draws).toBeGreaterThanOrEqual(30)
})

test('IGE works with what a pool hands out at an odd place', () => {
  const [key, iv] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const [data, other] = [new Uint8Array(40_000), new Uint8Array(40_000)]
  nativeCrypto.igeEncrypt(key, iv, data)
  portableCrypto.igeEncrypt(key, iv, other)
  expect(Buffer.compare(data, other)).toBe(0)
})

test('gunzip works where inflate tells nothing but the result', () => {
  const packed = new Uint8Array(gzipSync(fromHex('00112233')))
  expect(nativeCrypto.gunzip(packed, 4)).toEqual(fromHex('00112233'))
  packed[packed.length - 8]! ^= 1
  expect(() => nativeCrypto.gunzip(packed, 4)).toThrow(RangeError)
})

test('hashes of short data go by an object where there is no single call', () => {
  const abc = new TextEncoder().encode('abc')
  expect(toHex(nativeCrypto.sha1(abc.subarray(0, 1), abc.subarray(1)))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
})
