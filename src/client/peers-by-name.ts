/**
 * Peers by their username: an entry of its own, which bundles for browsers pay for only if they use it.
 */
import { hint } from '#explain'
import { contactsResolveUsername } from '#methods'
import { UsageError } from '../errors.ts'
import type { ContactsResolvedPeer, InputPeer } from '../tl/generated/api-types.ts'
import type { PeerCall } from './peers.ts'

export type { PeerCall, PeerFinder } from './peers.ts'

/** A username: 4 to 32 letters, digits and underscores, a letter first; `@` in front is optional. */
const USERNAME = /^@?([a-z]\w{3,31})$/i

/**
 * Finds who bears a username: for the option `peers`, in bundles for browsers; elsewhere it is built in.
 * @throws UsageError for what is no username
 * @throws RpcError USERNAME_NOT_OCCUPIED and the like
 */
export async function peersByName(peer: unknown, call: PeerCall): Promise<InputPeer> {
  const username = typeof peer === 'string' ? USERNAME.exec(peer)?.[1] : undefined
  if (!username) {
    const given = typeof peer === 'string' ? peer : ((peer as { readonly _?: string } | null)?._ ?? typeof peer)
    throw new UsageError(`"${given}" is no peer${hint(`; use 'me', 'empty', '@username' or an InputPeer`) ?? ''}`)
  }
  return fromResolved(await call(contactsResolveUsername, { _: 'contacts.resolveUsername', username }))
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
