import { expect, test } from 'vitest'
import { marks } from '../../scripts/house/marks.ts'
import { findingsOf } from './rules.ts'

// Put together here, so that this file does not break the rule it tests.
const unfinished = ['TO', 'DO'].join('')
const ignore = ['@ts', 'ignore'].join('-')
const expectError = ['@ts-expect', 'error'].join('-')

test.each([
  ['src/a.ts', `// ${unfinished}: more\n`],
  ['README.md', `${unfinished}\n`],
  ['.ci/run', `# ${['FIX', 'ME'].join('')}\n`],
  ['src/a.ts', `// ${ignore}\n`],
  ['src/a.ts', `// ${expectError}\nconst a = 1\n`],
  ['src/a.ts', 'const a = b as any\n'],
  ['test/a.test.ts', 'let a: any[]\n'],
  ['test/a.test.ts', `test.${'skip'}('a', () => {})\n`],
  ['test/a.test.ts', `describe.${'only'}('a', () => {})\n`],
  ['test/a.test.ts', `it.${'todo'}('a')\n`],
  ['test/a.test.ts', `test.concurrent.${'only'}.each([1])('a', () => {})\n`],
])('%s: %j is found', (path, text) => {
  expect(findingsOf(marks, { [path]: text })).toHaveLength(1)
})

test.each([
  ['src/a.ts', "const name = 'FILE_PART_X_MISSING' // any part may be missing\n"],
  ['src/a.ts', 'export const skip = (reader: { skip(): void; only: number }): void => reader.skip()\n'],
  ['test/a.test.ts', `// ${expectError}: wrong combinations do not compile\nconst a: number = ''\n`],
  ['test/a.test.ts', "test.each([1])('any of them', () => {})\n"],
  ['src/tl/generated/a.ts', `// ${unfinished}\n`],
])('%s: %j is left alone', (path, text) => {
  expect(findingsOf(marks, { [path]: text })).toEqual([])
})
