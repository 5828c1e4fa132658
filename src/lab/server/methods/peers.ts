/**
 * Users and chats: as clients name them, and as the API shows them.
 */
import type { Chat, InputPeer, InputUser, Peer, User, user } from '../../../tl/generated/api-types.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { WorldChat, WorldUser } from '../world.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'

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
      if (user.deactivated) throw badRequest('INPUT_USER_DEACTIVATED')
      return user
    }
    case 'inputPeerChat': {
      const chat = chats.get(peer.chatId)
      if (chat === undefined || chat.kind !== 'chat') throw badRequest('CHAT_ID_INVALID')
      return mayWrite(chat, me)
    }
    case 'inputPeerChannel': {
      const chat = chats.get(peer.channelId)
      if (chat === undefined || chat.kind === 'chat' || chat.accessHash !== peer.accessHash) {
        throw badRequest('CHANNEL_INVALID')
      }
      return mayWrite(chat, me)
    }
    default:
      // Peers named by a message: there are no messages here.
      throw badRequest('MSG_ID_INVALID')
  }
}

/** Rights to send media to a chat. */
function mayWrite(chat: WorldChat, { id }: WorldUser): WorldChat {
  if (chat.restricted) throw badRequest('CHAT_RESTRICTED')
  if (chat.admins.has(id)) return chat
  if (chat.banned.has(id)) throw badRequest('USER_BANNED_IN_CHANNEL')
  // A chat with a username is open to all; the others only to those inside.
  if (chat.username === undefined && !chat.members.has(id)) {
    throw chat.kind === 'chat' ? badRequest('PEER_ID_INVALID') : badRequest('CHANNEL_PRIVATE')
  }
  if (chat.kind === 'channel') throw badRequest('CHAT_ADMIN_REQUIRED')
  if (chat.mediaForbidden) throw new RpcFailure(403, 'CHAT_WRITE_FORBIDDEN')
  return chat
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
