/**
 * Fuzzes a session: genuine packets with anything inside, in any order, between calls, reconnects and clocks that jump.
 *
 * An input is a word of settings and then a list of records (`records.ts`). A packet is a lying server's: encrypted properly, so that every byte of it is looked at. The
 * session starts with three calls under way, and ends with an honest server: what it says must be understood.
 */
import { concat } from '../../../bytes.ts'
import { writeServerMessage } from '../../../tl/generated/mtproto/server.ts'
import type { ServerMessage } from '../../../tl/generated/mtproto/types.ts'
import { atTime } from '../../../transport/session/message-id.ts'
import { recordBytes, recordsOf, words } from '../records.ts'
import { bytesOf, CONTAINER, Do, GZIP_PACKED, Peer, RPC_ERROR, RPC_RESULT, START } from '../session-peer.ts'
import { storedGzip } from '../stored-gzip.ts'
import type { FuzzTarget } from '../target.ts'

function record(kind: keyof typeof Do, ...parts: readonly Uint8Array[]): Uint8Array {
  return recordBytes(Do[kind], ...parts)
}
const now = (...records: readonly Uint8Array[]): Uint8Array => concat(words(0), ...records)
const late = (...records: readonly Uint8Array[]): Uint8Array => concat(words(1), ...records)

/** Service messages of a server, speaking of the calls that are under way. */
function messages(ids: readonly bigint[]): ServerMessage[] {
  const [msgId] = ids as [bigint]
  const [badMsgId, badMsgSeqno] = [msgId, 1]
  const state = Uint8Array.of(4, 1, 2)
  return [
    ...[16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64].map(
      (errorCode) => ({ _: 'bad_msg_notification', badMsgId, badMsgSeqno, errorCode }) as const,
    ),
    { _: 'bad_server_salt', badMsgId, badMsgSeqno, errorCode: 48, newServerSalt: 99n },
    { _: 'destroy_session_ok', sessionId: 1n },
    { _: 'destroy_session_none', sessionId: 1n },
    {
      _: 'future_salts',
      reqMsgId: msgId,
      now: START / 1000,
      salts: [{ _: 'future_salt', validSince: 0, validUntil: 9, salt: 3n }],
    },
    { _: 'msg_detailed_info', msgId, answerMsgId: msgId + 1n, bytes: 100, status: 0 },
    { _: 'msg_new_detailed_info', answerMsgId: msgId + 1n, bytes: 100, status: 0 },
    { _: 'msg_resend_req', msgIds: [...ids] },
    { _: 'msgs_ack', msgIds: [...ids] },
    { _: 'msgs_all_info', msgIds: [...ids], info: state },
    { _: 'msgs_state_info', reqMsgId: msgId, info: state },
    { _: 'msgs_state_req', msgIds: [...ids, 5n] },
    { _: 'new_session_created', firstMsgId: msgId, uniqueId: 8n, serverSalt: 9n },
    { _: 'pong', msgId, pingId: 1n },
    { _: 'rpc_answer_unknown' },
    { _: 'rpc_answer_dropped', msgId, seqNo: 1, bytes: 2 },
  ]
}

function seeds(): Uint8Array[] {
  const ids = [...new Peer(false).sent.values()]
  const services = messages(ids).map((message) => bytesOf((writer) => writeServerMessage(writer, message)))
  const result = (id: bigint, ...body: readonly number[]): Uint8Array =>
    bytesOf((writer) => {
      writer.uint(RPC_RESULT)
      writer.long(id)
      for (const value of body) writer.int(value)
    })
  const error = bytesOf((writer) => {
    writer.raw(result(ids[0]!, RPC_ERROR, 420))
    writer.string('FLOOD_WAIT_30')
  })
  const uninitialized = bytesOf((writer) => {
    writer.raw(result(ids[1]!, RPC_ERROR, 400))
    writer.string('CONNECTION_NOT_INITED')
  })
  const packedResult = bytesOf((writer) => {
    writer.raw(result(ids[1]!, GZIP_PACKED))
    writer.bytes(storedGzip(words(5, 6)))
  })
  const container = (...bodies: readonly Uint8Array[]): Uint8Array =>
    bytesOf((writer) => {
      writer.uint(CONTAINER)
      writer.int(bodies.length)
      bodies.forEach((body, i) => {
        writer.long(atTime(START - 1000 + i) + 1n)
        writer.int(1)
        writer.int(body.length)
        writer.raw(body)
      })
    })
  const answers = [result(ids[0]!, 1), error, uninitialized, packedResult, result(ids[2]!, 7, 8)]
  return [
    ...services.map((body) => now(record('packet', words(1, 0), body), record('call'), record('wait', words(21_000)))),
    ...answers.map((body) => now(record('sealed', words(1, 1), body))),
    ...answers.map((body) => late(record('packet', words(1, 1), body), record('reconnect'))),
    now(...services.map((body, i) => record('packet', words(1 + 4 * i, 1), body))),
    now(record('packet', words(3, 0), container(...answers)), record('jump', words(86_400_000)), record('call')),
    now(record('packed', words(3, 1), services[0]!), record('reconnect'), record('wait', words(300_000))),
    late(record('packed', words(3, 1), services[14]!), record('packed', words(7, 1), container(answers[0]!))),
    now(record('plaintext', words(1, 0x6553f100, 1, 4, 0x12345678, 0, 0, 0))),
    now(record('forged', new Uint8Array(72))),
    now(record('packet', words(1, 1, 0x74ae4240, 1, 2, 3)), record('packet', words(5, 1), services[12]!)),
  ]
}

export const target: FuzzTarget = {
  name: 'session',
  about:
    'a session under a lying server: refusals of one kind only, calls over once, an honest answer still understood',
  maxLength: 640,
  steps: { base: 120_000, perByte: 400 },
  memory: { base: 200_000, perByte: 1000 },
  words: [CONTAINER, RPC_RESULT, RPC_ERROR, GZIP_PACKED],
  seeds,
  run(input) {
    const isLate = ((input[0] ?? 0) & 1) === 1
    const peer = new Peer(isLate)
    if (!isLate) {
      for (const { kind, data } of recordsOf(input, 4)) peer.record(kind, data)
      peer.finish()
      return
    }
    return (async () => {
      for (const { kind, data } of recordsOf(input, 4)) {
        peer.record(kind, data)
        // As many turns as an unpacking takes that fails.
        for (let turn = 0; turn < 8; turn++) await Promise.resolve()
        peer.settle()
      }
      peer.finish()
    })()
  },
}
