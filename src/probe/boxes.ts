/**
 * The outline of files made of boxes: MP4, QuickTime, HEIC, AVIF.
 *
 * What is inside of a film is for the library that reads films; here it is seen whether its index comes before its data,
 * which decides whether it can be shown while it comes, and how a picture is turned. Source: ISO/IEC 14496-12, section 4.2;
 * ISO/IEC 23008-12, section 6.5.10.
 */
import { view } from '../bytes.ts'
import { latin1 } from './frames.ts'
import { BOXES_AT_MOST, META_AT_MOST } from './limits.ts'
import type { Peek } from './peek.ts'

/** One box of a file. */
export interface Box {
  readonly type: string
  readonly at: number
  /** Where its contents begin, and where it ends; `Infinity` for one that reaches to the end of the file. */
  readonly inside: number
  readonly end: number
}

/** The box that begins in `head`; `undefined` for bytes that are none. */
function boxAt(head: Uint8Array, at: number): Box | undefined {
  if (head.length < 8) return undefined
  const fields = view(head)
  const short = fields.getUint32(0)
  const isLong = short === 1
  if (isLong && head.length < 16) return undefined
  const size = short === 0 ? Infinity : isLong ? Number(fields.getBigUint64(8)) : short
  const inside = at + (isLong ? 16 : 8)
  return at + size < inside ? undefined : { type: latin1(head.subarray(4, 8)), at, inside, end: at + size }
}

/** The boxes of a file, one after another: those at its top, or those between `from` and `to`. */
export async function* boxesOf(
  peek: Peek,
  from: number = 0,
  to: number = Infinity,
): AsyncGenerator<Box, void, undefined> {
  for (let count = 0, at = from; count < BOXES_AT_MOST && at < to; count++) {
    const box = boxAt(await peek.read(at, 16), at)
    if (!box) return
    yield box
    at = box.end
    if (!Number.isSafeInteger(at)) return
  }
}

/**
 * Whether a film's index comes before its data; `undefined` for a file that has no index, or none within reach.
 */
export async function isStreamable(peek: Peek): Promise<boolean | undefined> {
  for await (const { type } of boxesOf(peek)) {
    if (type === 'moov') return true
    if (type === 'mdat') return false
  }
  return undefined
}

/** The beginning of a picture, up to the end of its description; `undefined` if that is too far. */
export async function pictureHead(
  peek: Peek,
): Promise<{ readonly head: Uint8Array; readonly meta: Uint8Array } | undefined> {
  for await (const { type, inside, end } of boxesOf(peek)) {
    if (type !== 'meta') continue
    if (end > META_AT_MOST) return undefined
    const head = await peek.read(0, end)
    return { head, meta: head.subarray(inside) }
  }
  return undefined
}

/**
 * Whether a picture is shown on its side: all turns in its description agree, as those of the picture and of its tiles and
 * preview do. `undefined` if they do not.
 */
export function isTurnedPicture(meta: Uint8Array): boolean | undefined {
  const properties = childrenOf(childrenOf(meta.subarray(4), 'iprp')[0], 'ipco')[0]
  const turns = childrenOf(properties, 'irot').map((box) => (box[0]! & 1) === 1)
  if (turns.length === 0) return false
  return turns.every((one) => one === turns[0]) ? turns[0] : undefined
}

/** The contents of all boxes of that type among `bytes`. */
export function childrenOf(bytes: Uint8Array | undefined, wanted: string): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0, count = 0; bytes && at < bytes.length && count < 4 * BOXES_AT_MOST; count++) {
    const box = boxAt(bytes.subarray(at, at + 16), at)
    if (!box) break
    if (box.type === wanted) found.push(bytes.subarray(box.inside, box.end))
    at = box.end
  }
  return found
}
