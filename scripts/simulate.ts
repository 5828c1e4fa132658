/**
 * `npm run simulate`: runs the simulator over many seeds, or one of them in full view.
 *
 * The seeds are shared out to several processes. The digest at the end is one over the digests of all runs in the order of
 * their seeds, so it does not depend on the number of processes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { digestOf } from '../src/lab/simulator/digest.ts'
import type { Report } from '../src/lab/simulator/run.ts'
import { bundleWorker } from './simulator/bundle.ts'
import { runSeeds } from './simulator/pool.ts'
import { SABOTAGES } from './simulator/sabotage.ts'

const HELP = `Usage: npm run simulate -- [options]

Runs the whole client against the whole test DC, in virtual time, under faults that each seed draws.

  --seeds N        run N seeds (100 unless told)
  --from S         the first of them (1 unless told)
  --jobs J         processes to share them out to (one a processor unless told)
  --replay SEED    run one seed; with --trace print its plan and all that happens
  --trace          see --replay
  --soak           one client for a simulated week instead of what the seed draws else
  --sabotage NAME  plant a defect first, to see it found; runs the seeds within which it has to be, unless told
  --sabotage list  name all defects
  --json           end with the counts and the digest as JSON
  --help           print this

Exit codes: 0 no rule was broken; 1 one was; 2 the options make no sense.
`

const LIST = Object.entries(SABOTAGES)
  .map(([name, { what, within }]) => `${name} (${within} seeds): ${what}\n`)
  .join('')

/** Most violations that are printed of one seed. */
const SHOWN = 5

class BadUsage extends Error {}

interface Options {
  readonly seeds: readonly number[]
  readonly jobs: number
  readonly trace: boolean
  readonly soak: boolean
  readonly json: boolean
  readonly sabotage: string | undefined
}

/** @throws BadUsage */
function readOptions(args: readonly string[]): Options | 'help' | 'list' {
  const { values } = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: {
          seeds: { type: 'string' },
          from: { type: 'string' },
          jobs: { type: 'string' },
          replay: { type: 'string' },
          trace: { type: 'boolean' },
          soak: { type: 'boolean' },
          sabotage: { type: 'string' },
          json: { type: 'boolean' },
          help: { type: 'boolean' },
        },
      })
    } catch (error) {
      throw new BadUsage(error instanceof Error ? error.message : String(error))
    }
  })()
  if (values.help) return 'help'
  const whole = (name: string, text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise
    const number = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
      throw new BadUsage(`--${name} takes a whole number, not ${text}`)
    return number
  }
  const { replay, sabotage, trace = false, json = false, soak = false } = values
  if (replay !== undefined && (values.seeds ?? values.from) !== undefined) {
    throw new BadUsage('--replay runs one seed; it does not go with --seeds or --from')
  }
  if (trace && replay === undefined) throw new BadUsage('--trace goes with --replay only')
  if (sabotage === 'list') return 'list'
  if (sabotage !== undefined && !Object.hasOwn(SABOTAGES, sabotage)) {
    throw new BadUsage(`there is no defect "${sabotage}"; --sabotage list names all`)
  }
  const from = whole('replay', replay, whole('from', values.from, 1))
  const count = replay === undefined ? whole('seeds', values.seeds, SABOTAGES[sabotage ?? '']?.within ?? 100) : 1
  const jobs = whole('jobs', values.jobs, availableParallelism())
  if (jobs < 1 || count < 1) throw new BadUsage('--jobs and --seeds take a number from 1 on')
  const seeds = Array.from({ length: count }, (_, index) => from + index)
  return { seeds, jobs: Math.min(jobs, count), trace, soak, json, sabotage }
}

/** How to see a seed again. */
function replayOf(seed: number, sabotage: string | undefined, soak: boolean): string {
  return `npm run simulate -- --replay ${seed} --trace${soak ? ' --soak' : ''}${sabotage === undefined ? '' : ` --sabotage ${sabotage}`}`
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  if (options === 'list') {
    process.stdout.write(LIST)
    return 0
  }
  const { seeds, jobs, trace, soak, json, sabotage } = options
  const started = performance.now()
  const reports = new Map<number, Report>()
  let broken = 0
  let cpu = 0
  const progress = process.stderr.isTTY && !trace
  const clear = (): void => void (progress && process.stderr.write('\r\x1b[K'))
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
  const clean = (): void => rmSync(folder, { recursive: true, force: true })
  // Who is told to end leaves nothing behind either. 128 and the signal's number, as shells have it.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  process.once('exit', clean)
  try {
    const worker = await bundleWorker(folder, sabotage === undefined ? undefined : SABOTAGES[sabotage])
    await runSeeds({
      worker,
      jobs,
      seeds,
      trace,
      soak,
      onLine: (line) => console.log(line),
      onReport: (report, ms) => {
        const { seed, violations } = report
        reports.set(seed, report)
        cpu += ms
        clear()
        if (violations.length > 0) {
          broken++
          console.error(`seed ${seed} breaks rules; to see it: ${replayOf(seed, sabotage, soak)}`)
          for (const { at, check, detail } of violations.slice(0, SHOWN)) {
            console.error(`  ${Math.round(at)} ms, ${check}: ${detail}`)
          }
        }
        if (progress) process.stderr.write(`${reports.size} of ${seeds.length} seeds, ${broken} break rules`)
      },
    })
    clear()
  } finally {
    clean()
  }
  const inOrder = seeds.map((seed) => reports.get(seed)!)
  const counts: Record<string, number> = {}
  for (const report of inOrder) {
    for (const [name, count] of Object.entries(report.counts)) counts[name] = (counts[name] ?? 0) + count
  }
  const summary = {
    seeds: seeds.length,
    from: seeds[0]!,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    cpuMsPerSeed: Math.round((10 * cpu) / seeds.length) / 10,
    virtualSeconds: Math.round(inOrder.reduce((sum, { virtualMs }) => sum + virtualMs, 0) / 1000),
    counts: Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))),
    violations: inOrder.flatMap(({ seed, violations }) => violations.map((one) => ({ seed, ...one }))),
    digest: digestOf(inOrder.map(({ digest }) => digest)),
  }
  if (json) console.log(JSON.stringify(summary, undefined, 2))
  else {
    const { seconds, cpuMsPerSeed, digest } = summary
    console.log(`${seeds.length} seeds in ${seconds} s (${cpuMsPerSeed} ms of a processor each), ${broken} break rules`)
    console.log(`digest ${digest}`)
  }
  return broken > 0 ? 1 : 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof BadUsage)) throw error
  console.error(`${error.message}\n\n${HELP}`)
  process.exitCode = 2
}
