/** `messages.uploadMedia`: errors of what is paid for, played, or sent on somebody's behalf. */
import type { BusinessConnection } from '../../src/lab/server/index.ts'
import type { InputMedia, InputWebDocument, inputMediaInvoice, invoice } from '../../src/tl/generated/api-types.ts'
import { type Case, DICE, type Lab, send, toUser } from './lab.ts'

const sending =
  (media: InputMedia) =>
  async ({ bot }: Lab): Promise<unknown> =>
    send(await bot(), media)

const sold = (starsAmount: bigint, ...extendedMedia: InputMedia[]): Case['act'] =>
  sending({ _: 'inputMediaPaidMedia', starsAmount, extendedMedia })

const anInvoice = (change: Partial<inputMediaInvoice>, terms: Partial<invoice> = {}): InputMedia => ({
  _: 'inputMediaInvoice',
  title: 'Tea',
  description: 'A cup of it',
  invoice: { _: 'invoice', currency: 'EUR', prices: [{ _: 'labeledPrice', label: 'Tea', amount: 300n }], ...terms },
  payload: Uint8Array.of(1),
  provider: '1:TEST:2',
  providerData: { _: 'dataJSON', data: '{}' },
  ...change,
})
const picture = (change: Partial<InputWebDocument>): InputMedia =>
  anInvoice({
    photo: {
      _: 'inputWebDocument',
      url: 'https://example.org/a',
      size: 1,
      mimeType: 'image/png',
      attributes: [],
      ...change,
    },
  })

/** The bot writes to a user for somebody whose connection is arranged so. */
const onBehalf =
  (connection: (peer: bigint) => Partial<BusinessConnection>): Case['act'] =>
  async ({ bot, world }) => {
    const owner = world.addUser({ firstName: 'Owner' })
    const peer = world.addUser({ firstName: 'Peer' })
    world.businessConnections.set('shop', { userId: owner.id, ...connection(peer.id) })
    const client = await bot()
    return client.uploadMedia({ peer: toUser(peer), media: DICE, businessConnectionId: 'shop' })
  }

export const PAID_CASES: readonly Case[] = [
  { type: 'EXTENDED_MEDIA_AMOUNT_INVALID', code: 400, act: sold(0n, DICE) },
  { type: 'EXTENDED_MEDIA_EMPTY', code: 400, act: sold(5n) },
  { type: 'EXTENDED_MEDIA_INVALID', code: 400, act: sold(5n, DICE) },
  {
    type: 'CURRENCY_TOTAL_AMOUNT_INVALID',
    code: 400,
    act: sending(anInvoice({}, { prices: [] })),
  },
  { type: 'INVOICE_PAYLOAD_INVALID', code: 400, act: sending(anInvoice({ payload: new Uint8Array(0) })) },
  { type: 'PAYMENT_PROVIDER_INVALID', code: 400, act: sending(anInvoice({ provider: 'x' })) },
  { type: 'STARS_INVOICE_INVALID', code: 400, act: sending(anInvoice({}, { currency: 'XTR' })) },
  { type: 'TERMS_URL_INVALID', code: 400, act: sending(anInvoice({}, { recurring: true })) },
  { type: 'WEBDOCUMENT_MIME_INVALID', code: 400, act: sending(picture({ mimeType: 'text/plain' })) },
  { type: 'WEBDOCUMENT_URL_EMPTY', code: 400, act: sending(picture({ url: '' })) },
  { type: 'WEBDOCUMENT_URL_INVALID', code: 400, act: sending(picture({ url: 'nowhere' })) },
  { type: 'USER_BOT_REQUIRED', code: 400, act: async ({ person }) => send(await person(), anInvoice({})) },
  {
    type: 'GAME_BOT_INVALID',
    code: 400,
    act: sending({ _: 'inputMediaGame', id: { _: 'inputGameID', id: 1n, accessHash: 1n } }),
  },
  {
    type: 'STORY_ID_INVALID',
    code: 400,
    act: sending({ _: 'inputMediaStory', peer: { _: 'inputPeerSelf' }, id: 1 }),
  },
  {
    type: 'BUSINESS_CONNECTION_INVALID',
    code: 400,
    act: async ({ bot }) => (await bot()).uploadMedia({ media: DICE, businessConnectionId: 'none' }),
  },
  { type: 'BUSINESS_CONNECTION_INVALID', code: 400, act: onBehalf(() => ({ disabled: true })) },
  { type: 'BUSINESS_PEER_INVALID', code: 400, act: onBehalf(() => ({ peers: new Set() })) },
  { type: 'BUSINESS_PEER_USAGE_MISSING', code: 400, act: onBehalf(() => ({ active: new Set() })) },
  { type: 'BOT_ACCESS_FORBIDDEN', code: 403, act: onBehalf(() => ({ mayReply: false })) },
  {
    type: 'BOT_MISSING',
    code: 400,
    act: async ({ person, world }) => {
      world.businessConnections.set('shop', { userId: 5n })
      return (await person()).uploadMedia({ media: DICE, businessConnectionId: 'shop' })
    },
  },
]
