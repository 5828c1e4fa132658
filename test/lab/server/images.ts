/**
 * The smallest bytes that say "an image of this size" in each format: headers, no pictures.
 */
import { concat, view } from '../../../src/bytes.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** JPEG with an APP0 segment, fill bytes and a table in front of its frame. */
export function jpeg(width: number, height: number, startOfFrame = 0xc0): Uint8Array {
  const frame = new Uint8Array(19)
  frame.set([0xff, 0xff, startOfFrame, 0, 17, 8])
  view(frame).setUint16(6, height)
  view(frame).setUint16(8, width)
  const app = [0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]
  return concat(Uint8Array.from([0xff, 0xd8, ...app, 0xff, 0xc4, 0, 4, 1, 2]), frame, Uint8Array.from([0xff, 0xd9]))
}

export function png(width: number, height: number): Uint8Array {
  const out = new Uint8Array(33)
  out.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  view(out).setUint32(16, width)
  view(out).setUint32(20, height)
  return out
}

export function gif(width: number, height: number): Uint8Array {
  const out = concat(text('GIF89a'), new Uint8Array(7))
  view(out).setUint16(6, width, true)
  view(out).setUint16(8, height, true)
  return out
}

export function bmp(width: number, height: number, header = 40): Uint8Array {
  const out = concat(text('BM'), new Uint8Array(52))
  view(out).setUint32(14, header, true)
  if (header === 12) {
    view(out).setUint16(18, width, true)
    view(out).setUint16(20, height, true)
  } else {
    view(out).setInt32(18, width, true)
    view(out).setInt32(22, height, true)
  }
  return out
}

export function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Uint8Array {
  const out = concat(text('RIFF'), new Uint8Array(4), text('WEBP'), text(kind), new Uint8Array(20))
  const fields = view(out)
  if (kind === 'VP8 ') {
    fields.setUint16(26, width, true)
    fields.setUint16(28, height, true)
  } else if (kind === 'VP8L') {
    out[20] = 0x2f
    fields.setUint32(21, (width - 1) | ((height - 1) << 14), true)
  } else {
    fields.setUint32(24, width - 1, true)
    out[27] = (height - 1) & 0xff
    out[28] = ((height - 1) >> 8) & 0xff
    out[29] = (height - 1) >> 16
  }
  return out
}
