/**
 * Rules for calls: each is answered once, nothing answered or given up is sent again, and a session keeps no more than its
 * calls need.
 */
import type { CallRequest } from '../../../transport/session/call.ts'

/** Ids that one call may be known by: it is sent at most a dozen times. */
const IDS_A_CALL = 13
/** Service messages that may wait, and questions that may be open, at a time. */
const MOST_SERVICES = 64
const MOST_QUESTIONS = 64

/** Milliseconds within which a call goes out again over the next connection. */
const AGAIN_WITHIN = 10_000

/** What is looked at of a call. */
interface CallState {
  readonly request: CallRequest
  /** The server has said that it has it. */
  readonly acked?: boolean | undefined
}

/** What is looked at of a session. */
export interface SessionState {
  readonly sent: { readonly size: number; values(): Iterable<CallState> }
  readonly seen: { readonly size: number }
  readonly outbox: {
    readonly services: { readonly length: number }
    readonly calls: readonly CallState[]
    readonly questions: { readonly size: number }
  }
}

export class CallCheck {
  readonly #violate: (detail: string) => void
  readonly #capacity: number
  readonly #sessions = new Map<SessionState, number>()
  /** Calls that have to go out again, and until when. */
  readonly #again = new Map<SessionState, Map<CallRequest, number>>()
  readonly #givenUp = new Map<SessionState, number>()
  readonly #ended = new WeakSet<object>()
  /** Sessions of processes that were killed. */
  readonly #dead = new WeakSet<SessionState>()

  /** @param capacity most message ids that a session may remember */
  constructor(violate: (detail: string) => void, capacity: number) {
    this.#violate = violate
    this.#capacity = capacity
  }

  /** A call is made: returns what to make it with, so that its fate is known. */
  watched(session: SessionState, request: CallRequest): CallRequest {
    this.#open(session, 1)
    const over = (): boolean => this.#ended.has(watched)
    const end = (how: string): void => {
      if (over()) this.#violate(`${request.method} had been settled or given up when it was settled by ${how}`)
      else this.#end(session, watched)
    }
    const watched: CallRequest = {
      ...request,
      encode: (...given) => {
        this.#again.get(session)?.delete(watched)
        if (over()) this.#violate(`${request.method} was sent although it had been settled`)
        request.encode(...given)
      },
      onResult: (reader) => {
        end('a result')
        request.onResult(reader)
      },
      onRpcError: (code, text) => {
        end(`error ${code} ${text}`)
        request.onRpcError(code, text)
      },
      onFailure: (error) => {
        // Reading the answer may fail: then the call has had its answer, and is rejected by that.
        if (!over()) end('a failure')
        request.onFailure(error)
      },
    }
    return watched
  }

  /** A caller gave its call up. */
  cancelled(session: SessionState, request: CallRequest): void {
    if (this.#ended.has(request)) return
    this.#givenUp.set(session, (this.#givenUp.get(session) ?? 0) + 1)
    this.#end(session, request)
  }

  /** A session has a connection again: what it sent before and nobody acknowledged has to go out once more, soon. */
  connected(session: SessionState, now: number): void {
    const again = new Map<CallRequest, number>()
    for (const { request, acked } of session.sent.values()) if (!acked) again.set(request, now + AGAIN_WITHIN)
    this.#again.set(session, again)
  }

  /** A session has lost its connection. */
  disconnected(session: SessionState): void {
    this.#again.delete(session)
  }

  /** Looks at what a session remembers. */
  look(session: SessionState, now: number): void {
    for (const [request, by] of this.#again.get(session) ?? []) {
      if (now <= by || this.#ended.has(request) || session.outbox.calls.some((call) => call.request === request))
        continue
      this.#violate(`${request.method} did not go out again over the next connection`)
      this.#again.get(session)!.delete(request)
    }
    const open = this.#sessions.get(session) ?? 0
    const { sent, seen, outbox } = session
    const { questions } = outbox
    if (sent.size > IDS_A_CALL * open) this.#violate(`${sent.size} ids are remembered for ${open} calls`)
    if (outbox.calls.length > open) this.#violate(`${outbox.calls.length} calls wait of ${open}`)
    // Each call given up may be worth a word to the server.
    if (outbox.services.length > MOST_SERVICES + (this.#givenUp.get(session) ?? 0))
      this.#violate(`${outbox.services.length} service messages wait`)
    if (questions.size > MOST_QUESTIONS) this.#violate(`${questions.size} questions are open`)
    if (seen.size > this.#capacity) this.#violate(`${seen.size} message ids are remembered`)
  }

  /** What some sessions had under way is nobody's any more: their process was killed. */
  abandon(isDead: (session: SessionState) => boolean): void {
    for (const session of [...this.#sessions.keys()]) {
      if (!isDead(session)) continue
      this.#dead.add(session)
      this.#sessions.delete(session)
      this.#again.delete(session)
      this.#givenUp.delete(session)
    }
  }

  /** All is over: nothing must be left. */
  finish(): void {
    for (const [{ sent, outbox }, open] of this.#sessions) {
      if (open !== 0) this.#violate(`${open} calls were never settled`)
      if (sent.size > 0) this.#violate(`${sent.size} ids are remembered after the end`)
      if (outbox.calls.length > 0) this.#violate(`${outbox.calls.length} calls wait after the end`)
    }
  }

  #end(session: SessionState, request: CallRequest): void {
    this.#ended.add(request)
    this.#open(session, -1)
  }

  #open(session: SessionState, by: number): void {
    if (!this.#dead.has(session)) this.#sessions.set(session, (this.#sessions.get(session) ?? 0) + by)
  }
}
