/**
 * What both sides of a key exchange derive from the nonces and the key.
 *
 * Source: https://core.telegram.org/mtproto/auth_key
 */
import { concat, view, xor } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { AesKeyIv } from '../../crypto/message-key.ts'

/** tmp_aes_key and tmp_aes_iv, for the two messages of the exchange that are encrypted under the nonces. */
export function tmpAesKeyIv(crypto: Crypto, newNonce: Uint8Array, serverNonce: Uint8Array): AesKeyIv {
  const a = crypto.sha1(newNonce, serverNonce)
  const b = crypto.sha1(serverNonce, newNonce)
  const c = crypto.sha1(newNonce, newNonce)
  return { key: concat(a, b.subarray(0, 12)), iv: concat(b.subarray(12), c, newNonce.subarray(0, 4)) }
}

/** auth_key_aux_hash: the 64 higher bits of the key's SHA-1, 8 bytes. */
export function authKeyAuxHash(crypto: Crypto, authKey: Uint8Array): Uint8Array {
  return crypto.sha1(authKey).slice(0, 8)
}

/**
 * new_nonce_hash1, 2 or 3: how the server proves that it has the same key.
 * @param number 1 for dh_gen_ok, 2 for dh_gen_retry, 3 for dh_gen_fail
 * @returns 16 bytes
 */
export function newNonceHash(crypto: Crypto, newNonce: Uint8Array, number: 1 | 2 | 3, auxHash: Uint8Array): Uint8Array {
  return crypto.sha1(newNonce, Uint8Array.of(number), auxHash).slice(4)
}

/** The first server salt: a signed 64-bit number. */
export function firstSalt(newNonce: Uint8Array, serverNonce: Uint8Array): bigint {
  return view(xor(newNonce.subarray(0, 8), serverNonce.subarray(0, 8))).getBigInt64(0, true)
}
