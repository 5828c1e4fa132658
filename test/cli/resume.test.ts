/** The program goes on where it was killed, when the same command is run again. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/start.ts'
import { pattern } from '../support/pattern.ts'
import { bundleProgram, type Outcome, type Program, type Running, start } from './program.ts'

const LOGIN = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'hash', MTPROTO_BOT_TOKEN: '42:token' }
const PARTS = 80
const SIZE = PARTS * 128 * 1024 - 9
const DATA = pattern(SIZE)

let program: Program
let folder: string
let server: RunningServer
/** Parts received since the last start, and the file ids they belong to. */
let parts: number[]
let ids: Set<bigint>
/** Called when this many parts have come since the last start. */
let stopAfter: number
let stop: () => void
/** Milliseconds until the server deals with a request. */
let latency: () => number

beforeAll(async () => {
  program = await bundleProgram()
})
afterAll(() => program.remove())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  ids = new Set()
  parts = []
  latency = () => 20
  stopAfter = Number.POSITIVE_INFINITY
  const onRequest = ({ request }: RequestInfo): void => {
    if (request._ !== 'upload.saveFilePart' && request._ !== 'upload.saveBigFilePart') return
    parts.push(request.filePart)
    ids.add(request.fileId)
    if (parts.length === stopAfter) stop()
  }
  // Answers take a while, so that not all parts are there at once when the program is stopped.
  const faults = { onRequest: () => ({ kind: 'delay', ms: latency() }) as const }
  server = await startServer({ parts: 'memory', onRequest, faults })
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
  writeFileSync(join(folder, 'holiday.mp4'), DATA)
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const state = (): string => join(folder, 'state')
const begin = (...args: string[]): Running => {
  parts = []
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem', '--json']
  return start(program.main, ['upload', 'holiday.mp4', ...args, ...dc], {
    env: { ...LOGIN, XDG_STATE_HOME: state() },
    cwd: folder,
  })
}
/** Runs the program until the server has this many parts of it, and sends it a signal. */
const interrupt = (after: number, signal: NodeJS.Signals, ...args: string[]): Promise<Outcome> => {
  const running = begin(...args)
  stopAfter = after
  stop = () => running.child.kill(signal)
  return running.ended
}
const finish = (...args: string[]): Promise<Outcome> => {
  stopAfter = Number.POSITIVE_INFINITY
  return begin(...args).ended
}
async function expectArrived({ code, stdout, stderr }: Outcome): Promise<void> {
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { document } = JSON.parse(stdout) as { document: { id: string } }
  const bytes = await server.world.media.find(BigInt(document.id))!.content.read(0, SIZE)
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(DATA).digest('hex'))
}
const notes = (where: string): string[] => (existsSync(where) ? readdirSync(where) : [])
const RESUMED = /^mtproto-upload: resumed holiday\.mp4: (\d+\.\d) MB of 10\.5 MB were there$/m

test('after SIGKILL, SIGINT and SIGTERM, each time with what was there', async () => {
  expect(await interrupt(30, 'SIGKILL', '--session', 's')).toMatchObject({ code: null })
  const journal = join(folder, 's.uploads')
  expect(
    notes(journal)
      .map((name) => name.slice(32))
      .sort(),
  ).toEqual(['.1.lock', '.upload'])
  for (const name of notes(journal)) expect(statSync(join(journal, name)).mode & 0o777).toBe(0o600)
  expect(statSync(journal).mode & 0o777).toBe(0o700)

  const second = await interrupt(15, 'SIGINT', '--session', 's')
  expect(second.code).toBe(130)
  expect(second.stderr).toMatch(
    /: interrupted by SIGINT\nmtproto-upload: run the same command again: it goes on where it was\n$/,
  )
  expect(second.stderr).toMatch(RESUMED)
  // Whoever stops in good order leaves no lock.
  expect(notes(journal).map((name) => name.slice(32))).toEqual(['.upload'])

  const third = await interrupt(10, 'SIGTERM', '--session', 's')
  expect(third.code).toBe(130)
  const last = await finish('--session', 's')
  await expectArrived(last)
  const there = [second, third, last].map(({ stderr }) => Number(RESUMED.exec(stderr)![1]))
  expect(there).toEqual([...there].sort((a, b) => a - b))
  expect(there[2]).toBeGreaterThan(there[0]!)
  expect(parts.length).toBeLessThan(PARTS - 20)
  expect(ids.size).toBe(1)
  expect(notes(journal)).toEqual([])
  expect(notes(state())).toEqual([])
})

test('with a new login too: parts belong to the account, not to a key', async () => {
  await interrupt(40, 'SIGKILL')
  expect(notes(join(state(), 'mtproto-upload'))).toHaveLength(2)
  const last = await finish()
  await expectArrived(last)
  expect(last.stderr).toMatch(RESUMED)
  expect(ids.size).toBe(1)
})

test('not a file that has changed: it starts over, and that is said', async () => {
  await interrupt(40, 'SIGKILL', '--journal', 'j')
  const name = join(folder, 'holiday.mp4')
  utimesSync(name, new Date(), new Date(Date.now() + 5000))
  const last = await finish('--journal', 'j')
  await expectArrived(last)
  expect(last.stderr).toBe('mtproto-upload: holiday.mp4 has changed since it was begun: it starts over\n')
  expect(ids.size).toBe(2)
  expect(new Set(parts).size).toBe(PARTS)
  expect(notes(join(folder, 'j'))).toEqual([])
})

test('with --no-resume nothing is noted, and nothing said', async () => {
  await interrupt(40, 'SIGKILL', '--no-resume')
  expect(notes(state())).toEqual([])
  const last = await finish('--no-resume')
  await expectArrived(last)
  expect(last.stderr).toBe('')
  expect(ids.size).toBe(2)
})

test('a folder that cannot be made is told; the file is uploaded all the same', async () => {
  writeFileSync(join(folder, 'file'), '')
  const last = await finish('--journal', 'file/j')
  await expectArrived(last)
  expect(last.stderr).toBe(
    'mtproto-upload: cannot keep notes of holiday.mp4 in file/j: a part of its path is no folder; ' +
      'if it is stopped, it may have to start over (--journal names another folder for notes)\n',
  )
})

test('while another process uploads the same file, both do, each by itself', async () => {
  // The first one must not be done before the second has begun.
  latency = () => (ids.size === 1 ? 1000 : 20)
  const first = begin('--journal', 'j')
  stopAfter = 10
  const bothAt = new Promise<Outcome>((resolve) => {
    stop = () => {
      stopAfter = Number.POSITIVE_INFINITY
      resolve(begin('--journal', 'j').ended)
    }
  })
  const [a, b] = await Promise.all([first.ended, bothAt])
  await expectArrived(a)
  await expectArrived(b)
  expect(b.stderr).toBe(
    'mtproto-upload: holiday.mp4 is being uploaded already, here or by another process: it is sent a second time\n',
  )
  expect(ids.size).toBe(2)
  expect(notes(join(folder, 'j'))).toEqual([])
})
