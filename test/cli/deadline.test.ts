/** The deadline of the login: what it says when the time is over. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startDeadline } from '../../src/cli/deadline.ts'
import { SecurityError, TransportError } from '../../src/errors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const lost = (error: Error) =>
  ({ type: 'disconnected', where: '127.0.0.1:1', error, retryIn: 1, dc: 2, lane: 0 }) as const

test('a server that said nothing', () => {
  const deadline = startDeadline(5)
  vi.advanceTimersByTime(5000)
  expect(deadline.signal.reason).toMatchObject({
    code: 'NO_ANSWER',
    message: expect.stringMatching(/within 5 s: the server does not answer/),
  })
})

test('a server that said nothing is named, and the proxy on the way to it', () => {
  const deadline = startDeadline(5, 'the SOCKS5 proxy at 127.0.0.1:2')
  deadline.allowFor({ type: 'connecting', where: '127.0.0.1:1', attempt: 1, dc: 2, lane: 0 })
  vi.advanceTimersByTime(5000)
  expect(deadline.signal.reason.message).toMatch(
    /within 5 s: 127\.0\.0\.1:1 through the SOCKS5 proxy at 127\.0\.0\.1:2 does not answer, or not in time;/,
  )
})

test('a connection that was lost, by its last reason', () => {
  const deadline = startDeadline(5)
  deadline.allowFor(lost(new TransportError('CONNECTION_CLOSED', '127.0.0.1:1 closed the connection')))
  vi.advanceTimersByTime(5000)
  expect(deadline.signal.reason).toMatchObject({
    code: 'NO_ANSWER',
    message: expect.stringMatching(/last, 127\.0\.0\.1:1 closed the connection/),
  })
})

test('answers that were refused are told as that', () => {
  const deadline = startDeadline(5)
  const refusal = new SecurityError('MESSAGE_REFUSED', 'refused')
  deadline.allowFor(lost(refusal))
  vi.advanceTimersByTime(5000)
  expect(deadline.signal.reason).toBe(refusal)
})

test('a wait that the server asks for does not count, and a stopped deadline says nothing', () => {
  const deadline = startDeadline(5)
  deadline.allowFor({ type: 'wait', method: 'a', reason: 'FLOOD_WAIT_10', seconds: 10 })
  vi.advanceTimersByTime(14_000)
  expect(deadline.signal.aborted).toBe(false)
  deadline.stop()
  vi.advanceTimersByTime(60_000)
  expect(deadline.signal.aborted).toBe(false)
})

test('the time stands still while somebody is asked, and begins anew afterwards', async () => {
  const deadline = startDeadline(5)
  let answer = (_text: string): void => {}
  const asked = deadline.hold(
    () =>
      new Promise<string>((resolve) => {
        answer = resolve
      }),
  )
  vi.advanceTimersByTime(3_600_000)
  expect(deadline.signal.aborted).toBe(false)
  answer('11111')
  expect(await asked).toBe('11111')
  vi.advanceTimersByTime(4_999)
  expect(deadline.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(deadline.signal.aborted).toBe(true)
})

test('once it is stopped, nothing starts it again', async () => {
  const deadline = startDeadline(5)
  deadline.stop()
  await deadline.hold(() => Promise.resolve())
  deadline.allowFor({ type: 'wait', method: 'auth.sendCode', reason: 'FLOOD_WAIT_1', seconds: 1 } as never)
  vi.advanceTimersByTime(3_600_000)
  expect(deadline.signal.aborted).toBe(false)
})
