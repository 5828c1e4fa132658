/**
 * The waveform of a voice message.
 */
import { BufferTarget, EncodedAudioPacketSource, EncodedPacket, MkvOutputFormat, Output } from 'mediabunny'
import { describe, expect, test } from 'vitest'
import { probe } from '../../src/probe/index.ts'
import { createListener, drawWaveform } from '../../src/probe/waveform.ts'
import { film } from '../support/film-samples.ts'
import { wav } from '../support/media-samples.ts'

const listen = async (data: Uint8Array): Promise<readonly number[] | undefined> => {
  const { waveform } = await probe(data, { kind: 'voice', ffmpeg: false })
  return waveform as readonly number[] | undefined
}
/** Louder from hundredth to hundredth. */
const rising = (frames: number) => (frame: number) =>
  (frame % 2 ? 1 : -1) * Math.ceil((100 * (frame + 1)) / frames) * 0.01
/** The mean of 0.01 to 1 is 0.505; 1.8 times that is the top. */
const RISING = Array.from({ length: 100 }, (_, i) => Math.floor(Math.min(31, (31 * (i + 1)) / 100 / 0.909)))

/** Equal but for a step here and there: samples are rounded. */
function expectNear(found: readonly number[] | undefined, expected: readonly number[], most = 1): void {
  expect(found).toHaveLength(expected.length)
  found!.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `value ${i}`).toBeLessThanOrEqual(most)
  })
}

test('is 100 numbers from 0 to 31: each the peak of a hundredth, the top 1.8 times their mean', () => {
  expect(drawWaveform(Array.from({ length: 100 }, () => 20_000))).toEqual(Array.from({ length: 100 }, () => 17))
  const click = Array.from({ length: 100 }, (_, i) => (i === 50 ? 32_767 : 10_000))
  // The mean is 10,227.67, and the top 18,409.8.
  expect(drawWaveform(click)).toEqual(click.map((peak) => (peak > 10_000 ? 31 : 16)))
})

test('of a recording that is all but silent stays flat, and of silence is nothing but zeros', () => {
  expect(drawWaveform(Array.from({ length: 100 }, () => 100))).toEqual(Array.from({ length: 100 }, () => 1))
  expect(drawWaveform(Array.from({ length: 100 }, () => 0))).toEqual(Array.from({ length: 100 }, () => 0))
})

describe('of a WAV', () => {
  test.each([
    { bits: 8 },
    { bits: 16 },
    { bits: 24 },
    { bits: 32 },
    { bits: 32, float: true },
    { bits: 16, extensible: true },
    { bits: 16, channels: 2 },
  ])('%j', async (form) => {
    expectNear(await listen(wav(10_000, rising(10_000), form)), RISING)
  })

  test('shorter than a hundred samples', async () => {
    expect(await listen(wav(7, () => 0.9))).toEqual(Array.from({ length: 100 }, () => 17))
  })

  test('is not made of nothing, nor of samples of an unknown form', async () => {
    expect(await listen(wav(0, () => 0))).toBeUndefined()
    const unknown = wav(1000, () => 0)
    // Said to be ADPCM.
    unknown[20] = 2
    expect(await listen(unknown)).toBeUndefined()
  })

  test('needs memory for its peaks alone: of a stream that is short enough it is made as well', async () => {
    const data = wav(10_000, rising(10_000))
    const { waveform } = await probe([data], { kind: 'voice', ffmpeg: false })
    expectNear(waveform as number[], RISING)
  })
})

describe('heard piece by piece, without knowing how much is to come', () => {
  test.each([50, 100, 4095, 4096, 4097, 100_000, 1_000_003])('%i samples', (count) => {
    const sound = rising(count)
    const listener = createListener()
    for (let at = 0; at < count; at += 777) {
      listener.hear(Array.from({ length: Math.min(777, count - at) }, (_, i) => sound(at + i) * 32_767))
    }
    expectNear(listener.finish(), RISING, count < 100 ? 2 : 1)
  })

  test('nothing gives nothing', () => {
    const listener = createListener()
    listener.hear([])
    expect(listener.finish()).toBeUndefined()
  })
})

test('by a decoder, where there is one: here of sound that needs none, in Matroska', async () => {
  const target = new BufferTarget()
  const output = new Output({ format: new MkvOutputFormat(), target })
  const source = new EncodedAudioPacketSource('pcm-s16')
  output.addAudioTrack(source)
  await output.start()
  const sound = rising(8000)
  for (let packet = 0; packet < 10; packet++) {
    const samples = Int16Array.from({ length: 800 }, (_, i) => sound(packet * 800 + i) * 32_767)
    const data = new Uint8Array(samples.buffer)
    const decoderConfig = { codec: 'pcm-s16', sampleRate: 8000, numberOfChannels: 1 }
    await source.add(new EncodedPacket(data, 'key', packet / 10, 0.1), { decoderConfig })
  }
  await output.finalize()
  expectNear(await listen(new Uint8Array(target.buffer!)), RISING)
})

test('is left out where nothing can decode the recording, without a complaint', async () => {
  const found = await probe(await film('ogg', { picture: false }), { kind: 'voice', ffmpeg: false })
  expect(found.duration).toBe(2)
  expect(found).not.toHaveProperty('waveform')
  expect(found.problems).toEqual([])
})

test.each(['audio', 'document', undefined] as const)('is not made for %s, unless asked for', async (kind) => {
  const data = wav(1000, () => 0.5)
  const options = { ...(kind && { kind }), ffmpeg: false as const }
  expect(await probe(data, options)).not.toHaveProperty('waveform')
  expect(await probe(data, { ...options, waveform: true })).toHaveProperty('waveform')
})
