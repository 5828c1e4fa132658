/** Factorization of pq: every size, every refusal, bounded work. */
import { generatePrimeSync } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { factorize } from '../../src/crypto/pq.ts'
import { SecurityError } from '../../src/errors.ts'

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true })

test('primes of every pair of sizes up to 64 bits together', () => {
  for (let small = 4; small <= 32; small++) {
    for (let large = Math.max(small, 6); large <= 64 - small; large += 3) {
      const p = prime(small)
      let q = prime(large)
      while (q === p) q = prime(large)
      expect(factorize(p * q)).toEqual(p < q ? [p, q] : [q, p])
    }
  }
})

test('small factors: 3 with anything', () => {
  for (const q of [5n, 7n, 11n, 65537n, 2147483647n, (1n << 61n) - 1n]) expect(factorize(3n * q)).toEqual([3n, q])
})

test('the largest pq of 8 bytes', () => {
  // The two largest primes below 2^32.
  expect(factorize(4294967291n * 4294967279n)).toEqual([4294967279n, 4294967291n])
})

test.prop([fc.bigInt(0n, (1n << 64n) - 1n)], { numRuns: 300 })(
  'any 64 bits: two factors in order, or a refusal',
  (n) => {
    let factors: [bigint, bigint]
    try {
      factors = factorize(n)
    } catch (error) {
      expect(error).toBeInstanceOf(SecurityError)
      return
    }
    const [p, q] = factors
    expect(p * q).toBe(n)
    expect(1n < p && p < q).toBe(true)
  },
)

test('the same pq gives the same factors, without any randomness', () => {
  const pq = 3n * 5n * 7n * 1000003n
  expect(factorize(pq)).toEqual(factorize(pq))
})

test.each([
  [-15n, 'not the product of two odd primes'],
  [0n, 'not the product of two odd primes'],
  [1n, 'not the product of two odd primes'],
  [4n, 'not the product of two odd primes'],
  [9n, 'not the product of two odd primes'],
  [2n * 2147483647n, 'not the product of two odd primes'],
  [17n, 'it is prime'],
  [37n, 'it is prime'],
  [41n, 'it is prime'],
  [2147483647n, 'it is prime'],
  [18446744073709551557n, 'it is prime'],
  [25n, 'it is not'],
  [49n, 'it is not'],
  [2147483647n ** 2n, 'it is not'],
  [4294967291n ** 2n, 'it is not'],
  [1n << 64n, 'more than 8 bytes'],
  [(1n << 67n) - 1n, 'more than 8 bytes'],
])('%i is refused: %s', (pq, why) => {
  expect(() => factorize(pq)).toThrow(SecurityError)
  expect(() => factorize(pq)).toThrow(why)
})
