import { createReadStream, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { FileError } from '../../src/errors.ts'
import { type FileLike, type OpenOptions, openSource, planUpload, type Source } from '../../src/files/index.ts'
import { readParts } from '../../src/files/reader.ts'
import { cut, pattern } from '../support/pattern.ts'

const data = pattern(10_000)
const chunks = (): Uint8Array[] => [...cut(data, 1, 4095, 0, 3000, 7)]

/** Everything a source has, as an upload reads it; a random-access source also by an awkward step, backwards. */
async function readAll(source: Source): Promise<Uint8Array> {
  const out: Uint8Array[] = []
  const buffers = { take: (length: number) => new Uint8Array(length), give() {} }
  const plan = planUpload(source.size, { partSize: 1024 })
  for await (const { bytes } of readParts(source, { plan, buffers, label: source.name ?? 'the source' }, () => false))
    out.push(bytes)
  const all = new Uint8Array(Buffer.concat(out))
  if (source.kind === 'random') {
    for (let end = source.size; end > 0; end -= 999) {
      const offset = Math.max(0, end - 999)
      const into = new Uint8Array(end - offset)
      if (source.range) into.set(await source.range(offset, into.length))
      else expect(await source.read(into, offset)).toBe(into.length)
      expect(into).toEqual(all.slice(offset, end))
    }
  }
  return all
}

const code = async (run: Promise<unknown>): Promise<[code: string, message: string]> => {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(FileError)
  return [(error as FileError).code, (error as FileError).message]
}

function webStream(pieces: readonly unknown[] = chunks()): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at < pieces.length) controller.enqueue(pieces[at++] as Uint8Array)
      else controller.close()
    },
  })
}

async function* generate(): AsyncGenerator<Uint8Array> {
  yield* chunks()
}

const shared = new Uint8Array(new SharedArrayBuffer(data.length))
shared.set(data)
const shifted = new Uint8Array(data.length + 8)
shifted.set(data, 8)

const random: [string, () => FileLike][] = [
  ['Uint8Array', () => data],
  ['Buffer', () => Buffer.from(data)],
  ['ArrayBuffer', () => data.slice().buffer],
  ['SharedArrayBuffer', () => shared.buffer],
  ['DataView', () => new DataView(shifted.buffer, 8)],
  ['Uint16Array', () => new Uint16Array(shifted.buffer, 8)],
  ['Blob', () => new Blob([data.slice()])],
  ['File', () => new File([data.slice()], 'cat.jpg')],
]
const streams: [string, () => FileLike][] = [
  ['web stream', () => webStream()],
  ['web byte stream', () => new Blob([data.slice()]).stream()],
  ['Node stream', () => Readable.from(chunks())],
  [
    'Node stream being written',
    () => {
      const pipe = new PassThrough()
      pipe.end(Buffer.from(data))
      return pipe
    },
  ],
  ['async generator', () => generate()],
  ['array of chunks', () => chunks()],
  ['set of chunks', () => new Set(chunks())],
  ['generator', () => cut(data, 777)],
  ['chunks of several kinds', () => [data.slice(0, 4).buffer, new DataView(data.slice(4, 6).buffer), data.subarray(6)]],
  ['Response', () => new Response(webStream())],
]

describe('everything that can be uploaded', () => {
  test.each(random)('%s is random access of its size', async (_, make) => {
    const source = await openSource(make())
    expect(source).toMatchObject({ kind: 'random', size: data.length })
    expect(await readAll(source)).toEqual(data)
    await source.close()
    expect(await readAll(source)).toEqual(data)
  })

  test.each(streams)('%s is a stream of unknown length', async (_, make) => {
    const source = await openSource(make())
    expect([source.kind, source.size]).toEqual(['stream', undefined])
    expect(await readAll(source)).toEqual(data)
  })

  test('a source stands for itself', async () => {
    const source = await openSource(data)
    expect(await openSource(source)).toBe(source)
  })

  test.each([...random, ...streams])('%s in a wrapper gets name, type and size', async (_, make) => {
    const source = await openSource({
      data: make() as Uint8Array,
      name: 'x/dog.png',
      type: 'image/png',
      size: data.length,
    })
    expect(source).toMatchObject({ name: 'dog.png', type: 'image/png', size: data.length })
    expect(await readAll(source)).toEqual(data)
  })

  test('a wrapper around a source of the caller keeps its methods bound', async () => {
    class Own {
      readonly kind = 'stream'
      readonly size = undefined
      readonly name = 'own'
      readonly type = undefined
      #left = 3
      async read(into: Uint8Array): Promise<number> {
        const length = Math.min(this.#left, into.length)
        this.#left -= length
        return length
      }
      close(): void {
        this.#left = 0
      }
    }
    const source = await openSource({ data: new Own(), size: 3 })
    expect(source).toMatchObject({ name: 'own', size: 3 })
    expect((await readAll(source)).length).toBe(3)
  })

  test('paths, file URLs and their strings go to the opener', async () => {
    const opened: unknown[] = []
    const openPath = async (path: string | URL): Promise<Source> => {
      opened.push(path)
      return openSource(data)
    }
    for (const path of ['cat.jpg', 'C:\\cat.jpg', 'file:///tmp/cat.jpg', new URL('file:///tmp/cat.jpg')]) {
      await openSource(path, { openPath })
    }
    expect(opened.map(String)).toEqual(['cat.jpg', 'C:\\cat.jpg', 'file:///tmp/cat.jpg', 'file:///tmp/cat.jpg'])
    expect(await code(openSource('cat.jpg'))).toEqual([
      'FILE_SOURCE_INVALID',
      'cannot upload this: cat.jpg is a path, and there is no file system; give a Blob',
    ])
  })
})

describe('what is known of a source', () => {
  test('a File knows name, type and time', async () => {
    const file = new File([data.slice()], 'cat.jpg', { type: 'image/jpeg', lastModified: 5 })
    expect(await openSource(file)).toMatchObject({
      name: 'cat.jpg',
      type: 'image/jpeg',
      version: '5',
    })
  })

  test("a file's stream in Node knows its name", async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'open-')), 'cat.jpg')
    writeFileSync(path, data)
    const source = await openSource(createReadStream(path))
    expect(source.name).toBe('cat.jpg')
    expect(await readAll(source)).toEqual(data)
  })

  const response = (headers: Record<string, string>, url = ''): Response =>
    Object.defineProperty(new Response(webStream(), { headers }), 'url', { value: url })
  test.each([
    [
      { 'content-length': '10000', 'content-type': 'Image/PNG; x=y' },
      'https://h/a/b%20c.png?q',
      [10_000, 'image/png', 'b c.png'],
    ],
    [{ 'content-length': '10000', 'content-encoding': 'gzip' }, 'https://h/', [undefined, undefined, undefined]],
    [{ 'content-disposition': 'attachment; filename="a\\"b.png"' }, 'https://h/x', [undefined, undefined, 'a"b.png']],
    [{ 'content-disposition': 'attachment; filename=plain.png' }, '', [undefined, undefined, 'plain.png']],
    [
      { 'content-disposition': "attachment; filename=x; filename*=UTF-8''%e2%82%ac.png" },
      'https://h/x',
      [undefined, undefined, '€.png'],
    ],
    [{ 'content-disposition': 'attachment; filename=../../etc/passwd' }, '', [undefined, undefined, 'passwd']],
    [{}, 'https://h/100%.png', [undefined, undefined, '100%.png']],
  ])('a response tells by its headers %j', async (headers, url, [size, type, name]) => {
    const source = await openSource(response(headers, url))
    expect([source.size, source.type, source.name]).toEqual([size, type, name])
  })
})

describe('URLs', () => {
  const options = (answer: () => Promise<Response>): OpenOptions & { asked: string[] } => {
    const asked: string[] = []
    const fetch = async (url: string | URL | Request): Promise<Response> => {
      asked.push(url instanceof Request ? url.url : url.toString())
      return answer()
    }
    return { fetch, asked }
  }

  test('http(s) URLs, as strings too, come through fetch', async () => {
    const given = options(async () => new Response(data.slice()))
    const source = await openSource('https://example.org/a.png?key=1', given)
    expect([source.name, await readAll(source)]).toEqual(['a.png', data])
    await openSource(new URL('http://example.org/b'), given)
    expect(given.asked).toEqual(['https://example.org/a.png?key=1', 'http://example.org/b'])
  })

  test('data: URLs need no server', async () => {
    const source = await openSource('data:text/plain;base64,aGk=')
    expect([source.type, source.name, Buffer.from(await readAll(source)).toString()]).toEqual([
      'text/plain',
      undefined,
      'hi',
    ])
  })

  test.each([
    [404, 'FILE_NOT_FOUND'],
    [410, 'FILE_NOT_FOUND'],
    [403, 'FILE_NOT_READABLE'],
    [500, 'FILE_NOT_READABLE'],
  ])('status %i is %s; the message keeps secrets of the URL to itself', async (status, expected) => {
    const given = options(async () => new Response('no', { status, statusText: 'No' }))
    expect(await code(openSource('https://example.org/a.png?token=1', given))).toEqual([
      expected,
      `cannot read https://example.org/a.png: the server answered ${status}`,
    ])
  })

  test.each([
    'http://',
    'https://[::1',
    'https://user:secret@example.org/a.png',
    new URL('https://u:secret@example.org'),
  ])('one that no fetch takes: %s; what may be secret in it is told nobody', async (url) => {
    const error = (await openSource(url).catch((thrown: unknown) => thrown)) as Error
    expect(error).toMatchObject({ code: 'FILE_SOURCE_INVALID' })
    expect(error.cause).toBeUndefined()
    expect(error.message).toBe('cannot upload this: its URL is malformed, or has a password in it')
  })

  test('of another kind is not taken for a path', async () => {
    expect(await code(openSource('ftp://example.org/a.png'))).toEqual([
      'FILE_NOT_READABLE',
      'cannot read ftp://example.org/a.png: unknown scheme',
    ])
  })

  test('a server that cannot be reached', async () => {
    const given = options(async () => {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      })
    })
    expect(await code(openSource('http://localhost:1/a', given))).toEqual([
      'FILE_NOT_READABLE',
      'cannot read http://localhost:1/a: nothing listens there (connection refused); check the port, and that the server runs',
    ])
  })

  test('an abort is an abort, not a failure of the file', async () => {
    const controller = new AbortController()
    const given = options(async () => {
      controller.abort()
      throw controller.signal.reason
    })
    await expect(openSource('http://localhost:1/a', { ...given, signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await expect(openSource(data, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('what cannot be uploaded', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a plain object', {}],
    ['a function', () => {}],
    ['a size below 0', { data, size: -1 }],
    ['a size that is no number', { data, size: Number.NaN }],
    ['a size that is not the one of the bytes', { data, size: 9_999 }],
  ])('%s', async (_, value) => {
    expect(await code(openSource(value as FileLike))).toEqual([
      'FILE_SOURCE_INVALID',
      expect.stringMatching(/give a path, bytes, a Blob or a stream|its size cannot be/),
    ])
  })

  test('a stream that another reads, or that was read already', async () => {
    const locked = webStream()
    locked.getReader()
    expect((await code(openSource(locked)))[0]).toBe('FILE_SOURCE_INVALID')
    const used = new Response('x')
    await used.text()
    expect((await code(openSource(used)))[0]).toBe('FILE_SOURCE_INVALID')
    const over = Readable.from(chunks())
    for await (const _ of over);
    expect((await code(openSource(over)))[0]).toBe('FILE_SOURCE_INVALID')
  })

  test.each([
    ['text', 'a'],
    ['numbers', 5],
    ['null', null],
  ])('chunks of %s', async (_, chunk) => {
    const source = await openSource([chunk] as unknown as Uint8Array[])
    expect(await code(readAll(source))).toEqual(['FILE_SOURCE_INVALID', expect.stringContaining('not bytes')])
  })

  test('memory that is taken away while it is read', async () => {
    const buffer = data.slice().buffer
    const source = await openSource(buffer)
    structuredClone(buffer, { transfer: [buffer] })
    expect((await code(readAll(source)))[0]).toBe('FILE_CHANGED')
  })

  test('a blob that can no longer be read, or became shorter', async () => {
    const gone = Object.assign(new Blob([data.slice()]), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('x', 'NotReadableError')) }),
    })
    expect((await code(readAll(await openSource(gone))))[0]).toBe('FILE_CHANGED')
    const shorter = Object.assign(new Blob([data.slice()]), { slice: () => new Blob(['x']) })
    expect((await code(readAll(await openSource(shorter))))[0]).toBe('FILE_CHANGED')
  })
})

describe('streams', () => {
  test('nothing is read before it is asked for', async () => {
    let pulled = 0
    function* counting(): Generator<Uint8Array> {
      for (const chunk of cut(data, 100)) {
        pulled++
        yield chunk
      }
    }
    const source = await openSource(counting())
    expect(pulled).toBe(0)
    if (source.kind === 'stream') await source.read(new Uint8Array(250), 0)
    expect(pulled).toBe(3)
  })

  test.each([
    ['web stream', (reason: Error) => new ReadableStream({ pull: (controller) => controller.error(reason) })],
    [
      'Node stream',
      (reason: Error) =>
        new Readable({
          read() {
            this.destroy(reason)
          },
        }),
    ],
    [
      'async generator',
      async function* (reason: Error) {
        yield data
        throw reason
      },
    ],
    [
      'generator',
      function* (reason: Error) {
        yield data
        throw reason
      },
    ],
  ] as [string, (reason: Error) => FileLike][])('%s that fails: an error that names its cause', async (_, make) => {
    const reason = new Error('the disk is on fire')
    const source = await openSource(make(reason))
    const error = await readAll(source).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'FILE_NOT_READABLE', cause: reason })
    expect(String(error)).toContain('the disk is on fire')
    await source.close()
  })

  test('a Node stream that fails before it is read does not end the process', async () => {
    const source = await openSource(createReadStream('/nowhere/at/all.bin'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await code(readAll(source)))[0]).toBe('FILE_NOT_FOUND')
  })

  test('closing tells the producer, also while it is waited for', async () => {
    const told: string[] = []
    const web = new ReadableStream({ cancel: () => void told.push('web') })
    const node = new Readable({
      read() {},
      destroy: (error, done) => {
        told.push('node')
        done(error)
      },
    })
    const plain = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: data }),
        return: () => {
          told.push('plain')
          return { done: true as const, value: data }
        },
      }),
    }
    for (const stream of [web, node]) {
      const source = await openSource(stream as FileLike)
      if (source.kind === 'stream') source.read(new Uint8Array(5), 0).catch(() => {})
      await new Promise((resolve) => setImmediate(resolve))
      await source.close()
      await source.close()
    }
    const source = await openSource(plain)
    await source.close()
    expect(told.sort()).toEqual(['node', 'plain', 'web'])
  })
})
