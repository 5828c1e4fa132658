/**
 * A process that runs seeds, one after another, as it is told to.
 */
import { drawPlan, type Report, Stream, simulate, type Violation } from '../../src/lab/simulator/index.ts'

/** What a worker is told: a seed to run, and whether to tell all that happens. */
export interface Task {
  readonly seed: number
  readonly trace?: boolean
  /** A simulated week. */
  readonly soak?: boolean
}

/** What a worker tells: a line of a trace, or a report. */
export type Told = { readonly line: string } | { readonly report: Report; readonly ms: number }

/** Bytes by which measurements of the same memory differ. */
const GROWTH = 1_500_000

/** Errors that nobody caught, of the seed that runs. */
const uncaught: string[] = []
const note = (error: unknown): void => {
  uncaught.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
process.on('unhandledRejection', note)
process.on('uncaughtException', note)

function tell(told: Told): void {
  process.send?.(told)
}

/** Bytes in use when all that can be freed is freed; 0 where the process cannot ask for that. */
function inUse(): number {
  if (!globalThis.gc) return 0
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/**
 * Plays a week again, with nobody looking, and measures memory after each day. By the second, everything that happens has
 * happened; from then on it must not grow. That the checks look on must not change a byte either.
 */
async function memoryOfSoak({ seed, digest, virtualMs }: Report): Promise<Violation[]> {
  const days: number[] = []
  const again = await simulate(seed, { soak: true, unwatched: true, onDay: () => days.push(inUse()) })
  const violations: Violation[] = [...again.violations]
  const violate = (check: string, detail: string): void => void violations.push({ at: virtualMs, check, detail })
  if (again.digest !== digest) violate('digest', `${again.digest} when nobody looked, ${digest} when the checks did`)
  const megabytes = days.map((bytes) => (bytes / 1e6).toFixed(1)).join(', ')
  if (Math.min(...days.slice(-2)) > days[1]! + GROWTH)
    violate('memory', `it grew; MB in use after each day: ${megabytes}`)
  tell({ line: `seed ${seed}: MB in use after each day: ${megabytes}` })
  return violations
}

async function run({ seed, trace = false, soak = false }: Task): Promise<void> {
  const started = process.cpuUsage()
  if (trace && !soak) tell({ line: JSON.stringify(drawPlan(seed, new Stream(seed)), undefined, 2) })
  const onTrace = trace
    ? (at: number, line: string) => tell({ line: `${at.toFixed(3).padStart(12)}  ${line}` })
    : undefined
  const report = await simulate(seed, { onTrace, soak })
  // Rejections are told of once the event loop has turned.
  await new Promise((resolve) => setImmediate(resolve))
  const violations = [
    ...report.violations,
    ...(soak ? await memoryOfSoak(report) : []),
    ...uncaught.splice(0).map((detail) => ({ at: report.virtualMs, check: 'uncaught', detail })),
  ]
  const { user, system } = process.cpuUsage(started)
  tell({ report: { ...report, violations }, ms: (user + system) / 1000 })
}

let last: Promise<void> = Promise.resolve()
process.on('message', (task: Task) => {
  last = last.then(() => run(task))
})
process.on('disconnect', () => process.exit())
