/** The documents speak of what is there: every file, command and page they name exists. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const PAGES = ['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'DEPENDENCIES.md', 'CHANGELOG.md']
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(page, 'utf8')
  const all = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, found]) => found!))]

  test('names only files and folders that exist', () => {
    const named = all(/`((?:src|scripts|test|schema|bench|examples|docs|\.ci)\/[\w./-]*)`/g)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })

  test('links only to pages that exist', () => {
    const linked = all(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)
    expect(linked.filter((path) => !existsSync(path))).toEqual([])
  })

  test('names only commands of package.json', () => {
    const commands = all(/npm run (?:--silent )?([\w:-]+)/g)
    expect(commands.filter((command) => !(command in manifest.scripts))).toEqual([])
  })
})
