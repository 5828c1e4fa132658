/** The check of what uploads have under way, fed histories that keep its rules and break them. */
import { beforeEach, expect, test } from 'vitest'
import { createWindow, type WindowPolicy } from '../../../src/files/window.ts'
import { WindowCheck } from '../../../src/lab/simulator/checks/window.ts'
import { fixedWindow } from '../../support/fixed-window.ts'

let found: string[]
let check: WindowCheck
let window: WindowPolicy
beforeEach(() => {
  found = []
  check = new WindowCheck((detail) => void found.push(detail))
  window = check.around(createWindow({ initial: 3000, max: 3000 }), 4)
})

test('the window is as it was, but for its lanes', () => {
  expect([window.allowed, window.inFlight, window.lanes, window.delivered]).toEqual([3000, 0, 4, 0])
  const flight = window.sent(1000, 0, true)
  expect(window.inFlight).toBe(1000)
  window.settled(flight, 10, true)
  expect([window.inFlight, window.delivered, found]).toEqual([0, 1000, []])
})

test('as much as is allowed, or one part of any size, and no more', () => {
  const large = window.sent(9000, 0, true)
  window.settled(large, 0, false)
  window.sent(1000, 0, true)
  window.sent(2000, 0, true)
  expect(found).toEqual([])
  window.sent(1, 0, true)
  expect(found).toEqual([expect.stringContaining('3000 and 1 bytes are under way where 3000 are allowed')])
})

test('everything is settled, once', () => {
  const flight = window.sent(1000, 0, true)
  check.quiet()
  expect(found).toEqual([expect.stringContaining('1 parts count as under way')])
  window.settled(flight, 10, false)
  check.quiet()
  expect(found.length).toBe(1)
  window.settled(flight, 10, false)
  expect(found.length).toBe(2)
})

test('a part that others overtake for long is to be given up; one that nothing overtakes is not', () => {
  window = check.around(fixedWindow(9000, 4), 4)
  const left = window.sent(500, 0, true)
  window.settled(window.sent(500, 99_000, true), 99_500, true)
  expect(found).toEqual([])
  window.settled(window.sent(500, 99_000, true), 99_500, true)
  window.settled(window.sent(500, 105_000, true), 105_500, true)
  expect(found).toEqual([])
  window.settled(window.sent(500, 110_000, true), 110_500, true)
  expect(found).toEqual([expect.stringContaining('under way for 110500 ms while others move')])
  window.settled(left, 111_000, true)
  expect(found.length).toBe(1)
})
