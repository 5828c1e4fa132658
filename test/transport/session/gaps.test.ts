/** Rules of the session that nothing else holds it to. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SecurityError } from '../../../src/errors.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import { Salts } from '../../../src/transport/session/salts.ts'
import { container, int, result, rpcError, SessionPeer, service } from '../../support/session-peer.ts'

let peer: SessionPeer
beforeEach(() => {
  peer = new SessionPeer()
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  peer.outcomes.length = 0
})
const call = (n: number, size = 0) => {
  peer.call(n, size)
  return peer.sent().find((one) => one.call === n)!
}
const relink = () => {
  peer.session.disconnected(peer.host.now())
  peer.session.connected(peer.host.now())
}
/** What is said after so many milliseconds, on a connection that lives. */
const said = async (ms: number) => {
  await peer.host.advance(ms)
  peer.service({ _: 'pong', msgId: 1n, pingId: 1n })
  peer.session.tick(peer.host.now())
  return names(peer.sent())
}
const bad = (badMsgId: bigint, errorCode: number) =>
  peer.service({ _: 'bad_msg_notification', badMsgId, badMsgSeqno: 1, errorCode })
const names = (sent: ReturnType<SessionPeer['sent']>) => sent.map((one) => one.service?._ ?? one.call)

test('a late answer to a former id does not move the clock', async () => {
  const first = call(1)
  await peer.host.advance(1000)
  const late = atTime(peer.serverTime) + 1n
  await peer.host.advance(60_000)
  relink()
  peer.sent()
  peer.receive(result(first.msgId, int(5)), { msgId: late })
  expect(peer.clock.serverTime()).toBe(peer.serverTime)
  peer.answer(call(2).msgId, 7)
  expect(peer.outcomes).toEqual(['1=5', '2=7'])
})

test('an answer made before its question was sent, by our clock, sets the clock back', async () => {
  await peer.host.advance(60_000)
  peer.ahead = -10_000
  const { msgId } = call(1)
  peer.receive(result(msgId, int(1)), { msgId: atTime(peer.serverTime) + 1n })
  expect(peer.clock.serverTime()).toBe(peer.serverTime)
})

test('an authentic message from ahead is refused, and the next one sets the clock', () => {
  peer.ahead = 60_000
  const { msgId } = call(1)
  expect(() => peer.answer(msgId, 1)).toThrow()
  peer.answer(msgId, 1)
  expect(peer.outcomes).toEqual(['1=1'])
})

test('neither a notification nor a container carries the clock away by its own id', () => {
  const far = (1n << 64n) - 3n
  peer.service({ _: 'bad_server_salt', badMsgId: 0n, badMsgSeqno: 0, errorCode: 48, newServerSalt: 1n }, { msgId: far })
  expect(peer.clock.serverTime()).toBe(peer.serverTime)
})

test('answers beside the notice that ends the session count', () => {
  peer.call(1)
  peer.call(2)
  const [one, two] = peer.sent()
  const at = atTime(peer.serverTime) + 40_001n
  const notice = service({ _: 'bad_msg_notification', badMsgId: one!.msgId, badMsgSeqno: 1, errorCode: 32 })
  const items = [
    { msgId: at, seqno: 0, body: notice },
    { msgId: at + 4n, seqno: 1, body: result(two!.msgId, int(9)) },
  ]
  peer.receive(container(items), { msgId: at + 8n, content: false })
  expect([peer.outcomes, names(peer.sent())]).toEqual([['2=9'], [1]])
})

test('a new session begins with nothing of the old one: no acknowledgements, no service messages, no former ids', () => {
  const first = call(1)
  peer.service({ _: 'pong', msgId: 1n, pingId: 1n }, { content: true })
  peer.session.send({ _: 'get_future_salts', num: 1 })
  bad(first.msgId, 32)
  relink()
  const told = ['ping_delay_disconnect', 'destroy_session']
  expect(names(peer.sent()).filter((name) => !told.includes(name as string))).toEqual([1])
  expect([...peer.session.sent.values()].map((one) => one.formerIds)).toEqual([[]])
})

test('what a lost connection had still to say, and what it had asked, is forgotten with it', async () => {
  call(1)
  for (let i = 0; i < 5; i++) {
    await peer.host.advance(5000)
    peer.session.tick(peer.host.now())
    peer.sent()
  }
  expect([...peer.session.outbox.questions.values()].filter((ids) => ids.length > 0).length).toBe(1)
  peer.session.send({ _: 'get_future_salts', num: 1 })
  peer.session.disconnected(peer.host.now())
  expect(peer.session.outbox.questions.size).toBe(0)
  peer.session.connected(peer.host.now())
  expect(names(peer.sent())).not.toContain('get_future_salts')
})

test('64 acknowledgements do not wait, and one msgs_ack holds 8192 at most', () => {
  for (let i = 0; i < 64; i++) peer.service({ _: 'pong', msgId: 1n, pingId: 1n }, { content: true })
  expect(names(peer.sent())).toEqual(['msgs_ack'])
  for (let i = 0; i < 9000; i++) peer.session.acks.push(BigInt(i))
  const sizes = peer.sent().map((one) => (one.service?._ === 'msgs_ack' ? one.service.msgIds.length : 0))
  expect(Math.max(...sizes)).toBe(8192)
})

test('states of more than 8192 messages are not told', () => {
  peer.service({ _: 'msgs_state_req', msgIds: Array<bigint>(8193).fill(5n) })
  expect(peer.sent()).toEqual([])
})

test('new_session_created counts a call by its container, too', () => {
  peer.call(1)
  peer.call(2)
  const [one, two] = peer.sent()
  expect(two!.msgId > one!.msgId).toBe(true)
  peer.service({ _: 'new_session_created', firstMsgId: one!.container, uniqueId: 1n, serverSalt: 77n })
  expect(peer.sent()).toEqual([])
})

test('the state of a former sending is of no interest', () => {
  const first = call(1)
  relink()
  peer.sent()
  peer.service({ _: 'msgs_all_info', msgIds: [first.msgId], info: Uint8Array.of(1) })
  expect(peer.sent()).toEqual([])
})

test('CONNECTION_LAYER_INVALID is answered by initConnection', () => {
  peer.receive(result(call(1).msgId, rpcError(400, 'CONNECTION_LAYER_INVALID')))
  expect(peer.sent().find((one) => one.call === 1)).toMatchObject({ wrapped: true })
})

test('an answer to a call without initConnection proves nothing', () => {
  peer.call(1)
  peer.call(2)
  const [one, two] = peer.sent()
  peer.receive(result(one!.msgId, rpcError(400, 'CONNECTION_NOT_INITED')))
  peer.answer(two!.msgId, 2)
  expect(peer.sent().find((again) => again.call === 1)).toMatchObject({ wrapped: true })
})

test('acknowledged on a lost connection: asked about, sent again when no answer comes, and that sending stands alone', async () => {
  const first = call(1)
  peer.service({ _: 'msgs_ack', msgIds: [first.msgId] })
  await peer.host.advance(1)
  relink()
  peer.session.tick(peer.host.now())
  expect(names(peer.sent())).toContain('msgs_state_req')
  expect(await said(19_000)).not.toContain(1)
  expect(await said(6000)).toContain(1)
  expect(await said(5000)).toEqual([])
})

describe('acknowledged on a lost connection, and still there after it', () => {
  /** Reconnects and answers the question about the call with a status. */
  const answeredBy = async (status: number, size = 0): Promise<void> => {
    const first = call(1, size)
    peer.service({ _: 'msgs_ack', msgIds: [first.msgId] })
    await peer.host.advance(1)
    relink()
    peer.session.tick(peer.host.now())
    const { msgId } = peer.sent().find((one) => one.service?._ === 'msgs_state_req')!
    peer.service({ _: 'msgs_state_info', reqMsgId: msgId, info: Uint8Array.of(status) })
  }

  test('the server is at work on it: asked about now and then, never made again', async () => {
    await answeredBy(4 + 8 + 32)
    for (let seconds = 0; seconds < 170; seconds += 5) expect(await said(5000)).not.toContain(1)
    await said(20_000)
    expect(peer.outcomes).toEqual(['1xNO_ANSWER'])
  })

  test('there is an answer, which does not come: it is sent again', async () => {
    await answeredBy(4 + 8 + 32 + 64)
    expect(await said(19_000)).not.toContain(1)
    expect(await said(6000)).toContain(1)
  })

  test('there is an answer to a file part: that is sent again at once, and the sending stands alone', async () => {
    await answeredBy(4 + 8 + 32 + 64, 512 * 1024)
    expect(names(peer.sent())).toContain(1)
    expect(await said(19_000)).not.toContain(1)
  })

  test('the server is at work on a file part: it is waited for', async () => {
    await answeredBy(4 + 8 + 32, 512 * 1024)
    expect(names(peer.sent())).not.toContain(1)
    expect(await said(30_000)).not.toContain(1)
  })

  test('it has not got it after all: it is sent again at once', async () => {
    await answeredBy(2)
    expect(names(peer.sent())).toContain(1)
  })
})

test('a pong may take as long as what is in front of it; and bytes that move count as life', async () => {
  peer.call(1, 512 * 1024)
  peer.sent()
  await peer.host.advance(15_000)
  peer.session.tick(peer.host.now())
  await peer.host.advance(16_000)
  expect(peer.session.tick(peer.host.now())).toBe('alive')
  peer.session.watch.moved(peer.host.now())
  await peer.host.advance(40_000)
  expect(peer.session.tick(peer.host.now())).toBe('alive')
  await peer.host.advance(10_000)
  expect(peer.session.tick(peer.host.now())).toBe('dead')
})

test('a container holds at most 1020 messages and 2^15 bytes, whatever is in it', () => {
  const lengths = (): number[] => {
    const lengths: number[] = []
    for (;;) {
      const next = peer.session.take(peer.host.now())
      if (!next) return lengths
      expect(new DataView(next.body.buffer.buffer, next.body.buffer.byteOffset).getUint32(60, true)).toBeLessThan(1021)
      lengths.push(next.body.length)
    }
  }
  for (let i = 0; i < 3000; i++) peer.call(i, 0, { encode: (w) => w.int(7) })
  const tiny = lengths()
  expect(tiny.length).toBeLessThan(6)
  expect(Math.max(...tiny)).toBeLessThan(2 ** 15)
  for (let i = 0; i < 40; i++) peer.call(i, 400 * i)
  expect(Math.max(...lengths())).toBeLessThan(2 ** 15)
  const msgIds = Array<bigint>(8192).fill(5n)
  for (let i = 0; i < 60; i++) peer.service({ _: 'msgs_state_req', msgIds })
  expect(Math.max(...lengths())).toBeLessThan(2 ** 15)
})

test('a container of more than 1024 messages is refused', () => {
  const at = atTime(peer.serverTime) + 40_001n
  const body = service({ _: 'pong', msgId: 1n, pingId: 1n })
  const items = Array.from({ length: 1025 }, (_, i) => ({ msgId: at + BigInt(4 * i), seqno: 0, body }))
  expect(() => peer.receive(container(items), { msgId: at + 40_000n, content: false })).toThrow()
})

test('no more future salts are kept than can be asked for', () => {
  const now = Math.floor(peer.serverTime / 1000)
  const salts = Array.from({ length: 1000 }, (_, i) => ({
    _: 'future_salt' as const,
    validSince: now + i,
    validUntil: now + i + 1,
    salt: BigInt(i),
  }))
  peer.session.send({ _: 'get_future_salts', num: 64 }, [])
  peer.service({ _: 'future_salts', reqMsgId: peer.sent()[0]!.msgId, now, salts })
  expect(peer.salts.knownUntil).toBe(now + 64)
})

test('a call that is cancelled before it was sent is nothing that the server has to hear of', () => {
  peer.session.cancel(peer.call(1))
  expect(peer.sent()).toEqual([])
})

test('a container that comes again is passed over, however old it is by then, and its messages are acknowledged again', async () => {
  await peer.host.advance(1_000)
  peer.packets()
  const inner = atTime(peer.serverTime) + 1n
  const body = container([{ msgId: inner, seqno: 1, body: int(0x55555555) }])
  const again = { msgId: inner + 4n, seqno: 2 }
  peer.receive(body, again)
  expect([peer.updates.length, peer.session.seen.has(inner + 4n)]).toEqual([1, true])
  peer.packets()
  await peer.host.advance(301_000)
  peer.packets()
  peer.receive(body, again)
  await peer.host.advance(1_000)
  const [ack] = peer.sent()
  expect([peer.updates.length, ack?.service]).toEqual([1, { _: 'msgs_ack', msgIds: [inner] }])
})

test('why a link was broken off is forgotten with the next answer', () => {
  const { session } = peer
  session.refusal = new SecurityError('MESSAGE_REFUSED', 'broken')
  peer.answer(call(1).msgId, 5)
  expect(session.refusal).toBeUndefined()
})

test('a question that was answered is no longer remembered', async () => {
  const { msgId } = call(1)
  await peer.host.advance(20_000)
  peer.session.tick(peer.host.now())
  const asked = peer.sent().find((one) => one.service?._ === 'msgs_state_req')!
  const { questions } = peer.session.outbox
  expect(questions.get(asked.msgId)).toEqual([msgId])
  peer.service({ _: 'msgs_state_info', reqMsgId: asked.msgId, info: Uint8Array.of(4) })
  expect(questions.has(asked.msgId)).toBe(false)
})

test('salts of a key that is over are not used under the next', () => {
  const salts = new Salts(1n)
  salts.learn([{ validSince: 100, validUntil: 200, salt: 2n }])
  salts.begin(3n)
  expect([salts.at(150_000), salts.knownUntil]).toEqual([3n, 0])
})
