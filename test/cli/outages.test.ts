/** Lost connections in words: only those that last, once for all lanes, and their return. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followOutages, SILENCE, STEADY } from '../../src/cli/outages.ts'
import { TransportError } from '../../src/errors.ts'

const where = '127.0.0.1:443'
const connected = (lane = 0) => ({ type: 'connected', where, lane, dc: 2 }) as const
const lost = (lane = 0, retryIn: number | undefined = 1) => {
  const error = new TransportError('CONNECTION_CLOSED', `the connection to ${where} is closed: the other side ended it`)
  return { type: 'disconnected', where, error, retryIn, lane, dc: 2 } as const
}
const LOST = `connection to ${where} lost (the other side ended it); trying again for up to a minute`
const AGAIN = `connected again to ${where}`

let told: string[]
let outages: ReturnType<typeof followOutages>

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  outages = followOutages((text) => told.push(text))
})
afterEach(() => void vi.useRealTimers())

test('a loss that lasts is told once, and so is the return', () => {
  outages.notice(connected())
  outages.notice(lost())
  vi.advanceTimersByTime(SILENCE - 1)
  expect(told).toEqual([])
  outages.notice(lost())
  vi.advanceTimersByTime(1)
  expect(told).toEqual([LOST])
  outages.notice(lost())
  vi.advanceTimersByTime(30_000)
  outages.notice(connected())
  vi.advanceTimersByTime(STEADY)
  expect(told).toEqual([LOST, AGAIN])
  expect(vi.getTimerCount()).toBe(0)
})

test('a connection that is back soon is not worth a word', () => {
  outages.notice(connected())
  outages.notice(lost())
  vi.advanceTimersByTime(SILENCE - 1)
  outages.notice(connected())
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([])
})

test('several connections to one address are one loss and one return', () => {
  for (const lane of [0, 1, 2]) outages.notice(connected(lane))
  for (const lane of [0, 1, 2]) outages.notice(lost(lane))
  vi.advanceTimersByTime(SILENCE)
  outages.notice(connected(1))
  // This one is given up.
  outages.notice({ ...lost(2), retryIn: undefined })
  expect(told).toEqual([LOST])
  outages.notice(connected(0))
  vi.advanceTimersByTime(STEADY)
  expect(told).toEqual([LOST, AGAIN])
})

test('a connection that is refused as soon as it is back is not back', () => {
  outages.notice(connected())
  outages.notice(lost())
  vi.advanceTimersByTime(SILENCE)
  for (let i = 0; i < 3; i++) {
    outages.notice(connected())
    vi.advanceTimersByTime(STEADY - 1)
    outages.notice(lost())
    vi.advanceTimersByTime(10_000)
  }
  expect(told).toEqual([LOST])
  outages.notice(connected())
  vi.advanceTimersByTime(STEADY)
  expect(told).toEqual([LOST, AGAIN])
})

test('the reason is the last one, without the address again', () => {
  outages.notice(connected())
  outages.notice(lost())
  const error = new TransportError('CONNECT_FAILED', `cannot connect to ${where}: connection refused; check the port`)
  outages.notice({ ...lost(), error })
  vi.advanceTimersByTime(SILENCE)
  expect(told).toEqual([expect.stringContaining('lost (connection refused);')])
})

test('what was never reached, what is not tried again, and what comes after the end is not told', () => {
  outages.notice(lost())
  vi.advanceTimersByTime(SILENCE)
  outages.notice(connected())
  outages.notice({ ...lost(), retryIn: undefined })
  vi.advanceTimersByTime(SILENCE)
  outages.notice(lost())
  outages.stop()
  vi.advanceTimersByTime(SILENCE)
  expect(told).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
