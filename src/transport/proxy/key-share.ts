/**
 * A fresh X25519 public key, as every TLS 1.3 hello carries one.
 *
 * Nobody ever agrees on anything with it; but half of all random bytes are no point of the curve, which whoever watches
 * the network can tell. So this is a real one: the Montgomery ladder of RFC 7748, section 5, from the base point. Its
 * secret is forgotten at once, so that it need not run in constant time.
 */
import { fromBigInt, toBigInt } from '../../bytes.ts'
import { modPow } from '../../crypto/modpow.ts'
import { type RandomSource, randomBytes } from '../../host.ts'

/** The field's prime, the u-coordinate of the base point, and (486662 - 2) / 4. RFC 7748, sections 4.1 and 5. */
const P: bigint = 2n ** 255n - 19n
const BASE = 9n
const A24 = 121_665n

/** Bytes of a public key. */
export const KEY_SHARE_LENGTH = 32

/** A public key of which nobody knows the secret. */
export function freshKeyShare(random: RandomSource): Uint8Array {
  return publicKey(randomBytes(random, KEY_SHARE_LENGTH))
}

/** The public key of a secret of 32 bytes. */
export function publicKey(secret: Uint8Array): Uint8Array {
  const scalar = toBigInt(secret.slice().reverse())
  // The lowest three bits are cleared, the highest is too, and the one below it is set.
  const k = ((scalar & (2n ** 254n - 8n)) | (2n ** 254n)) & (2n ** 255n - 1n)
  let [x2, z2, x3, z3] = [1n, 0n, BASE, 1n]
  for (let bit = 254n; bit >= 0n; bit--) {
    const odd = (k >> bit) & 1n
    if (odd) [x2, x3, z2, z3] = [x3, x2, z3, z2]
    const a = x2 + z2
    const b = x2 - z2
    const da = (x3 - z3) * a
    const cb = (x3 + z3) * b
    const aa = (a * a) % P
    const bb = (b * b) % P
    const e = aa - bb
    x3 = (da + cb) ** 2n % P
    z3 = (BASE * (da - cb) ** 2n) % P
    x2 = (aa * bb) % P
    z2 = (e * (aa + A24 * e)) % P
    if (odd) [x2, x3, z2, z3] = [x3, x2, z3, z2]
  }
  const u = (x2 * modPow(z2, P - 2n, P)) % P
  return fromBigInt(u < 0n ? u + P : u, KEY_SHARE_LENGTH).reverse()
}
