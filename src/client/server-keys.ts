/**
 * Telegram's public RSA keys, one for all production datacenters and one for all test datacenters.
 *
 * Shown to every developer at https://my.telegram.org ("Available MTProto servers") and built into Telegram's own
 * clients; which key the server has is told by its fingerprint during the key exchange,
 * https://core.telegram.org/mtproto/auth_key. Retired keys are left out.
 */
import { toBigInt } from '../bytes.ts'
import type { ServerKey } from '../crypto/rsa.ts'

const e = 65537n

/** A modulus in base64: two thirds of what its hexadecimal digits would cost in a bundle. */
function modulus(base64: string): bigint {
  return toBigInt(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
}

/** Fingerprint 0xd09d1d85de64fd85. */
export const PRODUCTION_KEY: ServerKey = /* @__PURE__ */ (() => ({
  fingerprint: -0x2f62e27a219b027bn,
  n: modulus(
    '6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8w',
  ),
  e,
}))()

/** Fingerprint 0xb25898df208d2603. */
export const TEST_KEY: ServerKey = /* @__PURE__ */ (() => ({
  fingerprint: -0x4da76720df72d9fdn,
  n: modulus(
    'yMEdY1aR+sCR3ZSJrtztKTKqigvO/vBfqACJLZtS7QMgCGXJ6XIRyy7mx66W0/sOFa7/1mAZtEoIokDP3ShoqF4fVNb6XeqgQfaUHd8wJpDWHcR2OFwvplUUI1PLTktZ9uW2WE23b+ixNwJjJGwBDJPQEQFBE+vfmH0JP503wr5INS1poWg/j25sIWeYPHYeOrFp/eXaqhISP6G+q2IeTaWTXpwZj4LzXq5YOpk4bYEQ6mvRq7D1aHWfYmlEGepfaYR8Q0YqvvhYtMte3ITnuSJs171+GDqpdKcSwHnd6FudwGO4pcCOj4WcDuXc2CTHgH8gFTNhp/Y8/SpDOhvn9Q',
  ),
  e,
}))()
