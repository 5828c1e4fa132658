/**
 * From an `InputFile` to the bytes it stands for.
 *
 * Source: https://core.telegram.org/api/files#uploading-files
 */
import type { InputFile } from '../../../tl/generated/api-types.ts'
import type { FileContent } from '../file-content.ts'
import { badRequest } from '../rpc-failure.ts'
import { type MethodCall, maxParts, self } from './handler.ts'

/** A file that was uploaded, whole. */
export interface ReceivedFile {
  readonly content: FileContent
  /** As the client named it; may be empty. */
  readonly name: string
}

/**
 * Puts an uploaded file together.
 * @throws RpcFailure FILE_PART_X_MISSING, FILE_PARTS_INVALID, FILE_PART_LENGTH_INVALID, MD5_CHECKSUM_INVALID
 */
export async function receiveFile(call: MethodCall, file: InputFile): Promise<ReceivedFile> {
  const { dc } = call
  const user = self(call)
  const { media } = dc.world
  if (file._ === 'inputFileStoryDocument') {
    if (file.id._ !== 'inputDocument') throw badRequest('MEDIA_INVALID')
    return { content: media.document(file.id).content, name: '' }
  }
  const { id, parts, name } = file
  const big = file._ === 'inputFileBig'
  const content = dc.uploads.use(user.id, id, parts, big, dc.host.now(), maxParts(call))
  // Some clients leave the checksum empty; servers let that pass.
  if (!big && file.md5Checksum !== '' && file.md5Checksum.toLowerCase() !== (await content.md5(dc.crypto))) {
    throw badRequest('MD5_CHECKSUM_INVALID')
  }
  return { content, name }
}

/** Bytes from the start of a file, as many as there are up to `length`. */
export async function startOf(content: FileContent, length: number): Promise<Uint8Array> {
  return content.read(0, length)
}
