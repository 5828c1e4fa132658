/**
 * The first directory of a TIFF file, and of the EXIF data inside of other images: size, and how the picture is turned.
 *
 * Source: TIFF 6.0, sections 2 and 8; EXIF 2.32 (CIPA DC-008), section 4.6.
 */
import { view } from '../bytes.ts'

/** What the directory says. */
export interface Directory {
  readonly width?: number
  readonly height?: number
  /** 1 to 8; from 5 on, width and height change places. */
  readonly orientation?: number
}

const WIDTH = 256
const HEIGHT = 257
const ORIENTATION = 274
/** Types of a field's value. */
const SHORT = 3
const LONG = 4
/** A directory has some twenty entries. */
const MOST_ENTRIES = 200

/** Where the first directory stands, or `undefined` for bytes that are no TIFF. */
export function directoryOffset(tiff: Uint8Array): number | undefined {
  const isLittle = tiff[0] === 0x49
  const fields = view(tiff)
  if (tiff.length < 8 || tiff[0] !== tiff[1] || fields.getUint16(2, isLittle) !== 42) return undefined
  return fields.getUint32(4, isLittle)
}

/**
 * Reads a directory.
 * @param bytes from the first of the directory on
 * @param isLittle whether the least significant byte of a number comes first
 */
export function readDirectory(bytes: Uint8Array, isLittle: boolean): Directory {
  const fields = view(bytes)
  const count = bytes.length < 2 ? 0 : Math.min(fields.getUint16(0, isLittle), MOST_ENTRIES)
  const values = new Map<number, number>()
  for (let i = 0; i < count && 2 + 12 * (i + 1) <= bytes.length; i++) {
    const at = 2 + 12 * i
    const type = fields.getUint16(at + 2, isLittle)
    if (type === SHORT) values.set(fields.getUint16(at, isLittle), fields.getUint16(at + 8, isLittle))
    if (type === LONG) values.set(fields.getUint16(at, isLittle), fields.getUint32(at + 8, isLittle))
  }
  const [width, height, orientation] = [WIDTH, HEIGHT, ORIENTATION].map((tag) => values.get(tag))
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(orientation !== undefined && { orientation }),
  }
}

/** Whether EXIF data (a TIFF of its own) says that the picture lies on its side. */
export function isOnItsSide(tiff: Uint8Array): boolean {
  const offset = directoryOffset(tiff)
  return offset !== undefined && isTurned(readDirectory(tiff.subarray(offset), tiff[0] === 0x49))
}

/** Whether width and height change places. */
export function isTurned({ orientation = 1 }: Directory): boolean {
  return orientation >= 5 && orientation <= 8
}
