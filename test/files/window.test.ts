import { expect, test } from 'vitest'
import { createWindow } from '../../src/files/index.ts'

const KiB = 1024

test('the window doubles each round trip while it is full, up to its bound, and lanes follow', () => {
  const window = createWindow({ maxLanes: 4 })
  expect([window.allowed, window.lanes]).toEqual([1024 * KiB, 1])
  for (let i = 0; i < 2; i++) window.delivered(512 * KiB, 100, window.allowed)
  expect([window.allowed, window.lanes]).toEqual([2048 * KiB, 2])
  for (let i = 0; i < 100; i++) window.delivered(512 * KiB, 100, window.allowed)
  expect([window.allowed, window.lanes]).toEqual([8192 * KiB, 4])
})

test('an allowance that is not used does not grow', () => {
  const window = createWindow()
  for (let i = 0; i < 100; i++) window.delivered(512 * KiB, 100, 300 * KiB)
  expect(window.allowed).toBe(1024 * KiB)
})

test('failures halve it once a round trip, never below one part; then it grows by a part each round trip', () => {
  const window = createWindow({ initial: 8192 * KiB })
  window.delivered(1, 100, 0)
  for (let i = 0; i < 8; i++) window.failed(1_000)
  expect(window.allowed).toBe(4096 * KiB)
  window.failed(1_101)
  expect(window.allowed).toBe(2048 * KiB)
  for (let i = 0; i < 4; i++) window.delivered(512 * KiB, 100, window.allowed)
  expect(window.allowed).toBeGreaterThan(2400 * KiB)
  expect(window.allowed).toBeLessThan(2600 * KiB)
  for (let i = 1; i < 20; i++) window.failed(1_000_000 * i)
  expect(window.allowed).toBe(512 * KiB)
})

test('what takes long to be answered lets nothing grow: on a slow line more under way only waits longer', () => {
  const window = createWindow()
  for (let i = 0; i < 100; i++) window.delivered(512 * KiB, 20_001, window.allowed)
  expect(window.allowed).toBe(1024 * KiB)
  window.delivered(512 * KiB, 20_000, window.allowed)
  expect(window.allowed).toBe(1536 * KiB)
})
