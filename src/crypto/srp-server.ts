/**
 * Two-step verification: the server's half of SRP, as Telegram defines it. It keeps a verifier, not the password.
 *
 * Source: https://core.telegram.org/api/srp
 */
import { concat, equal, fromBigInt, toBigInt, xor } from '../bytes.ts'
import { type RandomSource, randomBytes } from '../host.ts'
import type { Crypto } from './crypto.ts'
import { type Pbkdf2, passwordHash, type SrpParameters } from './srp.ts'

const LENGTH = 256

/** The group in which passwords are checked, and the salts of one of them. */
export type SrpAlgorithm = Omit<SrpParameters, 'srpB'>

/** A challenge, good for one answer. */
export interface SrpChallenge {
  /** srp_B, 256 bytes. */
  readonly srpB: Uint8Array
  /** Whether A and M1 come from somebody who knows the password. */
  accepts(A: Uint8Array, M1: Uint8Array): boolean
}

const number = (value: bigint): Uint8Array => fromBigInt(value, LENGTH)

/** What a server keeps of a password: g^x, 256 bytes. */
export async function srpVerifier(
  crypto: Crypto,
  pbkdf2: Pbkdf2,
  password: Uint8Array,
  algorithm: SrpAlgorithm,
): Promise<Uint8Array> {
  const x = toBigInt(await passwordHash(crypto, pbkdf2, password, algorithm))
  return number(crypto.modPow(BigInt(algorithm.g), x, toBigInt(algorithm.p)))
}

/** Makes a challenge. Draws b from `random`, 256 bytes. */
export function srpChallenge(
  crypto: Crypto,
  random: RandomSource,
  verifier: Uint8Array,
  { salt1, salt2, g, p: prime }: SrpAlgorithm,
): SrpChallenge {
  const p = toBigInt(prime)
  const v = toBigInt(verifier)
  const b = toBigInt(randomBytes(random, LENGTH))
  const k = toBigInt(crypto.sha256(number(p), number(BigInt(g))))
  const srpB = number((k * v + crypto.modPow(BigInt(g), b, p)) % p)
  return {
    srpB,
    accepts(A, M1) {
      const a = toBigInt(A)
      if (A.length !== LENGTH || a % p === 0n) return false
      const u = toBigInt(crypto.sha256(A, srpB))
      const secret = crypto.modPow((a * crypto.modPow(v, u, p)) % p, b, p)
      const expected = crypto.sha256(
        xor(crypto.sha256(number(p)), crypto.sha256(number(BigInt(g)))),
        concat(crypto.sha256(salt1), crypto.sha256(salt2), A, srpB, crypto.sha256(number(secret))),
      )
      return equal(expected, M1)
    },
  }
}
