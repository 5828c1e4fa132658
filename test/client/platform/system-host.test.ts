import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('timers', () => {
  test('fire once, never within the call, and not when cancelled', async () => {
    vi.useFakeTimers()
    const log: string[] = []
    systemHost.setTimer(0, () => log.push('soon'))
    systemHost.setTimer(20, () => log.push('later'))
    const never = systemHost.setTimer(10, () => log.push('never'))
    expect(log).toEqual([])
    never.cancel()
    never.cancel()
    await vi.advanceTimersByTimeAsync(19)
    expect(log).toEqual(['soon'])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(log).toEqual(['soon', 'later'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('keep delays beyond the 31 bits of the platform', async () => {
    vi.useFakeTimers()
    const delay = 60 * 86_400_000
    let fired = 0
    systemHost.setTimer(delay, () => fired++)
    const other = systemHost.setTimer(delay, () => fired++)
    await vi.advanceTimersByTimeAsync(delay - 1)
    expect(fired).toBe(0)
    other.cancel()
    await vi.advanceTimersByTimeAsync(1)
    expect(fired).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('never fire early on the monotonic clock, even where the platform does', async () => {
    vi.useFakeTimers()
    let fired = false
    systemHost.setTimer(100, () => {
      fired = true
    })
    const real = performance.now()
    vi.spyOn(performance, 'now').mockReturnValueOnce(real + 99.2)
    await vi.advanceTimersByTimeAsync(100)
    expect(fired).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(fired).toBe(true)
  })

  test('keep the process alive', () => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    const timer = systemHost.setTimer(1_000, () => {})
    expect((set.mock.results[0]!.value as NodeJS.Timeout).hasRef()).toBe(true)
    timer.cancel()
  })
})

test('clocks are those of the platform', () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  expect(systemHost.wallClock()).toBe(1_700_000_000_000)
  const before = systemHost.now()
  vi.advanceTimersByTime(250)
  expect(systemHost.now() - before).toBe(250)
})

test('random bytes fill arrays longer than one call of the platform may, and only those', () => {
  const calls = vi.spyOn(globalThis.crypto, 'getRandomValues')
  const memory = new Uint8Array(200_002)
  const into = memory.subarray(1, 200_001)
  expect(systemHost.random(into)).toBe(into)
  expect(calls.mock.calls.map(([array]) => array.byteLength)).toEqual([65_536, 65_536, 65_536, 3_392])
  expect([memory[0], memory[200_001]]).toEqual([0, 0])
  for (let at = 0; at < into.length; at += 100)
    expect(into.subarray(at, at + 100).some((byte) => byte !== 0)).toBe(true)
  expect(systemHost.random(new Uint8Array(0))).toHaveLength(0)
})
