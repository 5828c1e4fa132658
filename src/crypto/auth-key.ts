/**
 * The authorization key: 2048 bits that client and server share, and the id by which a packet names it.
 *
 * Source: https://core.telegram.org/mtproto/auth_key
 */
import { hint } from '#explain'
import type { Crypto } from './crypto.ts'

/** Length of an authorization key in bytes; shorter numbers are padded with zeros on the left. */
export const AUTH_KEY_LENGTH = 256

/** An authorization key with its id. */
export interface AuthKey {
  /** 256 bytes. */
  readonly bytes: Uint8Array
  /** The lower 64 bits of the key's SHA-1, as they stand in a packet: 8 bytes. */
  readonly id: Uint8Array
}

/**
 * The key with its id.
 * @param bytes the key, 256 bytes
 * @throws RangeError for any other length
 */
export function createAuthKey(crypto: Crypto, bytes: Uint8Array): AuthKey {
  if (bytes.length !== AUTH_KEY_LENGTH) {
    throw new RangeError(hint(() => `an authorization key has ${AUTH_KEY_LENGTH} bytes, not ${bytes.length}`))
  }
  return { bytes, id: crypto.sha1(bytes).slice(12) }
}
