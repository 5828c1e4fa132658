/** Keeps the tables of SECURITY.md true: the module of every row exists, and its test exists under the title given. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const page = readFileSync('SECURITY.md', 'utf8')

describe.each(['Key exchange', 'Encrypted messages'])('%s', (heading) => {
  const section = page.split(`### ${heading}\n`)[1]?.split(/^##/m)[0] ?? ''
  const rows = section.split('\n').flatMap((line) => {
    const [, rule, source, file, title] = /^\| ([^|]+) \| `([^`|]+)` \| `([^`|]+)`: ([^|]+) \|$/.exec(line) ?? []
    return rule && source && file && title ? [{ rule, source, file, title }] : []
  })

  test('every line of the table is a row: rule, source, test', () => {
    expect(rows.length).toBeGreaterThan(10)
    expect(section.split('\n').filter((line) => line.startsWith('| ')).length - 1).toBe(rows.length)
  })

  test.each(rows)('$rule', ({ source, file, title }) => {
    expect(existsSync(source)).toBe(true)
    const text = readFileSync(file, 'utf8').replaceAll("\\'", "'")
    expect([`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => text.includes(quoted))).toBe(true)
  })
})
