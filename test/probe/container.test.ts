/**
 * Films and recordings: what they say of themselves, by mediabunny.
 */
import { Logging } from 'mediabunny'
import { describe, expect, test, vi } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { probe } from '../../src/probe/index.ts'
import type { FileDescription } from '../../src/probe/types.ts'
import { film } from '../support/film-samples.ts'
import { adts, box, flac, int32, latin1, mp3 } from '../support/media-samples.ts'

const look = (data: Uint8Array): Promise<FileDescription> => probe(data, { ffmpeg: false })

describe('a film', () => {
  test.each(['mp4', 'mp4-fast', 'mp4-fragmented', 'mov', 'webm', 'mkv'] as const)(
    'in %s has a size, a duration and sound',
    async (format) => {
      const found = await look(await film(format, { width: 320, height: 180, seconds: 1.5 }))
      expect(found).toMatchObject({ width: 320, height: 180, hasSound: true, problems: [] })
      expect(found.duration).toBeCloseTo(1.5, 1)
    },
  )

  test.each(['mp4', 'webm', 'mkv'] as const)('in %s without sound is known to have none', async (format) => {
    expect((await look(await film(format, { sound: false }))).hasSound).toBe(false)
  })

  test.each([90, 270] as const)('turned by %i degrees is as wide as it was high', async (rotation) => {
    expect(await look(await film('mp4', { width: 320, height: 180, rotation }))).toMatchObject({
      width: 180,
      height: 320,
    })
  })

  test('turned by 180 degrees keeps its size', async () => {
    expect(await look(await film('mp4', { width: 320, height: 180, rotation: 180 }))).toMatchObject({
      width: 320,
      height: 180,
    })
  })

  test.each(['mp4', 'mkv'] as const)(
    'in %s of pixels that are not square has the size it is shown in',
    async (format) => {
      const found = await look(await film(format, { width: 720, height: 576, pixels: { num: 16, den: 15 } }))
      expect(found).toMatchObject({ width: 768, height: 576 })
    },
  )

  test.each([
    ['mp4', false],
    ['mp4-fast', true],
    ['mp4-fragmented', true],
    ['mov', true],
  ] as const)('in %s can be shown while it comes: %s', async (format, expected) => {
    expect((await look(await film(format))).supportsStreaming).toBe(expected)
  })

  test.each(['webm', 'mkv'] as const)('in %s: whether it can be shown while it comes is not said', async (format) => {
    expect(await look(await film(format))).not.toHaveProperty('supportsStreaming')
  })

  test('an index behind a box of unknown or of 64-bit length is seen for what it is', async () => {
    const data = new Uint8Array(40)
    const head = box('ftyp', latin1('isom'), int32(0))
    const long = concat(int32(1), latin1('mdat'), int32(0), int32(56), data)
    expect((await look(concat(head, long, box('moov')))).supportsStreaming).toBe(false)
    expect((await look(concat(head, int32(0), latin1('mdat'), data))).supportsStreaming).toBe(false)
    const free = concat(int32(1), latin1('free'), int32(0), int32(56), data)
    expect((await look(concat(head, free, box('moov')))).supportsStreaming).toBe(true)
    expect(await look(concat(head, free))).not.toHaveProperty('supportsStreaming')
  })
})

describe('a recording', () => {
  test.each([
    ['ogg', film('ogg', { picture: false, tags: { title: 'One', artist: 'Two' } })],
    ['m4a', film('mp4', { picture: false, tags: { title: 'One', artist: 'Two' } })],
    ['webm', film('webm', { picture: false, tags: { title: 'One', artist: 'Two' } })],
    ['flac', Promise.resolve(flac(88_200, ['ARTIST=Two', 'title=One', 'TITLE=Other']))],
    ['mp3', Promise.resolve(mp3(77, { title: 'One', artist: 'Two' }))],
  ])('in %s has a duration, a title and a performer, and no size', async (_, data) => {
    const found = await look(await data)
    expect(found).toMatchObject({ title: 'One', performer: 'Two', hasSound: true, problems: [] })
    expect(found.duration).toBeCloseTo(2, 1)
    expect(found).not.toHaveProperty('width')
    expect(found).not.toHaveProperty('supportsStreaming', true)
  })

  test('without a header lasts as long as its frames, if they are few enough to count', async () => {
    expect((await look(adts(43))).duration).toBeCloseTo(1, 1)
    expect(await look(adts(6000))).not.toHaveProperty('duration')
  })

  test('whose frames are of different rates has no duration that its length would tell, unless it counts them', async () => {
    const even = mp3(300)
    const small = new Uint8Array(208)
    small.set([0xff, 0xfb, 0x50, 0x64])
    const uneven = concat(mp3(2), small, even)
    expect((await look(even)).duration).toBeCloseTo(300 * 0.026, 0)
    expect(await look(uneven)).not.toHaveProperty('duration')
  })

  test('whose title is blank has none', async () => {
    const found = await look(await film('ogg', { picture: false, tags: { title: ' \0junk', artist: '\0' } }))
    expect(found).not.toHaveProperty('title')
    expect(found).not.toHaveProperty('performer')
  })
})

test('the library prints nothing while it looks at a damaged file, and as much as before afterwards', async () => {
  const before = Logging.level
  const said = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name))
  try {
    const whole = await film('mp4', { seconds: 0.2 })
    const unknown = latin1('vp09').map((byte, i) => (i === 0 ? 120 : byte))
    const damaged = whole.map((byte) => byte)
    const text = Buffer.from(damaged).toString('latin1')
    damaged.set(unknown, text.lastIndexOf('vp09'))
    await Promise.all([look(damaged), look(damaged), look(whole)])
    for (const one of said) expect(one).not.toHaveBeenCalled()
  } finally {
    for (const one of said) one.mockRestore()
  }
  expect(Logging.level).toBe(before)
})

test.each([
  ['a format that nothing here reads', Buffer.from('RIFF\x04\x00\x00\x00AVI LIST', 'latin1'), 'video/x-msvideo'],
  ['a picture without a size', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), 'image/svg+xml'],
  ['a beginning', Buffer.from(`OggS${'\0'.repeat(22)}\x01\x13OpusHead`, 'latin1'), 'audio/ogg'],
])('%s is told among the problems', async (_name, bytes, mimeType) => {
  const found = await probe(new Uint8Array(bytes), { ffmpeg: false })
  expect(found).toMatchObject({ mimeType, problems: [{ message: expect.stringContaining(mimeType) }] })
})
