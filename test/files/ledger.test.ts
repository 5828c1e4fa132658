import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { Ledger } from '../../src/files/index.ts'

test('parts come out lowest first, once, and only when due', () => {
  const ledger = new Ledger()
  for (const part of [2, 0, 1]) ledger.add(part)
  expect([ledger.take(0), ledger.take(0), ledger.take(0), ledger.take(0)]).toEqual([0, 1, 2, undefined])
  expect([ledger.inFlight, ledger.waiting, ledger.nextDue()]).toEqual([3, 0, undefined])
  expect(ledger.fail(1)).toBe(1)
  ledger.retry(1, 500)
  expect([ledger.take(499), ledger.nextDue(), ledger.take(500)]).toEqual([undefined, 500, 1])
  expect(ledger.fail(1)).toBe(2)
})

test('what is put off by a wait is due at once and counts neither as failure nor as retry', () => {
  const ledger = new Ledger()
  ledger.add(0)
  ledger.take(0)
  ledger.putOff(0)
  expect([ledger.retries, ledger.take(-5), ledger.fail(0)]).toEqual([0, 0, 1])
})

test('an acknowledgement of a part that is not under way changes nothing', () => {
  const ledger = new Ledger()
  ledger.add(0)
  expect([ledger.acknowledge(0), ledger.acknowledge(7), ledger.done]).toEqual([false, false, 0])
  ledger.take(0)
  expect([ledger.acknowledge(0), ledger.acknowledge(0), ledger.done]).toEqual([true, false, 1])
})

property.prop([fc.uniqueArray(fc.integer({ min: 0, max: 40 }))])(
  'done ranges are the sorted, joined set of done parts',
  (parts) => {
    const ledger = new Ledger()
    const done = new Set<number>()
    for (let part = 0; part <= 40; part++) ledger.add(part)
    while (ledger.take(0) !== undefined);
    for (const part of parts) {
      ledger.acknowledge(part)
      done.add(part)
      const { doneRanges } = ledger
      expect(doneRanges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(
        [...done].sort((a, b) => a - b),
      )
      for (let i = 1; i < doneRanges.length; i++) expect(doneRanges[i]![0]).toBeGreaterThan(doneRanges[i - 1]![1])
    }
    expect(ledger.done).toBe(done.size)
  },
)
