/**
 * What was received, as something to send: `InputMedia` from every kind of `MessageMedia`, from messages and updates, photos,
 * documents and polls, and from the file_id of the Bot API. Every flag that both sides have is kept: spoiler, time to live,
 * cover, timestamp, and the like. What cannot be sent again says why.
 *
 * Sources: https://core.telegram.org/type/MessageMedia, https://core.telegram.org/type/InputMedia
 */
import { UsageError } from '../errors.ts'
import type {
  Document,
  GeoPoint,
  InputDocument,
  InputGeoPoint,
  InputMedia,
  InputPeer,
  InputPhoto,
  MessageExtendedMedia,
  MessageMedia,
  Peer,
  Photo,
  Poll,
  PollResults,
  WebPage,
} from '../tl/generated/api-types.ts'
import { isPhoto, parseFileId } from './file-id.ts'

/** A message of any layer, as far as it matters here. */
export interface MessageLike {
  readonly _: string
  readonly media?: MessageMedia | undefined
}

/** An update with a message in it. */
export interface UpdateLike {
  readonly _: string
  readonly message: MessageLike
}

/** Everything that can be turned into an `InputMedia`. */
export type Sendable = InputMedia | MessageMedia | MessageLike | UpdateLike | Photo | Document | Poll | string

/** What a conversion needs to know beside the thing itself. */
export interface ConvertOptions {
  /** Finds the access hash of a peer: for stories, which name theirs without one. */
  readonly inputPeer?: ((peer: Peer) => InputPeer) | undefined
}

/**
 * Turns what was received into an `InputMedia`.
 * @param thing a `MessageMedia`, message, update, photo, document, poll or file_id; an `InputMedia` stays as it is
 * @throws UsageError for what cannot be sent again; it says why
 * @example
 * await client.uploadMedia({ peer: '@channel', media: toInputMedia(message) })
 */
export function toInputMedia(thing: Sendable, options: ConvertOptions = {}): InputMedia {
  if (typeof thing === 'string') return ofFileId(thing)
  const name = String((thing as { readonly _?: unknown } | null | undefined)?._)
  if (name.startsWith('inputMedia')) return thing as InputMedia
  if (name.startsWith('messageMedia')) return ofMessageMedia(thing as MessageMedia, options)
  if (name === 'photo' || name === 'photoEmpty') return ofPhoto(thing as Photo)
  if (name === 'document' || name === 'documentEmpty') return ofDocument(thing as Document)
  if (name === 'poll') return ofPoll(thing as Poll)
  if (name.startsWith('update')) {
    const { message } = thing as UpdateLike
    if (typeof message !== 'object') throw cannot(name, 'there is no message in it')
    return toInputMedia(message, options)
  }
  if (name.startsWith('message')) {
    const { media } = thing as MessageLike
    if (!media) throw cannot(name, 'there is no media in it')
    return ofMessageMedia(media, options)
  }
  throw new UsageError(`${name === 'undefined' ? 'this' : name} is nothing that can be turned into media`)
}

/** A photo or a document by the Bot API's name for it. */
function ofFileId(fileId: string): InputMedia {
  const { type, id, accessHash, fileReference } = parseFileId(fileId)
  return isPhoto(type)
    ? { _: 'inputMediaPhoto', id: { _: 'inputPhoto', id, accessHash, fileReference } }
    : { _: 'inputMediaDocument', id: { _: 'inputDocument', id, accessHash, fileReference } }
}

function ofPhoto(photo: Photo): InputMedia {
  return { _: 'inputMediaPhoto', id: inputPhoto(photo) }
}

function ofDocument(document: Document): InputMedia {
  return { _: 'inputMediaDocument', id: inputDocument(document) }
}

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

function ofMessageMedia(media: MessageMedia, options: ConvertOptions): InputMedia {
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
    case 'messageMediaGame': {
      const { id, accessHash } = media.game
      return { _: 'inputMediaGame', id: { _: 'inputGameID', id, accessHash } }
    }
    case 'messageMediaPoll':
      return ofPoll(media.poll, media.results)
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
      return { _: 'inputMediaWebPage', forceLargeMedia, forceSmallMedia, url: urlOf(webpage) }
    }
    case 'messageMediaPaidMedia': {
      const { starsAmount, extendedMedia } = media
      return {
        _: 'inputMediaPaidMedia',
        starsAmount,
        extendedMedia: extendedMedia.map((one) => ofMessageMedia(revealed(one), options)),
      }
    }
    default:
      throw cannot(media._, REASONS[media._])
  }
}

/** Why some kinds cannot be sent again. */
const REASONS = {
  messageMediaEmpty: 'there is nothing in it',
  messageMediaUnsupported: 'the server did not say what it is, since it is newer than this layer',
  messageMediaGiveaway: 'a giveaway is begun by paying for it',
  messageMediaGiveawayResults: 'the server alone tells results',
  messageMediaInvoice: 'the payment provider and the payload are known to its sender only; build an invoice anew',
  messageMediaVideoStream: 'a live stream is not media to send',
} as const satisfies Partial<Record<MessageMedia['_'], string>>

function inputGeoPoint(point: GeoPoint): InputGeoPoint {
  if (point._ === 'geoPointEmpty') return { _: 'inputGeoPointEmpty' }
  const { lat, long, accuracyRadius } = point
  return { _: 'inputGeoPoint', lat, long, accuracyRadius }
}

/** A poll; of a quiz the right answers are among its results, once it was answered. */
function ofPoll(poll: Poll, results?: PollResults): InputMedia {
  if (!poll.quiz) return { _: 'inputMediaPoll', poll }
  const correctAnswers = results?.results?.filter(({ correct }) => correct).map(({ option }) => option) ?? []
  if (correctAnswers.length === 0) throw cannot('this quiz', 'its right answer is not known to this account')
  const { solution, solutionEntities } = results!
  return { _: 'inputMediaPoll', poll, correctAnswers, solution, solutionEntities }
}

function urlOf(page: WebPage): string {
  const url = page._ === 'webPageNotModified' ? undefined : page.url
  if (url === undefined) throw cannot(page._, 'the server did not tell its address')
  return url
}

/** Paid media that this account may see. */
function revealed(one: MessageExtendedMedia): MessageMedia {
  if (one._ === 'messageExtendedMedia') return one.media
  throw cannot('paid media', 'this account has not bought it and sees a preview only')
}

function cannot(what: string, why: string): UsageError {
  return new UsageError(`${what} cannot be sent again: ${why}`)
}
