/**
 * What the session does with each message it receives.
 *
 * Source: https://core.telegram.org/mtproto/service_messages, https://core.telegram.org/mtproto/service_messages_about_messages
 */
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { Call } from './call.ts'
import { timeOfMsgId } from './clock.ts'
import { type Incoming, unpackGzip } from './inbox.ts'
import type { SessionInternals } from './internals.ts'
import {
  ANSWERED,
  GZIP_PACKED,
  MAX_IDS,
  MSG_ID_TOO_HIGH,
  MSG_ID_TOO_LOW,
  RPC_ERROR,
  RPC_RESULT,
  SEQNO_TOO_HIGH,
  SEQNO_TOO_LOW,
  WRONG_SALT,
} from './limits.ts'
import { atTime } from './message-id.ts'

/** Acts on one message, all of whose packet has been checked. */
export function react(session: SessionInternals, { msgId, id, reader, message }: Incoming, now: number): void {
  if (id === RPC_RESULT) onRpcResult(session, msgId, reader, now)
  else if (message) onService(session, msgId, message)
  else session.options.onUpdate?.(reader)
}

function onRpcResult(session: SessionInternals, msgId: bigint, reader: TlReader, now: number): void {
  reader.pos += 4
  const answered = unsigned(reader.long())
  const call = session.sent.get(answered)
  if (!call) return
  // An answer to a former id may be older than the last sending, and says nothing of the clock then.
  if (answered === call.msgId) session.options.clock.refine(timeOfMsgId(msgId), call.sentAt)
  const deliver = (result: TlReader): void => {
    if (call.cancelled) return
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
      session.initialized = false
      session.resend(call)
      return
    }
    settle(session, call, now)
    call.request.onRpcError(code, text)
  }
  const failed = (error: unknown): void => {
    if (!call.cancelled) session.fail(call, error)
  }
  try {
    const result = reader.peekId() === GZIP_PACKED ? unpackGzip(session.options.crypto, reader) : reader
    if (result instanceof Promise) {
      // It is answered, only not unpacked yet: nothing must be sent again meanwhile.
      session.forget(call)
      session.later(result.then(deliver), failed)
    } else deliver(result)
  } catch (error) {
    failed(error)
  }
}

function settle(session: SessionInternals, call: Call, now: number): void {
  session.forget(call)
  // Only an answer to a call that carried `initConnection` proves that the server has seen it.
  if (call.wrapped) session.initialized = true
  session.refusal = undefined
  // A good moment to look whether salts run out.
  session.watch.askForSalts(session, now)
}

function onService(session: SessionInternals, msgId: bigint, message: ServerMessage): void {
  const { salts } = session.options
  const ids = 'msgIds' in message ? message.msgIds.map(unsigned) : []
  // No honest server names so many; what they are good for comes about without them, too.
  if (ids.length > MAX_IDS) return
  switch (message._) {
    case 'msgs_ack':
      for (const call of callsOf(session, ids)) call.acked = true
      return
    case 'bad_server_salt':
    case 'bad_msg_notification':
      onBadMessage(session, msgId, message)
      return
    case 'new_session_created': {
      const first = unsigned(message.firstMsgId)
      salts.set(message.serverSalt, session.recent.get(first)?.salt)
      session.emit({ type: 'server-session', uniqueId: message.uniqueId })
      for (const call of session.sent.values()) if (call.containerId < first) session.resend(call)
      return
    }
    case 'future_salts': {
      const asked = unsigned(message.reqMsgId)
      if (session.outbox.questions.delete(asked)) salts.learn(message.salts, session.recent.get(asked)?.salt)
      return
    }
    case 'msg_resend_req':
    case 'msgs_state_req':
      if (message._ === 'msg_resend_req') {
        for (const call of callsOf(session, ids)) session.resend(call)
        if (ids.every((id) => session.sent.has(id))) return
      }
      // What is not there to be sent again is told of as if it had been asked about.
      session.send({
        _: 'msgs_state_info',
        reqMsgId: msgId,
        info: Uint8Array.from(ids, (id) => session.seen.stateOf(id)),
      })
      return
    case 'ping':
      session.send({ _: 'pong', msgId, pingId: message.pingId })
      return
    case 'msgs_state_info': {
      const asked = unsigned(message.reqMsgId)
      onStates(session, session.outbox.questions.get(asked) ?? [], message.info)
      session.outbox.questions.delete(asked)
      return
    }
    case 'msgs_all_info':
      onStates(session, ids, message.info)
      return
    case 'msg_detailed_info':
    case 'msg_new_detailed_info': {
      const answer = unsigned(message.answerMsgId)
      // The server has an answer that we may not have got. If nobody waits for it any more, it may forget it.
      const given = message._ === 'msg_detailed_info' && !session.sent.has(unsigned(message.msgId))
      if (given || session.seen.has(answer)) session.acks.push(answer)
      else session.send({ _: 'msg_resend_req', msgIds: [answer] })
      return
    }
    default:
      // pong, destroy_session_ok and the like: having arrived is all they had to say.
      return
  }
}

/** The calls last sent under one of these message ids, or in one of these containers. */
function callsOf(session: SessionInternals, ids: readonly bigint[]): Call[] {
  const named = new Set(ids)
  return [...new Set(session.sent.values())].filter((call) => named.has(call.msgId) || named.has(call.containerId))
}

/** A message of ours was not taken. What is said of one that we did not send lately is not believed. */
function onBadMessage(
  session: SessionInternals,
  msgId: bigint,
  message: Extract<ServerMessage, { _: 'bad_server_salt' | 'bad_msg_notification' }>,
): void {
  const { clock, salts } = session.options
  const bad = unsigned(message.badMsgId)
  const recent = session.recent.get(bad)
  if (!recent) return
  const calls = callsOf(session, [bad])
  let code = message.errorCode
  if (message._ === 'bad_server_salt') {
    code = WRONG_SALT
    salts.set(message.newServerSalt, recent.salt)
    session.emit({ type: 'salt' })
  } else session.emit({ type: 'bad-message', code, msgId: bad })
  const wrongTime = code === MSG_ID_TOO_LOW || code === MSG_ID_TOO_HIGH
  if (wrongTime) clock.sync(timeOfMsgId(msgId))
  // Ids never go back within a session, so ids that ran ahead of the server's time end it. A salt that is wrong without
  // the right one beside it comes with `bad_server_salt`, at the latest for the message sent again.
  if (wrongTime ? session.ids.last <= atTime(clock.serverTime()) : code === WRONG_SALT) {
    for (const call of calls) session.resend(call)
    // What was said beside the calls, or alone, is said again, once.
    session.outbox.services.push(...recent.services.splice(0))
    return
  }
  // The server counts otherwise: it may have missed something. The rest are mistakes of ours, and each call gets one more
  // chance, in a new session.
  if (!wrongTime && code !== SEQNO_TOO_LOW && code !== SEQNO_TOO_HIGH) {
    for (const call of calls) if (call.complaints++ > 0) session.giveUp(call, { status: code, retryable: false })
  }
  session.reset(`code ${code}`)
}

/** States of messages of ours: those the server does not have are sent again. */
function onStates(session: SessionInternals, ids: readonly bigint[], info: Uint8Array): void {
  ids.forEach((id, i) => {
    const status = info[i] ?? 0
    const state = status & 7
    const call = session.sent.get(id)
    if (call?.msgId !== id) return
    if (state === 4) {
      call.acked = true
      // An answer that does not exist yet cannot have been lost with a connection. One that does may come again by itself;
      // for a file part, which may be made twice without harm, it is not waited for.
      if (!(status & ANSWERED)) call.orphaned = false
      else if (call.orphaned && call.request.size) session.resend(call)
    } else if (state >= 1 && state <= 3) session.resend(call)
  })
}

/** A message id as we keep it: TL's `long` is signed. */
function unsigned(id: bigint): bigint {
  return BigInt.asUintN(64, id)
}
