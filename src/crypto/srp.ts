/**
 * Two-step verification: the client's half of SRP, as Telegram defines it.
 *
 * The server learns whether the password is right without learning the password. PBKDF2 takes 100000 rounds of
 * HMAC-SHA-512 and is the one thing slow here; the caller brings it, so that it can run on the platform's own threads.
 * Source: https://core.telegram.org/api/srp
 */
import { concat, fromBigInt, toBigInt, xor } from '../bytes.ts'
import { SecurityError } from '../errors.ts'
import { type RandomSource, randomBytes } from '../host.ts'
import type { Crypto } from './crypto.ts'
import { checkDhGroup, isSafeDhValue } from './dh.ts'

/** PBKDF2-HMAC-SHA-512 with an output of 64 bytes. */
export type Pbkdf2 = (password: Uint8Array, salt: Uint8Array, iterations: number) => Promise<Uint8Array> | Uint8Array

/** Source: https://core.telegram.org/api/srp#checking-the-password-with-srp */
const ITERATIONS = 100_000
const LENGTH = 256
/** Draws of a before the group is called unusable. */
const MAX_DRAWS = 8

/** What `account.getPassword` tells, in `current_algo` and beside it. */
export interface SrpParameters {
  readonly salt1: Uint8Array
  readonly salt2: Uint8Array
  readonly g: number
  /** The prime, 256 bytes. */
  readonly p: Uint8Array
  /** srp_B. */
  readonly srpB: Uint8Array
}

/** What goes into `inputCheckPasswordSRP` beside srp_id. */
export interface SrpAnswer {
  /** 256 bytes. */
  readonly A: Uint8Array
  /** 32 bytes. */
  readonly M1: Uint8Array
}

/** The number x that stands for the password: PH2 of the documentation, 32 bytes. */
export async function passwordHash(
  crypto: Crypto,
  pbkdf2: Pbkdf2,
  password: Uint8Array,
  { salt1, salt2 }: Pick<SrpParameters, 'salt1' | 'salt2'>,
): Promise<Uint8Array> {
  const salted = (data: Uint8Array, salt: Uint8Array): Uint8Array => crypto.sha256(salt, data, salt)
  const first = salted(salted(password, salt1), salt2)
  return salted(await pbkdf2(first, salt1, ITERATIONS), salt2)
}

/**
 * Computes the answer to the server's challenge.
 *
 * Draws a from `random`, 256 bytes, again for as long as A or u is out of range.
 * @param password UTF-8 of the password
 * @returns A and M1 for `inputCheckPasswordSRP`
 * @throws SecurityError EXCHANGE_REFUSED if the server's group or srp_B is not safe to use
 * @example
 * const { A, M1 } = await answerSrp(crypto, random, pbkdf2, new TextEncoder().encode(password), parameters)
 */
export async function answerSrp(
  crypto: Crypto,
  random: RandomSource,
  pbkdf2: Pbkdf2,
  password: Uint8Array,
  parameters: SrpParameters,
): Promise<SrpAnswer> {
  const { salt1, salt2, srpB } = parameters
  const p = toBigInt(parameters.p)
  const g = BigInt(parameters.g)
  const b = toBigInt(srpB)
  checkDhGroup(crypto, random, p, parameters.g)
  if (!isSafeDhValue(p, b)) throw refused('srp_B is out of range')

  const number = (value: bigint): Uint8Array => fromBigInt(value, LENGTH)
  const x = toBigInt(await passwordHash(crypto, pbkdf2, password, parameters))
  const k = toBigInt(crypto.sha256(number(p), number(g)))
  const kv = (k * crypto.modPow(g, x, p)) % p
  const t = (b - kv + p) % p
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const a = toBigInt(randomBytes(random, LENGTH))
    const A = crypto.modPow(g, a, p)
    const u = toBigInt(crypto.sha256(number(A), number(b)))
    if (!isSafeDhValue(p, A) || u === 0n || t === 0n) continue
    const ka = crypto.sha256(number(crypto.modPow(t, a + u * x, p)))
    const M1 = crypto.sha256(
      xor(crypto.sha256(number(p)), crypto.sha256(number(g))),
      concat(crypto.sha256(salt1), crypto.sha256(salt2), number(A), number(b), ka),
    )
    return { A: number(A), M1 }
  }
  throw refused('no A in range was found')
}

function refused(why: string): SecurityError {
  return new SecurityError('EXCHANGE_REFUSED', `the check of the password was refused: ${why}`)
}
