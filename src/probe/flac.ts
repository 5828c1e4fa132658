/**
 * FLAC: duration, title and performer, from the blocks in front of the sound.
 *
 * Read here and not by the library, which damage in these blocks can keep busy for ever. Source: RFC 9639, section 8.
 */
import { view } from '../bytes.ts'
import { HEAD, META_AT_MOST, PARTS_AT_MOST } from './limits.ts'
import { id3Length } from './mime.ts'
import type { Peek } from './peek.ts'
import type { Facts } from './types.ts'

const STREAM_INFO = 0
const COMMENTS = 4
/** The top bit of a block's first byte says that the sound follows. */
const LAST = 0x80

/** Reads a FLAC file's facts; behind a tag of an MP3, which some programs put in front, as well. */
export async function readFlac(peek: Peek): Promise<Facts> {
  let facts: Facts = { hasSound: true }
  let at = id3Length(await peek.start(HEAD)) + 4
  for (let part = 0; part < PARTS_AT_MOST; part++) {
    const head = await peek.read(at, 4)
    if (head.length < 4) break
    const type = head[0]! & ~LAST
    const length = view(head).getUint32(0) & 0xffffff
    if (type === STREAM_INFO) facts = { ...facts, duration: durationOf(await peek.read(at + 4, 18)) }
    // Pictures may stand among the comments.
    else if (type === COMMENTS && length <= META_AT_MOST)
      facts = { ...facts, ...readComments(await peek.read(at + 4, length)) }
    if (head[0]! & LAST) break
    at += 4 + length
  }
  return facts
}

/** Samples in 36 bits, by samples a second in 20. */
function durationOf(info: Uint8Array): number | undefined {
  if (info.length < 18) return undefined
  const fields = view(info)
  return ((info[13]! & 15) * 2 ** 32 + fields.getUint32(14)) / (fields.getUint32(10) >>> 12)
}

/** Comments as Vorbis has them: `NAME=text`. Source: RFC 9639, section 8.6 */
function readComments(bytes: Uint8Array): Facts {
  const fields = view(bytes)
  const found = new Map<string, string>()
  /** Where the text ends whose length stands at `at`. */
  const endOf = (at: number): number => (at + 4 > bytes.length ? Infinity : at + 4 + fields.getUint32(at, true))
  // The number of comments is not needed: they end where their bytes do.
  for (let at = endOf(0) + 4, end = endOf(at); end <= bytes.length; at = end, end = endOf(at)) {
    const [, name, text] = /^([^=]*)=(.*)$/s.exec(new TextDecoder().decode(bytes.subarray(at + 4, end))) ?? []
    if (name !== undefined && text !== undefined && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), text)
  }
  return { title: found.get('title'), performer: found.get('artist') }
}
