/**
 * Peers in the forms people have them.
 */
import { hint } from '#explain'
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
  if (peer === 'me') return { _: 'inputPeerSelf' }
  if (peer === 'empty') return { _: 'inputPeerEmpty' }
  if (typeof peer !== 'string' && peer?._?.startsWith('inputPeer')) return peer
  const username = USERNAME.exec(peer as string)?.[1]
  if (!username) {
    const given = typeof peer === 'string' ? peer : (peer?._ ?? typeof peer)
    throw new UsageError(`"${given}" is no peer${hint(`; use 'me', 'empty', '@username' or an InputPeer`) ?? ''}`)
  }
  return fromResolved(await resolve(username))
}

/** The peer that a lookup found, with the access hash that came with it. */
function fromResolved({ peer, users, chats }: ContactsResolvedPeer): InputPeer {
  const [_, id] =
    peer._ === 'peerUser'
      ? (['inputPeerUser', peer.userId] as const)
      : peer._ === 'peerChannel'
        ? (['inputPeerChannel', peer.channelId] as const)
        : (['inputPeerChat', peer.chatId] as const)
  const found = [...users, ...chats].find((one) => one.id === id)
  const accessHash = (found && 'accessHash' in found && found.accessHash) || 0n
  return { _, userId: id, channelId: id, chatId: id, accessHash }
}
