/**
 * The account of Node, Bun and Deno, where bytes do not count: its calls take peers in any form, and learn from what they are
 * answered.
 */
import { UsageError } from '../../errors.ts'
import type { InputChannel, InputPeer, InputUser } from '../../tl/generated/api-types.ts'
import type { Method } from '../../tl/method.ts'
import { Account as PlainAccount } from '../account.ts'
import type { CallOptions } from '../other-datacenters.ts'
import { plainPeer } from '../peers.ts'
import { findPeer } from './find.ts'
import { notesOf } from './notes.ts'
import { repair } from './repair.ts'

/** Fields of requests that the schema gives the type InputPeer. */
const PEERS = ['peer', 'fromPeer', 'toPeer', 'sendAs', 'savedPeerId', 'parentPeer'] as const
/** Methods whose field `id` is a list of users, or of channels, and what makes one of a peer. */
const LISTS: Readonly<Record<string, (peer: InputPeer) => unknown>> = {
  'users.getUsers': toInputUser,
  'channels.getChannels': toInputChannel,
}

export class Account extends PlainAccount {
  override async invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Result> {
    const { signal } = options
    const named = await withPeers(this, request, signal)
    let result: Result
    try {
      result = await super.invoke(method, named, options)
    } catch (error) {
      const repaired = await repair(this, named, PEERS, error, signal)
      if (!repaired) throw error
      result = await super.invoke(method, repaired, options)
    }
    // Of a login that is under way it is not known yet whose it will be.
    if (this.user) notesOf(this).learn(result)
    return result
  }

  override close(): Promise<void> {
    void notesOf(this).flush()
    return super.close()
  }
}

/** The request with peers as the API takes them. */
async function withPeers<Request extends { readonly _: string }>(
  account: Account,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Request> {
  const find = async (peer: unknown): Promise<InputPeer> => {
    const { peers = findPeer } = account.options
    return plainPeer(peer) ?? peers(peer, account, { signal })
  }
  // Callers without types may give anything; what is wrong with it is found when it is written.
  const fields = (request ?? {}) as Readonly<Record<string, unknown>>
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
