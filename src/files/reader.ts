/**
 * Reads a source part by part, in order, each part once and into a buffer of its own.
 *
 * Where the length is unknown it stays one part behind: a part is handed out when it is known whether it is the last,
 * because the last one carries the number of parts and an empty one after it would be refused. Where the length is known,
 * the last part is handed out when the source has been found to end there, unchanged.
 */
import type { IncrementalHash } from '../crypto/crypto.ts'
import type { UploadPlan } from './plan.ts'
import { emptyFile, tooBig } from './plan.ts'
import type { Source } from './source.ts'
import { changed } from './source-error.ts'

/** Lends buffers for parts and takes them back. */
export interface BufferPool {
  /** A buffer of at least `length` bytes, of any content. */
  take(length: number): Uint8Array
  /** Takes back what {@link take} gave; the lender does not touch it any more. */
  give(buffer: Uint8Array): void
}

/** A pool that keeps what it is given back. */
export function bufferPool(): BufferPool {
  const free: Uint8Array[] = []
  return {
    take(length) {
      const buffer = free.pop()
      return buffer !== undefined && buffer.length >= length ? buffer : new Uint8Array(length)
    },
    give(buffer) {
      free.push(buffer)
    },
  }
}

/** A part that has been read. */
export interface Piece {
  readonly part: number
  readonly bytes: Uint8Array
  /** What goes back to the pool; `undefined` where `bytes` lies in the source's own memory. */
  readonly buffer: Uint8Array | undefined
}

export class PartReader {
  /** Number of parts; `undefined` until known. */
  parts: number | undefined
  /** Number of bytes; `undefined` until known. */
  size: number | undefined
  readonly #source: Source
  readonly #plan: UploadPlan
  readonly #pool: BufferPool
  readonly #md5: IncrementalHash | undefined
  readonly #end: number
  readonly #label: string
  #next: number
  #held: Piece | undefined
  #over = false

  /**
   * @param md5 is fed every part, in order
   * @param range the parts to read, all of them unless told; others than all only of a random-access source
   */
  constructor(
    source: Source,
    plan: UploadPlan,
    pool: BufferPool,
    md5: IncrementalHash | undefined,
    range: readonly [from: number, to: number] = [0, Number.POSITIVE_INFINITY],
  ) {
    this.#source = source
    this.#plan = plan
    this.#pool = pool
    this.#md5 = md5
    this.#label = source.name ?? 'the source'
    this.parts = plan.parts
    this.size = plan.size
    this.#next = range[0]
    this.#end = Math.min(range[1], plan.parts ?? range[1])
  }

  /**
   * The next parts that can be sent; none when all have been read.
   * @throws FileError when the source fails, changes, lies about its size, is empty or has too many parts
   */
  async next(): Promise<Piece[]> {
    while (!this.#over) {
      const pieces = this.#plan.size === undefined ? await this.#readOn() : [await this.#readKnown(this.#plan.size)]
      if (pieces.length > 0) return pieces
    }
    return []
  }

  /** Takes back the buffer of a part that is done with. */
  release(piece: Piece): void {
    if (piece.buffer) this.#pool.give(piece.buffer)
  }

  /** Reads no more, and lets go of what was held back. */
  stop(): void {
    this.#over = true
    if (this.#held) this.release(this.#held)
    this.#held = undefined
  }

  async #readKnown(size: number): Promise<Piece> {
    const source = this.#source
    const part = this.#next++
    const offset = part * this.#plan.partSize
    const length = Math.min(this.#plan.partSize, size - offset)
    const view = source.kind === 'random' ? source.view?.(offset, length) : undefined
    const buffer = view ? undefined : this.#pool.take(this.#plan.partSize)
    const bytes = view ?? buffer!.subarray(0, length)
    const piece = { part, bytes, buffer }
    try {
      if (source.kind === 'stream') {
        const got = await source.read(bytes)
        if (got < length) throw changed(this.#label, `ended after ${offset + got} of ${size} bytes`)
      } else if (!view) await source.readAt(offset, bytes)
      if (this.#next === this.#end) {
        this.#over = true
        if (source.kind === 'random') await source.verify()
        else if ((await source.read(new Uint8Array(1))) > 0) throw changed(this.#label, `has more than ${size} bytes`)
      }
    } catch (error) {
      this.release(piece)
      throw error
    }
    this.#md5?.update(bytes)
    return piece
  }

  /** Reads one part of a stream of unknown length; hands out the one before it, and itself if it is the last. */
  async #readOn(): Promise<Piece[]> {
    const source = this.#source
    if (source.kind !== 'stream') throw new TypeError('only a stream may have no size')
    const { partSize, maxParts } = this.#plan
    const part = this.#next++
    const buffer = this.#pool.take(partSize)
    let got: number
    try {
      got = await source.read(buffer.subarray(0, partSize))
      if (part === 0 && got === 0) throw emptyFile(this.#label)
      if (part === maxParts && got > 0)
        throw tooBig(this.#label, `more than ${maxParts * partSize}`, partSize, maxParts)
    } catch (error) {
      this.#pool.give(buffer)
      throw error
    }
    const piece = { part, bytes: buffer.subarray(0, got), buffer }
    if (this.#over || got === 0) this.release(piece)
    if (this.#over) return []
    const pieces = this.#held ? [this.#held] : []
    this.#held = got === partSize ? piece : undefined
    if (got < partSize) {
      this.#over = true
      if (got > 0) pieces.push(piece)
      this.size = part * partSize + got
      this.parts = got > 0 ? part + 1 : part
    }
    return pieces
  }
}
