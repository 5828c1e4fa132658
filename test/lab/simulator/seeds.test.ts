/** A few hundred fixed seeds of the simulator: no rule is broken, and the same seed gives the same bytes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundleWorker } from '../../../scripts/simulator/bundle.ts'
import { runSeeds } from '../../../scripts/simulator/pool.ts'
import { type Patch, SABOTAGES } from '../../../scripts/simulator/sabotage.ts'
import { drawPlan, FAULT_CLASSES, type Report, Stream, simulate } from '../../../src/lab/simulator/index.ts'
import { drawSoak } from '../../../src/lab/simulator/soak.ts'

const SEEDS = 300
const BLOCK = 50

describe(`seeds 1 to ${SEEDS}`, () => {
  const blocks = Array.from({ length: SEEDS / BLOCK }, (_, block) => 1 + block * BLOCK)
  test.each(blocks)(`%i and the ${BLOCK - 1} after it break no rule`, { timeout: 120_000 }, async (from) => {
    const broken: string[] = []
    for (let seed = from; seed < from + BLOCK; seed++) {
      const { violations } = await simulate(seed)
      broken.push(
        ...violations.map(({ at, check, detail }) => `seed ${seed} at ${Math.round(at)} ms, ${check}: ${detail}`),
      )
    }
    expect(broken).toEqual([])
  })

  test('every kind of fault is drawn, and there are runs without any', () => {
    const plans = Array.from({ length: SEEDS }, (_, i) => drawPlan(i + 1, new Stream(i + 1)))
    const drawn = new Set(plans.flatMap(({ classes }) => classes))
    expect(FAULT_CLASSES.filter((one) => !drawn.has(one))).toEqual([])
    expect(plans.filter(({ classes }) => classes.length === 0).length).toBeGreaterThan(10)
  })
})

test('a soak is a week of one client, with uploads and faults all along', () => {
  const { until, clients, timed } = drawSoak(1, new Stream(1))
  expect([until / 86_400_000, clients.length]).toEqual([7, 1])
  expect(clients[0]!.operations.filter(({ kind }) => kind === 'upload').length).toBe(504)
  expect(timed.map(({ at }) => Math.floor(at / 86_400_000))).toEqual([0, 1, 2, 3, 4, 5, 6])
})

/** Runs seeds in processes of their own. */
async function inProcesses(seeds: readonly number[], jobs: number, patch?: Patch): Promise<Report[]> {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-test-'))
  const reports: Report[] = []
  try {
    const worker = await bundleWorker(folder, patch)
    await runSeeds({ worker, jobs, seeds, onReport: (report) => reports.push(report) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return reports.sort((a, b) => a.seed - b.seed)
}

test('the same seed gives the same bytes, in another process and in another order too', {
  timeout: 60_000,
}, async () => {
  const seeds = [3, 11, 17, 22, 31]
  const one = await inProcesses(seeds, 1)
  const other = await inProcesses(seeds.toReversed(), 2)
  expect(other).toEqual(one)
  expect(new Set(one.map(({ digest }) => digest)).size).toBe(seeds.length)
})

test('a planted defect is found', { timeout: 60_000 }, async () => {
  const reports = await inProcesses([1, 2, 3, 4], 1, SABOTAGES['ack-is-content'])
  expect(reports.flatMap(({ violations }) => violations).some(({ check }) => check === 'wire')).toBe(true)
})

test('a defect that does not fit the sources any more is an error', async () => {
  const patch = { file: 'src/transport/session/session.ts', find: 'not there', replace: '' }
  await expect(inProcesses([1], 1, patch)).rejects.toThrow('stands 0 times')
})
