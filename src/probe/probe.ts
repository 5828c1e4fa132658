/**
 * `probe`: looks at a file and tells what it is.
 *
 * The type comes from the first bytes; then whoever knows files of that type says the rest, each reading no more than it needs.
 * Nothing found is trusted: a number that cannot be is left out, and what fails or is missing is left out as well and told in
 * `problems`. Only a file that cannot be read at all, and an abort, end in an error.
 */
import { tools } from '#probe-tools'
import { quietly } from '../files/abort.ts'
import { openSource } from '../files/open.ts'
import type { ProbeKind } from '../files/probe.ts'
import type { FileLike, Source } from '../files/source.ts'
import { isStreamable, isTurnedPicture, pictureHead } from './boxes.ts'
import { isContainer, readContainer } from './container.ts'
import { readFlac } from './flac.ts'
import { readImage, turn } from './image.ts'
import { loadImageDimensions } from './libraries.ts'
import { HEAD, TGS_AT_MOST } from './limits.ts'
import { mimeOfContent } from './mime.ts'
import { type Peek, peekInto } from './peek.ts'
import { plausible } from './plausible.ts'
import { readTgs } from './tgs.ts'
import { FfmpegMissing } from './tools/tools.ts'
import type { Facts, FileDescription, ProbeOptions } from './types.ts'
import { readWav, wavWaveform } from './wav.ts'
import { hearWithFfmpeg, makeThumb } from './with-ffmpeg.ts'

/** What is sent without a thumbnail: the server makes its own, or it has no place. */
const WITHOUT_THUMB: readonly (ProbeKind | undefined)[] = ['photo', 'voice', 'sticker']

/**
 * Looks at a file: its type by content, size as shown, duration, title and performer, waveform, whether it can be shown while
 * it comes, whether it has sound; with ffmpeg, a thumbnail.
 *
 * Films and sounds need the package `mediabunny`, HEIC and AVIF images `image-dimensions`; both are loaded when first needed, and
 * what they would tell is left out where they are not installed. A stream is read ahead: upload `file` of the result, which
 * is the whole stream, or close it.
 *
 * ```ts
 * const { mimeType, width, height, duration } = await probe('clip.mp4')
 * await client.uploadMedia({ media: video('clip.mp4', { probe }) })
 * ```
 * @param file everything that can be uploaded
 * @throws FileError when it cannot be opened or read
 * @throws the reason of `signal` when that is aborted
 */
export async function probe(file: FileLike, options: ProbeOptions = {}): Promise<FileDescription> {
  const { signal, fetch } = options
  const source = await openSource(file, { openPath: tools.openPath, signal, ...(fetch && { fetch }) })
  const close = (): Promise<void> => quietly(() => source.close())
  const peek = peekInto(source, source.place ?? source.name ?? 'the file', signal)
  try {
    const found = await look(peek, source, options)
    // Of an abort, or a disk that fails, nobody hears who only asked a library.
    signal?.throwIfAborted()
    if (peek.failure) throw peek.failure.error
    const rewound = peek.rewound()
    if (!rewound) await close()
    return { ...found, size: peek.size, ...(rewound && { file: rewound }) }
  } catch (error) {
    await close()
    throw error
  }
}

async function look(peek: Peek, source: Source, options: ProbeOptions): Promise<FileDescription> {
  const problems: Error[] = []
  const problem = (error: unknown): void => {
    if (!(error instanceof FfmpegMissing)) problems.push(error instanceof Error ? error : new Error(String(error)))
  }
  let facts: Facts = {}
  /** Adds what a step finds; what it throws costs only that. */
  const add = async (step: () => Promise<Facts | undefined>): Promise<void> => {
    try {
      facts = { ...facts, ...plausible((await step()) ?? {}) }
    } catch (error) {
      if (peek.failure) throw peek.failure.error
      problem(error)
    }
  }
  const head = await peek.start(HEAD)
  const name = options.fileName ?? source.name
  await add(async () => ({ mimeType: await mimeOfContent(head, (at, length) => peek.read(at, length), name) }))
  const type = facts.mimeType ?? ''
  if (type.startsWith('image/')) {
    const boxed = /^image\/(?:hei[cf]|avif)$/.test(type)
    await add(() => (boxed ? readBoxedImage(peek) : readImage(type, peek)))
  }
  if (type === 'application/gzip') await add(() => readPacked(peek))
  const { waveform: wanted = options.kind === 'voice' } = options
  if (type === 'audio/wav') await add(() => readRecording(peek, wanted))
  if (type === 'audio/flac') await add(() => readFlac(peek))
  if (isContainer(type)) {
    const { waveform, duration } = facts
    const wish = { waveform: wanted && !waveform, signal: options.signal, problem }
    await add(async () => ({ ...(await readContainer(type, peek, wish)), ...plausible({ waveform, duration }) }))
  }
  if (/^(?:video\/(?:mp4|quicktime|3gpp))$/.test(facts.mimeType ?? '')) {
    await add(async () => ({ supportsStreaming: await isStreamable(peek) }))
  }
  // The type as it is now: a container of films may have turned out to hold sound alone, which the program reads the same.
  const job = { tools, options, type, peek }
  if (wanted && !facts.waveform && /^(?:audio|video)\//.test(type))
    await add(async () => ({ waveform: await hearWithFfmpeg(job) }))
  if (options.thumb ?? wantsThumb(options.kind, facts)) {
    await add(async () => ({ thumb: await makeThumb(job) }))
  }
  const { mimeType = '', width, duration } = facts
  const isUnsaid = (/^(?:image|video)\//.test(mimeType) && !width) || (/^(?:audio|video)\//.test(mimeType) && !duration)
  // Of formats that nobody here reads, and of files that are cut short, no step complains.
  if (isUnsaid && problems.length === 0)
    problem(new Error(`nothing here could tell from this ${mimeType} how large it is, or how long it plays`))
  return { ...facts, problems }
}

/** Whether something that is sent as that kind has a picture, and room for a small one. */
function wantsThumb(kind: ProbeKind | undefined, { mimeType = '', hasCover = false }: Facts): boolean {
  return (/^(?:image|video)\//.test(mimeType) || hasCover) && !WITHOUT_THUMB.includes(kind)
}

/** HEIC and AVIF: the size by the library, which leaves out how the picture is turned. */
async function readBoxedImage(peek: Peek): Promise<Facts | undefined> {
  const found = await pictureHead(peek)
  if (!found) return undefined
  const { imageDimensionsFromData } = await loadImageDimensions()
  const size = imageDimensionsFromData(found.head)
  const isTurned = isTurnedPicture(found.meta)
  // Where the turns contradict each other, it is not known which side is which.
  return size && isTurned !== undefined ? turn({ width: size.width, height: size.height }, isTurned) : undefined
}

/** Of what is packed by gzip, animated stickers are known. */
async function readPacked(peek: Peek): Promise<Facts | undefined> {
  const bytes = await peek.start(TGS_AT_MOST + 1)
  return bytes.length <= TGS_AT_MOST && !peek.goesOn ? readTgs(bytes) : undefined
}

/** A recording that is not compressed needs no library. */
async function readRecording(peek: Peek, waveform: boolean): Promise<Facts | undefined> {
  const wav = await readWav(peek)
  if (!wav) return undefined
  return { duration: wav.duration, hasSound: true, ...(waveform && { waveform: await wavWaveform(peek, wav) }) }
}
