/**
 * `InputMedia` from every kind of `MessageMedia`, and the names of photos, documents and games. Every flag that both sides have is
 * kept: spoiler, time to live, cover, timestamp, heading, and the like.
 *
 * Sources: https://core.telegram.org/type/MessageMedia, https://core.telegram.org/type/InputMedia
 */
import { UsageError } from '../errors.ts'
import type {
  DataJSON,
  Document,
  Game,
  GeoPoint,
  InputDocument,
  InputGame,
  InputGeoPoint,
  InputMedia,
  InputPeer,
  InputPhoto,
  InputWebDocument,
  Invoice,
  MessageExtendedMedia,
  MessageMedia,
  messageMediaInvoice,
  Peer,
  Photo,
  Poll,
  PollResults,
  WebDocument,
  WebPage,
} from '../tl/generated/api-types.ts'

/** What the sender of an invoice knows, and nobody is told. */
export interface InvoiceSecrets {
  /** The bot's own name for the payment. */
  readonly payload: Uint8Array
  /** Token of the payment provider; none for Telegram Stars. */
  readonly provider?: string | undefined
  readonly providerData?: DataJSON | undefined
  /** Prices and what is asked of the buyer; one price, that of the whole, unless told. */
  readonly invoice?: Invoice | undefined
}

/** What a conversion needs to know beside the thing itself. */
export interface ConvertOptions {
  /** Finds the access hash of a peer: for stories, which name theirs without one. */
  readonly inputPeer?: ((peer: Peer) => InputPeer) | undefined
  /** Of web pages, the video or picture that they show instead of the link. */
  readonly pageFile?: boolean | undefined
  /** The right answers of a quiz, where this account has not been told them. */
  readonly correctAnswers?: Uint8Array[] | undefined
  /** What an invoice is sent with, beside what everybody sees of it. */
  readonly invoice?: InvoiceSecrets | undefined
}

/** An `InputMedia` from a `MessageMedia`. @throws UsageError for what cannot be sent again */
export function ofMessageMedia(media: MessageMedia, options: ConvertOptions): InputMedia {
  switch (media._) {
    case 'messageMediaPhoto': {
      const { photo, spoiler, ttlSeconds } = media
      return { _: 'inputMediaPhoto', id: inputPhoto(photo), spoiler, ttlSeconds }
    }
    case 'messageMediaDocument': {
      const { document, spoiler, ttlSeconds, videoCover, videoTimestamp } = media
      return {
        _: 'inputMediaDocument',
        id: inputDocument(document),
        spoiler,
        ttlSeconds,
        videoCover: videoCover && inputPhoto(videoCover),
        videoTimestamp,
      }
    }
    case 'messageMediaContact': {
      const { phoneNumber, firstName, lastName, vcard } = media
      return { _: 'inputMediaContact', phoneNumber, firstName, lastName, vcard }
    }
    case 'messageMediaGeo':
      return { _: 'inputMediaGeoPoint', geoPoint: inputGeoPoint(media.geo) }
    case 'messageMediaGeoLive': {
      const { geo, heading, period, proximityNotificationRadius } = media
      return { _: 'inputMediaGeoLive', geoPoint: inputGeoPoint(geo), heading, period, proximityNotificationRadius }
    }
    case 'messageMediaVenue': {
      const { geo, title, address, provider, venueId, venueType } = media
      return { _: 'inputMediaVenue', geoPoint: inputGeoPoint(geo), title, address, provider, venueId, venueType }
    }
    case 'messageMediaGame':
      return { _: 'inputMediaGame', id: inputGame(media.game) }
    case 'messageMediaPoll':
      return ofPoll(media.poll, media.results, options)
    case 'messageMediaDice':
      return { _: 'inputMediaDice', emoticon: media.emoticon }
    case 'messageMediaToDo':
      return { _: 'inputMediaTodo', todo: media.todo }
    case 'messageMediaStory': {
      if (!options.inputPeer)
        throw cannot(media._, "whose story it is, is named without an access hash; give the option 'inputPeer'")
      return { _: 'inputMediaStory', peer: options.inputPeer(media.peer), id: media.id }
    }
    case 'messageMediaWebPage': {
      const { forceLargeMedia, forceSmallMedia, webpage } = media
      const page = ofWebPage(webpage, options)
      return page._ === 'inputMediaWebPage' ? { ...page, forceLargeMedia, forceSmallMedia } : page
    }
    case 'messageMediaPaidMedia': {
      const { starsAmount, extendedMedia } = media
      const revealed = extendedMedia.map((one) => ofMessageMedia(revealedMedia(one), options))
      return { _: 'inputMediaPaidMedia', starsAmount, extendedMedia: revealed }
    }
    case 'messageMediaInvoice':
      return ofInvoice(media, options)
    default:
      throw cannot(media._, REASONS[media._] ?? 'this version does not know what it is')
  }
}

/** Why some kinds cannot be sent again. */
const REASONS = {
  messageMediaEmpty: 'there is nothing in it',
  messageMediaUnsupported: 'the server did not say what it is, since it is newer than this layer',
  messageMediaGiveaway: 'a giveaway is begun by paying for it',
  messageMediaGiveawayResults: 'the server alone tells results',
  messageMediaVideoStream: 'a live stream is not media to send',
} as const satisfies Partial<Record<MessageMedia['_'], string>>

/** What names a photo. @throws UsageError for an empty one */
export function inputPhoto(photo: Photo | undefined): InputPhoto {
  if (photo?._ !== 'photo') throw cannot('a photo', 'the server has taken it away')
  const { id, accessHash, fileReference } = photo
  return { _: 'inputPhoto', id, accessHash, fileReference }
}

/** What names a document. @throws UsageError for an empty one */
export function inputDocument(document: Document | undefined): InputDocument {
  if (document?._ !== 'document') throw cannot('a document', 'the server has taken it away')
  const { id, accessHash, fileReference } = document
  return { _: 'inputDocument', id, accessHash, fileReference }
}

/** What names a game. */
export function inputGame({ id, accessHash }: Game): InputGame {
  return { _: 'inputGameID', id, accessHash }
}

function inputGeoPoint(point: GeoPoint): InputGeoPoint {
  if (point._ === 'geoPointEmpty') return { _: 'inputGeoPointEmpty' }
  const { lat, long, accuracyRadius } = point
  return { _: 'inputGeoPoint', lat, long, accuracyRadius }
}

/** A poll; of a quiz the right answers are among its results, once it was answered. */
export function ofPoll(poll: Poll, results: PollResults | undefined, options: ConvertOptions): InputMedia {
  if (!poll.quiz) return { _: 'inputMediaPoll', poll }
  const { solution, solutionEntities } = results ?? {}
  // Both stand behind one flag: a solution without entities has an empty list.
  const explained = solution === undefined ? {} : { solution, solutionEntities: solutionEntities ?? [] }
  const told = results?.results?.filter(({ correct }) => correct).map(({ option }) => option) ?? []
  const correctAnswers = options.correctAnswers ?? told
  if (correctAnswers.length === 0)
    throw cannot('this quiz', "its right answer is not known to this account; give the option 'correctAnswers'")
  return { _: 'inputMediaPoll', poll, correctAnswers, ...explained }
}

/** A link to a page, or what the page shows. */
export function ofWebPage(page: WebPage, { pageFile = false }: ConvertOptions): InputMedia {
  if (pageFile) {
    const { document, photo } = page._ === 'webPage' ? page : {}
    if (document) return { _: 'inputMediaDocument', id: inputDocument(document) }
    if (photo) return { _: 'inputMediaPhoto', id: inputPhoto(photo) }
    throw cannot(page._, 'it shows neither a video nor a picture')
  }
  const url = page._ === 'webPageNotModified' ? undefined : page.url
  if (url === undefined) throw cannot(page._, 'the server did not tell its address')
  // What was no error when it was sent first is none now.
  return { _: 'inputMediaWebPage', ...(page._ === 'webPageEmpty' && { optional: true }), url }
}

/** An invoice, with what its sender alone knows. */
function ofInvoice(media: messageMediaInvoice, { invoice: secrets, ...options }: ConvertOptions): InputMedia {
  if (!secrets)
    throw cannot(media._, "payment provider and payload are known to its sender only; give the option 'invoice'")
  const { title, description, photo, currency, totalAmount, startParam, extendedMedia } = media
  const { payload, provider, providerData = { _: 'dataJSON', data: '{}' } } = secrets
  return {
    _: 'inputMediaInvoice',
    title,
    description,
    photo: photo && inputWebDocument(photo),
    invoice: secrets.invoice ?? {
      _: 'invoice',
      test: media.test,
      shippingAddressRequested: media.shippingAddressRequested,
      currency,
      prices: [{ _: 'labeledPrice', label: title, amount: totalAmount }],
    },
    payload,
    provider,
    providerData,
    // Without one the button of a forwarded invoice pays; with an empty one it is the same as without.
    startParam: startParam || undefined,
    extendedMedia: extendedMedia && ofMessageMedia(revealedMedia(extendedMedia), options),
  }
}

function inputWebDocument({ url, size, mimeType, attributes }: WebDocument): InputWebDocument {
  return { _: 'inputWebDocument', url, size, mimeType, attributes }
}

/** Paid media that this account may see. */
function revealedMedia(one: MessageExtendedMedia): MessageMedia {
  if (one._ === 'messageExtendedMedia') return one.media
  throw cannot('paid media', 'this account has not bought it and sees a preview only')
}

/** The error of what cannot be sent again. */
export function cannot(what: string, why: string): UsageError {
  return new UsageError(`${what} cannot be sent again: ${why}`)
}
