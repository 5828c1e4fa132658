/**
 * Calls that take peers in any form, learn from what they are answered, and are made once more when a peer that was known
 * turns out to be another by now.
 */
import { UsageError } from '../../errors.ts'
import type { InputChannel, InputPeer, InputUser } from '../../tl/generated/api-types.ts'
import { type PeerFinder, type PeerSession, plainPeer } from '../peers.ts'
import { notesOf } from './notes.ts'
import { repair } from './repair.ts'

/** Fields of requests that the schema gives the type InputPeer. */
const PEERS = ['peer', 'fromPeer', 'toPeer', 'sendAs', 'savedPeerId', 'parentPeer'] as const
/** Methods whose field `id` is a list of users, or of channels, and what makes one of a peer. */
const LISTS: Readonly<Record<string, (peer: InputPeer) => unknown>> = {
  'users.getUsers': toInputUser,
  'channels.getChannels': toInputChannel,
}

/**
 * Makes a call.
 * @param find finds peers that are in no form of the API yet
 * @param call makes it with a request as the API takes it
 */
export async function callWithPeers<Request extends { readonly _: string }, Result>(
  session: PeerSession,
  request: Request,
  find: PeerFinder,
  signal: AbortSignal | undefined,
  call: (request: Request) => Promise<Result>,
): Promise<Result> {
  const named = await withPeers(request, async (peer) => plainPeer(peer) ?? find(peer, session, { signal }))
  let result: Result
  try {
    result = await call(named)
  } catch (error) {
    const repaired = await repair(session, named, PEERS, error, signal)
    if (!repaired) throw error
    result = await call(repaired)
  }
  // Of a login that is under way it is not known yet whose it will be.
  if (session.user) notesOf(session).learn(result)
  return result
}

/** The request with peers as the API takes them. */
async function withPeers<Request extends { readonly _: string }>(
  request: Request,
  find: (peer: unknown) => Promise<InputPeer>,
): Promise<Request> {
  if (typeof request !== 'object' || request === null) {
    throw new UsageError(
      `a call takes a request, an object with the name of its method in "_", not ${request as string}`,
    )
  }
  // Callers without types may give anything; what is wrong with it is found when it is written.
  const fields = request as Readonly<Record<string, unknown>>
  let named = request
  for (const field of PEERS) {
    const value = fields[field]
    if (value === undefined || isInput(value)) continue
    named = { ...named, [field]: await find(value) }
  }
  // A story is named by whose it is, within the media.
  const media = fields.media as { readonly _?: unknown; readonly peer?: unknown } | null | undefined
  if (media?._ === 'inputMediaStory' && !isInput(media.peer))
    named = { ...named, media: { ...media, peer: await find(media.peer) } }
  const make = LISTS[String(fields._)]
  const { id } = fields
  if (make && Array.isArray(id)) {
    const one = async (value: unknown): Promise<unknown> =>
      isInput(value) && !value._.startsWith('inputPeer') ? value : make(await find(value))
    named = { ...named, id: await Promise.all(id.map(one)) }
  }
  return named
}

/** A user as a user, not as a peer. @throws UsageError for chats */
function toInputUser(peer: InputPeer): InputUser {
  switch (peer._) {
    case 'inputPeerSelf':
      return { _: 'inputUserSelf' }
    case 'inputPeerUser':
      return { ...peer, _: 'inputUser' }
    case 'inputPeerUserFromMessage':
      return { ...peer, _: 'inputUserFromMessage' }
    default:
      throw new UsageError(`users.getUsers takes users, got ${peer._}`)
  }
}

/** A supergroup or channel as such. @throws UsageError for others */
function toInputChannel(peer: InputPeer): InputChannel {
  switch (peer._) {
    case 'inputPeerChannel':
      return { ...peer, _: 'inputChannel' }
    case 'inputPeerChannelFromMessage':
      return { ...peer, _: 'inputChannelFromMessage' }
    default:
      throw new UsageError(`channels.getChannels takes supergroups and channels, got ${peer._}`)
  }
}

/** Whether something is in a form of the API already. */
function isInput(value: unknown): value is { readonly _: string } {
  const { _ } = (value ?? {}) as { readonly _?: unknown }
  return typeof _ === 'string' && _.startsWith('input')
}
