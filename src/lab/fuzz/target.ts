/**
 * What a fuzz target is, and what counts as a finding.
 *
 * A target takes any bytes, gives them to the code under test, and throws when a rule is broken. The rules are the same
 * everywhere: input parses, or raises one of this package's classes; what parses can be written and read again; time and
 * memory are bounded by the length of the input; and what is fed afterwards is not harmed.
 */
import { MtprotoError } from '../../errors.ts'

/** A bound that grows with the input: `base` at all, and `perByte` for each byte of it. */
export interface Bound {
  readonly base: number
  readonly perByte: number
}

/** One piece of the package that takes bytes from strangers. */
export interface FuzzTarget {
  /** Names it on the command line, and its file in the corpus. */
  readonly name: string
  /** What is fed, and what is checked. */
  readonly about: string
  /** Longer inputs are not made, in bytes. */
  readonly maxLength: number
  /** Most blocks of code that one input may enter: a measure of time that is the same on every machine. */
  readonly steps: Bound
  /** Most bytes that one input may make the code allocate in byte arrays, all together. */
  readonly memory: Bound
  /** Words worth writing anywhere: constructor ids, message ids. */
  readonly words: readonly number[]
  /** Valid inputs to begin with, made by the package's own writers. */
  seeds(): Uint8Array[]
  /**
   * Feeds one input.
   * @returns nothing, or a promise where the code under test takes its time
   * @throws anything, which is a finding
   */
  run(input: Uint8Array): void | Promise<void>
}

/** A rule that an input broke. */
export class FuzzFailure extends Error {
  override readonly name: string = 'FuzzFailure'
}

/** Fails unless `condition` holds. */
export function must(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new FuzzFailure(rule)
}

/** What became of some bytes: a value, or the error that refused them. */
export type Outcome<T> = { readonly value: T } | { readonly error: MtprotoError }

/**
 * Calls `parse`; one of our errors is an outcome like any other, everything else goes through as a finding.
 * @param kind the class of error that is documented for this call
 */
export function outcomeOf<T>(
  parse: () => T,
  kind: abstract new (...args: never[]) => MtprotoError = MtprotoError,
): Outcome<T> {
  try {
    return { value: parse() }
  } catch (error) {
    if (error instanceof kind) return { error }
    throw error
  }
}
