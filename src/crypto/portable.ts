/**
 * The primitives in plain JavaScript: @noble's hashes and AES blocks, BigInt, and an inflate of our own.
 *
 * For browsers and every other place without `node:crypto`; part of the minimal bundle, hence compact.
 */
import { unsafe } from '@noble/ciphers/aes.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { checkIge, checkLength } from './check.ts'
import type { Crypto, IncrementalHash } from './crypto.ts'
import { gunzipWith } from './gzip.ts'
import { inflate } from './inflate.ts'
import { modPow } from './modpow.ts'
import { isProbablePrime } from './prime.ts'
import { putWords, wordsOf } from './words.ts'

/** Bytes of key stream made at a time; those left over serve the next call. */
const KEY_STREAM = 1024

function digest(hash: IncrementalHash, parts: readonly Uint8Array[]): Uint8Array {
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * IGE in either direction: output = block(input XOR previous output) XOR previous input.
 * @param at where in `iv` the previous output stands, in words; the previous input is the other half
 */
function ige(block: typeof unsafe.encrypt, expanded: Uint32Array, iv: Uint8Array, at: 0 | 4, data: Uint8Array): void {
  const words = wordsOf(data)
  const first = wordsOf(iv)
  let o0 = first[at]!
  let o1 = first[at + 1]!
  let o2 = first[at + 2]!
  let o3 = first[at + 3]!
  let i0 = first[4 - at]!
  let i1 = first[5 - at]!
  let i2 = first[6 - at]!
  let i3 = first[7 - at]!
  for (let at = 0; at < words.length; at += 4) {
    const w0 = words[at]!
    const w1 = words[at + 1]!
    const w2 = words[at + 2]!
    const w3 = words[at + 3]!
    const { s0, s1, s2, s3 } = block(expanded, w0 ^ o0, w1 ^ o1, w2 ^ o2, w3 ^ o3)
    words[at] = o0 = s0 ^ i0
    words[at + 1] = o1 = s1 ^ i1
    words[at + 2] = o2 = s2 ^ i2
    words[at + 3] = o3 = s3 ^ i3
    i0 = w0
    i1 = w1
    i2 = w2
    i3 = w3
  }
  putWords(words, data)
  expanded.fill(0)
}

/** The primitives in plain JavaScript. */
export const portableCrypto: Crypto = {
  sha1: (...parts) => digest(sha1.create(), parts),

  sha256: (...parts) => digest(sha256.create(), parts),

  md5: () => md5.create(),

  igeEncrypt(key, iv, data) {
    checkIge(key, iv, data)
    ige(unsafe.encrypt, unsafe.expandKeyLE(key), iv, 0, data)
  },

  igeDecrypt(key, iv, data) {
    checkIge(key, iv, data)
    ige(unsafe.decrypt, unsafe.expandKeyDecLE(key), iv, 4, data)
  },

  ctr(key, iv) {
    checkLength('key', key, 32)
    checkLength('iv', iv, 16)
    const expanded = unsafe.expandKeyLE(key)
    const counter = iv.slice()
    const stream = new Uint8Array(KEY_STREAM)
    let used = KEY_STREAM
    return {
      apply(data) {
        for (let i = 0; i < data.length; i++) {
          if (used === KEY_STREAM) {
            // Encrypting zeros gives the key stream itself, and moves the counter on.
            unsafe.ctrCounter(expanded, counter, stream.fill(0), stream)
            used = 0
          }
          data[i]! ^= stream[used++]!
        }
        return data
      },
    }
  },

  modPow,

  isProbablePrime: (n, rounds, random) => isProbablePrime(n, rounds, random, modPow),

  gunzip: (data, limit) => gunzipWith(data, limit, inflate),
}
