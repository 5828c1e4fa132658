/**
 * The Diffie-Hellman group and numbers of the key exchange: what the client must check before it uses them.
 *
 * Source: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication,
 * https://core.telegram.org/mtproto/security_guidelines#diffie-hellman-key-exchange
 */
import { toBigInt, toHex } from '../bytes.ts'
import type { RandomSource } from '../host.ts'
import type { Crypto } from './crypto.ts'

/** Length of dh_prime, g_a and g_b in bytes. */
export const DH_LENGTH = 256
/** Rounds of Miller-Rabin for a group that is not known. */
const ROUNDS = 32
/** g_a and g_b stay this far away from both ends of the group. */
const MARGIN: bigint = 1n << 1984n
/** Most groups whose primality is remembered. */
const REMEMBERED = 16

/** SHA-256 of the prime that Telegram's servers have used since 2013; it is a safe prime, which a test verifies. */
const KNOWN_PRIME = '02f85e7687fc6f33ba678226a963b3c8a191b47c890cf30debe17c1d623b5af1'

/** SHA-256 of primes already found to be safe. */
const safePrimes: Set<string> = new Set([KNOWN_PRIME])

/** Whether g generates the subgroup of order (p-1)/2 of a safe prime p, told by a congruence of p. */
function isGenerator(g: number, p: bigint): boolean {
  switch (g) {
    case 2:
      return p % 8n === 7n
    case 3:
      return p % 3n === 2n
    case 4:
      return true
    case 5:
      return p % 5n === 1n || p % 5n === 4n
    case 6:
      return p % 24n === 19n || p % 24n === 23n
    case 7:
      return p % 7n === 3n || p % 7n === 5n || p % 7n === 6n
    default:
      return false
  }
}

/**
 * Whether a group is safe to use: dh_prime a safe prime of exactly 2048 bits, g one of 2 to 7 that generates the large
 * subgroup.
 * @param prime dh_prime as the server sent it, big-endian
 * @param random witnesses for the primality test; drawn only for a prime that is not known yet
 */
export function isSafeGroup(crypto: Crypto, random: RandomSource, g: number, prime: Uint8Array): boolean {
  if (prime.length !== DH_LENGTH || prime[0]! < 0x80) return false
  const p = toBigInt(prime)
  if (!isGenerator(g, p)) return false
  const name = toHex(crypto.sha256(prime))
  if (safePrimes.has(name)) return true
  // The cheaper test first: a few rounds find out almost every composite.
  const probable = (n: bigint, rounds: number): boolean => crypto.isProbablePrime(n, rounds, random)
  if (!probable(p, 2) || !probable((p - 1n) / 2n, ROUNDS) || !probable(p, ROUNDS)) return false
  if (safePrimes.size >= REMEMBERED) for (const one of safePrimes) if (one !== KNOWN_PRIME) safePrimes.delete(one)
  safePrimes.add(name)
  return true
}

/** Whether g_a or g_b is in range: 2^1984 < number < dh_prime - 2^1984, which implies 1 < number < dh_prime - 1. */
export function isSafeNumber(number: bigint, prime: bigint): boolean {
  return number > MARGIN && number < prime - MARGIN
}
