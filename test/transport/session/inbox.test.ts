/** Every check of a received message, each by a message that breaks just that rule. */
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { SecurityError } from '../../../src/errors.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import {
  container,
  gzipPacked,
  int,
  type PlainOptions,
  result,
  SessionPeer,
  service,
} from '../../support/session-peer.ts'

const PONG = service({ _: 'pong', msgId: 1n, pingId: 1n })
const UPDATE = int(0x55555555)

let peer: SessionPeer
beforeEach(() => {
  peer = new SessionPeer()
  peer.clock.sync(peer.serverTime)
})

function receive(body: Uint8Array, options: Partial<PlainOptions> = {}): void {
  peer.session.receive(peer.plain(body, options), peer.host.now())
}

/** The message is refused in the one way there is, and nothing of it was used. */
function refused(body: Uint8Array, options: Partial<PlainOptions> = {}): void {
  let error: unknown
  try {
    receive(body, options)
  } catch (caught) {
    error = caught
  }
  expect(error).toBeInstanceOf(SecurityError)
  expect(error).toMatchObject({ code: 'MESSAGE_REFUSED' })
  expect((error as Error).message).toBe(
    'the server sent an encrypted message that breaks the protocol; it was discarded and the connection closed',
  )
  expect(peer.updates).toEqual([])
  expect(peer.outcomes).toEqual([])
}

const at = (milliseconds: number): bigint => atTime(peer.serverTime + milliseconds) + 1n

describe('accepted', () => {
  test.each([12, 28, 1020])('padding of %i bytes', (padding) => {
    receive(UPDATE, { padding })
    expect(peer.updates).toEqual([0x55555555])
  })
  test('300 s of age and 30 s ahead', () => {
    receive(UPDATE, { msgId: at(-299_000) })
    receive(UPDATE, { msgId: at(29_000) })
    expect(peer.updates.length).toBe(2)
  })
  test('answers in any order: an id below the last one', () => {
    receive(UPDATE, { msgId: at(100) })
    receive(UPDATE, { msgId: at(50) })
    expect(peer.updates.length).toBe(2)
  })
  test('an unknown constructor: handed on, acknowledged, the connection lives', () => {
    receive(UPDATE)
    peer.call(1)
    expect(peer.sent().some((one) => one.service?._ === 'msgs_ack')).toBe(true)
  })
  test('notifications about a wrong clock, whatever their own id says', () => {
    receive(service({ _: 'bad_server_salt', badMsgId: 0n, badMsgSeqno: 0, errorCode: 48, newServerSalt: 5n }), {
      msgId: at(900_000),
      seqno: 0,
    })
    receive(service({ _: 'bad_msg_notification', badMsgId: 0n, badMsgSeqno: 0, errorCode: 16 }), {
      msgId: at(-900_000),
      seqno: 0,
    })
  })
  test('anything of any time while the clock is not synced, and the clock is synced by it', () => {
    const fresh = new SessionPeer()
    fresh.ahead = 86_400_000
    fresh.receive(UPDATE)
    expect(Math.abs(fresh.clock.serverTime() - fresh.serverTime)).toBeLessThan(10)
    expect(fresh.clock.synced).toBe(true)
  })
})

describe('refused', () => {
  test('another session', () => refused(UPDATE, { sessionId: 1n }))
  test.each([-4, -1, 0, 1, 2, 3, 5, 6, 7, 8, 1024, 0x7fffffff])('a length field of %i', (length) =>
    refused(UPDATE, { length }),
  )
  test('padding of 11, of 8, of 0 bytes', () => {
    refused(UPDATE, { padding: 11 })
    refused(UPDATE, { padding: 8 })
    refused(UPDATE, { padding: 0 })
  })
  test('padding of more than 1024 bytes', () => refused(UPDATE, { padding: 1036 }))
  test('a plaintext shorter than its own head', () => {
    for (let length = 0; length < 44; length++) {
      expect(() => peer.session.receive(new Uint8Array(length), 0)).toThrow(SecurityError)
    }
  })
  test('an even msg_id: one of a client', () => {
    refused(UPDATE, { msgId: at(0) + 1n })
    refused(UPDATE, { msgId: at(0) - 1n })
  })
  test('older than 300 s', () => refused(UPDATE, { msgId: at(-301_000) }))
  test('more than 30 s ahead', () => refused(UPDATE, { msgId: at(31_000) }))
  test('an answer whose seqno says it needs no acknowledgement', () => {
    peer.call(1)
    refused(result(peer.sent()[0]!.msgId, int(1)), { seqno: 2 })
  })
  test('an acknowledgement or a container that asks for one', () => {
    refused(service({ _: 'msgs_ack', msgIds: [1n] }), { seqno: 1 })
    refused(container([{ msgId: at(-1), seqno: 1, body: UPDATE }]), { seqno: 1 })
  })
  test('a service message that cannot be read', () => {
    refused(PONG.subarray(0, 12), { seqno: 0 })
  })
  test('an rpc_result without its answer', () => refused(result(1n, new Uint8Array(0))))
})

describe('a container', () => {
  const item = (msgId: bigint, body = UPDATE, seqno = 1) => ({ msgId, seqno, body })

  test('with ids of its messages at or above its own', () => {
    refused(container([item(at(0))]), { msgId: at(0), seqno: 0 })
    refused(container([item(at(0) + 4n)]), { msgId: at(0), seqno: 0 })
  })
  test('in a container, packed or not', () => {
    const inner = container([item(at(-2))])
    refused(container([item(at(-1), inner, 0)]), { msgId: at(0), seqno: 0 })
    refused(container([item(at(-1), gzipPacked(gzipSync(inner)), 0)]), { msgId: at(0), seqno: 0 })
    refused(gzipPacked(gzipSync(inner)), { seqno: 0 })
  })
  test('with one bad message: none of the others is used', () => {
    refused(container([item(at(-2)), item(at(-1) + 1n)]), { msgId: at(0), seqno: 0 })
    refused(container([item(at(-2)), item(at(-400_000))]), { msgId: at(0), seqno: 0 })
  })
  test('with counts and lengths beyond its end', () => {
    for (const [offset, value] of [
      [4, 2],
      [4, -1],
      [4, 0x7fffffff],
      [20, 8],
      [20, -4],
      [20, 0],
      [20, 3],
      [20, 0x7ffffffc],
    ] as const) {
      const body = container([item(at(-1))])
      new DataView(body.buffer, body.byteOffset).setInt32(offset, value, true)
      refused(body, { msgId: at(0), seqno: 0 })
    }
    refused(container([]).subarray(0, 4), { seqno: 0 })
  })
  test('with nothing in it is accepted', () => receive(container([]), { seqno: 0 }))
  test('that comes twice, or brings a message again, is used once', () => {
    const body = container([item(at(-5))])
    receive(body, { msgId: at(0), seqno: 0 })
    receive(body, { msgId: at(0), seqno: 0 })
    receive(container([item(at(-5)), item(at(-4))]), { msgId: at(1), seqno: 0 })
    expect(peer.updates.length).toBe(2)
  })
})

describe('gzip', () => {
  test('that is damaged, empty, or a bomb', () => {
    refused(gzipPacked(new Uint8Array(32)))
    refused(gzipPacked(gzipSync(new Uint8Array(0))))
    refused(gzipPacked(gzipSync(new Uint8Array(32 * 1024 * 1024))))
    refused(gzipPacked(gzipSync(gzipPacked(gzipSync(UPDATE)))))
  })
})

test('a message that was seen before does not set the clock, synced or not', () => {
  const [first, later] = [at(0), at(250_000)]
  receive(UPDATE, { msgId: first })
  const before = peer.clock.serverTime()
  peer.host.jumpWallClock(3_600_000)
  expect(peer.clock.synced).toBe(false)
  receive(UPDATE, { msgId: first })
  expect(peer.clock.synced).toBe(false)
  receive(UPDATE, { msgId: later })
  expect([peer.clock.synced, Math.round(peer.clock.serverTime() - before)]).toEqual([true, 250_000])
})

test('a replayed message is passed over, and so is one too old to be remembered', () => {
  const plain = peer.plain(UPDATE, { msgId: at(-200_000) })
  peer.session.receive(plain.slice(), 0)
  for (let i = 0; i < 2100; i++) receive(PONG, { seqno: 0, msgId: at(-199_000) + 4n * BigInt(i) })
  peer.session.receive(plain.slice(), 0)
  receive(UPDATE, { msgId: at(-199_900) })
  expect(peer.updates.length).toBe(1)
})
