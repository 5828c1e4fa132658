/**
 * Users and chats: as clients name them, and as the API shows them.
 */
import type { Chat, InputPeer, InputUser, Peer, User, user } from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import type { WorldChat, WorldUser } from '../world.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'
import { mayReach, mayWrite } from './rights.ts'

/** Usernames: letters, digits and underscores, from a letter on. https://core.telegram.org/method/account.checkUsername */
const USERNAME = /^[a-z]\w{3,31}$/i

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
      if (user === undefined || (user !== me && user.accessHash !== peer.accessHash))
        throw badRequest('PEER_ID_INVALID')
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
function findChat({ dc }: MethodCall, peer: ChatPeer): WorldChat {
  const { chats } = dc.world
  if (peer._ === 'inputPeerChat') {
    const chat = chats.get(peer.chatId)
    if (chat?.kind === 'chat') return chat
    throw badRequest('CHAT_ID_INVALID')
  }
  const chat = chats.get(peer.channelId)
  if (chat && chat.kind !== 'chat' && chat.accessHash === peer.accessHash) return chat
  throw badRequest('CHANNEL_INVALID')
}

/** A user as `viewer` sees it. */
export function toUser(shown: WorldUser, viewer?: WorldUser): User {
  const { id, accessHash, firstName, lastName, username, phone } = shown
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
  const { id, accessHash, title, username, kind, members } = shown
  const left = members.has(viewer.id) || shown.admins.has(viewer.id) ? undefined : true
  const photo = { _: 'chatPhotoEmpty' as const }
  if (kind === 'chat') {
    return { _: 'chat', id, title, photo, participantsCount: members.size, date: 0, version: 1, left }
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

/** The user an InputUser names; undefined when there is none. */
function findUser(call: MethodCall, input: InputUser): WorldUser | undefined {
  const me = self(call)
  switch (input._) {
    case 'inputUserSelf':
      return me
    case 'inputUser': {
      const user = call.dc.world.users.get(input.userId)
      return user === me || user?.accessHash === input.accessHash ? user : undefined
    }
    case 'inputUserFromMessage':
      if (me.bot) throw badRequest('FROM_MESSAGE_BOT_DISABLED')
      return byMessage(call, input, input.userId, call.dc.world.users)
    default:
      return undefined
  }
}

export const PEER_METHODS: Handlers<'users.getUsers' | 'contacts.resolveUsername'> = {
  // Those that do not exist are left out of the answer.
  'users.getUsers': (call, { id }) =>
    id.flatMap((input) => {
      const user = findUser(call, input)
      return user === undefined ? [] : [toUser(user, call.user)]
    }),

  'contacts.resolveUsername': (call, { username }) => {
    const me = self(call)
    if (!USERNAME.test(username)) throw badRequest('USERNAME_INVALID')
    const found = call.dc.world.findName(username)
    if (found === undefined) throw badRequest('USERNAME_NOT_OCCUPIED')
    if ('firstName' in found) {
      const peer: Peer = { _: 'peerUser', userId: found.id }
      return { _: 'contacts.resolvedPeer', peer, chats: [], users: [toUser(found, me)] }
    }
    const peer: Peer =
      found.kind === 'chat' ? { _: 'peerChat', chatId: found.id } : { _: 'peerChannel', channelId: found.id }
    return { _: 'contacts.resolvedPeer', peer, chats: [toChat(found, me)], users: [] }
  },
}
