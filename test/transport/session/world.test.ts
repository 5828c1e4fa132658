/**
 * Nothing acknowledged is lost, nothing answered is repeated, what is sent again has a fresh id: whatever a network and an
 * honest server do, in any order.
 */
import { fc, test as property } from '@fast-check/vitest'
import { expect } from 'vitest'
import { SessionWorld } from '../../support/session-world.ts'

/** What may happen, each with the weight it has among the others. */
const STEPS: Readonly<Record<string, [weight: number, step: (world: SessionWorld, n: number) => unknown]>> = {
  call: [6, (world) => world.call()],
  cancel: [1, (world, n) => world.cancel(n)],
  up: [12, (world) => world.deliverUp()],
  down: [12, (world, n) => world.deliverDown(n)],
  twice: [2, (world, n) => world.deliverDown(n, true)],
  answer: [8, (world, n) => world.answer(n)],
  quietly: [1, (world, n) => world.answer(n, true)],
  acknowledge: [3, (world) => world.acknowledge()],
  update: [2, (world) => world.update()],
  stall: [
    2,
    (world, n) => {
      world.stalled = n % 3 > 0
    },
  ],
  relink: [2, (world) => world.peer.host.advance(1).then(() => world.relink())],
  restart: [1, (world) => world.peer.host.advance(1).then(() => world.restart())],
  salt: [1, (world) => world.rotateSalt()],
  refuse: [
    1,
    (world, n) => {
      world.refuseWith = [16, 17, 20, 32, 33, 48, 64][n % 7]!
    },
  ],
  wallClock: [1, (world, n) => world.jumpWallClock((n % 2 ? 1 : -1) * 1000 * n)],
  wait: [3, (world, n) => world.peer.host.advance(100 * n)],
}
const step = fc.tuple(
  fc.oneof(...Object.entries(STEPS).map(([name, [weight]]) => ({ weight, arbitrary: fc.constant(name) }))),
  fc.nat(100),
)

property.prop([fc.array(step, { maxLength: 150, size: 'max' })], { numRuns: 150, seed: 20240101 })(
  'every call has one outcome, the right one, and whatever is sent keeps the rules',
  async (steps) => {
    const world = new SessionWorld((holds, rule) => expect(holds, rule).toBe(true))
    const { peer } = world
    for (const [name, n] of steps) {
      await STEPS[name]![1](world, n)
      world.pump()
    }
    // The faults are over: from here on everything arrives, and all that is open comes to an end.
    world.refuseWith = 0
    world.stalled = false
    world.pump()
    for (let round = 0; round < 200 && peer.session.pending > 0; round++) {
      for (let moved = true; moved; ) {
        moved = world.answer(0)
        world.deliverUp()
        world.deliverDown(0)
        world.pump()
        moved ||= !world.idle
      }
      await peer.host.advance(2500)
      world.pump()
    }
    for (const [number, call] of world.calls) {
      const outcomes = world.outcomesOf(number)
      if (world.cancelled.has(number)) expect(outcomes).toEqual([])
      // Given up: sent too often, for which there must have been reason, or refused twice for a mistake that was none.
      else if (outcomes[0] === `${number}xNO_ANSWER`) {
        expect(call.complaints > 1 || (call.sendings >= 12 && world.disturbances > 6)).toBe(true)
        expect(outcomes.length).toBe(1)
      } else expect(outcomes).toEqual([`${number}=${10 * number}`])
    }
    // And what the server said has been heard, once, and acknowledged, if necessary when it is said again.
    for (let round = 0; round < 3; round++) {
      world.repeat()
      while (!world.idle) {
        world.deliverUp()
        world.deliverDown(0)
        world.pump()
      }
      await peer.host.advance(1000)
      world.pump()
    }
    expect(world.unacknowledged).toBe(0)
    expect(new Set(peer.updates).size).toBe(peer.updates.length)
    expect([peer.session.sent.size, peer.session.outbox.calls.length, peer.session.pending]).toEqual([0, 0, 0])
  },
)
