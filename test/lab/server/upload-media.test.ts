import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import type { StoredDocument } from '../../../src/lab/server/media-store.ts'
import { makeFreeMedia } from '../../../src/lab/server/methods/free-media.ts'
import { memoryParts } from '../../../src/lab/server/parts-store.ts'
import { PARTS_LIFETIME } from '../../../src/lab/server/uploads.ts'
import { accessHashFor, World } from '../../../src/lab/server/world.ts'
import type {
  document,
  InputFile,
  InputFileLocation,
  InputMedia,
  InputPeer,
  MessageMedia,
  messageMediaDocument,
  messageMediaPhoto,
  photo,
} from '../../../src/tl/generated/api-types.ts'
import {
  messagesUploadMedia,
  uploadGetFile,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
} from '../../../src/tl/generated/client/methods.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { bmp, gif, jpeg, png, webp } from './images.ts'
import { type Setup, setUp } from './setup.ts'

const KB = 1024
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8)) & 255)

interface Bench {
  readonly setup: Setup
  readonly client: RawClient
  /** Uploads bytes in parts of 32 KiB; big files by the other method. */
  upload(bytes: Uint8Array, name?: string, big?: boolean): Promise<InputFile>
  media(media: InputMedia, peer?: InputPeer, businessConnectionId?: string): Promise<MessageMedia>
  file(location: InputFileLocation, offset: number, limit: number, precise?: boolean): Promise<Uint8Array>
}

async function bench(options?: Parameters<typeof setUp>[0]): Promise<Bench> {
  const setup = setUp(options)
  const client = await setup.bot()
  let lastId = 0n
  return {
    setup,
    client,
    upload: async (bytes, name = 'file', big = false) => {
      const fileId = ++lastId
      const parts = Math.max(1, Math.ceil(bytes.length / (32 * KB)))
      for (let part = 0; part < parts; part++) {
        const piece = bytes.slice(part * 32 * KB, (part + 1) * 32 * KB)
        const saved = big
          ? client.call(uploadSaveBigFilePart, {
              _: 'upload.saveBigFilePart',
              fileId,
              filePart: part,
              fileTotalParts: parts,
              bytes: piece,
            })
          : client.call(uploadSaveFilePart, { _: 'upload.saveFilePart', fileId, filePart: part, bytes: piece })
        expect(await setup.run(saved)).toBe(true)
      }
      return big
        ? { _: 'inputFileBig', id: fileId, parts, name }
        : { _: 'inputFile', id: fileId, parts, name, md5Checksum: md5(bytes) }
    },
    media: (media, peer = { _: 'inputPeerSelf' }, businessConnectionId) =>
      setup.run(client.call(messagesUploadMedia, { _: 'messages.uploadMedia', peer, media, businessConnectionId })),
    file: async (location, offset, limit, precise) => {
      const file = await setup.run(
        client.call(uploadGetFile, { _: 'upload.getFile', location, offset: BigInt(offset), limit, precise }),
      )
      if (file._ !== 'upload.file') throw new Error(file._)
      return file.bytes
    },
  }
}

const photoOf = (media: MessageMedia): photo => (media as messageMediaPhoto).photo as photo
const documentOf = (media: MessageMedia): document => (media as messageMediaDocument).document as document

describe('photos', () => {
  const upload = async (bytes: Uint8Array, name = 'photo.jpg', big = false): Promise<MessageMedia> => {
    const { upload: send, media } = await bench()
    return media({ _: 'inputMediaUploadedPhoto', file: await send(bytes, name, big) })
  }

  test('come back with size, DC, date, reference and bytes', async () => {
    const { setup, upload, media, file } = await bench()
    const bytes = concat(jpeg(640, 480), noise(100_000))
    const result = await media({
      _: 'inputMediaUploadedPhoto',
      file: await upload(bytes, 'cat.JPG'),
      spoiler: true,
      ttlSeconds: 10,
      stickers: [{ _: 'inputDocumentEmpty' }],
    })
    expect(result).toMatchObject({ _: 'messageMediaPhoto', spoiler: true, ttlSeconds: 10 })
    const made = photoOf(result)
    expect(made).toMatchObject({ hasStickers: true, dcId: 2, date: Math.floor(setup.host.wallClock() / 1000) })
    expect(made.sizes).toEqual([{ _: 'photoSize', type: 'x', w: 640, h: 480, size: bytes.length }])
    const location = {
      _: 'inputPhotoFileLocation' as const,
      id: made.id,
      accessHash: made.accessHash,
      fileReference: made.fileReference,
      thumbSize: 'x',
    }
    expect(await file(location, 0, KB * KB)).toEqual(bytes)
  })

  for (const [name, bytes, file] of [
    ['JPEG', jpeg(90, 90), 'a.jpeg'],
    ['progressive JPEG', jpeg(90, 90, 0xc2), 'a.jpg'],
    ['PNG', png(90, 90), 'a.png'],
    ['WebP', webp('VP8X', 90, 90), 'a.webp'],
    ['GIF', gif(90, 90), 'a.gif'],
    ['BMP', bmp(90, 90), 'a.bmp'],
    ['a name without an extension', jpeg(90, 90), 'photo'],
    ['no name', jpeg(90, 90), ''],
    ['a big file', jpeg(90, 90), 'a.jpg'],
  ] as const) {
    test(`may be ${name}`, async () => {
      expect(photoOf(await upload(bytes, file, name === 'a big file')).sizes).toMatchObject([
        { type: 's', w: 90, h: 90 },
      ])
    })
  }

  for (const [name, bytes, file, error] of [
    ['another extension', jpeg(9, 9), 'photo.txt', 'PHOTO_EXT_INVALID'],
    ['no image', noise(500), 'photo.jpg', 'IMAGE_PROCESS_FAILED'],
    ['an image cut short', jpeg(9, 9).subarray(0, 20), 'photo.jpg', 'IMAGE_PROCESS_FAILED'],
    ['width and height above 10000 together', jpeg(5001, 5000), 'p.jpg', 'PHOTO_INVALID_DIMENSIONS'],
    ['a side more than 20 times the other', png(2001, 100), 'p.png', 'PHOTO_INVALID_DIMENSIONS'],
    ['a tall one of that kind', png(10, 201), 'p.png', 'PHOTO_INVALID_DIMENSIONS'],
  ] as const) {
    test(`are refused for ${name}`, () => expect(upload(bytes, file)).rejects.toThrow(`400 ${error}`))
  }

  for (const [w, h] of [
    [5000, 5000],
    [2000, 100],
    [1, 20],
    [1, 1],
  ] as const) {
    test(`may be ${w}x${h}`, async () => expect((await upload(jpeg(w, h)))._).toBe('messageMediaPhoto'))
  }

  test('are at most 10 MiB', async () => {
    const { upload, media } = await bench()
    const limit = 10 * KB * KB
    const send = async (length: number) => {
      const bytes = new Uint8Array(length)
      bytes.set(jpeg(100, 100))
      return media({ _: 'inputMediaUploadedPhoto', file: await upload(bytes, 'p.jpg', true) })
    }
    expect((await send(limit))._).toBe('messageMediaPhoto')
    await expect(send(limit + 1)).rejects.toThrow('400 PHOTO_SAVE_FILE_INVALID')
  })

  test('are named by letters that grow with their size', async () => {
    for (const [longest, type] of [
      [100, 's'],
      [101, 'm'],
      [320, 'm'],
      [321, 'x'],
      [800, 'x'],
      [801, 'y'],
      [1280, 'y'],
      [1281, 'w'],
    ] as const) {
      expect(photoOf(await upload(jpeg(longest, 100))).sizes).toMatchObject([{ type }])
    }
  })

  test('that exist can be used again by id, hash and reference', async () => {
    const { setup, upload, media } = await bench()
    const made = photoOf(await media({ _: 'inputMediaUploadedPhoto', file: await upload(jpeg(99, 99)) }))
    const again = (change: object) =>
      media({
        _: 'inputMediaPhoto',
        id: { _: 'inputPhoto', id: made.id, accessHash: made.accessHash, fileReference: made.fileReference, ...change },
        spoiler: true,
      })
    expect(await again({})).toEqual({ _: 'messageMediaPhoto', spoiler: true, photo: made })
    await expect(again({ id: 1n })).rejects.toThrow('400 MEDIA_INVALID')
    await expect(again({ accessHash: 1n })).rejects.toThrow('400 MEDIA_INVALID')
    await expect(again({ fileReference: new Uint8Array(0) })).rejects.toThrow('400 FILE_REFERENCE_EMPTY')
    await expect(again({ fileReference: new Uint8Array(3) })).rejects.toThrow('400 FILE_REFERENCE_INVALID')
    setup.world.media.expireReferences()
    await expect(again({})).rejects.toThrow('400 FILE_REFERENCE_EXPIRED')
    await expect(media({ _: 'inputMediaPhoto', id: { _: 'inputPhotoEmpty' } })).rejects.toThrow('400 MEDIA_INVALID')
  })
})

describe('documents', () => {
  test('come back with their attributes, type, size and bytes, small and big', async () => {
    const { upload, media, file } = await bench()
    const bytes = noise(3 * 32 * KB + 77)
    for (const big of [false, true]) {
      const attributes = [
        { _: 'documentAttributeFilename' as const, fileName: 'report.pdf' },
        { _: 'documentAttributeAudio' as const, duration: 3, title: 't', waveform: new Uint8Array(5) },
      ]
      const result = await media({
        _: 'inputMediaUploadedDocument',
        file: await upload(bytes, 'report.pdf', big),
        mimeType: 'application/pdf',
        attributes,
        spoiler: true,
      })
      expect(result).toMatchObject({ _: 'messageMediaDocument', spoiler: true })
      const made = documentOf(result)
      expect(made).toMatchObject({ mimeType: 'application/pdf', size: BigInt(bytes.length), dcId: 2, attributes })
      const location = {
        _: 'inputDocumentFileLocation' as const,
        id: made.id,
        accessHash: made.accessHash,
        fileReference: made.fileReference,
        thumbSize: '',
      }
      const pieces = []
      for (let offset = 0; offset < bytes.length; offset += 32 * KB) pieces.push(await file(location, offset, 32 * KB))
      expect(concat(...pieces)).toEqual(bytes)
      expect(await file(location, 128 * KB, 4 * KB)).toEqual(new Uint8Array(0))
    }
  })

  test('show what their attributes make of them', async () => {
    const { upload, media } = await bench()
    const file = await upload(noise(100))
    const video = { _: 'documentAttributeVideo' as const, duration: 1.5, w: 4, h: 3 }
    const show = async (
      attributes: InputMedia extends never
        ? never
        : Extract<InputMedia, { _: 'inputMediaUploadedDocument' }>['attributes'],
      change: object = {},
    ) => {
      const { document: _, ...rest } = (await media({
        _: 'inputMediaUploadedDocument',
        file,
        mimeType: 'video/mp4',
        attributes,
        ...change,
      })) as messageMediaDocument
      return rest
    }
    const base = { _: 'messageMediaDocument' }
    expect(await show([video])).toEqual({ ...base, video: true })
    expect(await show([{ ...video, roundMessage: true }])).toEqual({ ...base, round: true })
    expect(await show([video, { _: 'documentAttributeAnimated' }])).toEqual(base)
    expect(await show([video, { _: 'documentAttributeAnimated' }], { nosoundVideo: true })).toEqual({
      ...base,
      video: true,
    })
    expect(await show([video], { forceFile: true })).toEqual(base)
    expect(await show([{ _: 'documentAttributeAudio', duration: 1, voice: true }])).toEqual({ ...base, voice: true })
    expect(await show([video], { ttlSeconds: 60, videoTimestamp: 3 })).toEqual({
      ...base,
      video: true,
      ttlSeconds: 60,
      videoTimestamp: 3,
    })
    await expect(show([], { ttlSeconds: 61 })).rejects.toThrow('400 TTL_MEDIA_INVALID')
    await expect(show([], { ttlSeconds: 0 })).rejects.toThrow('400 TTL_MEDIA_INVALID')
  })

  test('that are images get their size; a missing type becomes the general one; stickers are noted', async () => {
    const { upload, media } = await bench()
    const image = await media({
      _: 'inputMediaUploadedDocument',
      file: await upload(png(30, 20)),
      mimeType: 'image/png',
      attributes: [],
    })
    expect(documentOf(image).attributes).toEqual([{ _: 'documentAttributeImageSize', w: 30, h: 20 }])
    const other = await media({
      _: 'inputMediaUploadedDocument',
      file: await upload(noise(9)),
      mimeType: '',
      attributes: [],
      stickers: [{ _: 'inputDocumentEmpty' }],
    })
    expect(documentOf(other)).toMatchObject({
      mimeType: 'application/octet-stream',
      attributes: [{ _: 'documentAttributeHasStickers' }],
    })
  })

  test('keep a thumbnail that is a small image, and leave out any other', async () => {
    const { upload, media, file } = await bench()
    const send = async (thumb: Uint8Array) =>
      documentOf(
        await media({
          _: 'inputMediaUploadedDocument',
          file: await upload(noise(10)),
          thumb: await upload(thumb),
          mimeType: 'video/mp4',
          attributes: [],
        }),
      )
    const bytes = concat(jpeg(320, 200), noise(5000))
    const made = await send(bytes)
    expect(made.thumbs).toEqual([{ _: 'photoSize', type: 'm', w: 320, h: 200, size: bytes.length }])
    const location = {
      _: 'inputDocumentFileLocation' as const,
      id: made.id,
      accessHash: made.accessHash,
      fileReference: made.fileReference,
    }
    expect(await file({ ...location, thumbSize: 'm' }, 0, KB * KB)).toEqual(bytes)
    await expect(file({ ...location, thumbSize: 'x' }, 0, KB * KB)).rejects.toThrow('400 LOCATION_INVALID')
    for (const bad of [noise(100), jpeg(321, 10), concat(jpeg(9, 9), noise(200 * KB))])
      expect((await send(bad)).thumbs).toBeUndefined()
  })

  test('can be given a cover, when made and when used again', async () => {
    const { upload, media } = await bench()
    const made = photoOf(await media({ _: 'inputMediaUploadedPhoto', file: await upload(jpeg(99, 99)) }))
    const videoCover = {
      _: 'inputPhoto' as const,
      id: made.id,
      accessHash: made.accessHash,
      fileReference: made.fileReference,
    }
    const first = await media({
      _: 'inputMediaUploadedDocument',
      file: await upload(noise(10)),
      mimeType: 'video/mp4',
      attributes: [],
      videoCover,
    })
    expect(first).toMatchObject({ videoCover: made })
    const { id, accessHash, fileReference } = documentOf(first)
    const reference = { _: 'inputDocument' as const, id, accessHash, fileReference }
    expect(await media({ _: 'inputMediaDocument', id: reference, videoTimestamp: 4 })).toEqual({
      ...first,
      videoTimestamp: 4,
    })
    expect(await media({ _: 'inputMediaDocument', id: reference, videoCover })).toEqual(first)
    await expect(media({ _: 'inputMediaDocument', id: { _: 'inputDocumentEmpty' } })).rejects.toThrow(
      '400 MEDIA_INVALID',
    )
    expect(
      documentOf(
        await media({
          _: 'inputMediaUploadedDocument',
          file: { _: 'inputFileStoryDocument', id: reference },
          mimeType: 'a/b',
          attributes: [],
        }),
      ).size,
    ).toBe(10n)
  })
})

describe('files that are not right', () => {
  const wrong = async (change: object): Promise<MessageMedia> => {
    const { upload, media } = await bench()
    const file = await upload(noise(33 * KB))
    return media({
      _: 'inputMediaUploadedDocument',
      file: { ...file, ...change },
      mimeType: 'a/b',
      attributes: [],
    })
  }
  test('another checksum: MD5_CHECKSUM_INVALID', () =>
    expect(wrong({ md5Checksum: '0'.repeat(32) })).rejects.toThrow('400 MD5_CHECKSUM_INVALID'))
  test('no checksum at all is let pass, capitals too', async () => {
    expect((await wrong({ md5Checksum: '' }))._).toBe('messageMediaDocument')
    expect((await wrong({ md5Checksum: md5(noise(33 * KB)).toUpperCase() }))._).toBe('messageMediaDocument')
  })
  test('a part more than there is: FILE_PART_2_MISSING', () =>
    expect(wrong({ parts: 3 })).rejects.toThrow('400 FILE_PART_2_MISSING'))
  test('a part fewer than there is: FILE_PARTS_INVALID', () =>
    expect(wrong({ parts: 1 })).rejects.toThrow('400 FILE_PARTS_INVALID'))
  test('a file never uploaded: FILE_PART_0_MISSING', () =>
    expect(wrong({ id: 99n })).rejects.toThrow('400 FILE_PART_0_MISSING'))

  test('sizes that make no file: FILE_PART_LENGTH_INVALID', async () => {
    const { setup, client, media } = await bench()
    for (const filePart of [0, 1]) {
      const request = { _: 'upload.saveFilePart' as const, fileId: 50n, filePart, bytes: new Uint8Array(1000) }
      expect(await setup.run(client.call(uploadSaveFilePart, request))).toBe(true)
    }
    const file: InputFile = { _: 'inputFile', id: 50n, parts: 2, name: '', md5Checksum: '' }
    await expect(media({ _: 'inputMediaUploadedDocument', file, mimeType: 'a/b', attributes: [] })).rejects.toThrow(
      '400 FILE_PART_LENGTH_INVALID',
    )
  })

  test('the file of another user is none', async () => {
    const { setup, upload } = await bench()
    const file = await upload(noise(10))
    const stranger = await setup.keyed()
    const { login } = await import('./setup.ts')
    await setup.run(login(stranger, 223, '2000:x'))
    await expect(
      setup.run(
        stranger.call(messagesUploadMedia, {
          _: 'messages.uploadMedia',
          peer: { _: 'inputPeerSelf' },
          media: { _: 'inputMediaUploadedDocument', file, mimeType: 'a/b', attributes: [] },
        }),
      ),
    ).rejects.toThrow('400 FILE_PART_0_MISSING')
  })
})

test('a world that is told to keep little forgets the oldest, bytes and all', async () => {
  const { random } = new VirtualHost()
  const { setup, upload, media } = await bench({ world: new World({ random, parts: memoryParts(), keepMedia: 2 }) })
  const made = []
  const file = await upload(jpeg(9, 9))
  for (let i = 0; i < 3; i++)
    made.push(photoOf(await media({ _: 'inputMediaUploadedPhoto', file: i === 0 ? file : await upload(jpeg(9, 9)) })))
  expect(setup.world.media.size).toBe(2)
  expect(made.map(({ id }) => setup.world.media.find(id) !== undefined)).toEqual([false, true, true])
  await expect(media({ _: 'inputMediaUploadedPhoto', file })).rejects.toThrow('400 FILE_PART_0_MISSING')
})

describe('upload.getFile', () => {
  const located = async () => {
    const all = await bench()
    const bytes = noise(2 * KB * KB)
    const made = documentOf(
      await all.media({
        _: 'inputMediaUploadedDocument',
        file: await all.upload(bytes),
        mimeType: 'a/b',
        attributes: [],
      }),
    )
    const location = {
      _: 'inputDocumentFileLocation' as const,
      id: made.id,
      accessHash: made.accessHash,
      fileReference: made.fileReference,
      thumbSize: '',
    }
    return { ...all, bytes, location, made }
  }

  test('keeps to the rules about offset and limit', async () => {
    const { file, location, bytes } = await located()
    for (const [offset, limit, precise, result] of [
      [0, 4096, false, 'ok'],
      [KB * KB, KB * KB, false, 'ok'],
      [4096, 4096, false, 'ok'],
      [0, 0, false, 'LIMIT_INVALID'],
      [0, -4096, false, 'LIMIT_INVALID'],
      [0, 2 * KB * KB, false, 'LIMIT_INVALID'],
      [0, 1024, false, 'LIMIT_INVALID'],
      [0, 12288, false, 'LIMIT_INVALID'],
      [1024, 4096, false, 'OFFSET_INVALID'],
      [-4096, 4096, false, 'OFFSET_INVALID'],
      [512 * KB, KB * KB, false, 'LIMIT_INVALID'],
      [1024, 1024, true, 'ok'],
      [1024, 3072, true, 'ok'],
      [1000, 1024, true, 'OFFSET_INVALID'],
      [0, 1000, true, 'LIMIT_INVALID'],
      [1023 * KB, 2048, true, 'LIMIT_INVALID'],
    ] as const) {
      const got = await file(location, offset, limit, precise).then(
        (part) => (Buffer.compare(part, bytes.subarray(offset, offset + limit)) === 0 ? 'ok' : 'other bytes'),
        (error: Error) => error.message.slice(4),
      )
      expect([offset, limit, precise, got]).toEqual([offset, limit, precise, result])
    }
  })

  test('knows only what there is, by its hash and reference', async () => {
    const { file, location, setup } = await located()
    await expect(file({ ...location, id: 3n }, 0, 4096)).rejects.toThrow('FILE_ID_INVALID')
    await expect(file({ ...location, accessHash: 3n }, 0, 4096)).rejects.toThrow('FILE_ID_INVALID')
    await expect(file({ _: 'inputTakeoutFileLocation' }, 0, 4096)).rejects.toThrow('LOCATION_INVALID')
    setup.world.media.expireReferences()
    await expect(file(location, 0, 4096)).rejects.toThrow('FILE_REFERENCE_EXPIRED')
  })

  test('sends the client to the DC that has the file', async () => {
    const { setup, location, made } = await located()
    const stored = setup.world.media.find(made.id) as { dcId: number }
    stored.dcId = 5
    const elsewhere = setUp({ dcId: 4, world: setup.world })
    const client = await elsewhere.bot()
    await expect(
      elsewhere.run(client.call(uploadGetFile, { _: 'upload.getFile', location, offset: 0n, limit: 4096 })),
    ).rejects.toThrow('303 FILE_MIGRATE_5')
  })

  test('tells the type of file by its first bytes', async () => {
    const { setup, client, upload, media } = await bench()
    const text = (value: string): Uint8Array => new TextEncoder().encode(value.padEnd(20))
    for (const [bytes, type] of [
      [jpeg(9, 9), 'storage.fileJpeg'],
      [png(9, 9), 'storage.filePng'],
      [gif(9, 9), 'storage.fileGif'],
      [webp('VP8 ', 9, 9), 'storage.fileWebp'],
      [text('%PDF-1.7'), 'storage.filePdf'],
      [text('ID3'), 'storage.fileMp3'],
      [text('....ftypqt  '), 'storage.fileMov'],
      [text('....ftypisom'), 'storage.fileMp4'],
      [text('hello'), 'storage.fileUnknown'],
    ] as const) {
      const made = documentOf(
        await media({ _: 'inputMediaUploadedDocument', file: await upload(bytes), mimeType: 'a/b', attributes: [] }),
      )
      const location = {
        _: 'inputDocumentFileLocation' as const,
        id: made.id,
        accessHash: made.accessHash,
        fileReference: made.fileReference,
        thumbSize: '',
      }
      for (const offset of [0n, 4096n]) {
        const file = await setup.run(client.call(uploadGetFile, { _: 'upload.getFile', location, offset, limit: 4096 }))
        expect(file).toMatchObject({ type: { _: type } })
      }
    }
  })
})

describe('peers', () => {
  const send = async (arrange: (all: Bench) => InputPeer): Promise<string> => {
    const all = await bench()
    const media: InputMedia = { _: 'inputMediaDice', emoticon: '🎲' }
    return all.media(media, arrange(all)).then(
      () => 'ok',
      (error: Error) => error.message,
    )
  }
  const chat =
    (kind: 'chat' | 'supergroup' | 'channel', change: object = {}) =>
    ({ setup }: Bench): InputPeer => {
      const added = setup.world.addChat({ kind, title: 't', members: new Set([1000n]), ...change })
      const { id } = added
      const accessHash = accessHashFor(added, setup.world.users.get(1000n)!)
      return kind === 'chat' ? { _: 'inputPeerChat', chatId: id } : { _: 'inputPeerChannel', channelId: id, accessHash }
    }
  const user =
    (change: object = {}, wrongHash = false) =>
    ({ setup }: Bench): InputPeer => {
      const added = setup.world.addUser({ firstName: 'U', ...change })
      const accessHash = wrongHash ? added.accessHash : accessHashFor(added, setup.world.users.get(1000n)!)
      return { _: 'inputPeerUser', userId: added.id, accessHash }
    }
  const cases: [string, (all: Bench) => InputPeer, string][] = [
    ['itself', () => ({ _: 'inputPeerSelf' }), 'ok'],
    ['nobody, for a bot', () => ({ _: 'inputPeerEmpty' }), 'ok'],
    ['itself by id', () => ({ _: 'inputPeerUser', userId: 1000n, accessHash: 0n }), 'ok'],
    ['a user', user(), 'ok'],
    ['a user under a wrong hash', user({}, true), '400 PEER_ID_INVALID'],
    ['a user who is not', () => ({ _: 'inputPeerUser', userId: 5n, accessHash: 0n }), '400 PEER_ID_INVALID'],
    ['a user who is gone', user({ deactivated: true }), '400 INPUT_USER_DEACTIVATED'],
    ['a group it is in', chat('chat'), 'ok'],
    ['a group it is not in', chat('chat', { members: new Set() }), '400 PEER_ID_INVALID'],
    ['a group that is not', () => ({ _: 'inputPeerChat', chatId: 5n }), '400 CHAT_ID_INVALID'],
    ['a supergroup it is in', chat('supergroup'), 'ok'],
    ['a public supergroup', chat('supergroup', { members: new Set(), username: 'open' }), 'ok'],
    ['a supergroup it is not in', chat('supergroup', { members: new Set() }), '400 CHANNEL_PRIVATE'],
    ['a supergroup that banned it', chat('supergroup', { banned: new Set([1000n]) }), '400 USER_BANNED_IN_CHANNEL'],
    [
      'a supergroup where media are forbidden',
      chat('supergroup', { mediaForbidden: true }),
      '403 CHAT_WRITE_FORBIDDEN',
    ],
    ['a chat that is closed', chat('supergroup', { restricted: true }), '400 CHAT_RESTRICTED'],
    ['a channel it reads', chat('channel'), '400 CHAT_ADMIN_REQUIRED'],
    ['a channel it runs', chat('channel', { admins: new Set([1000n]) }), 'ok'],
    ['a channel that is not', () => ({ _: 'inputPeerChannel', channelId: 5n, accessHash: 0n }), '400 CHANNEL_INVALID'],
    ['a user who blocked it', user({ blocks: new Set([1000n]) }), '403 USER_IS_BLOCKED'],
    ['a user who hears from premium alone', user({ premiumOnly: true }), '403 PRIVACY_PREMIUM_REQUIRED'],
    ['a supergroup where it is muted', chat('supergroup', { muted: new Set([1000n]) }), '400 CHAT_RESTRICTED'],
    [
      'a peer named by a message that is not',
      () => ({ _: 'inputPeerUserFromMessage', peer: { _: 'inputPeerSelf' }, msgId: 1, userId: 2n }),
      '400 MSG_ID_INVALID',
    ],
  ]
  for (const [name, arrange, result] of cases)
    test(`${name}: ${result}`, async () => expect(await send(arrange)).toBe(result))

  test('nobody, for a user: PEER_ID_INVALID', async () => {
    const { setup, media } = await bench()
    ;(setup.world.users.get(1000n) as { bot: boolean }).bot = false
    await expect(media({ _: 'inputMediaDice', emoticon: '🎲' }, { _: 'inputPeerEmpty' })).rejects.toThrow(
      '400 PEER_ID_INVALID',
    )
  })

  test('a user who takes no voice messages: VOICE_MESSAGES_FORBIDDEN, for voice and round video alone', async () => {
    const all = await bench()
    const peer = user({ refusesVoice: true })(all)
    const file = await all.upload(noise(10))
    const send = (attributes: Extract<InputMedia, { _: 'inputMediaUploadedDocument' }>['attributes']) =>
      all.media({ _: 'inputMediaUploadedDocument', file, mimeType: 'audio/ogg', attributes }, peer)
    await expect(send([{ _: 'documentAttributeAudio', duration: 1, voice: true }])).rejects.toThrow(
      '400 VOICE_MESSAGES_FORBIDDEN',
    )
    await expect(send([{ _: 'documentAttributeVideo', duration: 1, w: 1, h: 1, roundMessage: true }])).rejects.toThrow(
      'VOICE_MESSAGES_FORBIDDEN',
    )
    expect((await send([{ _: 'documentAttributeAudio', duration: 1 }]))._).toBe('messageMediaDocument')
  })
})

describe('other media', () => {
  const geoPoint = { _: 'inputGeoPoint' as const, lat: 1.5, long: 2.5, accuracyRadius: 7 }
  const plain = (value: string) => ({ _: 'textWithEntities' as const, text: value, entities: [] })
  const answer = (value: string, option: number) => ({
    _: 'pollAnswer' as const,
    text: plain(value),
    option: Uint8Array.of(option),
  })
  const poll = (change: object = {}, answers = [answer('a', 1), answer('b', 2)]) => ({
    _: 'poll' as const,
    id: 0n,
    question: plain('q'),
    answers,
    ...change,
  })

  const good: [InputMedia, object][] = [
    [
      { _: 'inputMediaGeoPoint', geoPoint },
      { _: 'messageMediaGeo', geo: { _: 'geoPoint', lat: 1.5, long: 2.5, accuracyRadius: 7 } },
    ],
    [{ _: 'inputMediaGeoPoint', geoPoint: { _: 'inputGeoPointEmpty' } }, { geo: { _: 'geoPointEmpty' } }],
    [
      { _: 'inputMediaGeoLive', geoPoint, period: 60, heading: 5 },
      { _: 'messageMediaGeoLive', period: 60, heading: 5 },
    ],
    [
      { _: 'inputMediaVenue', geoPoint, title: 't', address: 'a', provider: 'p', venueId: 'v', venueType: 'y' },
      { _: 'messageMediaVenue', title: 't', venueType: 'y' },
    ],
    [
      { _: 'inputMediaContact', phoneNumber: '+1 234', firstName: 'F', lastName: 'L', vcard: '' },
      { _: 'messageMediaContact', phoneNumber: '+1 234', userId: 0n },
    ],
    [
      { _: 'inputMediaDice', emoticon: '🎰' },
      { _: 'messageMediaDice', emoticon: '🎰' },
    ],
    [
      { _: 'inputMediaPoll', poll: poll() },
      { _: 'messageMediaPoll', poll: { question: plain('q') }, results: { totalVoters: 0 } },
    ],
    [{ _: 'inputMediaPoll', poll: poll({ quiz: true }), correctAnswers: [Uint8Array.of(2)] }, { poll: { quiz: true } }],
    [
      {
        _: 'inputMediaTodo',
        todo: { _: 'todoList', title: plain('t'), list: [{ _: 'todoItem', id: 1, title: plain('x') }] },
      },
      { _: 'messageMediaToDo' },
    ],
    [
      { _: 'inputMediaWebPage', url: 'https://example.org/', optional: true, forceLargeMedia: true },
      { _: 'messageMediaWebPage', forceLargeMedia: true, webpage: { url: 'https://example.org/' } },
    ],
  ]
  for (const [input, output] of good) {
    test(`${input._} becomes ${(output as { _?: string })._ ?? 'the same kind'}`, async () =>
      expect(await (await bench()).media(input)).toMatchObject(output))
  }

  const bad: [InputMedia, string][] = [
    [{ _: 'inputMediaEmpty' }, 'MEDIA_INVALID'],
    [{ _: 'inputMediaGeoPoint', geoPoint: { ...geoPoint, lat: 91 } }, 'MEDIA_INVALID'],
    [{ _: 'inputMediaContact', phoneNumber: 'none', firstName: '', lastName: '', vcard: '' }, 'PHONE_NUMBER_INVALID'],
    [{ _: 'inputMediaDice', emoticon: 'x' }, 'EMOTICON_INVALID'],
    [{ _: 'inputMediaPoll', poll: poll({ question: plain('') }) }, 'POLL_QUESTION_INVALID'],
    [{ _: 'inputMediaPoll', poll: poll({}, [answer('a', 1)]) }, 'POLL_ANSWERS_INVALID'],
    [{ _: 'inputMediaPoll', poll: poll({}, [answer('a', 1), answer('', 2)]) }, 'POLL_ANSWER_INVALID'],
    [{ _: 'inputMediaPoll', poll: poll({}, [answer('a', 1), answer('b', 1)]) }, 'POLL_OPTION_DUPLICATE'],
    [{ _: 'inputMediaPoll', poll: poll({ quiz: true }) }, 'QUIZ_CORRECT_ANSWERS_EMPTY'],
    [
      { _: 'inputMediaPoll', poll: poll({ quiz: true }), correctAnswers: [Uint8Array.of(9)] },
      'QUIZ_CORRECT_ANSWER_INVALID',
    ],
    [{ _: 'inputMediaTodo', todo: { _: 'todoList', title: plain('t'), list: [] } }, 'TODO_ITEMS_EMPTY'],
    [{ _: 'inputMediaWebPage', url: 'ftp://x' }, 'WEBPAGE_URL_INVALID'],
    [{ _: 'inputMediaWebPage', url: 'https://example.org/' }, 'WEBPAGE_NOT_FOUND'],
    [{ _: 'inputMediaPhotoExternal', url: 'https://example.org/a.jpg' }, 'WEBPAGE_CURL_FAILED'],
    [{ _: 'inputMediaDocumentExternal', url: 'file:///etc/passwd' }, 'EXTERNAL_URL_INVALID'],
  ]
  for (const [input, error] of bad) {
    test(`${input._}: ${error}`, async () => expect((await bench()).media(input)).rejects.toThrow(`400 ${error}`))
  }

  test('files at an address of the world become photos and documents', async () => {
    const { setup, media } = await bench()
    setup.world.webFiles.set('https://example.org/a.jpg?x=1', { bytes: jpeg(90, 90), mimeType: 'image/jpeg' })
    setup.world.webFiles.set('https://example.org/b', { bytes: noise(5), mimeType: 'a/b' })
    expect(
      photoOf(await media({ _: 'inputMediaPhotoExternal', url: 'https://example.org/a.jpg?x=1' })).sizes,
    ).toMatchObject([{ w: 90 }])
    const made = documentOf(
      await media({ _: 'inputMediaDocumentExternal', url: 'https://example.org/b', spoiler: true }),
    )
    expect(made).toMatchObject({
      size: 5n,
      mimeType: 'a/b',
      attributes: [{ _: 'documentAttributeFilename', fileName: 'b' }],
    })
    expect((setup.world.media.find(made.id) as StoredDocument).content.size).toBe(5)
  })

  test('a contact who is on the service is linked', async () => {
    const { setup, media } = await bench()
    const { id } = setup.world.addUser({ firstName: 'A', phone: '1234' })
    expect(
      await media({ _: 'inputMediaContact', phoneNumber: '+12-34', firstName: '', lastName: '', vcard: '' }),
    ).toMatchObject({ userId: id })
  })

  test('dice show a value of their kind', () => {
    const { world, server } = setUp()
    for (let i = 0; i < 200; i++) {
      const call = { dc: { world, id: server.dcId } } as unknown as Parameters<typeof makeFreeMedia>[0]
      const { value } = makeFreeMedia(call, { _: 'inputMediaDice', emoticon: '🏀' }) as { value: number }
      expect(value >= 1 && value <= 5).toBe(true)
    }
  })
})

test('a wall clock that is set does not age the parts of a file', async () => {
  const { setup, client, upload, media } = await bench()
  const file = await upload(noise(100))
  setup.host.jumpWallClock(2 * PARTS_LIFETIME)
  // The salt is over by that clock.
  client.send({ _: 'ping', pingId: 1n })
  client.salt = (await setup.run(client.nextService('bad_server_salt'))).newServerSalt
  await upload(noise(50))
  const made = await media({ _: 'inputMediaUploadedDocument', file, mimeType: 'text/plain', attributes: [] })
  expect(made._).toBe('messageMediaDocument')
})
