/**
 * What the session does with each message it receives.
 *
 * Source: https://core.telegram.org/mtproto/service_messages, https://core.telegram.org/mtproto/service_messages_about_messages
 */
import { TransportError } from '../../errors.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { Call } from './call.ts'
import { timeOfMsgId } from './clock.ts'
import { GZIP_PACKED, type Incoming, RPC_RESULT, unpackGzip } from './inbox.ts'
import type { SessionInternals } from './internals.ts'
import { atTime } from './message-id.ts'

const RPC_ERROR = 0x2144ca19
/** Most ids that one message about messages may name. */
const MAX_IDS = 8192

/** Codes of `bad_msg_notification`. Source: https://core.telegram.org/mtproto/service_messages_about_messages#notice-of-ignored-error-message */
const MSG_ID_TOO_LOW = 16
const MSG_ID_TOO_HIGH = 17
const SEQNO_TOO_LOW = 32
const SEQNO_TOO_HIGH = 33

/** Acts on one message, all of whose packet has been checked. */
export function react(session: SessionInternals, { msgId, id, reader, message }: Incoming, now: number): void {
  if (id === RPC_RESULT) onRpcResult(session, msgId, reader, now)
  else if (message) onService(session, msgId, message)
  else session.options.onUpdate?.(reader)
}

function onRpcResult(session: SessionInternals, msgId: bigint, reader: TlReader, now: number): void {
  reader.pos += 4
  const answered = BigInt.asUintN(64, reader.long())
  const call = session.sent.get(answered)
  if (!call) return
  // An answer to a former id may be older than the last sending, and says nothing of the clock then.
  if (answered === call.msgId) session.options.clock.refine(timeOfMsgId(msgId), call.sentAt)
  const deliver = (result: TlReader): void => {
    if (result.peekId() !== RPC_ERROR) {
      settle(session, call, now)
      call.request.onResult(result)
      return
    }
    result.pos += 4
    const code = result.int()
    const text = result.string()
    // The server has forgotten that this connection was initialized, or never knew: say it again, once.
    if (/^CONNECTION_(NOT_INITED|LAYER_INVALID)$/.test(text) && !call.wrapped && !call.request.bare) {
      session.initialized(false)
      session.resend(call)
      return
    }
    settle(session, call, now)
    call.request.onRpcError(code, text)
  }
  const failed = (error: unknown): void => session.fail(call, error)
  try {
    const result = reader.peekId() === GZIP_PACKED ? unpackGzip(session.options.crypto, reader) : reader
    if (result instanceof Promise) {
      // It is answered, only not unpacked yet: nothing must be sent again meanwhile.
      session.forget(call)
      result.then(deliver).catch(failed)
    } else deliver(result)
  } catch (error) {
    failed(error)
  }
}

function settle(session: SessionInternals, call: Call, now: number): void {
  session.forget(call)
  // Only an answer to a call that carried `initConnection` proves that the server has seen it.
  if (call.wrapped) session.initialized(true)
  session.answered(now)
}

function onService(session: SessionInternals, msgId: bigint, message: ServerMessage): void {
  const { salts } = session.options
  switch (message._) {
    case 'msgs_ack':
      for (const id of message.msgIds) for (const call of callsOf(session, id) ?? []) call.acked = true
      return
    case 'bad_server_salt': {
      const calls = callsOf(session, message.badMsgId)
      if (!calls) return
      salts.set(message.newServerSalt)
      session.emit({ type: 'salt' })
      for (const call of calls) session.resend(call)
      return
    }
    case 'bad_msg_notification':
      onBadMessage(session, msgId, message.badMsgId, message.errorCode)
      return
    case 'new_session_created':
      salts.set(message.serverSalt)
      session.emit({ type: 'server-session', uniqueId: message.uniqueId })
      for (const call of new Set(session.sent.values())) {
        const first = BigInt.asUintN(64, message.firstMsgId)
        if (call.msgId < first && call.containerId < first) session.resend(call)
      }
      return
    case 'future_salts':
      salts.learn(message.salts)
      return
    case 'msgs_state_req':
      if (message.msgIds.length > MAX_IDS) return
      session.send({
        _: 'msgs_state_info',
        reqMsgId: msgId,
        info: Uint8Array.from(message.msgIds, (id) => session.seen.stateOf(BigInt.asUintN(64, id))),
      })
      return
    case 'msgs_state_info':
      onStates(session, session.questions.get(BigInt.asUintN(64, message.reqMsgId)) ?? [], message.info)
      session.questions.delete(BigInt.asUintN(64, message.reqMsgId))
      return
    case 'msgs_all_info':
      onStates(session, message.msgIds, message.info)
      return
    case 'msg_resend_req':
      for (const id of message.msgIds) for (const call of callsOf(session, id) ?? []) session.resend(call)
      return
    case 'msg_detailed_info':
    case 'msg_new_detailed_info':
      onDetailedInfo(session, BigInt.asUintN(64, message.answerMsgId))
      return
    default:
      // pong, destroy_session_ok and the like: having arrived is all they had to say.
      return
  }
}

/** The calls sent under message id `id`, or in the container `id`; undefined if we sent no such message. */
function callsOf(session: SessionInternals, id: bigint): Call[] | undefined {
  const msgId = BigInt.asUintN(64, id)
  if (msgId === 0n || msgId > session.lastMsgId || (msgId & 3n) !== 0n) return undefined
  return [...new Set(session.sent.values())].filter((call) => call.msgId === msgId || call.containerId === msgId)
}

function onBadMessage(session: SessionInternals, msgId: bigint, badMsgId: bigint, code: number): void {
  const { clock } = session.options
  const calls = callsOf(session, badMsgId)
  if (!calls) return
  session.emit({ type: 'bad-message', code, msgId: badMsgId })
  switch (code) {
    case MSG_ID_TOO_LOW:
    case MSG_ID_TOO_HIGH:
      clock.sync(timeOfMsgId(msgId))
      // Ids never go back within a session, so ids that ran ahead of the server's time end it.
      if (session.lastMsgId > atTime(clock.serverTime())) session.reset('msg_id too high')
      else for (const call of calls) session.resend(call)
      return
    case SEQNO_TOO_LOW:
    case SEQNO_TOO_HIGH:
      session.reset('seqno')
      return
    default:
      // The rest are mistakes of ours. Each call gets one more chance, in a new session.
      for (const call of calls) {
        if (call.complaints++ === 0) continue
        const text = `the server refused the message of ${call.request.method} (code ${code}): a bug, please report it`
        session.fail(call, new TransportError('NO_ANSWER', text, { status: code, retryable: false }))
      }
      session.reset(`code ${code}`)
  }
}

/** States of messages of ours: those the server does not have are sent again. */
function onStates(session: SessionInternals, ids: readonly bigint[], info: Uint8Array): void {
  ids.forEach((id, i) => {
    const state = (info[i] ?? 0) & 7
    const call = session.sent.get(BigInt.asUintN(64, id))
    if (!call || call.msgId !== BigInt.asUintN(64, id)) return
    if (state === 4) call.acked = true
    else if (state >= 1 && state <= 3) session.resend(call)
  })
}

/** The server has an answer that we may not have got. */
function onDetailedInfo(session: SessionInternals, answerMsgId: bigint): void {
  if (session.seen.has(answerMsgId)) session.acknowledge(answerMsgId)
  else session.send({ _: 'msg_resend_req', msgIds: [answerMsgId] })
}
