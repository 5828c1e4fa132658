/**
 * Media that is paid for: photos and videos for stars, and invoices.
 *
 * Sources: https://core.telegram.org/api/paid-media, https://core.telegram.org/api/payments, https://core.telegram.org/api/stars
 */
import type {
  InputMedia,
  InputWebDocument,
  inputMediaInvoice,
  inputMediaPaidMedia,
  MessageExtendedMedia,
  MessageMedia,
  messageMediaInvoice,
  messageMediaPaidMedia,
  WebDocument,
} from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import { type MethodCall, self } from './handler.ts'

/** Makes the media inside of another. */
type Make = (call: MethodCall, media: InputMedia) => Promise<MessageMedia>

/** Most stars that media may cost: `stars_paid_post_amount_max` of the configuration. */
const MAX_STARS = 25_000n
/** Most photos and videos that are sold together, and most bytes of a payload. https://core.telegram.org/bots/api#sendpaidmedia */
const MAX_PAID_MEDIA = 10
const MAX_PAYLOAD = 128
/** Limits of an invoice. https://core.telegram.org/bots/api#sendinvoice */
const MAX_TITLE = 32
const MAX_DESCRIPTION = 255
const MAX_TIPS = 4
/** The currency that is none. */
const STARS = 'XTR'

/** @throws RpcFailure EXTENDED_MEDIA_AMOUNT_INVALID, EXTENDED_MEDIA_EMPTY, EXTENDED_MEDIA_INVALID, INVOICE_PAYLOAD_INVALID */
export async function makePaidMedia(
  call: MethodCall,
  { starsAmount, extendedMedia, payload = '' }: inputMediaPaidMedia,
  make: Make,
): Promise<messageMediaPaidMedia> {
  if (starsAmount < 1n || starsAmount > MAX_STARS) throw badRequest('EXTENDED_MEDIA_AMOUNT_INVALID')
  if (extendedMedia.length === 0) throw badRequest('EXTENDED_MEDIA_EMPTY')
  if (extendedMedia.length > MAX_PAID_MEDIA) throw badRequest('EXTENDED_MEDIA_INVALID')
  if (new TextEncoder().encode(payload).length > MAX_PAYLOAD) throw badRequest('INVOICE_PAYLOAD_INVALID')
  const made: MessageExtendedMedia[] = []
  for (const one of extendedMedia) {
    const media = await make(call, one)
    if (!isPhotoOrVideo(media)) throw badRequest('EXTENDED_MEDIA_INVALID')
    // Whoever sells it sees it.
    made.push({ _: 'messageExtendedMedia', media })
  }
  return { _: 'messageMediaPaidMedia', starsAmount, extendedMedia: made }
}

function isPhotoOrVideo(media: MessageMedia): boolean {
  return media._ === 'messageMediaPhoto' || (media._ === 'messageMediaDocument' && media.video === true)
}

/**
 * @throws RpcFailure USER_BOT_REQUIRED, INVOICE_PAYLOAD_INVALID, CURRENCY_TOTAL_AMOUNT_INVALID, STARS_INVOICE_INVALID,
 *   PAYMENT_PROVIDER_INVALID, TERMS_URL_INVALID, WEBDOCUMENT_…
 */
export async function makeInvoice(
  call: MethodCall,
  media: inputMediaInvoice,
  make: Make,
): Promise<messageMediaInvoice> {
  const { title, description, photo, invoice, payload, provider = '', startParam = '', extendedMedia } = media
  const { currency, prices, test, shippingAddressRequested } = invoice
  if (!self(call).bot) throw badRequest('USER_BOT_REQUIRED')
  if (payload.length === 0 || payload.length > MAX_PAYLOAD) throw badRequest('INVOICE_PAYLOAD_INVALID')
  if (title === '' || title.length > MAX_TITLE || description === '' || description.length > MAX_DESCRIPTION) {
    throw badRequest('MEDIA_INVALID')
  }
  const totalAmount = prices.reduce((sum, { amount }) => sum + amount, 0n)
  if (!/^[A-Z]{3}$/.test(currency) || prices.length === 0 || totalAmount <= 0n) {
    throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID')
  }
  if (currency === STARS) {
    if (prices.length > 1 || provider !== '' || invoice.maxTipAmount) throw badRequest('STARS_INVOICE_INVALID')
  } else if (!/^\d+:\w+:\S+$/.test(provider)) throw badRequest('PAYMENT_PROVIDER_INVALID')
  if ((invoice.suggestedTipAmounts?.length ?? 0) > MAX_TIPS) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID')
  if (invoice.recurring && !isUrl(invoice.termsUrl ?? '')) throw badRequest('TERMS_URL_INVALID')
  const made: messageMediaInvoice = { _: 'messageMediaInvoice', title, description, currency, totalAmount, startParam }
  if (photo) made.photo = webDocument(call, photo)
  if (test) made.test = true
  if (shippingAddressRequested) made.shippingAddressRequested = true
  if (extendedMedia) made.extendedMedia = preview(await make(call, extendedMedia))
  return made
}

/** What is seen of media that is not paid for yet: how large it is. */
function preview(media: MessageMedia): MessageExtendedMedia {
  if (media._ === 'messageMediaPhoto' && media.photo?._ === 'photo') {
    const size = media.photo.sizes.at(-1)
    return { _: 'messageExtendedMediaPreview', ...(size && 'w' in size && { w: size.w, h: size.h }) }
  }
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document' || !isPhotoOrVideo(media)) {
    throw badRequest('EXTENDED_MEDIA_INVALID')
  }
  const video = media.document.attributes.find((attribute) => attribute._ === 'documentAttributeVideo')
  const seconds = video && Math.round(video.duration)
  return { _: 'messageExtendedMediaPreview', ...(video && { w: video.w, h: video.h, videoDuration: seconds }) }
}

function webDocument({ dc }: MethodCall, { url, size, mimeType, attributes }: InputWebDocument): WebDocument {
  if (url === '') throw badRequest('WEBDOCUMENT_URL_EMPTY')
  if (!isUrl(url)) throw badRequest('WEBDOCUMENT_URL_INVALID')
  if (!mimeType.startsWith('image/')) throw badRequest('WEBDOCUMENT_MIME_INVALID')
  return { _: 'webDocument', url, accessHash: dc.world.randomLong(), size, mimeType, attributes }
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^/]/.test(text)
}
