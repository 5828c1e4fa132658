/**
 * What media to upload are: requests, constructors of `InputMedia` with files in them, and the tools that make the one of the
 * other. Types alone.
 */
import type { Host } from '../host.ts'
import type { InputFile, InputMedia, MessageMedia } from '../tl/generated/api-types.ts'
import type { UploadKind } from './plan.ts'
import type { UploadProgress } from './progress.ts'
import type { FileLike } from './source.ts'
import type { UploadedFile } from './upload.ts'

/** A file to upload, or one that was uploaded before. */
export type MediaFile = FileLike | InputFile

/** What a builder returns: media whose files are yet to be uploaded. */
export interface MediaRequest<Made extends InputMedia = InputMedia> {
  /** Uploads its files and makes an `InputMedia` of them. */
  readonly resolve: (tools: MediaTools) => Promise<Made>
}

/** Media to be uploaded, or media as the schema has it, with files where files stand in it. */
export type MediaLike = MediaRequest | MediaWithFiles

/** What a file inside of a media is uploaded with. */
export interface MediaFileOptions extends MediaWatch {
  readonly kind: UploadKind
}

/** What may differ for a part of a media from what the whole call was told: who watches, and who ends it. */
export interface MediaWatch {
  /** Name that the server is told; `undefined`, where it is given, is the file's own. */
  readonly fileName?: string | undefined
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Uploads one file of a media. */
export type MediaUploader = (
  file: FileLike,
  options: MediaFileOptions,
) => Promise<Pick<UploadedFile, 'inputFile' | 'name' | 'type'>>

/** What a request does its work with. */
export interface MediaTools extends MediaWatch {
  readonly upload: MediaUploader
  /** Has the server make media, which something else then refers to: the cover of a video. */
  readonly make: (media: MediaLike, watch: MediaWatch) => Promise<MessageMedia>
  /** Uploads the files in a raw `InputMedia`; absent where that is a function of its own: `withFiles()`. */
  readonly fillMedia?: ((media: MediaWithFiles, tools: MediaTools) => Promise<InputMedia>) | undefined
  /**
   * Tools for so many media, the progress of whose files is one; absent where that would cost every bundle, and small files that
   * come before a large one are not told of.
   */
  readonly oneTotal?: ((tools: MediaTools, count: number) => TotalItem[]) | undefined
  /** The clock of progress. */
  readonly host: Host
}

/** One of the media that share a total. */
export interface TotalItem {
  readonly tools: MediaTools
  /** No further file of it comes. */
  readonly close: () => void
}

/** The type of a field, and what may stand there instead. */
type Loose<Key, Value> = Key extends 'videoCover'
  ? Value | MediaFile
  : [NonNullable<Value>] extends [InputFile]
    ? Value | MediaFile
    : [NonNullable<Value>] extends [InputMedia]
      ? Value | MediaLike
      : [NonNullable<Value>] extends [InputMedia[]]
        ? readonly MediaLike[]
        : Value

/** Constructors with files where they have an `InputFile`, and media where they have an `InputMedia`. */
export type WithFiles<Media> = Media extends unknown ? { [Key in keyof Media]: Loose<Key, Media[Key]> } : never

/** An `InputMedia` as the schema has it, or with files and media in place of what refers to them. */
export type MediaWithFiles = InputMedia | WithFiles<InputMedia>
