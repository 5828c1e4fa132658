/** The session: what it sends, and how it takes what the server says. */
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Crypto } from '../../../src/crypto/crypto.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import type { TlWriter } from '../../../src/tl/writer.ts'
import { timeOfMsgId } from '../../../src/transport/session/clock.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import {
  CALL_ID,
  container,
  gzipPacked,
  int,
  result,
  rpcError,
  SessionPeer,
  service,
} from '../../support/session-peer.ts'

let peer: SessionPeer
beforeEach(() => {
  peer = new SessionPeer()
})

/** Sends one call and answers it, so that the connection counts as initialized; drops what goes out besides. */
function settle(): void {
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  peer.outcomes.length = 0
}

describe('sending', () => {
  test('one small call is a plain message, several share a container whose id is above theirs', () => {
    settle()
    peer.call(1)
    const [[only]] = peer.packets() as [[never]]
    expect(only).toMatchObject({ call: 1, container: 0n })
    peer.call(2)
    peer.call(3)
    const packets = peer.packets()
    expect(packets.map((packet) => packet.map((one) => one.call))).toEqual([[2, 3]])
    for (const one of packets[0]!) expect(one.msgId < one.container).toBe(true)
    expect(peer.packets()).toEqual([])
  })

  test('a large call travels alone, whatever waits beside it, and in order', () => {
    settle()
    peer.call(1)
    peer.call(2, 512 * 1024)
    peer.call(3)
    expect(peer.packets().map((packet) => packet.map((one) => one.call))).toEqual([[1], [2], [3]])
  })

  test('calls are wrapped in initConnection until one that was is answered', () => {
    peer.call(1)
    peer.call(2)
    const first = peer.sent()
    expect(first.map((one) => one.wrapped)).toEqual([true, true])
    peer.answer(first[1]!.msgId, 5)
    peer.call(3)
    expect(peer.sent().find((one) => one.call === 3)).toMatchObject({ wrapped: false })
  })

  test('a server that forgot initConnection is told again, once', () => {
    settle()
    peer.call(1)
    peer.receive(result(peer.sent()[0]!.msgId, rpcError(400, 'CONNECTION_NOT_INITED')))
    const again = peer.sent().find((one) => one.call === 1)!
    expect(again.wrapped).toBe(true)
    peer.receive(result(again.msgId, rpcError(400, 'CONNECTION_NOT_INITED')))
    expect(peer.outcomes).toEqual(['1!400 CONNECTION_NOT_INITED'])
  })

  test('a request learns the id of the message it travels in: alone, in a container, and sent again', () => {
    settle()
    const told: bigint[] = []
    const naming = {
      encode: (w: TlWriter, msgId: bigint): void => {
        told.push(msgId)
        w.uint(CALL_ID)
        w.int(1)
      },
    }
    const travelled: bigint[] = []
    const take = (): void => {
      for (const one of peer.sent()) if (one.call === 1) travelled.push(one.msgId)
    }
    peer.call(1, 0, naming)
    take()
    peer.service({ _: 'msg_resend_req', msgIds: [travelled[0]!] })
    peer.call(2)
    take()
    peer.call(1, 100_000, naming)
    take()
    expect(travelled.length).toBe(3)
    expect(told).toEqual(travelled)
  })

  test('a request that cannot be written leaves no gap in the seqno, and the ids go on rising', () => {
    settle()
    peer.call(1)
    const before = peer.sent()[0]!
    const failing = {
      encode: (w: TlWriter): void => {
        w.int(1)
        throw new TypeError('not this one')
      },
    }
    peer.call(2, 0, failing)
    expect(peer.sent()).toEqual([])
    peer.call(3)
    peer.call(4, 0, failing)
    peer.call(5)
    const [third, fifth] = peer.sent()
    expect([third, fifth]).toMatchObject([
      { call: 3, seqno: before.seqno + 2 },
      { call: 5, seqno: before.seqno + 4 },
    ])
    expect(before.msgId < third!.msgId && third!.msgId < fifth!.msgId && fifth!.msgId < fifth!.container).toBe(true)
  })

  test('a bare call is never wrapped in initConnection, and what the server says to that is its answer', () => {
    peer.call(1, 0, { bare: true })
    peer.call(2)
    const sent = peer.sent()
    expect(sent.map((one) => one.wrapped)).toEqual([false, true])
    peer.receive(result(sent[0]!.msgId, rpcError(400, 'CONNECTION_NOT_INITED')))
    expect(peer.outcomes).toEqual(['1!400 CONNECTION_NOT_INITED'])
    // It proves nothing about the connection either.
    peer.call(3, 0, { bare: true })
    peer.answer(peer.sent().find((one) => one.call === 3)!.msgId, 1)
    peer.call(4)
    expect(peer.sent().find((one) => one.call === 4)).toMatchObject({ wrapped: true })
  })

  test('a request that cannot be written fails alone', () => {
    settle()
    peer.call(1, 0, {
      encode: (w) => {
        w.uint(1)
        w.int(1.5)
      },
    })
    peer.call(2)
    const sent = peer.sent()
    expect(sent.map((one) => one.call)).toEqual([2])
    expect(peer.outcomes).toEqual(['1xTL_INVALID'])
    peer.answer(sent[0]!.msgId, 7)
    expect(peer.outcomes).toEqual(['1xTL_INVALID', '2=7'])
  })
})

describe('acknowledgements', () => {
  test('content-related messages are acknowledged with the next packet', () => {
    settle()
    peer.service(
      { _: 'new_session_created', firstMsgId: 0n, uniqueId: 1n, serverSalt: 77n },
      { content: true, msgId: atTime(peer.serverTime) + 4001n },
    )
    peer.call(1)
    const ack = peer.sent().find((one) => one.service?._ === 'msgs_ack')
    expect(ack?.service).toMatchObject({ msgIds: [atTime(peer.serverTime) + 4001n] })
    expect(ack!.seqno & 1).toBe(0)
  })

  test('or by themselves soon after', async () => {
    settle()
    await peer.host.advance(1000)
    peer.packets()
    peer.call(1)
    peer.answer(peer.sent()[0]!.msgId, 1)
    expect(peer.packets()).toEqual([])
    const due = peer.session.deadline()
    expect(due - peer.host.now()).toBeLessThanOrEqual(1000)
    await peer.host.advance(due - peer.host.now())
    expect(peer.sent().map((one) => one.service?._)).toEqual(['msgs_ack'])
  })

  test('inner messages of a container are acknowledged on their own, the container is not', () => {
    settle()
    const time = atTime(peer.serverTime) + 40_000n
    peer.receive(
      container([
        { msgId: time + 1n, seqno: 11, body: int(0x55555555) },
        { msgId: time + 5n, seqno: 12, body: service({ _: 'pong', msgId: 1n, pingId: 1n }) },
        { msgId: time + 9n, seqno: 13, body: int(0x55555555) },
      ]),
      { msgId: time + 13n, content: false },
    )
    peer.call(1)
    const ack = peer.sent().find((one) => one.service?._ === 'msgs_ack')
    expect(ack?.service).toMatchObject({ msgIds: [time + 1n, time + 9n] })
    expect(peer.updates).toEqual([0x55555555, 0x55555555])
  })

  test('a message that comes twice is acknowledged twice and used once', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    const plain = peer.plain(result(msgId, int(4)))
    peer.session.receive(plain.slice(), peer.host.now())
    peer.packets()
    peer.session.receive(plain.slice(), peer.host.now())
    peer.call(2)
    expect(peer.outcomes).toEqual(['1=4'])
    expect(peer.sent().map((one) => one.service?._ ?? one.call)).toEqual(['msgs_ack', 2])
  })
})

describe('answers', () => {
  test('go to their call, in any order; an unknown one to nobody', () => {
    settle()
    peer.call(1)
    peer.call(2)
    const [first, second] = peer.sent()
    peer.answer(second!.msgId, 22)
    peer.answer(999_999_996n, 33)
    peer.answer(first!.msgId, 11)
    peer.answer(first!.msgId, 12)
    expect(peer.outcomes).toEqual(['2=22', '1=11'])
    expect(peer.session.pending).toBe(0)
  })

  test('may be packed, inside the rpc_result or around it', () => {
    settle()
    peer.call(1)
    peer.call(2)
    const [first, second] = peer.sent()
    peer.receive(result(first!.msgId, gzipPacked(gzipSync(int(5)))))
    peer.receive(gzipPacked(gzipSync(result(second!.msgId, int(6)))))
    expect(peer.outcomes).toEqual(['1=5', '2=6'])
  })

  test('may be unpacked in the time that the platform takes', async () => {
    const later: Crypto = { ...portableCrypto, gunzip: async (data, limit) => portableCrypto.gunzip(data, limit) }
    peer = new SessionPeer(undefined, later)
    settle()
    for (let i = 1; i <= 4; i++) peer.call(i)
    const [first, second, third, fourth] = peer.sent()
    peer.receive(result(first!.msgId, gzipPacked(gzipSync(int(5)))))
    peer.receive(gzipPacked(gzipSync(result(second!.msgId, int(6)))))
    peer.receive(result(third!.msgId, gzipPacked(new Uint8Array(40))))
    peer.receive(result(fourth!.msgId, gzipPacked(gzipSync(rpcError(400, 'X')))))
    expect(peer.outcomes).toEqual([])
    await peer.host.settle()
    expect(peer.outcomes.sort()).toEqual(['1=5', '2=6', '3xTL_INVALID', '4!400 X'])
    expect(peer.session.pending).toBe(0)
    // A message that cannot be unpacked is refused; by then the packet has been taken, so the session begins anew.
    peer.receive(gzipPacked(new Uint8Array(40)))
    await peer.host.settle()
    expect(peer.session.mustReconnect).toBe(true)
  })

  test('a damaged or bombing packed answer rejects its call alone', () => {
    settle()
    peer.call(1)
    peer.call(2)
    peer.call(3)
    const [first, second, third] = peer.sent()
    peer.receive(result(first!.msgId, gzipPacked(gzipSync(new Uint8Array(64 * 1024 * 1024)))))
    peer.receive(result(second!.msgId, gzipPacked(new Uint8Array(40))))
    peer.answer(third!.msgId, 3)
    expect(peer.outcomes).toEqual(['1xTL_INVALID', '2xTL_INVALID', '3=3'])
  })

  test('one that cannot be read rejects its call alone', () => {
    settle()
    peer.call(1, 0, { onResult: (r) => r.fail('unknown') })
    peer.call(2)
    const [first, second] = peer.sent()
    peer.answer(first!.msgId, 1)
    peer.answer(second!.msgId, 2)
    expect(peer.outcomes).toEqual(['1xTL_INVALID', '2=2'])
  })

  test('a cancelled call is dropped at the server, and a late answer means nothing', () => {
    settle()
    const call = peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.session.cancel(call)
    expect(peer.sent().map((one) => one.service)).toEqual([
      expect.objectContaining({ _: 'rpc_drop_answer', reqMsgId: msgId }),
    ])
    peer.answer(msgId, 1)
    expect(peer.outcomes).toEqual([])
    const queued = peer.call(2)
    peer.session.cancel(queued)
    expect(peer.sent().filter((one) => one.call === 2)).toEqual([])
  })
})

describe('what the server refuses', () => {
  test('bad_server_salt: the salt is taken and the message sent again under a fresh id', () => {
    settle()
    peer.call(1)
    const first = peer.sent()[0]!
    peer.service({ _: 'bad_server_salt', badMsgId: first.msgId, badMsgSeqno: 1, errorCode: 48, newServerSalt: 123n })
    const again = peer.sent()[0]!
    expect(again).toMatchObject({ call: 1, salt: 123n })
    expect(again.msgId > first.msgId).toBe(true)
    expect(again.seqno).toBeGreaterThan(first.seqno)
    peer.answer(again.msgId, 9)
    expect(peer.outcomes).toEqual(['1=9'])
  })

  test('bad_server_salt for a container sends all its calls again', () => {
    settle()
    peer.call(1)
    peer.call(2)
    const first = peer.sent()[0]!
    peer.service({
      _: 'bad_server_salt',
      badMsgId: first.container,
      badMsgSeqno: 1,
      errorCode: 48,
      newServerSalt: 123n,
    })
    expect(peer.sent().map((one) => one.call)).toEqual([1, 2])
  })

  test('a notification about a message that we never sent changes nothing', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.service({
      _: 'bad_server_salt',
      badMsgId: msgId + 400_000_000_000n,
      badMsgSeqno: 1,
      errorCode: 48,
      newServerSalt: 666n,
    })
    peer.service({ _: 'bad_msg_notification', badMsgId: msgId + 400_000_000_001n, badMsgSeqno: 1, errorCode: 32 })
    expect(peer.session.mustReconnect).toBe(false)
    peer.call(2)
    expect(peer.sent().find((one) => one.call === 2)).toMatchObject({ salt: 77n })
  })

  test('16, id too low: the clock follows the server and the message is sent again', () => {
    peer.ahead = 3_600_000
    peer.call(1)
    const first = peer.sent()[0]!
    peer.service({ _: 'bad_msg_notification', badMsgId: first.msgId, badMsgSeqno: 1, errorCode: 16 })
    const again = peer.sent()[0]!
    expect(again.call).toBe(1)
    expect(Math.abs(timeOfMsgId(again.msgId) - peer.serverTime)).toBeLessThan(100)
    expect(peer.session.mustReconnect).toBe(false)
  })

  test('17, id too high: ids never go back, so a new session begins, with ids by the server', () => {
    peer.ahead = -3_600_000
    peer.call(1)
    const first = peer.sent()[0]!
    peer.service({ _: 'bad_msg_notification', badMsgId: first.msgId, badMsgSeqno: 1, errorCode: 17 })
    expect(peer.session.mustReconnect).toBe(true)
    peer.session.disconnected(peer.host.now())
    peer.session.connected(peer.host.now())
    const again = peer.sent().find((one) => one.call === 1)!
    expect(again.sessionId).not.toBe(first.sessionId)
    expect(again.seqno).toBeLessThanOrEqual(3)
    expect(Math.abs(timeOfMsgId(again.msgId) - peer.serverTime)).toBeLessThan(100)
  })

  test.each([32, 33])('%i, seqno wrong: a new session, and the message again', (errorCode) => {
    settle()
    peer.call(1)
    const first = peer.sent()[0]!
    peer.service({ _: 'bad_msg_notification', badMsgId: first.msgId, badMsgSeqno: 1, errorCode })
    expect(peer.session.mustReconnect).toBe(true)
    peer.session.disconnected(peer.host.now())
    peer.session.connected(peer.host.now())
    const again = peer.sent().find((one) => one.call === 1)!
    expect(again.sessionId).not.toBe(first.sessionId)
    expect(again.wrapped).toBe(true)
  })

  test.each([18, 19, 20, 34, 35, 64])(
    '%i, a mistake of ours: once more in a new session, then an error',
    (errorCode) => {
      settle()
      peer.call(1)
      for (let round = 0; round < 2; round++) {
        const sent = peer.sent().find((one) => one.call === 1)!
        peer.service({ _: 'bad_msg_notification', badMsgId: sent.msgId, badMsgSeqno: 1, errorCode })
        expect(peer.session.mustReconnect).toBe(true)
        peer.session.disconnected(peer.host.now())
        peer.session.connected(peer.host.now())
      }
      expect(peer.outcomes).toEqual(['1xNO_ANSWER'])
      expect(peer.sent().filter((one) => one.call === 1)).toEqual([])
    },
  )

  test('a server that never takes a message does not hold it for ever', () => {
    settle()
    peer.call(1)
    for (let round = 0; round < 50 && peer.outcomes.length === 0; round++) {
      const sent = peer.sent().find((one) => one.call === 1)!
      peer.service({
        _: 'bad_server_salt',
        badMsgId: sent.msgId,
        badMsgSeqno: 1,
        errorCode: 48,
        newServerSalt: BigInt(round),
      })
    }
    expect(peer.outcomes).toEqual(['1xNO_ANSWER'])
  })
})

describe('lost and found', () => {
  function reconnect(): void {
    peer.session.disconnected(peer.host.now())
    peer.session.connected(peer.host.now())
  }

  test('after a reconnect what was not acknowledged goes out again under a fresh id, what was answered does not', () => {
    settle()
    peer.call(1)
    peer.call(2)
    const [first, second] = peer.sent()
    peer.answer(first!.msgId, 1)
    reconnect()
    const again = peer.sent().filter((one) => one.call !== undefined)
    expect(again.map((one) => one.call)).toEqual([2])
    expect(again[0]!.msgId > second!.msgId).toBe(true)
    expect(again[0]!.sessionId).toBe(second!.sessionId)
  })

  test('an answer to the former id still counts, and the call is not sent again', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    reconnect()
    peer.answer(msgId, 8)
    expect(peer.outcomes).toEqual(['1=8'])
    expect(peer.sent().filter((one) => one.call === 1)).toEqual([])
    expect(peer.session.pending).toBe(0)
  })

  test('what was acknowledged is not sent again, unless the server began a new session since', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.service({ _: 'msgs_ack', msgIds: [msgId] })
    reconnect()
    const sent = peer.sent()
    expect(sent.map((one) => one.service?._ ?? one.call)).toContain('ping_delay_disconnect')
    expect(sent.filter((one) => one.call === 1)).toEqual([])
    const first = sent.find((one) => one.service?._ === 'ping_delay_disconnect')!.msgId
    peer.service({ _: 'new_session_created', firstMsgId: first, uniqueId: 5n, serverSalt: 99n }, { content: true })
    expect(peer.sent().find((one) => one.call === 1)).toMatchObject({ salt: 99n })
  })

  test('a call unanswered for long is asked about; what the server does not have goes out again', async () => {
    settle()
    peer.call(1)
    peer.call(2)
    const [first, second] = peer.sent()
    await peer.host.advance(14_000)
    peer.session.tick(peer.host.now())
    peer.service({ _: 'pong', msgId: 1n, pingId: 1n })
    await peer.host.advance(10_000)
    peer.session.tick(peer.host.now())
    const question = peer.sent().find((one) => one.service?._ === 'msgs_state_req')!
    expect(question.service).toMatchObject({ msgIds: [first!.msgId, second!.msgId] })
    peer.service({ _: 'msgs_state_info', reqMsgId: question.msgId, info: new Uint8Array([4, 1]) })
    expect(
      peer
        .sent()
        .filter((one) => one.call !== undefined)
        .map((one) => one.call),
    ).toEqual([2])
  })

  test('msg_resend_req sends again; msgs_state_req is answered', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.service({ _: 'msg_resend_req', msgIds: [msgId] })
    expect(peer.sent().find((one) => one.call === 1)!.msgId > msgId).toBe(true)
    const known = peer.ids.next(peer.serverTime, 1n)
    peer.service({ _: 'pong', msgId: 1n, pingId: 1n }, { msgId: known })
    peer.service({ _: 'msgs_state_req', msgIds: [known, known + 400n] }, { content: true })
    const info = peer.sent().find((one) => one.service?._ === 'msgs_state_info')!
    expect(info.service).toMatchObject({ info: new Uint8Array([4, 3]) })
  })

  test('msg_detailed_info: the answer is asked for if it did not come, else acknowledged', () => {
    settle()
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    peer.service({ _: 'msg_detailed_info', msgId, answerMsgId: 777n, bytes: 1, status: 0 })
    peer.service({ _: 'msg_new_detailed_info', answerMsgId: 779n, bytes: 1, status: 0 })
    expect(peer.sent().map((one) => one.service)).toEqual([
      expect.objectContaining({ _: 'msg_resend_req', msgIds: [777n] }),
      expect.objectContaining({ _: 'msg_resend_req', msgIds: [779n] }),
    ])
    const answerMsgId = peer.ids.next(peer.serverTime, 1n)
    peer.receive(result(msgId, int(1)), { msgId: answerMsgId })
    peer.packets()
    peer.service({ _: 'msg_new_detailed_info', answerMsgId, bytes: 1, status: 0 })
    peer.call(2)
    expect(peer.sent()[0]!.service).toMatchObject({ _: 'msgs_ack', msgIds: [answerMsgId] })
  })

  test('a session without a connection for long is not taken up again', async () => {
    settle()
    peer.call(1)
    const first = peer.sent()[0]!
    peer.session.disconnected(peer.host.now())
    await peer.host.advance(600_000)
    peer.session.connected(peer.host.now())
    expect(peer.session.mustReconnect).toBe(false)
    expect(peer.sent().find((one) => one.call === 1)!.sessionId).not.toBe(first.sessionId)
  })
})

describe('life signs', () => {
  test('a quiet connection is pinged, and dead when the ping stays unanswered', async () => {
    settle()
    const { session, host } = peer
    await host.advance(session.deadline() - host.now())
    while (session.tick(host.now()) === 'alive') {
      const sent = peer.sent()
      await host.advance(Math.max(1, session.deadline() - host.now()))
      if (sent.some((one) => one.service?._ === 'ping_delay_disconnect')) break
    }
    expect(session.tick(host.now())).toBe('dead')
    expect(host.now()).toBeLessThan(120_000)
  })

  test('an answered ping means life; one ping at a time', async () => {
    settle()
    const { session, host } = peer
    let pings = 0
    for (let i = 0; i < 400; i++) {
      await host.advance(1000)
      expect(session.tick(host.now())).toBe('alive')
      for (const one of peer.sent()) {
        if (one.service?._ !== 'ping_delay_disconnect') continue
        pings++
        expect(one.service.disconnectDelay).toBeGreaterThan(60)
        peer.service({ _: 'pong', msgId: one.msgId, pingId: one.service.pingId })
      }
    }
    expect(pings).toBeGreaterThan(4)
    expect(pings).toBeLessThan(10)
  })

  test('once asked to close a connection without pings, the server gets its next ping in time, however much it answers', async () => {
    settle()
    const { session, host } = peer
    session.watch.ping(session, host.now())
    let last = host.now()
    let pings = 0
    for (let i = 0; i < 300; i++) {
      expect(session.tick(host.now())).toBe('alive')
      peer.call(i)
      for (const { msgId, call, service } of peer.sent()) {
        if (call !== undefined) peer.answer(msgId, 0)
        if (service?._ !== 'ping_delay_disconnect') continue
        expect(host.now() - last).toBeLessThan(1000 * service.disconnectDelay)
        last = host.now()
        pings++
        peer.service({ _: 'pong', msgId, pingId: service.pingId })
      }
      await host.advance(1000)
    }
    expect([pings >= 4, pings <= 7, host.now() - last < 65_000]).toEqual([true, true, true])
  })

  test('future salts are asked for ahead of time, and not again before they run out', async () => {
    peer.call(1)
    peer.answer(peer.sent()[0]!.msgId, 0)
    const question = peer.sent().find((one) => one.service?._ === 'get_future_salts')!
    const now = Math.floor(peer.serverTime / 1000)
    const salts = [
      { _: 'future_salt' as const, validSince: now - 10, validUntil: now + 1800, salt: 5n },
      { _: 'future_salt' as const, validSince: now + 1800, validUntil: now + 7200, salt: 6n },
    ]
    peer.service({ _: 'future_salts', reqMsgId: question.msgId, now, salts })
    peer.call(2)
    const second = peer.sent().find((one) => one.call === 2)!
    expect(second.salt).toBe(5n)
    peer.answer(second.msgId, 0)
    peer.call(3)
    expect(peer.sent().map((one) => one.service?._)).not.toContain('get_future_salts')
    await peer.host.advance(1_900_000)
    peer.call(4)
    expect(peer.sent().find((one) => one.call === 4)!.salt).toBe(6n)
  })

  test('a call that nobody answers fails in the end', async () => {
    settle()
    peer.call(1)
    peer.packets()
    for (let i = 0; i < 100 && peer.outcomes.length === 0; i++) {
      await peer.host.advance(5000)
      peer.session.tick(peer.host.now())
      for (const one of peer.sent()) {
        if (one.service?._ === 'ping_delay_disconnect')
          peer.service({ _: 'pong', msgId: one.msgId, pingId: one.service.pingId })
      }
    }
    expect(peer.outcomes).toEqual(['1xNO_ANSWER'])
  })
})
