/**
 * A process that runs seeds, one after another, as it is told to.
 */
import { drawPlan, type Report, Stream, simulate } from '../../src/lab/simulator/index.ts'

/** What a worker is told: a seed to run, and whether to tell all that happens. */
export interface Task {
  readonly seed: number
  readonly trace?: boolean
  /** A simulated week. */
  readonly soak?: boolean
}

/** What a worker tells: a line of a trace, or a report. */
export type Told = { readonly line: string } | { readonly report: Report; readonly ms: number }

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
