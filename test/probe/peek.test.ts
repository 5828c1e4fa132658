/**
 * What is read of a file to look at it, and that nothing of it is lost.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { concat, view } from '../../src/bytes.ts'
import { FileError } from '../../src/errors.ts'
import { openSource } from '../../src/files/open.ts'
import type { FileLike, RandomAccessSource, Source, StreamSource } from '../../src/files/source.ts'
import { bytesSource } from '../../src/files/source.ts'
import { probe } from '../../src/probe/index.ts'
import { peekInto } from '../../src/probe/peek.ts'
import { film } from '../support/film-samples.ts'
import { gif, jpeg, latin1, mp3, png, wav, webp } from '../support/media-samples.ts'

const MB = 1024 * 1024

/** A random-access source that counts what is read of it. */
function counting(data: Uint8Array, size = data.length): { source: RandomAccessSource; read: () => number } {
  let bytes = 0
  const whole = bytesSource(data)
  const source: RandomAccessSource = {
    ...whole,
    size,
    range(offset, length) {
      const piece = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      piece.set(data.subarray(offset, offset + piece.length))
      bytes += piece.length
      return piece
    },
  }
  return { source, read: () => bytes }
}

/** Everything that a file gives. */
async function bytesOf(file: FileLike): Promise<Uint8Array> {
  const source = await openSource(file)
  if (source.range) return source.range(0, source.size)
  const pieces: Uint8Array[] = []
  for (let at = 0; ; ) {
    const piece = new Uint8Array(1000)
    const length = await source.read(piece, at)
    pieces.push(piece.subarray(0, length))
    at += length
    if (length < piece.length) return concat(...pieces)
  }
}

/** A stream in pieces of that size, which counts what was taken of it. */
function stream(data: Uint8Array, piece = 700): { file: AsyncIterable<Uint8Array>; taken: () => number } {
  let taken = 0
  return {
    taken: () => taken,
    file: {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < data.length; at += piece) {
          taken += Math.min(piece, data.length - at)
          yield data.slice(at, at + piece)
        }
      },
    },
  }
}

describe('no more is read than is needed', () => {
  test('of a film of 2 GB with its index at the end: less than 1 MB', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probe-'))
    try {
      const small = await film('mp4', { packet: 400 })
      const path = join(folder, 'large.mp4')
      const fd = openSync(path, 'w')
      const { length } = enlarge(small, 2 ** 31, (bytes, at) => writeSync(fd, bytes, 0, bytes.length, at))
      ftruncateSync(fd, length)
      closeSync(fd)
      const found = await probe(path, { ffmpeg: false })
      expect(found).toMatchObject({ size: length, width: 640, height: 360, supportsStreaming: false, problems: [] })
      const pieces: [number, Uint8Array][] = []
      enlarge(small, 2 ** 31, (bytes, at) => pieces.push([at, bytes]))
      const { source, read } = sparse(length, pieces)
      expect(await probe(source, { ffmpeg: false })).toMatchObject({ width: 640, supportsStreaming: false })
      expect(read()).toBeLessThan(MB)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each<[string, Uint8Array, number]>([
    ['a PNG', png({ width: 64, height: 48 }), 3 * 4096],
    ['a JPEG', jpeg({ width: 64, height: 48 }, { padding: 60_000 }), 3 * 4096],
    ['a PDF', latin1('%PDF-1.7'), 4096],
    ['an unknown file', new Uint8Array(100), 4096],
    ['a GIF of many frames', gif({ width: 64, height: 48 }), 1.1 * MB],
    ['a long MP3', mp3(10, { title: 'a', artist: 'b' }), 90_000],
    ['a long WAV', wav(1000, () => 0), 20_000],
  ])('of %s of 50 MB', async (_, data, most) => {
    const { source, read } = counting(data, 50 * MB)
    await probe(source, { ffmpeg: false })
    expect(read()).toBeLessThanOrEqual(most)
  })

  test('of a long recording for its waveform: of each hundredth the beginning', async () => {
    const { source, read } = counting(wav(4 * MB, () => 0.5))
    const { waveform } = await probe(source, { kind: 'voice', ffmpeg: false })
    expect(waveform).toHaveLength(100)
    expect(read()).toBeLessThan(6.6 * MB)
  })

  test('not twice for small steps', async () => {
    const { source, read } = counting(png({ width: 64, height: 48 }, { frames: 3, orientation: 6 }))
    await probe(source, { ffmpeg: false })
    expect(read()).toBe(source.size)
  })
})

describe('a stream', () => {
  const whole = film('mp4-fast', { packet: 20_000 })

  test('is read ahead as far as need be, and given back whole', async () => {
    const data = await whole
    const { file, taken } = stream(data)
    const found = await probe(file, { ffmpeg: false })
    expect(found).toMatchObject({ width: 640, height: 360, duration: 2, supportsStreaming: true, problems: [] })
    expect(taken()).toBeLessThan(300_000)
    expect(data.length).toBeGreaterThan(1_500_000)
    expect(Buffer.compare(await bytesOf(found.file!), data)).toBe(0)
  })

  test.each([1, 4095, 4096, 4097, 10 * MB])('in pieces of %i bytes is given back whole', async (piece) => {
    const data = png({ width: 64, height: 48 })
    const long = concat(
      data,
      new Uint8Array(5000).map((_, i) => i),
    )
    const found = await probe(stream(long, piece).file, { ffmpeg: false })
    expect(found).toMatchObject({ width: 64, height: 48 })
    expect(Buffer.compare(await bytesOf(found.file!), long)).toBe(0)
  })

  test('that is short has a size, and can be read again', async () => {
    const data = png({ width: 64, height: 48 })
    const found = await probe({ data: stream(data).file, name: 'cat.png' }, { ffmpeg: false })
    expect(found.size).toBe(data.length)
    const again = found.file as Source
    expect(again).toMatchObject({ kind: 'random', size: data.length, name: 'cat.png' })
    expect(Buffer.compare(await bytesOf(again), data)).toBe(0)
    expect(Buffer.compare(await bytesOf(again), data)).toBe(0)
  })

  test('that is shorter than it said still says so: whoever uploads it has to see', async () => {
    const data = png({ width: 64, height: 48 })
    const found = await probe({ data: stream(data).file, size: 1000 }, { ffmpeg: false })
    const again = found.file as StreamSource
    expect(again).toMatchObject({ kind: 'stream', size: 1000 })
    expect(Buffer.compare(await bytesOf(again), data)).toBe(0)
  })

  test('whose index is at the end is not read to the end', async () => {
    const data = await film('mp4', { packet: 60_000, seconds: 3 })
    const { file, taken } = stream(data, 50_000)
    const found = await probe(file, { ffmpeg: false })
    expect(found).toMatchObject({ mimeType: 'video/mp4', supportsStreaming: false })
    expect(found).not.toHaveProperty('width')
    expect(taken()).toBeLessThan(5 * MB)
    expect(data.length).toBeGreaterThan(8 * MB)
    expect(Buffer.compare(await bytesOf(found.file!), data)).toBe(0)
  })

  test.each(['ogg', 'webm', 'mkv', 'mp4', 'mp4-fragmented'] as const)(
    'in %s that is short tells all',
    async (format) => {
      const data = await film(format, { picture: format !== 'ogg' })
      const found = await probe(stream(data).file, { ffmpeg: false })
      expect(found.duration).toBeCloseTo(2, 1)
      expect(found.problems).toEqual([])
    },
  )

  test.each<[string, (data: Uint8Array) => FileLike]>([
    ['web stream', (data) => new Blob([data as Uint8Array<ArrayBuffer>]).stream()],
    ['response', (data) => new Response(data as Uint8Array<ArrayBuffer>)],
    ['Node stream', (data) => Readable.from([data.subarray(0, 30), data.subarray(30)])],
    ['list of pieces', (data) => [data.subarray(0, 30), data.subarray(30)]],
  ])('may be a %s', async (_, make) => {
    const data = jpeg({ width: 64, height: 48 }, { padding: 6000 })
    const found = await probe(make(data), { ffmpeg: false })
    expect(found).toMatchObject({ width: 64, height: 48 })
    expect(Buffer.compare(await bytesOf(found.file!), data)).toBe(0)
  })

  test('is read in one place by all who read at the same time', async () => {
    const data = new Uint8Array(20_000).map((_, i) => i * 7)
    const peek = peekInto(await openSource(stream(data).file), 'the file', undefined)
    const [first, second, third] = await Promise.all([peek.read(0, 100), peek.read(50, 9000), peek.read(12_000, 9000)])
    expect(Buffer.compare(first, data.subarray(0, 100))).toBe(0)
    expect(Buffer.compare(second, data.subarray(50, 9050))).toBe(0)
    expect(Buffer.compare(third, data.subarray(12_000))).toBe(0)
  })

  test('in WAV that goes on for ever has no duration', async () => {
    const head = wav(0, () => 0)
    head.fill(255, head.length - 4)
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield head
      for (;;) yield new Uint8Array(100_000)
    }
    for (const length of [255, 0]) {
      head.fill(length, head.length - 4)
      const found = await probe(endless(), { ffmpeg: false, kind: 'voice' })
      expect(found.mimeType).toBe('audio/wav')
      expect(found).not.toHaveProperty('duration')
      expect(found).not.toHaveProperty('waveform')
      await (found.file as Source).close()
    }
  })

  test('is closed by whoever has it: what was read ahead does not keep it open', async () => {
    let closed = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield mp3(10)
      } finally {
        closed++
      }
    }
    const found = await probe(endless(), { ffmpeg: false })
    // It is told by the length, which nobody knows.
    expect(found).toMatchObject({ mimeType: 'audio/mpeg', hasSound: true })
    expect(found).not.toHaveProperty('duration')
    expect(closed).toBe(0)
    await (found.file as Source).close()
    expect(closed).toBe(1)
  })
})

describe('what can be read again', () => {
  test.each<[string, FileLike]>([
    ['bytes', png({ width: 64, height: 48 })],
    ['a Blob', new Blob([png({ width: 64, height: 48 }) as Uint8Array<ArrayBuffer>])],
    ['bytes with a name', { data: png({ width: 64, height: 48 }), name: 'cat.png' }],
  ])('%s: nothing else is to be uploaded instead', async (_, file) => {
    const found = await probe(file, { ffmpeg: false })
    expect(found).toMatchObject({ width: 64, height: 48 })
    expect(found).not.toHaveProperty('file')
  })

  test('an empty file is looked at in vain', async () => {
    expect(await probe(new Uint8Array(0))).toEqual({ size: 0, problems: [] })
  })
})

describe('a file that cannot be read', () => {
  test('that is not there ends in a FileError', async () => {
    await expect(probe(join(tmpdir(), 'no-such-file.mp4'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  test.each(['random', 'stream'] as const)(
    'further on (%s) ends in a FileError, whoever asked for it',
    async (kind) => {
      const data = await film('mkv', { packet: 1000 })
      let closed = 0
      const error = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
      const failing = {
        kind,
        size: data.length,
        name: 'film.mkv',
        async read(into: Uint8Array, at: number) {
          if (at > 0) throw error
          into.set(data.subarray(0, into.length))
          return into.length
        },
        close: () => void closed++,
      } as Source
      const thrown = await probe(failing, { ffmpeg: false }).catch((one: unknown) => one)
      expect(thrown).toBeInstanceOf(FileError)
      expect(thrown).toMatchObject({ code: 'FILE_NOT_READABLE', cause: error })
      expect(String(thrown)).toContain('film.mkv')
      expect(closed).toBe(1)
    },
  )

  test('in a part that could be left out ends in a FileError all the same', async () => {
    const data = webp({ width: 64, height: 48 }, { frames: 300 })
    const error = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    const failing: Source = {
      kind: 'random',
      size: data.length,
      async read(into, at) {
        if (at > 0) throw error
        into.set(data.subarray(0, into.length))
        return into.length
      },
      close() {},
    }
    await expect(probe(failing, { ffmpeg: false })).rejects.toMatchObject({ code: 'FILE_NOT_READABLE', cause: error })
  })

  test('in time is left when the signal says so', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let closed = 0
    const never: Source = {
      kind: 'stream',
      read() {
        controller.abort(reason)
        return new Promise(() => {})
      },
      close: () => void closed++,
    }
    await expect(probe(never, { signal: controller.signal })).rejects.toBe(reason)
    expect(closed).toBe(1)
    await expect(probe(png({ width: 1, height: 1 }), { signal: controller.signal })).rejects.toBe(reason)
  })
})

/** A film whose data is made so long that the whole has about `length` bytes; its index comes behind. */
function enlarge(film: Uint8Array, length: number, write: (bytes: Uint8Array, at: number) => void): { length: number } {
  let from = 0
  let to = 0
  while (from < film.length) {
    const size = view(film).getUint32(from)
    const type = String.fromCharCode(...film.subarray(from + 4, from + 8))
    if (type === 'mdat') {
      // Its length is one of 64 bits, as its writer could not know better.
      const head = film.slice(from, from + 16)
      const isLong = size === 1
      const old = isLong ? Number(view(head).getBigUint64(8)) : size
      if (isLong) view(head).setBigUint64(8, BigInt(length))
      else view(head).setUint32(0, length)
      write(head, to)
      write(film.slice(from + 16, from + old), to + 16)
      from += old
      to += length
    } else {
      write(film.slice(from, from + size), to)
      from += size
      to += size
    }
  }
  return { length: to }
}

/** A file of zeros but for some pieces. */
function sparse(
  size: number,
  pieces: readonly [number, Uint8Array][],
): { source: RandomAccessSource; read: () => number } {
  let bytes = 0
  const source: RandomAccessSource = {
    kind: 'random',
    size,
    range(offset, length) {
      const out = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      bytes += out.length
      for (const [at, piece] of pieces) {
        const from = Math.max(at, offset)
        const to = Math.min(at + piece.length, offset + out.length)
        if (from < to) out.set(piece.subarray(from - at, to - at), from - offset)
      }
      return out
    },
    close() {},
  }
  return { source, read: () => bytes }
}
