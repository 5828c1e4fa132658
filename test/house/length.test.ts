import { expect, test } from 'vitest'
import { length, MAX_LINES } from '../../scripts/house/length.ts'
import { findingsOf } from './rules.ts'

const lines = (count: number): string => '// line\n'.repeat(count)

test('400 lines are allowed, 401 are not', () => {
  expect(MAX_LINES).toBe(400)
  expect(findingsOf(length, { 'src/a.ts': lines(400), 'scripts/b.ts': lines(400) })).toEqual([])
  expect(findingsOf(length, { 'src/a.ts': lines(401), 'scripts/b.sh': lines(401) })).toHaveLength(2)
})

test('generated code, schemas and tests may be longer', () => {
  expect(
    findingsOf(length, { 'src/tl/generated/a.ts': lines(401), 'schema/a.tl': lines(401), 'test/a.ts': lines(401) }),
  ).toEqual([])
})
