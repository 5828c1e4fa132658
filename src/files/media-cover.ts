/**
 * The small files that come before a large one: its preview, and the cover of a video. The latter has to be a photo on the server,
 * so it is made one first.
 * Source: https://core.telegram.org/constructor/inputMediaUploadedDocument
 */
import { UsageError } from '../errors.ts'
import type { InputFile, InputPhoto } from '../tl/generated/api-types.ts'
import { photo, sent } from './media.ts'
import type { MediaFile, MediaTools } from './media-types.ts'

/** The name and the watcher that were told are those of the large file; progress would go back if small ones were told of by themselves. */
const UNTOLD = { fileName: undefined, onProgress: undefined }

/** Whether a value is an `InputPhoto` as the schema has it. */
export function isInputPhoto(value: unknown): value is InputPhoto {
  return String((value as { readonly _?: unknown } | null)?._).startsWith('inputPhoto')
}

/** Uploads a preview. The name that was told is the file's that it stands for. */
export function putThumb(thumb: MediaFile, tools: MediaTools): Promise<InputFile> {
  return sent(tools, thumb, { kind: 'thumb', ...UNTOLD })
}

/** The cover that a video is given: a photo on the server, or a file that is made one. */
export async function coverOf(cover: InputPhoto | MediaFile, tools: MediaTools): Promise<InputPhoto> {
  if (isInputPhoto(cover)) return cover
  const made = await tools.make(photo(cover), { signal: tools.signal, ...UNTOLD })
  if (made._ !== 'messageMediaPhoto' || made.photo?._ !== 'photo')
    throw new UsageError('the cover of the video did not become a photo')
  const { id, accessHash, fileReference } = made.photo
  return { _: 'inputPhoto', id, accessHash, fileReference }
}
