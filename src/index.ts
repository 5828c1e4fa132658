/**
 * mtproto-upload: take a file, send it to Telegram, get the decoded `MessageMedia`.
 *
 * ```ts
 * import { UploadClient, photo } from 'mtproto-upload'
 * ```
 *
 * The layers below are entries of their own: `mtproto-upload/tl`, `/crypto`, `/transport`, `/files`, `/lab/server`.
 */
export { UploadClient } from './client/client.ts'
export type { ClientEvent } from './client/events.ts'
export type { ConnectOptions, CustomDatacenter, DeviceInfo, ProxyOptions } from './client/options.ts'
export type { PeerFinder, PeerHolder, PeerLike, PeerSession, WithPeers } from './client/peers.ts'
export { memoryStorage, type SessionClaim, type SessionStorage } from './client/storage.ts'
export {
  type ManyItem,
  type ManyUploads,
  type MediaClient,
  type UploadManyOptions,
  type UploadOutcome,
  uploadMany,
} from './client/upload-many.ts'
export type { UploadFileOptions, UploadMediaOptions } from './client/upload-options.ts'
export { VERSION } from './client/version.ts'
export {
  FileError,
  MtprotoError,
  PeerError,
  RpcError,
  SecurityError,
  StorageError,
  TlError,
  TransportError,
  UsageError,
} from './errors.ts'
export { isRpcError, type RpcErrorOf } from './explain/is-rpc-error.ts'
export type { ErrorsOf, RpcErrorCode, RpcErrorType } from './explain/types.ts'
export type { ManyProgress } from './files/many-progress.ts'
export { type PhotoOptions, photo } from './files/media.ts'
export { type DocumentOptions, document } from './files/media-document.ts'
export { withFiles } from './files/media-fields.ts'
export type { MediaFile, MediaLike, MediaRequest, MediaWithFiles } from './files/media-types.ts'
export type { FileProbe, ProbedFile, ProbeWish } from './files/probe.ts'
export type { Resume } from './files/resumption.ts'
export type { FileLike } from './files/source.ts'
export type { UploadEvent, UploadedFile, UploadProgress } from './files/upload.ts'
export {
  type AnimationOptions,
  type AudioOptions,
  animation,
  audio,
  type ContactFacts,
  contact,
  type DiceEmoji,
  dice,
  type ExternalDocumentOptions,
  type ExternalPhotoOptions,
  external,
  type Frames,
  type GameId,
  game,
  type InvoiceOptions,
  invoice,
  type Known,
  type LivePoint,
  liveLocation,
  location,
  type MoneyInvoice,
  type PaidItem,
  type PaidOptions,
  type Playing,
  type Point,
  type PollEnd,
  type PollOptions,
  type Price,
  packWaveform,
  paid,
  poll,
  type QuizOptions,
  quiz,
  type StakeFacts,
  type StarsInvoice,
  type StickerOptions,
  stakeDice,
  sticker,
  story,
  type Text,
  type TodoOptions,
  todo,
  type UploadedVideo,
  type VenueFacts,
  type VideoNoteOptions,
  type VideoOptions,
  type VoiceOptions,
  venue,
  video,
  videoNote,
  voice,
  type WebPageOptions,
  type WebPicture,
  webPage,
} from './media/builders/index.ts'
export type * from './tl/generated/api-types.ts'
