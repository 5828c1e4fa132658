/**
 * Peers in the forms people have them.
 */
import { UsageError } from '../errors.ts'
import type { ContactsResolvedPeer, InputPeer } from '../tl/generated/api-types.ts'

/** `'me'`, `'empty'` (bots), a `@username`, or an `InputPeer` as it is. */
export type PeerLike = 'me' | 'empty' | (string & {}) | InputPeer

/** A username: 4 to 32 letters, digits and underscores, a letter first; `@` in front is optional. */
const USERNAME = /^@?([a-z]\w{3,31})$/i

/**
 * Turns a peer into an `InputPeer`.
 * @param resolve looks up a username (without `@`)
 * @throws UsageError for a string that names nobody
 */
export async function toInputPeer(
  peer: PeerLike,
  resolve: (username: string) => Promise<ContactsResolvedPeer>,
): Promise<InputPeer> {
  if (typeof peer !== 'string') {
    if (!peer?._?.startsWith('inputPeer')) throw new UsageError(`${describe(peer)} is not a peer; ${EXPECTED}`)
    return peer
  }
  if (peer === 'me' || peer === 'self') return { _: 'inputPeerSelf' }
  if (peer === 'empty') return { _: 'inputPeerEmpty' }
  const username = USERNAME.exec(peer)?.[1]
  if (username === undefined) throw new UsageError(`"${peer}" is not a peer; ${EXPECTED}`)
  return fromResolved(username, await resolve(username))
}

const EXPECTED = "use 'me', 'empty', '@username' or an InputPeer"

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify((value as { _?: unknown })._ ?? 'object')
    : String(value)
}

/** The peer that a lookup found, with the access hash that came with it. */
function fromResolved(username: string, { peer, users, chats }: ContactsResolvedPeer): InputPeer {
  if (peer._ === 'peerUser') {
    const user = users.find((one) => one.id === peer.userId)
    return { _: 'inputPeerUser', userId: peer.userId, accessHash: (user?._ === 'user' && user.accessHash) || 0n }
  }
  if (peer._ === 'peerChannel') {
    const channel = chats.find((one) => one.id === peer.channelId)
    const accessHash = (channel && 'accessHash' in channel && channel.accessHash) || 0n
    return { _: 'inputPeerChannel', channelId: peer.channelId, accessHash }
  }
  if (peer._ === 'peerChat') return { _: 'inputPeerChat', chatId: peer.chatId }
  throw new UsageError(`@${username} is neither a user nor a group nor a channel`)
}
