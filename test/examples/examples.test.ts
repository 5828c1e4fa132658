/**
 * The examples are real: each type-checks as a user's module would, and runs as a process of its own against the test DC, over real
 * sockets.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeSession } from '../../src/client/session-data.ts'
import { exportSession, importSession } from '../../src/client/session-strings/index.ts'
import { memoryStorage } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { parseFileId } from '../../src/media/index.ts'
import { type Outcome, type Running, start } from '../cli/program.ts'
import { packageEntries } from '../support/package-entries.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const cache = resolve('node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'mtproto-upload-examples-'))
const examples = readdirSync('examples').filter((name) => /\.[jt]s$/.test(name) && name !== 'environment.js')

let server: RunningServer
let env: Record<string, string>
beforeAll(async () => {
  await build({
    ...shared,
    entryPoints: [...examples.map((name) => `examples/${name}`), 'test/support/page-child.ts'],
    outbase: '.',
    outdir: folder,
    splitting: true,
    platform: 'node',
    packages: 'external',
    conditions: ['source-node'],
    outExtension: { '.js': '.mjs' },
  })
  server = await startTestDc()
  const key = join(folder, 'key.pem')
  writeFileSync(key, server.publicKeyPem)
  env = {
    MTPROTO_API_ID: '1',
    MTPROTO_API_HASH: 'hash',
    MTPROTO_BOT_TOKEN: '123:token',
    EXAMPLE_DC: `${server.host}:${server.port}`,
    EXAMPLE_SERVER_KEY: key,
    MTPROTO_FILE: resolve('assets/demo.jpg'),
  }
})
afterAll(async () => {
  await server?.close()
  rmSync(folder, { recursive: true })
})

const alias = Object.fromEntries([...packageEntries].sort(([a], [b]) => b.length - a.length))
const shared = { bundle: true, format: 'esm', target: 'node20', alias, logLevel: 'error' } as const

/** Starts an example in an empty folder of its own, or in `cwd`. */
function begin(name: string, args: readonly string[] = [], more: Record<string, string> = {}, cwd?: string): Running {
  const script = join(folder, 'examples', name.replace(/\.[jt]s$/, '.mjs'))
  return start(script, args, { env: { ...env, ...more }, cwd: cwd ?? mkdtempSync(join(folder, 'cwd-')) })
}

/** Runs an example to its end. */
async function run(...how: Parameters<typeof begin>): Promise<Outcome> {
  const outcome = await begin(...how).ended
  expect(outcome).toMatchObject({ code: 0 })
  return outcome
}

/** A file of zeros. */
function zeros(name: string, size: number): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  truncateSync(path, size)
  return path
}

/** A session of a bot that is logged in, as GramJS saves it. */
async function gramjsSession(): Promise<string> {
  const storage = memoryStorage()
  await (await connectTo(server, { storage })).close()
  const text = exportSession(storage.data!, 'gramjs', { address: { host: server.host, port: server.port } })
  // Without it, it would be Telegram's servers that are asked.
  expect(decodeSession(importSession(text)).address).toMatchObject({ port: server.port })
  return text
}

test('every example is run here, and is in the list', () => {
  const list = readFileSync('examples/README.md', 'utf8')
  const tests = readFileSync('test/examples/examples.test.ts', 'utf8')
  for (const name of examples) {
    expect(list).toContain(`](${name})`)
    expect(tests).toMatch(new RegExp(`(?:run|begin)\\('${name}'`))
  }
})

interface TsConfig {
  compilerOptions: { paths: Record<string, string[]> }
}

test('all of them type-check, by the entries of the package', { timeout: 60_000 }, () => {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const { paths } = (JSON.parse(readFileSync('examples/tsconfig.json', 'utf8')) as TsConfig).compilerOptions
  for (const [name, [source]] of Object.entries(paths))
    expect([name, resolve('examples', source!)]).toEqual(packageEntries.find(([entry]) => entry === name))
  const args = [join(typescript, 'bin/tsc'), '-p', 'examples']
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout).toBe('')
})

test('gramjs: a call by classes, with nothing but the session to say where', async () => {
  const session = await gramjsSession()
  const { stdout } = await run('gramjs.js', [], { MTPROTO_SESSION: session, EXAMPLE_DC: '' })
  expect(stdout).toMatch(/_: 'messageMediaPhoto'/)
  expect(stdout).toMatch(/ttlSeconds: 43/)
  expect(stdout).toMatch(/hasStickers: true/)
})

test('gramjs, typed: logs in, and goes on with the string that it printed', async () => {
  const { stdout, stderr } = await run('gramjs-typed.ts')
  expect(stdout).toMatch(/^a photo, spoiler: true$/m)
  expect(stderr).toMatch(/^100 %$/m)
  const [, session] = /^session: (\S+)$/m.exec(stdout)!
  expect(decodeSession(importSession(session!)).address).toMatchObject({ port: server.port })
  const again = await run('gramjs-typed.ts', [], { MTPROTO_SESSION: session!, MTPROTO_BOT_TOKEN: '' })
  expect(again.stdout).toBe(stdout)
})

test('madelineproto: named parameters, a path where a file stands, and what came back given again', async () => {
  const { stdout } = await run('madelineproto.js')
  expect(stdout).toMatch(/_: 'messageMediaPhoto'[\s\S]*ttlSeconds: 43[\s\S]*^messageMediaPhoto$/m)
})

test('a bot uploads a photo and learns its file_id', async () => {
  const { stdout } = await run('bot-photo.ts')
  const [, width, height, fileId] = /^(\d+) × (\d+), \d+ bytes\nfile_id: (\S+)$/m.exec(stdout)!
  expect(Number(width)).toBeGreaterThan(100)
  expect(Number(height)).toBeGreaterThan(100)
  expect(parseFileId(fileId!)).toMatchObject({ type: 'photo', dcId: server.dcId })
})

test('progress is told until half of it is there, and what was thrown is what the signal was aborted with', async () => {
  const size = 12_000_000
  const { stdout } = await run('progress-and-abort.ts', [], { MTPROTO_FILE: zeros('half.bin', size) })
  const told = [...stdout.matchAll(/^(\d+) of 12000000 bytes/gm)].map(([, sent]) => Number(sent))
  expect(told.at(-1)).toBeGreaterThanOrEqual(size / 2)
  expect(stdout).toMatch(/^ended: half of it is enough$/m)
})

test('many files: in their order, and one that is not there does not sink the rest', async () => {
  const paths = ['a.bin', 'b.bin', 'c.bin'].map((name) => zeros(name, 5000))
  const { stdout } = await run('many-files.ts', [paths[0]!, join(folder, 'nothing'), ...paths.slice(1)])
  expect(stdout.split('\n').map((line) => line.replaceAll(`${folder}/`, '').slice(0, 28))).toEqual([
    'a.bin: messageMediaDocument',
    'nothing: cannot read nothing',
    'b.bin: messageMediaDocument',
    'c.bin: messageMediaDocument',
    '',
  ])
})

test('an upload goes on where it was when the process was killed', async () => {
  const cwd = mkdtempSync(join(folder, 'cwd-'))
  const file = { MTPROTO_FILE: zeros('long.bin', 60_000_000) }
  const first = begin('resume.ts', [], file, cwd)
  await first.printed(/part 9/)
  await first.stop('SIGKILL')
  expect(first.stdout).not.toContain('done')
  const { stdout } = await run('resume.ts', [], file, cwd)
  const [, parts] = /^going on: (\d+) parts are there already$/m.exec(stdout)!
  expect(Number(parts)).toBeGreaterThanOrEqual(9)
  expect(stdout).toMatch(/^done: messageMediaDocument$/m)
})

test('a login of another library goes on by its string', async () => {
  const { stdout } = await run('switch-session.ts', [], { MTPROTO_SESSION: await gramjsSession(), EXAMPLE_DC: '' })
  expect(stdout).toBe('logged in as 123\nmessageMediaPhoto\ntrue\n')
})

test('a page in a browser: the bundle for browsers uploads over WebSocket', async () => {
  const bundle = join(folder, 'page.mjs')
  await build({
    ...shared,
    entryPoints: ['examples/browser/page.ts'],
    outfile: bundle,
    platform: 'browser',
    plugins: [
      {
        name: 'as-published',
        // Without the condition of the tests, `#…` is what browsers get; its sources lie in src/.
        setup: ({ onResolve, resolve: resolveAgain }) => {
          onResolve({ filter: /^#/ }, async ({ path }) => {
            const { imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
              imports: Record<string, { default: string }>
            }
            const source = imports[path]!.default.replace('./dist/', './src/').replace(/js$/, 'ts')
            return resolveAgain(source, { resolveDir: process.cwd(), kind: 'import-statement' })
          })
        },
      },
    ],
  })
  const search = `?${new URLSearchParams({ dc: `${server.host}:${server.port}`, key: server.publicKeyPem })}`
  const fields = { 'api-id': '1', 'api-hash': 'hash', token: '123:token' }
  const job = JSON.stringify({ bundle, search, file: resolve('assets/demo.jpg'), fields })
  const child = start(join(folder, 'test/support/page-child.mjs'), [job])
  const { stdout, stderr } = await child.ended
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^progress: 1$/m)
  expect(stdout).toMatch(/^result: photo, \d+ × \d+$/m)
})
