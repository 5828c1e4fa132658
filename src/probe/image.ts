/**
 * Sizes of images as they are shown, and whether they move, from a few bytes of each.
 *
 * Every reader steps from part to part by the lengths that stand in the file, at most so many times, and gives back what it
 * knows when the file ends, lies or goes on too long.
 */
import { view } from '../bytes.ts'
import { directoryOffset, isOnItsSide, isTurned, readDirectory } from './exif.ts'
import { latin1 } from './frames.ts'
import { readGif } from './gif.ts'
import { HEAD, PARTS_AT_MOST } from './limits.ts'
import type { Peek } from './peek.ts'
import type { Facts } from './types.ts'

type ImageReader = (peek: Peek) => Promise<Facts>

/** Readers by type. */
const READERS: Readonly<Record<string, ImageReader>> = {
  'image/bmp': readBitmap,
  'image/gif': readGif,
  'image/jpeg': readJpeg,
  'image/png': readPng,
  'image/tiff': readTiff,
  'image/vnd.adobe.photoshop': readPhotoshop,
  'image/webp': readWebp,
}

/** What there is to know of an image of that type; nothing of types that are not read here. */
export async function readImage(type: string, peek: Peek): Promise<Facts> {
  return (await READERS[type]?.(peek)) ?? {}
}

/** Source: https://www.w3.org/TR/png-3/ */
async function readPng(peek: Peek): Promise<Facts> {
  let size: Facts = {}
  let frames: number | undefined
  let isTurned = false
  for (let part = 0, at = 8; part < PARTS_AT_MOST; part++) {
    const chunk = await peek.read(at, 16)
    if (chunk.length < 16) break
    const fields = view(chunk)
    const length = fields.getUint32(0)
    const type = latin1(chunk.subarray(4, 8))
    if (type === 'IDAT' || type === 'IEND') break
    if (type === 'IHDR') size = { width: fields.getUint32(8), height: fields.getUint32(12) }
    else if (type === 'acTL') frames = fields.getUint32(8)
    else if (type === 'eXIf' && length <= HEAD) isTurned = isOnItsSide(await peek.read(at + 8, length))
    at += 12 + length
  }
  return { ...turn(size, isTurned), ...(frames === undefined ? {} : { frames, animated: frames > 1 }) }
}

/** Source: ITU-T T.81, annex B; EXIF 2.32, section 4.5.4 */
async function readJpeg(peek: Peek): Promise<Facts> {
  let isTurned = false
  for (let part = 0, at = 2; part < PARTS_AT_MOST; part++) {
    const segment = await peek.read(at, 18)
    if (segment.length < 10 || segment[0] !== 0xff) break
    const fields = view(segment)
    const marker = segment[1]!
    // Fill bytes may stand before a marker, and some markers stand alone.
    if (marker === 0xff || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2
      continue
    }
    if (marker === 0xda || marker === 0xd9) break
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return turn({ width: fields.getUint16(7), height: fields.getUint16(5) }, isTurned)
    const length = fields.getUint16(2)
    if (marker === 0xe1 && latin1(segment.subarray(4, 10)) === 'Exif\0\0') {
      isTurned ||= isOnItsSide(await peek.read(at + 10, length - 8))
    }
    at += 2 + length
  }
  return {}
}

/** Source: RFC 9649 */
async function readWebp(peek: Peek): Promise<Facts> {
  const head = await peek.read(12, 18)
  if (head.length < 18) return {}
  const fields = view(head)
  const type = latin1(head.subarray(0, 4))
  if (type === 'VP8 ')
    return { width: fields.getUint16(14, true) & 0x3fff, height: fields.getUint16(16, true) & 0x3fff }
  if (type === 'VP8L') {
    const bits = fields.getUint32(9, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (type !== 'VP8X') return {}
  const size = { width: (fields.getUint32(12, true) & 0xffffff) + 1, height: (fields.getUint32(14, true) >>> 8) + 1 }
  const [flags = 0] = head.subarray(8)
  const animated = (flags & 2) !== 0
  if (!animated && !(flags & 8)) return size
  return { ...size, ...(animated && { animated }), ...(await webpParts(peek, size)) }
}

/** Frames, and how the picture is turned: what stands behind the first chunk. */
async function webpParts(peek: Peek, size: Facts): Promise<Facts> {
  let frames = 0
  let facts: Facts = {}
  for (let part = 0, at = 12; part < PARTS_AT_MOST; part++) {
    // The data of a picture may lie between, and of a stream it would have to be read.
    const chunk = await peek.read(at, 8).catch(() => undefined)
    if (!chunk || chunk.length < 8) return chunk && frames ? { ...facts, frames } : facts
    const type = latin1(chunk.subarray(0, 4))
    const length = view(chunk).getUint32(4, true)
    if (type === 'ANMF') frames++
    if (type === 'EXIF' && length <= HEAD) facts = turn(size, isOnItsSide(await peek.read(at + 8, length)))
    at += 8 + length + (length & 1)
  }
  return facts
}

/** Source: TIFF 6.0, section 2 */
async function readTiff(peek: Peek): Promise<Facts> {
  const head = await peek.read(0, 8)
  const offset = directoryOffset(head)
  if (offset === undefined) return {}
  const { orientation, ...size } = readDirectory(await peek.read(offset, HEAD), head[0] === 0x49)
  return turn(size, orientation !== undefined && isTurned({ orientation }))
}

/** The oldest kind of header has short numbers; a height below zero tells the order of the lines. */
async function readBitmap(peek: Peek): Promise<Facts> {
  const head = await peek.read(0, 26)
  if (head.length < 26) return {}
  const fields = view(head)
  if (fields.getUint32(14, true) === 12)
    return { width: fields.getUint16(18, true), height: fields.getUint16(20, true) }
  return { width: fields.getInt32(18, true), height: Math.abs(fields.getInt32(22, true)) }
}

/** Source: Adobe Photoshop File Formats Specification */
async function readPhotoshop(peek: Peek): Promise<Facts> {
  const head = await peek.read(0, 22)
  if (head.length < 22) return {}
  const fields = view(head)
  return { width: fields.getUint32(18), height: fields.getUint32(14) }
}

/** The size as it is shown. */
export function turn({ width, height }: Facts, isTurned: boolean): Facts {
  return isTurned ? { width: height, height: width } : { width, height }
}
