/**
 * Tells what kind of image some bytes are and how large its picture is, from the header alone.
 *
 * The test DC needs it for the rules on photos. Sources: ITU-T T.81 annex B (JPEG), RFC 2083 (PNG),
 * https://developers.google.com/speed/webp/docs/riff_container (WebP), the GIF89a specification, and the
 * BITMAPFILEHEADER / BITMAPINFOHEADER structures (BMP).
 */
import { view } from '../../bytes.ts'

/** Formats that a photo may arrive in, and GIF, which it may not. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'bmp' | 'gif'

/** What the header says; `width` and `height` are absent when the format is known but its header is damaged or cut. */
export interface ImageInfo {
  format: ImageFormat
  /** Pixels. */
  width?: number
  /** Pixels. */
  height?: number
}

/** How many bytes of a file are enough for {@link imageInfo}: JPEG may hold several APP segments of 64 KiB first. */
export const IMAGE_HEADER_LENGTH: number = 512 * 1024

/** Format and dimensions of an image, `undefined` when the bytes are none of the formats known. */
export function imageInfo(bytes: Uint8Array): ImageInfo | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return sized('jpeg', jpegSize(bytes))
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return sized('png', pngSize(bytes))
  if (text(bytes, 0, 'RIFF') && text(bytes, 8, 'WEBP')) return sized('webp', webpSize(bytes))
  if (text(bytes, 0, 'GIF87a') || text(bytes, 0, 'GIF89a')) {
    return sized(
      'gif',
      bytes.length < 10 ? undefined : [view(bytes).getUint16(6, true), view(bytes).getUint16(8, true)],
    )
  }
  if (text(bytes, 0, 'BM')) {
    const size = bmpSize(bytes)
    return size && sized('bmp', size)
  }
  return undefined
}

type Size = [width: number, height: number]

function sized(format: ImageFormat, size: Size | undefined): ImageInfo {
  if (size === undefined || size[0] === 0 || size[1] === 0) return { format }
  return { format, width: size[0], height: size[1] }
}

function starts(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte)
}

function text(bytes: Uint8Array, at: number, word: string): boolean {
  if (bytes.length < at + word.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** Walks the segments to the start-of-frame marker, which holds the size. */
function jpegSize(bytes: Uint8Array): Size | undefined {
  let at = 2
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    if (marker === 0xff)
      at++ // fill byte
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7))
      at += 2 // TEM and RSTn have no length
    else if (isStartOfFrame(marker)) {
      return [(bytes[at + 7]! << 8) | bytes[at + 8]!, (bytes[at + 5]! << 8) | bytes[at + 6]!]
    } else if (marker === 0xd9 || marker === 0xda)
      return undefined // end of image or entropy-coded data: no frame before it
    else at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
  }
  return undefined
}

/** SOF0 to SOF15 without DHT (c4), JPG (c8) and DAC (cc). */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** IHDR is always the first chunk. */
function pngSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 24 || !text(bytes, 12, 'IHDR')) return undefined
  return [view(bytes).getUint32(16), view(bytes).getUint32(20)]
}

/** The first chunk is lossy (`VP8 `), lossless (`VP8L`) or extended (`VP8X`). */
function webpSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 30) return undefined
  const data = view(bytes)
  if (text(bytes, 12, 'VP8 ')) return [data.getUint16(26, true) & 0x3fff, data.getUint16(28, true) & 0x3fff]
  if (text(bytes, 12, 'VP8L')) {
    const bits = data.getUint32(21, true)
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  if (text(bytes, 12, 'VP8X')) return [uint24(bytes, 24) + 1, uint24(bytes, 27) + 1]
  return undefined
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
}

/** The two letters `BM` are a weak sign, so the info header's length must fit as well. Rows may run upwards: height < 0. */
function bmpSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 26) return undefined
  const data = view(bytes)
  const header = data.getUint32(14, true)
  if (header === 12) return [data.getUint16(18, true), data.getUint16(20, true)]
  if (header < 40 || header > 124) return undefined
  return [Math.abs(data.getInt32(18, true)), Math.abs(data.getInt32(22, true))]
}
