/**
 * The type of a file by its content.
 *
 * A signature says it for most files; families of formats say it in a second place; sound without a header is known by two
 * frames in a row. Where the content says nothing, neither does this: a name can be wrong, and whoever has one can look at it.
 */
import { mimeByName } from '#explain'
import { frameType, int32, latin1 } from './frames.ts'
import { BRANDS, OGG, RIFF, SIGNATURES, WRAPPED } from './signatures.ts'

/** Bytes that are enough to tell by. */
type ReadOn = (offset: number, length: number) => Promise<Uint8Array>

/** The type of a file that begins so; `undefined` for one that is not known. */
export async function mimeOfContent(
  head: Uint8Array,
  read: ReadOn,
  name: string | undefined,
): Promise<string | undefined> {
  // A tag of an MP3 stands in front of other sounds too.
  const tag = id3Length(head)
  if (tag) return soundBehindTag(latin1(await read(tag, 2048)))
  const text = latin1(head)
  const type =
    SIGNATURES.find(([, signature, offset = 0]) => text.startsWith(signature, offset))?.[0] ??
    familyType(text) ??
    frameType(text)
  const wrapped = WRAPPED[type ?? '']
  const named = wrapped && mimeByName(name ?? '')
  return named && wrapped.test(named) ? named : (type === 'application/zip' && epub(text)) || type
}

/** Types that are told in a second place. */
function familyType(text: string): string | undefined {
  if (text.startsWith('RIFF')) return RIFF[text.slice(8, 12)]
  if (text.startsWith('FORM') && /^AIF[FC]/.test(text.slice(8))) return 'audio/aiff'
  if (text.startsWith('OggS')) {
    const packet = text.slice(27 + text.charCodeAt(26))
    return OGG.find(([, signature]) => packet.startsWith(signature))?.[0] ?? 'application/ogg'
  }
  if (text.startsWith('\x1aE\xdf\xa3')) return text.slice(0, 80).includes('webm') ? 'video/webm' : 'video/x-matroska'
  if (text.startsWith('BM') && isBitmap(text)) return 'image/bmp'
  if (text.charCodeAt(0) === 0x47 && text.charCodeAt(188) === 0x47 && text.charCodeAt(376) === 0x47) return 'video/mp2t'
  if (/^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!doctype svg|svg)/i.test(text)) {
    return /<svg[\s>]/i.test(text) ? 'image/svg+xml' : /^\W*<\?xml/.test(text) ? 'text/xml' : undefined
  }
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)[\s>]/i.test(text)) return 'text/html'
  const box = text.slice(4, 8)
  if (box === 'ftyp') return brandType(text)
  // Old films of QuickTime say no brand.
  return /^(?:moov|mdat|wide|pnot)$/.test(box) ? 'video/quicktime' : undefined
}

/** A bitmap's header has one of a few lengths, and two letters alone say little. */
function isBitmap(text: string): boolean {
  return [12, 40, 52, 56, 64, 108, 124].includes(text.charCodeAt(14)) && text.slice(15, 18) === '\0\0\0'
}

function brandType(text: string): string {
  const length = Math.min(int32(text, 0), 256)
  const brands = [text.slice(8, 12)]
  for (let at = 16; at + 4 <= length; at += 4) brands.push(text.slice(at, at + 4))
  const [major] = brands
  const own = BRANDS.find(([, pattern]) => pattern.test(major!))?.[0]
  // Pictures of both kinds have the brand of their container in front at times.
  if (own !== undefined && own !== 'image/heif') return own
  const images = BRANDS.filter(([type]) => type.startsWith('image/'))
  const other = images.find(([, pattern]) => brands.some((brand) => pattern.test(brand)))?.[0]
  return own === 'image/heif' ? (other ?? own) : 'video/mp4'
}

/** An EPUB's first entry says what it is, uncompressed: https://www.w3.org/TR/epub-33/#sec-zip-container-mime */
function epub(text: string): string | undefined {
  return text.slice(30, 58) === 'mimetypeapplication/epub+zip' ? 'application/epub+zip' : undefined
}

/** Length of the ID3 tag at the start, with its header; 0 if there is none. https://id3.org/id3v2.4.0-structure */
export function id3Length(head: Uint8Array): number {
  if (latin1(head.subarray(0, 3)) !== 'ID3' || head.length < 10) return 0
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6, 10)
  if ((a | b | c | d) & 0x80) return 0
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d) + (head[5]! & 0x10 ? 10 : 0)
}

function soundBehindTag(text: string): string {
  return text.startsWith('fLaC') ? 'audio/flac' : (frameType(text) ?? 'audio/mpeg')
}
