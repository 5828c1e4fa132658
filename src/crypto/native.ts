/**
 * The primitives by `node:crypto` and `node:zlib`: Node, Bun and Deno.
 *
 * - *IGE encryption* is one native AES-256-CBC pass between two XORs: `native-ige.ts`.
 * - *IGE decryption* has no such identity: tables in JavaScript, see `ige.ts`.
 * - *modPow* is a raw RSA encryption whose public exponent is ours: 6 times as fast as BigInt for 2048 bits, where
 *   Diffie-Hellman would first spend a hundred times as long on checking an unknown prime. Platforms with a limit on the
 *   exponent (BoringSSL) refuse such a key, and BigInt does the work.
 *
 * `npm run bench:crypto` measures all this. Functions that one of the platforms may lack are looked up when they are
 * called, and have a portable stand-in.
 */
import { Buffer } from 'node:buffer'
import * as node from 'node:crypto'
import { gzipSync, inflateRawSync } from 'node:zlib'
import { concat, fromBigInt, toBigInt } from '../bytes.ts'
import { checkLength } from './check.ts'
import type { Crypto, WithMd5 } from './crypto.ts'
import { damaged, gunzipWith } from './gzip.ts'
import { ige } from './ige.ts'
import { modPow } from './modpow.ts'
import { nativeIgeEncrypt } from './native-ige.ts'
import { isProbablePrime } from './prime.ts'
import type { Pbkdf2 } from './srp.ts'

/** Bytes that go through a stream cipher at a time. */
const PIECE = 32 * 1024

/** Node's buffers are left to Node: the same memory as a plain byte array. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** Up to this many bytes are hashed by one call, where the platform has it: less than half the time of an object's life. */
const AT_ONCE = 1024

function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  if (length <= AT_ONCE && typeof node.hash === 'function') {
    const whole = concat(...parts)
    const result = node.hash(algorithm, whole, 'buffer')
    // Much of what is hashed is secret.
    whole.fill(0)
    return plain(result)
  }
  const hash = node.createHash(algorithm)
  for (const part of parts) hash.update(part)
  return plain(hash.digest())
}

/** Whether the platform takes RSA keys with exponents as long as their modulus; found out at the first try. */
let rawRsaWorks = true

/** base^exponent mod modulus as RSA without padding, for 0 ≤ base < modulus, 0 < exponent < modulus and an odd modulus. */
function rawRsa(base: bigint, exponent: bigint, modulus: bigint): bigint | undefined {
  try {
    const number = (value: bigint): string => Buffer.from(fromBigInt(value)).toString('base64url')
    const key = node.createPublicKey({ format: 'jwk', key: { kty: 'RSA', n: number(modulus), e: number(exponent) } })
    const input = fromBigInt(base, fromBigInt(modulus).length)
    return toBigInt(node.publicEncrypt({ key, padding: node.constants.RSA_NO_PADDING }, input))
  } catch {
    rawRsaWorks = false
    return undefined
  }
}

function bitLength(value: bigint): number {
  return value.toString(2).length
}

function nativeModPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const size = modulus > 0n ? bitLength(modulus) : 0
  // Small numbers are done sooner than a key is made; OpenSSL limits the exponent where the modulus has over 3072 bits.
  if (!rawRsaWorks || base < 0n || exponent < 1n << 64n || modulus % 2n === 0n || size < 512 || size > 3072) {
    return modPow(base, exponent, modulus)
  }
  // The exponent must be below the modulus. One that has a few bits more, as a random 2048-bit number often has, is cut:
  // b^(h * 2^s + l) = (b^h)^(2^s) * b^l.
  const cut = exponent < modulus ? 0 : bitLength(exponent) - size + 1
  if (cut > size / 4) return modPow(base, exponent, modulus)
  const shift = BigInt(cut)
  const power = rawRsa(base % modulus, exponent >> shift, modulus)
  if (power === undefined) return modPow(base, exponent, modulus)
  if (cut === 0) return power
  return (modPow(power, 1n << shift, modulus) * modPow(base, BigInt.asUintN(cut, exponent), modulus)) % modulus
}

/** Inflates through zlib, which tells how much of the input it used. */
function inflate(deflated: Uint8Array, size: number): Uint8Array {
  let result: { buffer: Uint8Array; engine?: { bytesWritten?: number } }
  try {
    // One byte more than stated is room enough to see that the statement was wrong.
    const options = { maxOutputLength: size + 1, chunkSize: Math.max(size + 1, 64), info: true }
    result = inflateRawSync(deflated, options) as unknown as typeof result
  } catch {
    return damaged()
  }
  if (result instanceof Uint8Array) return plain(result)
  if ((result.engine?.bytesWritten ?? deflated.length) !== deflated.length) damaged()
  return plain(result.buffer)
}

/** The primitives of the platform, for Node, Bun and Deno. */
export const nativeCrypto: Crypto<Uint8Array> & WithMd5 = {
  sha1: (...parts) => digest('sha1', parts),

  sha256: (...parts) => digest('sha256', parts),

  md5() {
    const hash = node.createHash('md5')
    return {
      update(data) {
        hash.update(data)
        return this
      },
      digest: () => plain(hash.digest()),
    }
  },

  igeEncrypt: (key, iv, data, from) => nativeIgeEncrypt(key, iv, data, from),

  igeDecrypt: (key, iv, data) => ige(key, iv, data, true),

  ctr(key, iv) {
    checkLength('key', key, 32)
    checkLength('iv', iv, 16)
    const cipher = node.createCipheriv('aes-256-ctr', key, iv)
    return {
      apply(data) {
        for (let at = 0; at < data.length; at += PIECE) data.set(cipher.update(data.subarray(at, at + PIECE)), at)
        return data
      },
    }
  },

  modPow: nativeModPow,

  isProbablePrime(n, rounds, random) {
    if (n < 2n) return false
    if (typeof node.checkPrimeSync !== 'function') return isProbablePrime(n, rounds, random, nativeModPow)
    return node.checkPrimeSync(n, { checks: Math.max(rounds, 30) })
  },

  gunzip: (data, limit) => gunzipWith(data, limit, inflate),

  gzip: (data) => plain(gzipSync(data)),
}

/** PBKDF2-HMAC-SHA-512 on a thread of the platform's. */
export const nativePbkdf2: Pbkdf2 = (password, salt, iterations) =>
  new Promise((resolve, reject) => {
    node.pbkdf2(password, salt, iterations, 64, 'sha512', (error, key) => (error ? reject(error) : resolve(plain(key))))
  })
