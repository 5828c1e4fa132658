/**
 * What is paid for: photos and videos for stars, and invoices.
 *
 * Sources: https://core.telegram.org/api/paid-media, https://core.telegram.org/api/payments
 */

import { checkOptions } from '#check-given'
import { UsageError } from '../../errors.ts'
import { resolveMedia } from '../../files/media.ts'
import { fillMedia } from '../../files/media-fields.ts'
import { resolveAll } from '../../files/media-total.ts'
import type { MediaLike, MediaRequest, WithFiles } from '../../files/media-types.ts'
import type {
  InputWebDocument,
  Invoice,
  inputMediaDocument,
  inputMediaDocumentExternal,
  inputMediaInvoice,
  inputMediaPaidMedia,
  inputMediaPhoto,
  inputMediaPhotoExternal,
  inputMediaUploadedDocument,
  inputMediaUploadedPhoto,
} from '../../tl/generated/api-types.ts'
import type { UploadedVideo } from './video.ts'

/** What can be sold as it stands in the schema. */
type Raw =
  | inputMediaUploadedPhoto
  | inputMediaPhoto
  | inputMediaPhotoExternal
  | inputMediaUploadedDocument
  | inputMediaDocument
  | inputMediaDocumentExternal

/** A photo or a video: nothing else can be sold. */
export type PaidItem = MediaRequest<Exclude<Raw, inputMediaUploadedDocument> | UploadedVideo> | WithFiles<Raw>

/** Most photos and videos that are sold together. Source: https://core.telegram.org/bots/api#sendpaidmedia */
const MAX_PAID = 10

/** What {@link paid} must and can be told. */
export interface PaidOptions {
  /** What all of it costs together. */
  readonly stars: number | bigint
  /** One to ten photos and videos. */
  readonly media: readonly [PaidItem, ...PaidItem[]]
  /** Up to 128 bytes that only the bot sees, when somebody has paid. */
  readonly payload?: string | undefined
}

/**
 * Photos and videos that are seen once stars are paid. They are uploaded some at a time, and their progress is one.
 *
 * ```ts
 * paid({ stars: 50, media: [photo('a.jpg'), photo('b.jpg')] })
 * ```
 */
export function paid(options: PaidOptions): MediaRequest<inputMediaPaidMedia> {
  checkOptions('paid', options, true)
  const { stars, media, payload } = options
  if (!Array.isArray(media) || media.length === 0 || media.length > MAX_PAID)
    throw new UsageError(`paid() takes as media an array of 1 to ${MAX_PAID} photos and videos`)
  const starsAmount = whole('paid', 'stars', stars)
  return {
    resolve: async (tools) => ({
      _: 'inputMediaPaidMedia',
      starsAmount,
      extendedMedia: await resolveAll(media, { ...tools, fillMedia }),
      ...(payload !== undefined && { payload }),
    }),
  }
}

/** One line of an invoice. */
export interface Price {
  readonly label: string
  /** In the currency's smallest unit: cents; of stars whole ones. */
  readonly amount: number | bigint
}

interface CommonInvoiceOptions {
  readonly title: string
  readonly description: string
  /** What only the bot sees, when somebody has paid. */
  readonly payload: string | Uint8Array
  /** Picture of the goods, on the web. */
  readonly photo?: WebPicture | undefined
  /** What a link to it starts the bot with; without one, copies of the message have a button that pays for it. */
  readonly startParam?: string | undefined
  /** What is seen once it is paid for. */
  readonly media?: MediaLike | undefined
  /** No money is moved. */
  readonly test?: boolean | undefined
}

/** The currency that stands for stars. */
const STARS = 'XTR'

/** An invoice in stars: one price, and no provider. */
export interface StarsInvoice extends CommonInvoiceOptions {
  readonly currency: typeof STARS
  readonly prices: readonly [Price]
  readonly provider?: never
  /** Seconds after which it is paid again: 2592000, which is 30 days. */
  readonly subscriptionPeriod?: number | undefined
}

/** An invoice in money, that goes through a provider of payments. */
export interface MoneyInvoice extends CommonInvoiceOptions {
  /** Three letters, as ISO 4217 has them. */
  readonly currency: string
  readonly prices: readonly [Price, ...Price[]]
  /** The provider's token, as @BotFather tells it. */
  readonly provider: string
  /** What the provider wants to know beside, as JSON takes it. */
  readonly providerData?: unknown
  /** What is asked of the buyer. */
  readonly ask?: readonly ('name' | 'phone' | 'email' | 'address')[] | undefined
  /** What is told to the provider. */
  readonly tellProvider?: readonly ('phone' | 'email')[] | undefined
  /** The price depends on how it is shipped. */
  readonly flexible?: boolean | undefined
  /** Largest tip, and up to four tips that are suggested, in the currency's smallest unit. */
  readonly tips?: { readonly max: number | bigint; readonly suggested?: readonly (number | bigint)[] } | undefined
  /** It is paid again and again, on these terms. */
  readonly recurringTerms?: string | undefined
}

/** What {@link invoice} must and can be told. */
export type InvoiceOptions = StarsInvoice | MoneyInvoice

/** A picture on the web. */
export interface WebPicture {
  readonly url: string
  /** MIME type; `image/jpeg` unless told. */
  readonly mimeType?: string | undefined
  /** Bytes, if known. */
  readonly size?: number | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/**
 * An invoice; for bots.
 *
 * ```ts
 * invoice({ title: 'Hat', description: 'A fine hat', payload: 'hat-1', currency: 'XTR', prices: [{ label: 'Hat', amount: 100 }] })
 * ```
 */
export function invoice<Currency extends string>(
  options: InvoiceOptions & { readonly currency: Currency } & (Currency extends typeof STARS ? StarsInvoice : unknown),
): MediaRequest<inputMediaInvoice> {
  checkOptions('invoice', options, true)
  if (options.currency === STARS && options.provider !== undefined)
    throw new UsageError('invoice(): stars have no provider; leave it out')
  const { title, description, payload, photo, startParam, media, provider } = options
  const terms = termsOf(options)
  const data = 'providerData' in options ? options.providerData : undefined
  return {
    resolve: async (tools) => ({
      _: 'inputMediaInvoice',
      title,
      description,
      ...(photo && { photo: webPicture(photo) }),
      invoice: terms,
      payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
      ...(provider !== undefined && { provider }),
      providerData: { _: 'dataJSON', data: JSON.stringify(data ?? null) },
      ...(startParam !== undefined && { startParam }),
      ...(media && { extendedMedia: await resolveMedia(media, { ...tools, fillMedia }) }),
    }),
  }
}

function termsOf(options: InvoiceOptions): Invoice {
  const { currency, prices, test } = options
  if (!Array.isArray(prices) || prices.length === 0)
    throw new UsageError('invoice() takes as prices an array of { label, amount }')
  const terms: Invoice = {
    _: 'invoice',
    ...(test && { test }),
    currency,
    prices: (prices as readonly Price[]).map(({ label, amount }) => ({
      _: 'labeledPrice',
      label,
      amount: whole('invoice', 'amount', amount),
    })),
  }
  if (options.provider === undefined) {
    if (options.subscriptionPeriod !== undefined) terms.subscriptionPeriod = options.subscriptionPeriod
    return terms
  }
  const { ask = [], tellProvider = [], flexible, tips, recurringTerms } = options
  if (ask.includes('name')) terms.nameRequested = true
  if (ask.includes('phone')) terms.phoneRequested = true
  if (ask.includes('email')) terms.emailRequested = true
  if (ask.includes('address')) terms.shippingAddressRequested = true
  if (tellProvider.includes('phone')) terms.phoneToProvider = true
  if (tellProvider.includes('email')) terms.emailToProvider = true
  if (flexible) terms.flexible = true
  if (tips) {
    terms.maxTipAmount = whole('invoice', 'tips.max', tips.max)
    terms.suggestedTipAmounts = (tips.suggested ?? []).map((tip) => whole('invoice', 'tips.suggested', tip))
  }
  if (recurringTerms !== undefined) {
    terms.recurring = true
    terms.termsUrl = recurringTerms
  }
  return terms
}

/** @throws UsageError for what is no whole number */
function whole(builder: string, name: string, value: number | bigint): bigint {
  if (typeof value === 'bigint') return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new UsageError(`${builder}() takes as ${name} a whole number, not ${String(value)}`)
}

function webPicture({ url, mimeType = 'image/jpeg', size = 0, width: w, height: h }: WebPicture): InputWebDocument {
  return {
    _: 'inputWebDocument',
    url,
    size,
    mimeType,
    attributes: w && h ? [{ _: 'documentAttributeImageSize', w, h }] : [],
  }
}
