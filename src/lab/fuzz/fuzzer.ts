/**
 * The loop: mutate an input, run it, keep it if it reached something that no input before did.
 *
 * A state machine without files, clocks or randomness of its own. Coverage comes from counters, one for each block of the
 * code under test, that the instrumented code counts up (`scripts/fuzz/instrument.ts`); how often a block was entered counts
 * in classes of 1, 2, 3, 4-7, 8-15, 16-31, 32-127 and more, so that a loop that runs longer is something new, but not each of
 * its rounds. Without counters it still fuzzes, blindly. The same seed and the same corpus give the same inputs in the same
 * order.
 */
import { mutate } from './mutate.ts'
import { SeededNumbers } from './random.ts'
import { type Bound, FuzzFailure, type FuzzTarget } from './target.ts'

/** What the code under test is measured by while it runs. */
export interface Coverage {
  /** How often each block was entered. */
  readonly counters: Uint32Array
  /** Bytes that were allocated in byte arrays. */
  readonly allocated: Float64Array
}

/** An input that broke a rule. */
export interface Finding {
  readonly input: Uint8Array
  readonly error: unknown
  /** Number of the run that found it, from 1. */
  readonly run: number
}

const NOTHING: Coverage = { counters: new Uint32Array(0), allocated: new Float64Array(1) }

/** What a {@link Fuzzer} works with. */
export interface FuzzerOptions {
  readonly target: FuzzTarget
  readonly seed: number
  /** Inputs kept earlier, tried before anything else. */
  readonly corpus?: readonly Uint8Array[]
  readonly coverage?: Coverage
  /** Words worth writing, besides the target's own. */
  readonly words?: readonly number[]
}

/** The class of a number of entries, as a bit; 0 for none. */
function classOf(count: number): number {
  if (count < 4) return count === 3 ? 4 : count
  return count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128
}

function limit({ base, perByte }: Bound, input: Uint8Array): number {
  return base + perByte * input.length
}

/** Runs inputs and measures them: what {@link Fuzzer} and the tools around it share. */
export class Runner {
  readonly target: FuzzTarget
  readonly #coverage: Coverage | undefined
  /** Blocks entered by the last input. */
  steps = 0

  constructor(target: FuzzTarget, coverage?: Coverage) {
    this.target = target
    this.#coverage = coverage
  }

  /** Runs one input. Throws, or rejects with, what is a finding; one that cost too much is one too. */
  run(input: Uint8Array): void | Promise<void> {
    this.#coverage?.counters.fill(0)
    this.#coverage?.allocated.fill(0)
    const running = this.target.run(input)
    return running instanceof Promise ? running.then(() => this.#measure(input)) : this.#measure(input)
  }

  #measure(input: Uint8Array): void {
    const coverage = this.#coverage
    if (!coverage) return
    let steps = 0
    for (const count of coverage.counters) steps += count
    this.steps = steps
    const { target } = this
    const within = (what: string, cost: number, bound: Bound): void => {
      if (cost <= limit(bound, input)) return
      throw new FuzzFailure(`${input.length} bytes cost ${cost} ${what}; ${limit(bound, input)} are allowed`)
    }
    within('steps', steps, target.steps)
    within('bytes of memory', coverage.allocated[0]!, target.memory)
  }

  /**
   * What the last input reached and `known` does not have yet: a list of blocks, each with the class of its count.
   * @param known a byte for each block, see {@link learn}
   */
  fresh(known: Uint8Array): Reached[] {
    const { counters } = this.#coverage ?? NOTHING
    const found: Reached[] = []
    for (let block = 0; block < counters.length; block++) {
      if (counters[block] === 0) continue
      const bit = classOf(counters[block]!)
      if ((known[block]! & bit) === 0) found.push({ block, bit })
    }
    return found
  }

  /** Number of blocks: how long the array for {@link reached} has to be. */
  get blocks(): number {
    return this.#coverage?.counters.length ?? 0
  }
}

/** A block, and the class of how often it was entered as a bit. */
export interface Reached {
  readonly block: number
  readonly bit: number
}

/** Adds to what is known. */
export function learn(known: Uint8Array, reached: readonly Reached[]): void {
  for (const { block, bit } of reached) known[block]! |= bit
}

/** Fuzzes one target; see the module's comment. */
export class Fuzzer {
  /** Inputs that each reached something new, in the order they were found. */
  readonly corpus: Uint8Array[] = []
  /** Inputs run so far. */
  runs = 0
  finding: Finding | undefined
  /** The input tried last. */
  last: Uint8Array = new Uint8Array(0)
  /** A byte for each block: the classes of counts that were reached. */
  readonly reached: Uint8Array
  readonly #runner: Runner
  readonly #random: SeededNumbers
  readonly #queue: Uint8Array[]
  readonly #words: readonly number[]

  constructor({ target, seed, corpus = [], coverage, words = [] }: FuzzerOptions) {
    this.#runner = new Runner(target, coverage)
    this.#random = new SeededNumbers(seed)
    this.#queue = [...target.seeds(), ...corpus]
    this.#words = [...target.words, ...words]
    this.reached = new Uint8Array(this.#runner.blocks)
  }

  /** Number of blocks reached at all. */
  get blocks(): number {
    return this.reached.reduce((sum, classes) => sum + (classes === 0 ? 0 : 1), 0)
  }

  /** Tries one input. A finding stays in {@link finding}; after one, nothing more is tried. */
  step(): void | Promise<void> {
    if (this.finding) return
    const input = this.#queue.shift() ?? this.#mutant()
    this.last = input
    this.runs++
    try {
      const running = this.#runner.run(input.slice())
      if (!(running instanceof Promise)) this.#judge(input)
      else {
        return running.then(
          () => this.#judge(input),
          (error: unknown) => this.#found(input, error),
        )
      }
    } catch (error) {
      this.#found(input, error)
    }
  }

  #judge(input: Uint8Array): void {
    const fresh = this.#runner.fresh(this.reached)
    if (fresh.length === 0) return
    learn(this.reached, fresh)
    this.corpus.push(input)
  }

  #found(input: Uint8Array, error: unknown): void {
    this.finding = { input, error, run: this.runs }
  }

  #mutant(): Uint8Array {
    const random = this.#random
    const { corpus } = this
    const none = new Uint8Array(0)
    const { maxLength } = this.#runner.target
    // Of two drawn the later one: what was found last is what is least explored.
    const one = corpus[Math.max(random.below(corpus.length), random.below(corpus.length))] ?? none
    const other = corpus[random.below(corpus.length)] ?? none
    return mutate(one, { random, words: this.#words, other, maxLength })
  }
}
