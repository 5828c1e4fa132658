/**
 * What the parts of a session (reactions to messages, the watch over the connection) may ask of the whole.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { SecurityError } from '../../errors.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { Call } from './call.ts'
import type { ServerClock } from './clock.ts'
import type { MessageIds } from './message-id.ts'
import type { Outbox, Service } from './outbox.ts'
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

/** What is remembered of a packet sent, until it is told that it was not taken. */
export interface Recent {
  readonly salt: bigint
  readonly services: Service[]
}

export interface SessionInternals {
  readonly options: {
    readonly crypto: Crypto
    readonly clock: ServerClock
    readonly salts: Salts
    readonly onUpdate?: ((reader: TlReader) => void) | undefined
  }
  /** Calls sent and not answered, under each id they were sent with. */
  readonly sent: ReadonlyMap<bigint, Call>
  readonly outbox: Outbox
  /** Ids of messages received. */
  readonly seen: SeenIds
  readonly watch: { askForSalts(session: SessionInternals, now: number): void }
  /** Ids of the server's messages to acknowledge with the next packet. */
  readonly acks: bigint[]
  /** Why the last connection was broken off, until a call is answered. */
  refusal: SecurityError | undefined
  /** What the last packets sent carried, by the ids of their messages and containers. */
  readonly recent: ReadonlyMap<bigint, Recent>
  /** Gives out the ids of our messages. */
  readonly ids: MessageIds
  /** The server has seen this connection's `initConnection`. */
  initialized: boolean
  /** Queues a service message; `asks` makes it a question. */
  send(message: ClientMessage, asks?: readonly bigint[]): void
  /** Waits for what the platform takes its time to unpack. */
  later(done: Promise<void>, failed: (error: unknown) => void): void
  /** Queues a call again, under a fresh id. */
  resend(call: Call): void
  /** Drops all traces of a call. */
  forget(call: Call): void
  /** Rejects a call that the server does not answer. */
  giveUp(call: Call, refused?: { readonly status: number; readonly retryable: false }): void
  /** Rejects a call for good. */
  fail(call: Call, error: unknown): void
  /** Begins a new session. */
  reset(reason: string): void
  emit(event: SessionEvent): void
}
