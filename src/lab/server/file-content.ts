/**
 * The bytes of a finished file, read where they lie: in the parts they were sent in.
 */

import { toHex } from '../../bytes.ts'
import type { WithMd5 } from '../../crypto/crypto.ts'
import type { StoredParts } from './parts-store.ts'

export class FileContent {
  /** Number of parts. */
  readonly parts: number
  /** Bytes in all. */
  readonly size: number
  /** True once a photo or document holds it: then it outlives the upload that it came from. */
  kept = false
  readonly #stored: StoredParts
  readonly #partSize: number
  readonly #lastSize: number

  /**
   * @param partSize bytes of every part but the last
   * @param parts number of parts, at least 1
   * @param lastSize bytes of the last part
   */
  constructor(stored: StoredParts, partSize: number, parts: number, lastSize: number) {
    this.#stored = stored
    this.#partSize = partSize
    this.#lastSize = lastSize
    this.parts = parts
    this.size = (parts - 1) * partSize + lastSize
  }

  /** Bytes from `offset` on, `length` of them or as many as there are. A promise only if the parts' store gives one. */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array> {
    const end = Math.min(offset + length, this.size)
    if (offset >= end) return new Uint8Array(0)
    const first = Math.floor(offset / this.#partSize)
    const last = Math.floor((end - 1) / this.#partSize)
    if (first === last) return this.#stored.read(first, offset - first * this.#partSize, end - offset)
    const pieces: (Uint8Array | Promise<Uint8Array>)[] = []
    for (let part = first; part <= last; part++) {
      const start = part * this.#partSize
      const from = Math.max(offset - start, 0)
      const size = part === this.parts - 1 ? this.#lastSize : this.#partSize
      pieces.push(this.#stored.read(part, from, Math.min(end - start, size) - from))
    }
    const ready = pieces.filter((piece) => piece instanceof Uint8Array)
    if (ready.length === pieces.length) return join(ready, end - offset)
    return Promise.all(pieces.map(async (piece) => piece)).then((all) => join(all, end - offset))
  }

  /** True while the bytes are there. */
  get alive(): boolean {
    return this.#stored.sizeOf(0) !== undefined
  }

  /** Gives the room of the bytes back. */
  dispose(): void {
    this.#stored.dispose()
  }

  /** MD5 of the whole file, as 32 hex digits. For small files. */
  async md5(crypto: WithMd5): Promise<string> {
    const hash = crypto.md5()
    for (let offset = 0; offset < this.size; offset += this.#partSize) {
      const piece = this.read(offset, this.#partSize)
      hash.update(piece instanceof Promise ? await piece : piece)
    }
    return toHex(hash.digest())
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
