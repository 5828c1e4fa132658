/**
 * What to upload, and as what: builders of photos and documents, and the `InputMedia` they become.
 *
 * A builder notes what is wanted and how to make it, so that a bundle holds only the kinds it uses; `resolveMedia` has the
 * files in it uploaded, and what can be told from them filled in.
 * A raw `InputMedia` stands for itself, and an `InputFile` for a file that was uploaded before.
 * Sources: https://core.telegram.org/constructor/inputMediaUploadedPhoto, …/inputMediaUploadedDocument
 */
import { hint, mimeByName } from '#explain'
import { UsageError } from '../errors.ts'
import type { DocumentAttribute, InputDocument, InputFile, InputMedia, InputPhoto } from '../tl/generated/api-types.ts'
import type { UploadKind } from './plan.ts'
import type { FileLike } from './source.ts'
import type { UploadedFile } from './upload.ts'

/** A file to upload, or one that was uploaded before. */
export type MediaFile = FileLike | InputFile

interface CommonOptions {
  /** Name that the server is told; the file's own unless told. */
  readonly fileName?: string | undefined
  /** Hides the media behind a spoiler warning. */
  readonly spoiler?: boolean | undefined
  /** Seconds after which the media destroys itself once it was opened. */
  readonly ttlSeconds?: number | undefined
  /** Mask stickers that are attached to the media. */
  readonly stickers?: InputDocument[] | undefined
}

/** What {@link photo} can be told. */
export type PhotoOptions = CommonOptions

interface CommonDocumentOptions extends CommonOptions {
  /** MIME type; told from the file or its name's extension otherwise. */
  readonly mimeType?: string | undefined
  /** What the document is: video, audio, sticker …; its file name is added if it is not among them. */
  readonly attributes?: DocumentAttribute[] | undefined
  /** Preview: a small JPEG. */
  readonly thumb?: MediaFile | undefined
}

/** A file that is shown as a file, whatever is in it. What concerns videos has no place here. */
interface PlainFileOptions extends CommonDocumentOptions {
  readonly forceFile: true
  readonly nosoundVideo?: never
  readonly videoCover?: never
  readonly videoTimestamp?: never
}

/** A document that is shown as what it is. */
interface RichDocumentOptions extends CommonDocumentOptions {
  readonly forceFile?: false | undefined
  /** Keeps a video without sound a video, where the server would make it an animation. */
  readonly nosoundVideo?: boolean | undefined
  /** Picture that stands for the video. */
  readonly videoCover?: InputPhoto | undefined
  /** Second at which the video starts. */
  readonly videoTimestamp?: number | undefined
}

/** What {@link document} can be told. */
export type DocumentOptions = PlainFileOptions | RichDocumentOptions

/** What a builder returns: media whose files are yet to be uploaded. */
export interface MediaRequest {
  /** Uploads its files and makes an `InputMedia` of them. */
  readonly resolve: (upload: MediaUploader) => Promise<InputMedia>
}

/** Media to be uploaded, or media as the schema has it. */
export type MediaLike = MediaRequest | InputMedia

/** What a file inside of a media is uploaded with. */
export interface MediaFileOptions {
  readonly kind: UploadKind
  readonly fileName?: string
}

/** Uploads one file of a media. */
export type MediaUploader = (
  file: FileLike,
  options: MediaFileOptions,
) => Promise<Pick<UploadedFile, 'inputFile' | 'name' | 'type'>>

/**
 * A photo: JPEG, PNG or WebP, at most 10 MB, width + height at most 10000, ratio at most 20.
 *
 * ```ts
 * photo('cat.jpg', { spoiler: true })
 * ```
 */
export function photo(file: MediaFile, options: PhotoOptions = {}): MediaRequest {
  const { fileName, ...flags } = options
  return {
    resolve: async (upload) => ({
      _: 'inputMediaUploadedPhoto',
      ...flags,
      file: (await put(upload, file, 'photo', fileName)).inputFile,
    }),
  }
}

/**
 * A file of any kind. Without attributes it is shown as a file; with them as a video, music, a sticker.
 *
 * ```ts
 * document('report.pdf')
 * document('clip.mp4', { attributes: [{ _: 'documentAttributeVideo', duration: 12, w: 1280, h: 720 }], thumb: 'clip.jpg' })
 * ```
 */
export function document(file: MediaFile, options: DocumentOptions = {}): MediaRequest {
  const { fileName, thumb, mimeType, attributes = [], ...flags } = options
  return {
    async resolve(upload) {
      // The small one first: if it cannot be had, the large one is not sent for nothing.
      const preview = thumb && (await put(upload, thumb, 'thumb')).inputFile
      const { inputFile, name, type = UNKNOWN_TYPE } = await put(upload, file, 'file', fileName)
      const guessed = (type === UNKNOWN_TYPE && mimeByName(name ?? '')) || type
      const named = name === undefined || attributes.some((attribute) => attribute._ === 'documentAttributeFilename')
      return {
        _: 'inputMediaUploadedDocument',
        ...flags,
        ...(preview && { thumb: preview }),
        file: inputFile,
        mimeType: mimeType ?? guessed,
        attributes: named ? attributes : [...attributes, { _: 'documentAttributeFilename', fileName: name }],
      }
    },
  }
}

/** The type of bytes of which nothing more is known. */
const UNKNOWN_TYPE = 'application/octet-stream'

/** Uploads a file, if it was not uploaded before. */
async function put(
  upload: MediaUploader,
  file: MediaFile,
  kind: UploadKind,
  fileName?: string,
): ReturnType<MediaUploader> {
  if (!isInputFile(file)) return upload(file, fileName === undefined ? { kind } : { kind, fileName })
  return { inputFile: file, name: fileName ?? (file as { name?: string }).name, type: undefined }
}

/** Whether a value is one of the schema's whose constructor has a name that begins so. */
function isA(value: unknown, prefix: string): boolean {
  return String((value as { readonly _?: unknown } | null | undefined)?._).startsWith(prefix)
}

/** Whether a value is an `InputMedia` as the schema has it. */
export function isInputMedia(value: unknown): value is InputMedia {
  return isA(value, 'inputMedia')
}

/** Whether a value is an `InputFile` as the schema has it. */
export function isInputFile(value: unknown): value is InputFile {
  return isA(value, 'inputFile')
}

/**
 * The `InputMedia` that a request stands for, its files uploaded by `upload`.
 *
 * @throws UsageError for something that is no media
 * @throws whatever `upload` throws
 */
export async function resolveMedia(media: MediaLike, upload: MediaUploader): Promise<InputMedia> {
  if (isInputMedia(media)) return media
  const made = await media?.resolve?.(upload)
  if (!made)
    throw new UsageError(
      `this is no media${hint('; give { media: … } with a photo(), a document() or an InputMedia') ?? ''}`,
    )
  return made
}
