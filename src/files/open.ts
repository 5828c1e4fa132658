/**
 * Opens everything that can be uploaded as a source.
 *
 * Paths go to a function that is passed in, because the core knows no file system; URLs go through `fetch`.
 */
import type { FileLike, NamedFile, Source, StreamSource } from './source.ts'
import { asBytes, baseName, bytesSource, isSource } from './source.ts'
import { invalid, sourceError } from './source-error.ts'
import { fromAsyncIterable, fromIterable, fromWebStream, streamSource } from './source-stream.ts'
import { blobSource, nameless, responseSource } from './source-web.ts'

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
  const given: unknown = file
  if (typeof given === 'string') {
    return /^(https?|data|blob|file):/i.test(given) ? openUrl(new URL(given), options) : openPath(given, options)
  }
  if (given instanceof URL) return openUrl(given, options)
  const bytes = asBytes(given)
  if (bytes) return bytesSource(bytes)
  if (typeof given !== 'object' || given === null) throw invalid(`${given === null ? 'null' : typeof given} is no file`)
  if (isSource(given)) return given
  if (isBlob(given)) return blobSource(given)
  if ('headers' in given && 'arrayBuffer' in given) return responseSource(given as Response)
  if ('getReader' in given) return streamSource(fromWebStream(given as ReadableStream), {})
  if (Symbol.asyncIterator in given) return fromAsync(given as AsyncIterable<unknown>)
  if (Symbol.iterator in given) return streamSource(fromIterable(given as Iterable<unknown>), {})
  if ('data' in given) return openNamed(given as NamedFile, options)
  throw invalid('an object that is neither bytes, nor a Blob, a stream, an iterable of bytes or { data, name }')
}

function isBlob(value: object): value is Blob {
  return 'arrayBuffer' in value && 'slice' in value && 'size' in value
}

function fromAsync(stream: AsyncIterable<unknown>): StreamSource {
  // A file's stream in Node knows its path.
  const path = (stream as { path?: unknown }).path
  return streamSource(fromAsyncIterable(stream), { name: typeof path === 'string' ? baseName(path) : undefined })
}

function openPath(path: string | URL, options: OpenOptions): Promise<Source> {
  if (options.openPath) return options.openPath(path, options.signal)
  throw invalid(`${path} is a path, and there is no file system here; give its bytes, a Blob or a stream`)
}

async function openUrl(url: URL, options: OpenOptions): Promise<Source> {
  if (url.protocol === 'file:') return openPath(url, options)
  let response: Response
  try {
    response = await (options.fetch ?? fetch)(url, options.signal ? { signal: options.signal } : {})
  } catch (error) {
    options.signal?.throwIfAborted()
    throw sourceError(nameless(url), (error as Error | undefined)?.cause ?? error)
  }
  return responseSource(response, url)
}

async function openNamed(file: NamedFile, options: OpenOptions): Promise<Source> {
  const { size } = file
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) throw invalid(`${size} is no size in bytes`)
  const source = await openSource(file.data, options)
  if (size !== undefined && source.size !== undefined && source.size !== size) {
    void source.close()
    throw invalid(`it is said to have ${size} bytes, but has ${source.size}`)
  }
  const known = {
    name: file.name === undefined ? source.name : baseName(file.name),
    type: file.type ?? source.type,
    close: () => source.close(),
  }
  if (source.kind === 'stream') {
    return { ...known, kind: 'stream', size: size ?? source.size, read: (into) => source.read(into) }
  }
  return {
    ...known,
    kind: 'random',
    size: source.size,
    identity: source.identity,
    readAt: (offset, into) => source.readAt(offset, into),
    verify: () => source.verify(),
    ...(source.view ? { view: (offset: number, length: number) => source.view!(offset, length) } : {}),
  }
}
