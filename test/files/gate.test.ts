import { expect, test } from 'vitest'
import { createGate, createWindow, type Gate, type GateMember } from '../../src/files/index.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const KiB = 1024

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class Member implements GateMember {
  readonly turns: number[] = []
  readonly pauses: number[] = []
  left: number
  readonly #gate: Gate
  readonly #bytes: number
  readonly #delay: number

  constructor(gate: Gate, parts: number, bytes = 512 * KiB, delay = 0) {
    this.#gate = gate
    this.left = parts
    this.#bytes = bytes
    this.#delay = delay
    gate.join(this)
  }

  /** Sends all it has, one part after the other; lets what can pass at once do so. */
  async ask(): Promise<void> {
    void this.#send()
    await turn()
  }

  async #send(): Promise<void> {
    while (this.left > 0) {
      const lane = await this.#gate.enter(this, this.#bytes, this.#delay)
      if (lane === undefined) return
      this.left--
      this.turns.push(lane)
    }
  }

  paused(until: number): void {
    this.pauses.push(until)
  }
}

test('uploads take turns within one budget, each lane loaded alike', async () => {
  const gate = createGate(new VirtualHost(), createWindow({ initial: 4096 * KiB, max: 4096 * KiB, maxLanes: 2 }))
  const a = new Member(gate, 100)
  const b = new Member(gate, 100)
  await a.ask()
  expect(a.turns.length).toBe(8)
  expect(a.turns.filter((lane) => lane === 0).length).toBe(4)
  await b.ask()
  expect(b.turns).toEqual([])
  for (let i = 0; i < 8; i++) gate.settled(i % 2, 512 * KiB, 10)
  await turn()
  expect([a.turns.length, b.turns.length]).toEqual([12, 4])
})

test('the next part goes over the lane that has got free', async () => {
  const gate = createGate(new VirtualHost(), createWindow({ initial: 2048 * KiB, max: 2048 * KiB, maxLanes: 2 }))
  const a = new Member(gate, 100)
  await a.ask()
  expect(a.turns).toEqual([0, 1, 0, 1])
  for (let i = 0; i < 3; i++) gate.settled(1, 512 * KiB, 10)
  await turn()
  expect(a.turns.slice(4)).toEqual([1, 1, 1])
})

test('a part larger than the allowance passes when nothing else is under way', async () => {
  const gate = createGate(new VirtualHost(), { ...policy, allowed: 100 })
  const a = new Member(gate, 2, 1000)
  await a.ask()
  expect(a.turns.length).toBe(1)
  gate.settled(0, 1000, 10)
  await turn()
  expect(a.turns.length).toBe(2)
})

const policy = { allowed: 1, lanes: 1, delivered() {}, failed() {} }

test('a pause stops everyone, is heard by everyone, and ends by itself; a shorter one changes nothing', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow())
  const a = new Member(gate, 3)
  const b = new Member(gate, 3)
  gate.pause(5_000)
  gate.pause(1_000)
  await a.ask()
  await b.ask()
  expect([gate.pausedUntil, a.pauses, b.pauses]).toEqual([5_000, [5_000], [5_000]])
  await host.advance(4_999)
  expect([a.turns.length, b.turns.length]).toEqual([0, 0])
  gate.pause(2_001)
  await host.advance(2_000)
  expect([a.turns.length, b.turns.length]).toEqual([0, 0])
  await host.advance(1)
  expect(a.turns.length + b.turns.length).toBeGreaterThan(0)
  expect([gate.pausedUntil, host.pendingTimers]).toEqual([undefined, 0])
})

test('what is to wait passes when its time has come, and holds nobody back', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow())
  const late = new Member(gate, 1, 512 * KiB, 500)
  const other = new Member(gate, 1)
  await late.ask()
  await other.ask()
  expect([late.turns, other.turns]).toEqual([[], [0]])
  await host.advance(499)
  expect(late.turns).toEqual([])
  await host.advance(1)
  await turn()
  expect([late.turns, host.pendingTimers]).toEqual([[0], 0])
})

test('when the last one leaves a closed gate, no timer stays', async () => {
  const host = new VirtualHost()
  const gate = createGate(host, createWindow())
  const a = new Member(gate, 3)
  gate.pause(5_000)
  await a.ask()
  expect(host.pendingTimers).toBe(1)
  gate.leave(a)
  expect(host.pendingTimers).toBe(0)
})
