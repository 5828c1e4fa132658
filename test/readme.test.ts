/**
 * The code in README.md is real: every block marked `ts` type-checks against the sources, as a user's module would against
 * the published package, and every block marked `ts run` runs and prints what it says.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { packageEntries } from './support/package-entries.ts'

const readme = readFileSync('README.md', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The code blocks marked with a language, and with a word behind it if one is given. */
const blocks = (language: string, word = ''): string[] =>
  [...readme.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].flatMap(([, marked, behind, code]) =>
    marked === language && (word === '' || word === behind) ? [code!] : [],
  )

/** An empty project that has the package installed, with the modules given. */
function project(modules: readonly string[]): string {
  const home = mkdtempSync(join(folder, 'user-'))
  const options = {
    paths: Object.fromEntries(packageEntries.map(([name, source]) => [name, [source]])),
    typeRoots: [resolve('node_modules/@types')],
    rootDir: '/',
    noUnusedLocals: false,
  }
  const config = { extends: resolve('tsconfig.test.json'), compilerOptions: options, include: ['*.ts'], exclude: [] }
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
  modules.forEach((code, i) => {
    writeFileSync(join(home, `block-${i}.ts`), `${code}\nexport {}\n`)
  })
  return home
}

/** What the compiler says about some modules; empty if nothing. */
function compile(modules: readonly string[]): string {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const { stdout } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', project(modules)], {
    encoding: 'utf8',
  })
  // Each complaint starts at the margin; the sources' own belong to another check.
  const complaints = stdout.split(/^(?=\S)/m)
  return complaints.filter((complaint) => /^\S*\bblock-|^error/.test(complaint)).join('')
}

/** Runs a module to its end. */
function run(code: string): { status: number | null; stdout: string; stderr: string } {
  const home = project([code])
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const args = ['--conditions=source-node', '--import', tsx, join(home, 'block-0.ts')]
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(home, 'tsconfig.json') }
  return spawnSync(process.execPath, args, { cwd: home, env, encoding: 'utf8', timeout: 60_000 })
}

test('the README has code to check', () => {
  expect(blocks('ts').length).toBeGreaterThanOrEqual(2)
  expect(blocks('sh').length).toBeGreaterThanOrEqual(2)
})

test('every TypeScript block type-checks', { timeout: 60_000 }, () => {
  expect(compile(blocks('ts'))).toBe('')
})

test.each(blocks('ts', 'run'))(
  'a block marked `run` runs, ends, and prints what it says',
  { timeout: 90_000 },
  (code) => {
    const promised = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    expect(promised.length).toBeGreaterThan(0)
    expect(run(code)).toMatchObject({ status: 0, stdout: `${promised.join('\n')}\n`, stderr: '' })
  },
)

test('every option of the program that the README names is in its help', { timeout: 60_000 }, () => {
  const named = new Map<string, Set<string>>()
  for (const line of blocks('sh').join('').split('\n')) {
    const [, command] = /^mtproto-upload (\w+) /.exec(line) ?? []
    if (!command) continue
    const options = named.get(command) ?? new Set()
    for (const option of line.match(/ --[\w-]+/g) ?? []) options.add(option.trim())
    named.set(command, options)
  }
  expect([...named.keys()].sort()).toEqual(['login', 'logout', 'serve', 'session', 'upload'])
  for (const [command, options] of named) {
    const args = ['--conditions=source-node', '--import', 'tsx', 'src/cli/main.ts', command, '--help']
    const help = spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
    expect([...options].filter((option) => !new RegExp(`${option}\\b`).test(help))).toEqual([])
  }
})

/** Links to tests with the test's title behind them: `[✓](test/a.test.ts "title")`. */
const ticks = [...readme.matchAll(/\]\((test\/[\w/.-]+) "([^"]*)"\)/g)].map(
  ([, path, title]) => [path!, title!] as const,
)

test('every claim of this package in the comparison leads to a test of that name', () => {
  const [table] = /^\| \| this package \|.*\n(?:\|.*\n)+/m.exec(readme)!
  const rows = table.trim().split('\n').slice(2)
  const claims = rows.map((row) => row.split('|')[2]!.trim()).filter((cell) => cell !== '')
  expect(claims.length).toBeGreaterThan(30)
  for (const claim of claims) expect(claim).toMatch(/^\[.+\]\(test\/.+\.test\.ts ".+"\)$/)
  expect(ticks.length).toBeGreaterThanOrEqual(claims.length)
  for (const [path, title] of ticks) expect(readFileSync(path, 'utf8'), `${path}: ${title}`).toContain(title)
})

test('the check would see a mistake', { timeout: 60_000 }, () => {
  const wrong = "import { UploadClient } from 'mtproto-upload'\nawait UploadClient.connect({ noSuchOption: 1 })"
  expect(compile([wrong])).toContain('noSuchOption')
})
