/**
 * Makes of the options of an upload, as a caller without types may give them, options that can be worked with: each slip gets a
 * sentence that names it, and a watcher that answers later is listened to.
 *
 * Where every byte counts (bundles for browsers) the types alone must do.
 */
import { setMaxListeners } from 'node:events'
import { UsageError } from '../errors.ts'
import { journalFolder } from '../files/resume/folder.ts'
import type { Resume } from '../files/resumption.ts'
import { type Sendable, toInputMedia } from '../media/convert.ts'
import { isValue } from '../media/inside.ts'
import type { InputPeer, Peer } from '../tl/generated/api-types.ts'
import type { UploadFileOptions, UploadMediaOptions } from './upload-options.ts'

/** What uploads of one file and of many can be told alike. */
type Common = Omit<UploadFileOptions, 'onProgress'> & {
  readonly onProgress?: ((progress: never) => void) | undefined
  readonly businessConnectionId?: string | undefined
  readonly media?: UploadMediaOptions['media'] | undefined
}

/**
 * Checks the options of an upload, or of many.
 * @returns the same, with `resume` as what it means, what was received as something to send, and watchers whose failures fail the
 *   upload
 * @throws UsageError for options that cannot be
 */
export function prepareUpload<Options extends Common>(
  options: Options,
): Options & { readonly resume?: Resume | undefined } {
  if (!isObject(options)) throw new UsageError(`an upload takes its options as an object, not ${show(options)}`)
  const { signal, fileName, resume, onProgress, onEvent, businessConnectionId, media }: Common = options
  const must = (name: string, value: unknown, fits: boolean, what: string): void => {
    if (value !== undefined && !fits) throw new UsageError(`${name} must be ${what}, not ${show(value)}`)
  }
  const isSignal =
    isObject(signal) && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  must('signal', signal, isSignal, 'an AbortSignal, as an AbortController has it')
  // One signal may well end hundreds of uploads: that is no leak, and nothing is to be printed.
  if (signal instanceof EventTarget) setMaxListeners(0, signal)
  must('onProgress', onProgress, typeof onProgress === 'function', 'a function')
  must('onEvent', onEvent, typeof onEvent === 'function', 'a function')
  must('fileName', fileName, typeof fileName === 'string', 'a string')
  const isId = typeof businessConnectionId === 'string' && businessConnectionId !== ''
  must('businessConnectionId', businessConnectionId, isId, 'the string that names a business connection')
  const isResume = typeof resume === 'function' || (typeof resume === 'string' && resume !== '')
  must('resume', resume, isResume, 'the path of a folder, or what resumable() makes')
  return {
    ...options,
    ...(media && { media: toSend(media) }),
    resume: typeof resume === 'string' ? journalFolder(resume) : resume,
    ...(onProgress && { onProgress: heard(onProgress) }),
    ...(onEvent && { onEvent: heard(onEvent) }),
  }
}

/**
 * A watcher that may answer later: if it fails then, it throws when it is called next, which ends the upload. Otherwise its
 * failure would end the process.
 */
function heard<Told>(watcher: (told: Told) => unknown): (told: Told) => void {
  let failure: { readonly error: unknown } | undefined
  return (told) => {
    if (failure) throw failure.error
    const answer = watcher(told)
    if (!(answer instanceof Promise)) return
    answer.catch((error: unknown) => {
      failure ??= { error }
    })
  }
}

/** What the Bot API calls files by; a path has a dot, a slash, or is shorter. */
const FILE_ID = /^[\w-]{20,}$/

/** Whose a story is, stays as it was received: the account finds the peer when it is sent. */
const inputPeer = (peer: Peer): InputPeer => peer as unknown as InputPeer

/** A media as it is uploaded: what was received becomes what names it. */
function toSend(media: UploadMediaOptions['media']): UploadMediaOptions['media'] {
  if (typeof media !== 'string') return isValue(media) ? toInputMedia(media as Sendable, { inputPeer }) : media
  if (FILE_ID.test(media)) return toInputMedia(media)
  throw new UsageError(`"${media}" is no file_id, and so no media; a path goes into photo(), video(), document() …`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in a sentence. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value === '') return 'the empty string'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'such an object'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : `a ${typeof value}`
}
