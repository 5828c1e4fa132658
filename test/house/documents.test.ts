/** The documents speak of what is there: every file, command and page they name exists. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const PAGES = ['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'DEPENDENCIES.md', 'CHANGELOG.md', 'docs/events.md']
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(page, 'utf8')
  const all = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, found]) => found!))]

  test('names only files and folders that exist', () => {
    const named = all(/`((?:src|scripts|test|schema|bench|examples|docs|\.ci)\/[\w./-]*)`/g)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })

  test('links only to pages that exist', () => {
    const linked = all(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?(?: "[^"]*")?\)/g)
    expect(linked.filter((path) => !existsSync(path))).toEqual([])
  })

  test('names only commands of package.json', () => {
    const commands = all(/npm run (?:--silent )?([\w:-]+)/g)
    expect(commands.filter((command) => !(command in manifest.scripts))).toEqual([])
  })
})

describe('.ci/run', () => {
  const script = readFileSync('.ci/run', 'utf8')

  test("runs the README's test command", () => {
    expect(readFileSync('README.md', 'utf8')).toContain('npm ci && npm test')
    expect(script).toMatch(/ npm ci$/m)
    expect(script).toMatch(/ npm test$/m)
  })

  test('runs every check that package.json has', () => {
    const checks = Object.keys(manifest.scripts).filter((name) =>
      /^check:|:check$|^(?:typecheck|lint|knip|build|demo)$|^test:/.test(name),
    )
    expect(checks.length).toBeGreaterThan(8)
    expect(checks.filter((name) => !new RegExp(`npm run --silent ${name}$`, 'm').test(script))).toEqual([])
  })
})
