/**
 * Measures ways to do the same thing against each other, in one process: rounds alternate and the best of each counts, so
 * that what else the machine does weighs little.
 */
import type { MicroResults } from './protocol.ts'

/** Length of a round in milliseconds. */
const ROUND = 20
/** Most calls between two looks at the clock. */
const MOST = 128

/** Tasks, and for each the ways to do it. */
export type Tasks = Readonly<Record<string, Readonly<Record<string, () => unknown>>>>

/** Nanoseconds that one call takes, measured over one round. */
function measure(action: () => unknown): number {
  const start = performance.now()
  let calls = 0
  let spent = 0
  // More and more calls between two looks at the clock: a look takes a fifth of what the shortest of them take.
  for (let more = 1; spent < ROUND; more = Math.min(2 * more, MOST)) {
    for (let i = 0; i < more; i++) action()
    calls += more
    spent = performance.now() - start
  }
  return (spent * 1e6) / calls
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
