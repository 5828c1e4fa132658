/**
 * Checks of a Diffie-Hellman group and of values in it, before anything secret is computed with them.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#validation-of-dh-parameters
 */
import { SecurityError } from '../errors.ts'
import type { RandomSource } from '../host.ts'
import type { Crypto } from './crypto.ts'

/** Rounds of Miller-Rabin for a prime that is not known. */
export const PRIME_ROUNDS = 30
/** Primes remembered as good, for one source of randomness. */
const REMEMBERED = 16
/** Distance that g_a and g_b keep from 0 and from the prime: 2^(2048 - 64). */
const DISTANCE: bigint = 1n << 1984n

/** The safe prime that Telegram's servers use; with g = 3 among others. Given to many, checked by all, it needs no test. */
export const PRODUCTION_PRIME: bigint = /* @__PURE__ */ BigInt(
  '0xc71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f' +
    '48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37' +
    '20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64' +
    '2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4' +
    'a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754' +
    'fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4' +
    'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f' +
    '0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b',
)

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

function refuse(why: string): never {
  throw new SecurityError('EXCHANGE_REFUSED', `The server's Diffie-Hellman parameters were refused: ${why}.`)
}

/**
 * Checks that `prime` is a safe prime of exactly 2048 bits and that `g` generates its subgroup of prime order.
 * Unknown primes are tested, (p - 1) / 2 as well, and remembered.
 * @param random where the portable test draws its witnesses from; see `isProbablePrime`
 * @throws SecurityError EXCHANGE_REFUSED
 */
export function checkDhGroup(crypto: Crypto, random: RandomSource, prime: bigint, g: number): void {
  if (prime >> 2047n !== 1n) refuse('the prime has not exactly 2048 bits')
  const [modulus, ...residues] = RESIDUES[g] ?? refuse(`${g} is no generator that the protocol allows`)
  if (!residues.includes(prime % modulus)) refuse(`${g} does not generate the subgroup`)
  if (prime === PRODUCTION_PRIME) return
  const known = good.get(random) ?? new Set<bigint>()
  if (known.has(prime)) return
  for (const number of [prime, prime >> 1n]) {
    if (!crypto.isProbablePrime(number, PRIME_ROUNDS, random)) refuse('the modulus is not a safe prime')
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
