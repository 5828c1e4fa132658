/**
 * What a file of the command line becomes: the media that `--as` names, or, without it, what a look at the file suggests.
 *
 * A look needs no library, but tells little of films and sounds without one. What it finds is told with `--verbose`.
 */
import { UsageError } from '../errors.ts'
import { photo } from '../files/media.ts'
import { document } from '../files/media-document.ts'
import type { MediaRequest } from '../files/media-types.ts'
import type { FileProbe } from '../files/probe.ts'
import { animation, audio, video, videoNote, voice } from '../media/builders/index.ts'
import { bytesText, durationText } from '../observe/units.ts'
import { type FileDescription, probe } from '../probe/index.ts'
import type { InputFile } from './input-files.ts'
import type { Kind } from './kinds.ts'
import type { UploadJob } from './upload-options.ts'

/** The library without which some kinds cannot be told. */
const MISSING = 'LibraryMissing'

/** The media of a file. @param tell is told what was found, if it is to be told */
export function mediaOf(file: InputFile, job: UploadJob, tell?: (text: string) => void): MediaRequest {
  const { data, as } = file
  const options = optionsOf(job)
  if (as === 'photo') return photo(data, options)
  if (!job.probe) return document(data, options)
  // Once: when the server has lost the file and it is sent again, it is the same file.
  let looking: Promise<FileDescription> | undefined
  return {
    async resolve(tools) {
      const kind = as === 'video-note' ? 'videoNote' : as
      looking ??= probe(data, { ...(kind && { kind }), fileName: job.name, signal: tools.signal })
      const found = await looking
      tell?.(`looked at ${file.label}: ${foundText(found)}`)
      const media = build(as ?? suggested(found, job), file, job, async () => found)
      return media.resolve(tools)
    },
  }
}

/** Builds it; what the kind needs to be told must have been found. */
function build(kind: Kind, file: InputFile, job: UploadJob, found: FileProbe): MediaRequest {
  const { data } = file
  const { fileName, mimeType, spoiler, ttlSeconds } = optionsOf(job)
  const told = { probe: needed(kind, found, mimeType), ...(mimeType !== undefined && { mimeType }) }
  const named = { ...told, ...(fileName !== undefined && { fileName }) }
  const seen = { ...named, ...(spoiler && { spoiler }) }
  const short = { ...(ttlSeconds !== undefined && { ttlSeconds }) }
  switch (kind) {
    case 'video':
      return video(data, { ...seen, ...short })
    case 'animation':
      return animation(data, seen)
    case 'audio':
      return audio(data, named)
    case 'voice':
      return voice(data, { ...told, ...short })
    case 'video-note':
      return videoNote(data, { ...told, ...short })
    default:
      return document(data, { ...seen, ...short })
  }
}

/** What `--as` kinds of films and sounds need of a look at the file. */
const NEEDS: Readonly<Partial<Record<Kind, readonly ('width' | 'height' | 'duration')[]>>> = {
  video: ['width', 'height', 'duration'],
  animation: ['width', 'height', 'duration'],
  audio: ['duration'],
  voice: ['duration'],
  'video-note': ['width', 'height', 'duration'],
}

/** The look, which says what it takes to find what is needed. */
function needed(kind: Kind, found: FileProbe, mime: string | undefined): FileProbe {
  return async (file, wish) => {
    const description = (await found(file, wish)) as FileDescription
    // A GIF is looked at by the server.
    const needs = kind === 'animation' && (mime ?? description.mimeType) === 'image/gif' ? [] : (NEEDS[kind] ?? [])
    const lacking = needs.filter((name) => description[name] === undefined)
    if (lacking.length === 0) return description
    const cause = description.problems.find(({ name }) => name === MISSING) ?? description.problems[0]
    const why = cause ? `: ${cause.message}` : ', and it does not say'
    throw new UsageError(`--as ${kind} needs to know its ${lacking.join(', ')}${why}`)
  }
}

/** What a file that nothing was said of is best sent as. */
function suggested({ mimeType = '', width, duration, hasSound }: FileDescription, { spoiler, ttl }: UploadJob): Kind {
  if (mimeType === 'image/gif' && ttl === undefined) return 'animation'
  if (/^video\/(?:mp4|quicktime)$/.test(mimeType) && width !== undefined && duration !== undefined) return 'video'
  const isMusic = /^audio\/(?:mpeg|mp4|flac|ogg)$/.test(mimeType) && hasSound && duration !== undefined
  return isMusic && !spoiler && ttl === undefined ? 'audio' : 'document'
}

function optionsOf({ name, mime, spoiler, ttl }: UploadJob): {
  fileName?: string
  mimeType?: string
  spoiler?: boolean
  ttlSeconds?: number
} {
  return {
    ...(name !== undefined && { fileName: name }),
    ...(mime !== undefined && { mimeType: mime }),
    ...(spoiler && { spoiler }),
    ...(ttl !== undefined && { ttlSeconds: ttl }),
  }
}

/** What was found, in a line. */
function foundText(found: FileDescription): string {
  const { mimeType, width, height, duration, title, performer, waveform, hasSound, supportsStreaming, thumb } = found
  const facts = [
    mimeType ?? 'a file of an unknown kind',
    width !== undefined && `${width}×${height}`,
    duration !== undefined && durationText(duration),
    performer !== undefined && `by ${performer}`,
    title !== undefined && `"${title}"`,
    hasSound === false && 'no sound',
    supportsStreaming === true && 'can be shown while it comes',
    waveform !== undefined && 'waveform',
    thumb instanceof Uint8Array && `thumbnail of ${bytesText(thumb.length)}`,
    ...found.problems.map(({ message }) => `(${message.split('\n')[0]})`),
  ]
  return facts.filter(Boolean).join(', ')
}
