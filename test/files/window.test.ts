import { describe, expect, test } from 'vitest'
import { createWindow, type WindowPolicy } from '../../src/files/index.ts'
import { LinkModel, type LinkModelOptions } from '../support/link-model.ts'

const KiB = 1024
const MiB = 1024 * KiB
const PART = 512 * KiB

/** A path with a window of 16 lanes. */
function path(options: LinkModelOptions, window: WindowPolicy = createWindow({ maxLanes: 16 })) {
  return { window, link: new LinkModel(window, options) }
}

/** A path of a rate, in bytes per ms, and a round trip, in ms. */
function steady(rate: number, roundTrip: number, more: Partial<LinkModelOptions> = {}) {
  return path({ rate: () => rate, roundTrip: () => roundTrip, ...more })
}

describe('a path that stays as it is', () => {
  test.each([
    ['200 Mbit/s, 100 ms', 25_000, 100, 1_000],
    ['1 Gbit/s, 300 ms', 125_000, 300, 3_000],
    ['100 Mbit/s, 20 ms', 12_500, 20, 1_000],
    ['1 MB/s, 200 ms', 1_000, 200, 20_000],
    ['300 kB/s, 300 ms', 300, 300, 60_000],
  ])('%s is full once it is known, and its queue is short', (_, rate, roundTrip, known) => {
    const { link } = steady(rate, roundTrip)
    link.run(known)
    const { share, wait } = link.run(known + 30_000)
    expect(share).toBeGreaterThan(0.95)
    // A third of what is under way by itself, or the few parts that are allowed in any case.
    const floor = (4 * PART) / rate
    expect(wait).toBeLessThan(Math.max(0.34 * (roundTrip + PART / rate), floor))
  })

  test('that arrivals come in bunches makes it neither idle nor the queue long', () => {
    const { link, window } = steady(25_000, 100, { step: 50 })
    link.run(2_000)
    expect(link.run(60_000).share).toBeGreaterThan(0.95)
    expect(window.allowed).toBeLessThan(3 * 25_000 * 100)
  })

  test('what is allowed at first doubles each round: a path that holds 37 MB is full within eight round trips', () => {
    const { link, window } = steady(125_000, 300)
    expect([window.allowed, window.lanes]).toEqual([MiB, 1])
    link.run(8 * 300)
    expect(window.inFlight).toBeGreaterThan(125_000 * 300)
  })

  test('a server near by is kept busy with little under way', () => {
    const { link } = steady(300_000, 1)
    const { share, most } = link.run(5_000)
    expect([share > 0.95, most]).toEqual([true, 2 * MiB])
  })

  test('no more than the bound is under way, whatever the path holds', () => {
    for (const max of [undefined, 8 * MiB]) {
      const { link } = path({ rate: () => 1_000_000, roundTrip: () => 500 }, createWindow(max ? { max } : {}))
      expect(link.run(20_000).most).toBe(max ?? 64 * MiB)
    }
  })
})

describe('slow lines', () => {
  test.each([3, 10, 25])('at %i kB/s one part is under way at a time, and the line is used', (rate) => {
    const { link, window } = steady(rate, 100, { step: 20 })
    link.run((4 * PART) / rate)
    const { share, most, longest } = link.run((24 * PART) / rate)
    expect([most, longest, window.allowed < 2 * PART]).toEqual([PART, 0, true])
    expect(share).toBeGreaterThan(0.95)
  })

  test('a line that becomes slow: what is under way arrives, then one part at a time; nothing sent later waits', () => {
    const { link, window } = path({
      rate: (now) => (now < 10_000 ? 25_000 : 20),
      roundTrip: () => 300,
      step: 20,
    })
    link.run(10_000)
    expect(window.inFlight).toBeGreaterThan(8 * MiB)
    // What was under way takes some nine minutes; at most one part was added to it.
    link.run(600_000)
    const { most, longest, share } = link.run(1_500_000)
    expect([most, longest < 60_000, share > 0.9]).toEqual([PART, true, true])
  })

  test('a line that becomes fast again is used at once', () => {
    const { link } = path({ rate: (now) => (now < 200_000 ? 20 : 25_000), roundTrip: () => 50 })
    link.run(230_000)
    expect(link.run(240_000).share).toBeGreaterThan(0.95)
  })
})

describe('a path that changes', () => {
  test('ten times the rate is found within some twenty round trips', () => {
    const { link } = path({ rate: (now) => (now < 10_000 ? 10_000 : 100_000), roundTrip: () => 100 })
    link.run(12_000)
    expect(link.run(13_000).share).toBeGreaterThan(0.95)
  })

  test('a way that becomes longer is believed when the queue has run empty, and not before', () => {
    const { link, window } = path({ rate: () => 25_000, roundTrip: (now) => (now < 10_000 ? 20 : 300) })
    link.run(10_000)
    expect(window.allowed).toBe(2 * MiB)
    link.run(25_000)
    expect(link.run(60_000).share).toBeGreaterThan(0.95)
  })

  test('a queue that others fill is no longer way: the allowance stays', () => {
    // The bottleneck gives us a third for a while: our parts are late, and the way is as it was.
    const { link, window } = path({ rate: (now) => (now < 5_000 ? 25_000 : 8_000), roundTrip: () => 100 })
    link.run(5_000)
    link.run(60_000)
    expect(window.allowed).toBeLessThan(2 * MiB + 1)
  })
})

describe('a sender that has little to send', () => {
  test('does not lower the rate: after a rest, and after single parts, all is allowed that was', () => {
    const { link, window } = path({
      rate: () => 25_000,
      roundTrip: () => 100,
      idle: (now) => now > 5_000 && now < 65_000,
    })
    link.run(5_000)
    const { allowed } = window
    link.run(65_000)
    expect(window.inFlight).toBe(0)
    for (let now = 70_000; now < 100_000; now += 1_000) {
      window.settled(window.sent(10 * KiB, now, true), now + 100, true)
    }
    expect(window.allowed).toBeGreaterThan(0.8 * allowed)
  })

  test('does not end the beginning', () => {
    const window = createWindow()
    for (let now = 0; now < 5_000; now += 100) window.settled(window.sent(PART, now, true), now + 100, true)
    const before = window.allowed
    const [a, b] = [window.sent(PART, 6_000, false), window.sent(PART, 6_000, false)]
    for (const flight of [a, b]) window.settled(flight, 6_100, true)
    expect(window.allowed).toBeGreaterThanOrEqual(before)
  })
})

describe('failures and waits', () => {
  /** A window that knows its path. */
  function known(): WindowPolicy {
    const { link, window } = steady(25_000, 100)
    link.run(2_000)
    return window
  }

  test('a wait halves the pace once for all that was under way, from its end on; ten seconds later all is as before', () => {
    const window = known()
    const flights = [1, 2, 3].map(() => window.sent(PART, 2_000, false))
    const usual = window.time(PART)
    expect(window.gap(PART, 2_000)).toBe(0)
    for (const flight of flights) {
      window.failed(flight, 2_100, 32_100)
      window.settled(flight, 2_100, false)
    }
    expect(window.gap(PART, 32_100) / usual).toBeCloseTo(2)
    expect(window.gap(PART, 37_100) / usual).toBeCloseTo(Math.SQRT2)
    expect(window.gap(PART, 42_100)).toBe(0)
    // What was sent after the wait and has to wait again halves it again.
    window.failed(window.sent(PART, 32_100, false), 32_200, 62_100)
    expect(window.gap(PART, 62_100) / usual).toBeCloseTo(4, 1)
  })

  test('a failure takes an eighth, once for all that was under way', () => {
    const window = known()
    const flights = [1, 2, 3].map(() => window.sent(PART, 2_000, false))
    for (const flight of flights) window.failed(flight, 2_100)
    expect(window.gap(PART, 2_100) / window.time(PART)).toBeCloseTo(8 / 7)
  })

  test('what is sent at a lower pace does not lower the rate', () => {
    const { link, window } = steady(25_000, 100)
    link.run(2_000)
    const usual = window.time(PART)
    const flight = window.sent(PART, link.now, false)
    window.failed(flight, link.now, link.now)
    window.settled(flight, link.now, false)
    expect(link.run(4_000).share).toBeLessThan(0.65)
    expect(window.time(PART)).toBe(usual)
    link.run(14_000)
    expect(link.run(20_000).share).toBeGreaterThan(0.95)
  })

  test('one part of a hundred that fails costs a third at most', () => {
    let count = 0
    const { link } = steady(25_000, 100, { lost: () => ++count % 100 === 0 })
    link.run(5_000)
    expect(link.run(120_000).share).toBeGreaterThan(0.66)
  })

  test('no part waits for its pace for long, however slow small ones were', () => {
    const window = createWindow()
    window.settled(window.sent(100, 0, false), 200_000, true)
    window.failed(window.sent(PART, 200_000, false), 200_000, 200_000)
    expect(window.gap(PART, 200_000)).toBe(2_000)
  })

  test('without any measure yet there is no pace to keep', () => {
    const window = createWindow()
    window.failed(window.sent(PART, 0, false), 10)
    expect([window.gap(PART, 10), window.time(PART), window.allowed]).toEqual([0, Number.POSITIVE_INFINITY, MiB])
  })
})

describe('lanes', () => {
  test('there is one for each two MiB allowed', () => {
    const { link, window } = steady(125_000, 300)
    const seen = new Set<number>()
    for (let now = 50; now < 3_500; now += 50) {
      link.run(now)
      const { allowed, lanes } = window
      seen.add(lanes)
      expect(lanes).toBe(Math.min(16, Math.ceil(allowed / (2 * MiB))))
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([1, 2, 16]))
  })

  test('never more than there may be', () => {
    const { link, window } = path({ rate: () => 125_000, roundTrip: () => 300 }, createWindow({ maxLanes: 3 }))
    for (let now = 50; now < 20_000; now += 50) {
      link.run(now)
      expect(window.lanes).toBeLessThanOrEqual(3)
    }
  })

  test('where each carries so much, one after another is tried and stays, up to what the path carries', () => {
    const window = createWindow({ maxLanes: 16 })
    const link = new LinkModel(window, { rate: () => Math.min(10_000, 2_000 * window.lanes), roundTrip: () => 300 })
    link.run(120_000)
    expect(link.run(180_000).share).toBeGreaterThan(0.95)
    expect(window.lanes).toBeGreaterThanOrEqual(5)
    expect(window.lanes).toBeLessThanOrEqual(6)
  })

  test('where another brings nothing it goes again, and is tried more and more seldom', () => {
    const { link, window } = steady(5_000, 100)
    link.run(10_000)
    let trials = 0
    let tried = 0
    for (let now = 10_100; now < 300_000; now += 100) {
      const { lanes } = window
      link.run(now)
      if (window.lanes > lanes) trials++
      if (window.lanes > 1) tried++
    }
    expect(trials).toBeGreaterThan(0)
    expect(trials).toBeLessThan(8)
    expect(tried / 2_900).toBeLessThan(0.1)
  })
})
