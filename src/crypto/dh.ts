/**
 * Checks of a Diffie-Hellman group and of values in it, before anything secret is computed with them.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#validation-of-dh-parameters
 */
import { hint } from '#explain'
import { fromBigInt, toHex } from '../bytes.ts'
import type { RandomSource } from '../host.ts'
import type { Crypto } from './crypto.ts'
import { PRIME_ROUNDS, REMEMBERED } from './limits.ts'
import { refuse } from './refuse.ts'

export { PRIME_ROUNDS } from './limits.ts'

/** Distance that g_a and g_b keep from 0 and from the prime: 2^(2048 - 64). */
const DISTANCE: bigint = 1n << 1984n

/**
 * SHA-256 of the safe prime that Telegram's servers use, `production-prime.ts`. Given to many, checked by all, it needs no
 * test.
 */
const KNOWN_PRIME = '02f85e7687fc6f33ba678226a963b3c8a191b47c890cf30debe17c1d623b5af1'

/** For each generator the modulus and the residues of a prime for which it generates the subgroup of squares; 4 always does. */
const RESIDUES: Readonly<Record<number, readonly [modulus: bigint, ...residues: bigint[]]>> = {
  2: [8n, 7n],
  3: [3n, 2n],
  4: [1n, 0n],
  5: [5n, 1n, 4n],
  6: [24n, 19n, 23n],
  7: [7n, 3n, 5n, 6n],
}

/**
 * Primes found good, newest last. Kept by source of randomness, so that one run of a simulation cannot change what the
 * next one draws.
 */
const good = new WeakMap<RandomSource, Set<bigint>>()

/**
 * Checks that `prime` is a safe prime of exactly 2048 bits and that `g` generates its subgroup of prime order.
 * Unknown primes are tested, (p - 1) / 2 as well, and remembered.
 * @param random where the portable test draws its witnesses from; see `isProbablePrime`
 * @throws SecurityError EXCHANGE_REFUSED
 */
export function checkDhGroup(crypto: Crypto, random: RandomSource, prime: bigint, g: number): void {
  if (prime >> 2047n !== 1n) refuse(hint(': the prime has not exactly 2048 bits'))
  const [modulus, ...residues] = RESIDUES[g] ?? refuse(hint(() => `: ${g} is no generator that the protocol allows`))
  if (!residues.includes(prime % modulus)) refuse(hint(() => `: ${g} does not generate the subgroup`))
  if (toHex(crypto.sha256(fromBigInt(prime))) === KNOWN_PRIME) return
  const known = good.get(random) ?? new Set<bigint>()
  if (known.has(prime)) return
  for (const number of [prime, prime >> 1n]) {
    if (!crypto.isProbablePrime(number, PRIME_ROUNDS, random)) refuse(hint(': the modulus is not a safe prime'))
  }
  // A set keeps the order of insertion: the last ones stay.
  good.set(random, new Set([...known, prime].slice(-REMEMBERED)))
}

/**
 * Whether g_a or g_b may be used: far enough from 0 and from the prime that no small exponent made it.
 * This includes 1 < value < prime - 1.
 */
export function isSafeDhValue(prime: bigint, value: bigint): boolean {
  return value > DISTANCE && value < prime - DISTANCE
}
