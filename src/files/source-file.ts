/**
 * Files on disk as sources: opened once, read by position straight into the buffer that is asked for.
 *
 * A regular file is random access; its size and time of change are compared when its last byte has been read. A named
 * pipe or a character device (`/dev/stdin`, `<(command)`) is a stream of unknown length. Only here do uploads touch
 * `node:fs`; pass `openFile` as `openPath`.
 */
import type { BigIntStats } from 'node:fs'
import { closeSync, constants, createReadStream, fstat, fstatSync, open as openFd, read as readFd } from 'node:fs'
import { Socket } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { FileError } from '../errors.ts'
import type { Source } from './source.ts'
import { baseName } from './source.ts'
import { sourceError, unreadable } from './source-error.ts'
import { streamSource } from './source-stream.ts'

const openAsync = promisify(openFd)
const statAsync = promisify(fstat) as unknown as (fd: number, options: { bigint: true }) => Promise<BigIntStats>

/**
 * Files of up to so many bytes are asked about at once, without the thread pool: of a file that was opened a moment ago the
 * system has the answer in memory, and for many small files the pool's turns are what they cost.
 */
const QUICK = 512 * 1024

/** Without O_NONBLOCK, opening a pipe would wait in a thread for a writer, out of reach of any abort. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a file on disk for an upload.
 *
 * @param path a path, or a `file:` URL
 * @throws FileError `FILE_NOT_FOUND`, `FILE_NOT_A_FILE` for folders and sockets, `FILE_NOT_READABLE`, `FILE_EMPTY`
 */
export async function openFile(path: string | URL, signal?: AbortSignal): Promise<Source> {
  const name = typeof path === 'string' ? path : pathOf(path)
  const { fd, stats } = await openAndStat(name)
  try {
    signal?.throwIfAborted()
    // What is made when it is read, as below /proc, has no size beforehand.
    const made = stats.isFile() && stats.size === 0n && (await readInto(fd, new Uint8Array(1), 0, 0)) > 0
    if (stats.isFile() && !made) return regularFile(name, fd, stats)
    if (made || stats.isFIFO() || stats.isCharacterDevice()) {
      const pipe = stats.isFIFO()
      // A socket polls: the read can be given up at any time. Devices like /dev/zero cannot be polled.
      const start = made ? { start: 0 } : {}
      const stream = pipe ? new Socket({ fd, writable: false }) : createReadStream('', { fd, ...start })
      // What the shell hands over, as /dev/fd/63, has a number for a name.
      const isNamed = made || (pipe && !/^\/(?:dev|proc)\//.test(resolve(name)))
      const source = streamSource(stream, { name: isNamed ? baseName(name) : undefined })!
      const read: Source['read'] = (into, offset) =>
        source.read(into, offset).catch((error: unknown) => {
          throw sourceError(name, error)
        })
      return { ...source, read }
    }
    const what = stats.isDirectory() ? 'a folder; name a file in it' : 'no regular file'
    throw new FileError('FILE_NOT_A_FILE', `cannot read ${name}: it is ${what}`)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw sourceError(url.href, error)
  }
}

async function openAndStat(name: string): Promise<{ fd: number; stats: BigIntStats }> {
  if (name === '') throw unreadable('a file', 'FILE_NOT_FOUND', 'its name is empty')
  if (name.includes('\0')) throw unreadable('a file', 'FILE_NOT_FOUND', 'its name has a NUL character in it')
  let fd: number | undefined
  try {
    fd = await openAsync(name, FLAGS)
    return { fd, stats: fstatSync(fd, { bigint: true }) }
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    throw sourceError(name, error)
  }
}

/** What a file is known by. */
interface Identity {
  readonly size: number
  readonly modified: string
  readonly id: string
}

function identityOf(stats: BigIntStats): Identity {
  return { size: Number(stats.size), modified: String(stats.mtimeNs), id: String(stats.ino) }
}

/** An open descriptor. Closed while it is in use, it stays open until the last use is over: its number is not free before. */
class Descriptor {
  readonly #fd: number
  #users = 0
  #closed = false

  constructor(fd: number) {
    this.#fd = fd
  }

  async use<T>(work: (fd: number) => Promise<T>): Promise<T> {
    this.#users++
    try {
      return await work(this.#fd)
    } finally {
      if (--this.#users === 0 && this.#closed) closeSync(this.#fd)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#users === 0) closeSync(this.#fd)
  }
}

function regularFile(name: string, fd: number, stats: BigIntStats): Source {
  const identity = identityOf(stats)
  const { size } = identity
  if (size === 0) throw new FileError('FILE_EMPTY', `${name} is empty`)
  let current: Descriptor | undefined = new Descriptor(fd)
  let opening: Promise<Descriptor> | undefined

  const compare = (now: Identity): void => {
    if (now.size !== size) {
      throw changed(name, `${now.size < size ? 'shrank' : 'grew'} from ${size} to ${now.size} bytes while it was read`)
    }
    if (now.modified !== identity.modified) throw changed(name, 'was modified while it was read')
    if (now.id !== identity.id) throw changed(name, 'was replaced by another file')
  }

  const identityNow = async (open: number): Promise<Identity> =>
    identityOf(size <= QUICK ? fstatSync(open, { bigint: true }) : await statAsync(open, { bigint: true }))

  const reopen = async (): Promise<Descriptor> => {
    const again = await openAndStat(name)
    const descriptor = new Descriptor(again.fd)
    try {
      compare(identityOf(again.stats))
    } catch (error) {
      descriptor.close()
      throw error
    }
    return descriptor
  }

  const use = async <T>(work: (fd: number) => Promise<T>): Promise<T> => {
    try {
      // No `await` before the use is counted: `close` may be called in between.
      if (current) return await current.use(work)
      opening ??= reopen()
      const mine = opening
      try {
        return await mine.then((descriptor) => {
          if (opening === mine) current = descriptor
          return descriptor.use(work)
        })
      } finally {
        if (opening === mine) opening = undefined
      }
    } catch (error) {
      throw sourceError(name, error)
    }
  }

  return {
    kind: 'random',
    size,
    version: `${identity.modified}-${identity.id}`,
    name: baseName(name),
    place: resolve(name),
    read: (into, offset) =>
      use(async (open) => {
        // What has been added behind its end is for `verify` to find.
        const end = Math.max(0, Math.min(into.length, size - offset))
        for (let at = 0; at < end; ) {
          const length = await readInto(open, into.subarray(0, end), at, offset + at)
          if (length === 0) {
            compare(await identityNow(open))
            // It has its old size and time again.
            throw changed(name, `ended for a moment at byte ${offset + at} of ${size} while it was read`)
          }
          at += length
        }
        return end
      }),
    verify: () => use(async (open) => compare(await identityNow(open))),
    close() {
      current?.close()
      current = undefined
      // Registered after the uses that wait for it, so those are counted first.
      opening?.then(
        (descriptor) => descriptor.close(),
        () => {},
      )
      opening = undefined
    },
  }
}

/** The error of a file that is not what it was. */
function changed(name: string, what: string): FileError {
  return new FileError('FILE_CHANGED', `${name} ${what}; try again when nothing writes to it`)
}

function readInto(fd: number, into: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    readFd(fd, into, at, into.length - at, position, (error, length) => (error ? reject(error) : resolve(length)))
  })
}
