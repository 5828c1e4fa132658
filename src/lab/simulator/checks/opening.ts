/**
 * Rules for what is opened: nothing passes msg_key but what a server sealed with that key; what a session accepts was meant
 * for that session, is of its time, and breaks no rule of the protocol, whoever sealed it.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
 */
import { equal, toHex, view } from '../../../bytes.ts'
import { timeOfMsgId } from '../../../transport/session/clock.ts'
import { Id, type Packet } from '../packets.ts'
import type { Sealed } from './inbox.ts'

/** How old a message may be, and how far ahead of its time, in milliseconds. */
const MAX_AGE = 300_000
const MAX_AHEAD = 30_000
/** The first answer of a key exchange: nothing in it is proved yet but the nonce. */
const RES_PQ = 0x05162463

/** What a session knew when it was given a packet. */
export interface Receiver {
  readonly sessionId: bigint
  /** The server's time by the session's clock; undefined while that is not set by a server. */
  readonly serverTime: number | undefined
  /** Whether it received a message before. */
  readonly seen: (msgId: bigint) => boolean
}

export class OpeningCheck {
  readonly #violate: (detail: string) => void
  readonly #lies = new Map<string, string>()
  readonly #answers: { readonly body: Uint8Array; readonly lie: string | undefined }[] = []

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A server sealed a message that breaks a rule. The same may be sent again later, without the lie. */
  lied({ head, body, padding }: Sealed, lie: string): void {
    this.#lies.set(nameOf({ ...head, length: body.length, padding: padding.length }), lie)
  }

  /** A server sent an answer of a key exchange, with a lie in it or without. */
  answered(body: Uint8Array, lie: string | undefined): void {
    this.#answers.push({ body: body.slice(), lie })
  }

  /** A plaintext has passed msg_key; `genuine` tells whether a server sealed it. */
  opened(genuine: boolean, { msgId }: Packet): void {
    if (!genuine) this.#violate(`what nobody sealed was opened (msg_id ${msgId})`)
  }

  /**
   * A session is about to take a packet.
   * @returns to be called when it was accepted
   */
  receiving(packet: Packet, { sessionId, serverTime, seen }: Receiver): () => void {
    // What was received before is passed over without a look.
    const lie = seen(packet.msgId) ? undefined : this.#lies.get(nameOf(packet))
    const late = serverTime === undefined ? undefined : this.#outOfTime(packet, serverTime, seen)
    return () => {
      if (lie !== undefined) this.#violate(`a message was accepted that breaks a rule: ${lie}`)
      if (packet.sessionId !== sessionId) this.#violate('a message of another session was accepted')
      if (late !== undefined) this.#violate(`msg_id ${late} was accepted at ${serverTime}, out of its time`)
    }
  }

  /** A key exchange went on with an answer. */
  exchanged(body: Uint8Array): void {
    const answer = this.#answers.find((one) => equal(one.body, body.subarray(0, one.body.length)))
    if (answer?.lie !== undefined) this.#violate(`a key exchange went on although a rule was broken: ${answer.lie}`)
    if (answer !== undefined || body.length < 4 || view(body).getUint32(0, true) === RES_PQ) return
    this.#violate(`a key exchange went on with what no server said: ${toHex(body.subarray(0, 4))}…`)
  }

  #outOfTime({ msgId, items }: Packet, serverTime: number, seen: (msgId: bigint) => boolean): bigint | undefined {
    const notice = ({ id }: { readonly id: number }): boolean => id === Id.BAD_SALT || id === Id.BAD_MESSAGE
    // A message about a wrong clock is taken by a wrong clock.
    const ids = items.filter((item) => !notice(item)).map((item) => item.msgId)
    if (!items.some(notice)) ids.push(msgId)
    if (seen(msgId)) return undefined
    return ids.find((id) => {
      const age = serverTime - timeOfMsgId(id)
      return !seen(id) && (age > MAX_AGE || age < -MAX_AHEAD)
    })
  }
}

/** What tells packets apart. */
function nameOf(of: Pick<Packet, 'sessionId' | 'msgId' | 'seqno' | 'length' | 'padding'>): string {
  return [of.sessionId, of.msgId, of.seqno, of.length, of.padding].join(':')
}
