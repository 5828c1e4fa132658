/**
 * Methods that look users and chats up.
 *
 * Sources: https://core.telegram.org/api/peers, https://core.telegram.org/api/invites
 */
import type { Chat, ContactsResolvedPeer } from '../../../tl/generated/api-types.ts'
import { badRequest } from '../rpc-failure.ts'
import type { WorldChat, WorldUser } from '../world.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'
import { findChannel, findUser, isIn, toChat, toUser } from './peers.ts'

/** Usernames: letters, digits and underscores, from a letter on. https://core.telegram.org/method/account.checkUsername */
const USERNAME = /^[a-z]\w{3,31}$/i

export const PEER_METHODS: Handlers<
  | 'users.getUsers'
  | 'contacts.resolveUsername'
  | 'contacts.resolvePhone'
  | 'channels.getChannels'
  | 'messages.getChats'
  | 'messages.checkChatInvite'
> = {
  // Those that do not exist are left out of the answer.
  'users.getUsers': (call, { id }) =>
    id.flatMap((input) => {
      const user = findUser(call, input)
      return user === undefined ? [] : [toUser(user, self(call))]
    }),

  'contacts.resolveUsername': (call, { username }) => {
    if (!USERNAME.test(username)) throw badRequest('USERNAME_INVALID')
    const found = call.dc.world.findName(username)
    if (found === undefined) throw badRequest('USERNAME_NOT_OCCUPIED')
    return resolved(call, found)
  },

  'contacts.resolvePhone': (call, { phone }) => {
    mustBePerson(call)
    const found = [...call.dc.world.users.values()].find((user) => user.phone === phone)
    if (found === undefined || found.hidesPhone) throw badRequest('PHONE_NOT_OCCUPIED')
    return resolved(call, found)
  },

  'channels.getChannels': (call, { id }) => {
    const chats = id.map((input) => {
      const chat = findChannel(call, input)
      if (chat.username === undefined && !isIn(chat, self(call).id)) throw badRequest('CHANNEL_PRIVATE')
      return toChat(chat, self(call))
    })
    return { _: 'messages.chats', chats }
  },

  'messages.getChats': (call, { id }) => {
    const chats = id.map((one): Chat => {
      const chat = call.dc.world.chats.get(one)
      if (chat === undefined || chat.kind !== 'chat') throw badRequest('CHAT_ID_INVALID')
      return isIn(chat, self(call).id)
        ? toChat(chat, self(call))
        : { _: 'chatForbidden', id: chat.id, title: chat.title }
    })
    return { _: 'messages.chats', chats }
  },

  'messages.checkChatInvite': (call, { hash }) => {
    mustBePerson(call)
    if (hash === '') throw badRequest('INVITE_HASH_EMPTY')
    if (!/^[\w-]+$/.test(hash)) throw badRequest('INVITE_HASH_INVALID')
    const { users, chats } = call.dc.world
    const chat = [...chats.values()].find(({ invite }) => invite === hash)
    if (chat === undefined) throw badRequest('INVITE_HASH_EXPIRED')
    if (isIn(chat, self(call).id)) return { _: 'chatInviteAlready', chat: toChat(chat, self(call)) }
    // Whoever is not inside sees a few of those who are, in their short form: https://core.telegram.org/api/min
    const participants = [...chat.members].flatMap((id) => {
      const user = users.get(id)
      return user === undefined ? [] : [{ ...toUser(user, self(call)), min: true }]
    })
    return {
      _: 'chatInvite',
      ...(chat.kind !== 'chat' && { channel: true, [chat.kind === 'channel' ? 'broadcast' : 'megagroup']: true }),
      title: chat.title,
      photo: { _: 'photoEmpty', id: 0n },
      participantsCount: chat.members.size,
      participants,
      color: 0,
    }
  },
}

/** Refuses bots. */
function mustBePerson(call: MethodCall): void {
  if (self(call).bot) throw badRequest('BOT_METHOD_INVALID')
}

/** What was found, as the caller sees it. */
function resolved(call: MethodCall, found: WorldUser | WorldChat): ContactsResolvedPeer {
  const me = self(call)
  if ('firstName' in found) {
    const peer = { _: 'peerUser' as const, userId: found.id }
    return { _: 'contacts.resolvedPeer', peer, chats: [], users: [toUser(found, me)] }
  }
  const peer =
    found.kind === 'chat'
      ? { _: 'peerChat' as const, chatId: found.id }
      : { _: 'peerChannel' as const, channelId: found.id }
  return { _: 'contacts.resolvedPeer', peer, chats: [toChat(found, me)], users: [] }
}
