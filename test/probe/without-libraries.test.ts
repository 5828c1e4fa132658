/**
 * Where the optional libraries are not installed.
 */
import { expect, test, vi } from 'vitest'
import { resolveMedia } from '../../src/files/media.ts'
import type { MediaTools } from '../../src/files/media-types.ts'
import { video } from '../../src/index.ts'
import { probe } from '../../src/probe/index.ts'
import { film } from '../support/film-samples.ts'
import { flac, gif, heif, jpeg, latin1, mp3, png, wav, webp } from '../support/media-samples.ts'

// The samples are made by the library; only what is imported from here on is missing.
vi.doMock('mediabunny', () => {
  throw Object.assign(new Error("Cannot find package 'mediabunny'"), { code: 'ERR_MODULE_NOT_FOUND' })
})
vi.doMock('image-dimensions', () => {
  throw Object.assign(new Error("Cannot find package 'image-dimensions'"), { code: 'ERR_MODULE_NOT_FOUND' })
})

const SIZE = { width: 64, height: 48 }
const look = (data: Uint8Array) => probe(data, { ffmpeg: false, waveform: true })

test.each<[string, () => Promise<Uint8Array> | Uint8Array, object]>([
  ['mediabunny', () => film('mp4-fast'), { mimeType: 'video/mp4', supportsStreaming: true }],
  ['mediabunny', () => film('mp4'), { mimeType: 'video/mp4', supportsStreaming: false }],
  ['mediabunny', () => film('webm'), { mimeType: 'video/webm' }],
  ['mediabunny', () => mp3(5), { mimeType: 'audio/mpeg' }],
  ['image-dimensions', () => heif('heic', SIZE), { mimeType: 'image/heic' }],
  ['image-dimensions', () => heif('avif', SIZE), { mimeType: 'image/avif' }],
])('without %s the type is known, and what is missing is told (%#)', async (library, make, expected) => {
  const found = await look(await make())
  expect(found).toMatchObject(expected)
  expect(found).not.toHaveProperty('width')
  expect(found).not.toHaveProperty('duration')
  expect(found.problems.map(({ name }) => name)).toEqual(['LibraryMissing'])
  expect(found.problems[0]?.message).toContain(library)
})

test.each<[string, Uint8Array, object]>([
  ['a JPEG', jpeg(SIZE, { orientation: 6 }), { width: 48, height: 64 }],
  ['a PNG', png(SIZE, { frames: 2 }), { ...SIZE, animated: true }],
  ['a GIF', gif(SIZE, { frames: 2 }), { ...SIZE, animated: true }],
  ['a WebP', webp(SIZE), SIZE],
  ['a FLAC', flac(88_200, ['TITLE=One']), { duration: 2, title: 'One', hasSound: true }],
  ['a PDF', latin1('%PDF-1.7'), { mimeType: 'application/pdf' }],
])('%s needs none', async (_, data, expected) => {
  const found = await look(data)
  expect(found).toMatchObject({ ...expected, problems: [] })
})

test('a WAV has a duration and a waveform all the same', async () => {
  const found = await look(wav(8000, () => 0.5))
  expect(found).toMatchObject({ duration: 1, hasSound: true })
  expect(found.waveform).toHaveLength(100)
})

test('a builder goes by what its caller says', async () => {
  const attributes = [{ _: 'documentAttributeVideo', duration: 2, w: 640, h: 360 } as const]
  const put = { inputFile: { _: 'inputFile', id: 1n, parts: 1, name: 'a', md5Checksum: '' } as const, name: 'a.mp4' }
  const upload = async () => ({ ...put, type: undefined })
  const media = video(await film('mp4'), { width: 640, height: 360, duration: 2, probe, fileName: 'a.mp4' })
  const sent = await resolveMedia(media, { upload } as unknown as MediaTools)
  expect(sent).toMatchObject({ mimeType: 'video/mp4', attributes: expect.arrayContaining(attributes) })
})
