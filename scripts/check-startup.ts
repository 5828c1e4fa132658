/**
 * `npm run check:startup`: what `import 'mtproto-upload'` costs, over a Node process that does nothing.
 *
 * Starts many processes of both kinds in turn, so that whatever else the machine does falls on both, and compares the
 * medians. Noise only ever adds: of a few rounds, the one nearest to its budget is nearest to the truth, and a round within it
 * ends the check. A machine that takes longer than usual for the empty process has as much longer for the import. Measures dist/, as users get it: run `npm run build` first.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Most milliseconds that the import may add where an empty process takes {@link USUAL} of them at most. */
const BUDGET = 40
/** What an empty process takes on the machines that the budget was set on, when nothing else runs. */
const USUAL = 50
const RUNS = 15
const ROUNDS = 4
const ENTRY = 'dist/index.js'

/** Wall time in milliseconds of one Node process that runs `code` as a module, from start to end. */
function timeOf(code: string): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' })
  const elapsed = performance.now() - start
  if (status !== 0) throw new Error(`the measured process failed:\n${stderr}`)
  return elapsed
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** Medians of one round: an empty process, and one that imports the package by its name. */
function round(): { empty: number; withImport: number } {
  const empty: number[] = []
  const withImport: number[] = []
  for (let i = 0; i < RUNS; i++) {
    empty.push(timeOf(''))
    withImport.push(timeOf("import 'mtproto-upload'"))
  }
  return { empty: median(empty), withImport: median(withImport) }
}

if (!existsSync(ENTRY)) {
  console.error(`check:startup: there is no ${ENTRY}; run \`npm run build\` first`)
  process.exit(1)
}
timeOf("import 'mtproto-upload'") // once unmeasured, so that the files are in the system's cache
let best = { cost: Number.POSITIVE_INFINITY, budget: 1 }
for (let i = 0; i < ROUNDS && best.cost > best.budget; i++) {
  const { empty, withImport } = round()
  const now = { cost: withImport - empty, budget: BUDGET * Math.max(1, empty / USUAL) }
  if (now.cost / now.budget < best.cost / best.budget) best = now
  console.log(
    `round ${i + 1}: empty process ${empty.toFixed(1)} ms, with the import ${withImport.toFixed(1)} ms (medians of ${RUNS})`,
  )
}
const { cost, budget } = best
console.log(`The import costs ${cost.toFixed(1)} ms; the budget is ${budget.toFixed(1)} ms.`)
process.exitCode = cost <= budget ? 0 : 1
