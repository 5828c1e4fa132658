/**
 * SHA-1, SHA-256 and MD5: one frame for all three, as Merkle and Damgård made it, and what each does with a block.
 *
 * Their constants are digits of square roots, cube roots and sines, and computed here: 32 binary digits behind the point
 * are asked for where a number of 53 has more than 45, and none of them lies so close to a border that an error in the
 * last places of a root or a sine could move it (a test shows the distance).
 * Sources: FIPS 180-4 (SHA-1, SHA-256), RFC 1321 (MD5).
 */
import { view } from '../bytes.ts'
import type { IncrementalHash } from './crypto.ts'
import { BLOCK } from './limits.ts'

/** Takes a block into the state. The words of the block are the first 16; there is room for 64 more. */
type Compress = (state: Int32Array, words: Int32Array) => void

/** The words of the block in work, whichever hash it belongs to. */
const words: Int32Array = /* @__PURE__ */ new Int32Array(80)

/** The frame: cuts the data into blocks, and ends it with a bit, zeros, and its length in bits. */
export function merkleDamgard(start: ArrayLike<number>, littleEndian: boolean, compress: Compress): IncrementalHash {
  const state = new Int32Array(start)
  const block = new Uint8Array(BLOCK)
  let length = 0

  const take = (from: DataView, at: number): void => {
    for (let i = 0; i < 16; i++) words[i] = from.getInt32(at + 4 * i, littleEndian)
    compress(state, words)
  }
  const own = view(block)
  return {
    update(data) {
      const from = view(data)
      for (let at = 0; at < data.length; ) {
        const filled = length % BLOCK
        const taken = Math.min(BLOCK - filled, data.length - at)
        // Whole blocks are read where they stand.
        if (taken === BLOCK) take(from, at)
        else block.set(data.subarray(at, at + taken), filled)
        if (taken < BLOCK && filled + taken === BLOCK) take(own, 0)
        at += taken
        length += taken
      }
      return this
    },
    digest() {
      const filled = length % BLOCK
      block.fill(0, filled)
      block[filled] = 0x80
      if (filled > BLOCK - 9) {
        take(own, 0)
        block.fill(0)
      }
      own.setUint32(littleEndian ? 56 : 60, length << 3, littleEndian)
      own.setUint32(littleEndian ? 60 : 56, length / 2 ** 29, littleEndian)
      take(own, 0)
      const out = new Uint8Array(4 * state.length)
      const to = view(out)
      for (let i = 0; i < state.length; i++) to.setInt32(4 * i, state[i]!, littleEndian)
      block.fill(0)
      words.fill(0)
      return out
    },
  }
}

export function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** The first 32 binary digits behind the point. */
export function fraction(value: number): number {
  return (value % 1) * 2 ** 32
}

/** What SHA-1 and MD5 start from. */
export const START: readonly number[] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]

/** The first 64 primes, then what is made of them; at first use. */
let primes: number[] | undefined
let start256: Int32Array
let k256: Int32Array

function compressSha1(state: Int32Array, w: Int32Array): void {
  for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1)
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  for (let i = 0; i < 80; i++) {
    let f = b ^ c ^ d
    let k = 0x6ed9eba1
    if (i < 20) {
      f = (b & c) ^ (~b & d)
      k = 0x5a827999
    } else if (i > 59) k = -0x359d3e2a
    else if (i > 39) {
      f = (b & c) ^ (b & d) ^ (c & d)
      k = -0x70e44324
    }
    const next = (rotate(a, 5) + f + e + k + w[i]!) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
}

function compressSha256(state: Int32Array, w: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!
    const y = w[i - 2]!
    const s = (rotate(x, 25) ^ rotate(x, 14) ^ (x >>> 3)) + (rotate(y, 15) ^ rotate(y, 13) ^ (y >>> 10))
    w[i] = (w[i - 16]! + w[i - 7]! + s) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  const k = k256
  for (let i = 0; i < 64; i++) {
    const t = (h + (rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7)) + ((e & f) ^ (~e & g)) + k[i]! + w[i]!) | 0
    const u = ((rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t) | 0
    d = c
    c = b
    b = a
    a = (t + u) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}

/** A fresh SHA-1. */
export function sha1(): IncrementalHash {
  return merkleDamgard([...START, 0xc3d2e1f0], false, compressSha1)
}

/** A fresh SHA-256. */
export function sha256(): IncrementalHash {
  if (!primes) {
    primes = []
    for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n)
    start256 = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))
    k256 = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))
  }
  return merkleDamgard(start256, false, compressSha256)
}
