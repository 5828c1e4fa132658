/**
 * Opens everything that can be uploaded as a source.
 *
 * Paths go to a function that is passed in, because the core knows no file system; URLs go through `fetch`. All else is
 * memory, a `Blob`, or something that is pulled chunk by chunk.
 */
import { hint } from '#explain'
import { quietly } from './abort.ts'
import { responseSource, urlLabel } from './response.ts'
import type { FileLike, NamedFile, Source } from './source.ts'
import { asBytes, baseName, blobSource, bytesSource } from './source.ts'
import { invalid, sourceError } from './source-error.ts'
import type { AnyStream } from './source-stream.ts'
import { streamSource } from './source-stream.ts'

/** What opening needs from the platform. */
export interface OpenOptions {
  /** Opens a path or `file:` URL; absent where there is no file system. */
  readonly openPath?: ((path: string | URL, signal?: AbortSignal) => Promise<Source>) | undefined
  /** Fetches URLs; the platform's own unless told. */
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

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
  throw invalid('it is no bytes, Blob, stream or iterable')
}

async function openPlace(place: string | URL, { openPath, fetch: get = fetch, signal }: OpenOptions): Promise<Source> {
  const isUrl = typeof place !== 'string' || /^((data|blob|file):|[\w+.-]{2,}:\/\/)/i.test(place)
  const url = isUrl ? toUrl(place) : undefined
  if (!url || url.protocol === 'file:') {
    if (openPath) return openPath(url ?? place, signal)
    throw invalid(`${place} is a path, and there is no file system; give a Blob`)
  }
  try {
    return responseSource(await get(url, { signal: signal ?? null }), url)
  } catch (error) {
    signal?.throwIfAborted()
    throw sourceError(urlLabel(url), error)
  }
}

/** Its text is not shown: there may be secrets in it. */
function toUrl(place: string | URL): URL {
  try {
    const url = new URL(place)
    if (!url.password) return url
  } catch {}
  throw invalid(hint('its URL is malformed, or has a password in it') ?? 'bad URL')
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
