/**
 * Unfinished uploads: the parts of files that are on their way, and the rules about their sizes and numbers.
 *
 * Parts may arrive in any order and more than once; whether they make a file is decided when one is used. Parts that
 * nobody uses are forgotten after an hour.
 *
 * Source: https://core.telegram.org/api/files#uploading-files
 */
import { FileContent } from './file-content.ts'
import type { PartsStore, StoredParts } from './parts-store.ts'
import { badRequest, type RpcFailure } from './rpc-failure.ts'

/** Most bytes of a part. */
export const MAX_PART_SIZE: number = 512 * 1024
/** Every part but the last is a multiple of this many bytes. */
const PART_UNIT = 1024
/** Most parts of a file, without and with premium. */
export const MAX_PARTS = 4000
export const MAX_PARTS_PREMIUM = 8000
/** Most bytes of a file sent by `upload.saveFilePart`. */
export const MAX_SMALL_FILE: number = 10 * 1024 * 1024
/** Milliseconds after which parts that are not used are forgotten. */
export const PARTS_LIFETIME = 3_600_000

/** A part as it arrives. */
export interface Part {
  readonly fileId: bigint
  readonly part: number
  /** For `upload.saveBigFilePart`: the number of parts, -1 while unknown. Absent for `upload.saveFilePart`. */
  readonly total?: number
  readonly bytes: Uint8Array
}

/** One file on its way. */
interface Upload {
  readonly big: boolean
  readonly parts: StoredParts
  /** Of a big file, the size of all parts but the last; 0 until one of those came. */
  partSize: number
  /** Sizes of the parts taken, those that are still being written included. */
  readonly sizes: Map<number, number>
  /** Number of parts, -1 while unknown. */
  total: number
  highest: number
  /** Set once the file was used: it does not change any more. */
  content: FileContent | undefined
  usedAt: number
}

export class Uploads {
  readonly #store: PartsStore
  readonly #uploads = new Map<string, Upload>()

  constructor(store: PartsStore) {
    this.#store = store
  }

  /** Number of files on their way, those used within the last hour included. */
  get size(): number {
    return this.#uploads.size
  }

  /**
   * Stores a part.
   * @param now milliseconds on any clock that does not go back
   * @param maxParts most parts that this user's files may have
   * @throws RpcFailure
   */
  save(userId: bigint, part: Part, now: number, maxParts: number): void | Promise<void> {
    const big = part.total !== undefined
    const size = part.bytes.length
    checkPart(part, maxParts)
    this.#expire(now)
    const key = `${userId}:${part.fileId}`
    let upload = this.#uploads.get(key)
    if (upload !== undefined && upload.big !== big) throw badRequest('FILE_PART_INVALID')
    if (upload?.content !== undefined) {
      // Part of a file in use: a late repetition of what is there already is harmless.
      if (upload.parts.sizeOf(part.part) === size) return
      throw badRequest('FILE_PART_SIZE_CHANGED')
    }
    upload ??= this.#create(big)
    if (part.total !== undefined) upload.partSize = checkBig(upload, part.part, part.total, size)
    // Moved to the end: the map stays in order of last use.
    this.#uploads.delete(key)
    this.#uploads.set(key, upload)
    if (part.total !== undefined && part.total !== -1) upload.total = part.total
    upload.sizes.set(part.part, size)
    upload.highest = Math.max(upload.highest, part.part)
    upload.usedAt = now
    return upload.parts.put(part.part, part.bytes)
  }

  /**
   * Puts a file together for use; it can be used again.
   * @param count number of parts that the client says it has
   * @throws RpcFailure when a part is missing or the sizes make no file
   */
  use(userId: bigint, fileId: bigint, count: number, big: boolean, now: number, maxParts: number): FileContent {
    if (count < 1 || count > maxParts) throw badRequest('FILE_PARTS_INVALID')
    this.#expire(now)
    const upload = this.#uploads.get(`${userId}:${fileId}`)
    if (upload === undefined || upload.big !== big) throw missing(0)
    upload.usedAt = now
    if (upload.content?.parts === count && upload.content.alive) return upload.content
    const { parts } = upload
    for (let part = 0; part < count; part++) if (parts.sizeOf(part) === undefined) throw missing(part)
    if (upload.highest >= count || (big && upload.total !== count)) throw badRequest('FILE_PARTS_INVALID')
    const partSize = parts.sizeOf(0)!
    for (let part = 1; part < count - 1; part++) if (parts.sizeOf(part) !== partSize) throw lengthInvalid()
    const lastSize = parts.sizeOf(count - 1)!
    if (count > 1 && (lastSize > partSize || !isPartSize(partSize))) throw lengthInvalid()
    const content = new FileContent(parts, partSize, count, lastSize)
    if (!big && content.size > MAX_SMALL_FILE) throw badRequest('FILE_PARTS_INVALID')
    upload.content = content
    return content
  }

  /** Loses one part of an upload, as servers do: a test's knob. False if it was not there. */
  lose(userId: bigint, fileId: bigint, part: number): boolean {
    const upload = this.#uploads.get(`${userId}:${fileId}`)
    if (upload?.parts.sizeOf(part) === undefined) return false
    upload.parts.forget(part)
    upload.sizes.delete(part)
    upload.content = undefined
    return true
  }

  #create(big: boolean): Upload {
    return {
      big,
      parts: this.#store.create(),
      partSize: 0,
      sizes: new Map(),
      total: -1,
      highest: -1,
      content: undefined,
      usedAt: 0,
    }
  }

  /** Forgets what nobody touched for an hour; the first in the map are those touched longest ago. */
  #expire(now: number): void {
    for (const [key, upload] of this.#uploads) {
      if (now - upload.usedAt <= PARTS_LIFETIME) return
      this.#uploads.delete(key)
      if (upload.content?.kept !== true) upload.parts.dispose()
    }
  }
}

/** Rules that a part must keep by itself. */
function checkPart({ part, total, bytes }: Part, maxParts: number): void {
  if (part < 0 || part >= maxParts) throw badRequest('FILE_PART_INVALID')
  if (total !== undefined && total !== -1) {
    if (total < 1 || total > maxParts) throw badRequest('FILE_PARTS_INVALID')
    if (part >= total) throw badRequest('FILE_PART_INVALID')
  }
  if (bytes.length === 0) throw badRequest('FILE_PART_EMPTY')
  if (bytes.length > MAX_PART_SIZE) throw badRequest('FILE_PART_TOO_BIG')
}

/**
 * Rules about a part of a big file among its siblings, whatever the order they arrive in: all but the last have one size,
 * which divides 512 KiB; the last is no longer. A small file does not say which part is its last, so its sizes are looked
 * at when it is used.
 * @param total number of parts as this part tells it, -1 while unknown
 * @returns the size of all parts but the last as far as it is known now, else 0
 */
function checkBig(
  { sizes, highest, partSize, total: told }: Upload,
  part: number,
  total: number,
  size: number,
): number {
  const known = total === -1 ? told : total
  if (told !== -1 && known !== told) throw badRequest('FILE_PARTS_INVALID')
  if (known !== -1 && Math.max(highest, part) >= known) throw badRequest('FILE_PARTS_INVALID')
  // While the number of parts is unknown none of them is the last: clients hold that one back.
  const last = known === -1 ? -1 : known - 1
  if (part === last) {
    if (partSize !== 0 && size > partSize) throw badRequest('FILE_PART_SIZE_CHANGED')
    return partSize
  }
  if (size < PART_UNIT) throw badRequest('FILE_PART_TOO_SMALL')
  if (!isPartSize(size)) throw badRequest('FILE_PART_SIZE_INVALID')
  if (partSize !== 0 && size !== partSize) throw badRequest('FILE_PART_SIZE_CHANGED')
  if ((sizes.get(last) ?? 0) > size) throw badRequest('FILE_PART_SIZE_CHANGED')
  return size
}

/** A size that all parts but the last may have: a multiple of 1 KiB that divides 512 KiB. */
function isPartSize(size: number): boolean {
  return size > 0 && size % PART_UNIT === 0 && MAX_PART_SIZE % size === 0
}

function missing(part: number): RpcFailure {
  return badRequest(`FILE_PART_${part}_MISSING`)
}

function lengthInvalid(): RpcFailure {
  return badRequest('FILE_PART_LENGTH_INVALID')
}
