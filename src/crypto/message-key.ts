/**
 * msg_key, and the AES key and IV that follow from it: MTProto 2.0, and 1.0 for the one message that still uses it.
 *
 * Each side reads its own stretch of the authorization key, so that a message cannot be reflected to its sender.
 * Sources: https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector,
 * https://core.telegram.org/mtproto/description_v1#defining-aes-key-and-initialization-vector
 */
import { concat } from '../bytes.ts'
import type { Crypto } from './crypto.ts'

/** Who sends the message. */
export type Side = 'client' | 'server'

/** Key and IV for one run of AES-256-IGE. */
export interface AesKeyIv {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** 32 bytes. */
  readonly iv: Uint8Array
}

/** Where the sender's stretch of the authorization key begins: the x of the documentation. */
function offset(from: Side): number {
  return from === 'client' ? 0 : 8
}

/**
 * msg_key of a message: the middle 128 bits of SHA-256 over 32 bytes of the authorization key and the whole plaintext.
 * @param authKey 256 bytes
 * @param from the side that sends the message
 * @param plaintext from the salt to the end of the padding, in one piece or several
 * @returns 16 bytes
 */
export function messageKey(
  crypto: Crypto,
  authKey: Uint8Array,
  from: Side,
  ...plaintext: readonly Uint8Array[]
): Uint8Array {
  const x = 88 + offset(from)
  return crypto.sha256(authKey.subarray(x, x + 32), ...plaintext).subarray(8, 24)
}

/**
 * AES key and IV of a message.
 * @param authKey 256 bytes
 * @param from the side that sends the message
 * @param msgKey 16 bytes
 */
export function messageAesKeyIv(crypto: Crypto, authKey: Uint8Array, from: Side, msgKey: Uint8Array): AesKeyIv {
  const x = offset(from)
  const a = crypto.sha256(msgKey, authKey.subarray(x, x + 36))
  const b = crypto.sha256(authKey.subarray(x + 40, x + 76), msgKey)
  return {
    key: concat(a.subarray(0, 8), b.subarray(8, 24), a.subarray(24)),
    iv: concat(b.subarray(0, 8), a.subarray(8, 24), b.subarray(24)),
  }
}

/**
 * msg_key of MTProto 1.0, used by `auth.bindTempAuthKey` alone: the lower 128 bits of SHA-1 over the plaintext.
 * @param plaintext without its padding
 * @returns 16 bytes
 */
export function messageKeyV1(crypto: Crypto, plaintext: Uint8Array): Uint8Array {
  return crypto.sha1(plaintext).subarray(4)
}

/**
 * AES key and IV of MTProto 1.0, used by `auth.bindTempAuthKey` alone.
 * @param authKey 256 bytes
 * @param from the side that sends the message
 * @param msgKey 16 bytes
 */
export function messageAesKeyIvV1(crypto: Crypto, authKey: Uint8Array, from: Side, msgKey: Uint8Array): AesKeyIv {
  const x = offset(from)
  const stretch = (start: number, length: number) => authKey.subarray(x + start, x + start + length)
  const a = crypto.sha1(msgKey, stretch(0, 32))
  const b = crypto.sha1(stretch(32, 16), msgKey, stretch(48, 16))
  const c = crypto.sha1(stretch(64, 32), msgKey)
  const d = crypto.sha1(msgKey, stretch(96, 32))
  return {
    key: concat(a.subarray(0, 8), b.subarray(8), c.subarray(4, 16)),
    iv: concat(a.subarray(8), b.subarray(0, 8), c.subarray(16), d.subarray(0, 8)),
  }
}
