/**
 * Everything that fuzzing has found interesting is still read as it should be: with counters in the code, so that the bounds
 * on time and memory hold too, and without, as it is shipped.
 */
import { readdirSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadTarget } from '../../../scripts/fuzz/bundle.ts'
import { readCorpus } from '../../../scripts/fuzz/corpus.ts'
import { fromRoot } from '../../../scripts/output.ts'
import { Runner } from '../../../src/lab/fuzz/fuzzer.ts'
import { targets } from '../../../src/lab/fuzz/index.ts'

const FOLDER = fromRoot('test/corpus')
const MAX_CORPUS = 1024 * 1024

test('every target has a module of its name and a corpus', () => {
  const names = Object.keys(targets).sort()
  const filesIn = (folder: string): string[] => readdirSync(folder).map((file) => file.replace(/\.\w+$/, ''))
  expect(Object.values(targets).map(({ name }) => name)).toEqual(Object.keys(targets))
  expect(filesIn(fromRoot('src/lab/fuzz/targets')).sort()).toEqual(names)
  expect(filesIn(FOLDER).sort()).toEqual(names)
})

test('the corpus is small', () => {
  const sizes = readdirSync(FOLDER).map((file) => statSync(`${FOLDER}/${file}`).size)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_CORPUS)
})

describe.each(Object.entries(targets))('%s', (name, target) => {
  const corpus = [...target.seeds(), ...readCorpus(FOLDER, name)]

  test('as it is shipped', async () => {
    for (const input of corpus) await target.run(input.slice())
    expect(corpus.length).toBeGreaterThan(target.seeds().length)
  })

  test('within the bounds on time and memory', async () => {
    const { target: counting, coverage } = await loadTarget(name)
    const runner = new Runner(counting, coverage)
    for (const input of corpus) await runner.run(input.slice())
    expect(runner.steps).toBeGreaterThan(0)
  })
})
