/**
 * Peers in every form people have them: an entry of its own, which bundles for browsers pay for only if they use it.
 */
import type { InputPeer } from '../../tl/generated/api-types.ts'
import type { InvokeOptions } from '../../transport/datacenter.ts'
import type { PeerSession } from '../peers.ts'
import { callWithPeers } from './calls.ts'
import { findPeer as find } from './find.ts'

export type { PeerFinder, PeerHolder, PeerLike, PeerSession } from '../peers.ts'

/** Sessions whose calls pass through here. */
const taught = new WeakSet<PeerSession>()

/**
 * Finds who is meant, in every form of `PeerLike`: for the option `peers`, in bundles for browsers; elsewhere it is built in.
 * What it learns is kept in the session. From the first peer on that it finds, all calls of the client take peers in any form,
 * teach it, and are made once more when a peer that was known turns out to be another by now.
 *
 * ```ts
 * import { findPeer } from 'mtproto-upload/peers'
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, peers: findPeer })
 * ```
 * @throws UsageError for what names nobody
 * @throws PeerError PEER_NOT_SEEN for an id whose access hash this session was never told, PEER_NOT_JOINED for an invite link
 *   to a chat that the account is not in
 * @throws RpcError USERNAME_NOT_OCCUPIED, USERNAME_INVALID, PHONE_NOT_OCCUPIED and the like
 */
export function findPeer(peer: unknown, session: PeerSession, options?: InvokeOptions): Promise<InputPeer> {
  if (!taught.has(session)) {
    taught.add(session)
    const plain = session.invoke.bind(session)
    session.invoke = (method, request, how = {}) =>
      callWithPeers(session, request, find, how.signal, (named) => plain(method, named, how))
  }
  return find(peer, session, options)
}
