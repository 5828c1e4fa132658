/**
 * A call: one request of the API on its way through a session, until its answer arrives.
 */
import type { TlReader } from '../../tl/reader.ts'
import type { TlWriter } from '../../tl/writer.ts'

/** What the session needs to know of a request. */
export interface CallRequest {
  /** Name of the method, for messages to people. */
  readonly method: string
  /**
   * Writes the boxed request; called again each time the message has to be sent again, so it must not change, but for what
   * depends on the id of the message it travels in.
   */
  readonly encode: (writer: TlWriter, msgId: bigint) => void
  /** Never wrapped in `initConnection`: the server takes it on a connection that is not initialized. */
  readonly bare?: boolean
  /** About how many bytes it will write; a call of more than {@link SOLO_SIZE} travels in a packet of its own. */
  readonly size?: number
  /** Reads the answer. Throwing rejects this call alone. Called once at most. */
  readonly onResult: (result: TlReader) => void
  /** The answer was an `rpc_error`. */
  readonly onRpcError: (code: number, text: string) => void
  /** There will be no answer. */
  readonly onFailure: (error: unknown) => void
}

/** A request with the session's bookkeeping. The fields are the session's; callers hold it only to cancel it. */
export interface Call {
  readonly request: CallRequest
  /** How it is written: as the request says, or packed. */
  encode: CallRequest['encode']
  /** Message id it was last sent under; 0 while it waits. */
  msgId: bigint
  /** Id of the container it was last sent in, its own if in none. */
  containerId: bigint
  /** Earlier ids: the server may still answer to one of them. */
  formerIds: bigint[]
  /** The last attempt of the connection that had begun when it was made. */
  link: number
  /** When it was last sent, on the monotonic clock. */
  sentAt: number
  /** When it was last asked about with `msgs_state_req`, or sent. */
  askedAt: number
  /** The server has acknowledged it: it will be answered, and is not sent again after a reconnect. */
  acked?: boolean
  /** It was acknowledged on a connection that was lost since: the answer may have been lost with it. */
  orphaned?: boolean | undefined
  /** It was wrapped in `initConnection` when last sent. */
  wrapped?: boolean
  /** It waits in the outbox. */
  queued?: boolean
  /** Nobody waits for its answer any more. */
  cancelled?: boolean
  /** How often it was sent. */
  sendings: number
  /** Its message could not be taken by the server (`bad_msg_notification` of our own making). */
  complaints: number
}

export function createCall(request: CallRequest): Call {
  return {
    request,
    encode: request.encode,
    msgId: 0n,
    containerId: 0n,
    formerIds: [],
    link: -1,
    sentAt: 0,
    askedAt: 0,
    sendings: 0,
    complaints: 0,
  }
}
