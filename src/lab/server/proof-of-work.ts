/**
 * The number that a client has to factorize before the server spends time on it: a product of two primes below 2^31.
 *
 * Source: https://core.telegram.org/mtproto/auth_key#1-client-sends-query-to-server
 */
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { type RandomSource, randomBytes } from '../../host.ts'

/** Most candidates have one of these for a factor: to divide costs less than to ask. */
const SMALL_PRIMES = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53]

/** Two different primes p < q of 31 bits, so that p·q has at most 62 bits. */
export function randomPq(crypto: Crypto, random: RandomSource): [p: bigint, q: bigint] {
  const first = randomPrime(crypto, random)
  let second = first
  while (second === first) second = randomPrime(crypto, random)
  return first < second ? [first, second] : [second, first]
}

function randomPrime(crypto: Crypto, random: RandomSource): bigint {
  for (;;) {
    const candidate = ((view(randomBytes(random, 4)).getUint32(0) & 0x3fffffff) | 0x40000001) >>> 0
    if (SMALL_PRIMES.some((prime) => candidate % prime === 0)) continue
    if (crypto.isProbablePrime(BigInt(candidate), 20, random)) return BigInt(candidate)
  }
}
