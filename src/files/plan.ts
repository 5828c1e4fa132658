/**
 * How a file is cut into parts.
 *
 * The rules: a part's size is a multiple of 1 KiB that divides 512 KiB, all parts but the last have it, there are at most
 * 4000 parts (8000 with Premium; `upload_max_fileparts_default` and `_premium` of the account's configuration decide).
 * Files of up to 10 MiB go by `upload.saveFilePart` with an MD5; larger ones, and those whose length is not known
 * beforehand, by `upload.saveBigFilePart`. Source: https://core.telegram.org/api/files#uploading-files
 */
import { FileError, UsageError } from '../errors.ts'

/** Part sizes are multiples of this. */
export const PART_SIZE_STEP: number = 1024
/** The largest part; every part size divides it. */
export const MAX_PART_SIZE: number = 512 * 1024
/** Files above this many bytes are "big". */
export const MAX_SMALL_SIZE: number = 10 * 1024 * 1024
/** Most parts of a file, for most accounts. */
export const MAX_PARTS: number = 4000
/** Most parts of a file for accounts with Premium. */
export const MAX_PARTS_PREMIUM: number = 8000
/** Most bytes of a photo: https://core.telegram.org/api/files#uploading-profile-or-chat-pictures */
export const MAX_PHOTO_SIZE: number = 10 * 1024 * 1024
/** Part size of small files: fine enough to fill several lanes and to move a progress bar. */
const SMALL_PART_SIZE = 128 * 1024

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
 * @throws FileError `FILE_EMPTY`, `FILE_TOO_BIG`, or `FILE_SOURCE_INVALID` for a photo of unknown length
 * @throws UsageError for a part size or a limit that cannot be
 */
export function planUpload(size: number | undefined, options: PlanOptions = {}): UploadPlan {
  const { maxParts = MAX_PARTS, kind = 'file', label = 'the file' } = options
  if (!Number.isSafeInteger(maxParts) || maxParts < 1) throw new UsageError(`maxParts cannot be ${maxParts}`)
  if (size === undefined && kind !== 'file') {
    throw new FileError('FILE_SOURCE_INVALID', `the length of a ${kind} must be known before it is sent`)
  }
  if (size === 0) throw emptyFile(label)
  const big = size === undefined || size > MAX_SMALL_SIZE
  const partSize = options.partSize ?? (big ? MAX_PART_SIZE : SMALL_PART_SIZE)
  if (!Number.isSafeInteger(partSize) || partSize <= 0 || partSize % PART_SIZE_STEP || MAX_PART_SIZE % partSize) {
    throw new UsageError(`partSize cannot be ${partSize}: it must be a multiple of 1024 that divides 524288`)
  }
  if (size !== undefined) {
    if (kind === 'photo' && size > MAX_PHOTO_SIZE) {
      const limit = `${MAX_PHOTO_SIZE} bytes`
      throw new FileError(
        'FILE_TOO_BIG',
        `${label} has ${size} bytes; a photo may have ${limit}: send it as a document`,
      )
    }
    if (size > partSize * maxParts) throw tooBig(label, `${size}`, partSize, maxParts)
  }
  const parts = size === undefined ? undefined : Math.ceil(size / partSize)
  return { size, partSize, parts, maxParts, big }
}

/** The error of a file without bytes: the server refuses empty parts, and a file has at least one. */
export function emptyFile(label: string): FileError {
  return new FileError('FILE_EMPTY', `${label} is empty; there is nothing to upload`)
}

/** The error of a file above the limit; `size` says how many bytes it has. */
export function tooBig(label: string, size: string, partSize: number, maxParts: number): FileError {
  const limit = `${partSize * maxParts} bytes (${maxParts} parts of ${partSize})`
  const larger = partSize < MAX_PART_SIZE ? '; a larger partSize raises the limit' : ''
  return new FileError('FILE_TOO_BIG', `${label} has ${size} bytes; the limit of this account is ${limit}${larger}`)
}
