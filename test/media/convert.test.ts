import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { photo as buildPhoto } from '../../src/files/media.ts'
import { type Sendable, toInputMedia } from '../../src/media/convert.ts'
import { formatFileId } from '../../src/media/file-id.ts'
import type * as Tl from '../../src/tl/generated/api-types.ts'

const fileReference = Uint8Array.of(1, 2, 3)
const photo = {
  _: 'photo',
  id: 11n,
  accessHash: 12n,
  fileReference,
  date: 1,
  sizes: [],
  dcId: 2,
} as const satisfies Tl.Photo
const file = {
  _: 'document',
  id: 21n,
  accessHash: 22n,
  fileReference,
  date: 1,
  mimeType: 'video/mp4',
  size: 5n,
  dcId: 2,
  attributes: [],
} as const satisfies Tl.Document
const inputPhoto = { _: 'inputPhoto', id: 11n, accessHash: 12n, fileReference }
const inputDocument = { _: 'inputDocument', id: 21n, accessHash: 22n, fileReference }
const geo = { _: 'geoPoint', lat: 1.5, long: 2.5, accessHash: 9n, accuracyRadius: 30 } as const
const inputGeo = { _: 'inputGeoPoint', lat: 1.5, long: 2.5, accuracyRadius: 30 }
const text: Tl.TextWithEntities = { _: 'textWithEntities', text: 'Tea?', entities: [] }
const answer = (option: number): Tl.PollAnswer => ({ _: 'pollAnswer', text, option: Uint8Array.of(option) })
const poll: Tl.Poll = { _: 'poll', id: 3n, question: text, answers: [answer(0), answer(1)] }
const quiz = { ...poll, quiz: true }
const results: Tl.PollResults = {
  _: 'pollResults',
  results: [
    { _: 'pollAnswerVoters', option: Uint8Array.of(0), voters: 1 },
    { _: 'pollAnswerVoters', option: Uint8Array.of(1), voters: 1, correct: true },
  ],
  solution: 'because',
  solutionEntities: [],
}
const todo: Tl.TodoList = { _: 'todoList', title: text, list: [] }

describe('each kind of MessageMedia that can be sent again, with every flag both sides have', () => {
  test.each<[Tl.MessageMedia, object]>([
    [
      { _: 'messageMediaPhoto', spoiler: true, photo, ttlSeconds: 7 },
      { _: 'inputMediaPhoto', id: inputPhoto, spoiler: true, ttlSeconds: 7 },
    ],
    [
      { _: 'messageMediaDocument', spoiler: true, document: file, videoCover: photo, videoTimestamp: 4, ttlSeconds: 7 },
      {
        _: 'inputMediaDocument',
        id: inputDocument,
        spoiler: true,
        videoCover: inputPhoto,
        videoTimestamp: 4,
        ttlSeconds: 7,
      },
    ],
    [
      { _: 'messageMediaContact', phoneNumber: '1', firstName: 'A', lastName: 'B', vcard: 'V', userId: 5n },
      { _: 'inputMediaContact', phoneNumber: '1', firstName: 'A', lastName: 'B', vcard: 'V' },
    ],
    [
      { _: 'messageMediaGeo', geo },
      { _: 'inputMediaGeoPoint', geoPoint: inputGeo },
    ],
    [
      { _: 'messageMediaGeo', geo: { _: 'geoPointEmpty' } },
      { _: 'inputMediaGeoPoint', geoPoint: { _: 'inputGeoPointEmpty' } },
    ],
    [
      { _: 'messageMediaGeoLive', geo, heading: 90, period: 60, proximityNotificationRadius: 100 },
      { _: 'inputMediaGeoLive', geoPoint: inputGeo, heading: 90, period: 60, proximityNotificationRadius: 100 },
    ],
    [
      { _: 'messageMediaVenue', geo, title: 'T', address: 'A', provider: 'P', venueId: 'I', venueType: 'Y' },
      {
        _: 'inputMediaVenue',
        geoPoint: inputGeo,
        title: 'T',
        address: 'A',
        provider: 'P',
        venueId: 'I',
        venueType: 'Y',
      },
    ],
    [
      {
        _: 'messageMediaGame',
        game: { _: 'game', id: 1n, accessHash: 2n, shortName: 's', title: 't', description: 'd', photo },
      },
      { _: 'inputMediaGame', id: { _: 'inputGameID', id: 1n, accessHash: 2n } },
    ],
    [
      { _: 'messageMediaPoll', poll, results },
      { _: 'inputMediaPoll', poll },
    ],
    [
      { _: 'messageMediaPoll', poll: quiz, results },
      {
        _: 'inputMediaPoll',
        poll: quiz,
        correctAnswers: [Uint8Array.of(1)],
        solution: 'because',
        solutionEntities: [],
      },
    ],
    [
      { _: 'messageMediaDice', value: 3, emoticon: '🎲' },
      { _: 'inputMediaDice', emoticon: '🎲' },
    ],
    [
      { _: 'messageMediaToDo', todo },
      { _: 'inputMediaTodo', todo },
    ],
    [
      {
        _: 'messageMediaWebPage',
        forceLargeMedia: true,
        webpage: { _: 'webPagePending', id: 1n, url: 'https://a.example', date: 1 },
      },
      { _: 'inputMediaWebPage', forceLargeMedia: true, url: 'https://a.example' },
    ],
    [
      {
        _: 'messageMediaPaidMedia',
        starsAmount: 5n,
        extendedMedia: [{ _: 'messageExtendedMedia', media: { _: 'messageMediaPhoto', photo, spoiler: true } }],
      },
      {
        _: 'inputMediaPaidMedia',
        starsAmount: 5n,
        extendedMedia: [{ _: 'inputMediaPhoto', id: inputPhoto, spoiler: true }],
      },
    ],
  ])('$0._', (media, expected) => expect(toInputMedia(media)).toEqual(expected))

  test('messageMediaStory, if the caller can find whose it is', () => {
    const story: Tl.MessageMedia = { _: 'messageMediaStory', peer: { _: 'peerUser', userId: 5n }, id: 8 }
    const peer: Tl.InputPeer = { _: 'inputPeerUser', userId: 5n, accessHash: 6n }
    expect(toInputMedia(story, { inputPeer: () => peer })).toEqual({ _: 'inputMediaStory', peer, id: 8 })
    expect(() => toInputMedia(story)).toThrow(/give the option 'inputPeer'/)
  })
})

describe('what holds a media, or is one', () => {
  const media: Tl.MessageMedia = { _: 'messageMediaPhoto', photo }
  const expected = { _: 'inputMediaPhoto', id: inputPhoto }

  test.each<[string, Sendable]>([
    ['a message', { _: 'message', media }],
    ['an update', { _: 'updateNewMessage', message: { _: 'message', media } }],
    ['an update of a business connection', { _: 'updateBotNewBusinessMessage', message: { _: 'message', media } }],
    ['a photo', photo],
    ['a file_id', formatFileId({ type: 'photo', dcId: 2, id: 11n, accessHash: 12n, fileReference, size: 'x' })],
  ])('%s', (_name, thing) => expect(toInputMedia(thing)).toEqual(expected))

  test('a document, and its file_id', () => {
    const id = formatFileId({ type: 'video', dcId: 2, id: 21n, accessHash: 22n, fileReference })
    expect(toInputMedia(file)).toEqual({ _: 'inputMediaDocument', id: inputDocument })
    expect(toInputMedia(id)).toEqual({ _: 'inputMediaDocument', id: inputDocument })
  })

  test('an update of a quiz, with the results beside it', () => {
    const update = { _: 'updateMessagePoll', poll: quiz, results }
    expect(toInputMedia(update)).toMatchObject({ correctAnswers: [Uint8Array.of(1)], solution: 'because' })
  })

  test('the one message with a media among several updates', () => {
    const updates = [
      { _: 'updateMessageID', id: 1 },
      { _: 'updateNewMessage', message: { _: 'message', media } },
    ]
    const update = { _: 'updates', updates }
    expect(toInputMedia(update)).toEqual(expected)
  })

  test('a text of the service, by the media beside it', () => {
    const update = { _: 'updateServiceNotification', message: 'text', media }
    expect(toInputMedia(update)).toEqual(expected)
  })

  test.each([
    ['image/png', 'inputMediaPhotoExternal'],
    ['image/gif', 'inputMediaDocumentExternal'],
    ['video/mp4', 'inputMediaDocumentExternal'],
  ])('a file on the web of type %s, by its address', (mimeType, name) => {
    const web = { _: 'webDocumentNoProxy', url: 'https://a.example/f', size: 1, mimeType, attributes: [] } as const
    expect(toInputMedia(web)).toEqual({ _: name, url: 'https://a.example/f' })
    const result = { _: 'botInlineResult', content: web }
    expect(toInputMedia(result)).toEqual({ _: name, url: 'https://a.example/f' })
  })

  test('a file_id of a file on the web, by its address', () => {
    const id = 'BQACAQIAAxlodHRwczovL2V4YW1wbGUuY29tL2EuZ2lmAAIJAAc6BA'
    expect(toInputMedia(id)).toEqual({ _: 'inputMediaDocumentExternal', url: 'https://example.com/a.gif' })
  })

  test('what a builder made stays as it is', () => {
    const request = buildPhoto('cat.jpg')
    expect(toInputMedia(request)).toBe(request)
  })

  test('a poll', () => expect(toInputMedia(poll)).toEqual({ _: 'inputMediaPoll', poll }))

  test('an InputMedia stays as it is', () => {
    const dice: Tl.InputMedia = { _: 'inputMediaDice', emoticon: '🎯' }
    expect(toInputMedia(dice)).toBe(dice)
  })
})

describe('what the conversion is told beside the thing itself', () => {
  const bought: Tl.MessageMedia = { _: 'messageMediaPhoto', photo, spoiler: true }
  const invoice: Tl.MessageMedia = {
    _: 'messageMediaInvoice',
    title: 'Tea',
    description: 'Green',
    photo: {
      _: 'webDocument',
      url: 'https://a.example/t',
      accessHash: 1n,
      size: 9,
      mimeType: 'image/png',
      attributes: [],
    },
    currency: 'EUR',
    totalAmount: 250n,
    startParam: '',
    extendedMedia: { _: 'messageExtendedMedia', media: bought },
  }
  const secrets = { payload: Uint8Array.of(7), provider: 'token' }

  test('an invoice: payload and provider; the rest is what everybody sees', () => {
    expect(toInputMedia(invoice, { invoice: secrets })).toEqual({
      _: 'inputMediaInvoice',
      title: 'Tea',
      description: 'Green',
      photo: { _: 'inputWebDocument', url: 'https://a.example/t', size: 9, mimeType: 'image/png', attributes: [] },
      invoice: { _: 'invoice', currency: 'EUR', prices: [{ _: 'labeledPrice', label: 'Tea', amount: 250n }] },
      payload: Uint8Array.of(7),
      provider: 'token',
      providerData: { _: 'dataJSON', data: '{}' },
      extendedMedia: { _: 'inputMediaPhoto', id: inputPhoto, spoiler: true },
    })
  })

  test('an invoice: its own prices, if given', () => {
    const prices: Tl.Invoice = { _: 'invoice', currency: 'EUR', prices: [], flexible: true }
    expect(toInputMedia(invoice, { invoice: { ...secrets, invoice: prices } })).toMatchObject({ invoice: prices })
  })

  test('an invoice whose media this account has not bought', () => {
    const preview: Tl.MessageMedia = { ...invoice, extendedMedia: { _: 'messageExtendedMediaPreview' } }
    expect(() => toInputMedia(preview, { invoice: secrets })).toThrow(/not bought/)
  })

  test('of a quiz: the right answers', () => {
    const correctAnswers = [Uint8Array.of(0)]
    expect(toInputMedia(quiz, { correctAnswers })).toEqual({ _: 'inputMediaPoll', poll: quiz, correctAnswers })
  })

  test('of a page: whether its video or picture is wanted instead of the link', () => {
    const page = { _: 'webPage', id: 1n, url: 'https://a.example', displayUrl: 'a.example', hash: 0, photo } as const
    const options = { pageFile: true }
    expect(toInputMedia(page)).toEqual({ _: 'inputMediaWebPage', url: 'https://a.example' })
    const none = { _: 'webPageEmpty' as const, id: 1n, url: 'https://a.example' }
    expect(toInputMedia({ _: 'messageMediaWebPage', webpage: none })).toEqual({
      _: 'inputMediaWebPage',
      optional: true,
      url: 'https://a.example',
    })
    expect(toInputMedia(page, options)).toEqual({ _: 'inputMediaPhoto', id: inputPhoto })
    expect(toInputMedia({ ...page, document: file }, options)).toEqual({ _: 'inputMediaDocument', id: inputDocument })
    expect(() => toInputMedia({ _: 'webPagePending', id: 1n, date: 1 }, options)).toThrow(
      /neither a video nor a picture/,
    )
  })
})

describe('what cannot be sent again says why', () => {
  test.each<[unknown, RegExp]>([
    [{ _: 'messageMediaEmpty' }, /nothing in it/],
    [{ _: 'messageMediaUnsupported' }, /newer than this layer/],
    [{ _: 'messageMediaPhoto', ttlSeconds: 5 }, /taken it away/],
    [{ _: 'messageMediaDocument', document: { _: 'documentEmpty', id: 1n } }, /taken it away/],
    [{ _: 'messageMediaPoll', poll: quiz, results: { _: 'pollResults' } }, /right answer is not known/],
    [quiz, /right answer is not known/],
    [{ _: 'messageMediaWebPage', webpage: { _: 'webPageEmpty', id: 1n } }, /did not tell its address/],
    [
      { _: 'messageMediaPaidMedia', starsAmount: 1n, extendedMedia: [{ _: 'messageExtendedMediaPreview' }] },
      /not bought/,
    ],
    [{ _: 'messageMediaInvoice' }, /give the option 'invoice'/],
    [{ _: 'messageMediaOfTomorrow' }, /does not know what it is/],
    [
      {
        _: 'updates',
        updates: [photo, file].map((media) => ({ _: 'updateNewMessage', message: { _: 'message', media } })),
      },
      /2 media in it/,
    ],
    [{ _: 'messageMediaGiveaway' }, /paying for it/],
    [{ _: 'message', ...{ message: 'text' } }, /no media in it/],
    [{ _: 'messageService' }, /no media in it/],
    [{ _: 'updateShort' }, /no media in it/],
    [{ _: 'updateBotPrecheckoutQuery', message: 'text' }, /no media in it/],
    [{ _: 'user' }, /user is nothing that can be turned into media/],
    [undefined, /this is nothing/],
    [{}, /this is nothing/],
    ['nonsense', /file_id/],
    [
      formatFileId({ type: 'thumbnail', dcId: 2, id: 1n, accessHash: 2n, fileReference, size: 'm' }),
      /goes with its file/,
    ],
  ])('%o', (thing, why) => {
    expect(() => toInputMedia(thing as Sendable)).toThrow(UsageError)
    expect(() => toInputMedia(thing as Sendable)).toThrow(why)
  })
})
