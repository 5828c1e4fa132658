/**
 * Inputs that are lists of events: a byte that says what happens, two with the length of what follows, one for nothing, and
 * what follows. Words stay aligned as long as lengths are multiples of four; anything at all is some list.
 */
import { concat } from '../../bytes.ts'

const HEAD = 4

/** One event. */
export interface FuzzRecord {
  readonly kind: number
  readonly data: Uint8Array
}

/** The events of an input, from `start` on. */
export function* recordsOf(input: Uint8Array, start = 0): Generator<FuzzRecord> {
  for (let at = start; at + HEAD <= input.length; ) {
    const length = input[at + 1]! | (input[at + 2]! << 8)
    yield { kind: input[at]!, data: input.subarray(at + HEAD, at + HEAD + length) }
    at += HEAD + length
  }
}

/** An event as bytes. */
export function recordBytes(kind: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const data = concat(...parts)
  return concat(Uint8Array.of(kind, data.length, data.length >> 8, 0), data)
}

/** Signed words, little-endian. */
export function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer)
}
