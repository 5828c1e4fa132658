import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { RandomAccessSource, StreamSource } from '../../src/files/index.ts'
import { sourceError } from '../../src/files/source-error.ts'
import { openFile } from '../../src/files/source-file.ts'
import { openFilesBelow } from '../support/open-files.ts'
import { pattern } from '../support/pattern.ts'

const linux = process.platform === 'linux'
const root = mkdtempSync(join(tmpdir(), 'source-file-'))
const data = pattern(10_000)
let path: string
let count = 0

beforeEach(() => {
  path = join(root, `${count++}.bin`)
  writeFileSync(path, data)
})
afterAll(() => rmSync(root, { recursive: true }))

/** Two links that lead to one another. */
function circle(): string {
  symlinkSync(`${path}.b`, `${path}.a`)
  symlinkSync(`${path}.a`, `${path}.b`)
  return `${path}.a`
}

/** Files below `root` that this process has open. */
const openNow = (): string[] => openFilesBelow(root)

const openRandom = async (): Promise<RandomAccessSource> => (await openFile(path)) as RandomAccessSource
const read = async (source: RandomAccessSource, offset: number, length: number): Promise<Uint8Array> => {
  const into = new Uint8Array(length)
  expect(await source.read!(into, offset)).toBe(length)
  return into
}

describe('a regular file', () => {
  test('is read by position straight into what is given, by path or URL', async () => {
    for (const given of [path, pathToFileURL(path)]) {
      const source = (await openFile(given)) as RandomAccessSource
      expect(source).toMatchObject({ kind: 'random', size: 10_000, name: path.slice(root.length + 1) })
      expect(await read(source, 5_000, 5_000)).toEqual(data.slice(5_000))
      expect(await read(source, 0, 10)).toEqual(data.slice(0, 10))
      await source.verify!()
      await source.close()
    }
    expect(openNow()).toEqual([])
  })

  test('tells its contents from later ones by the time of change in ns and the inode', async () => {
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    const source = await openRandom()
    expect(source.version).toMatch(/^1700000000000000000-\d+$/)
    await source.close()
  })

  test.runIf(linux)('is closed at once; while it is read, when that is over', async () => {
    const source = await openRandom()
    expect(openNow()).toEqual([path])
    const reading = read(source, 0, 10_000)
    await source.close()
    await source.close()
    expect(openNow()).toEqual([path])
    expect(await reading).toEqual(data)
    expect(openNow()).toEqual([])
  })

  test('opens again by itself when it is read after it was closed, for as long as it is the same', async () => {
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    const source = await openRandom()
    await source.close()
    expect(await Promise.all([read(source, 0, 9), read(source, 9, 9)])).toEqual([data.slice(0, 9), data.slice(9, 18)])
    if (linux) expect(openNow()).toEqual([path])
    await source.close()
    const closing = read(source, 0, 9)
    await source.close()
    expect(await closing).toEqual(data.slice(0, 9))
    expect(openNow()).toEqual([])
    renameSync(path, `${path}.old`)
    await expect(read(source, 0, 9)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    linkSync(`${path}.old`, path)
    expect(await read(source, 0, 9)).toEqual(data.slice(0, 9))
    await source.close()
    writeFileSync(`${path}.new`, data)
    utimesSync(`${path}.new`, 1_700_000_000, 1_700_000_000)
    renameSync(`${path}.new`, path)
    await expect(read(source, 0, 9)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining('replaced'),
    })
    expect(openNow()).toEqual([])
  })
})

describe('a file that is not what it was', () => {
  test.each([
    ['shrank', () => truncateSync(path, 9_000), 'shrank from 10000 to 9000 bytes'],
    ['grew', () => appendFileSync(path, 'x'), 'grew from 10000 to 10001 bytes'],
    ['was modified', () => utimesSync(path, 1, 1), 'was modified'],
  ])('%s: FILE_CHANGED that says so', async (_, change, words) => {
    const source = await openRandom()
    change()
    await expect(source.verify!()).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining(words),
    })
    await source.close()
    await expect(read(source, 0, 1)).rejects.toMatchObject({ code: 'FILE_CHANGED' })
    expect(openNow()).toEqual([])
  })

  test('ends early while it is read', async () => {
    const source = await openRandom()
    truncateSync(path, 5_000)
    await expect(read(source, 4_000, 4_000)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: `${path} shrank from 10000 to 5000 bytes while it was read; try again when nothing writes to it`,
    })
    await source.close()
  })
})

describe('what cannot be opened', () => {
  test('a file without a name', async () => {
    await expect(openFile('')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'cannot read a file: its name is empty',
    })
  })

  test('a name with a NUL in it', async () => {
    await expect(openFile('a\0b')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: 'cannot read a file: its name has a NUL character in it',
    })
  })

  test.each([
    ['a URL of another machine', () => new URL('file://host/x'), 'FILE_NOT_FOUND', 'names no other machine'],
    ['a URL with a slash in a name', () => new URL('file:///a%2Fb'), 'FILE_NOT_FOUND', 'has a slash as %2F in it'],
    ['missing', () => join(root, 'none'), 'FILE_NOT_FOUND', 'there is no such file'],
    ['below a file', () => join(path, 'x'), 'FILE_NOT_FOUND', 'a part of its path is no folder'],
    ['a folder', () => root, 'FILE_NOT_A_FILE', 'it is a folder; name a file in it'],
    ['a name too long', () => join(root, 'x'.repeat(5_000)), 'FILE_NOT_READABLE', 'is too long for this system'],
    ['links in a circle', () => circle(), 'FILE_NOT_READABLE', 'its symbolic links lead in a circle'],
  ])('%s', async (_, make, code, words) => {
    const name = make()
    const error: unknown = await openFile(name).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'FileError', code })
    expect(String(error)).toContain(`cannot read ${name}`)
    expect(String(error)).toContain(words)
    // In words, not in the system's.
    expect(String(error)).not.toMatch(/\bE[A-Z]{3,}\b/)
    expect(openNow()).toEqual([])
  })

  test('an empty file', async () => {
    writeFileSync(path, '')
    await expect(openFile(path)).rejects.toMatchObject({ code: 'FILE_EMPTY' })
    expect(openNow()).toEqual([])
  })

  test.runIf(process.getuid?.() !== 0 && linux)('a file without permission', async () => {
    chmodSync(path, 0)
    await expect(openFile(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' })
  })

  test.each(['EMFILE', 'ENFILE', 'EIO', 'ENXIO', 'ELOOP', 'ENAMETOOLONG', 'ENOTDIR', 'ERR_STREAM_PREMATURE_CLOSE'])(
    '%s is told in words, with the error of the system as its cause',
    (code) => {
      const cause = Object.assign(new Error(`${code}: system's words`), { code })
      const error = sourceError('a.bin', cause)
      expect(error.cause).toBe(cause)
      expect(error.message).toMatch(/^cannot read a\.bin: [a-z,; ]+$/)
    },
  )

  test.each(['EACCES', 'EPERM'])('%s is told as a lack of permission', (code) => {
    expect(sourceError('a.bin', Object.assign(new Error('x'), { code }))).toMatchObject({
      code: 'FILE_NOT_READABLE',
      message: 'cannot read a.bin: no permission to read it',
    })
  })

  test.runIf(linux)('a socket', async () => {
    const server = createServer()
    const name = join(root, 'socket')
    await new Promise<void>((resolve) => server.listen(name, resolve))
    await expect(openFile(name)).rejects.toMatchObject({ name: 'FileError' })
    server.close()
  })

  test('nothing is opened for an aborted signal, and nothing stays open', async () => {
    const reason = new Error('enough')
    await expect(openFile(path, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(openNow()).toEqual([])
  })
})

describe.runIf(linux)('pipes and devices are streams of unknown length', () => {
  test('a character device', async () => {
    const source = (await openFile('/dev/zero')) as StreamSource
    expect([source.kind, source.size]).toEqual(['stream', undefined])
    const into = new Uint8Array(100_000).fill(1)
    expect([await source.read(into, 0), into.every((byte) => byte === 0)]).toEqual([100_000, true])
    await source.close()
  })

  test('a file below /proc, which has no size before it is read', async () => {
    const source = (await openFile('/proc/self/limits')) as StreamSource
    expect([source.kind, source.size, source.name]).toEqual(['stream', undefined, 'limits'])
    const into = new Uint8Array(100_000)
    const text = new TextDecoder().decode(into.subarray(0, await source.read(into, 0)))
    expect(text).toMatch(/^Limit(.*\n)+Max realtime timeout.*\n$/)
    await source.close()
  })

  test('a named pipe, from before its writer comes until it leaves', async () => {
    const name = join(root, 'pipe')
    execFileSync('mkfifo', [name])
    const source = (await openFile(name)) as StreamSource
    expect([source.kind, source.name]).toEqual(['stream', 'pipe'])
    const into = new Uint8Array(20_000)
    const reading = source.read(into, 0)
    const writer = await open(name, 'w')
    await writer.write(data)
    await writer.close()
    expect(await reading).toBe(10_000)
    expect(into.slice(0, 10_000)).toEqual(data)
    await source.close()
  })

  test('a named pipe that nobody writes to can be given up', async () => {
    const name = join(root, 'pipe2')
    execFileSync('mkfifo', [name])
    const source = (await openFile(name)) as StreamSource
    const reading = source.read(new Uint8Array(1), 0).catch(() => 'given up')
    await new Promise((resolve) => setImmediate(resolve))
    await source.close()
    expect(await reading).toBe('given up')
    await expect.poll(openNow).toEqual([])
  })

  test('an empty folder below a path is still a folder', async () => {
    const folder = join(root, 'folder.jpg')
    mkdirSync(folder)
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'FILE_NOT_A_FILE' })
  })
})
