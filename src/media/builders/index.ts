/**
 * Builders of media: one function for each kind, whose options are those that go with it.
 */
export { type AudioOptions, audio, packWaveform, type VoiceOptions, voice } from './audio.ts'
export { type ExternalDocumentOptions, type ExternalPhotoOptions, external } from './external.ts'
export type { Frames, Known, Playing } from './facts.ts'
export {
  type InvoiceOptions,
  invoice,
  type MoneyInvoice,
  type PaidItem,
  type PaidOptions,
  type Price,
  paid,
  type StarsInvoice,
  type WebPicture,
} from './paid.ts'
export {
  type ContactFacts,
  contact,
  type LivePoint,
  liveLocation,
  location,
  type Point,
  type VenueFacts,
  venue,
} from './place.ts'
export {
  type DiceEmoji,
  dice,
  type GameId,
  game,
  type StakeFacts,
  stakeDice,
  story,
  type WebPageOptions,
  webPage,
} from './play.ts'
export { type PollEnd, type PollOptions, poll, type QuizOptions, quiz, type TodoOptions, todo } from './poll.ts'
export { type StickerOptions, sticker } from './sticker.ts'
export type { Text } from './text.ts'
export {
  type AnimationOptions,
  animation,
  type UploadedVideo,
  type VideoNoteOptions,
  type VideoOptions,
  video,
  videoNote,
} from './video.ts'
