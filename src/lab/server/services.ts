/**
 * The service messages a client may send inside a session, and what the server answers.
 *
 * Sources: https://core.telegram.org/mtproto/service_messages,
 * https://core.telegram.org/mtproto/service_messages_about_messages
 */

import { writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { KeyRecord } from './auth-keys.ts'
import type { Calls } from './calls.ts'
import type { Dc } from './dc.ts'
import type { Link } from './link.ts'
import type { OutgoingQueue } from './outgoing.ts'
import type { Received, ReceivedMessages } from './received.ts'

const RPC_RESULT = 0xf35c6d01

/** Constructor ids of service messages; any other id is a call. */
export const SERVICE_IDS: ReadonlySet<number> = new Set([
  0x62d6b459, // msgs_ack
  0xda69fb52, // msgs_state_req
  0x04deb57d, // msgs_state_info
  0x8cc0d131, // msgs_all_info
  0x7d861a08, // msg_resend_req
  0x8610baeb, // msg_resend_ans_req
  0x58e4a740, // rpc_drop_answer
  0xb921bd04, // get_future_salts
  0x7abe77ec, // ping
  0xf3427b8c, // ping_delay_disconnect
  0xe7512126, // destroy_session
  0xd1435160, // destroy_auth_key
  0x9299359f, // http_wait
])

/** What the answers need of the session. */
export interface ServiceSite {
  readonly dc: Dc
  readonly key: KeyRecord
  readonly id: bigint
  readonly received: ReceivedMessages
  readonly queue: OutgoingQueue
  readonly calls: Calls
  readonly link: Link | undefined
  /** Sends a whole `rpc_result`. */
  answer(message: Received, body: Uint8Array): void
  /** Ends another session of the same key; false if there is none. */
  destroyOther(sessionId: bigint): boolean
  /** Forgets the key once the answers are out. */
  destroyKey(): void
}

/**
 * Carries out a service message.
 * @returns true if it was answered: an answer needs no acknowledgement beside it
 */
export function serve(site: ServiceSite, received: Received, message: ClientMessage): boolean {
  const { dc, queue, key } = site
  const { msgId } = received
  const now = dc.milliseconds()
  switch (message._) {
    case 'msgs_ack':
      for (const id of message.msgIds) queue.acknowledged(id)
      return false
    case 'ping_delay_disconnect':
      site.link?.disconnectIn(message.disconnectDelay)
      queue.service({ _: 'pong', msgId, pingId: message.pingId }, now, { answer: true })
      return true
    case 'ping':
      queue.service({ _: 'pong', msgId, pingId: message.pingId }, now, { answer: true })
      return true
    case 'get_future_salts': {
      const seconds = dc.seconds()
      const salts = key.salts.future(message.num, seconds).map((salt) => ({ _: 'future_salt' as const, ...salt }))
      queue.service({ _: 'future_salts', reqMsgId: msgId, now: seconds, salts }, now, { answer: true })
      return true
    }
    case 'msgs_state_req':
      stateInfo(site, msgId, message.msgIds)
      return true
    case 'msg_resend_req':
    case 'msg_resend_ans_req':
      resend(site, msgId, message)
      return true
    case 'rpc_drop_answer':
      site.answer(received, dropAnswer(site, msgId, message.reqMsgId))
      return true
    case 'destroy_session': {
      const { sessionId } = message
      const done = sessionId !== site.id && site.destroyOther(sessionId)
      const answer = done ? 'destroy_session_ok' : 'destroy_session_none'
      queue.service({ _: answer, sessionId }, now, { answer: true })
      return true
    }
    case 'destroy_auth_key':
      queue.service({ _: 'destroy_auth_key_ok' }, now, { answer: true })
      site.destroyKey()
      return true
    case 'http_wait':
      // Means nothing on a stream.
      site.link?.wait?.(message)
      return false
    default:
      // msgs_state_info and msgs_all_info answer nothing we asked.
      return false
  }
}

function stateInfo({ dc, queue, received }: ServiceSite, reqMsgId: bigint, msgIds: readonly bigint[]): void {
  const seconds = dc.seconds()
  const info = Uint8Array.from(msgIds, (id) => received.status(id, seconds))
  queue.service({ _: 'msgs_state_info', reqMsgId, info }, dc.milliseconds(), { answer: true })
}

/** Sends messages again; for those that are gone, says what became of them. */
function resend(
  site: ServiceSite,
  msgId: bigint,
  request: Extract<ClientMessage, { _: 'msg_resend_req' | 'msg_resend_ans_req' }>,
): void {
  const answers = request._ === 'msg_resend_ans_req'
  const gone: bigint[] = []
  for (const id of request.msgIds) {
    const message = answers ? site.queue.answerTo(id) : site.queue.find(id)
    if (message === undefined) gone.push(id)
    else site.queue.again(message)
  }
  if (gone.length > 0) stateInfo(site, msgId, gone)
}

/** The `rpc_result` that answers `rpc_drop_answer`. */
function dropAnswer({ queue, calls, received }: ServiceSite, msgId: bigint, callId: bigint): Uint8Array {
  const writer = new TlWriter(32)
  writer.uint(RPC_RESULT)
  writer.long(msgId)
  const answer = queue.answerTo(callId)
  if (answer !== undefined) {
    queue.withdraw(answer)
    const { msgId: answerId, seqno, body } = answer
    writeServerMessage(writer, { _: 'rpc_answer_dropped', msgId: answerId, seqNo: seqno, bytes: body.length })
  } else if (calls.drop(received.find(callId))) writeServerMessage(writer, { _: 'rpc_answer_dropped_running' })
  else writeServerMessage(writer, { _: 'rpc_answer_unknown' })
  return writer.finish()
}
