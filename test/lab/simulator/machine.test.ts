/** Chance, time and gzip of the simulation: the same on every machine. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { gzip } from '../../../src/lab/simulator/deflate.ts'
import { EPOCH, SimHost } from '../../../src/lab/simulator/host.ts'
import { Stream } from '../../../src/lab/simulator/random.ts'
import { Scheduler } from '../../../src/lab/simulator/scheduler.ts'

describe('chance', () => {
  test('is the same for the same seed and name on every machine', () => {
    const stream = new Stream(7, 'x')
    expect([stream.word(), stream.word(), stream.word()]).toEqual([880225519, 1854168259, 925260023])
    expect(new Stream(7, 'x').bytes(5)).toEqual(new Stream(7, 'x').bytes(5))
    expect(new Stream(7, 'y').word()).not.toBe(new Stream(7, 'x').word())
    expect(new Stream(2 ** 40, 'x').word()).not.toBe(new Stream(0, 'x').word())
  })

  test('forks depend on names, not on what was drawn', () => {
    const one = new Stream(3)
    const two = new Stream(3)
    for (let i = 0; i < 10; i++) one.word()
    expect(one.fork('a').word()).toBe(two.fork('a').word())
    expect(one.fork('a').word()).not.toBe(one.fork('b').word())
  })

  test('stays within its bounds, and reaches them', () => {
    const stream = new Stream(1)
    const drawn = new Set(Array.from({ length: 1000 }, () => stream.between(-2, 2)))
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
    expect([stream.chance(0), stream.chance(1000)]).toEqual([false, true])
    let hits = 0
    for (let i = 0; i < 10_000; i++) if (stream.chance(250)) hits++
    expect(hits).toBeGreaterThan(2300)
    expect(hits).toBeLessThan(2700)
  })
})

describe('time', () => {
  test('timers fire by time, then in the order in which they were set; promise chains run dry between them', async () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    const chain = async (name: string): Promise<void> => {
      for (let i = 0; i < 20; i++) await Promise.resolve()
      seen.push(`${name} settled`)
    }
    for (const [at, name] of [
      [5, 'c'],
      [1, 'a'],
      [5, 'd'],
      [1, 'b'],
    ] as const) {
      scheduler.at(at, 'test', () => {
        seen.push(name)
        void chain(name)
      })
    }
    await scheduler.run(() => false)
    expect(seen).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [name, `${name} settled`]))
    expect(scheduler.now).toBe(5)
  })

  test('the earliest of many timers comes first, and cancelled ones never', async () => {
    const scheduler = new Scheduler()
    const stream = new Stream(9)
    const fired: number[] = []
    const timers = Array.from({ length: 500 }, () => {
      const at = stream.below(1000)
      return { at, timer: scheduler.at(at, 'test', () => fired.push(at)) }
    })
    const cancelled = timers.filter((_, i) => i % 3 === 0)
    for (const { timer } of cancelled) timer.cancel()
    expect(scheduler.pending('test')).toBe(500 - cancelled.length)
    await scheduler.run(() => false)
    const expected = timers.filter((one) => !cancelled.includes(one)).map(({ at }) => at)
    expect(fired).toEqual(expected.sort((a, b) => a - b))
    expect(scheduler.pending('test')).toBe(0)
  })

  test('an error in a timer ends the run, and so does a timer that is set without end', async () => {
    const failing = new Scheduler()
    failing.at(0, 'test', () => {
      throw new Error('in a timer')
    })
    await expect(failing.run(() => false)).rejects.toThrow('in a timer')
    const spinning = new Scheduler()
    const spin = (): void => void spinning.at(0, 'test', spin)
    spin()
    await expect(spinning.run(() => false)).rejects.toThrow('at one instant')
  })

  test('clocks of machines are wrong by themselves, run fast or slow, and only the wall clock jumps', async () => {
    const scheduler = new Scheduler()
    const right = new SimHost('right', scheduler, new Stream(1), { skew: 0, drift: 0 })
    const wrong = new SimHost('wrong', scheduler, new Stream(2), { skew: -5000, drift: 200 })
    const seen: number[] = []
    wrong.setTimer(100_000, () => seen.push(wrong.now(), scheduler.now))
    wrong.jump(3000)
    expect(wrong.wallClock() - right.wallClock()).toBe(-2000)
    expect(right.wallClock()).toBe(EPOCH)
    expect(wrong.pendingTimers).toBe(1)
    await scheduler.run(() => false)
    // Never early on its own clock, whatever rounding does; early on the right one, since it runs fast.
    expect(seen[0]).toBeGreaterThanOrEqual(100_000)
    expect(seen[0]).toBeLessThan(100_000.01)
    expect(Math.round(seen[1]!)).toBe(99_980)
  })
})

test('gzip of our own is unpacked by the platform, and by the client, whatever is in it', () => {
  for (let seed = 0; seed < 100; seed++) {
    const stream = new Stream(seed, 'gzip')
    const data = stream.bytes(stream.below(3000))
    const letters = stream.pick([256, 7, 2, 1])
    for (let i = 0; i < data.length; i++) data[i] = data[i]! % letters
    const packed = gzip(data)
    expect(new Uint8Array(gunzipSync(packed))).toEqual(data)
    expect(nativeCrypto.gunzip(packed, data.length)).toEqual(data)
    if (letters === 1 && data.length > 500) expect(packed.length).toBeLessThan(100)
  }
})
