/**
 * Rules for what goes out again: nothing without a reason; what the server has not got, soon; and no answer to a call that
 * waits for one is passed over.
 *
 * Source: https://core.telegram.org/mtproto/service_messages_about_messages
 */
import { Id, type Item, type Packet, readBytes, readIds, readLong } from '../packets.ts'
import { PART } from './parts.ts'

/** Milliseconds within which what was lost has to go out again. */
const AGAIN_WITHIN = 10_000
/** Milliseconds that pass at least before a call goes out again that the server was asked about, and says nothing of. */
const SILENCE = 19_000
/** Flag of a status: there is an answer. */
const ANSWERED = 64

/** What is looked at of a call. */
export interface SentCall {
  readonly msgId: bigint
  readonly containerId: bigint
  readonly queued?: boolean | undefined
  /** The server has said that it has it. */
  readonly acked?: boolean | undefined
  readonly cancelled?: boolean | undefined
  readonly request: { readonly method: string }
}

/** What is looked at of a session. */
export interface ResendingSession {
  readonly id: bigint
  readonly sent: ReadonlyMap<bigint, SentCall>
  readonly seen: { has(msgId: bigint): boolean }
  readonly outbox: { readonly questions: ReadonlyMap<bigint, readonly bigint[]> }
}

interface CallState {
  /** Session that it was last sent in, and how often it was. */
  sessionId: bigint
  sendings: number
  /** It may be sent once more. */
  reason: boolean
  /** The server had it before the connection was lost; it may be sent again when the server is silent about it. */
  orphaned?: boolean
  /** When the server was first asked about it on this connection. */
  askedAt?: number | undefined
}

export class ResendCheck<Session extends ResendingSession> {
  readonly #violate: (detail: string) => void
  readonly #onSending: (call: SentCall, sessionId: bigint) => void
  readonly #sessions = new Map<bigint, Session>()
  readonly #calls = new WeakMap<SentCall, CallState>()
  /** Calls that have to go out again, by when, and under which id they went before. */
  readonly #due = new Map<Session, Map<SentCall, { readonly by: number; readonly msgId: bigint }>>()

  /** @param onSending told of each call as it is sent */
  constructor(violate: (detail: string) => void, onSending: (call: SentCall, sessionId: bigint) => void = () => {}) {
    this.#violate = violate
    this.#onSending = onSending
  }

  /** A session has a connection: what it sent on an earlier one, and the server did not acknowledge, may have been lost. */
  connected(session: Session): void {
    this.#sessions.set(session.id, session)
    for (const call of session.sent.values()) {
      const state = this.#calls.get(call)
      if (state === undefined) continue
      state.reason ||= call.acked !== true
      state.orphaned = call.acked === true
      state.askedAt = undefined
    }
  }

  /** It has lost it. */
  disconnected(session: Session): void {
    this.#due.delete(session)
  }

  /** A packet was sent. */
  packet({ sessionId, items }: Packet, now: number): void {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    for (const item of items) {
      const { msgId } = item
      if (item.id === Id.STATE_REQ) this.#asked(session, readIds(item), now)
      const call = session.sent.get(msgId)
      if (call === undefined) continue
      this.#onSending(call, sessionId)
      this.#due.get(session)?.delete(call)
      const state = this.#calls.get(call)
      if (state === undefined) {
        this.#calls.set(call, { sessionId, sendings: 1, reason: false })
        continue
      }
      const silence = state.orphaned === true && now >= (state.askedAt ?? now) + SILENCE
      if (state.sessionId === sessionId && !state.reason && !silence)
        this.#violate(`${call.request.method} was sent again without a reason`)
      this.#calls.set(call, { sessionId, sendings: state.sendings + 1, reason: false })
    }
  }

  /**
   * A session is about to take a packet.
   * @returns to be called when it was accepted
   */
  receiving(session: Session, { items }: Packet, now: number): () => void {
    this.#sessions.set(session.id, session)
    const { id } = session
    const fresh = items.filter(({ msgId }) => !session.seen.has(msgId))
    const lost = fresh.flatMap((item) => lostBy(session, item))
    const told = fresh.flatMap((item) => toldOf(session, item))
    const answered = fresh.flatMap((item) => {
      const call = item.id === Id.RPC_RESULT ? session.sent.get(readLong(item, 4)) : undefined
      return call === undefined ? [] : [call]
    })
    for (const call of [...lost, ...answered]) this.#mayGo(call)
    for (const { call, status } of told) this.#told(call, status)
    return () => {
      // All may go out again in a new session.
      if (session.id !== id) return
      for (const call of answered) {
        const waits = session.sent.get(call.msgId) === call && call.queued !== true
        if (waits) this.#violate(`the answer to ${call.request.method} was passed over`)
      }
      const due = this.#due.get(session) ?? new Map<SentCall, { by: number; msgId: bigint }>()
      this.#due.set(session, due)
      for (const call of lost) due.set(call, { by: now + AGAIN_WITHIN, msgId: call.msgId })
      for (const [call, { by, msgId }] of due) {
        // Answered, given up, or waiting behind others.
        if (session.sent.get(msgId) !== call || call.queued === true) due.delete(call)
        else if (now > by) {
          this.#violate(`the server has not got ${call.request.method}, and it did not go out again`)
          due.delete(call)
        }
      }
    }
  }

  #asked({ sent }: Session, ids: readonly bigint[], now: number): void {
    for (const id of ids) {
      const call = sent.get(id)
      const state = call && this.#calls.get(call)
      if (state) state.askedAt ??= now
    }
  }

  /** The server has told the status of a call: it has not got it, is at work on it, or has an answer. */
  #told(call: SentCall, status: number): void {
    const state = status & 7
    if (state >= 1 && state <= 3) this.#mayGo(call)
    const its = this.#calls.get(call)
    // Its answer may have been lost with a connection, and a part that is made twice does no harm.
    if (its?.orphaned && status >= ANSWERED && PART.test(call.request.method)) this.#mayGo(call)
    if (its && state === 4 && (status & ANSWERED) === 0) its.orphaned = false
  }

  #mayGo(call: SentCall): void {
    const state = this.#calls.get(call)
    if (state !== undefined) state.reason = true
  }
}

/** Calls that the server says it has not got, or asks for. */
function lostBy({ sent }: ResendingSession, item: Item): SentCall[] {
  const calls = [...new Set(sent.values())]
  const named = (ids: readonly bigint[]): SentCall[] =>
    calls.filter(({ msgId, containerId }) => ids.includes(msgId) || ids.includes(containerId))
  if (item.id === Id.BAD_SALT) return named([readLong(item, 4)])
  if (item.id === Id.BAD_MESSAGE) return named([readLong(item, 4)])
  if (item.id === Id.RESEND_REQ) return named(readIds(item))
  if (item.id !== Id.NEW_SESSION) return []
  const first = readLong(item, 4)
  return calls.filter(({ containerId }) => containerId < first)
}

/** What a message tells of the calls that the server was asked about. */
function toldOf(
  { sent, outbox }: ResendingSession,
  item: Item,
): { readonly call: SentCall; readonly status: number }[] {
  const info = item.id === Id.STATE_INFO
  if (!info && item.id !== Id.ALL_INFO) return []
  const ids = info ? (outbox.questions.get(readLong(item, 4)) ?? []) : readIds(item)
  const statuses = readBytes(item, info ? 12 : 12 + 8 * ids.length)
  return ids.flatMap((id, i) => {
    const call = sent.get(id)
    return call?.msgId === id ? [{ call, status: statuses[i] ?? 0 }] : []
  })
}
