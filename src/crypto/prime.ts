/**
 * Primality by Miller-Rabin. Source: FIPS 186-5, appendix B.3.1.
 */
import { toBigInt } from '../bytes.ts'
import { type RandomSource, randomBytes } from '../host.ts'

/** base^exponent mod modulus. */
export type ModPow = (base: bigint, exponent: bigint, modulus: bigint) => bigint

/** Primes that most composites are divisible by one of. */
const SMALL_PRIMES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n]

/** One round of Miller-Rabin: whether the odd number `n` looks prime to `witness`, 2 ≤ witness ≤ n - 2. */
export function looksPrime(n: bigint, witness: bigint, modPow: ModPow): boolean {
  let odd = n - 1n
  let twos = 0
  for (; odd % 2n === 0n; odd /= 2n) twos++
  let x = modPow(witness, odd, n)
  if (x === 1n) return true
  for (; twos > 0; twos--) {
    if (x === n - 1n) return true
    x = (x * x) % n
  }
  return false
}

/**
 * Whether `n` is prime; a composite passes with a chance of at most 4^-rounds.
 * @param rounds number of witnesses
 * @param random where the witnesses come from: one draw each, 8 bytes longer than `n`, so that they are all but uniform;
 *   nothing is drawn for numbers with a factor below 59
 * @param modPow exponentiation to use
 */
export function isProbablePrime(n: bigint, rounds: number, random: RandomSource, modPow: ModPow): boolean {
  if (n < 2n) return false
  for (const prime of SMALL_PRIMES) if (n % prime === 0n) return n === prime
  const length = 8 + Math.ceil(n.toString(16).length / 2)
  for (let round = 0; round < rounds; round++) {
    if (!looksPrime(n, 2n + (toBigInt(randomBytes(random, length)) % (n - 3n)), modPow)) return false
  }
  return true
}
