/**
 * What to upload, and as what: requests for media, and the `InputMedia` they become.
 *
 * A builder notes what is wanted and how to make it, so that a bundle holds only the kinds it uses; `resolveMedia` has the
 * files in it uploaded, and what can be told from them filled in. Photos are built here, documents in `media-document.ts`, all
 * else in `src/media/builders/`. A raw `InputMedia` stands for itself, and an `InputFile` for a file that was uploaded before; the
 * files in a raw one are the work of `media-fields.ts`.
 * Source: https://core.telegram.org/constructor/inputMediaUploadedPhoto
 */
import { looking } from '#check-given'
import { hint } from '#explain'
import { UsageError } from '../errors.ts'
import type { InputDocument, InputFile, InputMedia, inputMediaUploadedPhoto } from '../tl/generated/api-types.ts'
import type { MediaFile, MediaFileOptions, MediaLike, MediaRequest, MediaTools } from './media-types.ts'
import type { FileProbe } from './probe.ts'

/** What can be told of every media with a file. */
export interface CommonMediaOptions {
  /** Name that the server is told; the file's own unless told. */
  readonly fileName?: string | undefined
  /** Hides the media behind a spoiler warning. */
  readonly spoiler?: boolean | undefined
  /** Seconds (1 to 60) after which the media destroys itself once it was opened; 2147483647: as soon as it was seen. */
  readonly ttlSeconds?: number | undefined
  /** Mask stickers that are attached to the media. */
  readonly stickers?: InputDocument[] | undefined
}

/** What {@link photo} can be told. */
export interface PhotoOptions extends CommonMediaOptions {
  /** Looks at the file before it is sent: what the server would refuse is refused then (in bundles for browsers it is not). */
  readonly probe?: FileProbe | undefined
}

/**
 * A photo: JPEG, PNG or WebP, at most 10 MB, width + height at most 10000, ratio at most 20.
 *
 * ```ts
 * photo('cat.jpg', { spoiler: true })
 * ```
 * @throws UsageError when it is uploaded and the probe finds what the server would refuse
 */
export const photo: (file: MediaFile, options?: PhotoOptions) => MediaRequest<inputMediaUploadedPhoto> =
  /* @__PURE__ */ looking((file, options = {}) => {
    const { fileName, ...flags } = options
    return {
      resolve: async (tools) => ({
        _: 'inputMediaUploadedPhoto',
        ...flags,
        file: await sent(tools, file, { kind: 'photo', ...(fileName !== undefined && { fileName }) }),
      }),
    }
  })

/** What stands for a file, which is uploaded if it was not before. */
export async function sent(
  { upload }: Pick<MediaTools, 'upload'>,
  file: MediaFile,
  options: MediaFileOptions,
): Promise<InputFile> {
  return isInputFile(file) ? file : (await upload(file, options)).inputFile
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
 * The `InputMedia` that a request stands for, its files uploaded by `tools`.
 *
 * @throws UsageError for something that is no media
 * @throws whatever the tools throw
 */
export async function resolveMedia(media: MediaLike, tools: MediaTools): Promise<InputMedia> {
  const made = await (isInputMedia(media)
    ? (tools.fillMedia?.(media, tools) ?? media)
    : (media as MediaRequest | undefined)?.resolve?.(tools))
  if (!made)
    throw new UsageError(
      `this is no media${hint('; give { media: … } with a photo(), a video(), a document() … or an InputMedia') ?? ''}`,
    )
  return made
}
