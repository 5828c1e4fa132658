/**
 * Makes new inputs from old ones.
 *
 * Half of the changes know nothing but bytes; the others know TL: that everything stands on words of four bytes, that
 * words are constructor ids, counts and flags, and that a string begins with its length. Several changes are stacked on
 * one input, one most often.
 */
import { view } from '../../bytes.ts'
import type { SeededNumbers } from './random.ts'

/** Numbers at which code changes its mind: borders of lengths, counts, signs, and of the protocol's own limits. */
const INTERESTING: readonly number[] = [
  0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 32, 63, 64, 65, 126, 127, 128, 253, 254, 255, 256, 1020, 1024, 8192, 65_535, 65_536,
  0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x1cb5c415, 0x997275b5, 0xbc799737,
]
/** Most changes stacked on one input, as a power of two. */
const MAX_STACK = 4
/** Most bytes that one change adds. */
const MAX_GROWTH = 64

/** What changes draw from. */
export interface MutationSource {
  readonly random: SeededNumbers
  /** Words worth writing. */
  readonly words: readonly number[]
  /** Another input, to take pieces from. */
  readonly other: Uint8Array
  readonly maxLength: number
}

/** Replaces `removed` bytes at `at` by `added`. */
function replace(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - removed + added.length)
  out.set(bytes.subarray(0, at))
  out.set(added, at)
  out.set(bytes.subarray(at + removed), at + added.length)
  return out
}

function wordBytes(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}

/** Offset of a whole word, or -1 if there is none. */
function wordAt(bytes: Uint8Array, random: SeededNumbers): number {
  return bytes.length < 4 ? -1 : 4 * random.below(bytes.length >> 2)
}

function anyWord({ random, words }: MutationSource): number {
  return words.length > 0 && random.below(4) > 0 ? random.pick(words) : random.pick(INTERESTING)
}

/** Changes in place, of inputs that are not empty. */
const IN_PLACE: readonly ((bytes: Uint8Array, source: MutationSource) => void)[] = [
  function flipBit(bytes, { random }) {
    const at = random.below(8 * bytes.length)
    bytes[at >> 3]! ^= 1 << (at & 7)
  },
  function setByte(bytes, { random }) {
    bytes[random.below(bytes.length)] = random.word()
  },
  function setInterestingByte(bytes, { random }) {
    bytes[random.below(bytes.length)] = random.pick(INTERESTING)
  },
  function addToByte(bytes, { random }) {
    bytes[random.below(bytes.length)]! += random.below(33) - 16
  },
  function addToWord(bytes, { random }) {
    const at = wordAt(bytes, random)
    if (at >= 0) view(bytes).setInt32(at, view(bytes).getInt32(at, true) + random.below(65) - 32, true)
  },
  function setWord(bytes, source) {
    const at = wordAt(bytes, source.random)
    if (at >= 0) view(bytes).setUint32(at, anyWord(source), true)
  },
  function flipFlag(bytes, { random }) {
    const at = wordAt(bytes, random)
    if (at >= 0) view(bytes).setUint32(at, view(bytes).getUint32(at, true) ^ (1 << random.below(32)), true)
  },
  function setCount(bytes, { random }) {
    const at = wordAt(bytes, random)
    if (at >= 0) view(bytes).setUint32(at, random.below(2 + (bytes.length - at)), true)
  },
  function setRestAsLength(bytes, { random }) {
    const at = wordAt(bytes, random)
    if (at >= 0) bytes[at] = Math.min(254, Math.max(0, bytes.length - at - 1 - random.below(4)))
  },
  function zero(bytes, { random }) {
    const at = random.below(bytes.length)
    bytes.fill(random.below(2) ? 0 : 0xff, at, at + 1 + random.below(16))
  },
  function copyOver(bytes, { random, other }) {
    const from = random.below(other.length) & ~3
    const piece = other.subarray(from, from + 4 + 4 * random.below(8))
    const at = random.below(bytes.length) & ~3
    bytes.set(piece.subarray(0, Math.max(0, bytes.length - at)), at)
  },
]

/** Changes that make the input shorter or longer. */
const RESIZING: readonly ((bytes: Uint8Array, source: MutationSource) => Uint8Array)[] = [
  function insertWord(bytes, source) {
    const at = 4 * source.random.below((bytes.length >> 2) + 1)
    return replace(bytes, at, 0, wordBytes(anyWord(source)))
  },
  function insertBytes(bytes, { random }) {
    const added = random.bytes(new Uint8Array(1 + random.below(4)))
    return replace(bytes, random.below(bytes.length + 1), 0, added)
  },
  function removeWords(bytes, { random }) {
    const at = wordAt(bytes, random)
    return at < 0 ? bytes : replace(bytes, at, Math.min(bytes.length - at, 4 + 4 * random.below(4)), new Uint8Array(0))
  },
  function removeBytes(bytes, { random }) {
    const at = random.below(bytes.length)
    return replace(bytes, at, Math.min(bytes.length - at, 1 + random.below(8)), new Uint8Array(0))
  },
  function truncate(bytes, { random }) {
    return bytes.slice(0, random.below(bytes.length + 1))
  },
  function repeat(bytes, { random }) {
    const from = random.below(bytes.length) & ~3
    const piece = bytes.slice(from, from + 4 + 4 * random.below(MAX_GROWTH / 4))
    return replace(bytes, from, 0, piece)
  },
  function takeFrom(bytes, { random, other }) {
    const from = random.below(other.length) & ~3
    const piece = other.subarray(from, from + 4 + 4 * random.below(MAX_GROWTH / 4))
    return replace(bytes, 4 * random.below((bytes.length >> 2) + 1), 0, piece)
  },
  function splice(bytes, { random, other }) {
    const at = 4 * random.below((bytes.length >> 2) + 1)
    const from = 4 * random.below((other.length >> 2) + 1)
    return replace(bytes, at, bytes.length - at, other.subarray(from))
  },
]

/**
 * A new input made from `input`, which is left as it is.
 * @returns at most `source.maxLength` bytes
 */
export function mutate(input: Uint8Array, source: MutationSource): Uint8Array {
  const { random, maxLength } = source
  let bytes = input.slice(0, maxLength)
  for (let changes = 1 << random.below(MAX_STACK); changes > 0; changes--) {
    if (bytes.length === 0 || random.below(3) === 0) bytes = random.pick(RESIZING)(bytes, source).slice(0, maxLength)
    else random.pick(IN_PLACE)(bytes, source)
  }
  return bytes
}
