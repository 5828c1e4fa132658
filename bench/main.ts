/**
 * `npm run bench -- [--only NAME,…] [--size 200MB] [--rounds N] [--json] [--write] [--verify] [--smoke] [--profile]`: what
 * the client costs, beside the floor and beside other people's clients, in one run on one machine. See README.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceBetween } from '../scripts/checks/markers.ts'
import { buildPrograms } from './build.ts'
import { programsOf } from './clients.ts'
import { type Goal, goalsOf, goalTable, missedList } from './goals.ts'
import { presentIn, SCENARIOS, type Settings } from './scenarios.ts'
import { type Result, tableOf } from './table.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const RESULTS = join(HERE, 'RESULTS.md')
const README = join(HERE, '../README.md')
/** What people have to say of the results: written by hand, shown behind them. */
const NOTES = join(HERE, 'NOTES.md')
/** What `--smoke` runs: seconds, without the peers. */
const SMOKE = { only: 'upload,ceiling', size: '4MB', rounds: '1' }
const UNITS: Readonly<Record<string, number>> = { '': 1, kB: 1e3, MB: 1e6, GB: 1e9 }

function fail(message: string): never {
  console.error(`bench: ${message}`)
  process.exit(2)
}

/** `200MB` in bytes. */
function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(kB|MB|GB)?$/.exec(text) ?? fail(`${text} is no size: 4MB, 2GB`)
  return Math.round(Number(number) * UNITS[unit]!)
}

function readArguments(): { values: Partial<Record<'only' | 'size' | 'rounds', string> & Record<string, unknown>> } {
  const flag = { type: 'boolean' } as const
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      options: {
        only: text,
        size: text,
        rounds: text,
        json: flag,
        write: flag,
        verify: flag,
        smoke: flag,
        profile: flag,
      },
    })
  } catch (error) {
    return fail((error as Error).message)
  }
}

/** The machine and the versions, as a list. */
function circumstances({ size, rounds }: Settings): string {
  const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const [cpu] = cpus()
  return [
    `- machine: ${cpus().length} × ${cpu?.model.trim() || 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()} ${arch()}`,
    `- load when it ended: ${loadavg()[0]?.toFixed(1)}. Above the number of processors, times say little; ratios a little more.`,
    `- Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    `- ${Object.entries(dependencies)
      .map(([name, version]) => `\`${name}\` ${version}`)
      .join(', ')}`,
    `- size of the usual upload: ${size / 1e6} MB; rounds: ${rounds}, in turns; medians`,
  ].join('\n')
}

/** The notes, one level of headings below those of the results, without their title. */
function notes(): string[] {
  if (!existsSync(NOTES)) return []
  const text = readFileSync(NOTES, 'utf8').replace(/^# .*\n/, '')
  return ['## Notes', text.replace(/^(#+) /gm, '#$1 ').trim()]
}

function page(results: readonly Result[], goals: readonly Goal[], settings: Settings): string {
  const missed = missedList(goals)
  return [
    '# Results',
    'Written by `npm run bench -- --write`. What is measured and how: [README.md](README.md).',
    circumstances(settings),
    '## Goals',
    goalTable(goals),
    ...(missed === '' ? [] : ['Not met, and what the same run says of it:', missed]),
    ...results.flatMap((result) => [`## ${result.title}`, tableOf(result)]),
    ...notes(),
  ].join('\n\n')
}

const { values } = readArguments()
const {
  only,
  size = '200MB',
  rounds = '3',
} = values.smoke ? { ...values, ...SMOKE } : values.profile ? { ...values, only: 'profile' } : values
const settings: Settings = {
  size: bytesOf(size),
  rounds: /^[1-9]\d*$/.test(rounds) ? Number(rounds) : fail(`${rounds} is no number of rounds`),
  verify: values.verify === true,
  withoutPeers: values.smoke === true,
  log: (line) => console.error(line),
}
const names = only?.split(',') ?? SCENARIOS.map(({ name }) => name)
for (const name of names) {
  if (!SCENARIOS.some((one) => one.name === name)) {
    fail(`there is no ${name}; there are ${SCENARIOS.map((one) => one.name).join(', ')}`)
  }
}

const results: Result[] = []
let failed = false
for (const scenario of SCENARIOS.filter(({ name }) => names.includes(name))) {
  const present = presentIn(scenario, settings)
  const missing = scenario.contestants.filter((one) => !present.includes(one))
  if (missing.length > 0 && !settings.withoutPeers) {
    settings.log(`${scenario.name}: without ${missing.map(({ name }) => name).join(', ')} (npm --prefix bench ci)`)
  }
  if (present.length === 0 || (scenario.programs !== undefined && missing.length > 0)) continue
  settings.log(`${scenario.name}: ${present.map(({ name }) => name).join(', ')} …`)
  await buildPrograms(['sink', 'link', ...programsOf(present), ...(scenario.programs ?? [])])
  try {
    const rounds = scenario.rounds?.(settings.rounds) ?? settings.rounds
    const result = await scenario.run({ ...settings, rounds }, present)
    results.push(result)
    if (!values.json) console.log(`\n${result.title}\n\n${tableOf(result)}\n`)
  } catch (error) {
    failed = true
    settings.log(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
const goals = goalsOf(results)
if (values.json) console.log(JSON.stringify({ results, goals }, null, 2))
// A few megabytes say nothing of them.
else if (!values.smoke) console.log(`\n${goalTable(goals)}\n\n${missedList(goals)}`)
if (values.write) {
  writeFileSync(RESULTS, `${page(results, goals, settings)}\n`)
  writeFileSync(README, replaceBetween(readFileSync(README, 'utf8'), 'bench', goalTable(goals)))
}
process.exitCode = failed || results.some(({ rows }) => rows.some(({ failure }) => failure !== undefined)) ? 1 : 0
