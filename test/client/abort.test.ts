/**
 * An abort at every moment of an upload, over real sockets: the call rejects with the signal's reason in the same turn of the
 * event loop, and nothing stays behind: no timer, no open file, no listener, no request that is still sent.
 */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { getEventListeners, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemHost } from '../../src/client/platform/system-host.ts'
import type { Host } from '../../src/host.ts'
import { document, type FileLike, UploadClient, type UploadMediaOptions } from '../../src/index.ts'
import type { CallFault, Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { openFilesBelow } from '../support/open-files.ts'

const linux = process.platform === 'linux'
const MiB = 1024 * 1024

/** The system's host, with its timers counted. */
const timers = new Set<object>()
const host: Host = {
  ...systemHost,
  setTimer(delay, fire) {
    const key = {}
    timers.add(key)
    const timer = systemHost.setTimer(delay, () => {
      timers.delete(key)
      fire()
    })
    return {
      cancel() {
        timers.delete(key)
        timer.cancel()
      },
    }
  },
}

let server: RunningServer
/** Of the first server; making one takes a while. */
let privateKeyPem = ''
let client: UploadClient
let faults: Faults
let requests: RequestInfo[]
let folder: string
let big: string
/** Called with the name of each request as it arrives. */
let arrived: (name: string) => void

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'abort-'))
  big = join(folder, 'big.bin')
  writeFileSync(big, randomBytes(1000))
  truncateSync(big, 24 * MiB)
})
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(async () => {
  faults = {}
  requests = []
  arrived = () => {}
  server = await startServer({
    ...(privateKeyPem && { privateKeyPem }),
    parts: 'memory',
    faults,
    onRequest: (info) => {
      requests.push(info)
      arrived(info.request._)
    },
  })
  privateKeyPem = server.privateKeyPem
  const { dcId, port, publicKeyPem } = server
  client = await UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    dc: { id: dcId, host: server.host, port, serverKeys: [publicKeyPem] },
    host,
    // Each connection has timers of its own.
    lanes: 1,
  })
})
afterEach(async () => {
  await client.close()
  await server.close()
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Files below the folder that this process has open. */
const openFiles = (): string[] => openFilesBelow(folder)

/** The next request of this name; it gets the fault, and so do all of this name that follow. */
function request(name: RegExp, fault?: CallFault): Promise<void> {
  return new Promise((resolve) => {
    faults.onRequest = ({ request: { _: is } }) => (fault && name.test(is) ? fault : undefined)
    arrived = (is) => {
      if (name.test(is)) resolve()
    }
  })
}

const silence: CallFault = { kind: 'silence' }
const flood: CallFault = { kind: 'error', code: 420, text: 'FLOOD_WAIT_50' }

/** What is uploaded, and when the moment has come. */
interface Scene {
  readonly file: FileLike
  readonly options?: Partial<UploadMediaOptions>
  readonly reached: Promise<unknown>
  /** All uploads of the client wait, that of an upload which comes next too. */
  readonly waits?: boolean
  /** What must hold afterwards. */
  readonly after?: () => unknown
}

/** A stream that gives `bytes` and then nothing; tells when it is asked for more than it has. */
function stalling(bytes: number): {
  stream: ReadableStream<Uint8Array>
  asked: Promise<void>
  cancelled: () => boolean
} {
  let cancelled = false
  let given = 0
  let tell: () => void
  const asked = new Promise<void>((resolve) => {
    tell = resolve
  })
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (given >= bytes) {
          tell()
          return new Promise(() => {})
        }
        given += 100_000
        controller.enqueue(randomBytes(100_000))
        return undefined
      },
      cancel: () => {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, asked, cancelled: () => cancelled }
}

function streamScene(bytes: number, type: 'web' | 'node'): Scene {
  const { stream, asked, cancelled } = stalling(bytes)
  if (type === 'web')
    return { file: { data: stream, name: 'x' }, reached: asked, after: () => expect(cancelled()).toBe(true) }
  const node = Readable.fromWeb(stream as never)
  return { file: { data: node, name: 'x' }, reached: asked, after: () => expect(node.destroyed).toBe(true) }
}

function pipe(name: string): string {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

const SCENES: readonly (readonly [string, () => Scene | Promise<Scene>])[] = [
  [
    'the peer is looked up',
    () => ({ file: big, options: { peer: '@alice' }, reached: request(/resolveUsername/, silence) }),
  ],
  ['a file is opened', () => ({ file: big, reached: Promise.resolve() })],
  ['a file is read', () => ({ file: big, reached: turn() })],
  ...(linux
    ? [['a pipe is read that nobody writes to', () => ({ file: pipe('p1'), reached: turn().then(turn) })] as const]
    : []),
  ['a web stream is waited for', () => streamScene(0, 'web')],
  ['a web stream is waited for, half-way', () => streamScene(3 * MiB, 'web')],
  ['a Node stream is waited for, half-way', () => streamScene(3 * MiB, 'node')],
  [
    'an async iterable is waited for',
    () => {
      let ask = (): void => {}
      const reached = new Promise<void>((resolve) => {
        ask = resolve
      })
      const file = (async function* (): AsyncGenerator<Uint8Array> {
        yield randomBytes(MiB)
        ask()
        await new Promise(() => {})
      })()
      return { file: { data: file, name: 'x' }, reached }
    },
  ],
  [
    'a URL is fetched that does not answer',
    async () => {
      const web = createServer(() => {})
      const closed = new Promise<void>((resolve) => {
        web.on('connection', (socket) => socket.on('close', () => resolve()))
      })
      web.listen(0, '127.0.0.1')
      await once(web, 'listening')
      const file = `http://127.0.0.1:${(web.address() as AddressInfo).port}/x.bin`
      return { file, reached: once(web, 'request'), after: async () => [await closed, web.close()] }
    },
  ],
  [
    'the body of a URL stops half-way',
    async () => {
      const web = createServer((_, response) =>
        response.writeHead(200, { 'content-length': 3 * MiB }).write(randomBytes(MiB)),
      )
      const closed = new Promise<void>((resolve) => {
        web.on('connection', (socket) => socket.on('close', () => resolve()))
      })
      web.listen(0, '127.0.0.1')
      await once(web, 'listening')
      const file = `http://127.0.0.1:${(web.address() as AddressInfo).port}/x.bin`
      return { file, reached: request(/saveFilePart/), after: async () => [await closed, web.close()] }
    },
  ],
  [
    'parts are under way, and others wait at the gate',
    () => ({ file: big, reached: request(/saveBigFilePart/, silence) }),
  ],
  ['parts go up', () => ({ file: big, reached: request(/saveBigFilePart/) })],
  [
    'parts go up over notes',
    () => ({ file: big, options: { resume: join(folder, 'notes') }, reached: request(/saveBigFilePart/) }),
  ],
  [
    'the server makes parts wait',
    () => {
      let wait: () => void
      const reached = new Promise<void>((resolve) => {
        wait = resolve
      })
      void request(/saveBigFilePart/, flood)
      return { file: big, options: { onEvent: ({ type }) => type === 'pause' && wait() }, reached, waits: true }
    },
  ],
  [
    'a part is to be sent again',
    () => {
      let retry: () => void
      const reached = new Promise<void>((resolve) => {
        retry = resolve
      })
      void request(/saveBigFilePart/, { kind: 'error', code: 500, text: 'INTERNAL' })
      return { file: big, options: { onEvent: ({ type }) => type === 'retry' && retry() }, reached }
    },
  ],
  ['the media is made', () => ({ file: randomBytes(1000), reached: request(/uploadMedia/, silence) })],
  [
    'the server makes the media wait',
    () => ({ file: randomBytes(1000), reached: request(/uploadMedia/, flood).then(turn) }),
  ],
  [
    'a lost part is sent again',
    () => {
      let repair = false
      const reached = new Promise<void>((resolve) => {
        faults.onRequest = ({ request: { _: is } }) => {
          if (is === 'messages.uploadMedia') {
            repair = true
            return { kind: 'error', code: 400, text: 'FILE_PART_3_MISSING' }
          }
          if (!repair) return undefined
          resolve()
          return silence
        }
      })
      return { file: big, reached }
    },
  ],
]

/** Starts by `start`, aborts when the moment has come, and looks at what is left. */
async function abortAt(
  { file, options, reached, waits, after }: Scene,
  start: (upload: UploadMediaOptions) => Promise<unknown>,
): Promise<void> {
  await vi.waitFor(() => expect(timers.size).toBeLessThan(3))
  const idle = timers.size
  const controller = new AbortController()
  const { signal } = controller
  const reason = new Error('enough')
  let outcome: unknown = 'pending'
  const done = start({ media: document(file as Uint8Array), signal, ...options }).then(
    () => {
      outcome = 'done'
    },
    (error: unknown) => {
      outcome = error
    },
  )
  await reached
  expect(outcome).toBe('pending')
  controller.abort(reason)
  await turn()
  expect(outcome).toBe(reason)
  await done
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await after?.()
  // What was in the kernel's hands comes back in its own time; a timer of minutes, or a file that leaks, does not.
  await vi.waitFor(
    () => expect({ files: openFiles(), timers: timers.size <= idle }).toEqual({ files: [], timers: true }),
    5000,
  )
  if (waits) return
  faults.onRequest = undefined as never
  const sent = requests.filter(({ request: { _: is } }) => /saveBigFilePart/.test(is)).length
  await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'y' }) })
  // The client goes on, and nothing of what was aborted is sent any more: what the window had let out is the most.
  expect(requests.filter(({ request: { _: is } }) => /saveBigFilePart/.test(is)).length - sent).toBeLessThan(17)
}

describe('an abort while', () => {
  test.each(SCENES)('%s', async (_, scene) => abortAt(await scene(), (options) => client.uploadMedia(options)))
})

describe('an abort of many uploads while', () => {
  test.each(SCENES.filter(([name]) => /waited for|go up|under way|wait|media/.test(name)))('%s', async (_, scene) =>
    abortAt(await scene(), ({ media, signal, ...options }) => {
      const small = Array.from({ length: 3 }, () => document({ data: randomBytes(2000), name: 'small' }))
      return client.uploadMany([media, ...small], { concurrency: 3, signal, ...(options as object) }).all()
    }),
  )
})

test('an abort before the start opens nothing and sends nothing', async () => {
  const before = requests.length
  const reason = new Error('enough')
  const options = { media: document(join(folder, 'none')), signal: AbortSignal.abort(reason) }
  await expect(client.uploadMedia(options)).rejects.toBe(reason)
  await expect(client.uploadFile(join(folder, 'none'), options)).rejects.toBe(reason)
  await expect(client.uploadMany([options.media], { signal: options.signal }).all()).rejects.toBe(reason)
  expect(requests.length).toBe(before)
})

test('the notes of an aborted upload are whole: the next one sends what is missing, and the file is the file', async () => {
  const resume = join(folder, 'again')
  const controller = new AbortController()
  let parts = 0
  faults.onRequest = ({ request: { _: is } }) => {
    if (is === 'upload.saveBigFilePart' && ++parts === 16) controller.abort()
    return undefined
  }
  const media = document(big)
  await expect(client.uploadMedia({ media, resume, signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  })
  parts = 0
  const made = await client.uploadMedia({ media, resume })
  expect(parts).toBeLessThan(48)
  if (made._ !== 'messageMediaDocument' || made.document?._ !== 'document') throw new Error(`a ${made._}`)
  const { content } = server.world.media.find(made.document.id)!
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  expect(hash(await content.read(0, content.size))).toBe(hash(readFileSync(big)))
})
