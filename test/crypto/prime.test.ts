/** Primality: known primes, known impostors, and the witnesses that are drawn. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'
import { seededRandom } from '../support/virtual-host.ts'

const random = seededRandom(4)

/** Trial division. */
function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n > 1
}

describe.each([
  ['native', nativeCrypto.isProbablePrime],
  ['portable', portableCrypto.isProbablePrime],
])('%s', (_, isProbablePrime) => {
  test('every number up to 3000, and negative ones', () => {
    for (let n = -5; n <= 3000; n++) expect([n, isProbablePrime(BigInt(n), 30, random)]).toEqual([n, isPrime(n)])
  })

  test('pseudoprimes: Carmichael numbers, strong pseudoprimes to many bases, squares of primes', () => {
    const impostors = [
      561n,
      1105n,
      294409n,
      56052361n,
      118901521n,
      3215031751n,
      3825123056546413051n,
      2147483647n ** 2n,
    ]
    for (const n of [...impostors, 318665857834031151167461n, 3317044064679887385961981n]) {
      expect([n, isProbablePrime(n, 30, random)]).toEqual([n, false])
    }
  })

  test('large primes, and products of two', () => {
    const [a, b] = [(1n << 521n) - 1n, (1n << 127n) - 1n]
    expect([a, b, a * b, a - 2n].map((n) => isProbablePrime(n, 30, random))).toEqual([true, true, false, false])
  })

  test('the production prime is a safe prime', { timeout: 60_000 }, () => {
    expect(isProbablePrime(PRODUCTION_PRIME, 30, random)).toBe(true)
    expect(isProbablePrime(PRODUCTION_PRIME >> 1n, 30, random)).toBe(true)
  })
})

test.prop([fc.bigInt(0n, 1n << 80n)])('both agree', (n) => {
  expect(portableCrypto.isProbablePrime(n, 30, random)).toBe(nativeCrypto.isProbablePrime(n, 30, random))
})

test('the portable one draws as many witnesses as rounds, each 8 bytes longer than the number', () => {
  const draws: number[] = []
  const counting = (into: Uint8Array): Uint8Array => {
    draws.push(into.length)
    return random(into)
  }
  expect(portableCrypto.isProbablePrime((1n << 127n) - 1n, 30, counting)).toBe(true)
  expect(draws).toEqual(Array(30).fill(24))
})

test('a witness at either end of its range is a proper one', () => {
  // 0 gives 2; all ones give something within the range as well: a prime stays prime.
  for (const fill of [0, 0xff]) expect(portableCrypto.isProbablePrime(61n, 5, (into) => into.fill(fill))).toBe(true)
})
