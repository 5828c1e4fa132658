/**
 * What a session sends: messages that wait, messages that went out and are not acknowledged yet, and the packets that
 * carry them.
 *
 * Content-related messages are kept until the client acknowledges them, so that they can be sent again after a
 * reconnect under the same id. Memory is bounded: of a client that never acknowledges, the oldest are forgotten.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#containers
 */
import { concat } from '../../bytes.ts'
import { writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlWriter } from '../../tl/writer.ts'
import { timeOfMsgId } from '../../transport/session/clock.ts'
import { ANSWER_RESIDUE, MessageIds, SERVER_RESIDUE } from '../../transport/session/message-id.ts'
import type { Behaviour } from './dc.ts'

export const MSG_CONTAINER = 0x73f1f8dc
/** Most messages in a container, and most bytes of them. */
const MAX_MESSAGES = 1020
const MAX_CONTAINER = 1024 * 1024
/** Most unacknowledged messages, and bytes of them, that are remembered. */
const MAX_PENDING = 4096
const MAX_PENDING_BYTES = 32 * 1024 * 1024
/** Most acknowledgements in one `msgs_ack`. */
const MAX_ACKS = 8192

/** One message of the server's. */
export interface Outgoing {
  readonly msgId: bigint
  readonly seqno: number
  readonly body: Uint8Array
  /** The client's message that this answers with `rpc_result`. */
  readonly answerTo: bigint | undefined
}

/** What travels in one packet. */
export interface Load {
  readonly msgId: bigint
  readonly seqno: number
  readonly body: Uint8Array
}

export class OutgoingQueue {
  readonly #ids = new MessageIds()
  readonly #behaviour: Behaviour
  #waiting: Outgoing[] = []
  /** Content-related messages not acknowledged yet, by id, oldest first; those that still wait are among them. */
  readonly #pending = new Map<bigint, Outgoing>()
  #pendingBytes = 0
  /** Answers among them, by the id of the call. */
  readonly #answers = new Map<bigint, Outgoing>()

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Number of messages that the client has not acknowledged. */
  get unacknowledged(): number {
    return this.#pending.size
  }

  /** Queues a service message. */
  service(message: ServerMessage, now: number, options: { content?: boolean; answer?: boolean } = {}): void {
    const writer = new TlWriter(64)
    writeServerMessage(writer, message)
    this.#push(writer.finish(), now, options.content === true, options.answer === true, undefined)
  }

  /** Queues a whole `rpc_result`. */
  answer(answerTo: bigint, body: Uint8Array, now: number): void {
    this.#push(body, now, true, true, answerTo)
  }

  /** Queues a message that answers nothing: an update. */
  update(body: Uint8Array, now: number): void {
    this.#push(body, now, true, false, undefined)
  }

  #push(body: Uint8Array, now: number, content: boolean, answer: boolean, answerTo: bigint | undefined): void {
    const msgId = this.#ids.next(now, answer ? ANSWER_RESIDUE : SERVER_RESIDUE)
    const message: Outgoing = { msgId, seqno: this.#ids.seqno(content), body, answerTo }
    this.#waiting.push(message)
    if (!content) return
    this.#pending.set(msgId, message)
    this.#pendingBytes += body.length
    if (answerTo !== undefined) this.#answers.set(answerTo, message)
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= MAX_PENDING && this.#pendingBytes <= MAX_PENDING_BYTES) break
      this.acknowledged(oldest)
    }
  }

  /** Forgets a message that the client has; true if it was waiting for that. */
  acknowledged(msgId: bigint): boolean {
    const message = this.#pending.get(msgId)
    if (message === undefined) return false
    this.#pending.delete(msgId)
    this.#pendingBytes -= message.body.length
    if (message.answerTo !== undefined) this.#answers.delete(message.answerTo)
    return true
  }

  /** The unacknowledged answer to a call. */
  answerTo(callId: bigint): Outgoing | undefined {
    return this.#answers.get(callId)
  }

  /** The unacknowledged message of that id. */
  find(msgId: bigint): Outgoing | undefined {
    return this.#pending.get(msgId)
  }

  /** Takes a message back, sent or not. */
  withdraw(message: Outgoing): void {
    this.acknowledged(message.msgId)
    this.#waiting = this.#waiting.filter((other) => other !== message)
  }

  /** Queues a message once more, under its old id. */
  again(message: Outgoing): void {
    if (!this.#waiting.includes(message)) this.#waiting.push(message)
  }

  /**
   * Queues everything unacknowledged once more, for a client that came back over another connection. What is longer
   * than the limit is announced, and sent when the client asks for it.
   */
  everythingAgain(now: number): void {
    this.#waiting = []
    for (const message of [...this.#pending.values()]) {
      if (message.body.length <= this.#behaviour.resendLimit) this.#waiting.push(message)
      else this.announce(message, now)
    }
  }

  /** Queues once more what was made before `time`, in milliseconds, and is not acknowledged. */
  repeatOlder(time: number): void {
    for (const message of this.#pending.values()) {
      if (timeOfMsgId(message.msgId) >= time) return
      this.again(message)
    }
  }

  /** A container with nothing in it: the answer of a long poll when there is nothing to say. */
  nothing(now: number): Load {
    return this.#container([], now)
  }

  /** Tells the client of a message instead of sending it. */
  announce({ msgId, answerTo, body }: Outgoing, now: number): void {
    const about = { answerMsgId: msgId, bytes: body.length, status: 0 }
    if (answerTo === undefined) this.service({ _: 'msg_new_detailed_info', ...about }, now)
    else this.service({ _: 'msg_detailed_info', msgId: answerTo, ...about }, now)
  }

  /** Drops what only made sense on the connection that was lost. */
  disconnected(): void {
    this.#waiting = []
  }

  /**
   * The content of the next packet; undefined when nothing waits.
   * @param acks ids to acknowledge; taken from the front
   * @param now server's time in milliseconds
   */
  take(acks: bigint[], now: number): Load | undefined {
    while (acks.length > 0) this.service({ _: 'msgs_ack', msgIds: acks.splice(0, MAX_ACKS) }, now)
    const { containers } = this.#behaviour
    const first = this.#waiting[0]
    if (first === undefined) return undefined
    if (containers === 'never' || (containers === 'auto' && this.#waiting.length === 1)) {
      this.#waiting.shift()
      return first
    }
    let count = 0
    let bytes = 0
    for (const { body } of this.#waiting) {
      if (count > 0 && (count === MAX_MESSAGES || bytes + body.length > MAX_CONTAINER)) break
      count++
      bytes += body.length + 16
    }
    return this.#container(this.#waiting.splice(0, count), now)
  }

  #container(messages: readonly Outgoing[], now: number): Load {
    const head = new TlWriter(8)
    head.uint(MSG_CONTAINER)
    head.int(messages.length)
    const parts = [head.finish()]
    for (const { msgId, seqno, body } of messages) {
      const item = new TlWriter(16)
      item.long(msgId)
      item.int(seqno)
      item.int(body.length)
      parts.push(item.finish(), body)
    }
    return { msgId: this.#ids.next(now, SERVER_RESIDUE), seqno: this.#ids.seqno(false), body: concat(...parts) }
  }
}
