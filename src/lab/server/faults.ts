/**
 * Everything a test can make the server do wrong, in one place.
 *
 * The server asks these hooks at the points where a real one, or the network, or an attacker, may misbehave. Without
 * hooks it keeps to the rules.
 */
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import type { AnyRequest } from '../../tl/generated/server/requests.ts'
import type { TlEncode } from '../../tl/method.ts'
import type { MessageHead } from '../../transport/session/envelope.ts'

/** One decoded request, as it reached the server. */
export interface RequestInfo {
  /** Number of the connection, counted from 1. */
  readonly connection: number
  readonly keyId: bigint
  readonly sessionId: bigint
  readonly msgId: bigint
  /** Layer the key speaks, 0 before the first `invokeWithLayer`. */
  readonly layer: number
  readonly userId: bigint | undefined
  /** Without the wrappers around it. */
  readonly request: AnyRequest
  /** How many requests of this method the server has seen, this one included. */
  readonly count: number
}

/** What to do instead of carrying a request out. */
export type CallFault =
  /** Answer `rpc_error`. */
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  /** Answer with these bytes as the result, without carrying the request out. */
  | { readonly kind: 'answer'; readonly encode: TlEncode }
  /** Carry it out after so many milliseconds, or then do what `next` says. */
  | { readonly kind: 'delay'; readonly ms: number; readonly next?: CallFault }
  /** Never answer; `execute` says whether it is carried out all the same. */
  | { readonly kind: 'silence'; readonly execute?: boolean }
  /** Close the connection: before the request is carried out, or after it, with the answer kept back. */
  | { readonly kind: 'disconnect'; readonly execute?: boolean }
  /** Refuse the message with `bad_msg_notification`, or `bad_server_salt` for 48. */
  | { readonly kind: 'bad-message'; readonly code: number }
  /** Close with a transport error such as -404 or -429. */
  | { readonly kind: 'transport-error'; readonly status: number }

/** Where in the key exchange a message stands. */
export type ExchangeStep = 'resPQ' | 'server_DH_params' | 'server_DH_inner_data' | 'set_client_DH_params_answer'

/** Faults of the key exchange. */
export interface ExchangeFaults {
  /** How many times to answer `dh_gen_retry` before the key is accepted. */
  retries?: number
  /** Answer `dh_gen_fail` instead of accepting the key. */
  fail?: boolean
  /** Answer `server_DH_params_fail` to a correct `req_DH_params`. */
  refuseParams?: boolean
  /** Replaces a message before it is sent, or before it is encrypted in the case of `server_DH_inner_data`. */
  tamper?(step: ExchangeStep, message: ServerMessage): ServerMessage
}

/** An encrypted message about to be sealed. */
export interface OutgoingPlain {
  readonly head: MessageHead
  readonly body: Uint8Array
  /** Instead of random padding: 12 to 1024 bytes that make the plaintext a multiple of 16. */
  readonly padding?: Uint8Array
}

/** Hooks; each may be absent. They can be changed while the server runs. */
export interface Faults {
  exchange?: ExchangeFaults
  /** Milliseconds by which the server's clock is ahead of its host's. */
  clockOffset?: number
  /** Asked for every request once it is decoded; `undefined` lets it pass. */
  onRequest?(info: RequestInfo): CallFault | undefined
  /** Told of every transport error that is sent, and over which connection. */
  onTransportError?(status: number, connection: number): void
  /** Changes a message before it is sealed with the right key: what a lying server can do. */
  onSeal?(plain: OutgoingPlain): OutgoingPlain
  /** Packets to send instead of this one, none to drop it: what the network or an attacker can do. */
  onSend?(packet: Uint8Array): readonly Uint8Array[]
}
