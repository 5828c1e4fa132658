/**
 * AES-256-IGE decryption, for platforms whose AES has no such mode.
 *
 * Decryption has no identity with CBC as encryption has: every block waits for the plaintext of the one before, so a
 * native cipher would have to be called once per block. Tables in JavaScript do 5 times as much as that on 512 KiB and
 * 2.5 times as much on an answer of 160 bytes.
 *
 * Two sets of tables: four of 1 KiB, made in a quarter of a millisecond, are all that a client with its small answers
 * needs; for long input two of 256 KiB, each for two bytes at once, halve the look-ups and do 1.4 times as much, but cost
 * some milliseconds to make. Both are made at first use. State words are little-endian.
 * Source: FIPS 197, sections 5.2 and 5.3 (the equivalent inverse cipher).
 */
import { putWords, wordsOf } from './words.ts'

/** From this many words on, the large tables are worth their making. */
const LARGE = 1 << 14

interface Tables {
  readonly sbox: Uint8Array
  readonly inverse: Uint8Array
  /** InvMixColumns of the inverse S-box for each row: 4 × 256 words. */
  readonly rows: readonly [Int32Array, Int32Array, Int32Array, Int32Array]
}

interface LargeTables {
  /** Rows 0 and 1, indexed by both bytes. */
  readonly low: Int32Array
  /** Rows 2 and 3. */
  readonly high: Int32Array
  /** The inverse S-box on two bytes. */
  readonly inverse: Uint16Array
}

let tables: Tables | undefined
let largeTables: LargeTables | undefined

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Multiplication by x in GF(2^8). */
function twice(a: number): number {
  return (a << 1) ^ (a & 0x80 ? 0x11b : 0)
}

function buildTables(): Tables {
  const sbox = new Uint8Array(256)
  const inverse = new Uint8Array(256)
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
  const rows = [0, 0, 0, 0].map(() => new Int32Array(256)) as [Int32Array, Int32Array, Int32Array, Int32Array]
  for (let i = 0; i < 256; i++) {
    const s = sbox[i]!
    inverse[s] = i
    const i2 = twice(i)
    const i4 = twice(i2)
    const i8 = twice(i4)
    const column = (i8 ^ i4 ^ i2) | ((i8 ^ i) << 8) | ((i8 ^ i4 ^ i) << 16) | ((i8 ^ i2 ^ i) << 24)
    rows.forEach((row, r) => {
      row[s] = r === 0 ? column : rotate(column, 8 * r)
    })
  }
  return { sbox, inverse, rows }
}

function buildLargeTables({ inverse: single, rows }: Tables): LargeTables {
  const low = new Int32Array(65536)
  const high = new Int32Array(65536)
  const inverse = new Uint16Array(65536)
  for (let i = 0; i < 65536; i++) {
    const a = i & 0xff
    const b = i >>> 8
    low[i] = rows[0][a]! ^ rows[1][b]!
    high[i] = rows[2][a]! ^ rows[3][b]!
    inverse[i] = single[a]! | (single[b]! << 8)
  }
  return { low, high, inverse }
}

/** Round keys in the order in which the equivalent inverse cipher takes them. */
function expandKey(key: Uint8Array, { sbox, rows }: Tables): Int32Array {
  const substitute = (word: number): number =>
    sbox[word & 0xff]! |
    (sbox[(word >>> 8) & 0xff]! << 8) |
    (sbox[(word >>> 16) & 0xff]! << 16) |
    (sbox[word >>> 24]! << 24)
  const forward = new Int32Array(60)
  forward.set(wordsOf(key))
  for (let i = 8, constant = 1; i < 60; i++) {
    let word = forward[i - 1]!
    if (i % 8 === 0) {
      word = substitute(rotate(word, 24)) ^ constant
      constant <<= 1
    } else if (i % 8 === 4) word = substitute(word)
    forward[i] = forward[i - 8]! ^ word
  }
  const out = new Int32Array(60)
  for (let i = 0; i < 60; i++) {
    const word = forward[56 - (i & ~3) + (i & 3)]!
    // The tables hold the inverse S-box as well, which the S-box in front of them takes back.
    out[i] = i < 4 || i >= 56 ? word : mixColumn(substitute(word), rows)
  }
  forward.fill(0)
  return out
}

function mixColumn(word: number, [r0, r1, r2, r3]: Tables['rows']): number {
  return r0[word & 0xff]! ^ r1[(word >>> 8) & 0xff]! ^ r2[(word >>> 16) & 0xff]! ^ r3[word >>> 24]!
}

/**
 * AES-256-IGE decryption in place.
 * @param key 32 bytes
 * @param iv 32 bytes: the previous ciphertext block, then the previous plaintext block
 * @param data a multiple of 16 bytes
 */
export function igeDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): void {
  tables ??= buildTables()
  const keys = expandKey(key, tables)
  const words = wordsOf(data)
  if (words.length < LARGE) decryptShort(keys, wordsOf(iv), words, tables)
  else {
    largeTables ??= buildLargeTables(tables)
    decryptLong(keys, wordsOf(iv), words, largeTables)
  }
  putWords(words, data)
  keys.fill(0)
}

function decryptShort(k: Int32Array, iv: Int32Array, words: Int32Array, { inverse: s, rows }: Tables): void {
  const [r0, r1, r2, r3] = rows
  let c0 = iv[0]!
  let c1 = iv[1]!
  let c2 = iv[2]!
  let c3 = iv[3]!
  let p0 = iv[4]!
  let p1 = iv[5]!
  let p2 = iv[6]!
  let p3 = iv[7]!
  for (let i = 0; i < words.length; i += 4) {
    const w0 = words[i]!
    const w1 = words[i + 1]!
    const w2 = words[i + 2]!
    const w3 = words[i + 3]!
    let a = w0 ^ p0 ^ k[0]!
    let b = w1 ^ p1 ^ k[1]!
    let c = w2 ^ p2 ^ k[2]!
    let d = w3 ^ p3 ^ k[3]!
    for (let r = 4; r < 56; r += 4) {
      const e = r0[a & 0xff]! ^ r1[(d >>> 8) & 0xff]! ^ r2[(c >>> 16) & 0xff]! ^ r3[b >>> 24]! ^ k[r]!
      const f = r0[b & 0xff]! ^ r1[(a >>> 8) & 0xff]! ^ r2[(d >>> 16) & 0xff]! ^ r3[c >>> 24]! ^ k[r + 1]!
      const g = r0[c & 0xff]! ^ r1[(b >>> 8) & 0xff]! ^ r2[(a >>> 16) & 0xff]! ^ r3[d >>> 24]! ^ k[r + 2]!
      d = r0[d & 0xff]! ^ r1[(c >>> 8) & 0xff]! ^ r2[(b >>> 16) & 0xff]! ^ r3[a >>> 24]! ^ k[r + 3]!
      a = e
      b = f
      c = g
    }
    p0 =
      (s[a & 0xff]! | (s[(d >>> 8) & 0xff]! << 8) | (s[(c >>> 16) & 0xff]! << 16) | (s[b >>> 24]! << 24)) ^ k[56]! ^ c0
    p1 =
      (s[b & 0xff]! | (s[(a >>> 8) & 0xff]! << 8) | (s[(d >>> 16) & 0xff]! << 16) | (s[c >>> 24]! << 24)) ^ k[57]! ^ c1
    p2 =
      (s[c & 0xff]! | (s[(b >>> 8) & 0xff]! << 8) | (s[(a >>> 16) & 0xff]! << 16) | (s[d >>> 24]! << 24)) ^ k[58]! ^ c2
    p3 =
      (s[d & 0xff]! | (s[(c >>> 8) & 0xff]! << 8) | (s[(b >>> 16) & 0xff]! << 16) | (s[a >>> 24]! << 24)) ^ k[59]! ^ c3
    words[i] = p0
    words[i + 1] = p1
    words[i + 2] = p2
    words[i + 3] = p3
    c0 = w0
    c1 = w1
    c2 = w2
    c3 = w3
  }
}

function decryptLong(k: Int32Array, iv: Int32Array, words: Int32Array, { low, high, inverse: s }: LargeTables): void {
  let c0 = iv[0]!
  let c1 = iv[1]!
  let c2 = iv[2]!
  let c3 = iv[3]!
  let p0 = iv[4]!
  let p1 = iv[5]!
  let p2 = iv[6]!
  let p3 = iv[7]!
  for (let i = 0; i < words.length; i += 4) {
    const w0 = words[i]!
    const w1 = words[i + 1]!
    const w2 = words[i + 2]!
    const w3 = words[i + 3]!
    let a = w0 ^ p0 ^ k[0]!
    let b = w1 ^ p1 ^ k[1]!
    let c = w2 ^ p2 ^ k[2]!
    let d = w3 ^ p3 ^ k[3]!
    for (let r = 4; r < 56; r += 4) {
      const e = low[(a & 0xff) | (d & 0xff00)]! ^ high[((c >>> 16) & 0xff) | ((b >>> 16) & 0xff00)]! ^ k[r]!
      const f = low[(b & 0xff) | (a & 0xff00)]! ^ high[((d >>> 16) & 0xff) | ((c >>> 16) & 0xff00)]! ^ k[r + 1]!
      const g = low[(c & 0xff) | (b & 0xff00)]! ^ high[((a >>> 16) & 0xff) | ((d >>> 16) & 0xff00)]! ^ k[r + 2]!
      d = low[(d & 0xff) | (c & 0xff00)]! ^ high[((b >>> 16) & 0xff) | ((a >>> 16) & 0xff00)]! ^ k[r + 3]!
      a = e
      b = f
      c = g
    }
    p0 = (s[(a & 0xff) | (d & 0xff00)]! | (s[((c >>> 16) & 0xff) | ((b >>> 16) & 0xff00)]! << 16)) ^ k[56]! ^ c0
    p1 = (s[(b & 0xff) | (a & 0xff00)]! | (s[((d >>> 16) & 0xff) | ((c >>> 16) & 0xff00)]! << 16)) ^ k[57]! ^ c1
    p2 = (s[(c & 0xff) | (b & 0xff00)]! | (s[((a >>> 16) & 0xff) | ((d >>> 16) & 0xff00)]! << 16)) ^ k[58]! ^ c2
    p3 = (s[(d & 0xff) | (c & 0xff00)]! | (s[((b >>> 16) & 0xff) | ((a >>> 16) & 0xff00)]! << 16)) ^ k[59]! ^ c3
    words[i] = p0
    words[i + 1] = p1
    words[i + 2] = p2
    words[i + 3] = p3
    c0 = w0
    c1 = w1
    c2 = w2
    c3 = w3
  }
}
