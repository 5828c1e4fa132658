/**
 * What goes into the next packet: one message, or a container of several.
 *
 * Service messages and small calls share a container; a large call, a file part above all, travels alone.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#containers
 */

import { writeClientMessage } from '#messages'
import { view } from '../../bytes.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { Call } from './call.ts'
import { CONTAINER_HEAD, HEADROOM, ITEM_HEAD, MSG_CONTAINER, SOLO_SIZE } from './limits.ts'
import type { MessageIds } from './message-id.ts'

/** A service message of ours that waits to be sent. */
export interface Service {
  readonly message: ClientMessage
  /** It is a question, about these messages. */
  readonly asks?: readonly bigint[] | undefined
}

/** A packet's content, ready for the envelope. */
export interface Outgoing {
  readonly writer: TlWriter
  readonly msgId: bigint
  readonly seqno: number
  /** The calls in it, their ids set. */
  readonly calls: readonly Call[]
  /** The ids of all messages in it. */
  readonly ids: readonly bigint[]
  /** The service messages in it. */
  readonly services: Service[]
}

/** Service messages that the other side does not have to acknowledge, by what their names hold. */
const NOT_CONTENT = /_ack|_info|_wait|pong/

export class Outbox {
  readonly services: Service[] = []
  readonly calls: Call[] = []
  /** Questions sent and not answered, by message id. */
  readonly questions: Map<bigint, readonly bigint[]> = new Map()

  get empty(): boolean {
    return this.services.length === 0 && this.calls.length === 0
  }

  /** Whether the next packet has room for more: a large call travels alone. */
  get small(): boolean {
    return !this.empty && (this.services.length > 0 || sizeOf(this.calls[0]) <= SOLO_SIZE)
  }

  /** Queues a call, once. */
  add(call: Call): void {
    if (!call.queued) this.calls.push(call)
    call.queued = true
  }

  /** Takes a call out of the queue. */
  remove(call: Call): void {
    if (call.queued) this.calls.splice(this.calls.indexOf(call), 1)
    call.queued = false
  }

  /**
   * Builds the next packet's content.
   * @param serverTime milliseconds since 1970 on the server's clock
   * @param write writes a call's body (plain, or wrapped in `initConnection`)
   * @param fail told of a call that cannot be written
   * @param lend makes a writer for a large packet, instead of a new one: see `Carrier.writer`
   * @returns undefined when nothing waits
   */
  take(
    ids: MessageIds,
    serverTime: number,
    write: (call: Call, writer: TlWriter, msgId: bigint) => void,
    fail: (call: Call, error: unknown) => void,
    lend: (capacity: number, headroom: number) => TlWriter = (...sizes) => new TlWriter(...sizes),
  ): Outgoing | undefined {
    const { services, calls } = this
    // A large call must not make the buffer grow: it has the packet for itself when nothing waits before it.
    const large = !this.small
    const capacity = (large ? sizeOf(calls[0]) : 0) + 1024
    const writer = large ? lend(capacity, HEADROOM) : new TlWriter(capacity, HEADROOM)
    writer.claim(CONTAINER_HEAD)
    const put: bigint[] = []
    let seqno = 0

    const add = (content: boolean, body: (msgId: bigint) => void): bigint => {
      const at = writer.claim(ITEM_HEAD)
      // The id is drawn first, since a request may name it. One that cannot be written leaves a gap, which ids may have;
      // the count behind the seqno may have none.
      const msgId = ids.next(serverTime)
      try {
        body(msgId)
      } catch (error) {
        writer.pos = at
        throw error
      }
      seqno = ids.seqno(content)
      put.push(msgId)
      const head = view(writer.buffer)
      head.setBigUint64(at, msgId, true)
      head.setInt32(at + 8, seqno, true)
      head.setInt32(at + 12, writer.pos - at - ITEM_HEAD, true)
      return msgId
    }

    const said: Service[] = []
    while (services.length > 0 && writer.length <= SOLO_SIZE) {
      const service = services.shift()!
      const { message, asks } = service
      said.push(service)
      const msgId = add(!NOT_CONTENT.test(message._), () => writeClientMessage(writer, message))
      if (asks) this.questions.set(msgId, asks)
    }
    const sent: Call[] = []
    while (calls.length > 0 && (put.length === 0 || writer.length + sizeOf(calls[0]) <= SOLO_SIZE)) {
      const call = calls[0]!
      this.remove(call)
      try {
        call.msgId = call.containerId = add(true, (msgId) => write(call, writer, msgId))
        sent.push(call)
      } catch (error) {
        fail(call, error)
      }
    }
    let [msgId] = put
    if (put.length > 1) {
      const head = view(writer.buffer)
      head.setUint32(HEADROOM, MSG_CONTAINER, true)
      head.setInt32(HEADROOM + 4, put.length, true)
      msgId = ids.next(serverTime)
      seqno = ids.seqno(false)
      put.push(msgId)
      for (const call of sent) call.containerId = msgId
    } else {
      // One message needs no container: its body begins where the headroom is then to end.
      writer.drop(CONTAINER_HEAD + ITEM_HEAD)
    }
    return msgId ? { writer, msgId, seqno, calls: sent, ids: put, services: said } : undefined
  }
}

/** About how many bytes a call will write. */
function sizeOf(call: Call | undefined): number {
  return call?.request.size ?? 0
}
