/** What the server repeats from so long ago that it is refused for its age: it must not be met again and again. */
import { expect, test } from 'vitest'
import { SecurityError } from '../../../src/errors.ts'
import { atTime, SERVER_RESIDUE } from '../../../src/transport/session/message-id.ts'
import { int, SessionPeer } from '../../support/session-peer.ts'

const UPDATE = int(0x55555555)

/** Loses the link, and has another. */
function relink({ session, host }: SessionPeer): void {
  session.disconnected(host.now())
  session.connected(host.now())
}

/** Gives the session a message; what came of it. */
function told(peer: SessionPeer, body: Uint8Array, msgId: bigint): 'taken' | 'refused' {
  try {
    peer.session.receive(peer.plain(body, { msgId, seqno: 1 }), peer.host.now())
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(SecurityError)
    return 'refused'
  }
}

/** A peer whose clock is synced. */
function synced(): SessionPeer {
  const peer = new SessionPeer()
  peer.call(0)
  peer.answer(peer.sent()[0]!.msgId, 0)
  peer.packets()
  return peer
}

test('a message of the session that is too old to be taken ends the session, so that the server does not repeat it for ever', async () => {
  const peer = synced()
  const { session, host } = peer
  const old = atTime(peer.serverTime) + SERVER_RESIDUE
  await host.advance(301_000)
  peer.call(1)
  const [first] = peer.sent()
  const { id } = session
  expect(told(peer, UPDATE, old)).toBe('refused')
  relink(peer)
  expect(session.id).not.toBe(id)
  // The call goes on in the next one.
  const again = peer.sent().find(({ call }) => call === 1)!
  expect(again.sessionId).not.toBe(first!.sessionId)
  peer.answer(again.msgId, 7)
  expect(peer.outcomes.at(-1)).toBe('1=7')
})

test('after a sleep the clock is not set by what the server repeats from before it, again and again', async () => {
  const peer = synced()
  const { session, host } = peer
  const old = atTime(peer.serverTime) + SERVER_RESIDUE
  // The machine sleeps for an hour: its monotonic clock stands still.
  host.jumpWallClock(3_600_000)
  peer.call(1)
  let refusals = 0
  for (let i = 0; i < 5; i++) {
    const { id } = session
    relink(peer)
    const call = peer.sent().find((one) => one.call === 1)!
    // The server repeats what was not acknowledged, then says something new.
    if (session.id === id && told(peer, UPDATE, old) === 'refused') refusals++
    else if (told(peer, UPDATE, atTime(peer.serverTime) + SERVER_RESIDUE) === 'refused') refusals++
    else {
      peer.answer(call.msgId, 7)
      break
    }
  }
  expect([peer.outcomes.at(-1), refusals]).toEqual(['1=7', 1])
})

test('a message that was held back in an earlier session, or replayed, does not end this one', async () => {
  const peer = synced()
  const { session, host } = peer
  const seen = atTime(peer.serverTime) + SERVER_RESIDUE
  expect(told(peer, UPDATE, seen)).toBe('taken')
  await host.advance(301_000)
  const { id } = session
  expect(told(peer, UPDATE, seen)).toBe('taken')
  const foreign = peer.plain(UPDATE, { sessionId: id + 1n, msgId: seen + 4n, seqno: 1 })
  expect(() => session.receive(foreign, host.now())).toThrow(SecurityError)
  relink(peer)
  expect(session.id).toBe(id)
})

test('what was seen before says nothing of the time', async () => {
  const peer = synced()
  const { session, host, clock } = peer
  const seen = atTime(peer.serverTime) + SERVER_RESIDUE
  expect(told(peer, UPDATE, seen)).toBe('taken')
  await host.advance(100_000)
  clock.doubt()
  expect(told(peer, UPDATE, seen)).toBe('taken')
  expect([clock.synced, Math.round((clock.serverTime() - peer.serverTime) / 1000)]).toEqual([false, 0])
  expect(session.seen.size).toBeGreaterThan(0)
})
