/** `upload` as a process against a test DC: results, sessions, waits, failures on the way, interruptions. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeSession } from '../../src/client/session-data.ts'
import type { CallFault, Faults } from '../../src/lab/server/faults.ts'
import { generateServerKey } from '../../src/lab/server/server-key.ts'
import { type RunningServer, startServer } from '../../src/lab/server/start.ts'
import { bundleProgram, type Outcome, type Program, type Running, type StartOptions, start } from './program.ts'

const HASH = 'c0ffee'.repeat(5)
const TOKEN = `42:${'s'.repeat(35)}`
const APP = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: HASH }
const LOGIN = { ...APP, MTPROTO_BOT_TOKEN: TOKEN }
const PHOTO = join(process.cwd(), 'assets/demo.jpg')

let program: Program
let folder: string
let server: RunningServer
let faults: Faults

beforeAll(async () => {
  program = await bundleProgram()
})

afterAll(() => program.remove())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  faults = {}
  server = await startServer({ parts: 'memory', faults })
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
  writeFileSync(join(folder, 'a.txt'), 'first')
  writeFileSync(join(folder, 'b.txt'), 'second')
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const begin = (args: readonly string[], options: StartOptions = {}): Running => {
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem']
  return start(program.main, ['upload', ...args, ...dc], { env: LOGIN, cwd: folder, ...options })
}
const upload = (...args: string[]): Promise<Outcome> => begin(args).ended

const linesOf = ({ stdout }: Outcome): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** The sentences on standard error. */
function sentences({ stderr }: Outcome): string[] {
  expect(stderr).not.toMatch(/undefined|\[object|internal error| {4}at /)
  expect(stderr).not.toContain('\u001b')
  for (const secret of [HASH, TOKEN]) expect(stderr).not.toContain(secret)
  if (stderr === '') return []
  const lines = stderr.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(/^mtproto-upload: ./)
  return lines
}

/** Answers every call of a method with a fault, the first `times` times. */
function failing(method: string, fault: CallFault, times = Number.POSITIVE_INFINITY): void {
  let left = times
  faults.onRequest = ({ request }) => (request._ === method && left-- > 0 ? fault : undefined)
}

function sessionOf(name: string): ReturnType<typeof decodeSession> {
  return decodeSession(readFileSync(join(folder, name), 'utf8'))
}

describe('results', () => {
  test('an outline for people, and nothing else anywhere', async () => {
    const { code, stdout, stderr } = await upload(PHOTO)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^messageMediaPhoto\n {2}photo: photo\n {4}id: \d+\n/)
  })

  test('of several files each with its name, in the order given', async () => {
    const { code, stdout } = await upload('b.txt', 'a.txt')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^b\.txt: messageMediaDocument\n(?:.*\n)*a\.txt: messageMediaDocument\n/)
  })

  test('in the order given, however many are under way and whichever is done first', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${i}.bin`)
    for (const [i, name] of names.entries())
      writeFileSync(join(folder, name), Buffer.alloc(i % 5 ? 100 + i : 2_000_000 + i))
    const media = linesOf(await upload(...names, '--json', '--concurrency', '5'))
    expect(media.map((one) => Number((one as { document: { size: string } }).document.size) % 100)).toEqual(
      names.map((_, i) => i),
    )
  })

  test('JSON is one line a file, in the order given', async () => {
    const media = linesOf(await upload('b.txt', PHOTO, 'a.txt', '--json'))
    expect(media).toMatchObject([
      { _: 'messageMediaDocument', document: { size: '6', mimeType: 'text/plain' } },
      { _: 'messageMediaPhoto' },
      { _: 'messageMediaDocument', document: { size: '5' } },
    ])
    const { fileReference, id } = (media[1] as { photo: { fileReference: string; id: string } }).photo
    expect(Buffer.from(fileReference, 'base64')).toEqual(
      Buffer.from(server.world.media.find(BigInt(id))!.fileReference),
    )
  })

  test('what the server holds is the file', async () => {
    const bytes = Buffer.alloc(3_333_333, 'some bytes or other, ')
    writeFileSync(join(folder, 'c.bin'), bytes)
    const [media] = linesOf(await upload('c.bin', '--json', '--lanes', '3'))
    const stored = server.world.media.find(BigInt((media as { document: { id: string } }).document.id))!
    const held = await stored.content.read(0, bytes.length)
    expect(Buffer.compare(held, bytes)).toBe(0)
  })

  test('options reach the server: name, type, spoiler, time to live, kind', async () => {
    const file = ['a.txt', '--name', 'z.json', '--mime', 'application/x-thing', '--spoiler', '--ttl', '7', '--json']
    expect(linesOf(await upload(...file))).toMatchObject([
      {
        _: 'messageMediaDocument',
        spoiler: true,
        ttlSeconds: 7,
        document: {
          mimeType: 'application/x-thing',
          attributes: [{ _: 'documentAttributeFilename', fileName: 'z.json' }],
        },
      },
    ])
    expect(linesOf(await upload(PHOTO, '--as', 'document', '--json'))).toMatchObject([{ _: 'messageMediaDocument' }])
    expect(linesOf(await upload(PHOTO, '--spoiler', '--ttl', '9', '--json'))).toMatchObject([
      { _: 'messageMediaPhoto', spoiler: true, ttlSeconds: 9 },
    ])
  })

  test('peers by their short names and by username', async () => {
    const peers: unknown[] = []
    faults.onRequest = ({ request }) => {
      if (request._ === 'messages.uploadMedia') peers.push(request.peer._)
      return undefined
    }
    for (const peer of ['me', 'empty', '@alice']) expect((await upload('a.txt', '--peer', peer)).code).toBe(0)
    expect(peers).toEqual(['inputPeerSelf', 'inputPeerEmpty', 'inputPeerUser'])
  })
})

describe('standard input', () => {
  const feed = (stdin: Uint8Array, ...args: string[]): Promise<Outcome> =>
    begin(['-', '--json', ...args], { stdin }).ended

  test('is a document of unknown length, small or big', async () => {
    for (const size of [1, 524_288, 11_000_000]) {
      const outcome = await feed(Buffer.alloc(size, 7), '--name', 'it.bin')
      expect(outcome.code).toBe(0)
      expect(linesOf(outcome)).toMatchObject([
        { document: { size: String(size), attributes: [{ fileName: 'it.bin' }] } },
      ])
    }
  })

  test('can be a photo, as that is short', async () => {
    expect(linesOf(await feed(readFileSync(PHOTO), '--as', 'photo'))).toMatchObject([{ _: 'messageMediaPhoto' }])
  })

  test('without bytes is an error', async () => {
    const outcome = await feed(new Uint8Array(0))
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(sentences(outcome)).toEqual(['mtproto-upload: standard input is empty'])
  })
})

describe('the session', () => {
  test('keeps the login: the second run needs no token and no key exchange', async () => {
    expect((await upload('a.txt', '--session', 's')).code).toBe(0)
    expect(statSync(join(folder, 's')).mode & 0o777).toBe(0o600)
    expect(sessionOf('s')).toMatchObject({ dc: 2, test: false, user: { id: 42n, bot: true } })
    const logins = server.server.requests.get('auth.importBotAuthorization')
    expect(await begin(['a.txt', '--session', 's'], { env: APP }).ended).toMatchObject({ code: 0, stderr: '' })
    expect(server.server.requests.get('auth.importBotAuthorization')).toBe(logins)
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'b.txt', 'key.pem', 's'])
  })

  test('without one, each run logs in, and nothing is written', async () => {
    await upload('a.txt')
    await upload('a.txt')
    expect(server.server.requests.get('auth.importBotAuthorization')).toBe(2)
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'b.txt', 'key.pem'])
  })

  test('a server that forgot the key gets a new one, and a new login', async () => {
    await upload('a.txt', '--session', 's')
    const before = sessionOf('s').keys.get(2)!.key
    server.server.forgetKeys()
    expect((await upload('a.txt', '--session', 's')).code).toBe(0)
    expect(sessionOf('s').keys.get(2)!.key).not.toEqual(before)
  })

  test('of another account, or of the other world, is refused and kept', async () => {
    await upload('a.txt', '--session', 's')
    const before = readFileSync(join(folder, 's'))
    const other = await upload('a.txt', '--session', 's', '--bot-token', '43:other')
    expect(other).toMatchObject({ code: 2, stdout: '' })
    expect(sentences(other)).toEqual([
      expect.stringMatching(
        /^mtproto-upload: s: the stored session is .*account 42, .*; name another file with --session/,
      ),
    ])
    const world = await upload('a.txt', '--session', 's', '--test')
    expect(world).toMatchObject({ code: 2, stdout: '' })
    expect(sentences(world)).toEqual([expect.stringMatching(/^mtproto-upload: s: the stored session is .*production/)])
    expect(readFileSync(join(folder, 's'))).toEqual(before)
  })
})

describe('waits', () => {
  test('longer than allowed: exit code 75, with the seconds', async () => {
    failing('messages.uploadMedia', { kind: 'error', code: 420, text: 'FLOOD_WAIT_3600' })
    const outcome = await upload('a.txt', 'b.txt', '--json', '--max-wait', '10')
    expect(outcome).toMatchObject({ code: 75, stdout: '' })
    expect(sentences(outcome)).toEqual([
      expect.stringMatching(/a\.txt: messages\.uploadMedia failed with FLOOD_WAIT_3600 .* wait 3600 s/),
      'mtproto-upload: 1 more file was not uploaded',
    ])
  })

  test('at the login count against the same limit', async () => {
    failing('auth.importBotAuthorization', { kind: 'error', code: 420, text: 'FLOOD_WAIT_3600' })
    const outcome = await upload('a.txt', '--session', 's')
    expect(outcome).toMatchObject({ code: 75, stdout: '' })
    expect(sentences(outcome)).toEqual([expect.stringContaining('FLOOD_WAIT_3600')])
    expect(existsSync(join(folder, 's'))).toBe(false)
  })

  test('within the limit are sat out, and told unless quiet', async () => {
    for (const quiet of [false, true]) {
      failing('messages.uploadMedia', { kind: 'error', code: 420, text: 'FLOOD_WAIT_1' }, 1)
      const outcome = await upload('a.txt', ...(quiet ? ['--quiet'] : []))
      expect(outcome.code).toBe(0)
      expect(outcome.elapsed).toBeGreaterThan(1_000)
      const told = 'mtproto-upload: waiting 1 s before messages.uploadMedia is tried again (FLOOD_WAIT_1)'
      expect(sentences(outcome)).toEqual(quiet ? [] : [told])
    }
  })
})

describe('refusals', () => {
  const CASES: readonly (readonly [method: string, code: number, text: string, exit: number])[] = [
    ['auth.importBotAuthorization', 400, 'ACCESS_TOKEN_INVALID', 1],
    ['auth.importBotAuthorization', 400, 'API_ID_INVALID', 1],
    ['messages.uploadMedia', 400, 'MEDIA_INVALID', 1],
    ['messages.uploadMedia', 403, 'CHAT_WRITE_FORBIDDEN', 1],
    ['messages.uploadMedia', 406, 'AUTH_KEY_DUPLICATED', 1],
    ['messages.uploadMedia', 500, 'INTERNAL_ERROR', 75],
    ['messages.uploadMedia', -503, 'Timeout', 75],
    ['upload.saveFilePart', 400, 'FILE_PART_INVALID', 1],
    ['upload.saveFilePart', 400, 'SOMETHING_NEW', 1],
  ]
  for (const [method, code, text, exit] of CASES) {
    test(`${text} (${code}) to ${method} ends with ${exit}`, async () => {
      failing(method, { kind: 'error', code, text })
      const outcome = await upload('a.txt')
      expect(outcome).toMatchObject({ code: exit, stdout: '' })
      expect(sentences(outcome).at(-1)).toContain(`${method} failed with ${text} (${code}): `)
      expect(outcome.elapsed).toBeLessThan(15_000)
    })
  }

  test('a fault of the server that passes is no error', async () => {
    failing('messages.uploadMedia', { kind: 'error', code: 500, text: 'WORKER_BUSY' }, 2)
    expect((await upload('a.txt')).code).toBe(0)
  })

  test('of one file do not stop the others; their place is kept by null', async () => {
    writeFileSync(join(folder, 'fake.jpg'), 'no photo at all')
    const outcome = await upload('a.txt', 'fake.jpg', 'b.txt', '--json')
    expect(outcome.code).toBe(1)
    const [first, second, third] = linesOf(outcome)
    expect([first, third]).toMatchObject([{ document: { size: '5' } }, { document: { size: '6' } }])
    expect(second).toBeNull()
    expect(sentences(outcome)).toEqual([expect.stringMatching(/fake\.jpg: messages\.uploadMedia failed with/)])
  })

  test('of the peer stop at once', async () => {
    const unknown = await upload('a.txt', 'b.txt', '--peer', '@nobody_here')
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(sentences(unknown)[0]).toContain('USERNAME_NOT_OCCUPIED')
    expect(sentences(unknown)).toHaveLength(2)
  })

  test('in words that would forge lines or move the cursor are told without that power', async () => {
    failing('messages.uploadMedia', { kind: 'error', code: 400, text: 'BAD\u001b[2J\nmtproto-upload: all is well' })
    const outcome = await upload('a.txt')
    expect(outcome.code).toBe(1)
    expect(sentences(outcome)).toHaveLength(1)
  })
})

describe('a server that is not the one it should be', () => {
  test('has another key: the fingerprints are told, and no session is left', async () => {
    writeFileSync(join(folder, 'key.pem'), (await generateServerKey()).publicKeyPem)
    const outcome = await upload('a.txt', '--session', 's')
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(sentences(outcome)).toEqual([expect.stringMatching(/key/)])
    expect(existsSync(join(folder, 's'))).toBe(false)
  })

  test('any of several keys will do', async () => {
    writeFileSync(join(folder, 'other.pem'), (await generateServerKey()).publicKeyPem)
    expect((await upload('a.txt', '--server-key', 'other.pem')).code).toBe(0)
  })

  test('lies in the key exchange', async () => {
    faults.exchange = {
      tamper: (step, message) =>
        step === 'resPQ' ? ({ ...message, nonce: new Uint8Array(16) } as typeof message) : message,
    }
    const outcome = await upload('a.txt', '--session', 's')
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(sentences(outcome)).toHaveLength(1)
    expect(existsSync(join(folder, 's'))).toBe(false)
  })
})

describe('a file that changes while it is sent', () => {
  test('is an error that says so; the session stays', async () => {
    const path = join(folder, 'log.bin')
    writeFileSync(path, Buffer.alloc(30_000_000, 1))
    let cut = false
    faults.onRequest = ({ request }) => {
      if (request._ !== 'upload.saveBigFilePart') return undefined
      if (!cut) truncateSync(path, 5_000)
      cut = true
      return { kind: 'delay', ms: 20 }
    }
    const outcome = await upload('log.bin', 'a.txt', '--json', '--session', 's')
    expect(outcome.code).toBe(1)
    expect(sentences(outcome)).toEqual([expect.stringMatching(/log\.bin .*(ended|shrank)/)])
    expect(outcome.stdout).toMatch(/^null\n\{"_":"messageMediaDocument"/)
    expect(sessionOf('s').user?.id).toBe(42n)
  })
})

describe('an interruption', () => {
  const big = (): void => writeFileSync(join(folder, 'big.bin'), Buffer.alloc(20_000_000, 1))

  test('in the middle of a file ends soon, with 130, and keeps the login', async () => {
    big()
    const reached = new Promise<void>((resolve) => {
      faults.onRequest = ({ request, count }) => {
        if (request._ !== 'upload.saveBigFilePart') return undefined
        if (count === 3) resolve()
        return count < 3 ? undefined : { kind: 'silence' }
      }
    })
    const running = begin(['big.bin', 'a.txt', '--concurrency', '1', '--session', 's'])
    await reached
    const outcome = await running.stop('SIGINT')
    expect(outcome).toMatchObject({ code: 130, stdout: '' })
    expect(sentences(outcome)).toEqual([
      'mtproto-upload: big.bin: interrupted by SIGINT',
      'mtproto-upload: 1 more file was not uploaded',
      'mtproto-upload: files that were under way go on where they were when they are uploaded again',
    ])
    faults.onRequest = () => undefined
    expect(await begin(['a.txt', '--session', 's'], { env: APP }).ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('of many files keeps the results that there are', async () => {
    big()
    writeFileSync(join(folder, 'c.txt'), 'third')
    let done = 0
    let isBigBegun = false
    const reached = new Promise<void>((resolve) => {
      faults.onRequest = ({ request }) => {
        isBigBegun ||= request._ === 'upload.saveBigFilePart'
        if (request._ === 'messages.uploadMedia') {
          done++
          if (!isBigBegun) return { kind: 'delay', ms: 1_000 }
        }
        // The last file takes the place of the one before it, when the client has the answer for that.
        if (request._ === 'upload.saveFilePart' && done === 2) resolve()
        const isHeld =
          (request as { filePart?: number }).filePart === 5 || (request._ === 'upload.saveFilePart' && done === 2)
        return isHeld ? { kind: 'silence' } : undefined
      }
    })
    const running = begin(['big.bin', 'a.txt', 'b.txt', 'c.txt', '--concurrency', '2', '--json'])
    await reached
    const outcome = await running.stop('SIGINT')
    expect(outcome.code).toBe(130)
    expect(linesOf(outcome)).toMatchObject([null, { document: { size: '5' } }, { document: { size: '6' } }])
    expect(sentences(outcome)).toEqual([
      'mtproto-upload: big.bin: interrupted by SIGINT',
      'mtproto-upload: 1 more file was not uploaded',
      'mtproto-upload: files that were under way go on where they were when they are uploaded again',
    ])
  })

  test('of what would start over anyhow promises nothing', async () => {
    big()
    writeFileSync(join(folder, 'file'), '')
    for (const args of [['--no-resume'], ['--journal', 'file/j'], ['--quiet']]) {
      const reached = new Promise<void>((resolve) => {
        faults.onRequest = ({ request }) => {
          if (request._ !== 'upload.saveBigFilePart') return undefined
          resolve()
          return { kind: 'silence' }
        }
      })
      const running = begin(['big.bin', ...args])
      await reached
      expect((await running.stop('SIGINT')).stderr).toMatch(/interrupted by SIGINT\n$/)
    }
  })

  test('by kill -9 at any time leaves a whole session or none', async () => {
    for (let delay = 60; delay < 400; delay += 40) {
      const running = begin(['a.txt', '--session', 's'])
      setTimeout(() => running.child.kill('SIGKILL'), delay)
      await running.ended
      if (existsSync(join(folder, 's'))) expect(sessionOf('s').user?.id).toBe(42n)
    }
    expect((await upload('a.txt', '--session', 's')).code).toBe(0)
  })
})

describe('a reader that went away', () => {
  test('is told of, as the result is lost', async () => {
    const args = ['a.txt', 'b.txt', '--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem']
    const command = 'set -o pipefail; "$0" "$@" | true'
    const shell = spawn('bash', ['-c', command, process.execPath, program.main, 'upload', ...args], {
      env: { ...process.env, ...LOGIN },
      cwd: folder,
    })
    let stderr = ''
    shell.stderr.on('data', (text) => {
      stderr += text
    })
    const [code] = await once(shell, 'close')
    expect(stderr).toContain('cannot write the result to standard output: whoever was reading it has gone')
    expect(code).toBe(1)
  })

  test.runIf(process.platform === 'linux')('a full disk fails the upload, in words', async () => {
    const args = ['a.txt', '--quiet', '--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem']
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [program.main, 'upload', ...args], {
      env: { ...process.env, ...LOGIN },
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    const stderr = text(child.stderr!)
    const [code] = await once(child, 'close')
    expect(await stderr).toMatch(/: cannot write the result to standard output: the disk is full\n/)
    expect(code).toBe(1)
  })
})
