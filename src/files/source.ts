/**
 * What a file can come from, and the two shapes that everything is brought into.
 *
 * A random-access source reads any range at any time: bytes in memory, a `Blob`, a file on disk. A stream can only be
 * read on, once, and may not know its length. Both fill a buffer that the caller owns, so a part is read once, to where
 * it is wanted. `open.ts` makes sources of everything that can be uploaded.
 */
import { changed } from './source-error.ts'

/** What a source is known by, to tell later whether it is still the same. Plain values: it can be stored as JSON. */
export interface SourceIdentity {
  readonly size: number
  /** Time of the last change, in the finest unit the platform knows. */
  readonly modified?: string
  /** The platform's id of the file. */
  readonly id?: string
}

interface SourceBase {
  /** File name without folders, if known. */
  readonly name: string | undefined
  /** MIME type, if the source itself knows it. */
  readonly type: string | undefined
  /** Lets go of everything; a read under way may fail or never settle. May be called at any time, more than once. */
  close(): void | Promise<void>
}

/** A source of known size that reads any range. Stays usable after `close`: what it needs is opened again. */
export interface RandomAccessSource extends SourceBase {
  readonly kind: 'random'
  /** Number of bytes. */
  readonly size: number
  readonly identity: SourceIdentity
  /**
   * Fills `into` with the bytes from `offset` on.
   * @throws FileError `FILE_CHANGED` when there are fewer, `FILE_NOT_READABLE` when reading fails
   */
  readAt(offset: number, into: Uint8Array): Promise<void>
  /** The bytes themselves where they lie in memory already: saves a copy. */
  view?(offset: number, length: number): Uint8Array
  /** Called when the last byte has been read. @throws FileError `FILE_CHANGED` if the source is not what it was */
  verify(): Promise<void>
}

/** A source that is read once, from front to end. */
export interface StreamSource extends SourceBase {
  readonly kind: 'stream'
  /** Number of bytes it is said to have; `undefined` if that is known only at its end. */
  readonly size: number | undefined
  /** Reads on until `into` is full or the source has ended; returns the number of bytes read. */
  read(into: Uint8Array): Promise<number>
}

/** What an upload reads from. */
export type Source = RandomAccessSource | StreamSource

/** One piece of a stream. */
export type Chunk = Uint8Array | ArrayBuffer | ArrayBufferView

/** Data with what is known about it: `{ data: stream, name: 'cat.jpg', size: 81_920 }`. */
export interface NamedFile {
  readonly data: Exclude<FileLike, NamedFile>
  /** Name of the file, with its extension. */
  readonly name?: string
  /** Number of bytes; checked against what comes. */
  readonly size?: number
  /** MIME type. */
  readonly type?: string
}

/**
 * Everything that can be uploaded: a path or URL (`http:`, `https:`, `data:`, `blob:`, `file:`), bytes, a `Blob` or
 * `File`, a web stream, a Node stream, a `Response`, a sync or async iterable of chunks, or any of these with a name.
 */
export type FileLike =
  | string
  | URL
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Response
  | ReadableStream<Chunk>
  | AsyncIterable<Chunk>
  | Iterable<Chunk>
  | Source
  | NamedFile

/** The bytes of anything that is memory; `undefined` for all else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  // A Buffer is taken as the plain array that it extends: its `slice` would share memory.
  if (value instanceof Uint8Array && value.constructor === Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  // By tag, so that buffers of another realm (frames, vm contexts) and shared ones are known too.
  const tag = Object.prototype.toString.call(value)
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]'
    ? new Uint8Array(value as ArrayBuffer)
    : undefined
}

/** Whether `value` is a source already. */
export function isSource(value: object): value is Source {
  const kind = (value as Partial<Source>).kind
  return (kind === 'random' && 'readAt' in value) || (kind === 'stream' && 'read' in value)
}

/** The last segment of a path. */
export function baseName(path: string): string | undefined {
  return path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/s, '') || undefined
}

/** Bytes in memory as a source. They must not change until the upload is done. */
export function bytesSource(bytes: Uint8Array, name?: string, type?: string): RandomAccessSource {
  const size = bytes.length
  const view = (offset: number, length: number): Uint8Array => {
    if (bytes.length !== size) throw changed('the buffer', `has ${bytes.length} bytes, no longer ${size}`)
    return bytes.subarray(offset, offset + length)
  }
  return {
    kind: 'random',
    size,
    name,
    type,
    identity: { size },
    view,
    async readAt(offset, into) {
      into.set(view(offset, into.length))
    },
    async verify() {},
    close() {},
  }
}
