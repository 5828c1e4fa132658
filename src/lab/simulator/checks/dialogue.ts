/**
 * Rules for what a session says next: a session that a server has given up is over, and what the server asks is answered.
 *
 * Source: https://core.telegram.org/mtproto/service_messages_about_messages
 */
import { Id, type Item, type Packet, readIds, readInt, readLong } from '../packets.ts'

/** Codes after which a session is over: sequence numbers that differ, and mistakes in a message. */
const ENDING_CODES: ReadonlySet<number> = new Set([18, 19, 20, 32, 33, 34, 35, 64])
/** Milliseconds within which the server has its answer. */
const REPLY_WITHIN = 5_000

interface Question {
  readonly by: number
  readonly what: string
  readonly isAnsweredBy: (item: Item) => boolean
}

export class DialogueCheck {
  readonly #violate: (detail: string) => void
  /** Messages sent, by session; the session is over when its code stands here. */
  readonly #sent = new Map<bigint, Set<bigint>>()
  readonly #over = new Map<bigint, number>()
  readonly #questions = new Map<bigint, Question[]>()
  /** The link that a session has last used. */
  readonly #links = new Map<bigint, number>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A packet was sent over a link. */
  packet(link: number, { sessionId, msgId, items }: Packet, now: number): void {
    this.#links.set(sessionId, link)
    const over = this.#over.get(sessionId)
    if (over !== undefined) this.#violate(`a session went on after code ${over}`)
    this.#over.delete(sessionId)
    let sent = this.#sent.get(sessionId)
    if (sent === undefined) {
      sent = new Set()
      this.#sent.set(sessionId, sent)
    }
    for (const one of [msgId, ...items.map((item) => item.msgId)]) sent.add(one)
    const open = this.#questions.get(sessionId)?.filter(({ isAnsweredBy }) => !items.some(isAnsweredBy)) ?? []
    for (const { what, by } of open) if (now > by) this.#violate(`nothing was said to ${what}`)
    this.#questions.set(
      sessionId,
      open.filter(({ by }) => now <= by),
    )
  }

  /**
   * A session accepted a packet.
   * @param fresh what is in it that the session had not received before
   * @param seen whether the session has a message
   */
  accepted(sessionId: bigint, fresh: readonly Item[], now: number, seen: (msgId: bigint) => boolean): void {
    for (const item of fresh) {
      const code = item.id === Id.BAD_MESSAGE ? readInt(item, 16) : 0
      if (ENDING_CODES.has(code) && this.#sent.get(sessionId)?.has(readLong(item, 4))) this.#over.set(sessionId, code)
      const asked = question(item, seen)
      if (asked === undefined) continue
      const open = this.#questions.get(sessionId) ?? []
      open.push({ ...asked, by: now + REPLY_WITHIN })
      this.#questions.set(sessionId, open)
    }
  }

  /** A session has lost its connection: what it wanted to say was said to nobody. */
  disconnected(sessionId: bigint): void {
    this.#questions.delete(sessionId)
  }

  /** Clients begin anew: they have nothing more to say in sessions of before. */
  restarted(): void {
    this.#questions.clear()
  }

  /** All is quiet: nothing waits any more, but for what sessions were asked whose connection the client has closed. */
  quiet(now: number, isOpen: (link: number) => boolean): void {
    for (const [sessionId, open] of this.#questions) {
      if (!isOpen(this.#links.get(sessionId) ?? -1)) continue
      for (const { what, by } of open) if (now > by) this.#violate(`nothing was ever said to ${what}`)
    }
  }
}

/** What a message asks. */
function question(item: Item, seen: (msgId: bigint) => boolean): Omit<Question, 'by'> | undefined {
  const { msgId } = item
  const about =
    (id: number, offset: number, asked: bigint) =>
    (reply: Item): boolean =>
      reply.id === id && readLong(reply, offset) === asked
  if (item.id === Id.PING) return { what: 'a ping', isAnsweredBy: about(Id.PONG, 4, msgId) }
  if (item.id === Id.STATE_REQ) return { what: 'msgs_state_req', isAnsweredBy: about(Id.STATE_INFO, 4, msgId) }
  if (item.id !== Id.DETAILED_INFO && item.id !== Id.NEW_DETAILED_INFO) return undefined
  const answer = readLong(item, item.id === Id.DETAILED_INFO ? 12 : 4)
  if (seen(answer)) return undefined
  return {
    what: 'msg_detailed_info',
    isAnsweredBy: (reply) =>
      (reply.id === Id.ACK && readIds(reply).includes(answer)) ||
      (reply.id === Id.RESEND_REQ && readIds(reply).includes(answer)),
  }
}
