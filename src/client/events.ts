/**
 * What a client tells about itself while it works, for logs, progress and research. Nothing is printed by default.
 *
 * docs/events.md says when each of them is told, and with what.
 */
import type { UploadEvent } from '../files/options.ts'
import type { WatchedEvent } from '../transport/observed.ts'
import type { WaitEvent } from './policy.ts'

/** See `ConnectOptions.onEvent`. */
export type ClientEvent =
  | WatchedEvent
  | UploadEvent
  | WaitEvent
  /** Logged in as this account. */
  | { readonly type: 'login'; readonly userId: bigint; readonly dc: number }
  /** The account lives in another datacenter: the client goes there. */
  | { readonly type: 'migrate'; readonly from: number; readonly to: number }
  /** The server had lost parts of a file; this one is sent again. */
  | { readonly type: 'repair'; readonly part: number }
