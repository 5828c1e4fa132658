/**
 * What a session has received: the ids and sequence numbers of the client's last messages, and what became of them.
 *
 * From it come the answers to duplicates, the notifications about bad ids and sequence numbers, and the status bytes of
 * `msgs_state_info`.
 *
 * Sources: https://core.telegram.org/mtproto/service_messages_about_messages#notice-of-ignored-error-message,
 * https://core.telegram.org/mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages
 */

/** How many messages are remembered for each session. */
export const REMEMBERED = 2000

/** A message may be this old, or this far ahead of the server's clock, in seconds. */
export const MAX_AGE = 300
export const MAX_AHEAD = 30

/** What `bad_msg_notification` says, by its number. */
export const BadMessage = {
  ID_TOO_LOW: 16,
  ID_TOO_HIGH: 17,
  ID_NOT_DIVISIBLE: 18,
  CONTAINER_ID_KNOWN: 19,
  TOO_OLD: 20,
  SEQNO_TOO_LOW: 32,
  SEQNO_TOO_HIGH: 33,
  SEQNO_NOT_EVEN: 34,
  SEQNO_NOT_ODD: 35,
  SALT: 48,
  CONTAINER_INVALID: 64,
} as const

/** One message of the client's. */
export interface Received {
  readonly msgId: bigint
  readonly seqno: number
  /** True once the message was acknowledged, by `msgs_ack` or by its answer. */
  acknowledged: boolean
  /** For calls: being worked on, answered, or dropped by `rpc_drop_answer`. */
  call?: 'running' | 'answered' | 'dropped'
}

/** The server's second in which a client's msg_id was made. */
export function secondsOf(msgId: bigint): number {
  return Number(msgId >> 32n)
}

/** Checks of a msg_id that need no memory: 16, 17, 18, or 0 if all is well. */
export function checkMessageId(msgId: bigint, now: number): number {
  if ((msgId & 3n) !== 0n) return BadMessage.ID_NOT_DIVISIBLE
  const age = now - secondsOf(msgId)
  if (age > MAX_AGE) return BadMessage.ID_TOO_LOW
  if (age < -MAX_AHEAD) return BadMessage.ID_TOO_HIGH
  return 0
}

export class ReceivedMessages {
  /** In rising order of msg_id; their sequence numbers never fall along the way. */
  readonly #messages: Received[] = []
  readonly #capacity: number
  /** Ids up to this one are forgotten. */
  #floor = 0n

  constructor(capacity: number = REMEMBERED) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#messages.length
  }

  find(msgId: bigint): Received | undefined {
    const message = this.#messages[this.#position(msgId)]
    return message?.msgId === msgId ? message : undefined
  }

  /** True if `msgId` is so low that it may have been received and forgotten. */
  isForgotten(msgId: bigint): boolean {
    return msgId <= this.#floor
  }

  /**
   * Checks a sequence number against the neighbours: 32, 33, or 0 if all is well.
   * A lower id must not carry a higher number, nor the same odd one; and the other way round.
   */
  checkOrder(msgId: bigint, seqno: number): number {
    const at = this.#position(msgId)
    const before = this.#messages[at - 1]
    const after = this.#messages[at]
    const odd = (seqno & 1) === 1
    if (before !== undefined && (before.seqno > seqno || (before.seqno === seqno && odd)))
      return BadMessage.SEQNO_TOO_LOW
    if (after !== undefined && (after.seqno < seqno || (after.seqno === seqno && odd))) return BadMessage.SEQNO_TOO_HIGH
    return 0
  }

  /** Remembers a message; the one with the lowest id is forgotten when there are too many. */
  add(msgId: bigint, seqno: number): Received {
    const message: Received = { msgId, seqno, acknowledged: false }
    this.#messages.splice(this.#position(msgId), 0, message)
    if (this.#messages.length > this.#capacity) this.#floor = this.#messages.shift()!.msgId
    return message
  }

  /** The status byte of `msgs_state_info` for one id. */
  status(msgId: bigint, now: number): number {
    const message = this.find(msgId)
    if (message === undefined) {
      if (this.isForgotten(msgId)) return 1
      return secondsOf(msgId) > now + MAX_AHEAD ? 3 : 2
    }
    let status = 4
    if (message.acknowledged) status |= 8
    if ((message.seqno & 1) === 0) status |= 16
    if (message.call !== undefined) status |= 32
    if (message.call === 'answered') status |= 64
    return status
  }

  /** Index of the first message whose id is not below `msgId`; ids mostly arrive in rising order. */
  #position(msgId: bigint): number {
    const messages = this.#messages
    if (messages.length === 0 || messages.at(-1)!.msgId < msgId) return messages.length
    let low = 0
    let high = messages.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (messages[middle]!.msgId < msgId) low = middle + 1
      else high = middle
    }
    return low
  }
}
