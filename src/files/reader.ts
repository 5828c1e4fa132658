/**
 * Reads a source part by part, in order, each part once and into a buffer of its own, and holds it to its word.
 *
 * It stays one part behind: a part is handed out when the one after it was read or the source has ended, unchanged. So
 * the last part is known as the last (it carries the number of parts, and an empty one after it would be refused), and of
 * a source that lied about its size, or changed meanwhile, the last part is never sent.
 */
import type { IncrementalHash } from '../crypto/crypto.ts'
import { FileError } from '../errors.ts'
import type { Ledger } from './ledger.ts'
import type { UploadPlan } from './plan.ts'
import { planUpload } from './plan.ts'
import type { Source } from './source.ts'
import { sourceError } from './source-error.ts'

/** Lends buffers for parts and takes them back. */
export interface BufferPool {
  /** A buffer of at least `length` bytes, of any content. */
  take(length: number): Uint8Array
  /** Takes back what {@link take} gave; the lender does not touch it any more. */
  give(buffer: Uint8Array): void
}

/** A pool for parts of one size, that keeps what it is given back. */
export function bufferPool(): BufferPool {
  const free: Uint8Array[] = []
  return {
    take: (length) => free.pop() ?? new Uint8Array(length),
    give: (buffer) => free.push(buffer),
  }
}

/** A part that has been read. */
export interface Piece {
  readonly part: number
  readonly bytes: Uint8Array
  /** Number of parts of the file, as it is sent with this one: -1 while unknown. */
  readonly total: number
  /** Whether no other follows. */
  readonly last: boolean
  /** Gives its buffer back; to be called once. Absent where `bytes` lies in the source's own memory. */
  readonly release?: (() => void) | undefined
}

/** What all parts of an upload have in common. */
export interface ReadOptions {
  readonly plan: UploadPlan
  readonly buffers: BufferPool
  /** What to call the source in messages. */
  readonly label: string
  /** See `UploadOptions`. */
  readonly askMaxParts?: (() => Promise<number>) | undefined
}

/**
 * The parts of a source.
 *
 * @param over says when to stop
 * @param md5 is fed every part, in order
 * @param only the one part to read, of a random-access source; all of them unless told
 * @param skipped parts that are not to be handed out; read all the same where the MD5 or the end of the source asks for it
 * @throws FileError when the source fails, changes, lies about its size, is empty or has too many parts
 */
export async function* readParts(
  source: Source,
  { plan, buffers, label, askMaxParts }: ReadOptions,
  over: () => boolean,
  md5?: IncrementalHash,
  only?: number,
  skipped?: Pick<Ledger, 'has'>,
): AsyncGenerator<Piece, void, undefined> {
  const { partSize, size } = plan
  /** What a part takes; one byte more than a file of less than a part has, to find out whether it has more. */
  const room = Math.min(partSize, (size ?? partSize) + 1)
  let { maxParts } = plan
  /** Read and not handed out: the part before, and the one being read. */
  const held: { part: number; bytes: Uint8Array; release?: (() => void) | undefined }[] = []
  try {
    for (let part = only ?? 0, last = false; !last && !over(); part++) {
      const offset = part * partSize
      const skip = skipped?.has(part)
      if (skip && !md5 && offset + partSize < size!) continue
      const buffer = source.range ? undefined : buffers.take(room)
      const piece = { part, bytes: buffer!, release: buffer && ((): void => buffers.give(buffer)) }
      held.push(piece)
      try {
        piece.bytes = source.range
          ? await source.range(offset, partSize)
          : buffer!.subarray(0, await source.read(buffer!.subarray(0, room), offset))
        last = piece.bytes.length < partSize
        if (last) await source.verify?.()
      } catch (error) {
        throw sourceError(label, error)
      }
      const { length } = piece.bytes
      const end = offset + length
      if (size !== undefined && (end > size || (last && end < size))) {
        throw new FileError('FILE_CHANGED', `${label} gave ${end} bytes instead of ${size}`)
      }
      if (part === maxParts && length && askMaxParts) maxParts = await askMaxParts()
      // What has come so far is a file in itself, or too much, or nothing.
      const { parts } = planUpload(end, { ...plan, maxParts, label })
      md5?.update(piece.bytes)
      if (!length || skip) held.pop()!.release?.()
      while (held.length > (last || only !== undefined ? 0 : 1)) {
        const next = held.shift()!
        const isLast = next.part === only || (last && !held.length)
        // Of a stream, only the last part carries the total: https://core.telegram.org/api/files#streamed-uploads
        yield { ...next, last: isLast, total: plan.parts ?? (isLast ? parts! : -1) }
      }
    }
  } finally {
    for (const { release } of held) release?.()
  }
}
