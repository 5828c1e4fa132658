/**
 * Responses of `fetch` as sources: a stream, and what URL and headers tell of it.
 */
import { quietly } from './abort.ts'
import { baseName, mimeOf, type StreamSource } from './source.ts'
import { invalid, unreadable } from './source-error.ts'
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
export function responseSource(
  { ok, status, statusText, url, headers, body, bodyUsed }: Response,
  asked?: URL,
): StreamSource {
  const from = url ? new URL(url) : asked
  const label = from ? urlLabel(from) : 'the response'
  if (!ok) {
    void quietly(() => body?.cancel())
    const code = status === 404 || status === 410 ? 'FILE_NOT_FOUND' : 'FILE_NOT_READABLE'
    throw unreadable(label, code, `the server answered ${status} ${statusText}`.trimEnd())
  }
  if (bodyUsed) throw invalid(`the body of ${label} was read already`)
  const length = headers.get('content-length')
  return streamSource(body ?? [], {
    name: baseName(givenName(headers.get('content-disposition') ?? '') ?? (from?.host && decode(from.pathname))),
    type: mimeOf(headers.get('content-type')),
    // The length of what travelled, not of what is read, when the body was compressed on the way.
    size: length && !headers.has('content-encoding') ? Number(length) : undefined,
  })!
}

/** https://www.rfc-editor.org/rfc/rfc6266: `filename*` has a character set in front and is preferred. */
function givenName(disposition: string): string | undefined {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)
  return extended
    ? decode(extended[1]!)
    : /filename\s*=\s*("(?:\\.|[^"])*"|[^;\s]+)/i.exec(disposition)?.[1]?.replace(/^"|"$|\\(.)/g, '$1')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
