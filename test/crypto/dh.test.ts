/** The checks of a Diffie-Hellman group: every generator against every residue, and what is remembered. */
import { createDiffieHellman, getDiffieHellman } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { toBigInt } from '../../src/bytes.ts'
import { checkDhGroup, isSafeDhValue, PRIME_ROUNDS } from '../../src/crypto/dh.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'
import { SecurityError } from '../../src/errors.ts'
import { seededRandom } from '../support/virtual-host.ts'

const UNKNOWN = toBigInt(new Uint8Array(getDiffieHellman('modp14').getPrime()))
/** Takes everything for prime, so that the rule for the generator stands alone. */
const credulous = { ...nativeCrypto, isProbablePrime: () => true }

/** g generates the subgroup of squares if it is a square itself: Euler's criterion on small stand-ins for p. */
function isSquare(g: number, p: number): boolean {
  for (let x = 1; x < p; x++) if ((x * x) % p === g % p) return true
  return false
}

test('Telegram’s prime: 2048 bits, safe, 3, 4 and 7 are generators, 2, 5 and 6 are not', () => {
  expect(PRODUCTION_PRIME.toString(2)).toHaveLength(2048)
  const good = [2, 3, 4, 5, 6, 7].filter((g) => {
    try {
      checkDhGroup(nativeCrypto, seededRandom(1), PRODUCTION_PRIME, g)
      return true
    } catch {
      return false
    }
  })
  expect(good).toEqual([3, 4, 7])
})

describe('the rule for each generator is that it is a square modulo a safe prime', () => {
  const safePrimes = [23, 47, 59, 83, 107, 167, 179, 227, 263, 347, 359, 383, 467, 479, 503, 563, 587, 719, 839, 863]
  test.each([2, 3, 4, 5, 6, 7])('g = %i', (g) => {
    for (const small of safePrimes) {
      // A number of 2048 bits with the same residues modulo 8, 3, 5, 24 and 7 as the small prime.
      const unit = 840n
      const large = ((1n << 2047n) / unit + 1n) * unit + BigInt(small)
      const check = () => checkDhGroup(credulous, seededRandom(1), large, g)
      if (isSquare(g, small)) expect(check).not.toThrow()
      else expect(check).toThrow(`${g} does not generate the subgroup`)
    }
  })
})

test('other generators are refused', () => {
  for (const g of [-2, 0, 1, 8, 9, 2.5, Number.NaN]) {
    expect(() => checkDhGroup(credulous, seededRandom(1), PRODUCTION_PRIME, g)).toThrow(SecurityError)
  }
})

test('Telegram’s prime is known without a test, and is safe by one; a neighbour is not known', {
  timeout: 60_000,
}, () => {
  const isProbablePrime = vi.fn(() => true)
  const crypto = { ...nativeCrypto, isProbablePrime }
  checkDhGroup(crypto, seededRandom(1), PRODUCTION_PRIME, 3)
  expect(isProbablePrime).not.toHaveBeenCalled()
  for (const n of [PRODUCTION_PRIME, PRODUCTION_PRIME >> 1n]) {
    expect(nativeCrypto.isProbablePrime(n, PRIME_ROUNDS, seededRandom(1))).toBe(true)
  }
  checkDhGroup(crypto, seededRandom(1), PRODUCTION_PRIME ^ (1n << 1000n), 4)
  expect(isProbablePrime).toHaveBeenCalledTimes(2)
})

test('an unknown prime is tested with its half, 30 rounds each, once for each source of randomness', () => {
  const isProbablePrime = vi.fn(() => true)
  const crypto = { ...nativeCrypto, isProbablePrime }
  const random = seededRandom(1)
  checkDhGroup(crypto, random, UNKNOWN, 2)
  expect(isProbablePrime.mock.calls).toEqual([
    [UNKNOWN, PRIME_ROUNDS, random],
    [(UNKNOWN - 1n) / 2n, PRIME_ROUNDS, random],
  ])
  expect(PRIME_ROUNDS).toBeGreaterThanOrEqual(30)
  checkDhGroup(crypto, random, UNKNOWN, 2)
  expect(isProbablePrime).toHaveBeenCalledTimes(2)
  checkDhGroup(crypto, seededRandom(1), UNKNOWN, 2)
  expect(isProbablePrime).toHaveBeenCalledTimes(4)
})

test('a remembered prime still needs a generator that fits', () => {
  const random = seededRandom(1)
  // 7 modulo 8, and 2 modulo 5.
  const prime = ((1n << 2047n) / 40n + 1n) * 40n + 7n
  checkDhGroup(credulous, random, prime, 2)
  expect(() => checkDhGroup(credulous, random, prime, 5)).toThrow('5 does not generate')
})

test('a bad prime is never remembered, and few good ones are', () => {
  const random = seededRandom(1)
  const isProbablePrime = vi.fn(() => true)
  const crypto = { ...nativeCrypto, isProbablePrime }
  const prime = (i: number): bigint => (1n << 2048n) - 1n - 8n * BigInt(i)
  isProbablePrime.mockReturnValueOnce(true).mockReturnValueOnce(false)
  expect(() => checkDhGroup(crypto, random, prime(0), 2)).toThrow('not a safe prime')
  for (let i = 0; i < 40; i++) checkDhGroup(crypto, random, prime(i), 2)
  expect(isProbablePrime).toHaveBeenCalledTimes(2 + 80)
  checkDhGroup(crypto, random, prime(39), 2)
  expect(isProbablePrime).toHaveBeenCalledTimes(82)
  checkDhGroup(crypto, random, prime(0), 2)
  expect(isProbablePrime).toHaveBeenCalledTimes(84)
})

test('real primality: a prime that is not safe is refused, a safe one of another size too', () => {
  const unsafe = (1n << 2048n) - 14505n
  expect(nativeCrypto.isProbablePrime(unsafe, 30, seededRandom(1))).toBe(true)
  expect(() => checkDhGroup(nativeCrypto, seededRandom(1), unsafe, 2)).toThrow('not a safe prime')
  const short = toBigInt(new Uint8Array(createDiffieHellman(getDiffieHellman('modp5').getPrime()).getPrime()))
  expect(() => checkDhGroup(nativeCrypto, seededRandom(1), short, 2)).toThrow('not exactly 2048 bits')
})

test('values within 2^1984 of 0 or of the prime are not safe, the next ones are', () => {
  const far = 1n << 1984n
  const p = PRODUCTION_PRIME
  for (const value of [-1n, 0n, 1n, 2n, far - 1n, far, p - far, p - far + 1n, p - 1n, p, p + 1n, 2n * p]) {
    expect(isSafeDhValue(p, value)).toBe(false)
  }
  for (const value of [far + 1n, p >> 1n, p - far - 1n]) expect(isSafeDhValue(p, value)).toBe(true)
})
