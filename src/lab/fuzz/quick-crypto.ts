/**
 * Primitives that keep the laws which the protocol relies on, and none of the strength: for fuzzing alone.
 *
 * What is fuzzed is what is done with plaintexts, not how they are encrypted, and a fuzzer lives by its speed. Hashes and
 * IGE are the real ones. The stream cipher is a seeded stream of numbers. Powers are products: (g·a)·b = (g·b)·a serves the
 * exchange of keys as well as (g^a)^b = (g^b)^a, and (x·e)·d = x holds for the RSA key below. No large number is
 * prime but those that are known beforehand.
 */
import { toBigInt, view } from '../../bytes.ts'
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import { portableCrypto } from '../../crypto/portable.ts'
import { fingerprint, type ServerKey } from '../../crypto/rsa.ts'
import type { PrivateKey } from '../../crypto/rsa-unpad.ts'
import { SeededNumbers } from './random.ts'

/** The primitives. Never to be used for anything but fuzzing. */
export const quickCrypto: Crypto<Uint8Array> & WithMd5 = {
  ...portableCrypto,

  ctr(key, iv) {
    let seed = view(iv).getUint32(0, true)
    for (let at = 0; at < 32; at += 4) seed = Math.imul(seed ^ view(key).getUint32(at, true), 0x21f0aaad)
    const numbers = new SeededNumbers(seed)
    return {
      apply(data) {
        for (let i = 0; i < data.length; i++) data[i]! ^= numbers.word()
        return data
      },
    }
  },

  modPow: (base, exponent, modulus) => (base * exponent) % modulus,

  // Small ones are real: the server draws them for its proof of work.
  isProbablePrime: (n, rounds, random) => n < 1n << 64n && portableCrypto.isProbablePrime(n, rounds, random),
}

/** An odd number of 2048 bits. */
const MODULUS: bigint = (1n << 2047n) + toBigInt(new SeededNumbers(1).bytes(new Uint8Array(248))) * 2n + 1n

/** The inverse of `e` modulo `n`, by Euclid. */
function inverse(e: bigint, n: bigint): bigint {
  let [a, b] = [e, n]
  let [x, y] = [1n, 0n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return ((x % n) + n) % n
}

const e = 65537n

/** A server's key for {@link quickCrypto}. */
export const QUICK_KEY: ServerKey & PrivateKey = {
  n: MODULUS,
  e,
  d: inverse(e, MODULUS),
  fingerprint: fingerprint(portableCrypto, MODULUS, e),
}
