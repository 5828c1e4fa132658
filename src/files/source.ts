/**
 * What a file can come from, and the two shapes that everything is brought into.
 *
 * A random-access source reads any range at any time: bytes in memory, a `Blob`, a file on disk. A stream can only be
 * read on, once, and may not know its length. Both are read by the same call, into a buffer that the caller owns, so a
 * part is read once, to where it is wanted. Whether a source keeps its word (its size, the kind of its chunks) is for its
 * reader to judge: `reader.ts`. `open.ts` makes sources of everything that can be uploaded.
 */

/** What a source is known by, to tell later whether it is still the same. Plain values: it can be stored as JSON. */
export interface SourceIdentity {
  readonly size: number
  /** Time of the last change, in the finest unit the platform knows. */
  readonly modified?: string | undefined
  /** The platform's id of the file. */
  readonly id?: string | undefined
}

interface SourceBase {
  /** File name without folders, if known. */
  readonly name?: string | undefined
  /** MIME type, if the source itself knows it. */
  readonly type?: string | undefined
  /**
   * Fills `into` and returns how many bytes that were: fewer than `into` has only where the source ends.
   * @param offset of the first byte wanted; of a stream that is always the byte behind the last one read
   */
  read(into: Uint8Array, offset: number): Promise<number>
  /** Lets go of everything; a read under way may fail or never settle. May be called at any time, more than once. */
  close(): void | Promise<void>
}

/** A source of known size that reads any range. Stays usable after `close`: what it needs is opened again. */
export interface RandomAccessSource extends SourceBase {
  readonly kind: 'random'
  /** Number of bytes. */
  readonly size: number
  readonly identity: SourceIdentity
  /** The bytes themselves where they lie in memory already: saves a copy. As many as there are, at most `length`. */
  view?: ((offset: number, length: number) => Uint8Array) | undefined
  /** Called when the last byte has been read. @throws FileError `FILE_CHANGED` if the source is not what it was */
  verify?(): Promise<void> | undefined
}

/** A source that is read once, from front to end. */
export interface StreamSource extends SourceBase {
  readonly kind: 'stream'
  /** Number of bytes it is said to have; `undefined` if that is known only at its end. */
  readonly size?: number | undefined
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

/** The bytes of anything that is memory, as a plain array (a `Buffer`'s `slice` shares memory); `undefined` for all else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  // By tag, so that buffers of another realm (frames, vm contexts) and shared ones are known too.
  return /ArrayBuffer]$/.test(Object.prototype.toString.call(value)) ? new Uint8Array(value as ArrayBuffer) : undefined
}

/** The last segment of a path. */
export function baseName(path: string | undefined): string | undefined {
  return path?.split(/[\\/]/).findLast(Boolean)
}

/** Bytes in memory as a source. They must not change until the upload is done. */
export function bytesSource(bytes: Uint8Array, facts?: Pick<Source, 'name' | 'type'>): RandomAccessSource {
  const size = bytes.length
  // Memory that was taken away (transferred to a worker) is empty, and throws when it is cut.
  const view = (offset: number, length: number): Uint8Array =>
    bytes.length ? bytes.subarray(offset, offset + length) : bytes
  return {
    kind: 'random',
    size,
    name: facts?.name,
    type: facts?.type,
    identity: { size },
    view,
    async read(into, offset) {
      const piece = view(offset, into.length)
      into.set(piece)
      return piece.length
    },
    close() {},
  }
}

/** A `Blob` or `File`, read by ranges. */
export function blobSource(blob: Blob & Partial<File>): RandomAccessSource {
  const { size, lastModified } = blob
  return {
    kind: 'random',
    size,
    name: baseName(blob.name),
    type: mimeOf(blob.type),
    identity: { size, modified: lastModified === undefined ? lastModified : `${lastModified}` },
    async read(into, offset) {
      const bytes = await blob.slice(offset, offset + into.length).arrayBuffer()
      into.set(new Uint8Array(bytes))
      return bytes.byteLength
    },
    close() {},
  }
}

/** A MIME type without its parameters, as platforms and servers give it. */
export function mimeOf(type: string | null): string | undefined {
  return type?.replace(/;.*/s, '').trim().toLowerCase() || undefined
}
