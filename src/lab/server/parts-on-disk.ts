/**
 * Keeps uploaded parts in one spool file, so that uploads of any size leave memory flat.
 *
 * Every part lies in a region of its own; regions given back are used again. The file is removed from its folder as
 * soon as it is open, where the system allows that, so nothing stays behind even when the process is killed.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PartsStore, StoredParts } from './parts-store.ts'

interface Region {
  offset: number
  /** Bytes of the part. */
  length: number
  /** Bytes reserved in the spool, at least `length`. */
  room: number
}

/**
 * Opens a spool file in a fresh folder.
 * @param folder where to make that folder; the system's temporary folder unless told
 */
export async function diskParts(folder: string = tmpdir()): Promise<PartsStore> {
  const home = await mkdtemp(join(folder, 'mtproto-upload-'))
  const path = join(home, 'parts')
  const file = await open(path, 'w+', 0o600)
  if (process.platform !== 'win32') await rm(home, { recursive: true })
  return new Spool(file, home)
}

class Spool implements PartsStore {
  readonly #file: FileHandle
  readonly #home: string
  readonly #pending = new Set<Promise<unknown>>()
  #free: Region[] = []
  #end = 0
  #closed = false

  constructor(file: FileHandle, home: string) {
    this.#file = file
    this.#home = home
  }

  create(): StoredParts {
    return new DiskParts(this)
  }

  /** A region for `length` bytes: the first free one that fits, else at the end. */
  claim(length: number): Region {
    const at = this.#free.findIndex((region) => region.room >= length)
    if (at >= 0) {
      const [region] = this.#free.splice(at, 1)
      return { ...region!, length }
    }
    const region = { offset: this.#end, length, room: length }
    this.#end += length
    return region
  }

  release(region: Region): void {
    if (region.room > 0) this.#free.push(region)
  }

  async write(region: Region, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#track(
        this.#file.write(bytes, done, bytes.length - done, region.offset + done),
      )
      done += bytesWritten
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#track(this.#file.read(out, done, length - done, offset + done))
      if (bytesRead === 0) throw new RangeError('the spool file is shorter than it was')
      done += bytesRead
    }
    return out
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending)
    await this.#file.close()
    await rm(this.#home, { recursive: true, force: true })
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#pending.delete(tracked))
    this.#pending.add(tracked)
    return tracked
  }
}

class DiskParts implements StoredParts {
  readonly #spool: Spool
  readonly #regions = new Map<number, Region>()

  constructor(spool: Spool) {
    this.#spool = spool
  }

  async put(part: number, bytes: Uint8Array): Promise<void> {
    const region = this.#spool.claim(bytes.length)
    await this.#spool.write(region, bytes)
    this.forget(part)
    this.#regions.set(part, region)
  }

  sizeOf(part: number): number | undefined {
    return this.#regions.get(part)?.length
  }

  async read(part: number, offset: number, length: number): Promise<Uint8Array> {
    const region = this.#regions.get(part)
    if (region === undefined || offset < 0 || offset + length > region.length) {
      throw new RangeError(`part ${part} is not there`)
    }
    return this.#spool.read(region.offset + offset, length)
  }

  forget(part: number): void {
    const region = this.#regions.get(part)
    if (region === undefined) return
    this.#regions.delete(part)
    this.#spool.release(region)
  }

  dispose(): void {
    for (const part of [...this.#regions.keys()]) this.forget(part)
  }
}
