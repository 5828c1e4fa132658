/**
 * Moving pictures: videos, animations, video notes.
 *
 * Sources: https://core.telegram.org/api/files#uploading-files, https://core.telegram.org/constructor/documentAttributeVideo
 */
import { checkGiven } from '#check-given'
import { mimeByName } from '#explain'
import { documentRequest } from '../../files/media-document.ts'
import type { MediaFile, MediaRequest } from '../../files/media-types.ts'
import type { FileProbe, ProbedFile } from '../../files/probe.ts'
import type {
  DocumentAttribute,
  documentAttributeVideo,
  InputDocument,
  InputPhoto,
  inputMediaUploadedDocument,
} from '../../tl/generated/api-types.ts'
import { type Frames, type Known, known, type Playing } from './facts.ts'

interface MovingOptions {
  /** Name that the server is told; the file's own unless told. */
  readonly fileName?: string | undefined
  /** MIME type; told from the file or its name's extension otherwise. */
  readonly mimeType?: string | undefined
  /** Preview: a small JPEG, its sides at most 320 pixels. */
  readonly thumb?: MediaFile | undefined
}

interface SeenOptions extends MovingOptions {
  /** Hides it behind a spoiler warning. */
  readonly spoiler?: boolean | undefined
  /** Mask stickers that are attached to it. */
  readonly stickers?: InputDocument[] | undefined
}

/** What {@link video} can be told. */
export type VideoOptions = SeenOptions &
  Known<Frames> & {
    /** Picture that stands for it, of any size: a photo on the server, or a file. */
    readonly cover?: InputPhoto | MediaFile | undefined
    /** Second at which it starts. */
    readonly start?: number | undefined
    /** Whether it can be shown before it has come whole. */
    readonly supportsStreaming?: boolean | undefined
    /** Whether there is sound in it. */
    readonly hasSound?: boolean | undefined
    /** Seconds (1 to 60) after which it destroys itself once it was opened; 2147483647: as soon as it was seen. */
    readonly ttlSeconds?: number | undefined
  }

/** What is told of a GIF, of which the server finds out all by itself. */
interface GifOptions extends SeenOptions {
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly probe?: FileProbe | undefined
  readonly duration?: never
}

/** What {@link animation} can be told. */
export type AnimationOptions = (SeenOptions & Known<Frames>) | (GifOptions & { readonly mimeType: 'image/gif' })

/** What {@link videoNote} can be told. */
export type VideoNoteOptions = Omit<MovingOptions, 'fileName'> &
  Known<Playing & { /** Pixels of its side: it is square, and shown round. */ readonly length: number }> & {
    /** Seconds (1 to 60) after which it destroys itself once it was opened; 2147483647: as soon as it was seen. */
    readonly ttlSeconds?: number | undefined
  }

/** A document that stays a video even without sound: what {@link video} makes. */
export type UploadedVideo = inputMediaUploadedDocument & { nosoundVideo: true }

/**
 * A video: MP4 (H.264) plays everywhere.
 *
 * ```ts
 * video('clip.mp4', { width: 1280, height: 720, duration: 12.5, cover: 'clip.jpg' })
 * ```
 * @throws UsageError when it is uploaded and a size is known to nobody
 */
export function video(file: MediaFile, options: VideoOptions): MediaRequest<UploadedVideo> {
  checkGiven('video', file, options, true)
  const { width, height, duration, cover, start, supportsStreaming, hasSound, ...others } = options
  const request = documentRequest(
    file,
    'video',
    { ...others, videoCover: cover, videoTimestamp: start },
    (found) => {
      const [frames] = framesOf('video', { width, height, duration }, found)
      const streams = supportsStreaming ?? found.supportsStreaming
      const sounds = hasSound ?? found.hasSound
      return () => [
        { ...frames, ...(streams && { supportsStreaming: true }), ...(sounds === false && { nosound: true }) },
      ]
    },
    { type: 'video/mp4' },
  )
  // Who says video means video: without this the server makes an animation of one that has no sound.
  return { resolve: async (tools) => ({ ...(await request.resolve(tools)), nosoundVideo: true }) }
}

/** A GIF. */
export function animation(file: `${string}.gif`, options?: GifOptions): MediaRequest<inputMediaUploadedDocument>
/**
 * A GIF, or a video without sound that plays over and over.
 *
 * ```ts
 * animation('cat.gif')
 * animation('dog.mp4', { width: 320, height: 240, duration: 3 })
 * ```
 * @throws UsageError when a video is uploaded so and a size is known to nobody
 */
export function animation(file: MediaFile, options: AnimationOptions): MediaRequest<inputMediaUploadedDocument>
export function animation(
  file: MediaFile,
  options: GifOptions | AnimationOptions = {},
): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('animation', file, options)
  const { width, height, duration, ...others } = options
  const { mimeType, fileName = nameOf(file) } = others
  return documentRequest(
    file,
    'animation',
    others,
    (found) => {
      const attributesOf = (type: string): DocumentAttribute[] => {
        const frames =
          type === GIF ? sizeOf({ width, height }, found) : framesOf('animation', { width, height, duration }, found)
        return [...frames, { _: 'documentAttributeAnimated' }]
      }
      // What can be told to be wrong before anything is sent is told then.
      const likely = mimeType ?? found.mimeType ?? mimeByName(fileName)
      if (likely !== undefined) attributesOf(likely)
      return attributesOf
    },
    { type: 'video/mp4' },
  )
}

const GIF = 'image/gif'

/**
 * A video note: a square video of at most a minute, shown round.
 *
 * ```ts
 * videoNote('hello.mp4', { duration: 8, length: 384 })
 * ```
 * @throws UsageError when it is uploaded and a size is known to nobody
 */
export function videoNote(file: MediaFile, options: VideoNoteOptions): MediaRequest<inputMediaUploadedDocument> {
  checkGiven('videoNote', file, options, true)
  const { duration, length, ...others } = options
  return documentRequest(
    file,
    'videoNote',
    others,
    (found) => {
      const { width, height } = found
      const side = width && height && Math.min(width, height)
      const facts = known('videoNote', ['duration', 'length'], { duration, length }, { ...found, length: side })
      const w = Math.round(facts.length)
      return () => [{ _: 'documentAttributeVideo', roundMessage: true, duration: facts.duration, w, h: w }]
    },
    { type: 'video/mp4', unnamed: true },
  )
}

type Told = { readonly [Key in keyof Frames]?: number | undefined }

/** The attribute that makes a document a video. */
function framesOf(kind: string, told: Told, found: ProbedFile): [documentAttributeVideo] {
  const { width, height, duration } = known(kind, ['width', 'height', 'duration'], told, found)
  return [{ _: 'documentAttributeVideo', duration, w: Math.round(width), h: Math.round(height) }]
}

/** The attribute that tells a picture's size, if it is known. */
function sizeOf({ width: w, height: h }: Told, found: ProbedFile): DocumentAttribute[] {
  const size = w && h ? { w, h } : { w: found.width, h: found.height }
  return size.w && size.h ? [{ _: 'documentAttributeImageSize', w: size.w, h: size.h }] : []
}

/** The name that a file goes by, as far as can be told without opening it. */
function nameOf(file: MediaFile): string {
  if (typeof file === 'string') return file
  const { name, href } = Object(file) as { readonly name?: unknown; readonly href?: unknown }
  return [name, href].find((one) => typeof one === 'string') ?? ''
}
