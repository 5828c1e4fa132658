/** Everything that can be uploaded, in all sizes, from its source to the server over real sockets; bytes compared by hash. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  createReadStream,
  mkdtempSync,
  openAsBlob,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { document, type FileLike, photo, type UploadClient, type UploadFileOptions } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const KiB = 1024
const MiB = KiB * KiB

let server: RunningServer
let client: UploadClient
let folder: string
let web: Server
let base: string
const faults: { onRequest?: Faults['onRequest'] | undefined } = {}
/** What the web server answers, by path. */
const pages = new Map<string, Uint8Array>()
let serial = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'))
  server = await startTestDc({ faults: faults as Faults })
  client = await connectTo(server)
  web = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x')
    const page = pages.get(url.pathname)!
    if (url.searchParams.has('length')) response.setHeader('content-length', page.length)
    if (url.searchParams.has('gzip')) response.setHeader('content-encoding', 'gzip').end(gzipSync(page))
    else if (url.searchParams.has('cut')) {
      response.setHeader('content-length', page.length)
      response.write(page.subarray(0, page.length / 2), () => response.destroy())
    } else response.end(page)
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
})
afterAll(async () => {
  await client.close()
  await server.close()
  web.close()
  web.closeAllConnections()
  rmSync(folder, { recursive: true })
})

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Uploads a document and returns what the server holds. */
async function stored(file: FileLike, options: UploadFileOptions = {}): Promise<{ hash: string; size: number }> {
  const media = await client.uploadMedia({ media: document(file as Uint8Array), ...options })
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`a ${media._}`)
  const { content } = server.world.media.find(media.document.id)!
  return { hash: hash(await content.read(0, content.size)), size: content.size }
}

const arrives = async (data: Uint8Array, file: FileLike, options?: UploadFileOptions): Promise<void> =>
  expect(await stored(file, options)).toEqual({ hash: hash(data), size: data.length })

function page(data: Uint8Array): string {
  const path = `/${serial++}.bin`
  pages.set(path, data)
  return base + path
}
function disk(data: Uint8Array): string {
  const path = join(folder, `${serial++}.bin`)
  writeFileSync(path, data)
  return path
}

/** Pieces of sizes that fit nothing: 1, 2, 3 … bytes first, then large ones. */
function* odd(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0, size = 1; at < data.length; at += size, size = size < 50 ? size + 1 : (size * 7) % 700_001) {
    yield data.subarray(at, at + size)
  }
}

function webStream(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

const plain = (data: Uint8Array): ArrayBuffer => new Uint8Array(data).buffer

const KINDS: readonly (readonly [string, (data: Uint8Array) => FileLike | Promise<FileLike>])[] = [
  ['Uint8Array', (data) => data],
  ['Buffer', (data) => Buffer.from(data)],
  ['ArrayBuffer', plain],
  [
    'DataView into the middle of a buffer',
    (data) => new DataView(plain(Buffer.concat([data, data])), data.length, data.length),
  ],
  ['Uint16Array', (data) => (data.length % 2 ? data : new Uint16Array(plain(data)))],
  [
    'SharedArrayBuffer',
    (data) => {
      const shared = new SharedArrayBuffer(data.length)
      new Uint8Array(shared).set(data)
      return shared
    },
  ],
  ['path', disk],
  ['file: URL', (data) => pathToFileURL(disk(data))],
  ['Blob', (data) => new Blob([plain(data)])],
  ['File', (data) => new File([plain(data)], 'x.bin')],
  ['Blob of a file on disk', (data) => openAsBlob(disk(data))],
  ['blob: URL', (data) => URL.createObjectURL(new Blob([plain(data)]))],
  ['data: URL', (data) => `data:application/x-test;base64,${Buffer.from(data).toString('base64')}`],
  ['http: URL with a length', (data) => `${page(data)}?length`],
  ['http: URL without a length', (data) => page(data)],
  ['http: URL, compressed on the way', (data) => `${page(data)}?gzip`],
  ['Response that was fetched', (data) => fetch(`${page(data)}?length`)],
  ['Response without a length', (data) => new Response(plain(data))],
  ['Response with a length', (data) => new Response(plain(data), { headers: { 'content-length': `${data.length}` } })],
  ['message of Node', (data) => new Promise<FileLike>((resolve) => get(page(data), resolve))],
  ['web stream', (data) => new Blob([plain(data)]).stream()],
  ['web stream with odd chunks', (data) => webStream(odd(data))],
  ['Node stream of a file', (data) => createReadStream(disk(data), { highWaterMark: 10_007 })],
  ['Node stream with odd chunks', (data) => Readable.from(odd(data))],
  ['pipe between streams', (data) => Readable.from(odd(data)).pipe(new PassThrough())],
  [
    'array of chunks',
    (data) => [data.subarray(0, 5), plain(data.subarray(5, 6)), new DataView(plain(data.subarray(6)))],
  ],
  ['generator', odd],
  [
    'async generator',
    async function* (data) {
      yield* odd(data)
    } as (data: Uint8Array) => AsyncGenerator<Uint8Array>,
  ],
]

describe.each(KINDS)('%s', (_, make) => {
  // The border of a part of a small file, and of the largest part, which streams of unknown length have.
  test.each([1, 128 * KiB - 1, 128 * KiB, 128 * KiB + 1, 512 * KiB, 512 * KiB + 1])('of %i bytes', async (size) => {
    const data = randomBytes(size)
    await arrives(data, await make(data))
  })

  test('of nothing is empty, and says so', async () => {
    const file = await make(new Uint8Array(0))
    await expect(client.uploadFile(file)).rejects.toMatchObject({
      code: 'FILE_EMPTY',
      message: expect.stringMatching(/is empty(?:; a stream or generator gives its bytes once)?$/),
    })
  })
})

describe('small and big', () => {
  test.each([10 * MiB - 1, 10 * MiB, 10 * MiB + 1])('%i bytes', async (size) => {
    const data = randomBytes(size)
    await arrives(data, data)
    await arrives(data, disk(data))
    const { inputFile } = await client.uploadFile(data)
    const md5 = createHash('md5').update(data).digest('hex')
    if (size > 10 * MiB) expect(inputFile._).toBe('inputFileBig')
    else expect(inputFile).toMatchObject({ _: 'inputFile', md5Checksum: md5 })
  })

  test('a photo has at most 10 MiB, however it comes; then no byte of it is sent', async () => {
    let sent = 0
    faults.onRequest = ({ request }) => void (request._.startsWith('upload.') && sent++)
    const large = randomBytes(10 * MiB + 1)
    for (const file of [large, disk(large), `${page(large)}?length`, page(large), Readable.from(odd(large))]) {
      await expect(client.uploadMedia({ media: photo(file as Uint8Array) })).rejects.toMatchObject({
        code: 'FILE_TOO_BIG',
        message: expect.stringContaining('the limit of photos; send it as a document'),
      })
    }
    faults.onRequest = undefined
    expect(sent).toBe(0)
  })
})

describe.each([1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((size) => size * KiB))('parts of %i bytes', (partSize) => {
  test.each([-1, 0, 1])('three and %i byte', async (more) => {
    const data = randomBytes(3 * partSize + more)
    await arrives(data, data, { partSize })
    await arrives(data, odd(data), { partSize })
  })
})

describe('a source that is not what it said', () => {
  const data = randomBytes(700_000)
  /** Does something as soon as the first part has arrived. */
  const midway = (act: () => void): UploadFileOptions => {
    let done = false
    return {
      onEvent({ type }) {
        if (type !== 'part' || done) return
        done = true
        act()
      },
    }
  }

  test.each([
    ['longer', -1],
    ['shorter', 1],
  ])('%s than its size', async (_, more) => {
    const size = data.length + more
    const forms: FileLike[] = [
      { data: odd(data), size },
      { data: Readable.from(odd(data)), size },
      new Response(plain(data), { headers: { 'content-length': `${size}` } }),
    ]
    for (const file of forms) {
      await expect(client.uploadFile(file)).rejects.toMatchObject({
        code: 'FILE_CHANGED',
        message: expect.stringMatching(/gave \d+ bytes instead of \d+$/),
      })
    }
  })

  test.each([
    ['shrinks', (path: string) => truncateSync(path, 3 * MiB), /shrank from 20971520 to 3145728 bytes/],
    ['grows', (path: string) => appendFileSync(path, 'x'), /grew from 20971520 to 20971521 bytes/],
    ['is written to', (path: string) => writeFileSync(path, randomBytes(20 * MiB)), /was modified|shrank/],
  ])('a file that %s while it is read', async (_, act, words) => {
    const path = disk(randomBytes(20 * MiB))
    await expect(
      client.uploadFile(
        path,
        midway(() => act(path)),
      ),
    ).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringMatching(words),
    })
  })

  test('a file that is replaced while it is read: the old one arrives whole', async () => {
    const old = randomBytes(20 * MiB)
    const path = disk(old)
    const other = disk(randomBytes(20 * MiB))
    await arrives(
      old,
      path,
      midway(() => renameSync(other, path)),
    )
  })

  test('an answer that is broken off half-way', async () => {
    await expect(client.uploadFile(`${page(randomBytes(3 * MiB))}?cut`)).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
      message: expect.stringMatching(/^cannot read \d+\.bin: the other side closed the connection/),
    })
  })

  test('a stream that was destroyed', async () => {
    const stream = new PassThrough()
    const done = client.uploadFile(stream)
    const outcome = done.catch((error: unknown) => error)
    stream.write(data)
    stream.destroy()
    expect(await outcome).toMatchObject({
      code: 'FILE_NOT_READABLE',
      message: 'cannot read file: the stream was closed before its end',
    })
  })

  test.each([
    ['a generator', (reason: Error) => failing(reason)],
    ['an async generator', (reason: Error) => failingLater(reason)],
    ['a Node stream', (reason: Error) => Readable.from(failing(reason))],
    ['a web stream', (reason: Error) => webStream(failing(reason))],
  ])('%s that throws midway: an error with its cause, and the stream is destroyed', async (_, make) => {
    const reason = new Error('the disk is on fire')
    const stream = make(reason)
    await expect(client.uploadFile(stream)).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
      cause: reason,
      message: 'cannot read file: the disk is on fire',
    })
    if (stream instanceof Readable) expect(stream.destroyed).toBe(true)
  })

  function* failing(reason: Error): Generator<Uint8Array> {
    yield* odd(data)
    throw reason
  }
  async function* failingLater(reason: Error): AsyncGenerator<Uint8Array> {
    yield* failing(reason)
  }
})

test('a fast producer is held back: it is never more than a few parts ahead of what the server has', async () => {
  let made = 0
  let most = 0
  let arrived = 0
  const size = 512 * KiB
  async function* fast(): AsyncGenerator<Uint8Array> {
    for (; made < 60; made++) {
      most = Math.max(most, made - arrived)
      yield randomBytes(size)
    }
  }
  // Every answer takes a moment, so that the window is full all the time.
  faults.onRequest = ({ request }) => {
    if (request._ !== 'upload.saveBigFilePart') return undefined
    arrived++
    return { kind: 'delay', ms: 20 }
  }
  await client.uploadFile(fast())
  faults.onRequest = undefined
  expect(made).toBe(60)
  // The window lets 16 parts out at most, two wait at the gate, one is held back, one is being read.
  expect(most).toBeLessThanOrEqual(20)
})
