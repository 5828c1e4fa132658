/**
 * Seeded numbers for fuzzing: the same on every machine, fast, and of no use for anything secret.
 *
 * Generator: xorshift128 by George Marsaglia ("Xorshift RNGs", 2003), its state filled from a seed by a multiplicative
 * hash.
 */
import type { RandomSource } from '../../host.ts'

/** A stream of numbers made from a seed. */
export class SeededNumbers {
  readonly #state = new Uint32Array(4)

  /** @param seed any integer; each gives a stream of its own */
  constructor(seed: number) {
    let word = seed >>> 0
    for (let i = 0; i < 4; i++) {
      word = (word + 0x9e3779b9) >>> 0
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      this.#state[i] = mixed ^ (mixed >>> 15)
    }
    this.#state[0]! |= 1
  }

  /** The next 32 bits. */
  word(): number {
    const state = this.#state
    let t = state[3]!
    const s = state[0]!
    state[3] = state[2]!
    state[2] = state[1]!
    state[1] = s
    t ^= t << 11
    t ^= t >>> 8
    const word = t ^ s ^ (s >>> 19)
    state[0] = word
    return word >>> 0
  }

  /** A number of 0 to `bound` - 1; 0 when there is none. */
  below(bound: number): number {
    return bound > 0 ? this.word() % bound : 0
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** The same stream as bytes. */
  readonly bytes: RandomSource = (into) => {
    for (let i = 0; i < into.length; i++) into[i] = this.word()
    return into
  }
}
