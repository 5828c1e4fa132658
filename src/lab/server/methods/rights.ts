/**
 * Who may send what to whom: rights in chats, and what people have told the service about strangers.
 *
 * Sources: https://core.telegram.org/api/rights, https://core.telegram.org/api/privacy,
 * https://core.telegram.org/method/messages.uploadMedia, https://core.telegram.org/method/messages.sendMedia
 */
import type { InputMedia } from '../../../tl/generated/api-types.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { MediaRight, WorldChat, WorldUser } from '../world.ts'

/** What is answered where a kind of media is not allowed. https://core.telegram.org/constructor/chatBannedRights */
const FORBIDDEN: Readonly<Record<MediaRight, string>> = {
  media: 'CHAT_SEND_MEDIA_FORBIDDEN',
  photos: 'CHAT_SEND_PHOTOS_FORBIDDEN',
  videos: 'CHAT_SEND_VIDEOS_FORBIDDEN',
  roundVideos: 'CHAT_SEND_ROUNDVIDEOS_FORBIDDEN',
  audios: 'CHAT_SEND_AUDIOS_FORBIDDEN',
  voices: 'CHAT_SEND_VOICES_FORBIDDEN',
  documents: 'CHAT_SEND_DOCS_FORBIDDEN',
  gifs: 'CHAT_SEND_GIFS_FORBIDDEN',
  stickers: 'CHAT_SEND_STICKERS_FORBIDDEN',
  polls: 'CHAT_SEND_POLL_FORBIDDEN',
  webPages: 'CHAT_SEND_WEBPAGE_FORBIDDEN',
}

/**
 * Rights to write in a chat.
 * @throws RpcFailure CHAT_RESTRICTED, USER_BANNED_IN_CHANNEL, CHANNEL_PRIVATE, CHAT_ADMIN_REQUIRED, CHAT_WRITE_FORBIDDEN …
 */
export function mayWrite(chat: WorldChat, { id, limited }: WorldUser): WorldChat {
  if (chat.restricted) throw badRequest('CHAT_RESTRICTED')
  if (chat.admins.has(id)) return chat
  if (chat.banned.has(id)) throw badRequest('USER_BANNED_IN_CHANNEL')
  // A chat with a username is open to all; the others only to those inside.
  if (chat.username === undefined && !chat.members.has(id)) {
    throw chat.kind === 'chat' ? badRequest('PEER_ID_INVALID') : badRequest('CHANNEL_PRIVATE')
  }
  if (chat.kind === 'channel') throw badRequest('CHAT_ADMIN_REQUIRED')
  if (limited && chat.kind === 'supergroup') throw badRequest('USER_BANNED_IN_CHANNEL')
  if (chat.muted?.has(id)) throw badRequest('CHAT_RESTRICTED')
  if (chat.mediaForbidden) throw new RpcFailure(403, 'CHAT_WRITE_FORBIDDEN')
  return chat
}

/**
 * Whether somebody takes messages of `sender`.
 * @throws RpcFailure INPUT_USER_DEACTIVATED, USER_IS_BOT, YOU_BLOCKED_USER, USER_IS_BLOCKED, PRIVACY_PREMIUM_REQUIRED,
 *   ALLOW_PAYMENT_REQUIRED_X
 */
export function mayReach(user: WorldUser, sender: WorldUser): WorldUser {
  if (user === sender) return user
  if (user.deactivated) throw badRequest('INPUT_USER_DEACTIVATED')
  if (user.bot && sender.bot) throw badRequest('USER_IS_BOT')
  if (sender.blocks?.has(user.id)) throw badRequest('YOU_BLOCKED_USER')
  if (user.blocks?.has(sender.id)) throw new RpcFailure(403, 'USER_IS_BLOCKED')
  if (user.premiumOnly && !sender.premium) throw new RpcFailure(403, 'PRIVACY_PREMIUM_REQUIRED')
  if (user.price) throw new RpcFailure(403, `ALLOW_PAYMENT_REQUIRED_${user.price}`)
  return user
}

/**
 * Whether this kind of media may go there.
 * @param target undefined for nobody in particular
 * @throws RpcFailure CHAT_SEND_…_FORBIDDEN, VOICE_MESSAGES_FORBIDDEN, BROADCAST_PUBLIC_VOTERS_FORBIDDEN
 */
export function mayCarry(target: WorldUser | WorldChat | undefined, media: InputMedia, { id }: WorldUser): void {
  if (target === undefined) return
  const kind = kindOf(media)
  if ('firstName' in target) {
    const spoken = kind === 'voices' || kind === 'roundVideos'
    if (target.refusesVoice && spoken) throw badRequest('VOICE_MESSAGES_FORBIDDEN')
    return
  }
  const { forbidden, admins } = target
  if (target.kind === 'channel' && media._ === 'inputMediaPoll' && media.poll.publicVoters) {
    throw badRequest('BROADCAST_PUBLIC_VOTERS_FORBIDDEN')
  }
  if (kind === undefined || !forbidden || admins.has(id)) return
  for (const right of [kind, 'media'] as const) if (forbidden.has(right)) throw new RpcFailure(403, FORBIDDEN[right])
}

/** The right that media of this kind take; undefined where they take none but that to write. */
function kindOf(media: InputMedia): MediaRight | undefined {
  switch (media._) {
    case 'inputMediaUploadedPhoto':
    case 'inputMediaPhoto':
    case 'inputMediaPhotoExternal':
      return 'photos'
    case 'inputMediaPoll':
      return 'polls'
    case 'inputMediaWebPage':
      return 'webPages'
    case 'inputMediaDocument':
    case 'inputMediaDocumentExternal':
      return 'documents'
    case 'inputMediaUploadedDocument':
      break
    default:
      return undefined
  }
  let kind: MediaRight = 'documents'
  for (const attribute of media.attributes) {
    if (attribute._ === 'documentAttributeAnimated') return 'gifs'
    if (attribute._ === 'documentAttributeSticker') return 'stickers'
    if (attribute._ === 'documentAttributeVideo') kind = attribute.roundMessage ? 'roundVideos' : 'videos'
    else if (attribute._ === 'documentAttributeAudio') kind = attribute.voice ? 'voices' : 'audios'
  }
  return media.forceFile ? 'documents' : kind
}
