/**
 * The primitives in plain JavaScript: hashes, AES, and BigInt.
 *
 * For browsers and every other place without `node:crypto`; part of the minimal bundle, hence compact. How gzip is unpacked
 * is left to those who build on it: `portable.ts` at once, by an inflate of our own, `web.ts` by the platform's stream.
 */
import { cryptBlock, expandKey } from './aes.ts'
import { checkLength } from './check.ts'
import type { Crypto, IncrementalHash } from './crypto.ts'
import { sha1, sha256 } from './hash.ts'
import { ige } from './ige.ts'
import { KEY_STREAM } from './limits.ts'
import { modPow } from './modpow.ts'
import { isProbablePrime } from './prime.ts'
import { putWords, wordsOf } from './words.ts'

function digest(hash: IncrementalHash, parts: readonly Uint8Array[]): Uint8Array {
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The primitives in plain JavaScript. */
export const primitives: Omit<Crypto, 'gunzip' | 'gzip'> = {
  sha1: (...parts) => digest(sha1(), parts),

  sha256: (...parts) => digest(sha256(), parts),

  igeEncrypt(key, iv, data, from = []) {
    let at = 0
    for (const piece of from) {
      data.set(piece, at)
      at += piece.length
    }
    ige(key, iv, data, false)
  },

  igeDecrypt: (key, iv, data) => ige(key, iv, data, true),

  ctr(key, iv) {
    checkLength('key', key, 32)
    checkLength('iv', iv, 16)
    const keys = expandKey(key)
    const counter = new Uint8Array(iv)
    const stream = new Uint8Array(KEY_STREAM)
    let used = KEY_STREAM
    /** Encrypts the next counters. */
    const refill = (): void => {
      for (used = 0; used < KEY_STREAM; used += 16) {
        stream.set(counter, used)
        for (let i = 16; i--; ) {
          counter[i]!++
          if (counter[i]) break
        }
      }
      const words = wordsOf(stream)
      for (let at = 0; at < words.length; at += 4) cryptBlock(keys, words, at)
      putWords(words, stream)
      used = 0
    }
    return {
      apply(data) {
        for (let i = 0; i < data.length; i++) {
          if (used === KEY_STREAM) refill()
          data[i]! ^= stream[used++]!
        }
        return data
      },
    }
  },

  modPow,

  isProbablePrime: (n, rounds, random) => isProbablePrime(n, rounds, random, modPow),
}
