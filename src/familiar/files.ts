/**
 * Files and media as MadelineProto has them: by path, by URL, by the Bot API's file_id, by what the Bot API calls a message.
 */
import { UsageError } from '../errors.ts'
import { document } from '../files/media-document.ts'
import type { MediaFile, MediaLike } from '../files/media-types.ts'
import type { FileLike } from '../files/source.ts'
import { type Sendable, toInputMedia } from '../media/index.ts'
import { isValue } from '../media/inside.ts'
import type { InputMedia } from '../tl/generated/api-types.ts'

/** A file on the disk. */
export class LocalFile {
  readonly file: string

  /** @param file its path */
  constructor(file: string) {
    this.file = file
  }
}

/** A file on the web, which is fetched here and uploaded. */
export class RemoteUrl {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }
}

/** A file that the server has, by the Bot API's name for it. */
export class BotApiFileId {
  readonly fileId: string
  readonly size: number
  readonly fileName: string
  readonly protected: boolean

  constructor(fileId: string, size = 0, fileName = '', isProtected = false) {
    this.fileId = fileId
    this.size = size
    this.fileName = fileName
    this.protected = isProtected
  }
}

/** A file of MadelineProto's or of ours. */
export type AnyFile = LocalFile | RemoteUrl | FileLike

/** What an upload takes. */
export function sourceOf(file: AnyFile): FileLike {
  if (file instanceof LocalFile) return file.file
  return file instanceof RemoteUrl ? new URL(file.url) : file
}

/** A file of the Bot API. */
interface BotApiFile {
  readonly file_id: string
}

/** The kinds of files in a message of the Bot API, whatever is nearest to the whole first. */
const BOT_API_KINDS = [
  'animation',
  'video',
  'audio',
  'voice',
  'video_note',
  'sticker',
  'document',
  'photo',
  'live_photo',
] as const

/** A message of the Bot API with a file, a file of its own, or the sizes of a photo. */
export type BotApiObject =
  | BotApiFile
  | readonly BotApiFile[]
  | { readonly [Kind in (typeof BOT_API_KINDS)[number]]?: BotApiFile | readonly BotApiFile[] | undefined }

/** The file_id in something of the Bot API; of a photo that of its largest size, which stands last. */
function botApiFileId(thing: BotApiObject): string | undefined {
  const one = Array.isArray(thing) ? (thing as readonly BotApiFile[]).at(-1) : (thing as BotApiFile)
  if (typeof one?.file_id === 'string') return one.file_id
  for (const kind of BOT_API_KINDS) {
    const inner = (thing as Readonly<Record<string, BotApiObject | undefined>>)[kind]
    const found = inner && botApiFileId(inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** An `InputMedia` with files where an `InputFile` stands, and fields by the names of the schema or by ours. */
export interface LooseInputMedia {
  readonly _: `inputMedia${string}`
  readonly [field: string]: unknown
}

/** Media as MadelineProto takes it. */
export type AnyMedia = LooseInputMedia | Sendable | MediaLike | BotApiFileId | BotApiObject

/** What `client.uploadMedia` takes. @throws UsageError for what is no media */
export function mediaOf(given: AnyMedia): MediaLike {
  const media = camelCased(given)
  if (media instanceof BotApiFileId) return toInputMedia(media.fileId)
  if (isValue(media)) {
    const { _, file, ...flags } = media
    if (file instanceof BotApiFileId) return withFlags(toInputMedia(file.fileId), flags)
    // What is not said of a document is told from the file.
    if (_ === 'inputMediaUploadedDocument' && (flags.mimeType === undefined || flags.attributes === undefined))
      return document(file as MediaFile, flags)
    return toInputMedia(media as Sendable)
  }
  if (typeof media === 'string') return toInputMedia(media)
  if (typeof (media as { readonly resolve?: unknown } | null)?.resolve === 'function') return media as MediaLike
  const fileId = typeof media === 'object' && media !== null ? botApiFileId(given as BotApiObject) : undefined
  if (fileId === undefined)
    throw new UsageError('this is no media: give a MessageMedia, an update, a message or an InputMedia')
  return toInputMedia(fileId)
}

/** Flags that a file on the server may be sent with, beside itself. */
const KEPT = ['spoiler', 'ttlSeconds', 'videoCover', 'videoTimestamp'] as const

function withFlags(media: InputMedia, flags: Readonly<Record<string, unknown>>): InputMedia {
  const kept = KEPT.filter((flag) => flags[flag] !== undefined).map((flag) => [flag, flags[flag]])
  return { ...media, ...(Object.fromEntries(kept) as object) }
}

/**
 * Names of fields as this library has them: `ttl_seconds` becomes `ttlSeconds`, all the way down; and files as it takes them.
 * Bytes, streams and objects of classes stay as they are.
 */
export function camelCased(value: unknown): unknown {
  if (value instanceof LocalFile || value instanceof RemoteUrl) return sourceOf(value)
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  if (!isValue(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/([a-z0-9])_([a-z0-9])/g, (_, before: string, letter: string) => before + letter.toUpperCase()),
      camelCased(inner),
    ]),
  )
}
