/**
 * Responses of `fetch` as sources: a stream, and what URL and headers tell of it.
 */
import { nameInHeaders } from '#explain'
import { quietly } from './abort.ts'
import { baseName, mimeOf, type StreamSource } from './source.ts'
import { unreadable } from './source-error.ts'
import { streamSource } from './source-stream.ts'

/** A URL for messages: without the parts that may hold secrets, and without the data in it. */
export function urlLabel({ host, origin, pathname, protocol }: URL): string {
  return host ? origin + pathname : `a ${protocol} URL`
}

/**
 * The body of a response.
 * @param asked the URL that was fetched; a response that was made by hand has none
 * @throws FileError when it is no success, or its body was read already
 */
export function responseSource({ ok, status, url, headers, body }: Response, asked?: URL): StreamSource {
  const from = url ? new URL(url) : asked
  if (!ok) {
    void quietly(() => body?.cancel())
    const code = status === 404 || status === 410 ? 'FILE_NOT_FOUND' : 'FILE_NOT_READABLE'
    throw unreadable(from ? urlLabel(from) : 'the response', code, `the server answered ${status}`)
  }
  return streamSource(body ?? [], {
    name: baseName(nameInHeaders(headers) ?? (from?.host && decode(from.pathname))),
    type: mimeOf(headers.get('content-type')),
    // The length of what travelled, not of what is read, when the body was compressed on the way.
    size: headers.has('content-encoding') ? undefined : Number(headers.get('content-length')) || undefined,
  })!
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
