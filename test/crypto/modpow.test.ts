/** Modular exponentiation: both implementations against a square-and-multiply that anyone can check, at every border. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'

function reference(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus
  let square = ((base % modulus) + modulus) % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

const bits = (count: number): fc.Arbitrary<bigint> => fc.bigInt(0n, (1n << BigInt(count)) - 1n)
const odd = (count: number): fc.Arbitrary<bigint> =>
  fc.bigInt(1n << BigInt(count - 1), (1n << BigInt(count)) - 1n).map((n) => n | 1n)

describe.each([
  ['native', nativeCrypto.modPow],
  ['portable', portableCrypto.modPow],
])('%s', (_, modPow) => {
  const p = PRODUCTION_PRIME
  const big = (1n << 2047n) + 12345n

  test.each([
    ['exponent 0', 5n, 0n, p],
    ['exponent 1', 5n, 1n, p],
    ['exponent 0 modulo 1', 5n, 0n, 1n],
    ['modulus 1', 5n, big, 1n],
    ['modulus 2', 5n, big, 2n],
    ['base 0', 0n, big, p],
    ['base 0, exponent 0', 0n, 0n, p],
    ['base 1', 1n, big, p],
    ['base of the modulus less 1', p - 1n, big, p],
    ['base of the modulus', p, big, p],
    ['base above the modulus', 7n * p + 3n, big, p],
    ['a negative base', -3n, big, p],
    ['an even modulus', 3n, big, p - 1n],
    ['an even exponent', 3n, big - 1n, p],
    ['exponent of the modulus less 1', 3n, p - 1n, p],
    ['exponent of the modulus', 3n, p, p],
    ['exponent just above the modulus', 3n, p + 1n, p],
    ['exponent with more bits than the modulus', 3n, (1n << 2048n) + 99n, p],
    ['exponent with many more bits than the modulus', 3n, (1n << 2600n) + 99n, p],
    ['exponent with ten times the bits', 3n, (1n << 20480n) + 99n, p],
    ['modulus of 511 bits', 3n, big, (1n << 511n) - 1n],
    ['modulus of 512 bits', 3n, 1n << 400n, (1n << 512n) - 1n],
    ['modulus with zeros in its leading byte', 3n, big, (1n << 2040n) + 1n],
    ['modulus of 3072 bits', 3n, big, (1n << 3072n) - 1n],
    ['modulus of 3073 bits', 3n, big, (1n << 3073n) - 1n],
    ['modulus of 4096 bits', 3n, 1n << 70n, (1n << 4096n) - 1n],
    ['exponent of 64 bits', 3n, (1n << 64n) - 1n, p],
    ['exponent of 65 bits', 3n, 1n << 64n, p],
    ['an RSA exponent', big, 65537n, p],
  ])('%s', (_, base, exponent, modulus) => {
    expect(modPow(base, exponent, modulus)).toBe(reference(base, exponent, modulus))
  })

  test('a negative exponent and a modulus below 1 are a RangeError', () => {
    for (const [base, exponent, modulus] of [
      [2n, -1n, p],
      [2n, -(1n << 100n), p],
      [2n, 3n, 0n],
      [2n, 3n, -7n],
      [2n, big, 0n],
      [2n, big, -p],
    ]) {
      expect(() => modPow(base!, exponent!, modulus!)).toThrow(RangeError)
    }
  })

  test.prop([bits(2100), bits(2060), odd(2048)], { numRuns: 15 })('numbers of 2048 bits', (base, exponent, modulus) => {
    expect(modPow(base, exponent, modulus)).toBe(reference(base, exponent, modulus))
  })

  test.prop([bits(700), bits(700), bits(640).map((n) => n + 1n)], { numRuns: 60 })('numbers of any size', (b, e, m) => {
    expect(modPow(b, e, m)).toBe(reference(b, e, m))
  })
})
