/**
 * Sources of the web platform: `Blob` and `File` as random access, `Response` as a stream.
 */
import { FileError } from '../errors.ts'
import type { RandomAccessSource, StreamSource } from './source.ts'
import { baseName } from './source.ts'
import { changed, invalid, sourceError } from './source-error.ts'
import { fromIterable, fromWebStream, streamSource } from './source-stream.ts'

/** A `Blob` or `File`, read by ranges. */
export function blobSource(blob: Blob): RandomAccessSource {
  const { name, lastModified } = blob as Partial<File>
  const label = name ?? 'the blob'
  return {
    kind: 'random',
    size: blob.size,
    name: name === undefined ? undefined : baseName(name),
    type: mimeOf(blob.type),
    identity: { size: blob.size, ...(lastModified === undefined ? {} : { modified: String(lastModified) }) },
    async readAt(offset, into) {
      let bytes: Uint8Array
      try {
        bytes = new Uint8Array(await blob.slice(offset, offset + into.length).arrayBuffer())
      } catch (error) {
        throw sourceError(label, error)
      }
      if (bytes.length !== into.length) throw changed(label, 'became shorter while it was read')
      into.set(bytes)
    },
    async verify() {},
    close() {},
  }
}

/** A URL for messages: without the parts that may hold secrets. */
export function nameless(url: URL): string {
  return url.protocol === 'data:'
    ? 'a data: URL'
    : `${url.origin === 'null' ? url.protocol : url.origin}${url.pathname}`
}

/**
 * The body of a response.
 * @throws FileError when it is no success, or its body was read already
 */
export function responseSource(response: Response, asked?: URL): StreamSource {
  const url = response.url ? new URL(response.url) : asked
  const label = url ? nameless(url) : 'the response'
  if (!response.ok) {
    void response.body?.cancel().catch(() => {})
    const gone = response.status === 404 || response.status === 410
    throw new FileError(
      gone ? 'FILE_NOT_FOUND' : 'FILE_NOT_READABLE',
      `cannot read ${label}: the server answered ${response.status} ${response.statusText}`.trimEnd(),
    )
  }
  if (response.bodyUsed) throw invalid(`the body of ${label} was read already`)
  const header = (name: string): string | undefined => response.headers.get(name) ?? undefined
  const length = header('content-length')
  return streamSource(response.body ? fromWebStream(response.body) : fromIterable([]), {
    label,
    name:
      dispositionName(header('content-disposition')) ?? (url && /^http/.test(url.protocol) ? urlName(url) : undefined),
    type: mimeOf(header('content-type')),
    // The length of what travelled, not of what is read, when the body was compressed on the way.
    size: length !== undefined && /^\d+$/.test(length) && !header('content-encoding') ? Number(length) : undefined,
  })
}

function mimeOf(type: string | undefined): string | undefined {
  return type?.replace(/;.*/s, '').trim().toLowerCase() || undefined
}

function urlName(url: URL): string | undefined {
  return baseName(decode(url.pathname))
}

/** https://www.rfc-editor.org/rfc/rfc6266: `filename*` has a character set in front and is preferred. */
function dispositionName(header: string | undefined): string | undefined {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? '')
  if (extended) return baseName(decode(extended[1]!))
  const plain = /filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;\s]+))/i.exec(header ?? '')
  return plain ? baseName(plain[1]?.replace(/\\(.)/g, '$1') ?? plain[2]!) : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
