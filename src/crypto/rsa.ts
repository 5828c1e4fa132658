/**
 * The server's RSA keys, and RSA_PAD, the only padding this client encrypts with.
 *
 * Source: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication (step 4.1)
 */
import { hint } from '#explain'
import { concat, fromBigInt, toBigInt, xor } from '../bytes.ts'
import { type RandomSource, randomBytes } from '../host.ts'
import type { Crypto } from './crypto.ts'
import { MAX_TEMP_KEYS, RSA_LENGTH, RSA_PAD_LIMIT, RSA_PADDED } from './limits.ts'

export { RSA_LENGTH, RSA_PADDED } from './limits.ts'

/** A server's public RSA key. */
export interface ServerKey {
  /** Lower 64 bits of the key's SHA-1 as a signed TL `long`. */
  readonly fingerprint: bigint
  /** Modulus of 2048 bits. */
  readonly n: bigint
  /** Public exponent. */
  readonly e: bigint
}

/** A number as a TL byte string: big-endian, without leading zeros. */
function tlNumber(value: bigint): Uint8Array {
  const bytes = fromBigInt(value)
  const { length } = bytes
  const head = length < 254 ? [length] : [254, length & 0xff, (length >> 8) & 0xff, length >> 16]
  return concat(Uint8Array.from(head), bytes, new Uint8Array(-(head.length + length) & 3))
}

/**
 * Fingerprint by which the server names a key: the lower 64 bits of SHA-1 over the bare `rsa_public_key n:string e:string`.
 * @returns a signed TL `long`
 */
export function fingerprint(crypto: Crypto, n: bigint, e: bigint): bigint {
  const hash = crypto.sha1(tlNumber(n), tlNumber(e))
  return BigInt.asIntN(64, toBigInt(hash.subarray(12).slice().reverse()))
}

/**
 * Encrypts `data` by RSA_PAD.
 *
 * Draws from `random`: 192 - data.length bytes of padding, then temp_key of 32 bytes, and another temp_key each time the
 * result is no less than the modulus.
 * @param data at most 144 bytes
 * @returns 256 bytes
 * @throws RangeError for longer data, or for a modulus that is not of 2048 bits
 */
export function rsaPad(crypto: Crypto, random: RandomSource, key: ServerKey, data: Uint8Array): Uint8Array {
  if (data.length > RSA_PAD_LIMIT)
    throw new RangeError(hint(() => `RSA_PAD takes ${RSA_PAD_LIMIT} bytes at most, not ${data.length}`))
  const padded = concat(data, randomBytes(random, RSA_PADDED - data.length))
  const reversed = padded.slice().reverse()
  for (let attempt = 0; attempt < MAX_TEMP_KEYS; attempt++) {
    const tempKey = randomBytes(random, 32)
    const encrypted = concat(reversed, crypto.sha256(tempKey, padded))
    crypto.igeEncrypt(tempKey, new Uint8Array(32), encrypted)
    const number = toBigInt(concat(xor(tempKey, crypto.sha256(encrypted)), encrypted))
    tempKey.fill(0)
    if (number >= key.n) continue
    padded.fill(0)
    reversed.fill(0)
    return fromBigInt(crypto.modPow(number, key.e, key.n), RSA_LENGTH)
  }
  throw new RangeError(hint('the RSA modulus must have 2048 bits'))
}
