/**
 * What both sides derive from the nonces and from the new key.
 *
 * Source: https://core.telegram.org/mtproto/auth_key
 */
import { concat, view, xor } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { AesKeyIv } from '../../crypto/message-key.ts'

/**
 * Key and IV that protect the Diffie-Hellman messages in both directions.
 * @param newNonce 32 bytes
 * @param serverNonce 16 bytes
 */
export function tmpAesKeyIv(crypto: Crypto, newNonce: Uint8Array, serverNonce: Uint8Array): AesKeyIv {
  const a = crypto.sha1(newNonce, serverNonce)
  const b = crypto.sha1(serverNonce, newNonce)
  const c = crypto.sha1(newNonce, newNonce)
  return {
    key: concat(a, b.subarray(0, 12)),
    iv: concat(b.subarray(12), c, newNonce.subarray(0, 4)),
  }
}

/** auth_key_aux_hash: the higher 64 bits of the key's SHA-1, 8 bytes. */
export function authKeyAuxHash(crypto: Crypto, authKey: Uint8Array): Uint8Array {
  return crypto.sha1(authKey).slice(0, 8)
}

/**
 * new_nonce_hash1, 2 or 3, in `dh_gen_ok`, `dh_gen_retry` and `dh_gen_fail`.
 * @returns 16 bytes
 */
export function newNonceHash(crypto: Crypto, newNonce: Uint8Array, n: 1 | 2 | 3, auxHash: Uint8Array): Uint8Array {
  return crypto.sha1(newNonce, Uint8Array.of(n), auxHash).slice(4)
}

/** The first salt of a new key, as a signed TL `long`. */
export function firstSalt(newNonce: Uint8Array, serverNonce: Uint8Array): bigint {
  return view(xor(newNonce.subarray(0, 8), serverNonce.subarray(0, 8))).getBigInt64(0, true)
}
