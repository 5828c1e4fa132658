/**
 * What ffmpeg is asked to do: a small picture of a film, song or image, and the sound of a recording.
 */
import { concat } from '../bytes.ts'
import { FFMPEG_FEED, FFMPEG_PIXELS, FFMPEG_TIME, THUMB_AT_MOST, THUMB_SIDE } from './limits.ts'
import type { Peek } from './peek.ts'
import type { FfmpegCall, ProbeTools } from './tools/tools.ts'
import type { ProbeOptions } from './types.ts'
import { createListener } from './waveform.ts'

/** Its names of formats by type: it is told what to expect, so that no file makes it open others. */
const DEMUXERS: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/3gpp': 'mov',
  'audio/mp4': 'mov',
  'video/webm': 'matroska',
  'video/x-matroska': 'matroska',
  'audio/webm': 'matroska',
  'audio/x-matroska': 'matroska',
  'video/x-msvideo': 'avi',
  'video/mp2t': 'mpegts',
  'video/mpeg': 'mpeg',
  'video/x-flv': 'flv',
  'video/ogg': 'ogg',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/wav': 'wav',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'image/gif': 'gif',
  'image/jpeg': 'jpeg_pipe',
  'image/png': 'png_pipe',
  'image/webp': 'webp_pipe',
  'image/bmp': 'bmp_pipe',
  'image/tiff': 'tiff_pipe',
}

/** Within a square, as it is shown: pixels need not be square. */
const FIT =
  `scale=trunc(iw*if(sar\\,sar\\,1)):ih,setsar=1,` +
  `scale='min(${THUMB_SIDE},iw)':'min(${THUMB_SIDE},ih)':force_original_aspect_ratio=decrease`

/** Whether it is worth asking. */
export function isForFfmpeg(type: string): boolean {
  return Object.hasOwn(DEMUXERS, type)
}

/** What is asked of, and how. */
export interface FfmpegJob {
  readonly tools: ProbeTools
  readonly options: ProbeOptions
  readonly type: string
  readonly peek: Peek
}

/** A call, as far as it does not depend on what is asked; `undefined` if the file cannot be given to the program. */
async function callOn(job: FfmpegJob, whole: boolean): Promise<Omit<FfmpegCall, 'doing'> | undefined> {
  const { peek, type, options } = job
  const { ffmpeg = 'ffmpeg', ffmpegTime = FFMPEG_TIME, signal } = options
  if (ffmpeg === false || !job.tools.ffmpeg || !isForFfmpeg(type)) return undefined
  const input = peek.place ?? (await peek.start(whole ? Infinity : FFMPEG_FEED))
  // Of what is longer, the end is missing.
  if (whole && typeof input !== 'string' && (peek.goesOn || input.length < (peek.size ?? 0))) return undefined
  const reading = ['-max_pixels', `${FFMPEG_PIXELS}`, '-f', DEMUXERS[type]!]
  return { program: ffmpeg, input, reading, time: ffmpegTime, signal }
}

/** A JPEG of the first frame, of at most 320 pixels a side; `undefined` where it cannot be asked. */
export async function makeThumb(job: FfmpegJob): Promise<Uint8Array | undefined> {
  const call = await callOn(job, false)
  if (!call) return undefined
  const doing = ['-an', '-sn', '-dn', '-frames:v', '1', '-vf', FIT, '-pix_fmt', 'yuvj420p', '-q:v', '5', '-f', 'mjpeg']
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of job.tools.ffmpeg!({ ...call, doing })) {
    length += piece.length
    if (length > THUMB_AT_MOST) throw new Error(`the thumbnail would have more than ${THUMB_AT_MOST} bytes`)
    pieces.push(piece)
  }
  const jpeg = concat(...pieces)
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error(`${call.program} made no thumbnail of it`)
  return jpeg
}

/** The waveform of a recording; `undefined` where it cannot be asked, or there is no sound in it. */
export async function hearWithFfmpeg(job: FfmpegJob): Promise<number[] | undefined> {
  const call = await callOn(job, true)
  if (!call) return undefined
  const listener = createListener()
  /** Half a sample may be left of a piece. */
  let rest: Uint8Array = new Uint8Array(0)
  const doing = ['-vn', '-sn', '-dn', '-map', '0:a:0', '-ac', '1', '-f', 's16le', '-c:a', 'pcm_s16le']
  for await (const piece of job.tools.ffmpeg!({ ...call, doing })) {
    const bytes = rest.length ? concat(rest, piece) : piece
    const even = bytes.length & ~1
    const fields = new DataView(bytes.buffer, bytes.byteOffset, even)
    const samples = new Int16Array(even / 2)
    for (let i = 0; i < samples.length; i++) samples[i] = fields.getInt16(2 * i, true)
    listener.hear(samples)
    rest = bytes.slice(even)
  }
  return listener.finish()
}
