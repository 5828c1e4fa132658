/** Where the platform takes its time to unpack gzip: what may happen meanwhile, and what must not. */
import { gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import type { Crypto } from '../../../src/crypto/crypto.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import { gzipPacked, int, result, rpcError, SessionPeer, service } from '../../support/session-peer.ts'

const later: Crypto = { ...portableCrypto, gunzip: async (data, limit) => portableCrypto.gunzip(data, limit) }
const damaged = gzipPacked(new Uint8Array(40))
const packed = (body: Uint8Array): Uint8Array => gzipPacked(gzipSync(body))

let peer: SessionPeer
let wakes: number
beforeEach(() => {
  peer = new SessionPeer(undefined, later)
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  peer.outcomes.length = 0
  wakes = 0
  peer.session.wake = () => wakes++
})
const call = (number: number) => {
  const call = peer.call(number)
  return { call, msgId: peer.sent().find((one) => one.call === number)!.msgId }
}

test.each([
  ['its answer', packed(int(5))],
  ['an error', packed(rpcError(400, 'X'))],
  ['damage', damaged],
])('a call cancelled while %s is unpacked hears nothing', async (_, body) => {
  const { call: one, msgId } = call(1)
  peer.receive(result(msgId, body))
  peer.session.cancel(one)
  await peer.host.settle()
  expect([peer.outcomes, peer.session.pending]).toEqual([[], 0])
})

test('a call whose answer is being unpacked is not sent again by a reconnect or a new session', async () => {
  const { msgId } = call(1)
  peer.receive(result(msgId, packed(int(5))))
  peer.session.reset('test')
  peer.session.disconnected(peer.host.now())
  peer.session.connected(peer.host.now())
  expect(peer.sent().filter((one) => one.call !== undefined)).toEqual([])
  await peer.host.settle()
  expect(peer.outcomes).toEqual(['1=5'])
})

test('damage ends the session, and the connection is woken to learn of it', async () => {
  peer.receive(damaged)
  expect([peer.session.mustReconnect, wakes]).toEqual([false, 0])
  await peer.host.settle()
  expect([peer.session.mustReconnect, wakes]).toEqual([true, 1])
})

test('what an unpacked message asks for is sent: the connection is woken', async () => {
  peer.receive(packed(service({ _: 'ping', pingId: 3n })), { content: false })
  await peer.host.settle()
  expect(wakes).toBe(1)
  expect(peer.sent().map((one) => one.service?._)).toContain('pong')
})

test('an unpacked answer that has to be asked for again is: the connection is woken', async () => {
  const { msgId } = call(1)
  peer.receive(result(msgId, packed(rpcError(400, 'CONNECTION_NOT_INITED'))))
  await peer.host.settle()
  expect(wakes).toBe(1)
  expect(peer.sent().find((one) => one.call === 1)).toMatchObject({ wrapped: true })
})

test('a message of a session that is over by then changes nothing in the next', async () => {
  peer.receive(packed(service({ _: 'ping', pingId: 3n })), { content: false })
  peer.receive(damaged)
  peer.receive(packed(int(0x55555555)))
  peer.session.reset('test')
  const { id } = peer.session
  await peer.host.settle()
  expect([peer.session.id, peer.updates]).toEqual([id, []])
  expect(peer.sent().map((one) => one.service?._)).not.toContain('pong')
})
