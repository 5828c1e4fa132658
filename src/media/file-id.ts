/**
 * The `file_id` and `file_unique_id` of the Bot API: what a file is called there, and what MTProto needs to name it.
 *
 * A file_id is, in base64 for URLs without padding and with its zeros packed: the type of the file and its flags (`int`),
 * the datacenter (`int`), the file reference (`bytes`, if flagged), id and access hash (two `long`s), for photos the size it
 * is of, and behind all that two bytes with the versions of the format. A file_unique_id has the kind, the id, and for photos the size.
 *
 * Only the form that is written today is read, and files that MTProto still knows by id and access hash: what is older or lies elsewhere (web
 * files, photos by volume) is told apart and refused.
 * Source: the file_id as Bot API servers write it (https://core.telegram.org/bots/api#file); file types as in TDLib's documentation,
 * https://core.telegram.org/tdlib/docs/classtd_1_1td__api_1_1_file_type.html
 */
import { hint } from '#explain'
import { fromBase64, toBareBase64Url } from '../base64.ts'
import { concat } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import { TlReader } from '../tl/reader.ts'
import { TlWriter } from '../tl/writer.ts'
import { packZeros, unpackZeros } from './zeros.ts'

/** What a file is, as the Bot API sees it, by the number that stands for it. */
const TYPES = [
  'thumbnail',
  'profile-photo',
  'photo',
  'voice',
  'video',
  'document',
  'encrypted',
  'temporary',
  'sticker',
  'audio',
  'animation',
  'encrypted-thumbnail',
  'wallpaper',
  'video-note',
  'secure-raw',
  'secure',
  'background',
  'document-as-file',
  'ringtone',
  'call-log',
  'photo-story',
  'video-story',
  'self-destructing-photo',
  'self-destructing-video',
  'self-destructing-video-note',
  'self-destructing-voice',
] as const

/** What a file is, as the Bot API sees it. */
export type FileIdType = (typeof TYPES)[number]

/** The types whose file_id names a photo; all others name a document. */
const PHOTOS: ReadonlySet<FileIdType> = new Set([
  'thumbnail',
  'profile-photo',
  'photo',
  'encrypted-thumbnail',
  'wallpaper',
  'photo-story',
  'self-destructing-photo',
])
/** The types that stand for nothing on the server, or for what is encrypted by other means. */
const ELSEWHERE: ReadonlySet<FileIdType> = new Set([
  'encrypted',
  'temporary',
  'encrypted-thumbnail',
  'secure-raw',
  'secure',
])

const WEB_FLAG = 1 << 24
const REFERENCE_FLAG = 1 << 25

/** The last byte: the form of file ids since 2018. */
const FORM = 4
/** The byte before: the version of TDLib's database. From 22 on photos name their size; from 32 on without a volume. */
const VERSION = 58
const FIRST_WITHOUT_VOLUME = 32

/** A reference that is not there is written as this. */
const NO_REFERENCE = 0x23

/** By number: what a photo's size is of. */
const SOURCE_THUMBNAIL = 1
const SOURCE_SMALL_CHAT_PHOTO = 2
const SOURCE_BIG_CHAT_PHOTO = 3

/** What a file_id says. */
export interface FileId {
  readonly type: FileIdType
  /** Datacenter in which the file lies. */
  readonly dcId: number
  readonly id: bigint
  readonly accessHash: bigint
  /** Empty if there is none: the server asks for a fresh one where it needs one. */
  readonly fileReference: Uint8Array
  /** Of a photo or thumbnail: which size, a letter as in `photoSize.type`. */
  readonly size?: string | undefined
}

/** Whether a file_id names a photo, that goes by `inputMediaPhoto`; other files go by `inputMediaDocument`. */
export function isPhoto(type: FileIdType): boolean {
  return PHOTOS.has(type)
}

/**
 * Reads a file_id.
 * @throws UsageError for what is none, is damaged, is of an old form, or names no file that MTProto knows by id
 * @example
 * const { id, accessHash, fileReference } = parseFileId('AgACAgIAAxkBAAI…')
 */
export function parseFileId(text: string): FileId {
  const refuse = (why: string): never => {
    throw new UsageError(
      `this file_id cannot be used: ${why}${hint('; ask the Bot API for it again, by getFile or a fresh message') ?? ''}`,
    )
  }
  const bytes = /^[\w-]+$/.test(text) ? fromBase64(text) : undefined
  if (!bytes || bytes.length < 2) return refuse('it is not base64')
  const form = bytes.at(-1)
  const version = bytes.at(-2)!
  if (form !== FORM || version < FIRST_WITHOUT_VOLUME)
    refuse(form === FORM || form === 2 ? 'it is of an old form' : 'it is damaged, or no file_id')
  const plain = unpackZeros(bytes.subarray(0, -2))
  if (!plain) return refuse('it is damaged')
  try {
    const reader = new TlReader(plain)
    const word = reader.int()
    const dcId = reader.int()
    const reference = word & REFERENCE_FLAG ? reader.bytes() : new Uint8Array()
    if (word & WEB_FLAG) refuse('it is of a file on the web; give its URL instead')
    const type = TYPES[word & ~REFERENCE_FLAG]
    if (type === undefined) return refuse(`its type is not known (${word & ~REFERENCE_FLAG})`)
    if (ELSEWHERE.has(type)) refuse(`a file of the type ${type} cannot be sent again`)
    const id = reader.long()
    const accessHash = reader.long()
    const size = isPhoto(type) ? readSize(reader, refuse) : undefined
    if (reader.remaining > 0) refuse('it is damaged')
    const fileReference = reference.length === 1 && reference[0] === NO_REFERENCE ? new Uint8Array() : reference.slice()
    return { type, dcId, id, accessHash, fileReference, size }
  } catch (error) {
    if (error instanceof UsageError) throw error
    return refuse('it is damaged')
  }
}

/** Reads what a photo's size is of. */
function readSize(reader: TlReader, refuse: (why: string) => never): string {
  const source = reader.int()
  if (source !== SOURCE_THUMBNAIL) {
    return refuse(
      source === SOURCE_SMALL_CHAT_PHOTO || source === SOURCE_BIG_CHAT_PHOTO
        ? 'the photo of a chat or user cannot be sent by its file_id'
        : 'it does not name a size of a photo',
    )
  }
  reader.int()
  const letter = reader.int()
  return letter > 0 && letter < 128 ? String.fromCharCode(letter) : refuse('it is damaged')
}

/**
 * Writes a file_id.
 * @throws UsageError for a photo without the letter of its size
 */
export function formatFileId({ type, dcId, id, accessHash, fileReference, size }: FileId): string {
  const writer = new TlWriter(96)
  const number = TYPES.indexOf(type)
  writer.int(fileReference.length > 0 ? number | REFERENCE_FLAG : number)
  writer.int(dcId)
  if (fileReference.length > 0) writer.bytes(fileReference)
  writer.long(id)
  writer.long(accessHash)
  if (isPhoto(type)) {
    writer.int(SOURCE_THUMBNAIL)
    writer.int(number)
    writer.int(letterOf(size))
  }
  return toBareBase64Url(concat(packZeros(writer.finish()), Uint8Array.of(VERSION, FORM)))
}

/** Kinds of files in a file_unique_id, by number. */
const UNIQUE_PHOTO = 1
const UNIQUE_DOCUMENT = 2

/**
 * Writes a file_unique_id: the same for the same file whoever got it, and no way to the file.
 * @throws UsageError for a photo without the letter of its size
 */
export function formatUniqueId({ type, id, size }: Pick<FileId, 'type' | 'id' | 'size'>): string {
  const writer = new TlWriter(16)
  writer.int(isPhoto(type) ? UNIQUE_PHOTO : UNIQUE_DOCUMENT)
  writer.long(id)
  if (!isPhoto(type)) return toBareBase64Url(packZeros(writer.finish()))
  const letter = String.fromCharCode(letterOf(size))
  // The two sizes of a chat's photo came first.
  const sizeNumber = letter === 'a' ? 0 : letter === 'c' ? 1 : letter.charCodeAt(0) + 5
  return toBareBase64Url(packZeros(concat(writer.finish(), Uint8Array.of(sizeNumber))))
}

function letterOf(size: string | undefined): number {
  if (size?.length !== 1) throw new UsageError('a photo has a file_id for each of its sizes: which one is meant?')
  return size.charCodeAt(0)
}
