/**
 * Where a file is downloaded from: what `upload.getFile` takes.
 *
 * Source: https://core.telegram.org/api/files#downloading-files
 */
import { UsageError } from '../errors.ts'
import type { InputFileLocation } from '../tl/generated/api-types.ts'
import { type FileId, isPhoto, parseFileId } from './file-id.ts'

/**
 * The location of a file, of one size of a photo, or of a preview of a document, for `upload.getFile` at the datacenter of the file.
 * @param file a file_id of the Bot API, or what it says
 * @throws UsageError for what is no file_id, or a photo of which it is not known which size is meant
 * @example
 * const chunk = await client.invoke({ _: 'upload.getFile', location: fileLocation(fileId), offset: 0n, limit: 1048576 })
 */
export function fileLocation(file: FileId | string): InputFileLocation {
  const { type, id, accessHash, fileReference, size } = typeof file === 'string' ? parseFileId(file) : file
  const named = { id, accessHash, fileReference }
  // A preview goes by the document that it is of.
  if (type === 'thumbnail' || !isPhoto(type)) return { _: 'inputDocumentFileLocation', ...named, thumbSize: size ?? '' }
  if (size === undefined) throw new UsageError('a photo has a location for each of its sizes: which one is meant?')
  return { _: 'inputPhotoFileLocation', ...named, thumbSize: size }
}
