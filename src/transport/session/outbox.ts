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
import { type Call, SOLO_SIZE } from './call.ts'
import { HEADROOM } from './envelope.ts'
import type { MessageIds } from './message-id.ts'

const MSG_CONTAINER_ID = 0x73f1f8dc
/** Most messages a container may hold. */
const MAX_MESSAGES = 1020
/** A container is closed when it has grown to this many bytes. */
const MAX_CONTAINER = 256 * 1024
/** msg_id, seqno and length, in front of each message of a container. */
const ITEM_HEAD = 16

/** A service message of ours that waits to be sent. */
export interface Service {
  readonly message: ClientMessage
  /** Told the id it was sent under. */
  readonly onSent?: (msgId: bigint) => void
}

/** A packet's content, ready for the envelope. */
export interface Outgoing {
  readonly writer: TlWriter
  readonly msgId: bigint
  readonly seqno: number
  /** The calls in it, their ids set. */
  readonly calls: readonly Call[]
}

/** Service messages that the other side does not have to acknowledge. */
const NOT_CONTENT: ReadonlySet<string> = new Set(['msgs_ack', 'msgs_state_info', 'msgs_all_info', 'http_wait'])

export class Outbox {
  readonly services: Service[] = []
  readonly calls: Call[] = []

  get empty(): boolean {
    return this.services.length === 0 && this.calls.length === 0
  }

  /**
   * Builds the next packet's content.
   * @param serverTime milliseconds since 1970 on the server's clock
   * @param write writes a call's body (plain, or wrapped in `initConnection`)
   * @returns undefined when nothing waits
   */
  take(
    ids: MessageIds,
    serverTime: number,
    write: (call: Call, writer: TlWriter, msgId: bigint) => void,
  ): Outgoing | undefined {
    const solo = this.services.length === 0 && this.calls.length > 0 && isSolo(this.calls[0]!)
    const firstSolo = this.calls.findIndex(isSolo)
    const small = this.services.length + (firstSolo < 0 ? this.calls.length : firstSolo)
    const single = solo || small === 1
    const hint = solo ? this.calls[0]!.request.size! + 512 : 1024
    const writer = new TlWriter(hint, HEADROOM)
    if (!single) writer.claim(8)
    const put: { msgId: bigint; seqno: number }[] = []

    const add = (content: boolean, body: (msgId: bigint) => void): bigint => {
      const at = writer.pos
      if (!single) writer.claim(ITEM_HEAD)
      const start = writer.pos
      // The id is drawn first, since a request may name it. One that cannot be written leaves a gap, which ids may have;
      // the count behind the seqno may have none.
      const msgId = ids.next(serverTime)
      try {
        body(msgId)
      } catch (error) {
        writer.pos = at
        throw error
      }
      const seqno = ids.seqno(content)
      put.push({ msgId, seqno })
      if (!single) {
        const head = view(writer.buffer)
        head.setBigUint64(at, msgId, true)
        head.setInt32(at + 8, seqno, true)
        head.setInt32(at + 12, writer.pos - start, true)
      }
      return msgId
    }

    while (this.services.length > 0 && put.length < MAX_MESSAGES && writer.length < MAX_CONTAINER) {
      const service = this.services.shift()!
      const msgId = add(!NOT_CONTENT.has(service.message._), () => writeClientMessage(writer, service.message))
      service.onSent?.(msgId)
    }
    const sent: Call[] = []
    while (this.calls.length > 0 && put.length < MAX_MESSAGES && writer.length < MAX_CONTAINER) {
      const call = this.calls[0]!
      if (isSolo(call) && !solo) break
      this.calls.shift()
      try {
        call.msgId = add(true, (msgId) => write(call, writer, msgId))
        call.containerId = 0n
        sent.push(call)
      } catch (error) {
        call.request.onFailure(error)
      }
      if (single) break
    }
    if (put.length === 0) return undefined
    if (single) return { writer, msgId: put[0]!.msgId, seqno: put[0]!.seqno, calls: sent }

    const head = view(writer.buffer)
    head.setUint32(HEADROOM, MSG_CONTAINER_ID, true)
    head.setInt32(HEADROOM + 4, put.length, true)
    const msgId = ids.next(serverTime)
    for (const call of sent) call.containerId = msgId
    return { writer, msgId, seqno: ids.seqno(false), calls: sent }
  }
}

function isSolo(call: Call): boolean {
  return (call.request.size ?? 0) > SOLO_SIZE
}
