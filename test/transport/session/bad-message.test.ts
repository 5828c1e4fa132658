/** What goes out after each code with which a server refuses a message of ours. */
import { beforeEach, describe, expect, test } from 'vitest'
import { timeOfMsgId } from '../../../src/transport/session/clock.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import { int, result, type Sent, SessionPeer } from '../../support/session-peer.ts'

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
const notice = (badMsgId: bigint, errorCode: number): void =>
  peer.service({ _: 'bad_msg_notification', badMsgId, badMsgSeqno: 1, errorCode })

test('a clock that was told it is 2106, when ids begin anew: they go on rising, and one notice of the true time mends it', async () => {
  peer = new SessionPeer()
  peer.ahead = 0xffff_ffff * 1000 - peer.host.wallClock()
  peer.service({ _: 'pong', msgId: 1n, pingId: 1n })
  peer.call(1)
  const ids = peer.sent().map(({ msgId }) => msgId)
  await peer.host.advance(5_000)
  peer.call(2)
  ids.push(...peer.sent().map(({ msgId }) => msgId))
  expect(ids.every((id, i) => id < 2n ** 64n && id > (ids[i - 1] ?? 0n))).toBe(true)
  peer.ahead = 0
  const msgId = atTime(peer.serverTime) + 1n
  peer.service({ _: 'bad_msg_notification', badMsgId: ids[0]!, badMsgSeqno: 1, errorCode: 17 }, { msgId })
  expect(peer.session.mustReconnect).toBe(true)
  relink()
  for (const { msgId, call } of peer.sent()) {
    if (call) peer.receive(result(msgId, int(call)), { msgId: msgId + 1n })
  }
  expect(peer.outcomes).toEqual(['1=1', '2=2'])
})

/** Two calls go out, the first is refused; what is sent then, on a new link if the session asked for one. */
function refuse(errorCode: number): { first: Sent; again: Sent[]; reset: boolean } {
  peer.call(1)
  peer.call(2)
  const first = peer.sent().find((one) => one.call === 1)!
  notice(first.msgId, errorCode)
  const reset = peer.session.mustReconnect
  if (reset) relink()
  return { first, again: peer.sent(), reset }
}
const calls = (sent: readonly Sent[]) => sent.flatMap((one) => one.call ?? [])
const sameSession = ({ first, again }: { first: Sent; again: Sent[] }): boolean =>
  again.every((one) => one.sessionId === first.sessionId)

describe('in the same session, under a fresh id', () => {
  test('16, msg_id too low: the clock is set, and the one message goes again', () => {
    peer.ahead = 3_600_000
    const outcome = refuse(16)
    expect([outcome.reset, sameSession(outcome), calls(outcome.again)]).toEqual([false, true, [1]])
    expect(Math.abs(timeOfMsgId(outcome.again[0]!.msgId) - peer.serverTime)).toBeLessThan(100)
  })

  test('48, wrong salt, without the right one: the one message goes again, and takes the salt that is told then', () => {
    const outcome = refuse(48)
    expect([outcome.reset, sameSession(outcome), calls(outcome.again)]).toEqual([false, true, [1]])
    const [again] = outcome.again
    expect(again!.msgId > outcome.first.msgId).toBe(true)
    peer.service({ _: 'bad_server_salt', badMsgId: again!.msgId, badMsgSeqno: 1, errorCode: 48, newServerSalt: 5n })
    expect(peer.sent()).toMatchObject([{ call: 1, salt: 5n }])
  })
})

describe('in a new session, the old one destroyed', () => {
  /** Both calls go again, each once, under ids of a new session that counts from the beginning. */
  function anew(code: number): Sent[] {
    const { first, again, reset } = refuse(code)
    expect([reset, calls(again).sort()]).toEqual([true, [1, 2]])
    expect(again.every((one) => one.sessionId !== first.sessionId)).toBe(true)
    expect(again.filter((one) => one.call).every((one) => one.wrapped === true)).toBe(true)
    expect(again[0]).toMatchObject({ seqno: 1, service: { _: 'destroy_session', sessionId: first.sessionId } })
    return again
  }

  test('17, msg_id too high: ids follow the server', () => {
    peer = new SessionPeer()
    peer.ahead = -3_600_000
    const again = anew(17)
    expect(Math.abs(timeOfMsgId(again[0]!.msgId) - peer.serverTime)).toBeLessThan(100)
  })

  test.each([32, 33])('%i, seqno: as often as it takes', (code) => {
    anew(code)
    // The disagreement is nobody's mistake for certain: it does not count against the call.
    for (let i = 0; i < 3; i++) {
      const call = [...peer.session.sent.values()].find(({ request }) => request.method === 'test.1')!
      notice(call.msgId, code)
      relink()
      expect(calls(peer.sent()).sort()).toEqual([1, 2])
    }
    expect(peer.outcomes).toEqual([])
  })

  test.each([18, 19, 20, 34, 35, 64])(
    '%i, a mistake of ours: once more, then the call that it names fails alone',
    (code) => {
      const again = anew(code)
      notice(again.find((one) => one.call === 1)!.msgId, code)
      expect(peer.outcomes).toEqual(['1xNO_ANSWER'])
      relink()
      const last = peer.sent().find((one) => one.call !== undefined)!
      expect(last.call).toBe(2)
      peer.answer(last.msgId, 22)
      expect(peer.outcomes).toEqual(['1xNO_ANSWER', '2=22'])
    },
  )

  test('the error names the code, and says that trying again is of no use', () => {
    let error: unknown
    peer.call(3, 0, { onFailure: (reason) => (error = reason) })
    for (let round = 0; round < 2; round++) {
      notice(peer.sent().find((one) => one.call === 3)!.msgId, 34)
      relink()
    }
    expect(error).toMatchObject({ code: 'NO_ANSWER', status: 34, retryable: false })
    expect((error as Error).message).toBe('the server did not answer test.3, sent 2 times; please report code 34')
  })
})

describe('a notice is believed of a message that was sent lately, and of no other', () => {
  const salt = (badMsgId: bigint, newServerSalt: bigint): void =>
    peer.service({ _: 'bad_server_salt', badMsgId, badMsgSeqno: 1, errorCode: 48, newServerSalt })

  test('of a container, of an acknowledgement, of a ping', async () => {
    peer.call(1)
    peer.call(2)
    const { container } = peer.sent()[0]!
    salt(container, 100n)
    expect(peer.sent()).toMatchObject([
      { call: 1, salt: 100n },
      { call: 2, salt: 100n },
    ])
    peer.session.send({ _: 'ping_delay_disconnect', pingId: 1n, disconnectDelay: 75 })
    salt(peer.sent()[0]!.msgId, 101n)
    // What was said beside calls, or alone, is said again, too, once.
    peer.call(3)
    expect(peer.sent()).toMatchObject([
      { service: { _: 'ping_delay_disconnect' }, salt: 101n },
      { call: 3, salt: 101n },
    ])
    peer.call(4)
    expect(peer.sent()).toMatchObject([{ call: 4, salt: 101n }])
  })

  test('not of one never sent, though its id could be ours; not of message 0; not of one of the session before', () => {
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    for (const id of [msgId - 4_000_000n, msgId - (1n << 36n), 0n, msgId + 4n]) {
      salt(id, 666n)
      for (const code of [16, 17, 20, 32, 48, 64]) notice(id, code)
    }
    expect([peer.session.mustReconnect, peer.salts.at(peer.serverTime), peer.sent()]).toEqual([false, 77n, []])
    notice(msgId, 33)
    relink()
    peer.sent()
    notice(msgId, 33)
    salt(msgId, 666n)
    expect([peer.session.mustReconnect, peer.salts.at(peer.serverTime)]).toEqual([false, 77n])
  })

  test('not of one sent before the salt it carried was replaced: what is said late brings no old salt back', () => {
    peer.call(1)
    const [one] = peer.sent()
    peer.call(2)
    const [two] = peer.sent()
    salt(two!.msgId, 200n)
    expect(peer.sent()).toMatchObject([{ call: 2, salt: 200n }])
    salt(one!.msgId, 150n)
    expect(peer.sent()).toMatchObject([{ call: 1, salt: 200n }])
    peer.service(
      { _: 'new_session_created', firstMsgId: one!.msgId, uniqueId: 1n, serverSalt: 150n },
      { content: true },
    )
    peer.call(3)
    expect(peer.sent().find((sent) => sent.call === 3)!.salt).toBe(200n)
  })

  test('no more messages are remembered than that takes', () => {
    for (let i = 0; i < 3000; i++) {
      peer.call(i)
      const { msgId } = peer.sent().find((one) => one.call === i)!
      peer.receive(result(msgId, int(i)))
    }
    expect(peer.session.recent.size).toBe(2000)
    expect([...peer.session.recent.keys()].at(-1)).toBe(peer.session.ids.last)
  })
})
