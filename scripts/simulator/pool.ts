/**
 * Several workers that share a row of seeds. The order in which they finish does not matter to the result.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Report } from '../../src/lab/simulator/index.ts'
import type { Task, Told } from './worker.ts'

/** A seed that takes longer than this many milliseconds hangs. */
const PATIENCE = 120_000

export interface PoolOptions {
  /** The bundle. */
  readonly worker: string
  readonly jobs: number
  readonly seeds: Iterable<number>
  readonly trace?: boolean
  readonly soak?: boolean
  readonly onReport: (report: Report, ms: number) => void
  readonly onLine?: (line: string) => void
}

/** Runs all seeds; resolves when the last has reported. */
export async function runSeeds(options: PoolOptions): Promise<void> {
  const seeds = options.seeds[Symbol.iterator]()
  await Promise.all(Array.from({ length: options.jobs }, () => runSome(options, seeds)))
}

/** One worker after another takes seeds until there are no more: one that dies is followed by the next. */
async function runSome(options: PoolOptions, seeds: Iterator<number>): Promise<void> {
  let child: ChildProcess | undefined
  for (let next = seeds.next(); !next.done; next = seeds.next()) {
    child ??= fork(options.worker, { execArgv: options.soak ? ['--expose-gc'] : [] })
    const ended = await runOne(options, child, next.value)
    if (ended === undefined) continue
    child = undefined
    const violations = [{ at: 0, check: 'process', detail: ended }]
    options.onReport({ seed: next.value, digest: '', virtualMs: 0, counts: {}, violations }, 0)
  }
  child?.disconnect()
}

/** Runs a seed. Resolves with why the worker is gone, if it is. */
function runOne(
  { trace = false, soak = false, onReport, onLine }: PoolOptions,
  child: ChildProcess,
  seed: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const settle = (ended?: string): void => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(ended)
    }
    const onMessage = (told: Told): void => {
      if ('line' in told) {
        onLine?.(told.line)
        return
      }
      onReport(told.report, told.ms)
      settle()
    }
    const onExit = (code: number | null): void => settle(`the process ended with code ${code}`)
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      settle(`it was not done after ${PATIENCE / 1000} s`)
    }, PATIENCE)
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.send({ seed, trace, soak } satisfies Task)
  })
}
