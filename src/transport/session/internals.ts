/**
 * What the parts of a session (reactions to messages, the watch over the connection) may ask of the whole.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { Call } from './call.ts'
import type { ServerClock } from './clock.ts'
import type { Salts } from './salts.ts'
import type { SeenIds } from './seen-ids.ts'

/** Something a researcher or a log would like to know. */
export type SessionEvent =
  /** The server named another salt to use. Which one, no log has to know. */
  | { readonly type: 'salt' }
  /** The server refused a message of ours, with a code of `bad_msg_notification`. */
  | { readonly type: 'bad-message'; readonly code: number; readonly msgId: bigint }
  /** We began a new session. */
  | { readonly type: 'session-reset'; readonly reason: string }
  /** The server began a new session: what it received before may be forgotten. */
  | { readonly type: 'server-session'; readonly uniqueId: bigint }
  /** A call goes out again. */
  | { readonly type: 'resend'; readonly method: string; readonly sendings: number }

export interface SessionInternals {
  readonly options: {
    readonly crypto: Crypto
    readonly clock: ServerClock
    readonly salts: Salts
    readonly onUpdate?: ((reader: TlReader) => void) | undefined
  }
  /** Calls sent and not answered, under each id they were sent with. */
  readonly sent: ReadonlyMap<bigint, Call>
  /** Our `msgs_state_req`, by message id: which messages they asked about. */
  readonly questions: Map<bigint, readonly bigint[]>
  /** Ids of messages received. */
  readonly seen: SeenIds
  /** Id of the last message sent. */
  readonly lastMsgId: bigint
  /** Queues a service message. */
  send(message: ClientMessage, onSent?: (msgId: bigint) => void): void
  /** Acknowledges a message with the next packet. */
  acknowledge(msgId: bigint): void
  /** Queues a call again, under a fresh id. */
  resend(call: Call): void
  /** Drops all traces of a call. */
  forget(call: Call): void
  /** Rejects a call for good. */
  fail(call: Call, error: unknown): void
  /** Notes whether the server knows this connection's `initConnection`. */
  initialized(value: boolean): void
  /** Begins a new session. */
  reset(reason: string): void
  /** A call was answered: a good moment to look whether salts run out. */
  answered(now: number): void
  emit(event: SessionEvent): void
}
