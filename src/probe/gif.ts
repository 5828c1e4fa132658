/**
 * GIF: size, frames, and how long they take together.
 *
 * The frames are counted by stepping over them; of a file that is too long for that it is known only that it moves, once a
 * second frame was met. Source: GIF89a specification, sections 18 to 26.
 */
import { view } from '../bytes.ts'
import { GIF_AT_MOST, HEAD } from './limits.ts'
import type { Peek } from './peek.ts'
import type { Facts } from './types.ts'

const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const CONTROL = 0xf9

/** Reads a GIF's facts. */
export async function readGif(peek: Peek): Promise<Facts> {
  const head = await peek.read(0, 13)
  if (head.length < 13) return {}
  const fields = view(head)
  const size: Facts = { width: fields.getUint16(6, true), height: fields.getUint16(8, true), hasSound: false }
  try {
    return { ...size, ...(await readFrames(peek, 13 + tableLength(head[10]!))) }
  } catch (error) {
    if (peek.failure) throw error
    // Out of reach: a picture of a stream, or a damaged one.
    return size
  }
}

/** Bytes of the table of colours that these flags announce. */
function tableLength(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

async function readFrames(peek: Peek, start: number): Promise<Facts> {
  let frames = 0
  /** Hundredths of a second. */
  let time = 0
  let at = start
  const byte = async (offset: number): Promise<number | undefined> => (await window(offset, 1))?.[0]
  let page: Uint8Array = new Uint8Array(0)
  let pageAt = 0
  /** Frames are made of blocks of 255 bytes at most: read in larger pieces. */
  const window = async (offset: number, length: number): Promise<Uint8Array | undefined> => {
    if (offset < pageAt || offset + length > pageAt + page.length) {
      if (offset > GIF_AT_MOST) return undefined
      page = await peek.read(offset, Math.max(4 * HEAD, length))
      pageAt = offset
    }
    const found = page.subarray(offset - pageAt, offset - pageAt + length)
    return found.length === length ? found : undefined
  }
  const skipBlocks = async (): Promise<boolean> => {
    for (;;) {
      const length = await byte(at)
      if (length === undefined) return false
      at += 1 + length
      if (length === 0) return true
    }
  }
  for (;;) {
    const kind = await byte(at)
    if (kind === TRAILER) {
      return { frames, animated: frames > 1, ...(frames > 1 && { duration: time / 100 }) }
    }
    if (kind === EXTENSION) {
      const control = await window(at, 6)
      if (control?.[1] === CONTROL) time += view(control).getUint16(4, true)
      at += 2
    } else if (kind === IMAGE) {
      const descriptor = await window(at, 10)
      frames++
      at += 11 + tableLength(descriptor?.[9] ?? 0)
    } else break
    if (!(await skipBlocks())) break
  }
  return frames > 1 ? { animated: true } : {}
}
