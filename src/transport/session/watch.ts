/**
 * Watches over a connection's life: pings when it is quiet, asks about calls that stay unanswered, tells when nobody is
 * there any more.
 *
 * TCP alone notices a dead link after many minutes. A `ping_delay_disconnect` that stays unanswered tells within seconds,
 * and makes the server close a connection that we have lost.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#ping-messages-pingpong
 */
import { NEVER } from '../../host.ts'
import type { SessionInternals } from './internals.ts'
import {
  ASK_AFTER,
  DISCONNECT_DELAY,
  GIVE_UP,
  LOOK_EVERY,
  MAX_IDS,
  MAX_QUESTIONS,
  PING_BUSY,
  PING_IDLE,
  PONG_WITHIN,
  SALTS_AHEAD,
  SALTS_COUNT,
  SALTS_EVERY,
  SLOWEST,
} from './limits.ts'

/** When a call was asked about that has to be asked about at once. */
export const LONG_AGO: number = -NEVER

export class Watch {
  #connected = false
  #heard = 0
  #pingSent = NEVER
  /** When the server was last asked to close this connection unless it is asked again: only another ping puts that off. */
  #asked = NEVER
  /** When the carrier last moved bytes that had to wait: on a line that has become slow, calls wait behind them. */
  #moved = 0
  #pings = 0n
  #lookAt = NEVER
  #saltsDue = 0

  connected(now: number): void {
    this.#connected = true
    this.#lookAt = now
    this.#asked = NEVER
    this.received(now)
  }

  disconnected(): void {
    this.#connected = false
  }

  /** A packet arrived that was genuine. */
  received(now: number): void {
    this.#heard = now
    this.#pingSent = NEVER
  }

  /** The carrier moved bytes of ours: the other side is taking them, so it is not dead. */
  moved(now: number): void {
    this.#heard = this.#moved = now
    if (this.#pingSent < NEVER) this.#pingSent = now
  }

  tick(session: SessionInternals, now: number): 'alive' | 'dead' {
    if (!this.#connected) return 'alive'
    if (now >= this.#due(session)) {
      if (this.#pingSent < NEVER) return 'dead'
      this.ping(session, now)
    }
    if (now >= this.#lookAt) this.#askForAnswers(session, now)
    return 'alive'
  }

  /** Asks the server for a sign of life. */
  ping(session: SessionInternals, now: number): void {
    this.#pingSent = this.#asked = now
    session.send({ _: 'ping_delay_disconnect', pingId: ++this.#pings, disconnectDelay: DISCONNECT_DELAY })
  }

  /** Once a call was answered and salts are about to run out, asks for the next ones. */
  askForSalts(session: SessionInternals, now: number): void {
    const { salts, clock } = session.options
    if (salts.knownUntil - clock.serverTime() / 1000 > SALTS_AHEAD || now < this.#saltsDue) return
    this.#saltsDue = now + SALTS_EVERY
    session.send({ _: 'get_future_salts', num: SALTS_COUNT }, [])
  }

  deadline(session: SessionInternals): number {
    if (!this.#connected) return NEVER
    return Math.min(this.#due(session), session.sent.size > 0 ? this.#lookAt : NEVER)
  }

  /** A message left. */
  sent(now: number): void {
    if (this.#lookAt === NEVER) this.#lookAt = now + LOOK_EVERY
  }

  /** When it is time for a ping, or for its answer. */
  #due(session: SessionInternals): number {
    if (this.#pingSent === NEVER && this.#heard > this.#asked + PING_IDLE) return this.#heard
    if (this.#pingSent === NEVER) return this.#heard + (session.sent.size > 0 ? PING_BUSY : PING_IDLE)
    let bytes = 0
    for (const call of session.sent.values()) bytes += call.request.size ?? 0
    return this.#pingSent + PONG_WITHIN + bytes / SLOWEST
  }

  #askForAnswers(session: SessionInternals, now: number): void {
    this.#lookAt = session.sent.size > 0 ? now + LOOK_EVERY : NEVER
    const ids: bigint[] = []
    for (const [msgId, call] of session.sent) {
      if (msgId !== call.msgId) continue
      if (now >= Math.max(call.sentAt, this.#moved) + GIVE_UP) {
        session.giveUp(call)
      } else if (now >= call.askedAt + ASK_AFTER) {
        if (call.orphaned && call.askedAt > LONG_AGO) session.resend(call)
        else if (ids.length < MAX_IDS) {
          call.askedAt = now
          ids.push(msgId)
        }
      }
    }
    if (session.outbox.questions.size >= MAX_QUESTIONS) session.outbox.questions.clear()
    if (ids.length > 0) session.send({ _: 'msgs_state_req', msgIds: ids }, ids)
  }
}
