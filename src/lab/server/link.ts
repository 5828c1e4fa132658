/**
 * What a session sees of the connection it answers over.
 */
import type { httpWait } from '../../tl/generated/mtproto/types.ts'
import type { KeyRecord } from './auth-keys.ts'
import type { Load } from './outgoing.ts'

export interface Link {
  /** Number of the connection, counted from 1. */
  readonly id: number
  /** The client's address, without its port, where that is known. */
  readonly address?: string | undefined
  /** Seals and sends a message of a session. */
  send(key: KeyRecord, sessionId: bigint, load: Load): void
  /**
   * Asked before each message: false while none can go. The session keeps what it has then, and is told to `flush` when
   * it can. Absent on a stream, which takes everything at any time.
   */
  mayCarry?(): boolean
  /** How long the request that is being taken may wait for its answer: `http_wait`. Absent on a stream. */
  wait?(terms: httpWait): void
  /** Closes with a four-byte transport error, -404 for instance. */
  fail(status: number): void
  /** Closes `seconds` from now unless it is called again before: `ping_delay_disconnect`. */
  disconnectIn(seconds: number): void
  close(): void
}
