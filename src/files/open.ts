/**
 * Opens everything that can be uploaded as a source.
 *
 * Paths and URLs are opened where there is room for it (`open-place.ts`); bundles for browsers take what `fetch` gives
 * instead. All else is memory, a `Blob`, or something that is pulled chunk by chunk.
 */
import { openPlace } from '#open-place'
import { quietly } from './abort.ts'
import type { OpenOptions } from './open-place.ts'
import { responseSource } from './response.ts'
import type { FileLike, NamedFile, Source } from './source.ts'
import { asBytes, baseName, blobSource, bytesSource } from './source.ts'
import { invalid } from './source-error.ts'
import type { AnyStream } from './source-stream.ts'
import { streamSource } from './source-stream.ts'

export type { OpenOptions } from './open-place.ts'

/**
 * Brings anything that can be uploaded into the form of a source. Close it when done.
 *
 * @throws FileError `FILE_NOT_FOUND`, `FILE_NOT_READABLE`, `FILE_NOT_A_FILE`, or `FILE_SOURCE_INVALID` for what cannot
 *   be uploaded at all
 * @throws the reason of `signal` when that is aborted
 */
export async function openSource(file: FileLike, options: OpenOptions = {}): Promise<Source> {
  options.signal?.throwIfAborted()
  if (typeof file === 'string' || file instanceof URL) return openPlace(file, options)
  const bytes = asBytes(file)
  if (bytes) return bytesSource(bytes)
  // By what it has, not by its class: it may come from another realm, or from a library that looks like the platform.
  const given = (file ?? {}) as AnyStream & Partial<Source & Response & NamedFile>
  if (given.kind) return given as Source
  // A request that a Node server or client got has headers too, and is a stream.
  if (given.headers?.get) return responseSource(given as Response)
  if (given.arrayBuffer) return blobSource(file as Blob)
  const stream = streamSource(given, { name: baseName(given.path) })
  if (stream) return stream
  if (given.data) return openNamed(given as NamedFile, options)
  throw invalid('give a path, bytes, a Blob or a stream')
}

async function openNamed({ data, name, type, size }: NamedFile, options: OpenOptions): Promise<Source> {
  const source = await openSource(data, options)
  if (size !== undefined && (size % 1 !== 0 || size < 0 || (source.size ?? size) !== size)) {
    void quietly(() => source.close())
    throw invalid(`its size cannot be ${size}`)
  }
  // A source of the caller's may be an object of a class: its methods are called on itself.
  return {
    kind: source.kind,
    size: source.size ?? size,
    name: baseName(name) ?? source.name,
    type: type ?? source.type,
    version: source.version,
    place: source.place,
    read: source.read?.bind(source),
    range: source.range?.bind(source),
    verify: source.verify?.bind(source),
    close: () => source.close(),
  } as Source
}
