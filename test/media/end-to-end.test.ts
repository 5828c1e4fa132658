/**
 * Over real sockets: what the server made of an upload is converted, given to `uploadMedia` again, and comes back the same; what is
 * described can be downloaded from where the description says.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import {
  document,
  type InputMedia,
  type MessageMedia,
  photo,
  type TextWithEntities,
  type UploadClient,
} from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { describeFile, fileLocation, type Sendable, toInputMedia } from '../../src/media/index.ts'
import { jpeg } from '../lab/server/images.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let client: UploadClient
beforeAll(async () => {
  server = await startTestDc()
  client = await connectTo(server)
})
afterAll(async () => {
  await client.close()
  await server.close()
})

const picture = { data: jpeg(640, 480), name: 'cat.jpg' }
const geo = { _: 'inputGeoPoint', lat: 1.5, long: 2.5, accuracyRadius: 30 } as const
const text = (words: string): TextWithEntities => ({ _: 'textWithEntities', text: words, entities: [] })
const answers = ['Green', 'Black'].map((words, i) => ({
  _: 'pollAnswer' as const,
  text: text(words),
  option: Uint8Array.of(i),
}))

/** As text, without what the server makes anew each time: the ids of places, polls and pages, what a dice shows. */
function lasting(media: MessageMedia): unknown {
  const file = /^messageMedia(?:Photo|Document|PaidMedia|Game|Story)$/.test(media._)
  return JSON.stringify(media, (key, value: unknown) => {
    if (!file && /^(?:id|accessHash|value)$/.test(key)) return undefined
    return typeof value === 'bigint' ? `${value}` : value
  })
}

/** Every kind that the test DC makes. */
const KINDS: readonly (readonly [string, () => Promise<Parameters<UploadClient['uploadMedia']>[0]['media']>])[] = [
  ['a photo, hidden, that destroys itself', async () => photo(picture, { spoiler: true, ttlSeconds: 7 })],
  [
    'a video with a cover and a second to start at, hidden, that destroys itself',
    async () => {
      const cover = toInputMedia(await client.uploadMedia({ media: photo(picture) }))
      return document(
        { data: new Uint8Array(900), name: 'a.mp4' },
        {
          attributes: [{ _: 'documentAttributeVideo', duration: 9, w: 64, h: 36 }],
          ...(cover._ === 'inputMediaPhoto' && { videoCover: cover.id }),
          videoTimestamp: 4,
          spoiler: true,
          ttlSeconds: 9,
        },
      )
    },
  ],
  ['a place', async (): Promise<InputMedia> => ({ _: 'inputMediaGeoPoint', geoPoint: geo })],
  [
    'a live place',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaGeoLive',
      geoPoint: geo,
      heading: 90,
      period: 60,
      proximityNotificationRadius: 100,
    }),
  ],
  [
    'a venue',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaVenue',
      geoPoint: geo,
      title: 'T',
      address: 'A',
      provider: 'P',
      venueId: 'I',
      venueType: 'Y',
    }),
  ],
  [
    'a contact',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaContact',
      phoneNumber: '+9996610001',
      firstName: 'A',
      lastName: 'B',
      vcard: 'V',
    }),
  ],
  ['a dice', async (): Promise<InputMedia> => ({ _: 'inputMediaDice', emoticon: '🎯' })],
  [
    'a poll',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaPoll',
      poll: { _: 'poll', id: 0n, question: text('Tea?'), answers, publicVoters: true, multipleChoice: true },
    }),
  ],
  [
    'a list of things to do',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaTodo',
      todo: {
        _: 'todoList',
        title: text('Today'),
        list: [{ _: 'todoItem', id: 1, title: text('Tea') }],
        othersCanAppend: true,
      },
    }),
  ],
  [
    'a page with a large picture',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaWebPage',
      url: 'https://a.example/',
      forceLargeMedia: true,
      optional: true,
    }),
  ],
  [
    'photos for stars',
    async () => ({
      _: 'inputMediaPaidMedia',
      starsAmount: 5n,
      extendedMedia: [photo(picture, { spoiler: true }), photo(picture)],
    }),
  ],
  [
    'a game',
    async (): Promise<InputMedia> => {
      const { id, accessHash } = server.world.addGame({ botId: 123n, shortName: 'snake' })
      return { _: 'inputMediaGame', id: { _: 'inputGameID', id, accessHash } }
    },
  ],
  [
    'a story, with what it takes to name its owner',
    async (): Promise<InputMedia> => {
      await client.uploadMedia({ media: photo(picture) })
      const [media] = server.world.media.all()
      const date = Math.floor(Date.now() / 1000)
      server.world.addStory({ ownerId: 123n, id: 8, media: media!, date, expireDate: date + 3600 })
      return { _: 'inputMediaStory', peer: { _: 'inputPeerSelf' }, id: 8 }
    },
  ],
  [
    'a quiz, with its right answer',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaPoll',
      poll: { _: 'poll', id: 0n, question: text('Tea?'), answers, quiz: true },
      correctAnswers: ADVICE.correctAnswers,
    }),
  ],
  [
    'an invoice, with what its sender alone knows',
    async (): Promise<InputMedia> => ({
      _: 'inputMediaInvoice',
      title: 'Tea',
      description: 'Green',
      invoice: {
        _: 'invoice',
        test: true,
        currency: 'EUR',
        prices: [{ _: 'labeledPrice', label: 'Tea', amount: 250n }],
      },
      ...ADVICE.invoice,
      providerData: { _: 'dataJSON', data: '{}' },
      startParam: 'tea',
    }),
  ],
]

/** What some conversions have to be told. */
const ADVICE = {
  correctAnswers: [Uint8Array.of(1)],
  invoice: { payload: Uint8Array.of(7), provider: '1:TEST:token' },
  inputPeer: () => ({ _: 'inputPeerSelf' }) as const,
}

describe('what was received is sent again, and comes back the same', () => {
  test.each(KINDS)('%s', async (_name, make) => {
    server.world.webFiles.set('https://a.example/', { bytes: Uint8Array.of(1), mimeType: 'text/html' })
    const first = await client.uploadMedia({ media: await make() })
    const message: Sendable = { _: 'message', media: first }
    const again = await client.uploadMedia({ media: toInputMedia(message, ADVICE) })
    expect(lasting(again)).toEqual(lasting(first))
  })

  test('without a word between: a MessageMedia, a message, an update, a photo, its file_id; one of many, too', async () => {
    const first = await client.uploadMedia({ media: photo(picture, { spoiler: true, ttlSeconds: 7 }) })
    const message = { _: 'message', id: 1, media: first }
    for (const media of [first, message, { _: 'updateNewMessage', message }])
      expect(await client.uploadMedia({ media })).toEqual(first)
    const bare = { _: 'messageMediaPhoto', photo: first._ === 'messageMediaPhoto' && first.photo }
    const photos = [first._ === 'messageMediaPhoto' ? first.photo! : '', describeFile(first)!.fileId]
    for (const media of photos) expect(await client.uploadMedia({ media })).toEqual(bare)
    const outcomes = await client.uploadMany([first, message, ...photos]).all()
    expect(outcomes.map((one) => one.status === 'fulfilled' && one.media)).toEqual([first, first, bare, bare])
  })

  test('without a word between: a story of somebody who was met before', async () => {
    const alice = server.world.findName('alice')!
    await client.resolvePeer('alice')
    const [media] = server.world.media.all()
    const date = Math.floor(Date.now() / 1000)
    server.world.addStory({ ownerId: alice.id, id: 9, media: media!, date, expireDate: date + 3600 })
    const story: MessageMedia = { _: 'messageMediaStory', peer: { _: 'peerUser', userId: alice.id }, id: 9 }
    expect(await client.uploadMedia({ media: story })).toMatchObject(story)
    const stranger: MessageMedia = { ...story, peer: { _: 'peerUser', userId: 424242n } }
    await expect(client.uploadMedia({ media: stranger })).rejects.toMatchObject({ name: 'PeerError' })
  })

  test.each([
    ['cat.jpg', /"cat\.jpg" is no file_id, .*a path goes into photo\(\)/],
    ['a_name_that_looks_like_one', /this file_id cannot be used/],
    [{ _: 'message', message: 'hello' }, /no media in it/],
  ])('what is none is refused before anything is sent: %j', async (media, why) => {
    await expect(client.uploadMedia({ media: media as string })).rejects.toThrow(UsageError)
    await expect(client.uploadMedia({ media: media as string })).rejects.toThrow(why)
  })

  test('a photo and a document by their file_ids', async () => {
    for (const media of [photo(picture), document({ data: Uint8Array.of(1, 2), name: 'a.bin' })]) {
      const first = await client.uploadMedia({ media })
      const again = await client.uploadMedia({ media: toInputMedia(describeFile(first)!.fileId) })
      expect(again).toEqual(first)
    }
  })
})

test('what is described is downloaded from where the description says, previews too', async () => {
  const data = Uint8Array.from({ length: 5000 }, (_, i) => i)
  const small = jpeg(90, 60)
  const media = await client.uploadMedia({
    media: document({ data, name: 'a.bin' }, { thumb: { data: small, name: 't.jpg' } }),
  })
  const file = describeFile(media)!
  const read = async (location: ReturnType<typeof fileLocation>): Promise<Uint8Array | undefined> => {
    const chunk = await client.invoke({ _: 'upload.getFile', location, offset: 0n, limit: 8192 })
    return chunk._ === 'upload.file' ? new Uint8Array(chunk.bytes) : undefined
  }
  expect(await read(file.location)).toEqual(data)
  expect(await read(fileLocation(file.fileId))).toEqual(data)
  expect(await read(file.sizes[0]!.location)).toEqual(small)
  expect(await read(fileLocation(file.sizes[0]!.fileId))).toEqual(small)
})
