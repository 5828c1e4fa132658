/**
 * Planted defects: each fits the sources, and a sample of them is found in each run of the tests. `npm run check:sabotage`
 * finds them all.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Catch, huntAll } from '../../../scripts/simulator/hunt.ts'
import { SABOTAGES } from '../../../scripts/simulator/sabotage.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** What is planted here is found within this many seeds, so that it does not take long. */
const SOON = 10

test.each(Object.entries(SABOTAGES))('%s fits the sources, once', (_, { file, find, replace }) => {
  expect(readFileSync(ROOT + file, 'utf8').split(find).length - 1).toBe(1)
  expect(replace).not.toBe(find)
})

test('every planted defect that shows soon is found', { timeout: 120_000 }, async () => {
  const sample = Object.fromEntries(Object.entries(SABOTAGES).filter(([, { within }]) => within <= SOON))
  const caught: Record<string, Catch> = {}
  await huntAll(sample, 2, (name, one) => {
    caught[name] = one
  })
  expect(Object.keys(caught).length).toBeGreaterThanOrEqual(24)
  expect(Object.entries(caught).flatMap(([name, { seed }]) => (seed === undefined ? [name] : []))).toEqual([])
})
