/**
 * From an uploaded file to a document, and from a document to the media that shows it.
 *
 * Source: https://core.telegram.org/api/files#uploading-files
 */
import type {
  DocumentAttribute,
  documentAttributeAudio,
  documentAttributeVideo,
  InputPhoto,
  inputMediaUploadedDocument,
  messageMediaDocument,
} from '../../../tl/generated/api-types.ts'
import { IMAGE_HEADER_LENGTH, imageInfo } from '../image-size.ts'
import { type StoredDocument, type StoredPhoto, toDocument, toPhoto } from '../media-store.ts'
import { badRequest } from '../rpc-failure.ts'
import type { MethodCall } from './handler.ts'
import { type ReceivedFile, receiveFile, startOf } from './input-file.ts'
import { sizeLetter } from './photo.ts'

/** Longest side of a thumbnail in pixels, and most bytes of one. */
const MAX_THUMB_SIDE = 320
const MAX_THUMB_SIZE = 200 * 1024

/** Makes a document of what `inputMediaUploadedDocument` names. */
export async function makeDocument(call: MethodCall, input: inputMediaUploadedDocument): Promise<StoredDocument> {
  const { dc } = call
  const file = await receiveFile(call, input.file)
  const thumb = input.thumb && (await receiveFile(call, input.thumb))
  return dc.world.media.addDocument({
    kind: 'document',
    content: file.content,
    date: dc.seconds(),
    dcId: dc.id,
    mimeType: input.mimeType || 'application/octet-stream',
    attributes: await attributesOf(file, input),
    thumb: thumb && (await makeThumb(thumb)),
    cover: coverOf(call, input.videoCover),
  })
}

/** The cover that a video is given, which must be a photo that exists. */
export function coverOf({ dc }: MethodCall, cover: InputPhoto | undefined): StoredPhoto | undefined {
  if (cover === undefined || cover._ === 'inputPhotoEmpty') return undefined
  return dc.world.media.photo(cover)
}

/** What the client says of the file, and what the server sees itself. */
async function attributesOf(file: ReceivedFile, input: inputMediaUploadedDocument): Promise<DocumentAttribute[]> {
  const attributes = [...input.attributes]
  const has = (name: DocumentAttribute['_']): boolean => attributes.some((attribute) => attribute._ === name)
  if (input.mimeType.startsWith('image/') && !has('documentAttributeImageSize')) {
    const image = imageInfo(await startOf(file.content, IMAGE_HEADER_LENGTH))
    if (image?.width !== undefined && image.height !== undefined) {
      attributes.unshift({ _: 'documentAttributeImageSize', w: image.width, h: image.height })
    }
  }
  if (input.stickers?.length && !has('documentAttributeHasStickers')) {
    attributes.push({ _: 'documentAttributeHasStickers' })
  }
  return attributes
}

/** A thumbnail that is no small image is left out, as servers do. */
async function makeThumb({ content }: ReceivedFile): Promise<StoredDocument['thumb']> {
  if (content.size > MAX_THUMB_SIZE) return undefined
  const image = imageInfo(await startOf(content, IMAGE_HEADER_LENGTH))
  if (image?.width === undefined || image.height === undefined) return undefined
  const { width: w, height: h } = image
  if (Math.max(w, h) > MAX_THUMB_SIDE) return undefined
  return { content, size: { _: 'photoSize', type: sizeLetter(Math.max(w, h, 101)), w, h, size: content.size } }
}

/** What may be said of a document each time it is sent. */
export interface DocumentDisplay {
  readonly spoiler?: boolean | undefined
  readonly ttlSeconds?: number | undefined
  readonly videoTimestamp?: number | undefined
  /** Show it as a file, whatever it is. */
  readonly forceFile?: boolean | undefined
  /** Show a video without sound as a video, not as an animation. */
  readonly nosoundVideo?: boolean | undefined
  /** Another cover than the document's own. */
  readonly cover?: StoredPhoto | undefined
}

/** The media that shows a document. */
export function showDocument(stored: StoredDocument, display: DocumentDisplay): messageMediaDocument {
  const { ttlSeconds, videoTimestamp, forceFile } = display
  const media: messageMediaDocument = { _: 'messageMediaDocument', document: toDocument(stored) }
  if (display.spoiler) media.spoiler = true
  if (!forceFile) {
    const video = find<documentAttributeVideo>(stored, 'documentAttributeVideo')
    const animated = stored.attributes.some((attribute) => attribute._ === 'documentAttributeAnimated')
    if (video?.roundMessage) media.round = true
    else if (video !== undefined && (!animated || display.nosoundVideo)) media.video = true
    if (find<documentAttributeAudio>(stored, 'documentAttributeAudio')?.voice) media.voice = true
  }
  const cover = display.cover ?? stored.cover
  if (cover !== undefined) media.videoCover = toPhoto(cover)
  if (videoTimestamp !== undefined) media.videoTimestamp = videoTimestamp
  if (ttlSeconds !== undefined) media.ttlSeconds = checkTtl(ttlSeconds)
  return media
}

/** Self-destruction after 1 to 60 seconds, or once viewed. */
export function checkTtl(seconds: number): number {
  if (seconds < 1 || (seconds > 60 && seconds !== 0x7fffffff)) throw badRequest('TTL_MEDIA_INVALID')
  return seconds
}

function find<T extends DocumentAttribute>(stored: StoredDocument, name: T['_']): T | undefined {
  return stored.attributes.find((attribute): attribute is T => attribute._ === name)
}
