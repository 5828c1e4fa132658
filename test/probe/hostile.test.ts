/**
 * Files that are broken, cut off, or made to harm whoever looks at them.
 *
 * Every look ends, with plausible facts or none, and throws nothing. One that does not end, or fills the memory, ends the test.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { bytesSource } from '../../src/files/source.ts'
import { SeededNumbers } from '../../src/lab/fuzz/random.ts'
import { probe } from '../../src/probe/index.ts'
import { film } from '../support/film-samples.ts'
import { adts, box, exif, flac, gif, heif, int32, jpeg, latin1, mp3, png, wav, webp } from '../support/media-samples.ts'

const SIZE = { width: 64, height: 48 }
const TAGS = { title: 'T', artist: 'A' }

/** Looks at a file as eagerly as can be; the numbers must be such as can be. */
async function look(data: Uint8Array, asStream = false): Promise<void> {
  const found = await probe(asStream ? [data] : data, { kind: 'voice', ffmpeg: false })
  for (const name of ['width', 'height', 'frames'] as const) {
    const value = found[name]
    if (value !== undefined) expect(value, name).toSatisfy((n: number) => Number.isInteger(n) && n > 0 && n < 2 ** 31)
  }
  if (found.duration !== undefined) expect(found.duration).toSatisfy((n: number) => n > 0 && n < 2 ** 31)
  expect([undefined, 100]).toContain(found.waveform?.length)
}

/** Where a text stands in a file, each time. */
function places(data: Uint8Array, text: string): number[] {
  const all = Buffer.from(data).toString('latin1')
  const found: number[] = []
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) found.push(at)
  return found
}

/** The file with other bytes at a place. */
function put(data: Uint8Array, at: number, ...bytes: readonly number[]): Uint8Array {
  const changed = data.slice()
  for (const [i, byte] of bytes.entries()) if (at + i < data.length) changed[at + i] = byte
  return changed
}

describe.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
  ['an MP4', () => film('mp4', { seconds: 0.2, tags: TAGS })],
  ['an MP4 in fragments', () => film('mp4-fragmented', { seconds: 0.2, tags: TAGS })],
  ['a QuickTime film', () => film('mov', { seconds: 0.2, tags: TAGS })],
  ['a WebM', () => film('webm', { seconds: 0.2, tags: TAGS })],
  ['a Matroska film', () => film('mkv', { seconds: 0.2, tags: TAGS })],
  ['an Ogg recording', () => film('ogg', { picture: false, seconds: 0.2, tags: TAGS })],
  ['an MP3', () => mp3(5, TAGS)],
  ['AAC', () => adts(5)],
  ['a WAV', () => wav(200, () => 0.5)],
  ['a FLAC', () => flac(44_100, ['TITLE=T', 'ARTIST=A'])],
  ['a JPEG', () => jpeg(SIZE, { orientation: 6 })],
  ['a PNG', () => png(SIZE, { frames: 3, orientation: 6 })],
  ['a GIF', () => gif(SIZE, { frames: 3 })],
  ['a WebP', () => webp(SIZE, { frames: 3, orientation: 6 })],
  ['a HEIC', () => heif('heic', SIZE, [1])],
])('%s', (name, make) => {
  test('that is cut off anywhere', async () => {
    const data = await make()
    for (let length = 0; length < data.length; length += Math.ceil(data.length / 60)) {
      await look(data.slice(0, length), length % 2 === 1)
    }
  })

  test('with other bytes in any place', async () => {
    const data = await make()
    const random = new SeededNumbers(name.length)
    for (let i = 0; i < 120; i++) {
      const value = random.pick([
        [255, 255, 255, 255],
        [0, 0, 0, 0],
        [127, 255, 255, 255],
        [0, 0, 0, 1],
      ])
      await look(put(put(data, random.below(data.length), ...value), random.below(data.length), random.below(256)))
    }
  })
})

describe('traps', () => {
  test.each(['stts', 'stsc', 'stsz', 'stco', 'stss', 'ctts', 'stz2', 'trun'])(
    'tables of an MP4 (%s) that say they hold billions of entries',
    async (table) => {
      for (const format of ['mp4', 'mp4-fragmented'] as const) {
        const data = await film(format, { seconds: 0.2 })
        for (const at of places(data, table)) {
          for (const field of [8, 12, 16, 20]) await look(put(data, at + field, 255, 255, 255, 255))
        }
        // One that was not there in place of another.
        for (const at of places(data, 'stts'))
          await look(put(put(data, at, ...latin1(table)), at + 8, 127, 255, 255, 255))
      }
    },
  )

  test('a film whose last bytes are no element: the library would look for the next one for ever', async () => {
    for (const format of ['webm', 'mkv'] as const) {
      const data = await film(format, { seconds: 0.3, tags: TAGS })
      for (const at of [52, 53, 54, 57, 58]) await look(put(data, at, 0, 255, 255, 255))
    }
  })

  test('frames without a length', async () => {
    await look(put(adts(5), 404, 0, 0, 0, 0))
  })

  test('boxes within boxes within boxes', async () => {
    let nest = box('free', new Uint8Array(4))
    for (let i = 0; i < 2000; i++) nest = concat(int32(8 + nest.length), latin1(i % 2 ? 'trak' : 'moov'), nest)
    await look(concat(box('ftyp', latin1('isom'), int32(0)), nest))
    // Each of them is said to reach to the end, and to begin the next.
    const claims = concat(...Array.from({ length: 4000 }, () => concat(int32(0x7fff_ffff), latin1('moov'))))
    await look(concat(box('ftyp', latin1('isom'), int32(0)), claims))
    await look(concat(box('ftyp', latin1('heic'), int32(0)), claims))
  })

  test.each(['ID3\x04\0\0\x7f\x7f\x7f\x7f', 'fLaC\x04\xff\xff\xff', 'RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff'])(
    'a length that stands in the file (%j) is no reason to read so much of it',
    async (start) => {
      let read = 0
      const head = concat(latin1(start), new Uint8Array(4000))
      const huge = {
        ...bytesSource(head),
        size: 2 ** 40,
        range(offset: number, length: number): Uint8Array {
          read += length
          const out = new Uint8Array(length)
          if (offset < head.length) out.set(head.subarray(offset, offset + length))
          return out
        },
      }
      await probe(huge, { kind: 'voice', ffmpeg: false })
      expect(read).toBeLessThanOrEqual(16 * 1024 * 1024)
    },
  )

  test('EXIF data that points behind itself, or has more entries than bytes', async () => {
    for (let at = 0; at < exif(6).length; at++) {
      const data = jpeg(SIZE, { orientation: 6 })
      await look(put(data, places(data, 'Exif')[0]! + 6 + at, 255, 255))
    }
  })

  test('a picture or film of 2^31 pixels or seconds, or of none, has neither', async () => {
    const long = wav(10, () => 0)
    // The number of bytes in a second.
    const found = await probe(put(long, 28, 0, 0, 0, 0, 0, 0), { ffmpeg: false })
    expect(found).not.toHaveProperty('duration')
    expect(await probe(flac(2 ** 36 - 1, [], 1), { ffmpeg: false })).not.toHaveProperty('duration')
    expect(await probe(flac(0), { ffmpeg: false })).not.toHaveProperty('duration')
    expect(await probe(png({ width: 2 ** 31, height: 5 }), { ffmpeg: false })).not.toHaveProperty('height')
  })
})
