/**
 * `npm run fuzz -- [--target NAME]... [--seconds S | --runs N] [--seed X] [--json] [--corpus DIR] [--minimize]
 * [--replay FILE]`: fuzzes what takes bytes from strangers, guided by coverage (`src/lab/fuzz`).
 *
 * - `--target`: one of the modules in `src/lab/fuzz/targets`, several times for several; all unless told
 * - `--runs`, `--seconds`: how long each target is fuzzed; 10 s unless told. The same seed, corpus and number of runs give
 *   the same inputs
 * - `--seed`: a number; a fresh one, which is printed, unless told
 * - `--corpus`: folder with the inputs to begin with, `test/corpus` unless told. A folder that is named here is written
 *   too: what was found interesting is kept
 * - `--minimize`: writes the corpus back as the fewest and smallest inputs that reach as much
 * - `--replay`: runs the one input that is in a file, for the one target that is named
 *
 * Exit code 1 at a finding: the smallest input that still shows it is in the file that is printed.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Instrumented, loadTarget } from './fuzz/bundle.ts'
import { campaign, type Limits, type Report, replay } from './fuzz/campaign.ts'
import { minimize, readCorpus, writeCorpus } from './fuzz/corpus.ts'
import { schemaSeeds } from './fuzz/tl-seeds.ts'
import { fromRoot } from './output.ts'

const CORPUS = fromRoot('test/corpus')
const SECONDS = 10

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    corpus: { type: 'string' },
    minimize: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
})

/** Ends with 2: the call makes no sense. */
function usage(message: string): never {
  console.error(message)
  process.exit(2)
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) usage(`--${name} takes a number, not "${text}"`)
  return value
}

const known = readdirSync(fromRoot('src/lab/fuzz/targets'), 'utf8')
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()
const names = values.target ?? known
for (const name of names) if (!known.includes(name)) usage(`no target is called ${name}; there are ${known.join(', ')}`)

const say = (line: string): void => {
  if (!values.json) console.log(line)
}

async function replayFile(file: string): Promise<number> {
  const [name] = names
  if (values.target?.length !== 1 || name === undefined) usage('--replay takes the one --target that the input is for')
  const what = await replay(await loadTarget(name), new Uint8Array(readFileSync(file)))
  if (values.json) console.log(JSON.stringify({ target: name, finding: what ?? null }))
  else console.log(what ?? `${name}: nothing is wrong with this input`)
  return what === undefined ? 0 : 1
}

/** Writes a finding's input to a file; returns how to run it again. */
function keep(name: string, input: Uint8Array): { file: string; command: string } {
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 12)
  const file = join(tmpdir(), `fuzz-${name}-${hash}.bin`)
  writeFileSync(file, input)
  return { file, command: `npm run fuzz -- --target ${name} --replay ${file}` }
}

async function updateCorpus(name: string, instrumented: Instrumented, { corpus, finding }: Report): Promise<void> {
  // Whatever reaches a finding cannot be measured.
  if (finding || !(values.minimize || values.corpus)) return
  const folder = values.corpus ?? CORPUS
  const { target, coverage } = instrumented
  writeCorpus(folder, name, values.minimize ? await minimize(target, coverage, corpus) : corpus)
}

async function main(): Promise<number> {
  if (values.replay !== undefined) return replayFile(values.replay)
  const seed = number('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 31)
  const runs = number('runs', values.runs)
  const limits: Limits = {
    runs,
    seconds: number('seconds', values.seconds) ?? (runs === undefined ? SECONDS : undefined),
  }
  const schema = schemaSeeds()
  say(`seed ${seed}`)
  const results: object[] = []
  let code = 0
  for (const name of names) {
    const instrumented = await loadTarget(name)
    const corpus = [...(schema.seeds[name] ?? []), ...readCorpus(values.corpus ?? CORPUS, name)]
    const words = name.startsWith('tl-') ? schema.ids : []
    const report = await campaign({ instrumented, seed, corpus, words, limits })
    await updateCorpus(name, instrumented, report)
    const { finding } = report
    const perSecond = Math.round(report.runs / report.seconds)
    const blocks = `${report.blocks} of ${instrumented.places.length} blocks`
    say(
      `${name}: ${report.runs} runs, ${perSecond} a second of processor time, ${report.corpus.length} inputs, ${blocks}`,
    )
    const kept = finding && keep(name, finding.input)
    if (finding && kept) {
      code = 1
      say(`\nrun ${finding.run} of ${name} with seed ${seed}: ${finding.what}\n`)
      say(`${finding.input.length} bytes in ${kept.file}\n${kept.command}\n`)
    }
    results.push({
      target: name,
      runs: report.runs,
      perSecond,
      corpus: report.corpus.length,
      blocks: report.blocks,
      of: instrumented.places.length,
      finding: finding && kept ? { run: finding.run, what: finding.what, ...kept } : null,
    })
  }
  if (values.json) console.log(JSON.stringify({ seed, targets: results }))
  return code
}

process.exitCode = await main()
