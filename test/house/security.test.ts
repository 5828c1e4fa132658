/**
 * Keeps the tables of SECURITY.md true: the module of every row exists, its test exists under the title given, rows do not
 * become fewer, and each check of the protocol has a mutation that its test must notice.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EXCHANGE } from '../../scripts/mutate/exchange.ts'
import { FRAMING } from '../../scripts/mutate/framing.ts'
import { MESSAGES } from '../../scripts/mutate/messages.ts'
import { mutate } from '../../scripts/mutate/mutation.ts'
import { fromTitle, holdsTitle, type Row, readTables } from '../../scripts/mutate/table.ts'

const tables = readTables(readFileSync('SECURITY.md', 'utf8'))
const rowsOf = (table: string): Row[] => (tables.get(table) ?? []).filter((row) => typeof row !== 'string')

/** How many rows each table has, at least: who takes one out has to say so here. */
const LEAST: readonly [table: string, rows: number][] = [
  ['Framing and carriers', 21],
  ['Key exchange', 43],
  ['Encrypted messages', 34],
  ['Session', 46],
]

test.each(LEAST)('%s has %i rows or more', (table, least) => {
  expect(rowsOf(table).length).toBeGreaterThanOrEqual(least)
  for (const { rule, specified } of rowsOf(table)) expect(specified, rule).toMatch(/^\[[^\]]+\]\(https:\/\/[^)]+\)/)
})

describe.each([...tables.keys()])('%s', (table) => {
  test('every line of the table is a row: rule, where it is specified, source, test; no rule twice', () => {
    expect((tables.get(table) ?? []).filter((row) => typeof row === 'string')).toEqual([])
    const rules = rowsOf(table).map(({ rule }) => rule)
    expect(new Set(rules).size).toBe(rules.length)
    expect(rules.length).toBeGreaterThan(0)
  })

  test.each(rowsOf(table))('$rule', ({ source, test: { file, title } }) => {
    expect(existsSync(source)).toBe(true)
    expect(holdsTitle(readFileSync(file, 'utf8'), title)).toBe(true)
  })
})

describe.each([
  ['Framing and carriers', FRAMING],
  ['Key exchange', EXCHANGE],
  ['Encrypted messages', MESSAGES],
])('%s, mutated', (table, mutations) => {
  test('every rule has a mutation, and every mutation a rule', () => {
    expect(Object.keys(mutations).sort()).toEqual(
      rowsOf(table)
        .map(({ rule }) => rule)
        .sort(),
    )
    for (const [rule, list] of Object.entries(mutations)) expect(list.length, rule).toBeGreaterThan(0)
  })

  test.each(rowsOf(table))('$rule: what is to be taken out stands in the source, once', ({ rule, source }) => {
    for (const mutation of mutations[rule] ?? []) {
      const file = mutation.file ?? source
      const text = readFileSync(file, 'utf8')
      expect(mutate(text, mutation, file)).not.toBe(text)
    }
  })
})

describe('what reads the tables', () => {
  const page = (row: string): string =>
    `## Checks\n\n### T\n\n| rule | specified in | source | test |\n|---|---|---|---|\n${row}\n`

  test('takes rows apart, and shows lines that are none', () => {
    const [row] = readTables(page('| a b | [x](https://y) | `src/a.ts` | `test/a.test.ts`: c: %i |')).get('T')!
    expect(row).toEqual({
      table: 'T',
      rule: 'a b',
      specified: '[x](https://y)',
      source: 'src/a.ts',
      test: { file: 'test/a.test.ts', title: 'c: %i' },
    })
    for (const bad of ['| a | src/a.ts | `test/a.test.ts`: c |', '| a | b | `s` | `t` |', '| a | b | c | d | e |']) {
      expect(readTables(page(bad)).get('T')).toEqual([bad])
    }
  })

  test('knows a test by its title as it is written', () => {
    expect(fromTitle('message 12', 'message %i')).toBe(true)
    expect(fromTitle('g: 5', '$field: $value')).toBe(true)
    expect(fromTitle('another message 12', 'message %i')).toBe(false)
    expect(holdsTitle("test('it is the client\\'s', …", "it is the client's")).toBe(true)
  })
})
