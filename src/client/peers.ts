/**
 * Peers in the forms people have them, and what it takes to find out who is meant.
 *
 * Of the forms only three are understood here, where every byte is paid for: `'me'`, `'empty'`, and an `InputPeer`. All
 * others are the business of a finder (`peers/find.ts`), which is built in on Node, Bun and Deno and an option elsewhere.
 */
import type { Host } from '../host.ts'
import type {
  Chat,
  ContactsResolvedPeer,
  InputChannel,
  InputPeer,
  InputUser,
  Peer,
  User,
} from '../tl/generated/api-types.ts'
import type { Method } from '../tl/method.ts'
import type { InvokeOptions } from '../transport/datacenter.ts'
import type { SessionData } from './session-data.ts'

/** What names somebody by a bare id. */
type BareName = `update${string}` | `requestedPeer${string}` | 'contact'

/** An object that says whose it is: a message, a dialog, an update, full information about somebody. */
export type PeerHolder =
  | { readonly _: string; readonly peerId: Peer }
  | { readonly _: string; readonly peer: Peer }
  | { readonly _: string; readonly message: { readonly _: string; readonly peerId?: Peer | undefined } }
  | { readonly _: string; readonly update: { readonly _: string } }
  | { readonly _: string; readonly updates: readonly { readonly _: string }[] }
  | { readonly _: BareName; readonly userId: bigint }
  | { readonly _: BareName; readonly chatId: bigint }
  | { readonly _: BareName; readonly channelId: bigint }
  | { readonly _: 'userFull' | 'chatFull' | 'channelFull'; readonly id: bigint }
  | { readonly _: string; readonly fullUser: { readonly _: string; readonly id: bigint } }
  | { readonly _: string; readonly fullChat: { readonly _: string; readonly id: bigint } }

/**
 * Who is meant: `'me'` (or `'self'`), `'empty'` (nobody in particular; bots may), a `@username`, a link (`t.me/…`,
 * `tg://…`), a phone number (`+49…`), an id as bots know it (users as they are, groups negative, channels and supergroups
 * with -100 in front), an `InputPeer`, `InputUser` or `InputChannel`, a `Peer`, a user or chat, or anything that says whose
 * it is, such as a message or an update. Bundles for browsers understand `'me'`, `'empty'` and an `InputPeer`, and the rest
 * with the option `peers`.
 */
export type PeerLike =
  | 'me'
  | 'self'
  | 'empty'
  | (string & {})
  | number
  | bigint
  | InputPeer
  | InputUser
  | InputChannel
  | Peer
  | User
  | Chat
  | ContactsResolvedPeer
  | PeerHolder

/** A request in which peers may stand in any form: on Node, Bun and Deno, the calls of a client understand them. */
export type WithPeers<Request> = {
  [Field in keyof Request]: InputPeer extends Request[Field]
    ? Request[Field] | PeerLike
    : Request[Field] extends readonly InputUser[] | readonly InputChannel[]
      ? Request[Field] | readonly PeerLike[]
      : Request[Field]
}

/** What a finder works with: the session that it finds peers for. */
export interface PeerSession {
  /** The account that is logged in. */
  readonly user: SessionData['user']
  readonly options: { readonly host?: Host | undefined }
  /** What is stored of the session; `peers` are the finder's own notes. */
  readonly data: Pick<SessionData, 'keys' | 'peers'>
  /** Stores the session; resolves when that is done. */
  save(): Promise<void>
  /** Calls a method. */
  invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options?: InvokeOptions,
  ): Promise<Result>
}

/**
 * Finds out who is meant.
 * @param peer what is no `InputPeer` yet
 * @throws UsageError for what names nobody
 * @throws PeerError for who is named but cannot be reached
 */
export type PeerFinder = (peer: unknown, session: PeerSession, options?: InvokeOptions) => Promise<InputPeer>

/** A peer in one of the forms that are understood everywhere; undefined for any other. */
export function plainPeer(peer: unknown): InputPeer | undefined {
  if (peer === 'me') return { _: 'inputPeerSelf' }
  if (peer === 'empty') return { _: 'inputPeerEmpty' }
  // Only an object has such a name; whatever else callers without types give has none.
  const given = peer as InputPeer | undefined
  return /^inputPeer/.test(given?._ as string) ? given : undefined
}
