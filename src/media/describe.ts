/**
 * What a `MessageMedia` with a file in it is, in plain words and numbers: kind, dimensions, duration, name, and the ids that the
 * Bot API would give it.
 *
 * Sources: https://core.telegram.org/constructor/photo, https://core.telegram.org/constructor/document,
 * https://core.telegram.org/bots/api#available-types
 */
import type { Document, DocumentAttribute, MessageMedia, Photo, PhotoSize } from '../tl/generated/api-types.ts'
import { type FileIdType, formatFileId, formatUniqueId } from './file-id.ts'

/** What a file is shown as. */
export type FileKind = 'photo' | 'video' | 'animation' | 'audio' | 'voice' | 'video-note' | 'sticker' | 'document'

/** One of the sizes in which a photo is kept, or a preview of a document. */
export interface SizeFacts {
  /** Its letter: `s`, `m`, `x`, … */
  readonly type: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Bytes. */
  readonly size: number
  readonly fileId: string
  readonly fileUniqueId: string
}

/** What is known of a file. */
export interface FileFacts {
  readonly kind: FileKind
  readonly id: bigint
  /** The Bot API's name for it, of a photo for its largest size. */
  readonly fileId: string
  /** The same for the same file, whoever got it. */
  readonly fileUniqueId: string
  /** Datacenter in which it lies. */
  readonly dcId: number
  /** When it was made on the server: ms since 1970. */
  readonly date: number
  /** Bytes; of a photo those of its largest size. */
  readonly size: number
  readonly mimeType: string
  readonly fileName: string | undefined
  /** Pixels, of what is seen. */
  readonly width: number | undefined
  readonly height: number | undefined
  /** Seconds, of what plays. */
  readonly duration: number | undefined
  /** Of music. */
  readonly title: string | undefined
  readonly performer: string | undefined
  /** The sizes of a photo, or the previews of a document, the largest last. */
  readonly sizes: readonly SizeFacts[]
}

/**
 * Describes the file in a media.
 * @returns undefined if there is none: it is a contact, a poll, …, or the file was taken away
 * @example
 * const file = describeFile(await client.uploadMedia({ media: photo('cat.jpg') }))
 * console.log(file?.width, file?.height, file?.fileId)
 */
export function describeFile(media: MessageMedia | Photo | Document): FileFacts | undefined {
  switch (media._) {
    case 'messageMediaPhoto':
      return media.photo && describeFile(media.photo)
    case 'messageMediaDocument':
      return media.document && describeFile(media.document)
    case 'photo':
      return ofPhoto(media)
    case 'document':
      return ofDocument(media)
    default:
      return undefined
  }
}

/** How the sizes that are files of their own lie on the server. */
interface Place {
  readonly type: FileIdType
  readonly dcId: number
  readonly id: bigint
  readonly accessHash: bigint
  readonly fileReference: Uint8Array
}

/** The sizes that are files, the largest last; those within the object, as the stripped one, are none. */
function sizesOf(sizes: readonly PhotoSize[], place: Place): SizeFacts[] {
  const found = sizes.flatMap((size): SizeFacts[] => {
    const bytes = bytesOf(size)
    if (bytes === undefined || !('w' in size)) return []
    const { type, w: width, h: height } = size
    const of = { ...place, size: type }
    return [{ type, width, height, size: bytes, fileId: formatFileId(of), fileUniqueId: formatUniqueId(of) }]
  })
  return found.sort((a, b) => a.width * a.height - b.width * b.height)
}

function bytesOf(size: PhotoSize): number | undefined {
  if (size._ === 'photoSize') return size.size
  if (size._ === 'photoSizeProgressive') return Math.max(...size.sizes)
  return size._ === 'photoCachedSize' ? size.bytes.length : undefined
}

function ofPhoto(photo: Extract<Photo, { _: 'photo' }>): FileFacts | undefined {
  const { id, dcId, date, sizes: all } = photo
  const sizes = sizesOf(all, { ...photo, type: 'photo' })
  const largest = sizes.at(-1)
  if (!largest) return undefined
  const { fileId, fileUniqueId, size, width, height } = largest
  return {
    kind: 'photo',
    id,
    fileId,
    fileUniqueId,
    dcId,
    date: 1000 * date,
    size,
    mimeType: 'image/jpeg',
    fileName: undefined,
    width,
    height,
    duration: undefined,
    title: undefined,
    performer: undefined,
    sizes,
  }
}

/** An attribute of one kind, if a document has it. */
type Attribute<Name extends DocumentAttribute['_']> = Extract<DocumentAttribute, { _: Name }> | undefined

function ofDocument(document: Extract<Document, { _: 'document' }>): FileFacts {
  const { id, dcId, accessHash, fileReference, date, size, mimeType, attributes, thumbs = [] } = document
  const find = <Name extends DocumentAttribute['_']>(name: Name): Attribute<Name> =>
    attributes.find((attribute): attribute is Extract<DocumentAttribute, { _: Name }> => attribute._ === name)
  const video = find('documentAttributeVideo')
  const audio = find('documentAttributeAudio')
  const image = find('documentAttributeImageSize')
  const seen = video ?? image
  const kind = kindOf(attributes, video, audio)
  const place = { type: kind, dcId, id, accessHash, fileReference }
  return {
    kind,
    id,
    fileId: formatFileId(place),
    fileUniqueId: formatUniqueId(place),
    dcId,
    date: 1000 * date,
    size: Number(size),
    mimeType,
    fileName: find('documentAttributeFilename')?.fileName,
    width: seen?.w,
    height: seen?.h,
    duration: video?.duration ?? audio?.duration,
    title: audio?.title,
    performer: audio?.performer,
    sizes: sizesOf(thumbs, { ...document, type: 'thumbnail' }),
  }
}

/** What a document is shown as: stickers and animations are videos or pictures as well, so they come first. */
function kindOf(
  attributes: readonly DocumentAttribute[],
  video: Attribute<'documentAttributeVideo'>,
  audio: Attribute<'documentAttributeAudio'>,
): Exclude<FileKind, 'photo'> {
  const has = (name: DocumentAttribute['_']): boolean => attributes.some((attribute) => attribute._ === name)
  if (has('documentAttributeSticker') || has('documentAttributeCustomEmoji')) return 'sticker'
  if (has('documentAttributeAnimated')) return 'animation'
  if (video) return video.roundMessage ? 'video-note' : 'video'
  if (audio) return audio.voice ? 'voice' : 'audio'
  return 'document'
}
