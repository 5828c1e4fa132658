/**
 * How long an MP4 is: by its index, or, of a film in fragments, added up from them.
 *
 * Read here and not by the library: that looks for the first frame first, in tables of which it makes as much as they say that
 * they hold, which in a file of a stranger may be billions of entries that are not there.
 * Source: ISO/IEC 14496-12, sections 8.2 and 8.8.
 */
import { view } from '../bytes.ts'
import { type Box, boxesOf, childrenOf } from './boxes.ts'
import { FRAGMENT_AT_MOST } from './limits.ts'
import type { Peek } from './peek.ts'

/** Flags of a track in a fragment, and of a run of its frames, that say what stands there. */
const HAS_OFFSET = 1
const HAS_DESCRIPTION = 2
const HAS_DURATION = 8
const HAS_FIRST_FLAGS = 4
const EACH_DURATION = 0x100
const EACH = [EACH_DURATION, 0x200, 0x400, 0x800]

/** The index, if it is within reach. */
async function indexOf(peek: Peek): Promise<Box | undefined> {
  for await (const box of boxesOf(peek)) if (box.type === 'moov') return box
  return undefined
}

/** Seconds that a film takes, as its index says; `undefined` for one that says nothing, as one in fragments may. */
export async function indexDuration(peek: Peek): Promise<number | undefined> {
  const moov = await indexOf(peek)
  if (!moov) return undefined
  for await (const { type, inside } of boxesOf(peek, moov.inside, moov.end)) {
    if (type !== 'mvhd') continue
    const bytes = await peek.read(inside, 32)
    if (bytes.length < 32) return undefined
    const fields = view(bytes)
    const isLong = bytes[0] === 1
    const duration = isLong ? Number(fields.getBigUint64(24)) : fields.getUint32(16)
    const isKnown = duration > 0 && duration < (isLong ? 2 ** 63 : 0xffff_ffff)
    return isKnown ? duration / fields.getUint32(isLong ? 20 : 12) : undefined
  }
  return undefined
}

/** A track of a film in fragments. */
interface Track {
  /** Units of time in a second. */
  readonly scale: number
  /** Units that a frame takes, unless told. */
  frame: number
  /** Units until the end of the last frame so far. */
  end: number
}

/** Seconds that a film in fragments takes; `undefined` for any other, or one whose end is too far. */
export async function fragmentsDuration(peek: Peek): Promise<number | undefined> {
  const tracks = new Map<number, Track>()
  for await (const { type, inside, end } of boxesOf(peek)) {
    if (end - inside > FRAGMENT_AT_MOST || !/^mo(?:ov|of)$/.test(type)) continue
    const bytes = await peek.read(inside, end - inside)
    if (type === 'moov') readTracks(bytes, tracks)
    else for (const fragment of childrenOf(bytes, 'traf')) readFragment(fragment, tracks)
  }
  const ends = [...tracks.values()].map(({ end, scale }) => end / scale)
  const longest = Math.max(0, ...ends)
  return longest > 0 ? longest : undefined
}

function readTracks(moov: Uint8Array, tracks: Map<number, Track>): void {
  for (const trak of childrenOf(moov, 'trak')) {
    const id = numberOf(childrenOf(trak, 'tkhd')[0], 12, 20)
    const scale = numberOf(childrenOf(childrenOf(trak, 'mdia')[0], 'mdhd')[0], 12, 20)
    if (id && scale) tracks.set(id, { scale, frame: 0, end: 0 })
  }
  for (const trex of childrenOf(childrenOf(moov, 'mvex')[0], 'trex')) {
    const track = trex.length >= 16 && tracks.get(view(trex).getUint32(4))
    if (track) track.frame = view(trex).getUint32(12)
  }
}

/** A number that stands further on where times have 64 bits. */
function numberOf(bytes: Uint8Array | undefined, short: number, long: number): number | undefined {
  const at = bytes?.[0] === 1 ? long : short
  return bytes && bytes.length >= at + 4 ? view(bytes).getUint32(at) : undefined
}

function readFragment(traf: Uint8Array, tracks: Map<number, Track>): void {
  const [tfhd] = childrenOf(traf, 'tfhd')
  const track = tfhd && tfhd.length >= 8 ? tracks.get(view(tfhd).getUint32(4)) : undefined
  if (!tfhd || !track) return
  const flags = view(tfhd).getUint32(0)
  const at = 8 + (flags & HAS_OFFSET ? 8 : 0) + (flags & HAS_DESCRIPTION ? 4 : 0)
  const frame = flags & HAS_DURATION && tfhd.length >= at + 4 ? view(tfhd).getUint32(at) : track.frame
  const [tfdt] = childrenOf(traf, 'tfdt')
  const isLong = tfdt?.[0] === 1
  if (tfdt && tfdt.length >= (isLong ? 12 : 8)) {
    track.end = isLong ? Number(view(tfdt).getBigUint64(4)) : view(tfdt).getUint32(4)
  }
  for (const run of childrenOf(traf, 'trun')) track.end += runLength(run, frame)
}

/** Units of time that a run of frames takes. */
function runLength(run: Uint8Array, frame: number): number {
  if (run.length < 8) return 0
  const fields = view(run)
  const flags = fields.getUint32(0)
  const count = fields.getUint32(4)
  if (!(flags & EACH_DURATION)) return count * frame
  const step = 4 * EACH.filter((flag) => flags & flag).length
  let total = 0
  let at = 8 + (flags & HAS_OFFSET ? 4 : 0) + (flags & HAS_FIRST_FLAGS ? 4 : 0)
  for (let i = 0; i < count && at + 4 <= run.length; i++, at += step) total += fields.getUint32(at)
  return total
}
