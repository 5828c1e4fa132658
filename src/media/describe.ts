/**
 * What a file is, in plain words and numbers: kind, dimensions, duration, name, previews, the ids that the Bot API would give it,
 * and where it is downloaded from.
 *
 * Sources: https://core.telegram.org/constructor/photo, https://core.telegram.org/constructor/document,
 * https://core.telegram.org/bots/api#available-types
 */
import type {
  Document,
  DocumentAttribute,
  Game,
  InputFileLocation,
  MessageMedia,
  Photo,
  PhotoSize,
  StoryItem,
  VideoSize,
  WebPage,
} from '../tl/generated/api-types.ts'
import type { HolderLike, MessageLike, UpdateLike } from './convert.ts'
import { type FileId, formatFileId, formatUniqueId } from './file-id.ts'
import { isValue, lookInside } from './inside.ts'
import { fileLocation } from './location.ts'
import { outlineSvg, strippedJpeg, unpackWaveform } from './previews.ts'

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
  /** Of a progressive JPEG: after how many bytes there is a whole picture, the coarsest first. */
  readonly steps: readonly number[] | undefined
  /** The bytes themselves, if they came along. */
  readonly bytes: Uint8Array | undefined
  readonly fileId: string
  readonly fileUniqueId: string
  /** For `upload.getFile`. */
  readonly location: InputFileLocation
}

/** A film that goes with a photo or document: an animated profile photo, a preview that moves. */
export interface MovingSizeFacts extends Pick<SizeFacts, 'type' | 'width' | 'height' | 'size' | 'location'> {
  /** Second of which the still is. */
  readonly start: number | undefined
}

/** What is known of a file. */
export interface FileFacts {
  readonly kind: FileKind
  readonly id: bigint
  /** The Bot API's name for it, of a photo for its largest size. */
  readonly fileId: string
  /** The same for the same file, whoever got it. */
  readonly fileUniqueId: string
  /** For `upload.getFile`; of a photo that of its largest size. */
  readonly location: InputFileLocation
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
  /** Of a voice message: how loud it is, from 0 to 31, some hundred times. */
  readonly waveform: readonly number[] | undefined
  /** Of a sticker or custom emoji: the emoji that it stands for. */
  readonly alt: string | undefined
  /** Whether it moves without being asked to: an animation, a sticker that is one. */
  readonly animated: boolean
  /** Of a video: whether it can be watched while it is loaded. */
  readonly streamable: boolean
  /** Of a video: its codec, if the server said. */
  readonly codec: string | undefined
  /** Whether stickers were put on it. */
  readonly hasStickers: boolean
  /** The sizes of a photo, or the previews of a document, the largest last. */
  readonly sizes: readonly SizeFacts[]
  /** The films that go with it. */
  readonly videos: readonly MovingSizeFacts[]
  /** A tiny JPEG, some 40 pixels wide, that came along. */
  readonly tiny: Uint8Array | undefined
  /** The outline of a sticker, as an SVG. */
  readonly outline: string | undefined
}

/** What may have a file in it. */
export type Describable =
  | MessageMedia
  | Photo
  | Document
  | WebPage
  | Game
  | StoryItem
  | MessageLike
  | UpdateLike
  | HolderLike

/** A photo or a document that is there. */
type Whole = Extract<Photo, { _: 'photo' }> | Extract<Document, { _: 'document' }>

/**
 * Describes the file in a media, a message, a page, or whatever else holds one: the first, if there are several.
 * @returns undefined if there is none: it is a contact, a poll, …, or the file was taken away
 * @example
 * const file = describeFile(await client.uploadMedia({ media: photo('cat.jpg') }))
 * console.log(file?.width, file?.height, file?.fileId)
 */
export function describeFile(thing: Describable | undefined): FileFacts | undefined {
  return describeFiles(thing)[0]
}

/** Describes all files in something: paid media and lists of messages have several. */
export function describeFiles(thing: Describable | undefined): FileFacts[] {
  if (!isValue(thing)) return []
  // By name these two are what they say, whatever library they are from.
  const found = lookInside(thing, ({ _ }) => _ === 'photo' || _ === 'document') as unknown as { value: Whole }[]
  return found.flatMap(({ value }) => (value._ === 'photo' ? (ofPhoto(value) ?? []) : ofDocument(value)))
}

/** The sizes that are files, the largest last; those within the object, as the stripped one, are none. */
function sizesOf(sizes: readonly PhotoSize[], place: Omit<FileId, 'size'>): SizeFacts[] {
  const found = sizes.flatMap((size): SizeFacts[] => {
    const length = lengthOf(size)
    if (length === undefined || !('w' in size)) return []
    const { type, w: width, h: height } = size
    const of = { ...place, size: type }
    return [
      {
        type,
        width,
        height,
        size: length,
        steps: size._ === 'photoSizeProgressive' ? size.sizes : undefined,
        bytes: size._ === 'photoCachedSize' ? size.bytes : undefined,
        fileId: formatFileId(of),
        fileUniqueId: formatUniqueId(of),
        location: fileLocation(of),
      },
    ]
  })
  return found.sort((a, b) => a.width * a.height - b.width * b.height)
}

function lengthOf(size: PhotoSize): number | undefined {
  if (size._ === 'photoSize') return size.size
  if (size._ === 'photoSizeProgressive') return Math.max(...size.sizes)
  return size._ === 'photoCachedSize' ? size.bytes.length : undefined
}

function videosOf(sizes: readonly VideoSize[], place: Omit<FileId, 'size'>): MovingSizeFacts[] {
  return sizes.flatMap((one) => {
    if (one._ !== 'videoSize') return []
    const { type, w: width, h: height, size, videoStartTs: start } = one
    return [{ type, width, height, size, start, location: fileLocation({ ...place, size: type }) }]
  })
}

/** What lies within the object itself. */
function withinOf(sizes: readonly PhotoSize[]): Pick<FileFacts, 'tiny' | 'outline'> {
  const stripped = sizes.find((size) => size._ === 'photoStrippedSize')
  const path = sizes.find((size) => size._ === 'photoPathSize')
  return { tiny: stripped && strippedJpeg(stripped.bytes), outline: path && outlineSvg(path.bytes) }
}

function ofPhoto(photo: Extract<Photo, { _: 'photo' }>): FileFacts | undefined {
  const { id, dcId, date, sizes: all, videoSizes = [], hasStickers = false } = photo
  const place = { ...photo, type: 'photo' } as const
  const sizes = sizesOf(all, place)
  const largest = sizes.at(-1)
  if (!largest) return undefined
  const { fileId, fileUniqueId, location, size, width, height } = largest
  return {
    kind: 'photo',
    id,
    fileId,
    fileUniqueId,
    location,
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
    waveform: undefined,
    alt: undefined,
    animated: false,
    streamable: false,
    codec: undefined,
    hasStickers,
    sizes,
    videos: videosOf(videoSizes, place),
    ...withinOf(all),
  }
}

/** An attribute of one kind, if a document has it. */
type Attribute<Name extends DocumentAttribute['_']> = Extract<DocumentAttribute, { _: Name }> | undefined

function ofDocument(document: Extract<Document, { _: 'document' }>): FileFacts {
  const { id, dcId, date, size, mimeType, attributes, thumbs = [], videoThumbs = [] } = document
  const find = <Name extends DocumentAttribute['_']>(name: Name): Attribute<Name> =>
    attributes.find((attribute): attribute is Extract<DocumentAttribute, { _: Name }> => attribute._ === name)
  const video = find('documentAttributeVideo')
  const audio = find('documentAttributeAudio')
  const seen = video ?? find('documentAttributeImageSize')
  const kind = kindOf(attributes, video, audio)
  const place = { ...document, type: kind, size: undefined }
  const preview = { ...place, type: 'thumbnail' } as const
  return {
    kind,
    id,
    fileId: formatFileId(place),
    fileUniqueId: formatUniqueId(place),
    location: fileLocation(place),
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
    waveform: audio?.waveform && unpackWaveform(audio.waveform),
    alt: (find('documentAttributeSticker') ?? find('documentAttributeCustomEmoji'))?.alt,
    animated: kind === 'animation' || (kind === 'sticker' && !mimeType.startsWith('image/')),
    streamable: video?.supportsStreaming ?? false,
    codec: video?.videoCodec,
    hasStickers: find('documentAttributeHasStickers') !== undefined,
    sizes: sizesOf(thumbs, preview),
    videos: videosOf(videoThumbs, preview),
    ...withinOf(thumbs),
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
