/**
 * Peers in every form people have them: an entry of its own, which bundles for browsers pay for only if they use it.
 */
export type { PeerFinder, PeerHolder, PeerLike, PeerSession } from '../peers.ts'
export { findPeer } from './find.ts'
