/** What media the test DC makes of what is sold, played, told and done for others; and what it refuses. */
import { describe, expect, test } from 'vitest'
import { accessHashFor } from '../../../src/lab/server/world.ts'
import type { BusinessConnection } from '../../../src/lab/server/world-media.ts'
import type {
  InputMedia,
  InputPeer,
  inputMediaInvoice,
  inputMediaUploadedPhoto,
  MessageMedia,
} from '../../../src/tl/generated/api-types.ts'
import { messagesUploadMedia, uploadSaveFilePart } from '../../../src/tl/generated/client/methods.ts'
import { jpeg } from './images.ts'
import { type Setup, setUp } from './setup.ts'

const BOT = 1000n
const CUSTOMER = 77n

interface Bench {
  readonly setup: Setup
  media(media: InputMedia, peer?: InputPeer, businessConnectionId?: string): Promise<MessageMedia>
  /** A photo that was uploaded. */
  photo(): Promise<inputMediaUploadedPhoto>
}

async function bench(): Promise<Bench> {
  const setup = setUp()
  const client = await setup.bot()
  let id = 0n
  return {
    setup,
    media: (media, peer = { _: 'inputPeerSelf' }, businessConnectionId) =>
      setup.run(client.call(messagesUploadMedia, { _: 'messages.uploadMedia', peer, media, businessConnectionId })),
    photo: async () => {
      const part = { _: 'upload.saveFilePart', fileId: ++id, filePart: 0, bytes: jpeg(90, 60) } as const
      await setup.run(client.call(uploadSaveFilePart, part))
      return { _: 'inputMediaUploadedPhoto', file: { _: 'inputFile', id, parts: 1, name: 'p.jpg', md5Checksum: '' } }
    },
  }
}

describe('paid media', () => {
  test('is seen by whoever sells it', async () => {
    const { media, photo } = await bench()
    const extendedMedia = [await photo(), await photo()]
    expect(await media({ _: 'inputMediaPaidMedia', starsAmount: 50n, extendedMedia, payload: 'p' })).toMatchObject({
      _: 'messageMediaPaidMedia',
      starsAmount: 50n,
      extendedMedia: [
        { _: 'messageExtendedMedia', media: { _: 'messageMediaPhoto' } },
        { _: 'messageExtendedMedia', media: { _: 'messageMediaPhoto' } },
      ],
    })
  })

  const dice: InputMedia = { _: 'inputMediaDice', emoticon: '🎲' }
  test.each<[object, string]>([
    [{ starsAmount: 0n }, 'EXTENDED_MEDIA_AMOUNT_INVALID'],
    [{ starsAmount: 25_001n }, 'EXTENDED_MEDIA_AMOUNT_INVALID'],
    [{ extendedMedia: [] }, 'EXTENDED_MEDIA_EMPTY'],
    [{ extendedMedia: Array.from({ length: 11 }, () => dice) }, 'EXTENDED_MEDIA_INVALID'],
    [{ extendedMedia: [dice] }, 'EXTENDED_MEDIA_INVALID'],
    [{ payload: 'x'.repeat(129) }, 'INVOICE_PAYLOAD_INVALID'],
  ])('case %#: %s', async (change, error) => {
    const { media, photo } = await bench()
    const given: InputMedia = { _: 'inputMediaPaidMedia', starsAmount: 1n, extendedMedia: [await photo()], ...change }
    await expect(media(given)).rejects.toThrow(`400 ${error}`)
  })
})

describe('invoices', () => {
  const hat: inputMediaInvoice = {
    _: 'inputMediaInvoice',
    title: 'Hat',
    description: 'A hat',
    invoice: { _: 'invoice', currency: 'EUR', prices: [{ _: 'labeledPrice', label: 'Hat', amount: 1200n }] },
    payload: Uint8Array.of(1),
    provider: '284685063:TEST:abc',
    providerData: { _: 'dataJSON', data: 'null' },
  }
  const changed = (change: object): inputMediaInvoice => ({ ...hat, invoice: { ...hat.invoice, ...change } })
  const picture = {
    _: 'inputWebDocument' as const,
    url: 'https://example.org/hat.jpg',
    size: 0,
    mimeType: 'image/jpeg',
  }

  test('become what is seen before it is paid for', async () => {
    const { media, photo } = await bench()
    const made = await media({
      ...changed({ test: true, shippingAddressRequested: true }),
      photo: { ...picture, attributes: [] },
      startParam: 'hat',
      extendedMedia: await photo(),
    })
    expect(made).toMatchObject({
      _: 'messageMediaInvoice',
      title: 'Hat',
      currency: 'EUR',
      totalAmount: 1200n,
      startParam: 'hat',
      test: true,
      shippingAddressRequested: true,
      photo: { _: 'webDocument', url: picture.url },
      extendedMedia: { _: 'messageExtendedMediaPreview', w: 90, h: 60 },
    })
  })

  test.each<[InputMedia, string]>([
    [{ ...hat, payload: new Uint8Array() }, 'INVOICE_PAYLOAD_INVALID'],
    [{ ...hat, payload: new Uint8Array(129) }, 'INVOICE_PAYLOAD_INVALID'],
    [{ ...hat, title: '' }, 'MEDIA_INVALID'],
    [{ ...hat, provider: '' }, 'PAYMENT_PROVIDER_INVALID'],
    [changed({ prices: [] }), 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    [changed({ currency: 'euro' }), 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    [changed({ currency: 'XTR' }), 'STARS_INVOICE_INVALID'],
    [changed({ recurring: true }), 'TERMS_URL_INVALID'],
    [{ ...hat, photo: { ...picture, url: '', attributes: [] } }, 'WEBDOCUMENT_URL_EMPTY'],
    [{ ...hat, photo: { ...picture, url: 'x', attributes: [] } }, 'WEBDOCUMENT_URL_INVALID'],
    [{ ...hat, photo: { ...picture, mimeType: 'a/b', attributes: [] } }, 'WEBDOCUMENT_MIME_INVALID'],
    [{ ...hat, extendedMedia: { _: 'inputMediaDice', emoticon: '🎲' } }, 'EXTENDED_MEDIA_INVALID'],
  ])('case %#: %s', async (given, error) => {
    await expect((await bench()).media(given)).rejects.toThrow(`400 ${error}`)
  })

  test('are sent by bots alone', async () => {
    const { setup, media } = await bench()
    ;(setup.world.users.get(BOT) as { bot: boolean }).bot = false
    await expect(media(hat)).rejects.toThrow('400 USER_BOT_REQUIRED')
  })
})

describe('games', () => {
  const named = (shortName: string): InputMedia => ({
    _: 'inputMediaGame',
    id: { _: 'inputGameShortName', botId: { _: 'inputUserSelf' }, shortName },
  })

  test('of the bot, by name and by id', async () => {
    const { setup, media } = await bench()
    const { id, accessHash } = setup.world.addGame({ botId: BOT, shortName: 'tetris' })
    const made = await media(named('tetris'))
    expect(made).toMatchObject({ _: 'messageMediaGame', game: { id, accessHash, shortName: 'tetris' } })
    expect(await media({ _: 'inputMediaGame', id: { _: 'inputGameID', id, accessHash } })).toEqual(made)
  })

  test("another bot's, one that is not there, and a person's", async () => {
    const { setup, media } = await bench()
    const { id, accessHash } = setup.world.addGame({ botId: 5n, shortName: 'chess' })
    const other: InputMedia = { _: 'inputMediaGame', id: { _: 'inputGameID', id, accessHash } }
    for (const one of [other, named('chess')]) await expect(media(one)).rejects.toThrow('400 GAME_BOT_INVALID')
    ;(setup.world.users.get(BOT) as { bot: boolean }).bot = false
    await expect(media(other)).rejects.toThrow('400 USER_BOT_REQUIRED')
  })
})

test('a story is shown while it lasts', async () => {
  const { setup, media, photo } = await bench()
  const made = await media(await photo())
  if (made._ !== 'messageMediaPhoto' || made.photo?._ !== 'photo') throw new Error(made._)
  const file = setup.world.media.find(made.photo.id)!
  const now = Math.floor(setup.host.wallClock() / 1000)
  setup.world.addStory({ ownerId: BOT, id: 3, media: file, date: now, expireDate: now + 60, caption: 'c' })
  const story: InputMedia = { _: 'inputMediaStory', peer: { _: 'inputPeerSelf' }, id: 3 }
  expect(await media(story)).toMatchObject({
    _: 'messageMediaStory',
    peer: { userId: BOT },
    id: 3,
    story: { id: 3, caption: 'c', media: { photo: { id: made.photo.id } } },
  })
  await expect(media({ ...story, id: 4 })).rejects.toThrow('400 STORY_ID_INVALID')
  setup.world.addStory({ ownerId: BOT, id: 5, media: file, date: now - 9, expireDate: now })
  await expect(media({ ...story, id: 5 })).rejects.toThrow('400 STORY_ID_INVALID')
})

test('a staked die wins by what it shows', async () => {
  const { setup, media } = await bench()
  const die = { _: 'inputMediaStakeDice', gameHash: 'g', tonAmount: 1000n, clientSeed: Uint8Array.of(1) } as const
  await expect(media(die)).rejects.toThrow('400 MEDIA_INVALID')
  setup.world.stakedDice = { gameHash: 'g', wins: [100, 200, 300, 400, 500, 600] }
  const made = await media(die)
  if (made._ !== 'messageMediaDice') throw new Error(made._)
  expect(made.gameOutcome).toMatchObject({ stakeTonAmount: 1000n, tonAmount: BigInt(100 * made.value) })
  await expect(media({ ...die, gameHash: 'old' })).rejects.toThrow('400 MEDIA_INVALID')
})

test('a preview says what the page says of itself', async () => {
  const { setup, media } = await bench()
  const html = '<html><title> Cats </title><meta name="description" content="All of them">'
  const put = (url: string, mimeType: string, status?: number): void =>
    void setup.world.webFiles.set(url, { bytes: new TextEncoder().encode(html), mimeType, ...(status && { status }) })
  put('https://example.org/cats/', 'text/html; charset=utf-8')
  put('https://example.org/cat.jpg', 'image/jpeg')
  put('https://example.org/gone', 'text/html', 404)
  const of = async (url: string): Promise<unknown> =>
    ((await media({ _: 'inputMediaWebPage', url, optional: true })) as { webpage: unknown }).webpage
  expect(await of('https://example.org/cats/')).toMatchObject({
    _: 'webPage',
    displayUrl: 'example.org/cats',
    type: 'article',
    title: 'Cats',
    description: 'All of them',
  })
  expect(await of('https://example.org/cat.jpg')).toMatchObject({ _: 'webPage', type: 'photo' })
  expect(await of('https://example.org/gone')).toMatchObject({ _: 'webPageEmpty', url: 'https://example.org/gone' })
})

test('items of a list have numbers of their own', async () => {
  const { media } = await bench()
  const title = { _: 'textWithEntities' as const, text: 't', entities: [] }
  const item = { _: 'todoItem' as const, id: 1, title }
  const todo = { _: 'todoList' as const, title, list: [item, item] }
  await expect(media({ _: 'inputMediaTodo', todo })).rejects.toThrow('400 TODO_ITEM_DUPLICATE')
})

describe('business connections', () => {
  const dice: InputMedia = { _: 'inputMediaDice', emoticon: '🎲' }
  const trial = async (
    connection: Partial<BusinessConnection>,
    peer?: 'user' | 'chat',
    id = 'known',
  ): Promise<string> => {
    const { setup, media } = await bench()
    const customer = setup.world.addUser({ firstName: 'Customer', id: CUSTOMER })
    const chat = setup.world.addChat({ title: 'Chat', members: new Set([BOT]) })
    setup.world.businessConnections.set('known', { userId: 5n, ...connection })
    const peers: Record<string, InputPeer> = {
      user: {
        _: 'inputPeerUser',
        userId: customer.id,
        accessHash: accessHashFor(customer, setup.world.users.get(BOT)!),
      },
      chat: { _: 'inputPeerChat', chatId: chat.id },
    }
    return media(dice, peer && peers[peer], id).then(
      ({ _ }) => _,
      (error: Error) => error.message,
    )
  }

  test('that this bot has, and that are others', async () => {
    expect(await trial({})).toBe('messageMediaDice')
    expect(await trial({ botId: BOT })).toBe('messageMediaDice')
    for (const refused of [
      await trial({}, undefined, 'other'),
      await trial({ botId: 9n }),
      await trial({ disabled: true }),
    ])
      expect(refused).toContain('400 BUSINESS_CONNECTION_INVALID')
    expect(await trial({ mayReply: false })).toContain('403 BOT_ACCESS_FORBIDDEN')
    expect(await trial({}, 'chat')).toContain('400 BUSINESS_PEER_INVALID')
  })

  test('reach those who are to be reached, and have written lately', async () => {
    expect(await trial({}, 'user')).toBe('messageMediaDice')
    const [them, nobody] = [new Set([CUSTOMER]), new Set<bigint>()]
    expect(await trial({ peers: them, active: them }, 'user')).toBe('messageMediaDice')
    expect(await trial({ peers: nobody }, 'user')).toContain('400 BUSINESS_PEER_INVALID')
    expect(await trial({ peers: them, active: nobody }, 'user')).toContain('400 BUSINESS_PEER_USAGE_MISSING')
  })

  test('are for bots', async () => {
    const { setup, media } = await bench()
    setup.world.businessConnections.set('known', { userId: 5n })
    ;(setup.world.users.get(BOT) as { bot: boolean }).bot = false
    await expect(media(dice, undefined, 'known')).rejects.toThrow('400 BOT_MISSING')
  })
})
