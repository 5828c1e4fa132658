/**
 * The `file_id` and `file_unique_id` of the Bot API: what a file is called there, and what MTProto needs to name it.
 *
 * A file_id is, in base64 for URLs without padding and with its zeros packed: the type of the file and its flags (`int`),
 * the datacenter (`int`), the file reference (`bytes`, if flagged), id and access hash (two `long`s), for photos what the picture
 * is of, and behind all that two bytes with the versions of the format, or in the oldest form one. A file_unique_id has the kind,
 * the id, and for photos the size.
 *
 * Every form there was is read, and only today's is written. Files that MTProto does not know by id and access hash (files on the
 * web, photos of chats, previews of sets of stickers) are told apart and refused.
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

/** Characters of the longest that is read: those with the address of a file on the web have some hundred. */
const MAX_LENGTH = 4096

/** The last byte: the form of file ids since 2018, and the one before, which has no version. */
const FORM = 4
const OLD_FORM = 2
/** The byte before: the version of TDLib's database that it was written with. */
const VERSION = 58
/** From this version on photos say what they are of; from the second on they have no volume any more. */
const FIRST_WITH_SOURCE = 22
const FIRST_WITHOUT_VOLUME = 32

/** A reference that is not there is written as this. */
const NO_REFERENCE = 0x23

/** By number: what a picture is of. Those that are gone since photos have no volume are still in old ids. */
const SOURCES = [
  'legacy',
  'size',
  'chat-photo',
  'chat-photo',
  'sticker-set',
  'full-legacy',
  'chat-photo-legacy',
  'chat-photo-legacy',
  'sticker-set-legacy',
  'sticker-set-version',
] as const

/** Of a picture by volume: the volume, a secret and a number in it. */
const LENGTH_OF_VOLUME = 8 + 8 + 4

/** What is refused by what it is of. */
const NO_FILES: Readonly<Record<string, string>> = {
  'chat-photo': 'the photo of a chat or user cannot be sent by its file_id',
  'sticker-set': 'the preview of a set of stickers cannot be sent',
}

/** What a file_id says. */
export interface FileId {
  readonly type: FileIdType
  /** Datacenter in which the file lies. */
  readonly dcId: number
  readonly id: bigint
  readonly accessHash: bigint
  /** Empty if there is none: the server asks for a fresh one where it needs one. */
  readonly fileReference: Uint8Array
  /** Of a photo or thumbnail: which size, a letter as in `photoSize.type`. Ids of before 2020 do not say. */
  readonly size?: string | undefined
}

/** Whether a file_id names a photo, that goes by `inputMediaPhoto`; other files go by `inputMediaDocument`. */
export function isPhoto(type: FileIdType): boolean {
  return PHOTOS.has(type)
}

/** What a file_id of a file on the web says. */
export interface WebFileId {
  readonly type: FileIdType
  readonly url: string
}

/**
 * Reads a file_id.
 * @throws UsageError for what is none, is damaged, or names no file that MTProto knows by id
 * @example
 * const { id, accessHash, fileReference } = parseFileId('AgACAgIAAxkBAAI…')
 */
export function parseFileId(text: string): FileId {
  const said = readFileId(text)
  return 'url' in said ? refuse(`it is of a file on the web; give its URL instead: ${said.url}`) : said
}

function refuse(why: string): never {
  throw new UsageError(
    `this file_id cannot be used: ${why}${hint('; ask the Bot API for it again, by getFile or a fresh message') ?? ''}`,
  )
}

/** Reads a file_id, be it of a file on the server or on the web. @throws UsageError as {@link parseFileId} */
export function readFileId(text: string): FileId | WebFileId {
  // Zeros are packed: what is short here can be long when it is unpacked.
  if (text.length > MAX_LENGTH) refuse('it is too long')
  const bytes = /^[\w-]+$/.test(text) ? fromBase64(text) : undefined
  if (!bytes || bytes.length < 2) return refuse('it is not base64')
  const form = bytes.at(-1)
  if (form !== FORM && form !== OLD_FORM) refuse('it is damaged, or no file_id')
  const version = form === FORM ? bytes.at(-2)! : 0
  const plain = unpackZeros(bytes.subarray(0, form === FORM ? -2 : -1))
  if (!plain) return refuse('it is damaged')
  try {
    return readPlain(new TlReader(plain), version)
  } catch (error) {
    if (error instanceof UsageError) throw error
    return refuse('it is damaged')
  }
}

function readPlain(reader: TlReader, version: number): FileId | WebFileId {
  const word = reader.int()
  const dcId = reader.int()
  const reference = word & REFERENCE_FLAG ? reader.bytes() : new Uint8Array()
  const number = word & ~(REFERENCE_FLAG | WEB_FLAG)
  const type = TYPES[number]
  if (type === undefined) return refuse(`its type is not known (${number})`)
  if (word & WEB_FLAG) {
    const url = reader.string()
    reader.long()
    return reader.remaining > 0 || !/^https?:/.test(url) ? refuse('it is damaged') : { type, url }
  }
  if (ELSEWHERE.has(type)) refuse(`a file of the type ${type} cannot be sent again`)
  const id = reader.long()
  const accessHash = reader.long()
  const size = isPhoto(type) ? readSize(reader, version) : undefined
  if (reader.remaining > 0 || id === 0n) refuse('it is damaged')
  const fileReference = reference.length === 1 && reference[0] === NO_REFERENCE ? new Uint8Array() : reference.slice()
  return { type, dcId, id, accessHash, fileReference, size }
}

/** Reads what a picture is of, and where it lay when there were volumes. Returns the letter of its size, if it says. */
function readSize(reader: TlReader, version: number): string | undefined {
  const volume = version < FIRST_WITHOUT_VOLUME
  if (volume) reader.long()
  const source = version < FIRST_WITH_SOURCE ? 'legacy' : SOURCES[reader.int()]
  if (source === undefined) return refuse('what it is of is not known')
  let letter: number | undefined
  if (source === 'size') {
    reader.int()
    letter = reader.int()
    if (!(letter > 0 && letter < 128)) refuse('it is damaged')
  } else if (source === 'legacy') reader.long()
  else if (source === 'full-legacy') reader.raw(LENGTH_OF_VOLUME)
  else return refuse(NO_FILES[/^(?:chat-photo|sticker-set)/.exec(source)![0]]!)
  if (volume) reader.int()
  return letter === undefined ? undefined : String.fromCharCode(letter)
}

/**
 * Writes a file_id.
 * @throws UsageError for a photo without the letter of its size, or a type that there is not
 */
export function formatFileId({ type, dcId, id, accessHash, fileReference, size }: FileId): string {
  const writer = new TlWriter(96)
  const number = numberOf(type)
  writer.int(fileReference.length > 0 ? number | REFERENCE_FLAG : number)
  writer.int(dcId)
  if (fileReference.length > 0) writer.bytes(fileReference)
  writer.long(id)
  writer.long(accessHash)
  if (isPhoto(type)) {
    writer.int(SOURCES.indexOf('size'))
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
  numberOf(type)
  const writer = new TlWriter(16)
  writer.int(isPhoto(type) ? UNIQUE_PHOTO : UNIQUE_DOCUMENT)
  writer.long(id)
  if (!isPhoto(type)) return toBareBase64Url(packZeros(writer.finish()))
  const letter = String.fromCharCode(letterOf(size))
  // The two sizes of a chat's photo came first.
  const sizeNumber = letter === 'a' ? 0 : letter === 'c' ? 1 : letter.charCodeAt(0) + 5
  return toBareBase64Url(packZeros(concat(writer.finish(), Uint8Array.of(sizeNumber))))
}

function numberOf(type: FileIdType): number {
  const number = TYPES.indexOf(type)
  if (number < 0) throw new UsageError(`"${type}" is no type of file_id${hint(() => `: ${TYPES.join(', ')}`) ?? ''}`)
  return number
}

function letterOf(size: string | undefined): number {
  if (size?.length !== 1) throw new UsageError('a photo has a file_id for each of its sizes: which one is meant?')
  return size.charCodeAt(0)
}
