/**
 * Users and chats: as clients name them, and as the API shows them.
 *
 * Source: https://core.telegram.org/api/peers
 */
import type { Chat, chat, InputChannel, InputPeer, InputUser, User, user } from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import { accessHashFor, type WorldChat, type WorldUser } from '../world.ts'
import { type MethodCall, self } from './handler.ts'
import { mayReach, mayWrite } from './rights.ts'

/** Where something is to be sent. */
export type Target = WorldUser | WorldChat | undefined

/**
 * The peer that something is sent to.
 * @returns undefined for `inputPeerEmpty`, which bots may use
 * @throws RpcFailure when it does not exist or the user may not send there
 */
export function resolvePeer(call: MethodCall, peer: InputPeer): Target {
  const { users, chats } = call.dc.world
  const me = self(call)
  switch (peer._) {
    case 'inputPeerEmpty':
      if (!me.bot) throw badRequest('PEER_ID_INVALID')
      return undefined
    case 'inputPeerSelf':
      return me
    case 'inputPeerUser': {
      const user = users.get(peer.userId)
      if (user === undefined || !knowsUser(call, user, peer.accessHash)) throw badRequest('PEER_ID_INVALID')
      return mayReach(user, me)
    }
    case 'inputPeerChat':
    case 'inputPeerChannel':
      return mayWrite(findChat(call, peer), me)
    case 'inputPeerUserFromMessage':
      return mayReach(byMessage(call, peer, peer.userId, users), me)
    case 'inputPeerChannelFromMessage':
      return mayWrite(byMessage(call, peer, peer.channelId, chats), me)
  }
}

/**
 * Somebody, or some channel, that is known by a message alone.
 * @throws RpcFailure MSG_ID_INVALID when there is no such message, or it is of somebody else
 */
function byMessage<Found>(
  call: MethodCall,
  { peer, msgId }: { readonly peer: InputPeer; readonly msgId: number },
  id: bigint,
  all: ReadonlyMap<bigint, Found>,
): Found {
  const me = self(call)
  const chat = isChat(peer) ? findChat(call, peer) : undefined
  if (chat?.banned.has(me.id)) throw badRequest('USER_BANNED_IN_CHANNEL')
  if (chat && chat.username === undefined && !chat.members.has(me.id)) throw badRequest('CHANNEL_PRIVATE')
  const found = chat?.messages?.get(msgId) === id ? all.get(id) : undefined
  if (found === undefined) throw badRequest('MSG_ID_INVALID')
  return found
}

type ChatPeer = Extract<InputPeer, { _: 'inputPeerChat' | 'inputPeerChannel' }>

function isChat(peer: InputPeer): peer is ChatPeer {
  return peer._ === 'inputPeerChat' || peer._ === 'inputPeerChannel'
}

/** @throws RpcFailure CHAT_ID_INVALID, CHANNEL_INVALID */
function findChat(call: MethodCall, peer: ChatPeer): WorldChat {
  if (peer._ === 'inputPeerChannel') return findChannel(call, { ...peer, _: 'inputChannel' })
  const chat = call.dc.world.chats.get(peer.chatId)
  if (chat?.kind === 'chat' && !chat.migratedTo) return chat
  throw badRequest('CHAT_ID_INVALID')
}

/**
 * Whether an access hash is the one by which the caller knows a user. Bots may give 0 for those that they have met.
 * Source: https://core.telegram.org/api/peers#access-hash
 */
function knowsUser(call: MethodCall, user: WorldUser, hash: bigint): boolean {
  const me = self(call)
  if (user === me || hash === accessHashFor(user, me)) return true
  return hash === 0n && me.bot && (user.metBots?.has(me.id) || shareChat(call, user.id, me.id))
}

function shareChat({ dc }: MethodCall, one: bigint, other: bigint): boolean {
  return [...dc.world.chats.values()].some((chat) => isIn(chat, one) && isIn(chat, other))
}

/** Whether a user is in a chat, in whatever place. */
export function isIn({ members, admins }: WorldChat, id: bigint): boolean {
  return members.has(id) || admins.has(id)
}

/** The user an InputUser names; undefined when there is none. */
export function findUser(call: MethodCall, input: InputUser): WorldUser | undefined {
  const me = self(call)
  switch (input._) {
    case 'inputUserSelf':
      return me
    case 'inputUser': {
      const user = call.dc.world.users.get(input.userId)
      return user && knowsUser(call, user, input.accessHash) ? user : undefined
    }
    case 'inputUserFromMessage':
      if (me.bot) throw badRequest('FROM_MESSAGE_BOT_DISABLED')
      return byMessage(call, input, input.userId, call.dc.world.users)
    default:
      return undefined
  }
}

/**
 * The supergroup or channel an InputChannel names. Bots may give 0 for those that they are in.
 * @throws RpcFailure CHANNEL_INVALID
 */
export function findChannel(call: MethodCall, input: InputChannel): WorldChat {
  const me = self(call)
  if (input._ === 'inputChannelFromMessage') return byMessage(call, input, input.channelId, call.dc.world.chats)
  const chat = input._ === 'inputChannel' ? call.dc.world.chats.get(input.channelId) : undefined
  if (input._ !== 'inputChannel' || chat === undefined || chat.kind === 'chat') throw badRequest('CHANNEL_INVALID')
  const known = input.accessHash === accessHashFor(chat, me) || (input.accessHash === 0n && me.bot && isIn(chat, me.id))
  if (!known) throw badRequest('CHANNEL_INVALID')
  return chat
}

/** A user as `viewer` sees it. */
export function toUser(shown: WorldUser, viewer: WorldUser): User {
  const { id, firstName, lastName, username, phone } = shown
  const accessHash = accessHashFor(shown, viewer)
  const out: user = { _: 'user', id, accessHash, firstName, lastName, username }
  if (shown === viewer) out.self = true
  if (shown.bot) {
    out.bot = true
    out.botInfoVersion = 1
  } else if (shown === viewer) out.phone = phone
  if (shown.premium) out.premium = true
  if (shown.deactivated) out.deleted = true
  return out
}

/** A chat as `viewer` sees it. */
export function toChat(shown: WorldChat, viewer: WorldUser): Chat {
  const { id, title, username, kind, members, migratedTo } = shown
  const accessHash = accessHashFor(shown, viewer)
  const left = isIn(shown, viewer.id) ? undefined : true
  const photo = { _: 'chatPhotoEmpty' as const }
  if (kind === 'chat') {
    const group: chat = { _: 'chat', id, title, photo, participantsCount: members.size, date: 0, version: 1, left }
    if (!migratedTo) return group
    const channel = { channelId: migratedTo.id, accessHash: accessHashFor(migratedTo, viewer) }
    return { ...group, deactivated: true, migratedTo: { _: 'inputChannel', ...channel } }
  }
  const group = kind === 'supergroup'
  return {
    _: 'channel',
    ...(group ? { megagroup: true } : { broadcast: true }),
    left,
    id,
    accessHash,
    title,
    username,
    photo,
    date: 0,
    participantsCount: members.size,
  }
}
