/**
 * How a file is cut into parts.
 *
 * The rules: a part's size is a multiple of 1 KiB that divides 512 KiB, all parts but the last have it, there are at most
 * 4000 parts (8000 with Premium; `upload_max_fileparts_default` and `_premium` of the account's configuration decide).
 * Files of up to 10 MiB go by `upload.saveFilePart` with an MD5; larger ones, and those whose length is not known
 * beforehand, by `upload.saveBigFilePart`. Source: https://core.telegram.org/api/files#uploading-files
 */
import { hint } from '#explain'
import { FileError, UsageError } from '../errors.ts'
import { MAX_PART_SIZE, MAX_PARTS, MAX_PHOTO_SIZE, MAX_SMALL_SIZE, PART_SIZE_STEP, SMALL_PART_SIZE } from './limits.ts'

export {
  MAX_PART_SIZE,
  MAX_PARTS,
  MAX_PARTS_PREMIUM,
  MAX_PHOTO_SIZE,
  MAX_SMALL_SIZE,
  PART_SIZE_STEP,
} from './limits.ts'

/** What an upload is for: photos and thumbnails are small files of known length, without exception. */
export type UploadKind = 'file' | 'photo' | 'thumb'

/** What bounds a plan. */
export interface PlanOptions {
  /** Bytes of a part; chosen by the file's size unless told. */
  readonly partSize?: number | undefined
  /** Most parts the account may send: {@link MAX_PARTS} unless told, {@link MAX_PARTS_PREMIUM} with Premium. */
  readonly maxParts?: number | undefined
  /** `file` unless told. */
  readonly kind?: UploadKind | undefined
  /** What to call the file in messages. */
  readonly label?: string | undefined
}

/** How a file is cut into parts. */
export interface UploadPlan {
  /** Bytes of the file; `undefined` while unknown. */
  readonly size: number | undefined
  /** Bytes of every part but the last. */
  readonly partSize: number
  /** Number of parts; `undefined` while unknown. */
  readonly parts: number | undefined
  /** Most parts that may be sent. */
  readonly maxParts: number
  /** Whether the parts go by `upload.saveBigFilePart`. */
  readonly big: boolean
}

/**
 * Cuts a file into parts.
 *
 * @param size bytes of the file; `undefined` if that is known only at its end
 * @throws FileError `FILE_EMPTY`, or `FILE_TOO_BIG`, as which a photo of unknown length counts too
 * @throws UsageError for a part size or a limit that cannot be
 */
export function planUpload(size: number | undefined, options: PlanOptions = {}): UploadPlan {
  const { maxParts = MAX_PARTS, kind = 'file', label = 'the file' } = options
  const big = size === undefined || size > MAX_SMALL_SIZE
  const { partSize = big ? MAX_PART_SIZE : SMALL_PART_SIZE } = options
  if (maxParts % 1 !== 0 || maxParts < 1) throw new UsageError(`maxParts cannot be ${maxParts}`)
  if (!(partSize > 0) || partSize % PART_SIZE_STEP || MAX_PART_SIZE % partSize) {
    throw new UsageError(
      `partSize cannot be ${partSize}${hint(': it must be a multiple of 1024 that divides 524288') ?? ''}`,
    )
  }
  if (size === 0) {
    // What was planned without a size, and is now known to have none, is a stream.
    throw new FileError(
      'FILE_EMPTY',
      `${label} is empty${hint(() => ('big' in options ? '; a stream or generator gives its bytes once' : '')) ?? ''}`,
    )
  }
  const tooBig = (limit: number, more: string): FileError =>
    new FileError('FILE_TOO_BIG', `${label} has more than ${limit} bytes, the limit of ${more}`)
  if (big && kind !== 'file') throw tooBig(MAX_PHOTO_SIZE, `photos${hint('; send it as a document') ?? ''}`)
  const limit = partSize * maxParts
  if (size! > limit) {
    throw tooBig(
      limit,
      `this account (${maxParts} parts of ${partSize})${hint(() => (partSize < MAX_PART_SIZE ? '; a larger partSize raises it' : '')) ?? ''}`,
    )
  }
  // A caller without types may have given text: what passed the checks above stands for a number.
  return { size, partSize: +partSize, parts: size && Math.ceil(size / partSize), maxParts: +maxParts, big }
}
