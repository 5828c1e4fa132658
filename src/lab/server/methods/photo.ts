/**
 * The rules by which an uploaded file becomes a photo.
 *
 * Sources: https://core.telegram.org/api/files#uploading-files, https://core.telegram.org/bots/api#sendphoto
 */
import { IMAGE_HEADER_LENGTH, imageInfo } from '../image-size.ts'
import type { StoredPhoto } from '../media-store.ts'
import { badRequest } from '../rpc-failure.ts'
import type { MethodCall } from './handler.ts'
import { type ReceivedFile, startOf } from './input-file.ts'

/** Most bytes of a photo. */
export const MAX_PHOTO_SIZE: number = 10 * 1024 * 1024
/** Most pixels of width and height together. */
export const MAX_PHOTO_SUM = 10_000
/** Most times that one side may be longer than the other. */
export const MAX_PHOTO_RATIO = 20
/** Names may end like this, or without any extension. */
const EXTENSIONS = /\.(jpe?g|jfif|png|webp|gif|bmp)$/i

/**
 * Makes a photo of a file.
 * @throws RpcFailure PHOTO_SAVE_FILE_INVALID, PHOTO_EXT_INVALID, IMAGE_PROCESS_FAILED, PHOTO_INVALID_DIMENSIONS
 */
export async function makePhoto(
  { dc }: MethodCall,
  { content, name }: ReceivedFile,
  hasStickers = false,
): Promise<StoredPhoto> {
  if (content.size > MAX_PHOTO_SIZE) throw badRequest('PHOTO_SAVE_FILE_INVALID')
  if (/\.\w+$/.test(name) && !EXTENSIONS.test(name)) throw badRequest('PHOTO_EXT_INVALID')
  const image = imageInfo(await startOf(content, IMAGE_HEADER_LENGTH))
  if (image?.width === undefined || image.height === undefined) throw badRequest('IMAGE_PROCESS_FAILED')
  const { width: w, height: h } = image
  if (w + h > MAX_PHOTO_SUM || Math.max(w, h) > MAX_PHOTO_RATIO * Math.min(w, h)) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  }
  return dc.world.media.addPhoto({
    kind: 'photo',
    content,
    date: dc.seconds(),
    dcId: dc.id,
    hasStickers,
    // The picture is kept as it came: one size, named after how large it is.
    size: { _: 'photoSize', type: sizeLetter(Math.max(w, h)), w, h, size: content.size },
  })
}

/** https://core.telegram.org/api/files#image-thumbnail-types */
export function sizeLetter(longest: number): string {
  if (longest <= 100) return 's'
  if (longest <= 320) return 'm'
  if (longest <= 800) return 'x'
  return longest <= 1280 ? 'y' : 'w'
}
