/**
 * Base64 in its two alphabets: the standard one, and the one for URLs and file names.
 *
 * Source: RFC 4648, sections 4 and 5
 */

/** Bytes of a base64 text in either alphabet, with or without padding; undefined if it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[\w+/-]+=*$/.test(text)) return undefined
  const standard = text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  try {
    return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Base64 in the standard alphabet, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** Base64 in the alphabet for URLs, padded. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_')
}

/** Base64 in the alphabet for URLs, without padding. */
export function toBareBase64Url(bytes: Uint8Array): string {
  return toBase64Url(bytes).replace(/=+$/, '')
}
