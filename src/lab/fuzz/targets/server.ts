/**
 * Fuzzes the test DC by one connection: key exchanges, sessions, and calls.
 *
 * An input is a list of records (`records.ts`): packets that are wrong outside, and packets that are wrong inside of what is
 * encrypted properly. The connection has a key from the start. Powers are products here (`quick-crypto.ts`).
 */
import { concat } from '../../../bytes.ts'
import {
  helpGetConfig,
  uploadSaveFilePart,
  writeInitConnection,
  writeInvokeWithLayer,
} from '../../../tl/generated/client/methods.ts'
import type { ClientMessage } from '../../../tl/generated/mtproto/types.ts'
import type { TlEncode } from '../../../tl/method.ts'
import { atTime } from '../../../transport/session/message-id.ts'
import { recordBytes, recordsOf, words } from '../records.ts'
import { bytesOf, Do, MSG_CONTAINER, message, SESSION, START, Visit } from '../server-visit.ts'
import { type FuzzTarget, must } from '../target.ts'

/** Records that are looked at, at most. */
const MAX_RECORDS = 12

const record = (kind: keyof typeof Do, ...parts: readonly Uint8Array[]): Uint8Array => recordBytes(Do[kind], ...parts)

function seeds(): Uint8Array[] {
  const init: TlEncode = (writer) =>
    writeInvokeWithLayer(writer, {
      _: 'invokeWithLayer',
      layer: 223,
      query: (inner) =>
        writeInitConnection(inner, {
          _: 'initConnection',
          apiId: 1,
          deviceModel: 'a',
          systemVersion: 'b',
          appVersion: 'c',
          systemLangCode: 'en',
          langPack: '',
          langCode: 'en',
          query: (query) => helpGetConfig.write(query, { _: 'help.getConfig' }),
        }),
    })
  const part: TlEncode = (writer) =>
    uploadSaveFilePart.write(writer, { _: 'upload.saveFilePart', fileId: 7n, filePart: 0, bytes: new Uint8Array(64) })
  const first = (body: Uint8Array): Uint8Array => record('encrypted', words(0, 1), body)
  const ids = [atTime(START + 1), 5n]
  const services: readonly ClientMessage[] = [
    { _: 'msgs_ack', msgIds: ids },
    { _: 'msgs_state_req', msgIds: ids },
    { _: 'msgs_state_info', reqMsgId: 1n, info: Uint8Array.of(4) },
    { _: 'msgs_all_info', msgIds: ids, info: Uint8Array.of(4, 1) },
    { _: 'msg_resend_req', msgIds: ids },
    { _: 'ping', pingId: 1n },
    { _: 'ping_delay_disconnect', pingId: 1n, disconnectDelay: 60 },
    { _: 'get_future_salts', num: 8 },
    { _: 'rpc_drop_answer', reqMsgId: ids[0]! },
    { _: 'destroy_session', sessionId: SESSION + 9n },
    { _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 25_000 },
  ]
  const honest = record('honest')
  const visit = new Visit()
  visit.record(Do.honest, new Uint8Array(0))
  const [proof, half] = visit.secrets()
  visit.close()
  return [
    concat(honest, honest, honest),
    concat(honest, honest, honest, honest, honest),
    concat(honest, record('patched', Uint8Array.of(40, 0, 1, 0)), honest),
    concat(honest, record('proof', proof), honest),
    concat(honest, honest, record('half', half)),
    concat(honest, record('proof', proof), record('half', half)),
    concat(honest, record('data', new Uint8Array(32))),
    concat(honest, honest, record('data', new Uint8Array(32))),
    concat(record('plain', message({ _: 'req_pq', nonce: new Uint8Array(16) }))),
    concat(first(bytesOf(init)), record('wait', words(1000)), record('encrypted', words(4, 3), bytesOf(part))),
    ...services.map((service) =>
      concat(first(bytesOf(init)), record('encrypted', words(0, 3), message(service)), record('wait', words(100_000))),
    ),
    concat(
      record(
        'encrypted',
        words(4000, 0),
        words(MSG_CONTAINER, 1, 0, 0x6553f100, 1, 12),
        message({ _: 'ping', pingId: 3n }),
      ),
      record('reconnect'),
    ),
    record('plaintext', words(0, 0x6553f100, 1, 0, 0x7abe77ec, 1, 1, 1)),
    record('stream', new Uint8Array(40)),
  ]
}

export const target: FuzzTarget = {
  name: 'server',
  about: 'one connection to the test DC: nothing it is sent makes it throw, and a client that comes after is served',
  maxLength: 1024,
  steps: { base: 400_000, perByte: 1000 },
  memory: { base: 700_000, perByte: 2000 },
  words: [MSG_CONTAINER, 0x3072cfa1, 0xda9b0d0d, 0xbf9459b7, 0xb304a621, 0xde7b673d],
  seeds,
  async run(input) {
    const visit = new Visit()
    let records = 0
    for (const { kind, data } of recordsOf(input)) {
      if (++records > MAX_RECORDS) break
      visit.record(kind, data)
      // As many turns as a call takes.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
    visit.finish()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    must(visit.greeted, 'a client that comes afterwards is served')
    visit.close()
  },
}
