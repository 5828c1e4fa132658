/**
 * The server's half of RSA_PAD: decrypts and verifies.
 *
 * Source: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication (step 4.1)
 */
import { equal, fromBigInt, toBigInt, xor } from '../bytes.ts'
import type { Crypto } from './crypto.ts'
import { RSA_LENGTH, RSA_PADDED } from './rsa.ts'

/** The private half of a server's key. */
export interface PrivateKey {
  /** Modulus of 2048 bits. */
  readonly n: bigint
  /** Private exponent. */
  readonly d: bigint
}

/**
 * RSA decryption without any padding.
 * @returns 256 bytes; undefined if `encrypted` is not 256 bytes that stand for a number below the modulus
 */
export function rsaDecryptRaw(crypto: Crypto, key: PrivateKey, encrypted: Uint8Array): Uint8Array | undefined {
  const number = toBigInt(encrypted)
  if (encrypted.length !== RSA_LENGTH || number >= key.n) return undefined
  return fromBigInt(crypto.modPow(number, key.d, key.n), RSA_LENGTH)
}

/**
 * The inverse of `rsaPad`.
 * @param encrypted what the client sent as `encrypted_data`
 * @returns the data and its random padding, 192 bytes; undefined if this is not RSA_PAD under this key
 */
export function rsaUnpad(crypto: Crypto, key: PrivateKey, encrypted: Uint8Array): Uint8Array | undefined {
  const bytes = rsaDecryptRaw(crypto, key, encrypted)
  if (!bytes) return undefined
  const inner = bytes.subarray(32)
  const tempKey = xor(bytes.subarray(0, 32), crypto.sha256(inner))
  crypto.igeDecrypt(tempKey, new Uint8Array(32), inner)
  const padded = inner.subarray(0, RSA_PADDED).reverse()
  return equal(crypto.sha256(tempKey, padded), inner.subarray(RSA_PADDED)) ? padded : undefined
}
