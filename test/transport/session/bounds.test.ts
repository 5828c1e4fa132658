/** What a server can make a session do and remember: bounded, and in proportion to what it sends. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { SeenIds } from '../../../src/transport/session/seen-ids.ts'
import { SessionPeer } from '../../support/session-peer.ts'

let peer: SessionPeer
beforeEach(() => {
  peer = new SessionPeer()
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  peer.outcomes.length = 0
})

describe('a server that asks without end and takes no answer is left', () => {
  const ask = (message: ServerMessage, content = false): number => {
    for (let i = 0; i < 100_000; i++) {
      try {
        peer.service(message, { content })
      } catch (error) {
        expect(error).toMatchObject({ code: 'MESSAGE_REFUSED' })
        return i
      }
    }
    return Number.POSITIVE_INFINITY
  }

  test.each<ServerMessage>([
    { _: 'ping', pingId: 1n },
    { _: 'msgs_state_req', msgIds: [1n] },
    { _: 'msg_resend_req', msgIds: [4n] },
    { _: 'msg_new_detailed_info', answerMsgId: 1n, bytes: 1, status: 0 },
  ])('$_', (message) => {
    const taken = ask(message)
    expect(taken).toBeGreaterThan(500)
    expect(taken).toBeLessThan(1100)
    expect(peer.session.outbox.services.length).toBeLessThan(1100)
  })

  test('and so is one whose messages are all to be acknowledged', () => {
    const taken = ask({ _: 'pong', msgId: 1n, pingId: 1n }, true)
    expect(taken).toBeGreaterThan(8192)
    expect(taken).toBeLessThan(33_000)
  })

  test('one that takes its answers may ask for ever', () => {
    for (let i = 0; i < 3000; i++) {
      peer.service({ _: 'ping', pingId: BigInt(i) })
      expect(peer.sent().some((one) => one.service?._ === 'pong')).toBe(true)
    }
  })
})

test('calls cancelled by the thousand do not make a session leave its server', () => {
  const calls = Array.from({ length: 5000 }, (_, i) => peer.call(i))
  peer.packets()
  for (const call of calls) peer.session.cancel(call)
  expect(peer.session.outbox.services.length).toBeLessThan(300)
  peer.service({ _: 'ping', pingId: 1n })
  expect(peer.session.pending).toBe(0)
})

describe('however many ids a message names, the calls are gone through once', () => {
  const many = (first: bigint): bigint[] => Array.from({ length: 8000 }, (_, i) => first + BigInt(4 * i))

  test.each(['msgs_ack', 'msg_resend_req'] as const)('%s', (_) => {
    for (let i = 0; i < 50; i++) peer.call(i)
    const { msgId } = peer.sent()[0]!
    const values = vi.spyOn(peer.session.sent, 'values')
    peer.service({ _, msgIds: many(msgId) })
    expect(values).toHaveBeenCalledTimes(1)
    const acked = [...peer.session.sent.values()].filter((call) => (_ === 'msgs_ack' ? call.acked : call.queued))
    expect(acked.length).toBe(50)
  })

  test('msgs_all_info: not at all', () => {
    for (let i = 0; i < 50; i++) peer.call(i)
    const { msgId } = peer.sent()[0]!
    const values = vi.spyOn(peer.session.sent, 'values')
    peer.service({ _: 'msgs_all_info', msgIds: many(msgId), info: new Uint8Array(8000).fill(1) })
    expect(values).not.toHaveBeenCalled()
    expect(peer.session.outbox.calls.length).toBe(50)
  })

  test('more than 8192 ids are passed over', () => {
    peer.call(1)
    const { msgId } = peer.sent()[0]!
    const msgIds = Array<bigint>(8193).fill(msgId)
    peer.service({ _: 'msgs_ack', msgIds })
    peer.service({ _: 'msg_resend_req', msgIds })
    peer.service({ _: 'msgs_all_info', msgIds, info: new Uint8Array(8193).fill(1) })
    expect([...peer.session.sent.values()].map((call) => call.acked)).toEqual([false])
    expect(peer.sent()).toEqual([])
  })
})

test('an id is found among the remembered ones by halving', () => {
  const seen = new SeenIds(2000)
  for (let i = 1n; i <= 2000n; i++) seen.add(4n * i)
  for (const id of [2n, 4000n, 4002n, 8000n, 9000n]) {
    let looks = 0
    const counted = {
      valueOf: () => {
        looks++
        return id
      },
    }
    seen.stateOf(counted as unknown as bigint)
    expect(looks).toBeLessThan(15)
  }
})

test('one acknowledgement names each message once', () => {
  peer.session.acks.length = 0
  for (let i = 0; i < 10; i++) peer.session.acks.push(5n, 6n)
  peer.call(1)
  expect(peer.sent()[0]!.service).toEqual({ _: 'msgs_ack', msgIds: [5n, 6n] })
})

test('a question names 8192 messages at most; the rest have their turn', async () => {
  for (let i = 0; i < 9000; i++) peer.call(i)
  peer.packets()
  await peer.host.advance(20_000)
  const asked: number[] = []
  for (let i = 0; i < 3; i++) {
    peer.session.tick(peer.host.now())
    for (const { service } of peer.sent()) if (service?._ === 'msgs_state_req') asked.push(service.msgIds.length)
    await peer.host.advance(5000)
  }
  expect(asked).toEqual([8192, 808])
})

test('questions that nobody answers are forgotten in the end', async () => {
  for (let i = 0; i < 400; i++) {
    peer.call(i)
    await peer.host.advance(5000)
    peer.session.tick(peer.host.now())
    for (const one of peer.sent()) {
      if (one.service?._ !== 'ping_delay_disconnect') continue
      peer.service({ _: 'pong', msgId: one.msgId, pingId: one.service.pingId })
    }
    expect(peer.session.outbox.questions.size).toBeLessThan(66)
  }
})
