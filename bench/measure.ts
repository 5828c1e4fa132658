/**
 * Measures ways to do the same thing against each other, in one process: rounds alternate and the best of each counts, so
 * that what else the machine does weighs little.
 */
import type { MicroResults } from './protocol.ts'

/** Length of a round in milliseconds. */
const ROUND = 20

/** Tasks, and for each the ways to do it. */
export type Tasks = Readonly<Record<string, Readonly<Record<string, () => unknown>>>>

/** Nanoseconds that one call takes, measured over one round. */
function measure(action: () => unknown): number {
  const start = performance.now()
  let calls = 0
  do {
    action()
    calls++
  } while (performance.now() - start < ROUND)
  return ((performance.now() - start) * 1e6) / calls
}

/** Nanoseconds of each way to do each task, the best of so many rounds. */
export function measureAll(tasks: Tasks, rounds: number): MicroResults {
  return Object.fromEntries(
    Object.entries(tasks).map(([task, ways]) => {
      const best: Record<string, number> = {}
      for (let round = 0; round < rounds; round++) {
        for (const [name, action] of Object.entries(ways)) {
          best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, measure(action))
        }
      }
      return [task, best]
    }),
  )
}
