/**
 * What to do when the server does not know a peer that this session has named by what it knew.
 *
 * Access hashes can become stale, names can change hands, a group can become a supergroup. What turned out wrong is forgotten,
 * and who was meant is found again, once. Peers that the caller has named in the form of the API are left alone.
 */
import { messagesGetChats } from '#methods'
import { RpcError } from '../../errors.ts'
import type { InputPeer } from '../../tl/generated/api-types.ts'
import type { PeerSession } from '../peers.ts'
import { type LookUp, lookUp, toInput } from './find.ts'
import type { Named } from './named.ts'
import { notesOf } from './notes.ts'

/** Answers that can mean: what was known of the peer is not so any more. */
const STALE = /^(PEER_ID|USER_ID|CHAT_ID|CHANNEL|SEND_AS_PEER|INPUT_USER)_(INVALID|DEACTIVATED)$|^CHANNEL_PRIVATE$/
/** Seconds for which nothing is asked anew: what was told a moment ago is so. */
const JUST_NOW = 10

/**
 * The same request with the peers that were found anew; undefined when none is another than before.
 * @param fields names of the fields of the request with a peer in them
 */
export async function repair<Request extends object>(
  session: PeerSession,
  request: Request,
  fields: readonly string[],
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<Request | undefined> {
  if (!(error instanceof RpcError && STALE.test(error.type))) return undefined
  const notes = notesOf(session)
  let repaired: Request | undefined
  for (const field of fields) {
    const peer = (request as Readonly<Record<string, InputPeer | undefined>>)[field]
    const named = peer && notes.origins.get(peer)
    if (!named) continue
    const other = await findAgain(peer, named, { session, notes, signal, again: true })
    if (!other || isSame(other, peer)) continue
    repaired = { ...(repaired ?? request), [field]: other }
  }
  return repaired
}

/** Who was meant, as the server has it now; undefined when it cannot be told. */
async function findAgain(peer: InputPeer, named: Named, by: LookUp): Promise<InputPeer | undefined> {
  try {
    // Another call may have found out meanwhile.
    const known = await lookUp(named, { ...by, again: false })
    if (!isSame(known, peer)) return known
    if (peer._ === 'inputPeerChat') return await supergroupOf(peer.chatId, named, by)
    return await askAgain(peer, named, by)
  } catch (error) {
    // The server's first answer says what is wrong; what came of the attempt to mend it does not.
    if (by.signal?.aborted) throw error
    return undefined
  }
}

async function askAgain(peer: InputPeer, named: Named, by: LookUp): Promise<InputPeer | undefined> {
  const { book, now } = by.notes
  if (peer._ !== 'inputPeerUser' && peer._ !== 'inputPeerChannel') return undefined
  const [kind, id] =
    peer._ === 'inputPeerUser' ? (['user', peer.userId] as const) : (['channel', peer.channelId] as const)
  const before = book.find(kind, id)
  if (before && now - before.told < JUST_NOW) return undefined
  book.forget(kind, id, peer.accessHash)
  by.notes.store()
  if (named.kind === 'name' || named.kind === 'phone' || by.session.user?.bot) return lookUp(named, by)
  const name = before?.names[0]
  if (name === undefined) return undefined
  await lookUp({ kind: 'name', name }, by)
  // The name may be somebody else's by now.
  const after = book.find(kind, id)
  return after && toInput(after)
}

/** What a basic group has become. */
async function supergroupOf(chat: bigint, named: Named, { session, notes, signal }: LookUp): Promise<InputPeer> {
  notes.learn(await session.invoke(messagesGetChats, { _: 'messages.getChats', id: [chat] }, { signal }))
  return lookUp(named, { session, notes, signal, again: false })
}

function isSame(one: InputPeer, other: InputPeer): boolean {
  const text = (peer: InputPeer): string => Object.values(peer).join()
  return text(one) === text(other)
}
