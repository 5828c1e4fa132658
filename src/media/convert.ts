/**
 * What was received, as something to send: an `InputMedia` from a media, or from whatever holds one (a message, an update, a
 * draft, a story), and from the file_id of the Bot API. What cannot be sent again says why.
 *
 * Sources: https://core.telegram.org/type/MessageMedia, https://core.telegram.org/type/InputMedia
 */
import { UsageError } from '../errors.ts'
import type { MediaRequest } from '../files/media-types.ts'
import type {
  Document,
  Game,
  InputMedia,
  MessageExtendedMedia,
  MessageMedia,
  Photo,
  Poll,
  PollResults,
  StoryItem,
  WallPaper,
  WebDocument,
  WebPage,
} from '../tl/generated/api-types.ts'
import {
  type ConvertOptions,
  cannot,
  inputDocument,
  inputGame,
  inputPhoto,
  ofMessageMedia,
  ofPoll,
  ofWebPage,
} from './convert-media.ts'
import { isPhoto, readFileId } from './file-id.ts'
import { isValue, lookInside, type Value } from './inside.ts'

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

/**
 * Anything else with a media inside: another `Update` or `Updates` with a message, a media, a poll, a page or a story in it, a draft, a
 * service message with a photo, an inline result.
 */
export interface HolderLike {
  readonly _: string
}

/** What was received, as far as its type tells; a text is a file_id of the Bot API. */
export type Received =
  | MessageMedia
  | Photo
  | Document
  | Poll
  | WebPage
  | Game
  | StoryItem
  | (MessageLike & { readonly media: MessageMedia })
  | UpdateLike
  | (string & {})

/** Everything that can be turned into an `InputMedia`; a text is a file_id of the Bot API. */
export type Sendable =
  | InputMedia
  | MessageMedia
  | MessageExtendedMedia
  | Photo
  | Document
  | Poll
  | WebPage
  | WebDocument
  | Game
  | StoryItem
  | WallPaper
  | MessageLike
  | UpdateLike
  | HolderLike
  | string

/**
 * Turns what was received into an `InputMedia`. What is one already, or was made by a builder as `photo()`, stays as it is.
 * @param thing a media or anything that holds one, of this library or of another one with plain objects; or a file_id
 * @throws UsageError for what cannot be sent again; it says why
 * @example
 * await client.uploadMedia({ peer: '@channel', media: toInputMedia(message) })
 */
export function toInputMedia<Request extends MediaRequest>(thing: Request, options?: ConvertOptions): Request
export function toInputMedia(thing: Sendable, options?: ConvertOptions): InputMedia
export function toInputMedia(thing: Sendable | MediaRequest, options: ConvertOptions = {}): InputMedia | MediaRequest {
  if (typeof thing === 'string') return ofFileId(thing)
  if (typeof (thing as Partial<MediaRequest> | undefined)?.resolve === 'function') return thing as MediaRequest
  if (!isValue(thing)) throw new UsageError('this is nothing that can be turned into media')
  const found = lookInside(thing, (value) => kindOf(value) !== undefined)
  const [first] = found
  if (!first) {
    throw HOLDERS.test(thing._)
      ? cannot(thing._, 'there is no media in it')
      : new UsageError(`${thing._} is nothing that can be turned into media`)
  }
  if (found.length > 1) throw cannot(thing._, `there are ${found.length} media in it; give one of them`)
  const { value, holder } = first
  // The name says which of them it is.
  return CONVERTERS[kindOf(value)!](value as never, options, holder)
}

/** Names of what may hold a media, and may hold none. */
const HOLDERS = /^(?:update|message|draft|story|wallPaper|botInline|photos\.)/

type Convert<T> = (value: T, options: ConvertOptions, holder: Value | undefined) => InputMedia

/** By the kind of what was found. */
const CONVERTERS = {
  inputMedia: (media: InputMedia) => media,
  messageMedia: ofMessageMedia,
  messageExtendedMediaPreview: () => {
    throw cannot('paid media', 'this account has not bought it and sees a preview only')
  },
  photo: (photo: Photo) => ({ _: 'inputMediaPhoto', id: inputPhoto(photo) }),
  document: (document: Document) => ({ _: 'inputMediaDocument', id: inputDocument(document) }),
  // An update of a poll has its results beside it.
  poll: (poll: Poll, options, holder) => ofPoll(poll, holder?.results as PollResults | undefined, options),
  webPage: ofWebPage,
  webDocument: ({ url, mimeType }: WebDocument) => ({
    _:
      mimeType.startsWith('image/') && mimeType !== 'image/gif'
        ? 'inputMediaPhotoExternal'
        : 'inputMediaDocumentExternal',
    url,
  }),
  game: (game: Game) => ({ _: 'inputMediaGame', id: inputGame(game) }),
} as const satisfies Readonly<Record<string, Convert<never>>>

/** Further constructors of each kind, by how their names begin. */
const NAMES =
  /^(?:inputMedia(?!Area)|messageMedia|(?:photo|document)(?=Empty$)|webPage(?=(?:Empty|Pending|NotModified)$)|webDocument(?=NoProxy$))/

/** The kind of a value that can be converted, or that has a reason why not. */
function kindOf({ _: name }: Value): keyof typeof CONVERTERS | undefined {
  if (Object.hasOwn(CONVERTERS, name)) return name as keyof typeof CONVERTERS
  return NAMES.exec(name)?.[0] as keyof typeof CONVERTERS | undefined
}

/** A photo or a document by the Bot API's name for it. */
function ofFileId(fileId: string): InputMedia {
  const said = readFileId(fileId)
  const { type } = said
  if ('url' in said)
    return { _: isPhoto(type) ? 'inputMediaPhotoExternal' : 'inputMediaDocumentExternal', url: said.url }
  const { id, accessHash, fileReference } = said
  if (type === 'thumbnail') throw cannot('a preview', 'it goes with its file; give the file_id of that')
  return isPhoto(type)
    ? { _: 'inputMediaPhoto', id: { _: 'inputPhoto', id, accessHash, fileReference } }
    : { _: 'inputMediaDocument', id: { _: 'inputDocument', id, accessHash, fileReference } }
}
