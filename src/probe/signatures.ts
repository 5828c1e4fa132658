/**
 * What files begin with: the kinds of files that people send.
 *
 * Signatures are written as Latin-1 text, one character a byte. The names of types are those of `src/explain/mime.ts`, and
 * of the registry at https://www.iana.org/assignments/media-types, as far as it has one.
 */

/** Type, signature, and where that stands unless at the start. The first that fits counts. */
export const SIGNATURES: readonly (readonly [type: string, signature: string, offset?: number])[] = [
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/tiff', 'II*\0'],
  ['image/tiff', 'MM\0*'],
  ['image/jxl', '\xff\x0a'],
  ['image/jxl', '\0\0\0\x0cJXL \r\n\x87\n'],
  ['image/vnd.adobe.photoshop', '8BPS\0\x01'],
  ['image/vnd.microsoft.icon', '\0\0\x01\0'],
  ['image/vnd.djvu', 'AT&TFORM'],
  ['audio/flac', 'fLaC'],
  ['audio/amr', '#!AMR'],
  ['audio/midi', 'MThd'],
  ['audio/x-caf', 'caff\0\x01'],
  ['video/x-flv', 'FLV\x01'],
  ['video/mpeg', '\0\0\x01\xba'],
  ['video/mpeg', '\0\0\x01\xb3'],
  ['video/x-ms-asf', '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  ['application/pdf', '%PDF-'],
  ['application/postscript', '%!PS'],
  ['application/rtf', '{\\rtf'],
  ['application/zip', 'PK\x03\x04'],
  ['application/zip', 'PK\x05\x06'],
  ['application/gzip', '\x1f\x8b\x08'],
  ['application/x-7z-compressed', '7z\xbc\xaf\x27\x1c'],
  ['application/vnd.rar', 'Rar!\x1a\x07'],
  ['application/x-bzip2', 'BZh'],
  ['application/x-xz', '\xfd7zXZ\0'],
  ['application/zstd', '\x28\xb5\x2f\xfd'],
  ['application/x-tar', 'ustar', 257],
  ['application/x-cfb', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['application/vnd.microsoft.portable-executable', 'MZ'],
  ['application/x-elf', '\x7fELF'],
  ['application/wasm', '\0asm'],
  ['application/vnd.sqlite3', 'SQLite format 3\0'],
  ['application/x-bittorrent', 'd8:announce'],
  ['font/woff2', 'wOF2'],
  ['font/woff', 'wOFF'],
  ['font/otf', 'OTTO\0'],
  ['font/ttf', '\0\x01\0\0\0'],
]

/** What follows `RIFF` and a length. */
export const RIFF: Readonly<Record<string, string>> = {
  WEBP: 'image/webp',
  WAVE: 'audio/wav',
  'AVI ': 'video/x-msvideo',
}

/** What the first packet of an Ogg stream begins with. */
export const OGG: readonly (readonly [type: string, signature: string])[] = [
  ['audio/ogg', 'OpusHead'],
  ['audio/ogg', '\x01vorbis'],
  ['audio/ogg', '\x7fFLAC'],
  ['audio/ogg', 'Speex   '],
  ['video/ogg', '\x80theora'],
]

/** Brands of files made of boxes, the more telling first; any other is a video. https://mp4ra.org/registered-types/brands */
export const BRANDS: readonly (readonly [type: string, brands: RegExp])[] = [
  ['image/avif', /^avi[fs]$/],
  ['image/heic', /^(?:hei[cxms]|hev[cxms])$/],
  ['image/heif', /^(?:mif1|msf1)$/],
  ['video/quicktime', /^qt {2}$/],
  ['audio/mp4', /^(?:M4A |M4B |M4P |F4A )$/],
  ['video/3gpp', /^3g[pegrs]/],
]

/** Types of files that are archives inside: a name tells more of them than their first bytes. */
export const WRAPPED: Readonly<Record<string, RegExp>> = {
  'application/zip': /officedocument|oasis|epub|android|java-archive|vnd\.|usdz/,
  'application/x-cfb': /msword|ms-excel|ms-powerpoint|ms-/,
}
