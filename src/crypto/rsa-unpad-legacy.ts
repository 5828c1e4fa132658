/**
 * The padding before RSA_PAD, as the server sees it: SHA-1 of the data, the data, random bytes up to 255.
 *
 * It is not sound (its hash is not bound to the padding), and our client never sends it. Some third-party clients still
 * do; the test DC takes it from them.
 * Source: https://core.telegram.org/mtproto/auth_key, version of 2013 to 2021.
 */
import { equal } from '../bytes.ts'
import type { Crypto } from './crypto.ts'
import { type PrivateKey, rsaDecryptRaw } from './rsa-unpad.ts'

/**
 * Decrypts and verifies data in the old padding.
 * @param measure length of the TL value at the start of the given bytes; undefined or an error if there is none
 * @returns the data alone; undefined if this is not the old padding under this key
 */
export function rsaUnpadLegacy(
  crypto: Crypto,
  key: PrivateKey,
  encrypted: Uint8Array,
  measure: (bytes: Uint8Array) => number | undefined,
): Uint8Array | undefined {
  const bytes = rsaDecryptRaw(crypto, key, encrypted)
  if (bytes?.[0] !== 0) return undefined
  const body = bytes.subarray(21)
  let length: number | undefined
  try {
    length = measure(body)
  } catch {
    return undefined
  }
  if (length === undefined || length > body.length) return undefined
  const data = body.subarray(0, length)
  return equal(crypto.sha1(data), bytes.subarray(1, 21)) ? data : undefined
}
