import { describe, expect, test } from 'vitest'
import {
  document,
  type FileLike,
  isInputFile,
  isInputMedia,
  type MediaFileOptions,
  type MediaLike,
  type MediaTools,
  type MediaWatch,
  photo,
  resolveMedia,
} from '../../src/files/index.ts'
import type {
  DocumentAttribute,
  InputDocument,
  InputFile,
  InputMedia,
  InputPhoto,
} from '../../src/tl/generated/api-types.ts'
import { writeInputMedia } from '../../src/tl/generated/client/writers.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const stickers: InputDocument[] = [{ _: 'inputDocument', id: 1n, accessHash: 2n, fileReference: Uint8Array.of(3) }]
const videoCover: InputPhoto = { _: 'inputPhoto', id: 1n, accessHash: 2n, fileReference: Uint8Array.of(3) }
const before: InputFile = { _: 'inputFileBig', id: 9n, parts: 3, name: 'old.mp4' }

/** An uploader that notes what it is asked for; a file's type is told by the source as in `types`. */
function uploader(types: Record<string, string> = {}): {
  asked: [file: FileLike, options: MediaFileOptions][]
  upload: MediaTools
} {
  const asked: [FileLike, MediaFileOptions][] = []
  return {
    asked,
    upload: toolsOf(async (file, options) => {
      asked.push([file, options])
      const name = options.fileName ?? (typeof file === 'string' ? file : undefined)
      const inputFile: InputFile = {
        _: 'inputFile',
        id: BigInt(asked.length),
        parts: 1,
        name: name ?? '?',
        md5Checksum: '',
      }
      return { inputFile, name, type: typeof file === 'string' ? types[file] : undefined }
    }),
  }
}

/** Tools that can upload, and nothing else. */
function toolsOf(upload: MediaTools['upload']): MediaTools {
  return { upload, make: () => Promise.reject(new Error('nothing is to be made')), host: new VirtualHost() }
}

/** What the writer makes of it: proof that every field is one the schema knows. */
function bytesOf(media: InputMedia): number {
  const writer = new TlWriter()
  writeInputMedia(writer, media)
  return new TlReader(writer.finish()).remaining
}

describe('photo', () => {
  test('with every flag of inputMediaUploadedPhoto', async () => {
    const { asked, upload } = uploader()
    const request = photo('cat.png', { spoiler: true, ttlSeconds: 43, stickers, fileName: 'x.jpg' })
    const media = await resolveMedia(request, upload)
    expect(media).toEqual({
      _: 'inputMediaUploadedPhoto',
      file: { _: 'inputFile', id: 1n, parts: 1, name: 'x.jpg', md5Checksum: '' },
      spoiler: true,
      ttlSeconds: 43,
      stickers,
    })
    expect(asked).toEqual([['cat.png', { kind: 'photo', fileName: 'x.jpg' }]])
    expect(bytesOf(media)).toBeGreaterThan(40)
  })

  test('with none', async () => {
    const { asked, upload } = uploader()
    const media = await resolveMedia(photo('cat.png'), upload)
    expect(Object.keys(media).sort()).toEqual(['_', 'file'])
    expect(asked).toEqual([['cat.png', { kind: 'photo' }]])
  })
})

describe('document', () => {
  test('with every flag of inputMediaUploadedDocument', async () => {
    const { asked, upload } = uploader()
    const video: DocumentAttribute = { _: 'documentAttributeVideo', duration: 1.5, w: 4, h: 3, supportsStreaming: true }
    const request = document('clip.mp4', {
      spoiler: true,
      ttlSeconds: 5,
      stickers,
      nosoundVideo: true,
      thumb: 'clip.jpg',
      mimeType: 'video/x',
      attributes: [video],
      videoCover,
      videoTimestamp: 7,
      fileName: 'x.mp4',
    })
    const media = await resolveMedia(request, upload)
    expect(media).toEqual({
      _: 'inputMediaUploadedDocument',
      file: { _: 'inputFile', id: 2n, parts: 1, name: 'x.mp4', md5Checksum: '' },
      thumb: { _: 'inputFile', id: 1n, parts: 1, name: 'clip.jpg', md5Checksum: '' },
      mimeType: 'video/x',
      attributes: [video, { _: 'documentAttributeFilename', fileName: 'x.mp4' }],
      spoiler: true,
      ttlSeconds: 5,
      stickers,
      nosoundVideo: true,
      videoCover,
      videoTimestamp: 7,
    })
    expect(asked).toEqual([
      ['clip.jpg', { kind: 'thumb' }],
      ['clip.mp4', { kind: 'file', fileName: 'x.mp4' }],
    ])
    expect(bytesOf(media)).toBeGreaterThan(100)
    expect(await resolveMedia(document('a', { forceFile: true }), upload)).toMatchObject({ forceFile: true })
  })

  test.each([
    ['a.PDF', {}, {}, 'application/pdf'],
    ['a.unheard', {}, {}, 'application/octet-stream'],
    ['a.png', { 'a.png': 'image/webp' }, {}, 'image/webp'],
    ['a.png', { 'a.png': 'application/octet-stream' }, {}, 'image/png'],
    ['a.png', { 'a.png': 'image/webp' }, { mimeType: 'x/y' }, 'x/y'],
    ['a.bin', {}, { fileName: 'b.mp3' }, 'audio/mpeg'],
  ] as const)(
    '%s has its type from the caller, the source, or the name: %j %j',
    async (file, types, options, mimeType) => {
      expect(await resolveMedia(document(file, options), uploader(types).upload)).toMatchObject({ mimeType })
    },
  )

  test('has its file name as an attribute, unless the caller gives one or there is none', async () => {
    const { upload } = uploader()
    const own: DocumentAttribute[] = [{ _: 'documentAttributeFilename', fileName: 'own' }]
    const named = (name: string): unknown => [{ _: 'documentAttributeFilename', fileName: name }]
    expect(await resolveMedia(document('a.txt'), upload)).toMatchObject({ attributes: named('a.txt') })
    expect(await resolveMedia(document('a.txt', { attributes: own }), upload)).toMatchObject({ attributes: own })
    expect(await resolveMedia(document(new Uint8Array(1)), upload)).toMatchObject({
      attributes: [],
      mimeType: 'application/octet-stream',
    })
    expect(own.length).toBe(1)
  })

  test('when the thumb cannot be uploaded, the file is not sent for nothing', async () => {
    const asked: string[] = []
    const upload = async (_: FileLike, { kind }: MediaFileOptions): Promise<never> => {
      asked.push(kind)
      throw new Error('no')
    }
    await expect(resolveMedia(document('a', { thumb: 'b' }), toolsOf(upload))).rejects.toThrow('no')
    expect(asked).toEqual(['thumb'])
  })
})

test('where several files have no total, small ones are told of to nobody', async () => {
  const watched: (MediaFileOptions | MediaWatch)[] = []
  const tools: MediaTools = {
    ...toolsOf(async (_, options) => {
      watched.push(options)
      return { inputFile: before, name: undefined, type: undefined }
    }),
    onProgress() {},
    async make(_, watch) {
      watched.push(watch)
      const photo = { id: 1n, accessHash: 2n, fileReference: new Uint8Array(), date: 0, sizes: [], dcId: 1 }
      return { _: 'messageMediaPhoto', photo: { _: 'photo', ...photo } }
    },
  }
  await resolveMedia(document('a', { thumb: 'b', videoCover: 'c' }), tools)
  // What is told as undefined takes the place of what the whole call was told.
  expect(watched.map((options) => ['onProgress' in options, 'fileName' in options])).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ])
})

test('an InputFile stands where a file stands, and is not uploaded again', async () => {
  const { asked, upload } = uploader()
  expect(await resolveMedia(photo(before), upload)).toMatchObject({ file: before })
  expect(await resolveMedia(document(before, { thumb: before }), upload)).toMatchObject({
    file: before,
    thumb: before,
    mimeType: 'video/mp4',
    attributes: [{ _: 'documentAttributeFilename', fileName: 'old.mp4' }],
  })
  const story: InputFile = { _: 'inputFileStoryDocument', id: stickers[0]! }
  expect(await resolveMedia(document(story), upload)).toMatchObject({ file: story, attributes: [] })
  expect(asked).toEqual([])
})

test('a raw InputMedia passes as it is', async () => {
  const { upload } = uploader()
  const media: InputMedia = { _: 'inputMediaDice', emoticon: '🎲' }
  expect(await resolveMedia(media, upload)).toBe(media)
})

test.each([undefined, null, 5, 'cat.jpg', {}, { _: 'inputPeerSelf' }, { type: 'audio' }])(
  '%j is no media',
  async (value) => {
    await expect(resolveMedia(value as unknown as MediaLike, uploader().upload)).rejects.toMatchObject({
      code: 'USAGE',
    })
  },
)

test('guards know the constructors by their names', () => {
  expect([isInputMedia({ _: 'inputMediaEmpty' }), isInputMedia(photo('a')), isInputMedia(null)]).toEqual([
    true,
    false,
    false,
  ])
  expect([isInputFile(before), isInputFile('inputFile'), isInputFile(new Uint8Array(1))]).toEqual([true, false, false])
})

test('wrong combinations do not compile', () => {
  // @ts-expect-error: photos have no MIME type
  photo('a', { mimeType: 'image/png' })
  // @ts-expect-error: photos have no thumb
  photo('a', { thumb: 'b' })
  // @ts-expect-error: a plain file is shown without a cover
  document('a', { forceFile: true, videoCover })
  // @ts-expect-error: a plain file does not start anywhere
  document('a', { forceFile: true, videoTimestamp: 3 })
  // @ts-expect-error: a plain file is no video
  document('a', { forceFile: true, nosoundVideo: true })
  // @ts-expect-error: an InputPhoto is no file
  document(videoCover)
  // @ts-expect-error: options of this name do not exist
  document('a', { ttl: 3 })
  document('a', { forceFile: false, videoCover })
  expect(true).toBe(true)
})
