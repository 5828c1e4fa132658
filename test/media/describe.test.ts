import { describe, expect, test } from 'vitest'
import { describeFile } from '../../src/media/describe.ts'
import { parseFileId } from '../../src/media/file-id.ts'
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
