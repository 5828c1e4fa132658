import { expect, test } from 'vitest'
import { createGate, createWindow, type Gate, type GateMember, type Pass } from '../../src/files/index.ts'
import { fixedWindow } from '../support/fixed-window.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const KiB = 1024
const PART = 512 * KiB

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class Member implements GateMember {
  readonly passes: Pass[] = []
  readonly pauses: number[] = []
  readonly stalls: number[] = []
  left: number
  readonly #gate: Gate
  readonly #bytes: number
  readonly #delay: number

  constructor(gate: Gate, parts: number, bytes = PART, delay = 0) {
    this.#gate = gate
    this.left = parts
    this.#bytes = bytes
    this.#delay = delay
    gate.join(this)
  }

  get lanes(): number[] {
    return this.passes.map(({ lane }) => lane)
  }

  /** Sends all it has, one part after the other; lets what can pass at once do so. */
  async ask(): Promise<void> {
    void this.#send()
    await turn()
  }

  /** The oldest part under way over a lane has arrived. */
  async arrived(lane: number): Promise<void> {
    const pass = this.passes.find((one) => one.lane === lane && !this.#over.has(one))!
    this.#over.add(pass)
    this.#gate.settled(pass, true)
    await turn()
  }
  readonly #over = new Set<Pass>()

  async #send(): Promise<void> {
    while (this.left > 0) {
      const pass = await this.#gate.enter(this, this.#bytes, this.#delay)
      if (pass === undefined) return
      this.left--
      this.passes.push(pass)
      // Whoever sends gives the part up, and has it sent anew.
      pass.overdue = (error) => {
        this.#over.add(pass)
        this.overdue.push(`${pass.lane}: ${error.message}`)
        this.#gate.settled(pass, false)
      }
    }
  }
  readonly overdue: string[] = []

  paused(until: number): void {
    this.pauses.push(until)
  }

  stalled(lane: number): void {
    this.stalls.push(lane)
  }
}

test('uploads take turns within one budget, each lane loaded alike', async () => {
  const gate = createGate(new VirtualHost(), fixedWindow(8 * PART, 2))
  const a = new Member(gate, 100)
  const b = new Member(gate, 100)
  await a.ask()
  expect(a.lanes).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
  await b.ask()
  expect(b.lanes).toEqual([])
  for (let i = 0; i < 8; i++) await a.arrived(i % 2)
  expect([a.lanes.length, b.lanes.length]).toEqual([12, 4])
})

test('the next part goes over the lane that has got free', async () => {
  const gate = createGate(new VirtualHost(), fixedWindow(4 * PART, 2))
  const a = new Member(gate, 100)
  await a.ask()
  expect(a.lanes).toEqual([0, 1, 0, 1])
  for (let i = 0; i < 3; i++) await a.arrived(1)
  expect(a.lanes.slice(4)).toEqual([1, 1, 1])
})

test('a lane whose parts take longer gets fewer of them, and one on which a part is late gets none', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(8 * PART, 2))
  const a = new Member(gate, 1000)
  await a.ask()
  // Lane 0 delivers a part each 10 ms, lane 1 each 30.
  for (let i = 1; i <= 300; i++) {
    await host.advance(10)
    await a.arrived(0)
    if (i % 3 === 0) await a.arrived(1)
  }
  const underWay = a.passes.length - 8 - 400
  expect(underWay).toBe(0)
  const last = a.lanes.slice(-100)
  expect(last.filter((lane) => lane === 0).length).toBeGreaterThanOrEqual(70)
  // Lane 1 falls silent.
  const before = a.lanes.length
  for (let i = 0; i < 100; i++) {
    await host.advance(10)
    await a.arrived(0)
  }
  expect(a.lanes.slice(before + 10).filter((lane) => lane === 1)).toEqual([])
})

test('a part larger than the allowance passes when nothing else is under way', async () => {
  const gate = createGate(new VirtualHost(), fixedWindow(100, 1))
  const a = new Member(gate, 2, 1000)
  await a.ask()
  expect(a.lanes.length).toBe(1)
  await a.arrived(0)
  expect(a.lanes.length).toBe(2)
})

test('a pause stops everyone, is heard by everyone, and ends by itself; a shorter one changes nothing', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(2 * PART, 1))
  const first = new Member(gate, 1)
  await first.ask()
  const [pass] = first.passes
  gate.leave(first)
  const a = new Member(gate, 1)
  const b = new Member(gate, 1)
  gate.pause(pass!, 5_000)
  gate.pause(pass!, 1_000)
  gate.settled(pass!, false)
  await a.ask()
  await b.ask()
  expect([gate.pausedUntil, a.pauses, b.pauses]).toEqual([5_000, [5_000], [5_000]])
  await host.advance(4_999)
  expect([a.lanes.length, b.lanes.length]).toEqual([0, 0])
  gate.pause(pass!, 2_001)
  await host.advance(2_000)
  expect([a.lanes.length, b.lanes.length]).toEqual([0, 0])
  await host.advance(1)
  expect([a.lanes.length, b.lanes.length]).toEqual([1, 1])
  await Promise.all([a.arrived(0), b.arrived(0)])
  expect([gate.pausedUntil, host.pendingTimers]).toEqual([undefined, 0])
})

test('after a wait parts pass at half the pace at which they arrived before it', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(5 * PART, 1))
  const a = new Member(gate, 1000)
  // Five at a time, each 100 ms long.
  const run = async (ms: number): Promise<number> => {
    const from = a.passes.length
    for (let t = 0; t < ms; t++) {
      await host.advance(1)
      for (const pass of a.passes) if (host.now() === Math.ceil(pass.at) + 100) gate.settled(pass, true)
    }
    return a.passes.length - from
  }
  await a.ask()
  await run(3_000)
  expect(await run(1_000)).toBeGreaterThan(45)
  gate.pause(a.passes.at(-1)!, 30_000)
  await run(200)
  await host.advance(29_800)
  const halved = await run(1_000)
  expect(halved).toBeGreaterThanOrEqual(25)
  expect(halved).toBeLessThan(28)
  await run(9_000)
  expect(await run(1_000)).toBeGreaterThan(45)
})

test('what is to wait passes when its time has come, and holds nobody back', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(2 * PART, 1))
  const late = new Member(gate, 1, PART, 500)
  const other = new Member(gate, 1)
  await late.ask()
  await other.ask()
  expect([late.lanes, other.lanes]).toEqual([[], [0]])
  await host.advance(499)
  expect(late.lanes).toEqual([])
  await host.advance(1)
  expect(late.lanes).toEqual([0])
  await Promise.all([late.arrived(0), other.arrived(0)])
  expect(host.pendingTimers).toBe(0)
})

test('when the last one leaves a closed gate, no timer stays', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(PART, 1))
  const a = new Member(gate, 3)
  await a.ask()
  gate.pause(a.passes[0]!, 5_000)
  gate.settled(a.passes[0]!, false)
  expect(host.pendingTimers).toBe(1)
  gate.leave(a)
  expect(host.pendingTimers).toBe(0)
})

/** Two lanes, of which one delivers a part each 100 ms and the other what it is told to. */
async function twoLanes(silent: number, bytes = PART) {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(8 * bytes, 2))
  const a = new Member(gate, 10_000, bytes)
  await a.ask()
  const run = async (ms: number): Promise<void> => {
    for (let t = 0; t < ms; t += 100) {
      await host.advance(100)
      await a.arrived(1 - silent)
    }
  }
  await run(100)
  await a.arrived(silent)
  await run(2_000)
  return { host, gate, a, run }
}

test('a lane on which nothing arrives while others move is given up: its parts go elsewhere, it rests for a while', async () => {
  const { a, run } = await twoLanes(1)
  expect([a.stalls, a.overdue]).toEqual([[], []])
  await run(10_000)
  expect(a.stalls).toEqual([1])
  expect(a.overdue.length).toBeGreaterThan(0)
  expect(a.overdue.every((one) => one.startsWith('1: lane 1 stalls'))).toBe(true)
  const at = a.lanes.length
  await run(20_000)
  expect(new Set(a.lanes.slice(at))).toEqual(new Set([0]))
  // Then it is tried again.
  await run(20_000)
  expect(a.lanes.slice(at)).toContain(1)
})

test('the main lane is not left alone for good, but gets nothing more while others move', async () => {
  const { a, run } = await twoLanes(0)
  await run(25_000)
  expect(a.stalls).toEqual([0])
  const at = a.lanes.length
  await run(5_000)
  expect(a.lanes.slice(at).filter((lane) => lane === 0).length).toBeLessThanOrEqual(1)
})

test('a part that others overtake on its own lane is sent again, and the lane stays', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(4 * PART, 1))
  const a = new Member(gate, 1000)
  await a.ask()
  for (let i = 1; a.overdue.length === 0 && i < 500; i++) {
    await host.advance(100)
    gate.settled(a.passes[i]!, true)
    await turn()
  }
  expect([a.overdue.length, a.stalls, host.now()]).toEqual([1, [], 7_500])
})

test('while nothing moves anywhere nothing is overdue: the connections know better', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(8 * PART, 2))
  const a = new Member(gate, 100)
  await a.ask()
  await host.advance(100)
  await a.arrived(0)
  await a.arrived(1)
  await host.advance(600_000)
  expect([a.overdue, a.stalls]).toEqual([[], []])
})

test('a part that is alone and takes many times as long as others did is sent again, later and later', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(8 * PART, 1))
  const a = new Member(gate, 1)
  await a.ask()
  await host.advance(100)
  await a.arrived(0)
  const given: number[] = []
  const alone = async (): Promise<void> => {
    const last = new Member(gate, 1)
    const { length } = a.stalls
    const at = host.now()
    await last.ask()
    while (!last.overdue.length && host.now() < at + 600_000) await host.advance(100)
    given.push(Math.round((host.now() - at) / 1000))
    gate.leave(last)
    expect(a.stalls.length).toBe(length + 1)
  }
  for (let i = 0; i < 4; i++) await alone()
  expect(given).toEqual([18, 28, 48, 88])
  // Once something has arrived, it begins anew.
  const more = new Member(gate, 1)
  await more.ask()
  await host.advance(100)
  await more.arrived(0)
  await alone()
  expect(given.at(-1)).toBe(18)
  expect(host.pendingTimers).toBe(0)
})

test('before anything has arrived nothing is overdue, not even a part that is alone', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow())
  const a = new Member(gate, 1)
  await a.ask()
  await host.advance(600_000)
  expect([a.overdue, a.stalls]).toEqual([[], []])
})

test('a line that becomes fifty times slower makes nothing overdue', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow({ initial: 2048 * KiB }))
  const a = new Member(gate, 1000)
  await a.ask()
  for (let i = 0; i < 100; i++) {
    await host.advance(100)
    await a.arrived(a.lanes[i]!)
  }
  for (let i = 100; i < 140; i++) {
    await host.advance(5_000)
    await a.arrived(a.lanes[i]!)
  }
  expect([a.overdue, a.stalls]).toEqual([[], []])
})

test('a lane that fails is left alone, the main one never; another may do better unless nothing moved', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, fixedWindow(4 * PART, 2))
  const a = new Member(gate, 100)
  await a.ask()
  expect(a.lanes).toEqual([0, 1, 0, 1])
  expect(gate.failed(a.passes[0]!, true)).toBe(false)
  expect(gate.failed(a.passes[1]!, true)).toBe(true)
  expect(gate.failed(a.passes[1]!, false)).toBe(false)
  await a.arrived(1)
  expect(gate.failed(a.passes[0]!, true)).toBe(true)
  await a.arrived(1)
  await a.arrived(0)
  await host.advance(1_000)
  expect(a.lanes.slice(4)).toEqual([0, 0, 0])
})

test('a part that had nothing else to wait for leaves no timer when it has arrived', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow())
  const a = new Member(gate, 1)
  await a.ask()
  expect(host.pendingTimers).toBe(1)
  await a.arrived(0)
  expect(host.pendingTimers).toBe(0)
})
