import { describe, expect, test } from 'vitest'
import { describeFile, describeFiles } from '../../src/media/describe.ts'
import { parseFileId } from '../../src/media/file-id.ts'
import { fileLocation } from '../../src/media/location.ts'
import type * as Tl from '../../src/tl/generated/api-types.ts'

const fileReference = Uint8Array.of(9)
const photo: Tl.Photo = {
  _: 'photo',
  id: 11n,
  accessHash: 12n,
  fileReference,
  date: 1_700_000_000,
  dcId: 4,
  sizes: [
    { _: 'photoStrippedSize', type: 'i', bytes: Uint8Array.of(1) },
    { _: 'photoSizeProgressive', type: 'y', w: 1280, h: 960, sizes: [100, 5000, 90_000] },
    { _: 'photoSize', type: 'm', w: 320, h: 240, size: 2000 },
  ],
}
const file = (attributes: Tl.DocumentAttribute[], thumbs?: Tl.PhotoSize[]): Tl.Document => ({
  _: 'document',
  id: 21n,
  accessHash: 22n,
  fileReference,
  date: 1_700_000_000,
  mimeType: 'application/x',
  size: 5_000_000_000n,
  dcId: 2,
  attributes,
  thumbs,
})
const video = (more: object = {}): Tl.DocumentAttribute => ({
  _: 'documentAttributeVideo',
  duration: 1.5,
  w: 640,
  h: 480,
  ...more,
})
const audio = (more: object = {}): Tl.DocumentAttribute => ({ _: 'documentAttributeAudio', duration: 30, ...more })
const named: Tl.DocumentAttribute = { _: 'documentAttributeFilename', fileName: 'a.bin' }
const noSet: Tl.InputStickerSet = { _: 'inputStickerSetEmpty' }

test('a photo: its sizes, the largest last and standing for it; what lies within the object is no file', () => {
  const facts = describeFile({ _: 'messageMediaPhoto', photo })!
  expect(facts).toMatchObject({
    kind: 'photo',
    width: 1280,
    height: 960,
    size: 90_000,
    dcId: 4,
    date: 1_700_000_000_000,
  })
  expect(facts.sizes.map(({ type }) => type)).toEqual(['m', 'y'])
  expect(parseFileId(facts.fileId)).toEqual({
    type: 'photo',
    dcId: 4,
    id: 11n,
    accessHash: 12n,
    fileReference,
    size: 'y',
  })
  expect(facts.fileUniqueId).toBe(facts.sizes.at(-1)!.fileUniqueId)
  expect(new Set(facts.sizes.map(({ fileUniqueId }) => fileUniqueId)).size).toBe(2)
})

describe('a document is', () => {
  test.each<[string, Tl.DocumentAttribute[]]>([
    ['document', [named]],
    ['document', [{ _: 'documentAttributeImageSize', w: 1, h: 2 }]],
    ['video', [video(), named]],
    ['video-note', [video({ roundMessage: true })]],
    ['animation', [video(), { _: 'documentAttributeAnimated' }]],
    ['audio', [audio()]],
    ['voice', [audio({ voice: true })]],
    ['sticker', [video(), { _: 'documentAttributeSticker', alt: '🙂', stickerset: noSet }]],
    ['sticker', [{ _: 'documentAttributeCustomEmoji', alt: '🙂', stickerset: noSet }]],
  ])('%s', (kind, attributes) => {
    const facts = describeFile({ _: 'messageMediaDocument', document: file(attributes) })!
    expect(facts.kind).toBe(kind)
    expect(parseFileId(facts.fileId)).toMatchObject({ type: kind, id: 21n, dcId: 2 })
  })
})

test('a document: dimensions, duration, name, size beyond 4 GiB, and its previews', () => {
  const thumb: Tl.PhotoSize = { _: 'photoSize', type: 'm', w: 320, h: 180, size: 900 }
  const facts = describeFile(file([video(), named], [thumb]))!
  expect(facts).toMatchObject({ width: 640, height: 480, duration: 1.5, fileName: 'a.bin', size: 5_000_000_000 })
  expect(facts.sizes).toHaveLength(1)
  expect(parseFileId(facts.sizes[0]!.fileId)).toMatchObject({ type: 'thumbnail', size: 'm' })
})

test('a photo: after how many bytes there is a picture, the tiny JPEG that came along, and the films that go with it', () => {
  const moving: Tl.Photo = {
    ...photo,
    hasStickers: true,
    sizes: [...photo.sizes, { _: 'photoStrippedSize', type: 'i', bytes: Uint8Array.of(1, 30, 40, 7) }].slice(
      1,
    ) as Tl.PhotoSize[],
    videoSizes: [
      { _: 'videoSize', type: 'u', w: 640, h: 640, size: 70_000, videoStartTs: 1.5 },
      { _: 'videoSizeEmojiMarkup', emojiId: 1n, backgroundColors: [] },
    ],
  }
  const facts = describeFile(moving)!
  expect(facts.sizes.map(({ steps }) => steps)).toEqual([undefined, [100, 5000, 90_000]])
  expect(facts).toMatchObject({ hasStickers: true, animated: false })
  expect(facts.tiny!.slice(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8))
  const location = { _: 'inputPhotoFileLocation', id: 11n, accessHash: 12n, fileReference, thumbSize: 'u' }
  expect(facts.videos).toEqual([{ type: 'u', width: 640, height: 640, size: 70_000, start: 1.5, location }])
  expect(describeFile(photo)).toMatchObject({ tiny: undefined, videos: [], hasStickers: false })
})

test('where a photo, a document and its previews are downloaded from', () => {
  const named = { id: 21n, accessHash: 22n, fileReference }
  const thumb: Tl.PhotoSize = { _: 'photoCachedSize', type: 'm', w: 90, h: 90, bytes: Uint8Array.of(5, 6) }
  const facts = describeFile(file([video()], [thumb]))!
  expect(facts.location).toEqual({ _: 'inputDocumentFileLocation', ...named, thumbSize: '' })
  expect(facts.sizes[0]).toMatchObject({
    size: 2,
    bytes: Uint8Array.of(5, 6),
    location: { _: 'inputDocumentFileLocation', ...named, thumbSize: 'm' },
  })
  expect(fileLocation(facts.fileId)).toEqual(facts.location)
  expect(fileLocation(facts.sizes[0]!.fileId)).toEqual(facts.sizes[0]!.location)
  const picture = describeFile(photo)!
  expect(picture.location).toMatchObject({ _: 'inputPhotoFileLocation', id: 11n, thumbSize: 'y' })
  expect(fileLocation(picture.fileId)).toEqual(picture.location)
  expect(() => fileLocation({ ...parseFileId(picture.fileId), size: undefined })).toThrow(/which one is meant/)
})

test('a voice message: how loud it is', () => {
  const waveform = Uint8Array.of(0b001_00010, 0)
  expect(describeFile(file([audio({ voice: true, waveform })]))!.waveform).toEqual([2, 1, 0])
  expect(describeFile(file([audio()]))!.waveform).toBeUndefined()
})

test('a sticker: its emoji, its outline, and whether it moves', () => {
  const sticker: Tl.DocumentAttribute = { _: 'documentAttributeSticker', alt: '🙂', stickerset: noSet }
  const path: Tl.PhotoSize = { _: 'photoPathSize', type: 'j', bytes: Uint8Array.of(10) }
  const facts = (mimeType: string) => describeFile({ ...(file([sticker], [path]) as Tl.document), mimeType })
  expect(facts('image/webp')).toMatchObject({ alt: '🙂', animated: false, outline: expect.stringContaining('"M10z"') })
  expect(facts('application/x-tgsticker')).toMatchObject({ animated: true })
  expect(describeFile(file([{ _: 'documentAttributeCustomEmoji', alt: '🐱', stickerset: noSet }]))).toMatchObject({
    alt: '🐱',
  })
})

test('a video: whether it can be streamed, and its codec', () => {
  const facts = describeFile(file([video({ supportsStreaming: true, videoCodec: 'h264' })]))
  expect(facts).toMatchObject({ streamable: true, codec: 'h264', animated: false })
  expect(describeFile(file([video(), { _: 'documentAttributeAnimated' }]))).toMatchObject({
    animated: true,
    streamable: false,
  })
})

test('the file in a message, an update, a story, a game, a page with a video and its still', () => {
  const document = file([video()])
  const media: Tl.MessageMedia = { _: 'messageMediaDocument', document }
  const page: Tl.WebPage = { _: 'webPage', id: 1n, url: 'u', displayUrl: 'u', hash: 0, photo, document }
  const game = {
    _: 'game',
    id: 1n,
    accessHash: 2n,
    shortName: 's',
    title: 't',
    description: 'd',
    photo,
    document,
  } as const
  for (const thing of [
    { _: 'message', media },
    { _: 'updateNewMessage', message: { _: 'message', media } },
    { _: 'storyItem', id: 1, date: 1, expireDate: 2, media } as const,
    { _: 'messageMediaGame', game } as const,
    { _: 'messageMediaWebPage', webpage: page } as const,
    page,
  ])
    expect(describeFile(thing)?.kind, thing._).toBe('video')
  expect(describeFile({ _: 'messageMediaWebPage', webpage: { ...page, document: undefined } })?.kind).toBe('photo')
  expect(describeFile(undefined)).toBeUndefined()
})

test('all files of paid media that were bought, and none of those that were not', () => {
  const extendedMedia: Tl.MessageExtendedMedia[] = [
    { _: 'messageExtendedMedia', media: { _: 'messageMediaPhoto', photo } },
    { _: 'messageExtendedMediaPreview', w: 1, h: 1 },
    { _: 'messageExtendedMedia', media: { _: 'messageMediaDocument', document: file([video()]) } },
  ]
  const kinds = describeFiles({ _: 'messageMediaPaidMedia', starsAmount: 1n, extendedMedia }).map(({ kind }) => kind)
  expect(kinds).toEqual(['photo', 'video'])
})

test('music: title, performer and duration', () => {
  expect(describeFile(file([audio({ title: 'T', performer: 'P' })]))).toMatchObject({
    title: 'T',
    performer: 'P',
    duration: 30,
  })
})

test.each<Tl.MessageMedia>([
  { _: 'messageMediaEmpty' },
  { _: 'messageMediaPhoto', ttlSeconds: 3 },
  { _: 'messageMediaPhoto', photo: { _: 'photoEmpty', id: 1n } },
  { _: 'messageMediaDocument', document: { _: 'documentEmpty', id: 1n } },
  { _: 'messageMediaDice', value: 1, emoticon: '🎲' },
])('$_ has no file', (media) => expect(describeFile(media)).toBeUndefined())

test('a photo of which only the stripped size is there has no file', () => {
  expect(describeFile({ ...photo, sizes: photo.sizes.slice(0, 1) })).toBeUndefined()
})
