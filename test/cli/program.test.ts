/** The program as a whole: help, version, wrong usage. No server is needed for any of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'

let program: Program

beforeAll(async () => {
  program = await bundleProgram()
})

afterAll(() => program.remove())

const run = (...args: string[]): Promise<Outcome> => start(program.main, args).ended

describe('help and version', () => {
  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    for (const option of ['--version', '-V']) {
      expect(await run(option)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
    }
  })

  test('help is a result: on standard output, exit code 0', async () => {
    const { stdout, ...rest } = await run('--help')
    expect(rest).toMatchObject({ code: 0, stderr: '' })
    for (const word of ['upload', 'serve', '--version', '75', '130']) expect(stdout).toContain(word)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect((await run('-h')).stdout).toBe(stdout)
    expect((await run('help')).stdout).toBe(stdout)
  })

  test('each command has its own, whatever else stands on the line', async () => {
    for (const command of ['upload', 'serve']) {
      const { stdout, ...rest } = await run(command, '--help')
      expect(rest).toMatchObject({ code: 0, stderr: '' })
      expect(stdout).toContain(`Usage: mtproto-upload ${command}`)
      expect((await run('help', command)).stdout).toBe(stdout)
      expect((await run(command, '--bogus', '-h')).stdout).toBe(stdout)
    }
  })

  test('a reader that has seen enough is no error', async () => {
    const shell = spawn('bash', ['-c', 'set -o pipefail; "$0" "$1" --help | true', process.execPath, program.main])
    let stderr = ''
    shell.stderr.on('data', (text) => {
      stderr += text
    })
    const [code] = await once(shell, 'close')
    expect([code, stderr]).toEqual([0, ''])
  })

  test('for all that, neither the client nor the server is loaded', async () => {
    const { metafile } = await build({
      entryPoints: ['src/cli/main.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      conditions: ['source-node'],
      outdir: 'dist',
      metafile: true,
      write: false,
    })
    const loaded = new Set<string>()
    const load = (path: string): void => {
      for (const input of Object.keys(metafile.outputs[path]!.inputs)) loaded.add(input)
      for (const { path: next, kind, external } of metafile.outputs[path]!.imports) {
        if (kind === 'import-statement' && !external && !loaded.has(next)) load(next)
      }
    }
    load('dist/main.js')
    expect(loaded).toContain('src/cli/main.ts')
    expect([...loaded].filter((path) => /^src\/(lab|files|crypto|tl)\/|client\/client/.test(path))).toEqual([])
  })
})

describe('wrong usage: one sentence with a hint on standard error, exit code 2', () => {
  const CASES: readonly (readonly [args: readonly string[], says: string])[] = [
    [[], 'a command is needed: upload, login, logout, session or serve'],
    [['uplaod', 'x'], 'there is no command "uplaod"; did you mean upload?'],
    [['toString'], 'there is no command "toString"'],
    [['--json', 'upload'], 'comes first, before --json'],
    [['upload'], 'no file is named'],
    [['upload', 'x', '--jason'], 'there is no option --jason; did you mean --json?'],
    [['upload', 'x', '--peer'], '--peer needs a value'],
    [['upload', 'x', '--lanes', 'many'], '--lanes is a whole number from 1 to 16'],
    [['upload', 'x', '--dc', '127.0.0.1:1'], '--dc needs --server-key'],
    [['upload', 'x'], '--api-id or the environment variable MTPROTO_API_ID is needed'],
    [['upload', 'x', '--api-id', '1', '--api-hash', 'h', '--bot-token', 'nonsense'], 'the bot token is not one'],
    [['serve', '--port', 'http'], '--port is a whole number from 0 to 65535'],
    [['serve', 'now'], 'serve takes no operands'],
  ]
  for (const [args, says] of CASES) {
    test(`mtproto-upload ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(...args)
      expect(stderr).toMatch(/^mtproto-upload: [^\n]+ \("mtproto-upload[^"]* --help" tells more\)\n$/)
      expect(stderr).toContain(says)
      expect([code, stdout]).toEqual([2, ''])
    })
  }
})
