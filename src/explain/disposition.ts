/**
 * The name of a file in the header `Content-Disposition`: https://www.rfc-editor.org/rfc/rfc6266
 */

/** The name that the server gives, with whatever folders it puts in front; undefined if it gives none. */
export function nameInHeaders(headers: Headers): string | undefined {
  const disposition = headers.get('content-disposition') ?? ''
  // `filename*` has a character set in front and is preferred.
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)
  if (extended) return decode(extended[1]!)
  const plain = /filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;\s]+))/i.exec(disposition)
  return plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
