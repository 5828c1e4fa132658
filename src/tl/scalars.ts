/**
 * What straight-line code reads with: the same values and the same errors as by the methods of the reader, sooner.
 *
 * A function does by itself what nearly every answer holds, where all of its bytes are there: a word is put together from its
 * bytes, a short string in ASCII does not go through the decoder. Whatever else comes, what is cut off or wrong among it, is
 * left to the reader's method of the same name, which begins at the same place and says what is the matter.
 * `npm run bench:tl` measures it.
 */
import { type TlReader, VECTOR_ID, wordAt } from './reader.ts'

/** Strings of up to this many bytes are tried as ASCII: longer ones the decoder has sooner. */
const SHORT = 8

// A long is put together from its words here: a view of a reader's buffer takes as long to make as twenty words to read.
const words = new Int32Array(2)
const longs = new BigInt64Array(words.buffer)
/** Which of the two words has the lower bits on this machine. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1

/** Reads a signed 32-bit integer, or a word of flags. */
export function readInt(r: TlReader): number {
  const { pos } = r
  if (r.end - pos < 4) return r.int()
  r.pos = pos + 4
  return wordAt(r.buffer, pos)
}

/** Reads a signed 64-bit integer. */
export function readLong(r: TlReader): bigint {
  const { pos } = r
  if (r.end - pos < 8) return r.long()
  r.pos = pos + 8
  words[LOW] = wordAt(r.buffer, pos)
  words[1 - LOW] = wordAt(r.buffer, pos + 4)
  return longs[0]!
}

/** Reads an IEEE 754 double. */
export function readDouble(r: TlReader): number {
  return r.double()
}

/** Reads a string, as UTF-8. */
export function readString(r: TlReader): string {
  const { buffer, pos } = r
  if (r.end - pos < 4) return r.string()
  const length = buffer[pos]!
  const next = pos + ((length + 4) & ~3)
  if (length > SHORT || next > r.end) return r.string()
  const first = buffer[pos + 1]!
  if (length === 1 && first < 128) {
    r.pos = next
    return String.fromCharCode(first)
  }
  let text = ''
  for (let at = pos + 1; at <= pos + length; at++) {
    const code = buffer[at]!
    if (code > 127) return r.string()
    text += String.fromCharCode(code)
  }
  r.pos = next
  return text
}

/** Reads a byte string. */
export function readBytes(r: TlReader): Uint8Array {
  const { buffer, pos } = r
  if (r.end - pos < 4) return r.bytes()
  const length = buffer[pos]!
  const next = pos + ((length + 4) & ~3)
  if (length > 253 || next > r.end) return r.bytes()
  r.pos = next
  const start = pos + 1
  return r.views ? buffer.subarray(start, start + length) : buffer.slice(start, start + length)
}

/** Reads 16 bytes as they stand. */
export function readInt128(r: TlReader): Uint8Array {
  return r.raw(16)
}

/** Reads 32 bytes as they stand. */
export function readInt256(r: TlReader): Uint8Array {
  return r.raw(32)
}

/** Reads `boolTrue` or `boolFalse`. */
export function readBool(r: TlReader): boolean {
  return r.bool()
}

/**
 * Reads a boxed `Vector t`.
 * @param item reads one element
 * @param minSize the least number of bytes an element takes; bounds the count before the array grows
 */
export function readVector<T>(r: TlReader, item: (reader: TlReader) => T, minSize = 4): T[] {
  const { buffer, pos } = r
  const left = r.end - pos - 8
  const count = left < 0 || wordAt(buffer, pos) !== VECTOR_ID ? -1 : wordAt(buffer, pos + 4)
  if (count < 0 || count * minSize > left) return r.vector(item, minSize)
  r.pos = pos + 8
  const out: T[] = []
  for (let i = 0; i < count; i++) out.push(item(r))
  return out
}
