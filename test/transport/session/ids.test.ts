/** Message ids, sequence numbers, the replay set, salts and the server's clock. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { ServerClock, timeOfMsgId } from '../../../src/transport/session/clock.ts'
import { ANSWER_RESIDUE, atTime, MessageIds, SERVER_RESIDUE } from '../../../src/transport/session/message-id.ts'
import { Salts } from '../../../src/transport/session/salts.ts'
import { SEEN_IDS, SeenIds } from '../../../src/transport/session/seen-ids.ts'
import { VirtualHost } from '../../support/virtual-host.ts'

describe('msg_id', () => {
  property.prop([fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 1 })])(
    'rises strictly and is divisible by 4 whatever the clock does',
    (times) => {
      const ids = new MessageIds()
      let last = -1n
      for (const time of times) {
        const id = ids.next(time)
        expect(id > last).toBe(true)
        expect(id & 3n).toBe(0n)
        last = id
      }
    },
  )

  property.prop([fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.boolean()), { minLength: 1 })])(
    "a server's ids rise strictly with residue 1 or 3",
    (steps) => {
      const ids = new MessageIds()
      let last = -1n
      for (const [time, answer] of steps) {
        const id = ids.next(time, answer ? ANSWER_RESIDUE : SERVER_RESIDUE)
        expect(id > last).toBe(true)
        expect(id & 3n).toBe(answer ? 1n : 3n)
        last = id
      }
    },
  )

  test('its upper half is the second, its lower half the fraction', () => {
    expect(atTime(1_700_000_000_500)).toBe((1_700_000_000n << 32n) | 0x80000000n)
    expect(timeOfMsgId(atTime(1_700_000_000_500))).toBe(1_700_000_000_500)
  })
})

test('seqno is twice the number of content-related messages before, plus one if content-related', () => {
  const ids = new MessageIds()
  expect([true, false, true, true, false].map((content) => ids.seqno(content))).toEqual([1, 2, 3, 5, 6])
})

describe('the replay set', () => {
  test('takes an id once', () => {
    const seen = new SeenIds()
    expect([seen.add(5n), seen.add(5n), seen.add(3n), seen.add(3n), seen.add(9n)]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ])
    expect([seen.stateOf(3n), seen.stateOf(4n), seen.stateOf(100n)]).toEqual([4, 2, 3])
  })

  test('remembers at least the last 1000, forgets the lowest, and refuses everything up to it', () => {
    const seen = new SeenIds()
    for (let id = 1n; id <= BigInt(SEEN_IDS) + 5n; id++) expect(seen.add(10n * id)).toBe(true)
    expect(seen.size).toBe(SEEN_IDS)
    expect(SEEN_IDS).toBeGreaterThanOrEqual(1000)
    expect(seen.add(10n)).toBe(false)
    expect(seen.add(49n)).toBe(false)
    expect(seen.add(50n)).toBe(false)
    expect(seen.stateOf(50n)).toBe(1)
    expect(seen.add(61n)).toBe(true)
  })

  property.prop([fc.array(fc.bigInt({ min: 0n, max: 40n })), fc.integer({ min: 1, max: 8 })])(
    'never takes an id twice, in any order and at any size',
    (ids, capacity) => {
      const seen = new SeenIds(capacity)
      const taken = ids.filter((id) => seen.add(id))
      expect(new Set(taken).size).toBe(taken.length)
    },
  )
})

describe('salts', () => {
  test('a future salt takes over when its time has come, an expired one never does', () => {
    const salts = new Salts(1n)
    salts.learn([
      { validSince: 200, validUntil: 300, salt: 3n },
      { validSince: 100, validUntil: 250, salt: 2n },
    ])
    expect([50_000, 100_000, 199_999, 200_000, 900_000].map((time) => salts.at(time))).toEqual([1n, 2n, 2n, 3n, 3n])
    expect(salts.knownUntil).toBe(0)
    salts.learn([{ validSince: 1000, validUntil: 1100, salt: 4n }])
    expect(salts.knownUntil).toBe(1100)
    expect(salts.at(2_000_000)).toBe(3n)
    salts.set(9n)
    expect(salts.at(2_000_000)).toBe(9n)
  })
})

describe("the server's clock", () => {
  test('is the wall clock until the server has spoken, then an offset against the monotonic clock', async () => {
    const host = new VirtualHost({ wallClock: 1_000_000 })
    const clock = new ServerClock(host)
    expect(clock.serverTime()).toBe(1_000_000)
    expect(clock.synced).toBe(false)
    clock.sync(5_000_000)
    expect([clock.synced, clock.serverTime()]).toEqual([true, 5_000_000])
    await host.advance(1000)
    expect(clock.serverTime()).toBe(5_001_000)
  })

  test('a jump of the wall clock does not move it, but it has to be confirmed again', () => {
    const host = new VirtualHost()
    const clock = new ServerClock(host)
    clock.sync(5_000_000)
    host.jumpWallClock(-3_600_000)
    expect([clock.synced, clock.serverTime()]).toEqual([false, 5_000_000])
    clock.sync(5_000_100)
    expect([clock.synced, clock.serverTime()]).toEqual([true, 5_000_100])
  })

  test('narrows its offset by messages made after one moment of ours and before another', async () => {
    const host = new VirtualHost()
    const clock = new ServerClock(host)
    clock.sync(100_000)
    await host.advance(1000)
    clock.refine(101_500, host.now() - 900)
    expect(clock.serverTime()).toBe(101_500)
    clock.refine(100_400, host.now() - 900)
    expect(clock.serverTime()).toBe(101_300)
  })
})
