/**
 * Finds out who is meant: by what the session knows, else by asking the server.
 *
 * Ids go with access hashes. Bots may give 0 for whom they have met, and are asked whether they have; people have to have been
 * told the access hash in this session. Usernames and phone numbers are looked up, invite links looked into: nothing is joined.
 *
 * Sources: https://core.telegram.org/api/peers, https://core.telegram.org/api/invites
 */
import {
  channelsGetChannels,
  contactsResolvePhone,
  contactsResolveUsername,
  messagesCheckChatInvite,
  usersGetUsers,
} from '#methods'
import { PeerError, RpcError, UsageError } from '../../errors.ts'
import type { ContactsResolvedPeer, InputPeer } from '../../tl/generated/api-types.ts'
import type { Method } from '../../tl/method.ts'
import type { InvokeOptions } from '../../transport/datacenter.ts'
import type { PeerSession } from '../peers.ts'
import type { Known } from './book.ts'
import { identify } from './identify.ts'
import { type ById, markedId, type Named } from './named.ts'
import { type Notes, notesOf } from './notes.ts'

/**
 * Finds who is meant, in every form of `PeerLike`. What it learns is kept in the session.
 * @throws UsageError for what names nobody
 * @throws PeerError PEER_NOT_SEEN for an id whose access hash this session was never told, PEER_NOT_JOINED for an invite link
 *   to a chat that the account is not in
 * @throws RpcError USERNAME_NOT_OCCUPIED, USERNAME_INVALID, PHONE_NOT_OCCUPIED and the like
 */
export async function findPeer(
  peer: unknown,
  session: PeerSession,
  { signal }: InvokeOptions = {},
): Promise<InputPeer> {
  const named = identify(peer)
  const notes = notesOf(session)
  // What the caller has may be of another session: it takes the place of nothing that this one was told.
  if (session.user) notes.learn(peer, true)
  const found = await lookUp(named, { session, notes, signal, again: false })
  const origin = named.kind === 'input' ? idOf(found) : named
  if (origin) notes.origins.set(found, origin)
  return found
}

/** Who is meant by an object that came with an access hash: should that be of no use, the session may know another. */
function idOf(peer: InputPeer): ById | undefined {
  if (peer._ === 'inputPeerUser') return { kind: 'user', id: peer.userId }
  return peer._ === 'inputPeerChannel' ? { kind: 'channel', id: peer.channelId } : undefined
}

/** What a look-up works with. */
export interface LookUp {
  readonly session: PeerSession
  readonly notes: Notes
  readonly signal: AbortSignal | undefined
  /** Ask the server even for what is known. */
  readonly again: boolean
}

/** @throws as {@link findPeer} */
export async function lookUp(named: Named, by: LookUp): Promise<InputPeer> {
  switch (named.kind) {
    case 'input':
      return named.peer
    case 'name':
      return byName(named.name, by)
    case 'phone':
      return byPhone(named.digits, by)
    case 'invite':
      return byInvite(named.hash, by)
    default:
      return byId(named, by)
  }
}

async function byId(named: ById, by: LookUp): Promise<InputPeer> {
  const { kind, id } = named
  const { user } = by.session
  const { book } = by.notes
  if (kind === 'user' && id === user?.id) return { _: 'inputPeerSelf' }
  if (kind === 'chat') {
    const channel = book.migrated(id)
    return channel === undefined ? { _: 'inputPeerChat', chatId: id } : byId({ kind: 'channel', id: channel }, by)
  }
  const known = by.again ? undefined : book.find(kind, id)
  if (known) return toInput(known)
  // While the account is on its way to another datacenter, it is not known whose it is: then the server is asked.
  if (user && !user.bot) throw notSeen(named, by)
  return askAsBot(kind, named, by)
}

/** A bot is told of those it has met, by access hash 0. */
async function askAsBot(kind: Known['kind'], named: ById, by: LookUp): Promise<InputPeer> {
  const { id } = named
  const told =
    kind === 'user'
      ? ask(by, usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUser', userId: id, accessHash: 0n }] }, `${id}`)
      : ask(
          by,
          channelsGetChannels,
          { _: 'channels.getChannels', id: [{ _: 'inputChannel', channelId: id, accessHash: 0n }] },
          `${id}`,
        )
  const answer = await told.catch((error: unknown) => {
    if (error instanceof RpcError && /^(CHANNEL|USER_ID|PEER_ID)_INVALID$/.test(error.type))
      throw notSeen(named, by, error)
    throw error
  })
  const all = Array.isArray(answer) ? answer : answer.chats
  const known = by.notes.book.find(kind, id)
  if (known) return toInput(known)
  // Whoever is told without an access hash, or in the short form, bots name by 0 all the same.
  if (all.some((one) => one.id === id && one._ !== 'userEmpty')) return toInput({ kind, id, hash: 0n })
  throw notSeen(named, by)
}

async function byName(name: string, by: LookUp): Promise<InputPeer> {
  const { book, now } = by.notes
  const known = by.again ? undefined : book.named(name, now)
  if (known) return toInput(known)
  const request = { _: 'contacts.resolveUsername', username: name } as const
  return fromResolved(await ask(by, contactsResolveUsername, request, name.toLowerCase()), by)
}

async function byPhone(digits: string, by: LookUp): Promise<InputPeer> {
  const { book, now } = by.notes
  const known = by.again ? undefined : book.phone(digits, now)
  if (known) return toInput(known)
  mustBePerson(by, 'look phone numbers up')
  const resolved = await ask(by, contactsResolvePhone, { _: 'contacts.resolvePhone', phone: digits }, digits)
  if (resolved.peer._ === 'peerUser') by.notes.book.notePhone(digits, resolved.peer.userId, now)
  return fromResolved(resolved, by)
}

async function byInvite(hash: string, by: LookUp): Promise<InputPeer> {
  mustBePerson(by, 'look into invite links')
  const invite = await ask(by, messagesCheckChatInvite, { _: 'messages.checkChatInvite', hash }, hash)
  // Also what may be looked at for a while without joining (chatInvitePeek) takes no uploads.
  if (invite._ === 'chatInviteAlready') return lookUp(identify(invite.chat), { ...by, again: false })
  const { title } = invite._ === 'chatInvite' ? invite : (invite.chat as { readonly title: string })
  throw new PeerError(
    'PEER_NOT_JOINED',
    `the invite link leads to "${title}", where this account is not a member; uploading joins no chat: join it first`,
  )
}

/** Asks the server, once for all who want to know the same, and notes whom the answer tells about. */
async function ask<Request extends { readonly _: string }, Result>(
  { session, notes, signal }: LookUp,
  method: Method<Request, Result>,
  request: Request,
  about: string,
): Promise<Result> {
  const begin = (own: AbortSignal): Promise<Result> => session.invoke(method, request, { signal: own })
  const answer = await notes.lookups.join(`${method.name} ${about}`, signal, begin)
  notes.learn(answer)
  return answer
}

/** Whom a look-up found. */
function fromResolved(resolved: ContactsResolvedPeer, by: LookUp): Promise<InputPeer> {
  // What was found was noted a moment ago.
  return lookUp(identify(resolved.peer), { ...by, again: false })
}

/** @throws UsageError for bots, to whom the server would say no more than BOT_METHOD_INVALID */
function mustBePerson({ session }: LookUp, what: string): void {
  if (session.user?.bot) throw new UsageError(`bots cannot ${what}; give a @username, an id, or a message`)
}

/** The form in which the API takes somebody. */
export function toInput({ kind, id, hash }: Pick<Known, 'kind' | 'id' | 'hash'>): InputPeer {
  return kind === 'user'
    ? { _: 'inputPeerUser', userId: id, accessHash: hash }
    : { _: 'inputPeerChannel', channelId: id, accessHash: hash }
}

function notSeen(named: ById, { session, notes }: LookUp, cause?: unknown): PeerError {
  const { kind, id, min } = named
  const what = kind === 'user' ? 'user' : 'channel or supergroup'
  const why = min
    ? 'was told to this session in the short form only (min), whose access hash is of no use'
    : 'was never seen by this session, so that its access hash is not known'
  const how = session.user?.bot
    ? 'a bot can name only those who have written to it or are in a chat with it: let them, or give a @username'
    : 'give a @username, or a message or chat that came with it'
  // People take the number out of a link, or out of an object, and forget what bots put in front of it.
  const other = kind === 'user' && notes.book.find('channel', id)
  const hint = other ? `; the channel of that number is ${markedId(other)}` : ''
  return new PeerError('PEER_NOT_SEEN', `${what} ${markedId(named)} ${why}; ${how}${hint}`, { cause })
}
