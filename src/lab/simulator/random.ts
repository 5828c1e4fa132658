/**
 * Chance from a seed: the same numbers on every machine.
 *
 * Each use of chance has a stream of its own, forked by name, so that a draw more in one place shifts no other. The
 * generator is sfc32 (Chris Doty-Humphrey's Small Fast Counter, 128 bits of state); only integers of 32 bits and products
 * below 2^53 occur, so that nothing depends on a library of the platform.
 *
 * Source: https://pracrand.sourceforge.net/RNG_engines.txt
 */
import type { RandomSource } from '../../host.ts'

/** Draws thrown away after seeding, until the state is mixed. */
const WARM_UP = 12
/** Offset basis and prime of FNV-1a. Source: https://www.rfc-editor.org/rfc/rfc9923 */
const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** One stream of chance. */
export class Stream {
  readonly #seed: number
  readonly #name: string
  #a: number
  #b: number
  #c: number
  #d = 1

  /**
   * @param seed a whole number from 0 to 2^53 - 1
   * @param name tells streams of one seed apart
   */
  constructor(seed: number, name = '') {
    this.#seed = seed
    this.#name = name
    this.#a = seed | 0
    this.#b = Math.floor(seed / 0x1_0000_0000) | 0
    this.#c = hashOf(name)
    for (let i = 0; i < WARM_UP; i++) this.word()
  }

  /** A stream of its own for one purpose; it depends on seed and names alone, not on what was drawn here. */
  fork(name: string | number): Stream {
    return new Stream(this.#seed, `${this.#name}/${name}`)
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0
    return t >>> 0
  }

  /** A whole number from 0 to `n` - 1, for `n` up to 2^21. */
  below(n: number): number {
    return Math.floor((this.word() * n) / 0x1_0000_0000)
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** True in so many of a thousand cases. */
  chance(perMille: number): boolean {
    return perMille > 0 && this.below(1000) < perMille
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** Fills `into` with random bytes. */
  readonly fill: RandomSource = (into) => {
    let at = 0
    for (; at + 4 <= into.length; at += 4) {
      const word = this.word()
      into[at] = word
      into[at + 1] = word >>> 8
      into[at + 2] = word >>> 16
      into[at + 3] = word >>> 24
    }
    for (let word = this.word(); at < into.length; at++, word >>>= 8) into[at] = word
    return into
  }

  /** So many random bytes. */
  bytes(length: number): Uint8Array {
    return this.fill(new Uint8Array(length))
  }
}

/** FNV-1a of a name. */
function hashOf(name: string): number {
  let hash = FNV_BASIS
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), FNV_PRIME)
  return hash
}
