/**
 * Films and sounds, as the library mediabunny reads them: size as shown, duration, title and performer, whether there is sound.
 *
 * The library is given the one kind of format that the signature announces, so that no other is tried and none that would open
 * further files; what it reads goes through the bound of the peek. It prints nothing meanwhile.
 */
import type { AudioSample, Input, InputAudioTrack, InputFormat, Source } from 'mediabunny'
import { orAbort } from '../files/abort.ts'
import { fragmentsDuration, indexDuration } from './film-index.ts'
import { latin1, tellsDuration } from './frames.ts'
import { loadMediabunny } from './libraries.ts'
import { AHEAD_AT_MOST, HEAD, LOOKS_AT_MOST, SCAN_AT_MOST, STREAM_STEP } from './limits.ts'
import { id3Length } from './mime.ts'
import { OutOfReach, type Peek } from './peek.ts'
import type { Facts } from './types.ts'
import { createListener } from './waveform.ts'

type Mediabunny = typeof import('mediabunny')

/** The library's formats by type. */
const FORMATS: Readonly<Record<string, (library: Mediabunny) => InputFormat[]>> = {
  'video/mp4': ({ MP4, QTFF }) => [MP4, QTFF],
  'video/quicktime': ({ MP4, QTFF }) => [QTFF, MP4],
  'video/3gpp': ({ MP4, QTFF }) => [MP4, QTFF],
  'audio/mp4': ({ MP4, QTFF }) => [MP4, QTFF],
  'video/webm': ({ WEBM, MATROSKA }) => [WEBM, MATROSKA],
  'video/x-matroska': ({ WEBM, MATROSKA }) => [MATROSKA, WEBM],
  'video/mp2t': ({ MPEG_TS }) => [MPEG_TS],
  'audio/ogg': ({ OGG }) => [OGG],
  'audio/mpeg': ({ MP3 }) => [MP3],
  'audio/wav': ({ WAVE }) => [WAVE],
  'audio/aac': ({ ADTS }) => [ADTS],
}

/** What a container of films that has none in it is. */
const SOUND_ONLY: Readonly<Record<string, string>> = {
  'video/mp4': 'audio/mp4',
  'video/webm': 'audio/webm',
  'video/x-matroska': 'audio/x-matroska',
}

/** Types whose duration stands at their end, or nowhere. */
const TOLD_AT_END = /^audio\/(?:ogg|aac)$/
/** Where the end of a stream is not known, it is far away: whoever looks there is told that it is out of reach. */
const UNKNOWN_SIZE = 2 ** 50

/** Whether the library reads files of that type. */
export function isContainer(type: string): boolean {
  return Object.hasOwn(FORMATS, type)
}

/** Whether its frames are found by tables, which the library must not be made to read: see `film-index.ts`. */
function isFilmOfBoxes(type: string): boolean {
  return /^(?:video\/(?:mp4|3gpp|quicktime)|audio\/mp4)$/.test(type)
}

/** What of a container is looked at. */
export interface ContainerWish {
  readonly waveform: boolean
  readonly signal: AbortSignal | undefined
  /** Is told what could not be found out. */
  readonly problem: (error: unknown) => void
}

/**
 * Reads what a container says of itself.
 * @throws LibraryMissing without the library; anything that it throws
 */
export async function readContainer(type: string, peek: Peek, wish: ContainerWish): Promise<Facts> {
  const library = await loadMediabunny()
  const speaks = silence(library)
  const input = new library.Input({ source: await sourceFor(library, type, peek), formats: FORMATS[type]!(library) })
  try {
    return await orAbort(readInput(library, input, type, peek, wish), wish.signal)
  } finally {
    input.dispose()
    speaks()
  }
}

async function readInput(
  library: Mediabunny,
  input: Input,
  type: string,
  peek: Peek,
  { waveform, problem }: ContainerWish,
): Promise<Facts> {
  /** A fact that cannot be had does not cost the others. */
  const ask = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await question()
    } catch (error) {
      problem(error)
      return undefined
    }
  }
  const video = await input.getPrimaryVideoTrack()
  const audio = await input.getPrimaryAudioTrack()
  const tags = await ask(() => input.getMetadataTags())
  const heard = waveform && audio && !isFilmOfBoxes(type) ? await ask(() => listen(library, audio)) : undefined
  return {
    ...(!video && audio && { mimeType: SOUND_ONLY[type] ?? type }),
    width: video ? await ask(() => video.getDisplayWidth()) : undefined,
    height: video ? await ask(() => video.getDisplayHeight()) : undefined,
    duration: await ask(() => durationOf(input, type, peek)),
    hasSound: video || audio ? audio !== null : undefined,
    ...(tags?.images?.length && { hasCover: true }),
    title: tags?.title,
    performer: tags?.artist,
    waveform: heard,
  }
}

/** Seconds, from the index where they stand there; else counted, where that takes few bytes. */
async function durationOf(input: Input, type: string, peek: Peek): Promise<number | undefined> {
  if (isFilmOfBoxes(type)) return (await indexDuration(peek)) ?? fragmentsDuration(peek)
  if (type === 'audio/mpeg') {
    const tag = id3Length(await peek.start(HEAD))
    if (peek.size === undefined || !tellsDuration(latin1(await peek.read(tag, HEAD)))) return undefined
  }
  const told = await input.getDurationFromMetadata(undefined, { skipLiveWait: true })
  if (told !== null) return told
  // Of an Ogg file the last page tells, which is looked for from behind.
  const isQuick = type === 'audio/ogg' || (peek.size ?? Infinity) <= SCAN_AT_MOST
  if (!isQuick) return undefined
  // A recording that was cut out of a broadcast goes on counting from the broadcast's beginning.
  const start = await input.getFirstTimestamp()
  return (await input.computeDuration(undefined, { skipLiveWait: true })) - Math.max(0, start)
}

/** Hears the whole recording, where there is a decoder; samples come as numbers from -1 to 1. */
async function listen(library: Mediabunny, audio: InputAudioTrack): Promise<number[] | undefined> {
  if (!(await audio.canDecode())) return undefined
  const listener = createListener()
  for await (const sample of new library.AudioSampleSink(audio).samples()) {
    listener.hear(samplesOf(sample))
    sample.close()
  }
  return listener.finish()
}

function samplesOf(sample: AudioSample): Float32Array {
  const samples = new Float32Array(sample.numberOfFrames * sample.numberOfChannels)
  sample.copyTo(samples, { planeIndex: 0, format: 'f32' })
  return samples.map((one) => one * 32_767)
}

/**
 * The file as the library reads it. It keeps nothing of what it has read, so that every look it takes is counted here: damage
 * can make it look at the same place for ever.
 */
async function sourceFor(library: Mediabunny, type: string, peek: Peek): Promise<Source> {
  // Of a short stream, and of one that tells its duration at its end, it is good to know where that is.
  if (peek.goesOn) await peek.start(TOLD_AT_END.test(type) ? AHEAD_AT_MOST : STREAM_STEP)
  let looks = 0
  return new library.CustomSource({
    maxCacheSize: 0,
    // What was read in vain after all is nobody's error.
    handleUnhandledError: () => {},
    getSize: () => peek.size ?? UNKNOWN_SIZE,
    read(start, end) {
      if (++looks > LOOKS_AT_MOST) throw new OutOfReach('the library would read it without end')
      return peek.read(start, end - start)
    },
  })
}

/** Its own level of logging, and how many wait for it to be set again. */
let level: Mediabunny['Logging']['level'] | undefined
let silent = 0

/** Has the library print nothing, until the function is called that this returns. */
function silence({ Logging, LogLevel }: Mediabunny): () => void {
  if (silent++ === 0) {
    level = Logging.level
    Logging.level = LogLevel.Silent
  }
  return () => {
    if (--silent === 0) Logging.level = level!
  }
}
