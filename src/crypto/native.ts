/**
 * The primitives by `node:crypto` and `node:zlib`: Node, Bun and Deno.
 *
 * - *IGE encryption* is one native AES-256-CBC pass. With c[i] = E(p[i] ^ c[i-1]) ^ p[i-1] and d[i] = c[i] ^ p[i-1] it
 *   follows that d[i] = E(p[i] ^ p[i-2] ^ d[i-1]): CBC over p[i] ^ p[i-2]. The IV's halves stand for c[-1], the IV of CBC,
 *   and p[-1]; p[-2] is zero. Both XORs run word by word over pieces that stay in the processor's cache: on parts of 512 KiB
 *   the whole has 0.75 of the speed of the bare CBC pass, and 5 times that of the portable implementation.
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
import { fromBigInt, toBigInt } from '../bytes.ts'
import { checkIge, checkLength } from './check.ts'
import type { Crypto } from './crypto.ts'
import { damaged, gunzipWith } from './gzip.ts'
import { ige } from './ige.ts'
import { modPow } from './modpow.ts'
import { isProbablePrime } from './prime.ts'
import type { Pbkdf2 } from './srp.ts'

/** Bytes that go through a native cipher at a time. */
const PIECE = 32 * 1024

/** Where a piece is prepared for the native cipher. */
const scratch = new Int32Array(PIECE / 4)

/** Node's buffers are left to Node: the same memory as a plain byte array. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = node.createHash(algorithm)
  for (const part of parts) hash.update(part)
  return plain(hash.digest())
}

function igeEncrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): void {
  checkIge(key, iv, data)
  if (data.byteOffset % 4 !== 0) {
    const aligned = new Uint8Array(data)
    igeEncrypt(key, iv, aligned)
    data.set(aligned)
    return
  }
  // XOR does not care for the order of bytes within a word, so views will do on every machine.
  const words = new Int32Array(data.buffer, data.byteOffset, data.length / 4)
  const cipher = node.createCipheriv('aes-256-cbc', key, iv.subarray(0, 16)).setAutoPadding(false)
  // Copied by construction: `slice` of Node's Buffer is a view.
  const before = new Int32Array(new Uint8Array(iv.subarray(16)).buffer)
  // The plaintext of one block before (a) and of two before (b).
  let a0 = before[0]!
  let a1 = before[1]!
  let a2 = before[2]!
  let a3 = before[3]!
  let b0 = 0
  let b1 = 0
  let b2 = 0
  let b3 = 0
  for (let start = 0; start < words.length; start += scratch.length) {
    const end = Math.min(start + scratch.length, words.length)
    let c0 = a0
    let c1 = a1
    let c2 = a2
    let c3 = a3
    for (let i = start, to = 0; i < end; i += 4, to += 4) {
      const p0 = words[i]!
      const p1 = words[i + 1]!
      const p2 = words[i + 2]!
      const p3 = words[i + 3]!
      scratch[to] = p0 ^ b0
      scratch[to + 1] = p1 ^ b1
      scratch[to + 2] = p2 ^ b2
      scratch[to + 3] = p3 ^ b3
      b0 = a0
      b1 = a1
      b2 = a2
      b3 = a3
      a0 = p0
      a1 = p1
      a2 = p2
      a3 = p3
    }
    const piece = cipher.update(new Uint8Array(scratch.buffer, 0, 4 * (end - start)))
    const aligned = piece.byteOffset % 4 === 0 ? piece : new Uint8Array(piece)
    const out = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
    for (let i = start, from = 0; i < end; i += 4, from += 4) {
      let p = words[i]!
      words[i] = out[from]! ^ c0
      c0 = p
      p = words[i + 1]!
      words[i + 1] = out[from + 1]! ^ c1
      c1 = p
      p = words[i + 2]!
      words[i + 2] = out[from + 2]! ^ c2
      c2 = p
      p = words[i + 3]!
      words[i + 3] = out[from + 3]! ^ c3
      c3 = p
    }
  }
  scratch.fill(0, 0, words.length)
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
export const nativeCrypto: Crypto<Uint8Array> = {
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

  igeEncrypt,

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
