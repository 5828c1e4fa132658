/** Service messages in both directions: what each says, and what the session says to it. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { ClientMessage, ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import { container, int, result, type Sent, SessionPeer, service } from '../../support/session-peer.ts'

let peer: SessionPeer
beforeEach(() => {
  peer = new SessionPeer()
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  peer.outcomes.length = 0
})

const relink = (): void => {
  peer.session.disconnected(peer.host.now())
  peer.session.connected(peer.host.now())
}
const services = (): ClientMessage[] => peer.sent().flatMap((one) => one.service ?? [])
const names = (sent: readonly Sent[]) => sent.map((one) => one.service?._ ?? one.call)
/** A message of the server as the body of an `rpc_result`. */
const body = (message: ServerMessage): Uint8Array => service(message)

describe('pings', () => {
  test('one of the server is answered, by its message id, and the answer needs no acknowledgement', () => {
    const msgId = peer.ids.next(peer.serverTime, 3n)
    peer.service({ _: 'ping', pingId: 9n }, { msgId })
    const [pong] = peer.sent()
    expect(pong!.service).toEqual({ _: 'pong', msgId, pingId: 9n })
    expect(pong!.seqno & 1).toBe(0)
  })
})

describe('http_wait', () => {
  const wait: ClientMessage = { _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 25_000 }

  test('needs no acknowledgement, and shares a container', () => {
    peer.session.send(wait)
    peer.call(1)
    const sent = peer.sent()
    expect(names(sent)).toEqual(['http_wait', 1])
    expect([sent[0]!.seqno & 1, sent[1]!.seqno & 1, sent[0]!.container > 0n]).toEqual([0, 1, true])
    expect(sent[0]!.service).toEqual(wait)
  })
})

describe('rpc_drop_answer', () => {
  /** Cancels a call that is under way; the message that says so. */
  function cancelled(): { call: Sent; drop: Sent } {
    const call = peer.call(1)
    const sent = peer.sent().find((one) => one.call === 1)!
    peer.session.cancel(call)
    return { call: sent, drop: peer.sent()[0]! }
  }

  test.each<ServerMessage>([
    { _: 'rpc_answer_unknown' },
    { _: 'rpc_answer_dropped_running' },
    { _: 'rpc_answer_dropped', msgId: 5n, seqNo: 1, bytes: 100 },
  ])('is answered: $_; that is acknowledged and disturbs no other call', (answer) => {
    const { call, drop } = cancelled()
    expect(drop.service).toEqual({ _: 'rpc_drop_answer', reqMsgId: call.msgId })
    peer.call(2)
    const other = peer.sent().find((one) => one.call === 2)!
    const answered = peer.ids.next(peer.serverTime, 1n)
    peer.receive(result(drop.msgId, body(answer)), { msgId: answered })
    // In place of the answer the server says the same of the call itself.
    const instead = peer.ids.next(peer.serverTime, 1n)
    peer.receive(result(call.msgId, body(answer)), { msgId: instead })
    peer.receive(result(other.msgId, int(2)))
    peer.call(3)
    const acks = services().flatMap((one) => (one._ === 'msgs_ack' ? one.msgIds : []))
    expect(acks).toEqual(expect.arrayContaining([answered, instead]))
    expect(peer.outcomes).toEqual(['2=2'])
  })

  test('is not sent without a connection, nor for what never left', () => {
    const sent = peer.call(1)
    peer.sent()
    const waiting = peer.call(2)
    peer.session.cancel(waiting)
    peer.session.disconnected(peer.host.now())
    peer.session.cancel(sent)
    expect(peer.session.ready).toBe(false)
    peer.session.connected(peer.host.now())
    expect(peer.sent()).toEqual([])
  })
})

describe('destroy_session', () => {
  const bad = (errorCode: number): void => {
    peer.call(1)
    const { msgId } = peer.sent().find((one) => one.call === 1)!
    peer.service({ _: 'bad_msg_notification', badMsgId: msgId, badMsgSeqno: 1, errorCode })
  }

  test('a session given up is destroyed in the next one, once it is connected, and once', () => {
    const old = peer.session.id
    bad(32)
    peer.session.disconnected(peer.host.now())
    peer.session.connected(peer.host.now())
    const first = peer.sent()
    expect(first.map((one) => one.service).filter((one) => one?._ === 'destroy_session')).toEqual([
      { _: 'destroy_session', sessionId: old },
    ])
    expect(first[0]!.sessionId).not.toBe(old)
    relink()
    expect(names(peer.sent())).not.toContain('destroy_session')
  })

  test('of several given up before there was a connection, the one that the server knows', () => {
    const old = peer.session.id
    bad(32)
    peer.session.reset('again')
    relink()
    expect(services()).toContainEqual({ _: 'destroy_session', sessionId: old })
  })

  test('a session that is too old to be taken up is destroyed, too', async () => {
    const old = peer.session.id
    peer.session.disconnected(peer.host.now())
    await peer.host.advance(600_000)
    peer.session.connected(peer.host.now())
    expect(services()).toContainEqual({ _: 'destroy_session', sessionId: old })
  })

  test.each(['destroy_session_ok', 'destroy_session_none'] as const)('%s is understood', (_) => {
    peer.service({ _, sessionId: 1n })
    peer.receive(result(12n, body({ _, sessionId: 1n })))
    expect([peer.updates, peer.outcomes, peer.session.mustReconnect]).toEqual([[], [], false])
  })
})

describe('future salts', () => {
  const now = (): number => Math.floor(peer.serverTime / 1000)
  const salt = (from: number, to: number, salt: bigint) => ({
    _: 'future_salt' as const,
    validSince: now() + from,
    validUntil: now() + to,
    salt,
  })
  const next = (): bigint => {
    peer.call(9)
    return peer.sent().find((one) => one.call === 9)!.salt
  }

  test('an answer to a question that was not ours, or to one answered before, is not taken', () => {
    const salts = [salt(-5, 60, 666n)]
    peer.service({ _: 'future_salts', reqMsgId: 4n, now: now(), salts })
    expect(next()).toBe(77n)
    peer.session.send({ _: 'get_future_salts', num: 1 }, [])
    const { msgId } = peer.sent()[0]!
    peer.service({ _: 'future_salts', reqMsgId: msgId, now: now(), salts: [salt(-5, 60, 5n)] })
    peer.service({ _: 'future_salts', reqMsgId: msgId, now: now(), salts })
    expect(next()).toBe(5n)
  })

  test('a salt before the one that the server named is never used, whatever our clock says', async () => {
    peer.session.send({ _: 'get_future_salts', num: 3 }, [])
    const { msgId } = peer.sent()[0]!
    const salts = [salt(100, 200, 1n), salt(200, 300, 2n), salt(300, 400, 3n)]
    peer.service({ _: 'future_salts', reqMsgId: msgId, now: now(), salts })
    peer.call(1)
    const refused = peer.sent().find((one) => one.call === 1)!
    peer.service({ _: 'bad_server_salt', badMsgId: refused.msgId, badMsgSeqno: 1, errorCode: 48, newServerSalt: 2n })
    expect(next()).toBe(2n)
    await peer.host.advance(150_000)
    expect(next()).toBe(2n)
    await peer.host.advance(160_000)
    expect(next()).toBe(3n)
  })

  test('an answer that comes after the server has named another salt is late, and brings no old salt back', () => {
    peer.session.send({ _: 'get_future_salts', num: 3 }, [])
    const { msgId } = peer.sent()[0]!
    peer.call(1)
    const refused = peer.sent().find((one) => one.call === 1)!
    peer.service({ _: 'bad_server_salt', badMsgId: refused.msgId, badMsgSeqno: 1, errorCode: 48, newServerSalt: 2n })
    const salts = [salt(-100, 100, 77n), salt(100, 200, 78n)]
    peer.service({ _: 'future_salts', reqMsgId: msgId, now: now(), salts })
    expect(next()).toBe(2n)
  })

  test('a salt that the server had not announced makes those announced worthless', async () => {
    peer.session.send({ _: 'get_future_salts', num: 3 }, [])
    const { msgId } = peer.sent()[0]!
    const salts = [salt(-100, 100, 77n), salt(100, 200, 78n)]
    peer.service({ _: 'future_salts', reqMsgId: msgId, now: now(), salts })
    peer.call(1)
    const refused = peer.sent().find((one) => one.call === 1)!
    peer.service({ _: 'bad_server_salt', badMsgId: refused.msgId, badMsgSeqno: 1, errorCode: 48, newServerSalt: 2n })
    await peer.host.advance(150_000)
    expect(next()).toBe(2n)
  })
})

describe('messages about messages', () => {
  test('msgs_state_req: received, forgotten, not received, not received yet', () => {
    const first = atTime(peer.serverTime - 200_000) + 1n
    for (let i = 0; i < 2100; i++) peer.service({ _: 'pong', msgId: 1n, pingId: 1n }, { msgId: first + BigInt(8 * i) })
    const asked = [first + 16_792n, first, first + 16_788n, first + 1_000_000_000_000_000n]
    peer.service({ _: 'msgs_state_req', msgIds: asked }, { content: true })
    const info = services().find((one) => one._ === 'msgs_state_info')!
    expect(Array.from(info.info)).toEqual([4, 1, 2, 3])
  })

  test('msg_resend_req: what is there goes again, in the connection it was asked for on; nothing is told', () => {
    peer.call(1)
    peer.call(2)
    const [one, two] = peer.sent()
    peer.service({ _: 'msg_resend_req', msgIds: [one!.msgId, two!.msgId] })
    expect(names(peer.sent())).toEqual([1, 2])
  })

  test('msg_resend_req: if anything of it is gone, or was never ours, the states of all are told', () => {
    peer.call(1)
    const [one] = peer.sent()
    const theirs = peer.ids.next(peer.serverTime, 1n)
    peer.service({ _: 'pong', msgId: 1n, pingId: 1n }, { msgId: theirs })
    const asked = peer.ids.next(peer.serverTime, 3n)
    const msgIds = [one!.msgId, theirs, theirs + 4_000_000n]
    peer.service({ _: 'msg_resend_req', msgIds }, { msgId: asked })
    const sent = peer.sent()
    expect(names(sent)).toEqual(['msgs_state_info', 1])
    const info = sent[0]!.service as Extract<ClientMessage, { _: 'msgs_state_info' }>
    expect([info.reqMsgId, info.info.length, info.info[1]]).toEqual([asked, 3, 4])
    expect(sent[0]!.seqno & 1).toBe(0)
  })

  test('msg_resend_req of a call that was cancelled: it is not sent, only told of', () => {
    const call = peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.session.cancel(call)
    peer.sent()
    peer.service({ _: 'msg_resend_req', msgIds: [msgId] })
    expect(names(peer.sent())).toEqual(['msgs_state_info'])
  })

  test('msgs_state_info to a question that was not ours means nothing', () => {
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.service({ _: 'msgs_state_info', reqMsgId: msgId, info: Uint8Array.of(1) })
    peer.service({ _: 'msgs_state_info', reqMsgId: 4n, info: Uint8Array.of(1) })
    expect(peer.sent()).toEqual([])
  })

  test('msgs_all_info: what did not arrive goes again, what did is acknowledged; short or long lists do no harm', () => {
    for (let i = 1; i <= 5; i++) peer.call(i)
    const ids = peer.sent().map((one) => one.msgId)
    peer.service({ _: 'msgs_all_info', msgIds: ids, info: Uint8Array.of(1, 2, 3, 4 | 8 | 32) })
    expect(names(peer.sent())).toEqual([1, 2, 3])
    peer.service({ _: 'msgs_all_info', msgIds: [], info: new Uint8Array(50).fill(1) })
    relink()
    // The fourth was acknowledged by its state, the fifth was not told of.
    expect(names(peer.sent()).filter((name) => typeof name === 'number')).toEqual([1, 2, 3, 5])
  })

  test('msgs_ack of a container counts for all in it', () => {
    peer.call(1)
    peer.call(2)
    const { container } = peer.sent()[0]!
    peer.service({ _: 'msgs_ack', msgIds: [container] })
    relink()
    expect(names(peer.sent())).toEqual(['ping_delay_disconnect'])
  })

  test('msg_detailed_info of a call that nobody waits for: its answer is acknowledged unheard', () => {
    peer.service({ _: 'msg_detailed_info', msgId: 4n, answerMsgId: 777n, bytes: 1, status: 0 })
    peer.call(1)
    expect(services()).toEqual([{ _: 'msgs_ack', msgIds: expect.arrayContaining([777n]) as bigint[] }])
  })

  test('what asks in a container is answered in one packet', () => {
    const at = atTime(peer.serverTime) + 40_001n
    const items = [
      { msgId: at, seqno: 0, body: service({ _: 'ping', pingId: 1n }) },
      { msgId: at + 4n, seqno: 0, body: service({ _: 'msgs_state_req', msgIds: [at] }) },
      { msgId: at + 8n, seqno: 0, body: service({ _: 'msg_new_detailed_info', answerMsgId: 1n, bytes: 1, status: 0 }) },
    ]
    peer.receive(container(items), { msgId: at + 12n, content: false })
    const packets = peer.packets()
    expect(packets.map(names)).toEqual([['pong', 'msgs_state_info', 'msg_resend_req']])
  })

  test('what stands beside a notification that ends the session is not for the next one', () => {
    peer.call(1)
    const bad = peer.sent()[0]!.msgId
    const at = atTime(peer.serverTime) + 40_001n
    const notice = { _: 'bad_msg_notification', badMsgId: bad, badMsgSeqno: 1, errorCode: 32 } as const
    const items = [
      { msgId: at, seqno: 0, body: service(notice) },
      {
        msgId: at + 4n,
        seqno: 0,
        body: service({ _: 'msg_detailed_info', msgId: 4n, answerMsgId: 777n, bytes: 1, status: 0 }),
      },
      { msgId: at + 8n, seqno: 0, body: service({ _: 'msgs_state_req', msgIds: [at] }) },
    ]
    peer.receive(container(items), { msgId: at + 12n, content: false })
    expect(peer.session.mustReconnect).toBe(true)
    relink()
    expect(names(peer.sent()).filter((name) => /^msg/.test(`${name}`))).toEqual([])
  })
})

test('new_session_created is acknowledged; what is older than its first message goes again, what is not does not', () => {
  peer.call(1)
  const [one] = peer.sent()
  peer.call(2)
  const [two] = peer.sent()
  const msgId = peer.ids.next(peer.serverTime, 3n)
  peer.service(
    { _: 'new_session_created', firstMsgId: two!.msgId, uniqueId: 7n, serverSalt: 5n },
    { msgId, content: true },
  )
  const sent = peer.sent()
  expect(names(sent)).toEqual(['msgs_ack', 1])
  expect(sent[0]!.service).toMatchObject({ msgIds: expect.arrayContaining([msgId]) as bigint[] })
  expect(sent[1]!.msgId > one!.msgId).toBe(true)
  expect(peer.events.at(-2)).toEqual({ type: 'server-session', uniqueId: 7n })
})
