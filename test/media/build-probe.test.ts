/** Builders with the probe of this package, to the test DC over real sockets: what it finds is what is sent, whole. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  animation,
  type MediaLike,
  type MessageMedia,
  sticker,
  type UploadClient,
  video,
  voice,
} from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { probe } from '../../src/probe/index.ts'
import { gif, webp } from '../lab/server/images.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let client: UploadClient
beforeAll(async () => {
  server = await startTestDc()
  client = await connectTo(server)
})
afterAll(async () => {
  await client?.close()
  await server?.close()
})

/** A recording of so many seconds at 8 kHz, of one byte a sample. */
function wav(seconds: number): Uint8Array {
  const samples = 8000 * seconds
  const bytes = new Uint8Array(44 + samples).fill(128)
  const view = new DataView(bytes.buffer)
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at)
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, 8000, true)
  view.setUint32(28, 8000, true)
  view.setUint16(32, 1, true)
  view.setUint16(34, 8, true)
  text(36, 'data')
  view.setUint32(40, samples, true)
  for (let i = samples / 2; i < samples; i++) bytes[44 + i] = i % 2 ? 255 : 0
  return bytes
}

async function stored(
  media: MediaLike,
): Promise<{ shown: MessageMedia; attributes: unknown; size: bigint; mimeType: string }> {
  const shown = await client.uploadMedia({ media })
  if (shown._ !== 'messageMediaDocument' || shown.document?._ !== 'document') throw new Error(shown._)
  const { attributes, size, mimeType } = shown.document
  return { shown, attributes, size, mimeType }
}

test('a GIF that comes as a stream is looked at and sent whole', async () => {
  const bytes = gif(30, 20)
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  expect(await stored(animation(stream, { probe }))).toMatchObject({
    mimeType: 'image/gif',
    size: BigInt(bytes.length),
    attributes: [{ _: 'documentAttributeImageSize', w: 30, h: 20 }, { _: 'documentAttributeAnimated' }],
  })
})

test('a sticker has the size of its picture', async () => {
  const made = await stored(sticker(webp('VP8X', 512, 300), { emoji: '🐈', probe }))
  expect(made).toMatchObject({ mimeType: 'image/webp', attributes: [{ w: 512, h: 300 }, { alt: '🐈' }] })
})

test('a voice message has its duration and its waveform', async () => {
  const { attributes } = await stored(voice(wav(3), { probe }))
  expect(attributes).toMatchObject([{ voice: true, duration: 3 }])
  const { waveform } = (attributes as { waveform: Uint8Array }[])[0]!
  expect([waveform[0]! & 31, waveform.at(-1)! > 0]).toEqual([0, true])
})

test('what is no video is no video, and nothing of it is sent', async () => {
  const before = server.world.media.size
  await expect(client.uploadMedia({ media: video(wav(1), { probe, mimeType: 'video/mp4' }) })).rejects.toThrow(
    /video\(\) needs width, height, duration; width, height must be numbers/,
  )
  expect(server.world.media.size).toBe(before)
})
