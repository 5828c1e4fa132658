/**
 * Who is meant by whatever somebody has in hand. Nothing is looked up: that an id comes out does not mean that it can be used.
 */
import { UsageError } from '../../errors.ts'
import type { Chat, InputChannel, InputUser, Peer, User } from '../../tl/generated/api-types.ts'
import { byMarkedId, FORMS, type Named } from './named.ts'
import { parseText } from './text.ts'

/** Fields by which an object says whose it is, in the order in which they are asked. */
const HOLDERS = ['peerId', 'peer', 'message', 'update', 'fullUser', 'fullChat'] as const

/** Objects that name somebody by a bare id: updates, entries of lists, who was shared with a bot. */
const BARE = /^(?:update|requestedPeer|channelParticipant|chatParticipant|contact$|messageMediaContact$)/

/** Objects that are in one another at most: an update within updates, its message, the message's peer. */
const MAX_DEPTH = 4

/** An object of the schema that is none of those that are known here. */
interface Other extends Readonly<Partial<Record<(typeof HOLDERS)[number], unknown>>> {
  readonly _: '?'
  readonly updates?: unknown
  readonly channelId?: unknown
  readonly chatId?: unknown
  readonly userId?: unknown
}

/** What has no name of its own in the types: only what is asked of it here. */
type Further =
  | { readonly _: 'userFull' | 'chatFull' | 'channelFull'; readonly id: bigint }
  | { readonly _: 'updateShortMessage'; readonly userId: bigint }
  | { readonly _: 'updateShortChatMessage'; readonly chatId: bigint }
  | Other

/**
 * Who is meant.
 * @param peer see `PeerLike`
 * @throws UsageError for what names nobody
 */
export function identify(peer: unknown): Named {
  if (typeof peer === 'string') return parseText(peer)
  if (typeof peer === 'bigint') return byMarkedId(peer)
  if (typeof peer === 'number') {
    if (Number.isSafeInteger(peer)) return byMarkedId(BigInt(peer))
    throw new UsageError(`${peer} is no id: ids are whole numbers; ${FORMS}`)
  }
  const found = ofObject(peer, MAX_DEPTH)
  if (found) return found
  throw new UsageError(`${describe(peer)} names no user or chat; ${FORMS}`)
}

function ofObject(value: unknown, depth: number): Named | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  const object = value as InputUser | InputChannel | Peer | User | Chat | Further
  switch (object._) {
    case 'inputUserSelf':
      return { kind: 'input', peer: { _: 'inputPeerSelf' } }
    case 'inputUser':
      return { kind: 'input', peer: { ...object, _: 'inputPeerUser' } }
    case 'inputUserFromMessage':
      return { kind: 'input', peer: { ...object, _: 'inputPeerUserFromMessage' } }
    case 'inputChannel':
      return { kind: 'input', peer: { ...object, _: 'inputPeerChannel' } }
    case 'inputChannelFromMessage':
      return { kind: 'input', peer: { ...object, _: 'inputPeerChannelFromMessage' } }
    case 'peerUser':
    case 'updateShortMessage':
      return byId('user', object.userId)
    case 'peerChat':
    case 'updateShortChatMessage':
      return byId('chat', object.chatId)
    case 'peerChannel':
      return byId('channel', object.channelId)
    case 'user': {
      const { id, accessHash, self, min } = object
      if (self) return { kind: 'input', peer: { _: 'inputPeerSelf' } }
      if (min || accessHash === undefined) return byId('user', id, min)
      return { kind: 'input', peer: { _: 'inputPeerUser', userId: id, accessHash } }
    }
    case 'channel':
    case 'channelForbidden': {
      const { id, accessHash } = object
      const min = object._ === 'channel' && object.min
      if (min || accessHash === undefined) return byId('channel', id, min)
      return { kind: 'input', peer: { _: 'inputPeerChannel', channelId: id, accessHash } }
    }
    case 'chat':
      // A group that has become a supergroup takes nothing any more.
      return (object.migratedTo && ofObject(object.migratedTo, 1)) ?? byId('chat', object.id)
    case 'userEmpty':
    case 'userFull':
      return byId('user', object.id)
    case 'chatEmpty':
    case 'chatForbidden':
    case 'chatFull':
      return byId('chat', object.id)
    case 'channelFull':
      return byId('channel', object.id)
    default:
      return ofHolder(object as Other, depth - 1)
  }
}

/** Whose an object is: the first of its fields that says so. */
function ofHolder(object: Other, depth: number): Named | undefined {
  const { updates } = object
  const inner: unknown[] = [
    ...HOLDERS.map((field) => object[field]),
    ...(Array.isArray(updates) ? (updates as unknown[]) : []),
  ]
  for (const one of inner) {
    const found = ofObject(one, depth)
    if (found) return found
  }
  const { _, channelId, chatId, userId } = object
  if (!BARE.test(_)) return undefined
  return byId('channel', channelId) ?? byId('chat', chatId) ?? byId('user', userId)
}

/** Ids are bigints; who reads them from JSON may have numbers or strings. */
function byId(kind: 'user' | 'chat' | 'channel', id: unknown, min = false): Named | undefined {
  const number = typeof id === 'bigint' ? id : /^\d+$/.test(String(id)) ? BigInt(String(id)) : 0n
  return number > 0n ? { kind, id: number, ...(min && { min }) } : undefined
}

/** What was given, in words. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return `${value}`
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Promise) return 'a Promise, which has to be awaited first,'
  const { _ } = value as { readonly _?: unknown }
  return typeof _ === 'string' ? `an object of the kind ${_}` : 'an object without a constructor in "_"'
}
