/** What the program does, as lines for people (`-v`) and for other programs (`--log-json`). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Faults } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/start.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'

const LOGIN = { MTPROTO_API_ID: '1', MTPROTO_API_HASH: 'c0ffee'.repeat(5), MTPROTO_BOT_TOKEN: `42:${'s'.repeat(35)}` }

let program: Program
let folder: string
let server: RunningServer
const faults: Faults = {}

beforeAll(async () => {
  program = await bundleProgram()
  server = await startServer({ parts: 'memory', faults })
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
  writeFileSync(join(folder, 'a.bin'), new Uint8Array(300_000))
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
  program.remove()
})
beforeEach(() => {
  let waited = false
  faults.onRequest = ({ request }) => {
    if (request._ !== 'messages.uploadMedia' || waited) return undefined
    waited = true
    return { kind: 'error', code: 420, text: 'FLOOD_WAIT_1' }
  }
})

function upload(...args: string[]): Promise<Outcome> {
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem', '--no-resume', '--json']
  return start(program.main, ['upload', 'a.bin', ...args, ...dc], { env: LOGIN, cwd: folder }).ended
}

test('-v tells what happens in words, with the seconds since the start; parts are too many to tell', async () => {
  const { code, stdout, stderr } = await upload('-v')
  expect([code, (JSON.parse(stdout) as { _: string })._]).toEqual([0, 'messageMediaDocument'])
  const lines = stderr.trimEnd().split('\n')
  const events = lines.filter((line) => /^mtproto-upload: \+\d+\.\d{3} (error|warn |info |debug) /.test(line))
  const words = events.map((line) => line.replace(/^mtproto-upload: \+[\d.]+ /, ''))
  expect(words).toContain(`debug DC 2, lane 0: connecting to 127.0.0.1:${server.port}`)
  expect(words).toContain('info  logged in as 42 at DC 2')
  expect(words).toContain('warn  waiting 1 s before messages.uploadMedia is tried again (FLOOD_WAIT_1)')
  expect(words).toContain('info  a.bin: all of it has arrived: 300 kB in 3 parts')
  expect(words.at(-1)).toBe('debug DC 2, lane 0: closed')
  expect(stderr).not.toContain('saveFilePart')
})

test('--log-json tells it as one object a line, and nothing else; with -v of each part, too', async () => {
  const { code, stderr } = await upload('--log-json')
  expect(code).toBe(0)
  const read = (text: string): { type: string; level: string; time: string }[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; level: string; time: string })
  const types = read(stderr).map(({ type }) => type)
  expect(types).toEqual(expect.arrayContaining(['connecting', 'connected', 'login', 'start', 'wait', 'done', 'closed']))
  expect(types).not.toContain('part')
  for (const { time } of read(stderr)) expect(new Date(time).toISOString()).toBe(time)
  const all = read((await upload('--log-json', '-v')).stderr)
  expect(all.filter(({ type }) => type === 'part')).toHaveLength(3)
  expect(all.find(({ type }) => type === 'part')).toMatchObject({ level: 'trace', name: 'a.bin' })
})

test('without them nothing but what everybody should know is told', async () => {
  const { code, stderr } = await upload()
  expect([code, stderr]).toEqual([
    0,
    'mtproto-upload: waiting 1 s before messages.uploadMedia is tried again (FLOOD_WAIT_1)\n',
  ])
})
