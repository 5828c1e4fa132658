/** What the benchmark says of its goals follows from its numbers. */
import { expect, test } from 'vitest'
import { goalsOf, goalTable, missedList } from '../../bench/goals.ts'
import { median, type Result, tableOf } from '../../bench/table.ts'

const upload = (ours: number): Result => ({
  scenario: 'upload',
  title: 'One file',
  columns: [{ key: 'cpu', title: 'CPU', unit: 'seconds' }],
  rows: [
    { name: 'floor', values: { cpu: 2 } },
    { name: 'ours', values: { cpu: ours } },
    { name: 'mtcute', values: {}, failure: 'broke' },
  ],
})

test.each([
  [2.5, true],
  [2.6, false],
])('%s s beside a floor of 2 s: goal met is %s', (ours, met) => {
  const [first] = goalsOf([upload(ours)])
  expect(first).toMatchObject({ goal: expect.stringContaining('beside the floor'), met })
})

test('what was not measured is neither met nor missed, and not shown', () => {
  const goals = goalsOf([upload(2)])
  expect(goals.filter(({ met }) => met !== undefined)).toHaveLength(1)
  expect(goalTable(goals).split('\n')).toHaveLength(3)
})

test('of a goal that was missed the same run says how far the floor is from it', () => {
  const results: Result[] = [
    {
      ...upload(2),
      rows: [
        { name: 'floor', values: { cpu: 2 } },
        { name: 'ours', values: { cpu: 3 } },
        { name: 'mtcute', values: { cpu: 8 } },
      ],
    },
  ]
  const list = missedList(goalsOf(results))
  expect(list).toContain('beside mtcute: at most 0.2 ×: 0.38 ×; the floor alone takes 0.25 ×')
  expect(list.split('\n')).toHaveLength(2)
  expect(missedList(goalsOf([]))).toBe('')
})

test('a contestant that failed has a row that says so', () => {
  expect(tableOf(upload(2))).toContain('| mtcute | failed |')
})

test('the median of an even number of samples lies between the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})
