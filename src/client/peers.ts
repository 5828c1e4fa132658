/**
 * Peers in the forms people have them.
 */
import type { InputPeer } from '../tl/generated/api-types.ts'
import type { Method } from '../tl/method.ts'

/** `'me'`, `'empty'` (bots), a `@username`, or an `InputPeer` as it is. */
export type PeerLike = 'me' | 'empty' | (string & {}) | InputPeer

/** Calls a method, as `client.call` does. */
export type PeerCall = <Request extends { readonly _: string }, Result>(
  method: Method<Request, Result>,
  request: Request,
) => Promise<Result>

/** Finds a peer by what people call it. @throws UsageError for what names nobody */
export type PeerFinder = (peer: unknown, call: PeerCall) => Promise<InputPeer>

/** Turns a peer into an `InputPeer`; `find` is asked for what is none yet. */
export async function toInputPeer(peer: PeerLike, find: (peer: PeerLike) => Promise<InputPeer>): Promise<InputPeer> {
  if (peer === 'me') return { _: 'inputPeerSelf' }
  if (peer === 'empty') return { _: 'inputPeerEmpty' }
  return typeof peer !== 'string' && peer?._?.startsWith('inputPeer') ? peer : find(peer)
}
