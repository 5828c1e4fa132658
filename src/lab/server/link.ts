/**
 * What a session sees of the connection it answers over.
 */
import type { KeyRecord } from './auth-keys.ts'
import type { Load } from './outgoing.ts'

export interface Link {
  /** Number of the connection, counted from 1. */
  readonly id: number
  /** Seals and sends a message of a session. */
  send(key: KeyRecord, sessionId: bigint, load: Load): void
  /** Closes with a four-byte transport error, -404 for instance. */
  fail(status: number): void
  /** Closes `seconds` from now unless it is called again before: `ping_delay_disconnect`. */
  disconnectIn(seconds: number): void
  close(): void
}
