/**
 * Every kind of media there is, over real sockets: built, with its files uploaded, and made by the test DC.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  animation,
  audio,
  contact,
  dice,
  document,
  external,
  game,
  invoice,
  liveLocation,
  location,
  type MediaLike,
  type MessageMedia,
  paid,
  photo,
  poll,
  quiz,
  stakeDice,
  sticker,
  story,
  todo,
  type UploadClient,
  type UploadProgress,
  venue,
  video,
  videoNote,
  voice,
  webPage,
  withFiles,
} from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import type {
  document as Document,
  InputDocument,
  InputMedia,
  InputPhoto,
  photo as Photo,
} from '../../src/tl/generated/api-types.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const JPEG = readFileSync('assets/demo.jpg')
const jpeg = (name = 'p.jpg'): { data: Uint8Array; name: string } => ({ data: JPEG, name })
const bytes = (size: number, name: string): { data: Uint8Array; name: string } => ({ data: randomBytes(size), name })
const PLACE = { latitude: 52.5, longitude: 13.4 }
const CLIP = { width: 640, height: 360, duration: 2.5 }

/** The bot that `connectTo` logs in as. */
const BOT = 123n

let server: RunningServer
let client: UploadClient
let faults: Faults
const requests: RequestInfo[] = []

beforeAll(async () => {
  faults = {}
  server = await startTestDc({ faults, onRequest: (info) => requests.push(info) })
  const { world } = server
  world.webFiles.set('https://example.org/a.jpg', { bytes: JPEG, mimeType: 'image/jpeg' })
  world.webFiles.set('https://example.org/a.mp4', { bytes: randomBytes(10), mimeType: 'video/mp4' })
  world.addGame({ botId: BOT, shortName: 'tetris' })
  world.stakedDice = { gameHash: 'g', wins: [0, 0, 0, 2000, 2000, 2000] }
  client = await connectTo(server)
  const stored = world.media.find(photoOf(await client.uploadMedia({ media: photo(jpeg()) })).id)!
  world.addStory({ ownerId: BOT, id: 1, media: stored, date: 1, expireDate: 2 ** 31 - 1 })
})
beforeEach(() => {
  requests.length = 0
  delete faults.onRequest
})
afterAll(async () => {
  await client?.close()
  await server?.close()
})

function photoOf(media: MessageMedia): Photo {
  if (media._ !== 'messageMediaPhoto' || media.photo?._ !== 'photo') throw new Error(`${media._} is no photo`)
  return media.photo
}

function documentOf(media: MessageMedia): Document {
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document')
    throw new Error(`${media._} is no document`)
  return media.document
}

async function photoThere(): Promise<InputPhoto> {
  const { id, accessHash, fileReference } = photoOf(await client.uploadMedia({ media: photo(jpeg()) }))
  return { _: 'inputPhoto', id, accessHash, fileReference }
}

async function documentThere(): Promise<InputDocument> {
  const { id, accessHash, fileReference } = documentOf(await client.uploadMedia({ media: document(bytes(9, 'x')) }))
  return { _: 'inputDocument', id, accessHash, fileReference }
}

/** What the server made of it, and the constructors that it was asked to make. */
async function make(media: MediaLike, more: object = {}): Promise<MessageMedia> {
  return client.uploadMedia({ media, ...more })
}

/** By constructor of `InputMedia`: what is uploaded, and what comes back. */
const KINDS: {
  readonly [Name in InputMedia['_']]: () => Promise<readonly [MediaLike, object]> | readonly [MediaLike, object]
} = {
  inputMediaUploadedPhoto: () => [photo(jpeg(), { spoiler: true }), { _: 'messageMediaPhoto', spoiler: true }],
  inputMediaUploadedDocument: () => [document(bytes(10, 'a.txt')), { _: 'messageMediaDocument' }],
  inputMediaPhoto: async () => [{ _: 'inputMediaPhoto', id: await photoThere() }, { _: 'messageMediaPhoto' }],
  inputMediaDocument: async () => [
    { _: 'inputMediaDocument', id: await documentThere(), videoCover: jpeg() },
    { _: 'messageMediaDocument', videoCover: { _: 'photo' } },
  ],
  inputMediaPhotoExternal: () => [
    external('https://example.org/a.jpg', { as: 'photo', spoiler: true }),
    { _: 'messageMediaPhoto', spoiler: true },
  ],
  inputMediaDocumentExternal: () => [
    external('https://example.org/a.mp4', { cover: jpeg() }),
    { _: 'messageMediaDocument', videoCover: { _: 'photo' } },
  ],
  inputMediaContact: () => [
    contact({ phone: '+49 1', firstName: 'A', vcard: 'BEGIN:VCARD' }),
    { _: 'messageMediaContact', firstName: 'A', lastName: '', vcard: 'BEGIN:VCARD' },
  ],
  inputMediaGeoPoint: () => [
    location({ ...PLACE, accuracy: 7.4 }),
    { _: 'messageMediaGeo', geo: { lat: 52.5, long: 13.4, accuracyRadius: 7 } },
  ],
  inputMediaGeoLive: () => [
    liveLocation({ ...PLACE, period: 'forever', heading: 90, alertWithin: 50 }),
    { _: 'messageMediaGeoLive', period: 0x7fffffff, heading: 90, proximityNotificationRadius: 50 },
  ],
  inputMediaVenue: () => [
    venue({ ...PLACE, title: 'Zoo', address: 'Street 1', provider: 'foursquare', id: 'x', type: 'zoo' }),
    {
      _: 'messageMediaVenue',
      title: 'Zoo',
      address: 'Street 1',
      venueId: 'x',
      venueType: 'zoo',
      provider: 'foursquare',
    },
  ],
  inputMediaPoll: () => [
    quiz('2 + 2?', ['3', '4'], { correct: 1, solution: 'Count.', closeAfter: 60 }),
    { _: 'messageMediaPoll', poll: { quiz: true, closePeriod: 60, question: { text: '2 + 2?' } } },
  ],
  inputMediaDice: () => [dice('🎰'), { _: 'messageMediaDice', emoticon: '🎰' }],
  inputMediaStakeDice: () => [
    stakeDice({ gameHash: 'g', tonAmount: 10n, seed: randomBytes(32) }),
    { _: 'messageMediaDice', gameOutcome: { stakeTonAmount: 10n } },
  ],
  inputMediaGame: () => [game('tetris'), { _: 'messageMediaGame', game: { shortName: 'tetris' } }],
  inputMediaStory: () => [story('me', 1), { _: 'messageMediaStory', id: 1 }],
  inputMediaWebPage: () => [
    webPage('https://example.org/', { size: 'large', optional: true }),
    { _: 'messageMediaWebPage', forceLargeMedia: true },
  ],
  inputMediaTodo: () => [
    todo('Trip', ['Passport', 'Tickets'], { othersCanAppend: true }),
    {
      _: 'messageMediaToDo',
      todo: { othersCanAppend: true, list: [{ id: 1 }, { id: 2, title: { text: 'Tickets' } }] },
    },
  ],
  inputMediaPaidMedia: () => [
    paid({ stars: 5, media: [photo(jpeg()), video(bytes(10, 'a.mp4'), CLIP)], payload: 'p' }),
    {
      _: 'messageMediaPaidMedia',
      starsAmount: 5n,
      extendedMedia: [{ media: { _: 'messageMediaPhoto' } }, { media: { _: 'messageMediaDocument', video: true } }],
    },
  ],
  inputMediaInvoice: () => [
    invoice({
      title: 'Hat',
      description: 'A hat',
      payload: 'hat',
      currency: 'XTR',
      prices: [{ label: 'Hat', amount: 100 }],
      photo: { url: 'https://example.org/a.jpg', width: 3, height: 4 },
      media: photo(jpeg()),
    }),
    {
      _: 'messageMediaInvoice',
      totalAmount: 100n,
      photo: { _: 'webDocument' },
      extendedMedia: { _: 'messageExtendedMediaPreview' },
    },
  ],
  // It stands for nothing, and servers make nothing of it.
  inputMediaEmpty: () => [{ _: 'inputMediaEmpty' }, { type: 'MEDIA_INVALID' }],
}

describe('every constructor of InputMedia', () => {
  test('that the schema has is tried', () => {
    const schema = readFileSync('schema/api.tl', 'utf8').matchAll(/^(\w+)#.*= InputMedia;$/gm)
    expect(Object.keys(KINDS).toSorted()).toEqual(Array.from(schema, ([, name]) => name).toSorted())
  })

  test.each(Object.entries(KINDS))('%s becomes media', async (name, kind) => {
    const [media, expected] = await kind()
    requests.length = 0
    const made = await make(media).catch((error: unknown) => error)
    expect(made).toMatchObject(expected)
    const sent = requests.filter(({ request }) => request._ === 'messages.uploadMedia').at(-1)
    expect(sent?.request).toMatchObject({ media: { _: name } })
  })
})

describe('builders of documents', () => {
  test.each<[string, MediaLike, object, object]>([
    [
      'video',
      video(bytes(10, 'a.mp4'), {
        ...CLIP,
        supportsStreaming: true,
        hasSound: false,
        start: 1,
        cover: jpeg(),
        spoiler: true,
      }),
      { video: true, videoCover: { _: 'photo' }, videoTimestamp: 1, spoiler: true },
      {
        mimeType: 'video/mp4',
        attributes: [
          { _: 'documentAttributeVideo', duration: 2.5, w: 640, h: 360, supportsStreaming: true, nosound: true },
          { _: 'documentAttributeFilename', fileName: 'a.mp4' },
        ],
      },
    ],
    [
      'animation',
      animation(bytes(10, 'a.mp4'), CLIP),
      { _: 'messageMediaDocument' },
      {
        attributes: [
          { _: 'documentAttributeVideo', w: 640 },
          { _: 'documentAttributeAnimated' },
          { fileName: 'a.mp4' },
        ],
      },
    ],
    [
      'audio',
      audio(bytes(10, 'a.mp3'), { duration: 0.2, title: 'T', performer: 'P' }),
      { _: 'messageMediaDocument' },
      {
        mimeType: 'audio/mpeg',
        attributes: [{ _: 'documentAttributeAudio', duration: 1, title: 'T', performer: 'P' }, { fileName: 'a.mp3' }],
      },
    ],
    [
      'voice',
      voice(bytes(10, 'a'), { duration: 4, waveform: [1, 2, 31], ttlSeconds: 5 }),
      { voice: true, ttlSeconds: 5 },
      {
        mimeType: 'audio/ogg',
        attributes: [{ _: 'documentAttributeAudio', voice: true, duration: 4, waveform: Uint8Array.of(0x41, 0x7c) }],
      },
    ],
    [
      'video note',
      videoNote(bytes(10, 'a.mp4'), { duration: 4, length: 240, thumb: jpeg() }),
      { round: true },
      { attributes: [{ _: 'documentAttributeVideo', roundMessage: true, duration: 4, w: 240, h: 240 }] },
    ],
    [
      'sticker',
      sticker(bytes(10, 'a.webp'), { emoji: '🐈', size: { width: 512, height: 512 } }),
      { _: 'messageMediaDocument' },
      {
        mimeType: 'image/webp',
        attributes: [
          { _: 'documentAttributeImageSize', w: 512, h: 512 },
          { _: 'documentAttributeSticker', alt: '🐈', stickerset: { _: 'inputStickerSetEmpty' } },
          { fileName: 'a.webp' },
        ],
      },
    ],
  ])('%s', async (_name, media, shown, stored) => {
    const made = await make(media)
    expect(made).toMatchObject(shown)
    expect(documentOf(made)).toMatchObject(stored)
  })

  test('a poll', async () => {
    const question = {
      _: 'textWithEntities',
      text: 'Tea?',
      entities: [{ _: 'messageEntityBold', offset: 0, length: 3 }],
    } as const
    const made = await make(
      poll({ ...question, entities: [...question.entities] }, ['Yes', 'No'], {
        multipleChoice: true,
        publicVoters: true,
      }),
    )
    expect(made).toMatchObject({
      poll: {
        question,
        multipleChoice: true,
        publicVoters: true,
        answers: [{ text: { text: 'Yes' } }, { text: { text: 'No' } }],
      },
    })
  })
})

describe('files where files stand', () => {
  test('in a raw constructor are uploaded, each as what it is', async () => {
    const made = await make({
      _: 'inputMediaUploadedDocument',
      file: bytes(300_000, 'a.mp4'),
      thumb: jpeg(),
      videoCover: jpeg('cover.jpg'),
      mimeType: 'video/mp4',
      attributes: [{ _: 'documentAttributeVideo', duration: 1, w: 1, h: 2 }],
    })
    expect(made).toMatchObject({ videoCover: { _: 'photo' }, document: { size: 300_000n } })
    const medias = requests.flatMap(({ request }) => (request._ === 'messages.uploadMedia' ? [request.media] : []))
    expect(medias).toMatchObject([
      { _: 'inputMediaUploadedPhoto', file: { name: 'cover.jpg' } },
      {
        _: 'inputMediaUploadedDocument',
        videoCover: { _: 'inputPhoto' },
        thumb: { name: 'p.jpg' },
        file: { name: 'a.mp4' },
      },
    ])
  })

  test('nested ones too, raw and built', async () => {
    const raw: MediaLike = {
      _: 'inputMediaPaidMedia',
      starsAmount: 1n,
      extendedMedia: [
        { _: 'inputMediaUploadedPhoto', file: jpeg() },
        photo(jpeg()),
        { _: 'inputMediaPhoto', id: await photoThere() },
      ],
    }
    for (const media of [raw, withFiles(raw)])
      expect(await make(media)).toMatchObject({
        extendedMedia: [{}, {}, {}].map(() => ({ media: { _: 'messageMediaPhoto' } })),
      })
  })

  test('the name that is told is that of the file, not of its thumb and cover', async () => {
    await make(video(bytes(10, 'a.mp4'), { ...CLIP, thumb: jpeg('t.jpg'), cover: jpeg('c.jpg') }), {
      fileName: 'told.mp4',
    })
    const medias = requests.flatMap(({ request }) => (request._ === 'messages.uploadMedia' ? [request.media] : []))
    expect(medias).toMatchObject([
      { file: { name: 'c.jpg' } },
      { file: { name: 'told.mp4' }, thumb: { name: 't.jpg' } },
    ])
  })
})

describe('several files', () => {
  test('one that stays alone is its own total, known from the start', async () => {
    for (const media of [
      document(new Uint8Array(700_000)),
      { _: 'inputMediaUploadedDocument', file: new Uint8Array(700_000), mimeType: 'a/b', attributes: [] } as MediaLike,
    ]) {
      const seen: UploadProgress[] = []
      await make(media, { onProgress: (progress: UploadProgress) => seen.push(progress) })
      expect(seen[0]).toMatchObject({ sentBytes: 0, totalBytes: 700_000 })
      expect(seen.at(-1)).toMatchObject({ sentBytes: 700_000, totalBytes: 700_000 })
    }
  })

  test('have one total, that never falls', async () => {
    const seen: UploadProgress[] = []
    const sizes = [700_000, 300_000]
    const media = paid({
      stars: 1,
      media: [
        video(bytes(sizes[0]!, 'a.mp4'), { ...CLIP, cover: jpeg(), thumb: jpeg() }),
        video(bytes(sizes[1]!, 'b.mp4'), CLIP),
        external('https://example.org/a.jpg', { as: 'photo' }),
      ],
    })
    await make(media, { onProgress: (progress: UploadProgress) => seen.push(progress) })
    const total = 1_000_000 + 2 * JPEG.length
    expect(seen[0]).toMatchObject({ sentBytes: 0, totalBytes: undefined })
    expect(seen.at(-1)).toMatchObject({ sentBytes: total, totalBytes: total })
    const sent = seen.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    expect(new Set(seen.map(({ totalBytes }) => totalBytes))).toEqual(new Set([undefined, total]))
  })

  test('end together: an abort ends all, and leaves nothing', async () => {
    const stop = new AbortController()
    faults.onRequest = ({ request }) => {
      if (request._ !== 'upload.saveFilePart') return undefined
      setTimeout(() => stop.abort(new Error('enough')), 20)
      return { kind: 'silence' }
    }
    const media = paid({ stars: 1, media: [photo(jpeg()), video(bytes(99, 'a.mp4'), { ...CLIP, cover: jpeg() })] })
    await expect(make(media, { signal: stop.signal })).rejects.toThrow('enough')
    delete faults.onRequest
    expect((await make(photo(jpeg())))._).toBe('messageMediaPhoto')
  })

  test('end together: one that cannot be read ends the others', async () => {
    let opened = 0
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      opened++
      try {
        for (;;) yield await new Promise<Uint8Array>((resolve) => setTimeout(() => resolve(new Uint8Array(1)), 1))
      } finally {
        opened--
      }
    }
    const media = paid({ stars: 1, media: [video({ data: endless(), name: 'a.mp4' }, CLIP), photo('/nowhere.jpg')] })
    await expect(make(media)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect.poll(() => opened).toBe(0)
    expect(requests.filter(({ request }) => request._ === 'messages.uploadMedia')).toEqual([])
  })

  test('of which the server lacks a part: each that has it sends it again, and nothing starts over', async () => {
    let fail = true
    faults.onRequest = ({ request }) => {
      if (request._ !== 'messages.uploadMedia' || !fail) return undefined
      fail = false
      return { kind: 'error', code: 400, text: 'FILE_PART_9_MISSING' }
    }
    await make(video(bytes(400_000, 'a.mp4'), { ...CLIP, thumb: jpeg() }), { partSize: 32_768 })
    const parts = requests.flatMap(({ request }) => (request._ === 'upload.saveFilePart' ? [request] : []))
    const nines = parts.filter(({ filePart }) => filePart === 9)
    expect(nines.length).toBe(2)
    expect(new Set(nines.map(({ fileId }) => fileId)).size).toBe(1)
    expect(new Set(parts.map(({ fileId }) => fileId)).size).toBe(2)
  })

  test('of which a cover lacks a part: the cover alone is mended', async () => {
    let fail = true
    faults.onRequest = ({ request }) => {
      if (request._ !== 'messages.uploadMedia' || !fail) return undefined
      fail = false
      expect(request.media._).toBe('inputMediaUploadedPhoto')
      return { kind: 'error', code: 400, text: 'FILE_PART_0_MISSING' }
    }
    const made = await make(video(bytes(100, 'a.mp4'), { ...CLIP, cover: jpeg() }))
    expect(made).toMatchObject({ videoCover: { _: 'photo' } })
    const ids = requests.flatMap(({ request }) => (request._ === 'upload.saveFilePart' ? [request.fileId] : []))
    expect(new Set(ids).size).toBe(3)
  })
})

test('a bot acts for somebody: the id of the connection goes with the call, and what is wrong with it comes back', async () => {
  server.world.businessConnections.set('theirs', { userId: 5n })
  await make(photo(jpeg()), { businessConnectionId: 'theirs' })
  expect(requests.at(-1)?.request).toMatchObject({ businessConnectionId: 'theirs' })
  await make(video(bytes(9, 'a.mp4'), { ...CLIP, cover: jpeg() }), { businessConnectionId: 'theirs' })
  server.world.businessConnections.set('not mine', { userId: 5n, botId: 9n })
  await expect(make(dice(), { businessConnectionId: 'not mine' })).rejects.toMatchObject({
    type: 'BUSINESS_CONNECTION_INVALID',
  })
})
