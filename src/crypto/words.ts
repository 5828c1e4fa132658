/**
 * Byte arrays as 32-bit little-endian words, for ciphers that work word by word.
 *
 * Where memory is aligned and the machine little-endian, as nearly always, the words are a view and nothing is copied.
 */
import { view } from '../bytes.ts'

const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The words of `bytes` (a multiple of 4): a view where possible, else a copy for {@link putWords}. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes
  if (LITTLE_ENDIAN && byteOffset % 4 === 0) return new Int32Array(buffer, byteOffset, length >> 2)
  const from = view(bytes)
  const out = new Int32Array(length >> 2)
  for (let i = 0; i < out.length; i++) out[i] = from.getInt32(4 * i, true)
  return out
}

/** Writes words from {@link wordsOf} back to the bytes they came from, unless they are a view of them. */
export function putWords(words: Int32Array, bytes: Uint8Array): void {
  if (words.buffer === bytes.buffer) return
  const to = view(bytes)
  for (let i = 0; i < words.length; i++) to.setInt32(4 * i, words[i]!, true)
}
