/**
 * `npm run check:size [-- --write | --json]`: keeps the browser bundle of the minimal client within its budget.
 *
 * Bundles test/browser/minimal.ts (bot login, upload, uploadMedia) as a user's bundler would: minified, for browsers,
 * everything included. Nothing is left out as "external"; `ws` resolves to the few lines that the package itself gives to
 * browsers. Fails when the result is over the budget, holds something that has no place in a browser, or differs from the
 * table in README.md, which `--write` renews; `--json` prints the numbers for other programs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type BundleReport, intruders, measureBundle } from './checks/bundle.ts'
import { between, replaceBetween } from './checks/markers.ts'

/** Most bytes after gzip at level 9. */
const BUDGET = 36_000
const ENTRY = 'test/browser/minimal.ts'
const README = 'README.md'
/** How far the total in README.md may be from the truth: not every commit has to write it again. */
const TOLERANCE = 1000

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

/** The report as a Markdown table. */
function tableOf(report: BundleReport): string {
  const width = Math.max(...report.folders.map(({ folder }) => folder.length + 2))
  const row = (name: string, ...cells: string[]): string => `| ${name.padEnd(width)} | ${cells.join(' | ')} |`
  return [
    row('part', 'minified'),
    row('---', '---:'),
    ...report.folders.map(({ folder, bytes }) => row(`\`${folder}\``, kilobytes(bytes))),
    row('all', kilobytes(report.minified)),
    row('**gzip**', `**${kilobytes(report.gzip)}**`),
    row('brotli', kilobytes(report.brotli)),
  ].join('\n')
}

const { values } = parseArgs({ options: { write: { type: 'boolean' }, json: { type: 'boolean' } } })
const report = await measureBundle(ENTRY)
console.log(values.json ? JSON.stringify({ ...report, budget: BUDGET }, null, 2) : tableOf(report))

const readme = readFileSync(README, 'utf8')
if (values.write) writeFileSync(README, replaceBetween(readme, 'size', tableOf(report)))

const problems = intruders(report.inputs, report.imports)
if (report.gzip > BUDGET) problems.push(`${report.gzip} bytes of gzip are over the budget of ${BUDGET}`)
const told = Number(/\*\*gzip\*\* *\| \*\*([\d.]+) kB/.exec(between(readme, 'size'))?.[1]) * 1000
if (!values.write && !(Math.abs(told - report.gzip) <= TOLERANCE)) {
  problems.push(`the table in ${README} is out of date: run \`npm run check:size -- --write\``)
}
for (const problem of problems) console.error(`check:size: ${problem}`)
if (problems.length === 0 && !values.json) {
  console.log(`${kilobytes(report.gzip)} of gzip, ${kilobytes(BUDGET - report.gzip)} below the budget.`)
}
process.exitCode = problems.length === 0 ? 0 : 1
