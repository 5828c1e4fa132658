/**
 * Rules for acknowledgements and salts: whatever a client accepted and has to acknowledge, it acknowledges with what it
 * sends next, or soon by itself; and once it was told a salt, it does not go back to an older one.
 *
 * Source: https://core.telegram.org/mtproto/service_messages_about_messages#acknowledgment-of-receipt
 */
import { Id, type Packet, readIds, readLong, readSalts } from '../packets.ts'

/** Milliseconds that an acknowledgement may wait for company. */
const MAY_WAIT = 300

interface SessionState {
  readonly key: string
  readonly link: number
  /** Message ids to acknowledge, and when they were accepted last. */
  readonly owed: Map<bigint, number>
  /**
   * Message ids that may be acknowledged although they did not come now: the server has told of them, or has not taken what
   * they were acknowledged with.
   */
  readonly told: Set<bigint>
  readonly acked: Set<bigint>
}

export class AckCheck {
  readonly #violate: (detail: string) => void
  readonly #sessions = new Map<bigint, SessionState>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A session accepted a packet. */
  accepted({ sessionId, items }: Packet, now: number): void {
    const { owed, told, acked } = this.#sessions.get(sessionId) ?? {}
    for (const item of items) {
      if ((item.seqno & 1) === 1) owed?.set(item.msgId, now)
      if (item.id === Id.DETAILED_INFO) told?.add(readLong(item, 12))
      if (item.id === Id.NEW_DETAILED_INFO) told?.add(readLong(item, 4))
      if (item.id === Id.BAD_SALT || item.id === Id.BAD_MESSAGE) for (const id of acked ?? []) told?.add(id)
    }
  }

  /** A client sent a packet over a link, sealed with a key. */
  packet({ sessionId, items }: Packet, now: number, key: string, link: number): void {
    const { owed, told, acked } = this.#sessions.get(sessionId) ?? freshState()
    this.#sessions.set(sessionId, { key, link, owed, told, acked })
    for (const item of items) {
      if (item.id !== Id.ACK) continue
      for (const id of readIds(item)) {
        if (!owed.delete(id) && !told.has(id)) this.#violate(`message ${id} was acknowledged, and not received before`)
        acked.add(id)
      }
    }
    for (const [id, at] of owed) {
      if (now <= at + MAY_WAIT) continue
      this.#violate(`message ${id} of ${Math.round(now - at)} ms ago was not acknowledged with what was sent after it`)
      owed.delete(id)
    }
  }

  /** All is quiet: nothing must be owed where the link still stands. */
  quiet(now: number, isOpen: (link: number) => boolean): void {
    for (const [sessionId, { owed, link }] of this.#sessions) {
      if (!isOpen(link)) continue
      for (const [id, at] of owed) {
        if (now > at + MAY_WAIT) this.#violate(`message ${id} was never acknowledged (session ${sessionId})`)
      }
    }
  }
}

function freshState(): Pick<SessionState, 'owed' | 'told' | 'acked'> {
  return { owed: new Map(), told: new Set(), acked: new Set() }
}

interface SaltState {
  readonly used: Set<bigint>
  readonly stale: Set<bigint>
  /** The last salt that a server named. */
  told: bigint | undefined
  /** The one that the client uses. */
  current: bigint
}

export class SaltCheck {
  readonly #violate: (detail: string) => void
  readonly #keys = new Map<string, SaltState>()
  /** Which salt a message of a session went out with. */
  readonly #carried = new Map<string, bigint>()
  readonly #keyOf = new Map<bigint, string>()
  /** Messages taken before, by session and id: a repetition tells nothing. */
  readonly #seen = new Set<string>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A client begins anew from what it stored: what it was told since may be lost to it. */
  restarted(): void {
    this.#keys.clear()
  }

  /** A client sent a packet, sealed with a key. */
  packet({ sessionId, msgId, salt, items }: Packet, key: string): void {
    let state = this.#keys.get(key)
    if (state === undefined) {
      state = { used: new Set(), stale: new Set(), told: undefined, current: salt }
      this.#keys.set(key, state)
    }
    this.#keyOf.set(sessionId, key)
    if (state.stale.has(salt)) this.#violate(`salt ${salt} was used after the server had named ${state.told}`)
    state.used.add(salt)
    state.current = salt
    for (const one of [msgId, ...items.map((item) => item.msgId)]) this.#carried.set(`${sessionId}:${one}`, salt)
  }

  /** A session accepted a packet. */
  accepted({ sessionId, items }: Packet): void {
    const state = this.#keys.get(this.#keyOf.get(sessionId) ?? '')
    // A notification may end the session at once; what stands beside it is then about messages nobody knows.
    const doubtful = items.some(({ id }) => id === Id.BAD_MESSAGE)
    for (const item of items) {
      const seen = `${sessionId}:${item.msgId}`
      if (this.#seen.has(seen)) continue
      this.#seen.add(seen)
      const salts = readSalts(item)
      if (state === undefined || salts === undefined) continue
      for (const salt of salts.later) state.stale.delete(salt)
      if (salts.now === undefined || doubtful) continue
      // What is said of a message with an older salt is late: the client has been told since.
      if ((this.#carried.get(`${sessionId}:${salts.about}`) ?? state.current) !== state.current) continue
      state.current = salts.now
      for (const salt of state.used) if (salt !== salts.now) state.stale.add(salt)
      state.stale.delete(salts.now)
      state.told = salts.now
    }
  }
}
