/**
 * MD5, for the checksum of small files. In a module of its own, since bundles for browsers leave it out: there small files
 * go without a checksum, as those of most clients do; what is on its way is protected by the message key in any case.
 *
 * Its constants are computed, as those of `hash.ts`, whose frame it uses.
 * Source: RFC 1321.
 */
import type { IncrementalHash } from './crypto.ts'
import { fraction, merkleDamgard, rotate, START } from './hash.ts'

/** How far the words of MD5 turn: four steps of each round, over and over. */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/** Digits of sines; at first use. */
let kMd5: Int32Array | undefined

function compressMd5(state: Int32Array, w: Int32Array): void {
  const k = kMd5!
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  for (let i = 0; i < 64; i++) {
    let f = (b & c) ^ (~b & d)
    let word = i
    if (i > 47) {
      f = c ^ (b | ~d)
      word = 7 * i
    } else if (i > 31) {
      f = b ^ c ^ d
      word = 3 * i + 5
    } else if (i > 15) {
      f = (d & b) ^ (~d & c)
      word = 5 * i + 1
    }
    const next = (b + rotate((a + f + k[i]! + w[word & 15]!) | 0, SHIFTS[((i >> 4) << 2) | (i & 3)]!)) | 0
    a = d
    d = c
    c = b
    b = next
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}

/** A fresh MD5. */
export function md5(): IncrementalHash {
  kMd5 ??= Int32Array.from({ length: 64 }, (_, i) => fraction(Math.abs(Math.sin(i + 1))))
  return merkleDamgard(START, true, compressMd5)
}
