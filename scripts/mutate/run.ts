/**
 * Runs the tests of mutated sources: each mutation is a project of Vitest's, whose source is changed as it is loaded.
 * No file is copied or written.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestCase, TestModule, Vitest } from 'vitest/node'
import { createVitest } from 'vitest/node'
import { type Mutation, mutate } from './mutation.ts'
import { fromTitle, type Row } from './table.ts'

/** One mutation, and the row whose test must notice it. */
export interface Trial {
  readonly row: Row
  readonly mutation: Mutation
}

/** What became of it. */
export interface Outcome extends Trial {
  /** `caught`: the test failed. `missed`: it passed. `lost`: there is no such test or no such piece of source. */
  readonly verdict: 'caught' | 'missed' | 'lost'
}

/** Projects at a time: each keeps the modules it has loaded. */
const BATCH = 12

/** Runs all trials, two at a time. */
export async function runTrials(trials: readonly Trial[], onOutcome: (outcome: Outcome) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < trials.length; at += BATCH) {
    for (const outcome of await runBatch(trials.slice(at, at + BATCH))) {
      outcomes.push(outcome)
      onOutcome(outcome)
    }
  }
  return outcomes
}

async function runBatch(all: readonly Trial[]): Promise<Outcome[]> {
  const trials = all.filter(isPlaced)
  const lost = all.filter((trial) => !isPlaced(trial)).map((trial): Outcome => ({ ...trial, verdict: 'lost' }))
  if (trials.length === 0) return lost
  const names = trials.map((_, i) => `mutation ${i}`)
  const vitest = await createVitest(
    'test',
    {
      watch: false,
      // What the tests print is about sources that are wrong on purpose.
      reporters: [{}],
      onConsoleLog: () => false,
      maxWorkers: 2,
      // None extends the usual configuration: lists of files would be joined, and every test would run.
      projects: trials.map((trial, i) => ({
        plugins: [pluginOf(trial)],
        resolve: { conditions: ['source-node'] },
        ssr: { resolve: { conditions: ['source-node'] } },
        test: { name: names[i]!, include: [trial.row.test.file], testTimeout: 60_000, pool: 'threads' },
      })),
    },
    {},
  )
  try {
    await vitest.start()
    const outcomes = trials.map(
      (trial, i): Outcome => ({
        ...trial,
        verdict: verdictOf(modulesOf(vitest, names[i]!), trial.row.test.title),
      }),
    )
    return [...outcomes, ...lost]
  } finally {
    await vitest.close()
  }
}

/** Whether what is to be taken out still stands in the source: who moves a check has to move its mutation. */
function isPlaced({ row, mutation }: Trial): boolean {
  return readFileSync(mutation.file ?? row.source, 'utf8').split(mutation.find).length === 2
}

/** Changes the source as it is loaded. */
function pluginOf({ row, mutation }: Trial): {
  name: string
  enforce: 'pre'
  load: (id: string) => string | undefined
} {
  const file = mutation.file ?? row.source
  const path = resolve(file)
  const source = mutate(readFileSync(path, 'utf8'), mutation, file)
  return { name: 'mutation', enforce: 'pre', load: (id) => (id.split('?')[0] === path ? source : undefined) }
}

function modulesOf(vitest: Vitest, project: string): TestModule[] {
  return vitest.state.getTestModules().filter((module) => module.project.name === project)
}

function verdictOf(modules: readonly TestModule[], title: string): Outcome['verdict'] {
  // A module that cannot even be loaded any more fails all of its tests.
  if (modules.some((module) => module.state() === 'failed' && [...module.children.allTests()].length === 0))
    return 'caught'
  const tests = modules.flatMap((module) => [...module.children.allTests()]).filter((test) => isNamed(test, title))
  const states = tests.map((test) => test.result().state)
  if (states.includes('failed')) return 'caught'
  return states.includes('passed') ? 'missed' : 'lost'
}

/** Whether the test, or a group that it stands in, has the title. */
function isNamed(test: TestCase, title: string): boolean {
  for (let one: TestCase['parent'] | TestCase = test; one.type !== 'module'; one = one.parent) {
    if (fromTitle(one.name, title)) return true
  }
  return false
}
