/**
 * Small films and recordings in the containers that people send, written by mediabunny around packets that say nothing.
 */
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny'
import { latin1 } from './media-samples.ts'

/** What a film is to be like. */
export interface FilmOptions {
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  readonly rotation?: 0 | 90 | 180 | 270
  /** Pixels that are not square: shown width to height of one. */
  readonly pixels?: { readonly num: number; readonly den: number }
  readonly picture?: boolean
  readonly sound?: boolean
  readonly tags?: { readonly title?: string; readonly artist?: string }
  /** Bytes of each packet of the picture. */
  readonly packet?: number
}

const FORMATS = {
  mp4: () => new Mp4OutputFormat({ fastStart: false }),
  'mp4-fast': () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
  'mp4-fragmented': () => new Mp4OutputFormat({ fastStart: 'fragmented' }),
  mov: () => new MovOutputFormat({ fastStart: 'in-memory' }),
  webm: () => new WebMOutputFormat(),
  mkv: () => new MkvOutputFormat(),
  ogg: () => new OggOutputFormat(),
} satisfies Record<string, () => OutputFormat>

/** The header of a stream in two channels at 48 kHz: RFC 7845, section 5.1 */
const OPUS_HEAD = Uint8Array.of(...latin1('OpusHead'), 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0)

/** Seconds between two packets. */
const STEP = 0.02

/** A film or recording. */
export async function film(format: keyof typeof FORMATS, options: FilmOptions = {}): Promise<Uint8Array> {
  const {
    width = 640,
    height = 360,
    seconds = 2,
    rotation = 0,
    picture = true,
    sound = true,
    tags,
    packet = 50,
  } = options
  const target = new BufferTarget()
  const output = new Output({ format: FORMATS[format](), target })
  const video = picture ? new EncodedVideoPacketSource('vp9') : undefined
  const audio = sound ? new EncodedAudioPacketSource('opus') : undefined
  if (video) output.addVideoTrack(video, { rotation })
  if (audio) output.addAudioTrack(audio)
  if (tags) output.setMetadataTags(tags)
  await output.start()
  const videoConfig = {
    codec: 'vp09.00.10.08',
    codedWidth: width,
    codedHeight: height,
    ...(options.pixels && {
      displayAspectWidth: width * options.pixels.num,
      displayAspectHeight: height * options.pixels.den,
    }),
  }
  const audioConfig = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 2, description: OPUS_HEAD }
  for (let i = 0; i * STEP < seconds - STEP / 2; i++) {
    const type = i % 50 === 0 ? 'key' : 'delta'
    await video?.add(new EncodedPacket(new Uint8Array(packet), type, i * STEP, STEP), { decoderConfig: videoConfig })
    // The first byte says: one frame of 20 ms.
    const opus = Uint8Array.of(0xfc, 0xff, 0xfe, ...new Uint8Array(20))
    await audio?.add(new EncodedPacket(opus, 'key', i * STEP, STEP), { decoderConfig: audioConfig })
  }
  await output.finalize()
  return new Uint8Array(target.buffer!)
}
