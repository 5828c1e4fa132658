/**
 * Sources that are named by their place: a path, which a function that is passed in opens because the core knows no file
 * system, or a URL, which goes through `fetch`.
 */
import { hint } from '#explain'
import { responseSource, urlLabel } from './response.ts'
import type { Source } from './source.ts'
import { invalid, sourceError } from './source-error.ts'

/** What opening needs from the platform. */
export interface OpenOptions {
  /** Opens a path or `file:` URL; absent where there is no file system. */
  readonly openPath?: ((path: string | URL, signal?: AbortSignal) => Promise<Source>) | undefined
  /** Fetches URLs; the platform's own unless told. */
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens a path or a URL.
 * @throws FileError `FILE_NOT_FOUND`, `FILE_NOT_READABLE`, `FILE_NOT_A_FILE`, or `FILE_SOURCE_INVALID` for a URL that is none
 * @throws the reason of `signal` when that is aborted
 */
export async function openPlace(
  place: string | URL,
  { openPath, fetch: get = fetch, signal }: OpenOptions,
): Promise<Source> {
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
