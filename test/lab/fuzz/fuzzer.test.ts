/** The fuzzer itself: it follows coverage, repeats by seed, and makes what it finds small. */
import { describe, expect, test } from 'vitest'
import { loadTarget } from '../../../scripts/fuzz/bundle.ts'
import { campaign, replay } from '../../../scripts/fuzz/campaign.ts'
import { minimize } from '../../../scripts/fuzz/corpus.ts'
import { TlError } from '../../../src/errors.ts'
import { type Coverage, Fuzzer, Runner } from '../../../src/lab/fuzz/fuzzer.ts'
import { mutate } from '../../../src/lab/fuzz/mutate.ts'
import { SeededNumbers } from '../../../src/lab/fuzz/random.ts'
import { shrink } from '../../../src/lab/fuzz/shrink.ts'
import { FuzzFailure, type FuzzTarget, must, outcomeOf } from '../../../src/lab/fuzz/target.ts'

const WORD = [0x46, 0x55, 0x5a, 0x5a]

/** A lock whose digits are found one by one only by who sees that one was right. */
function lock(run: (open: boolean) => void | Promise<void>): {
  target: FuzzTarget
  coverage: Coverage
  places: string[]
} {
  const coverage = { counters: new Uint32Array(WORD.length + 1), allocated: new Float64Array(1) }
  const target: FuzzTarget = {
    name: 'lock',
    about: 'a lock',
    maxLength: 16,
    steps: { base: 100, perByte: 1 },
    memory: { base: 0, perByte: 1 },
    words: [],
    seeds: () => [new Uint8Array(8)],
    run(input) {
      coverage.counters[0]!++
      let right = 0
      while (right < WORD.length && input[right] === WORD[right]) coverage.counters[++right]!++
      return run(right === WORD.length)
    },
  }
  return { target, coverage, places: [] }
}

const opened = lock((open) => must(!open, 'the lock stays closed'))
const options = { corpus: [], words: [], limits: { runs: 100_000 } }

describe('a campaign', () => {
  test('finds what only coverage leads to, and makes it small', async () => {
    const report = await campaign({ instrumented: opened, seed: 1, ...options })
    expect([...report.finding!.input]).toEqual(WORD)
    expect(report.finding!.what).toContain('the lock stays closed')
  })

  test('finds nothing without coverage in as many runs', async () => {
    const blind = new Fuzzer({ target: opened.target, seed: 1 })
    while (blind.runs < 100_000 && !blind.finding) await blind.step()
    expect(blind.finding).toBeUndefined()
  })

  test('repeats by its seed, and does something else with another', async () => {
    const closed = lock(() => {})
    const run = (seed: number) =>
      campaign({ instrumented: closed, seed, corpus: [], words: [], limits: { runs: 3000 } })
    const [one, again, other] = [await run(5), await run(5), await run(6)]
    expect(again.corpus).toEqual(one.corpus)
    expect(other.corpus).not.toEqual(one.corpus)
    expect(one.runs).toBe(3000)
  })

  test('repeats on real code', async () => {
    const run = async () => {
      const instrumented = await loadTarget('session')
      return campaign({ instrumented, seed: 3, corpus: [], words: [], limits: { runs: 600 } })
    }
    const [one, again] = [await run(), await run()]
    expect(again.corpus).toEqual(one.corpus)
    expect(again.blocks).toBe(one.blocks)
  })

  test('finds promises that nobody listens to', async () => {
    const careless = lock((open) => {
      if (open) void Promise.reject(new Error('nobody hears this'))
    })
    const report = await campaign({ instrumented: careless, seed: 1, ...options })
    expect(report.finding!.what).toMatch(/a promise was rejected and nobody listened: .*nobody hears this/)
    expect([...report.finding!.input]).toEqual(WORD)
  })

  test('finds promises that reject', async () => {
    const late = lock((open) => Promise.resolve().then(() => must(!open, 'late')))
    const report = await campaign({ instrumented: late, seed: 1, ...options })
    expect(report.finding!.what).toContain('late')
    expect(await replay(late, Uint8Array.from(WORD))).toContain('late')
    expect(await replay(late, new Uint8Array(4))).toBeUndefined()
  })
})

describe('bounds', () => {
  const bounded = (cost: (coverage: Coverage, input: Uint8Array) => void): Runner => {
    const { target, coverage } = lock(() => {})
    return new Runner({ ...target, run: (input) => cost(coverage, input) }, coverage)
  }

  test('steps', async () => {
    const runner = bounded(({ counters }, input) => (counters[0] = 101 + input.length))
    expect(() => runner.run(new Uint8Array(3))).toThrow('3 bytes cost 104 steps; 103 are allowed')
    await bounded(({ counters }, input) => (counters[0] = 100 + input.length)).run(new Uint8Array(3))
  })

  test('memory', () => {
    const runner = bounded(({ allocated }) => (allocated[0] = 9))
    expect(() => runner.run(new Uint8Array(8))).toThrow(FuzzFailure)
    expect(() => runner.run(new Uint8Array(9))).not.toThrow()
  })
})

test('a minimized corpus reaches as much with fewer and smaller inputs', async () => {
  const { target, coverage } = lock(() => {})
  const inputs = [
    new Uint8Array(9),
    ...[1, 2, 3, 2].map((right) => Uint8Array.from([...WORD.slice(0, right), 0, 7, 7])),
  ]
  const small = await minimize(target, coverage, inputs)
  expect(small.map((input) => [...input])).toEqual([WORD.slice(0, 1), WORD.slice(0, 2), WORD.slice(0, 3)])
})

test('shrinking keeps what an input is kept for', async () => {
  const keeps = (input: Uint8Array): boolean => input.includes(7) && input.includes(9)
  const small = await shrink(Uint8Array.from([1, 2, 7, 3, 3, 3, 9, 4]), keeps)
  expect([...small]).toEqual([7, 9])
})

test('mutants are no longer than allowed, and the original is left alone', () => {
  const random = new SeededNumbers(1)
  const original = random.bytes(new Uint8Array(40))
  const before = original.slice()
  const lengths = new Set<number>()
  for (let i = 0; i < 5000; i++) {
    lengths.add(mutate(original, { random, words: [1], other: new Uint8Array(30), maxLength: 50 }).length)
  }
  expect(original).toEqual(before)
  expect(Math.max(...lengths)).toBe(50)
  expect(Math.min(...lengths)).toBeLessThan(20)
})

test('an outcome is a value or the documented error; everything else is a finding', () => {
  const failing = (error: Error) => () => {
    throw error
  }
  expect(outcomeOf(() => 5)).toEqual({ value: 5 })
  expect(outcomeOf(failing(new TlError('bad', 0)), TlError)).toMatchObject({ error: { code: 'TL_INVALID' } })
  expect(() => outcomeOf(failing(new RangeError('stack')), TlError)).toThrow(RangeError)
})
