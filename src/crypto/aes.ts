/**
 * The block cipher AES-256, in both directions, for modes that the platform does not have or cannot do at once.
 *
 * A round looks up two bytes at a time in a table of 256 KiB, and rotates what it finds for the other two: of the layouts
 * measured the fastest, ahead of a table for each byte, or for each pair. Tables are made at first use, those of one
 * direction in half a millisecond to two.
 *
 * Decryption is the equivalent inverse cipher. Its rows move to the other side, which is the same as exchanging columns 1
 * and 3, so one piece of code serves both directions.
 *
 * Not constant in time, as no AES by tables is.
 * Source: FIPS 197, sections 5.1 to 5.3. State words are little-endian.
 */
import { wordsOf } from './words.ts'

/** A key made ready for one direction. */
export interface RoundKeys {
  /** 15 × 4 words, in the order in which the rounds take them; to be wiped after use. */
  readonly words: Int32Array
  /** The S-box of the direction. */
  readonly sbox: Uint8Array
  /** MixColumns of the S-box: what bytes 0 and 1 of a column, the index, come to. */
  readonly pairs: Int32Array
  /** The column that stands second: 1, for decryption 3. */
  readonly second: 1 | 3
}

type Tables = Pick<RoundKeys, 'sbox' | 'pairs'>

let forward: Uint8Array | undefined
/** For encryption and for decryption. */
const tables: [Tables?, Tables?] = []

/** Multiplication by x in GF(2^8). */
function twice(a: number): number {
  return (a << 1) ^ (a & 0x80 ? 0x11b : 0)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function buildSbox(): Uint8Array {
  const sbox = new Uint8Array(256)
  // `p` runs through the powers of 3, `q` through their inverses; the S-box is an affine map of the inverse.
  let p = 1
  let q = 1
  do {
    p = (p ^ twice(p)) & 0xff
    q ^= q << 1
    q ^= q << 2
    q = (q ^ (q << 4)) & 0xff
    if (q & 0x80) q ^= 9
    const spread = q * 0x101
    sbox[p] = 0x63 ^ spread ^ (spread >>> 7) ^ (spread >>> 6) ^ (spread >>> 5) ^ (spread >>> 4)
  } while (p !== 1)
  sbox[0] = 0x63
  return sbox
}

function buildTables(source: Uint8Array, inverse: boolean): Tables {
  const sbox = source.slice()
  const columns = new Int32Array(256)
  for (let i = 0; i < 256; i++) {
    const from = inverse ? source[i]! : i
    const s = inverse ? i : source[i]!
    sbox[from] = s
    const s2 = twice(s)
    const s4 = twice(s2)
    const s8 = twice(s4)
    // The coefficients are 2, 1, 1, 3; those of the inverse, 14, 9, 13, 11, differ from them by 12, 8, 12, 8.
    columns[from] = s2 ^ (s * 0x1010100) ^ (s2 << 24) ^ (inverse ? ((s8 ^ s4) | (s8 << 8)) * 0x10001 : 0)
  }
  const pairs = new Int32Array(65536)
  for (let i = 0; i < 65536; i++) pairs[i] = columns[i & 0xff]! ^ rotate(columns[i >>> 8]!, 8)
  return { sbox, pairs }
}

/** S-box of byte 0 of `a`, 1 of `b`, 2 of `c` and 3 of `d`. */
function substitute(sbox: Uint8Array, a: number, b: number, c: number, d: number): number {
  return sbox[a & 0xff]! | (sbox[(b >>> 8) & 0xff]! << 8) | (sbox[(c >>> 16) & 0xff]! << 16) | (sbox[d >>> 24]! << 24)
}

/** A column after a round, but for its key. */
function mix(pairs: Int32Array, a: number, b: number, c: number, d: number): number {
  return pairs[(a & 0xff) | (b & 0xff00)]! ^ rotate(pairs[((c >>> 16) & 0xff) | ((d >>> 16) & 0xff00)]!, 16)
}

/**
 * Expands a key.
 * @param key 32 bytes
 * @param inverse whether blocks are to be decrypted
 */
export function expandKey(key: Uint8Array, inverse = false): RoundKeys {
  forward ??= buildSbox()
  tables[+inverse] ??= buildTables(forward, inverse)
  const { sbox, pairs } = tables[+inverse]!
  const words = new Int32Array(60)
  words.set(wordsOf(key))
  for (let i = 8; i < 60; i++) {
    let word = words[i - 1]!
    if (i % 8 === 0) word = rotate(word, 24)
    if (i % 4 === 0) word = substitute(forward, word, word, word, word)
    if (i % 8 === 0) word ^= 1 << (i / 8 - 1)
    words[i] = words[i - 8]! ^ word
  }
  if (!inverse) return { words, sbox, pairs, second: 1 }
  const reversed = words.map((_, i) => {
    const word = words[56 - (i & ~3) + (-i & 3)]!
    if (i < 4 || i > 55) return word
    // The table holds the inverse S-box as well, which the S-box in front of it takes back.
    const taken = substitute(forward!, word, word, word, word)
    return mix(pairs, taken, taken, taken, taken)
  })
  words.fill(0)
  return { words: reversed, sbox, pairs, second: 3 }
}

/** Encrypts, or decrypts, the four words at `at` in place. */
export function cryptBlock({ words, sbox, pairs, second }: RoundKeys, data: Int32Array, at: number): void {
  const fourth = 4 - second
  let r = 0
  let a = data[at]! ^ words[r++]!
  let b = data[at + second]! ^ words[r++]!
  let c = data[at + 2]! ^ words[r++]!
  let d = data[at + fourth]! ^ words[r++]!
  while (r < 56) {
    const e = words[r++]! ^ mix(pairs, a, b, c, d)
    const f = words[r++]! ^ mix(pairs, b, c, d, a)
    const g = words[r++]! ^ mix(pairs, c, d, a, b)
    d = words[r++]! ^ mix(pairs, d, a, b, c)
    a = e
    b = f
    c = g
  }
  data[at] = words[r++]! ^ substitute(sbox, a, b, c, d)
  data[at + second] = words[r++]! ^ substitute(sbox, b, c, d, a)
  data[at + 2] = words[r++]! ^ substitute(sbox, c, d, a, b)
  data[at + fourth] = words[r]! ^ substitute(sbox, d, a, b, c)
}
