/**
 * The packed package in Node, Bun and Deno: the same program, the same outcome.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RunningServer } from '../../dist/lab/server/index.js'
import { type Fact, FILE_SIZE, type Job } from './harness/facts.ts'
import { checkOutcome, jobFor, makeProject, type Project, startDc, stored } from './harness/setting.ts'

/** Most milliseconds that a program may take. */
const LIMIT = 120_000

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A runtime: how a program is started with only what the package says that it needs. */
interface Runtime {
  readonly name: string
  readonly command: (job: Job, program: string) => readonly string[]
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'Node', command: (_, program) => [process.execPath, program] },
  { name: 'Bun', command: (_, program) => [here('node_modules/@oven/bun-linux-x64-baseline/bin/bun'), program] },
  {
    name: 'Deno',
    command: ({ folder }, program) => [
      here('node_modules/@deno/linux-x64-glibc/deno'),
      'run',
      '--no-prompt',
      '--allow-net=127.0.0.1',
      '--allow-env',
      // The notes of an upload are locked by process and machine.
      '--allow-sys=hostname',
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      program,
    ],
  },
]

/** What every runtime must say. */
const EXPECTED: readonly Fact[] = [
  ...['intermediate', 'ws', 'http', 'obfuscated', 'full'].map((way) => ({
    name: `a path over ${way}`,
    size: FILE_SIZE,
  })),
  { name: 'a path with temporary keys', size: FILE_SIZE },
  { name: 'bytes', size: 700_000 },
  { name: 'a blob', size: 700_000 },
  { name: 'a stream', size: 700_000 },
  { name: 'an iterable', size: 700_000 },
  { name: 'a photo', made: 'messageMediaPhoto' },
  { name: 'many files', outcomes: Array<string>(5).fill('fulfilled') },
  { name: 'a session in a file', kept: true, user: '123' },
  { name: 'an upload that goes on', resumed: true, parts: Math.ceil(FILE_SIZE / 524_288) },
  { name: 'a login by phone and password', bot: false },
  { name: 'a file that is not there', code: 'FILE_NOT_FOUND' },
  { name: 'a server that is not there', code: 'CONNECT_FAILED' },
  { name: 'size', is: true },
]

let project: Project
before(() => {
  project = makeProject()
})
after(() => project.remove())

for (const { name, command } of RUNTIMES) {
  void describe(name, () => {
    let facts: readonly Fact[] = []
    let ending = ''
    let files = new Set<string>()
    before(async () => {
      await project.add('harness/facts.mjs', readFileSync(here('harness/facts.ts'), 'utf8'))
      const source = readFileSync(here('programs/server.ts'), 'utf8').replaceAll('/facts.ts', '/facts.mjs')
      const program = await project.add('programs/server.mjs', source)
      const server = await startDc()
      try {
        await runProgram(server, program)
      } finally {
        await server.close()
      }
    })

    async function runProgram(server: RunningServer, program: string): Promise<void> {
      const job = jobFor(server, project.folder)
      const [file, ...args] = command(job, program)
      const child = spawn(file!, args, {
        cwd: project.folder,
        env: { PATH: process.env.PATH, HOME: project.folder, NO_COLOR: '1', JOB: JSON.stringify(job) },
      })
      let out = ''
      let complaints = ''
      child.stdout.on('data', (chunk) => {
        out += chunk
      })
      child.stderr.on('data', (chunk) => {
        complaints += chunk
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT)
      const [code, signal] = await once(child, 'close')
      clearTimeout(timer)
      ending = `exit code ${code}, signal ${signal}${complaints && `\n${complaints}`}`
      facts = out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Fact] : []))
      files = await stored(server)
      for (const left of ['a.session', 'notes']) rmSync(join(project.folder, left), { recursive: true, force: true })
    }

    void test('it ends by itself and complains of nothing', () => {
      assert.equal(ending, 'exit code 0, signal null')
    })
    checkOutcome(EXPECTED, () => ({ facts, files }))
  })
}
