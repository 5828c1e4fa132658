/**
 * Fuzzes one target for a while.
 */
import { Fuzzer, Runner } from '../../src/lab/fuzz/fuzzer.ts'
import { shrink } from '../../src/lab/fuzz/shrink.ts'
import type { Instrumented } from './bundle.ts'

/** Inputs between two looks at the clock, and at promises that were rejected with nobody listening. */
const BATCH = 256
/** Frames of a stack trace; none while fuzzing, since making them costs more than the code that raises errors. */
const FRAMES = 12

/** When a campaign ends; at a finding in any case. */
export interface Limits {
  readonly runs?: number | undefined
  readonly seconds?: number | undefined
}

/** A finding, made as small as it gets. */
export interface ShrunkFinding {
  readonly input: Uint8Array
  /** Number of the run that found it. */
  readonly run: number
  /** The error's stack, or what else was thrown. */
  readonly what: string
}

/** What came of a campaign. */
export interface Report {
  readonly runs: number
  /** Seconds of processor time. */
  readonly seconds: number
  readonly corpus: readonly Uint8Array[]
  /** Blocks of code reached, of those there are. */
  readonly blocks: number
  readonly finding: ShrunkFinding | undefined
}

/** What a campaign works with. */
export interface CampaignOptions {
  readonly instrumented: Instrumented
  readonly seed: number
  readonly corpus: readonly Uint8Array[]
  readonly words: readonly number[]
  readonly limits: Limits
}

/** Promises that were rejected while nobody listened, since last asked. */
class Rejections {
  #last: { readonly reason: unknown } | undefined
  readonly #listener = (reason: unknown): void => {
    this.#last = { reason }
  }

  start(): void {
    process.on('unhandledRejection', this.#listener)
  }

  stop(): void {
    process.off('unhandledRejection', this.#listener)
  }

  /** Gives rejections a moment to be told, and returns the last. */
  async take(): Promise<{ readonly reason: unknown } | undefined> {
    await new Promise<void>((resolve) => void setImmediate(resolve))
    const last = this.#last
    this.#last = undefined
    return last
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`
}

/** Runs one input as `--replay` does; returns what is wrong, or undefined. */
export async function replay({ target, coverage }: Instrumented, input: Uint8Array): Promise<string | undefined> {
  const rejections = new Rejections()
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = FRAMES
  rejections.start()
  try {
    await new Runner(target, coverage).run(input.slice())
    const rejected = await rejections.take()
    return rejected && `a promise was rejected and nobody listened: ${describe(rejected.reason)}`
  } catch (error) {
    return describe(error)
  } finally {
    rejections.stop()
    Error.stackTraceLimit = before
  }
}

/** The first line of what is wrong, without numbers: two findings are one if they have it in common. */
function kindOf(what: string): string {
  return what.split('\n')[0]!.replace(/\d+/g, '#')
}

async function shrunk(instrumented: Instrumented, input: Uint8Array, run: number): Promise<ShrunkFinding> {
  const what = await replay(instrumented, input)
  if (what === undefined) return { input, run, what: 'found once, and not again: it depends on the inputs before' }
  const same = async (smaller: Uint8Array): Promise<boolean> => {
    const other = await replay(instrumented, smaller)
    return other !== undefined && kindOf(other) === kindOf(what)
  }
  const small = await shrink(input, same)
  return { input: small, run, what: (await replay(instrumented, small)) ?? what }
}

/** Fuzzes until a limit is reached or something is found. */
export async function campaign({ instrumented, seed, corpus, words, limits }: CampaignOptions): Promise<Report> {
  const { target, coverage } = instrumented
  const fuzzer = new Fuzzer({ target, seed, corpus, coverage, words })
  const rejections = new Rejections()
  const framesBefore = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  rejections.start()
  const cpu = process.cpuUsage()
  const start = performance.now()
  const runs = limits.runs ?? Number.POSITIVE_INFINITY
  const until = start + (limits.seconds ?? Number.POSITIVE_INFINITY) * 1000
  let found: { input: Uint8Array; run: number } | undefined
  while (!found && fuzzer.runs < runs && performance.now() < until) {
    const batch: Uint8Array[] = []
    while (!fuzzer.finding && batch.length < BATCH && fuzzer.runs < runs) {
      const running = fuzzer.step()
      if (running) await running
      batch.push(fuzzer.last)
    }
    if (fuzzer.finding) found = fuzzer.finding
    else if (await rejections.take()) {
      for (const [i, input] of batch.entries()) {
        if (found || (await replay(instrumented, input)) === undefined) continue
        found = { input, run: fuzzer.runs - batch.length + i + 1 }
      }
    }
  }
  rejections.stop()
  const { user, system } = process.cpuUsage(cpu)
  Error.stackTraceLimit = framesBefore
  return {
    runs: fuzzer.runs,
    seconds: (user + system) / 1e6,
    corpus: fuzzer.corpus,
    blocks: fuzzer.blocks,
    finding: found && (await shrunk(instrumented, found.input, found.run)),
  }
}
