/**
 * What a file can come from, and the shapes that everything is brought into.
 *
 * A random-access source reads any range at any time: bytes in memory, a `Blob`, a file on disk. A stream can only be
 * read on, once, and may not know its length. A source fills a buffer that the reader owns, so a part is read once, to
 * where it is wanted; or it gives ranges in memory of its own, where it has them there anyway. Whether it keeps its word
 * (its size, the kind of its chunks) is for its reader to judge: `reader.ts`. `open.ts` makes sources of everything that
 * can be uploaded.
 */

interface SourceBase {
  /** File name without folders, if known. */
  readonly name?: string | undefined
  /** MIME type, if the source itself knows it. */
  readonly type?: string | undefined
  /** Lets go of everything; a read under way may fail or never settle. May be called at any time, more than once. */
  close(): void | Promise<void>
}

interface ReadableSource extends SourceBase {
  /**
   * Fills `into` and returns how many bytes that were: fewer than `into` has only where the source ends.
   * @param offset of the first byte wanted; of a stream that is always the byte behind the last one read
   */
  read(into: Uint8Array, offset: number): Promise<number>
  readonly range?: undefined
}

/**
 * What is known of a source of known size, to tell later whether it is still the same. It stays usable after `close`: what
 * it needs is opened again.
 */
interface RandomAccess {
  readonly kind: 'random'
  /** Number of bytes. */
  readonly size: number
  /** Differs when the contents do: the time of the last change, and whatever else the platform knows. */
  readonly version?: string | undefined
  /** Where it lies: the absolute path of a file. By it an upload that was begun earlier is found again. */
  readonly place?: string | undefined
  /** Called when the last byte has been read. @throws FileError `FILE_CHANGED` if the source is not what it was */
  verify?(): Promise<void> | undefined
}

/** A source of known size that has its bytes in memory, or gets them there by itself. */
export interface MemorySource extends SourceBase, RandomAccess {
  /** The bytes from `offset` on: `length` of them, fewer only where the source ends. Not to be written to. */
  range(offset: number, length: number): Uint8Array | Promise<Uint8Array>
  readonly read?: undefined
}

/** A source of known size that reads any range. */
export type RandomAccessSource = MemorySource | (ReadableSource & RandomAccess)

/** A source that is read once, from front to end. */
export interface StreamSource extends ReadableSource {
  readonly kind: 'stream'
  /** Number of bytes it is said to have; `undefined` if that is known only at its end. */
  readonly size?: number | undefined
  readonly verify?: undefined
  readonly version?: undefined
  readonly place?: undefined
}

/** What an upload reads from. */
export type Source = RandomAccessSource | StreamSource

/** One piece of a stream. */
export type Chunk = Uint8Array | ArrayBufferLike | ArrayBufferView

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
  | ArrayBufferLike
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
  // Not by class: there are shared buffers, and buffers of other realms (frames, vm contexts).
  const buffer = value as ArrayBuffer | null | undefined
  return buffer?.byteLength === undefined ? undefined : new Uint8Array(buffer)
}

/** The last segment of a path. */
export function baseName(path: unknown): string | undefined {
  return typeof path === 'string' ? path.split(/[\\/]/).findLast(Boolean) : undefined
}

/** Bytes in memory as a source. They must not change until the upload is done. */
export function bytesSource(bytes: Uint8Array): MemorySource {
  return {
    kind: 'random',
    size: bytes.length,
    // Memory that was taken away (transferred to a worker) is empty, and throws when it is cut.
    range: (offset, length) => (bytes.length ? bytes.subarray(offset, offset + length) : bytes),
    close() {},
  }
}

/** A `Blob` or `File`. */
export function blobSource(blob: Blob & Partial<File>): MemorySource {
  return {
    kind: 'random',
    size: blob.size,
    name: baseName(blob.name),
    type: mimeOf(blob.type),
    version: blob.lastModified?.toString(),
    range: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
    close() {},
  }
}

/** A MIME type without its parameters, as platforms and servers give it. */
export function mimeOf(type: string | null): string | undefined {
  return type?.replace(/\s*;.*/s, '').toLowerCase() || undefined
}
