/**
 * What a planted defect is made of.
 */

/** One change of one source file. */
export interface Patch {
  /** Below the project's folder. */
  readonly file: string
  /** Must occur in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** A defect by name. */
export interface Sabotage extends Patch {
  /** What is wrong then, in a few words. */
  readonly what: string
  /** The simulator finds it within so many seeds, counted from 1. */
  readonly within: number
}

/** Defects by name. */
export type Defects = Readonly<Record<string, Sabotage>>
