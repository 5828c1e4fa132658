/**
 * The code in README.md is real: every block marked `ts` type-checks against the sources, as a user's module would against
 * the published package, and what the commands in it say exists.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const readme = readFileSync('README.md', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The sources behind each entry of the package: `mtproto-upload/tl` is src/tl/index.ts. */
const entries = Object.entries(
  JSON.parse(readFileSync('package.json', 'utf8')).exports as Record<string, { default?: string }>,
)
  .filter(([, target]) => target.default?.endsWith('.js'))
  .map(([name, target]) => [
    name.replace('.', 'mtproto-upload'),
    [resolve(target.default!.replace('./dist/', 'src/').replace(/js$/, 'ts'))],
  ])

/** The code blocks of one language. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, marked, code]) => (marked === language ? [code!] : []))

/** What the compiler says about some modules in an empty project that has the package installed; empty if nothing. */
function compile(modules: readonly string[]): string {
  const home = mkdtempSync(join(folder, 'user-'))
  const options = {
    paths: Object.fromEntries(entries),
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
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const { stdout } = spawnSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', home], { encoding: 'utf8' })
  // Each complaint starts at the margin; the sources' own belong to another check.
  const complaints = stdout.split(/^(?=\S)/m)
  return complaints.filter((complaint) => /^\S*\bblock-|^error/.test(complaint)).join('')
}

test('the README has code to check', () => {
  expect(blocks('ts').length).toBeGreaterThanOrEqual(2)
  expect(blocks('sh').length).toBeGreaterThanOrEqual(2)
})

test('every TypeScript block type-checks', { timeout: 60_000 }, () => {
  expect(compile(blocks('ts'))).toBe('')
})

test('the check would see a mistake', { timeout: 60_000 }, () => {
  const wrong = "import { UploadClient } from 'mtproto-upload'\nawait UploadClient.connect({ noSuchOption: 1 })"
  expect(compile([wrong])).toContain('noSuchOption')
})
