/**
 * Files where files stand in an `InputMedia`: uploaded on the way, and replaced by what the schema wants there.
 *
 * The fields are told by the types of the schema: whichever constructor of `InputMedia` has a field of the type `InputFile` or
 * `InputMedia` takes a file or a media there, and this module does not compile before the field is dealt with. A picture for a
 * video's cover has to be a photo on the server, so it is made one first.
 * Source: https://core.telegram.org/type/InputMedia
 */

import type { InputFile, InputMedia, InputPhoto } from '../tl/generated/api-types.ts'
import { isInputFile, resolveMedia, sent } from './media.ts'
import { coverOf, isInputPhoto, putThumb } from './media-cover.ts'
import { oneTotal, resolveAll } from './media-total.ts'
import type { MediaFile, MediaLike, MediaRequest, MediaTools, MediaWithFiles } from './media-types.ts'

/** The fields of a constructor whose type is one of these. */
type FieldsOf<Media, Type> = Media extends unknown
  ? { [Key in keyof Media]-?: [NonNullable<Media[Key]>] extends [Type] ? Key : never }[keyof Media]
  : never

/** Every field that refers to a file, a photo or a media; what is called `id` names something that is there already. */
type Field = Exclude<FieldsOf<InputMedia, InputFile | InputPhoto | InputMedia | InputMedia[]>, 'id'>

type Filler = (value: never, tools: MediaTools, media: InputMedia['_']) => Promise<unknown>

/** What is done in each field, in this order: the small ones first, so that the large is not sent for nothing. */
const FIELDS: { readonly [Key in Field]: Filler } = {
  extendedMedia: (value: MediaLike | readonly MediaLike[], tools) =>
    Array.isArray(value) ? resolveAll(value as readonly MediaLike[], tools) : resolveMedia(value as MediaLike, tools),
  videoCover: coverOf,
  thumb: putThumb,
  file: (file: MediaFile, tools, media) =>
    sent(tools, file, { kind: media === 'inputMediaUploadedPhoto' ? 'photo' : 'file' }),
}

/**
 * Uploads the files in a raw `InputMedia`.
 * @returns the same object if there are none
 */
export async function fillMedia(media: MediaWithFiles, tools: MediaTools): Promise<InputMedia> {
  const given = Object.entries(media).filter(([key, value]) => key in FIELDS && value !== undefined && !isReady(value))
  if (given.length === 0) return media as InputMedia
  const { tools: all, close } = oneTotal(tools, 1)[0]!
  const filled: Record<string, unknown> = { ...media }
  for (const [key, fill] of Object.entries<Filler>(FIELDS)) {
    const found = given.find(([name]) => name === key)
    if (found) filled[key] = await fill(found[1] as never, key === 'extendedMedia' ? tools : all, media._)
  }
  close()
  // Each field that was filled has the type that the schema gives it.
  return filled as unknown as InputMedia
}

/** Whether nothing has to be done for a value: it refers to what is on the server. */
function isReady(value: unknown): boolean {
  return isInputFile(value) || isInputPhoto(value)
}

/**
 * A raw `InputMedia` whose files are still to be uploaded: for bundles for browsers; elsewhere the client does so by itself.
 *
 * ```ts
 * withFiles({ _: 'inputMediaUploadedPhoto', file: 'cat.jpg', ttlSeconds: 10 })
 * ```
 */
export function withFiles<Name extends InputMedia['_']>(
  media: Extract<MediaWithFiles, { readonly _: Name }>,
): MediaRequest<Extract<InputMedia, { readonly _: Name }>> {
  return {
    // Filling changes fields, never the constructor.
    resolve: (tools) =>
      resolveMedia(media, { ...tools, fillMedia }) as Promise<Extract<InputMedia, { readonly _: Name }>>,
  }
}
