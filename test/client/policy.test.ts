/** What is repeated, after which pauses, how often, and what is left when nobody wants it any more. */
import { beforeEach, describe, expect, test } from 'vitest'
import { type WaitEvent, withPolicy } from '../../src/client/policy.ts'
import { RpcError, TransportError } from '../../src/errors.ts'
import { VirtualHost } from '../support/virtual-host.ts'

let host: VirtualHost
let events: WaitEvent[]
let calls: number

beforeEach(() => {
  host = new VirtualHost({ seed: 3 })
  events = []
  calls = 0
})

/** A call that fails so, one error after the other, and then succeeds. */
const failing =
  (...errors: readonly Error[]) =>
  async (): Promise<string> => {
    const error = errors[calls++]
    if (error !== undefined) throw error
    return 'done'
  }
const always = (error: unknown) => (): Promise<string> => {
  calls++
  return Promise.reject(error)
}
const rpc = (code: number, text: string, method = 'messages.uploadMedia'): RpcError => new RpcError(code, text, method)

const run = (call: () => Promise<string>, maxWait = 60, signal?: AbortSignal): Promise<string> =>
  host.runUntil(withPolicy(call, { host, maxWait, signal, onEvent: (event) => events.push(event) }))

describe('waits', () => {
  test.each(['FLOOD_WAIT_7', 'FLOOD_PREMIUM_WAIT_7', 'SLOWMODE_WAIT_7', '2FA_CONFIRM_WAIT_7', 'TAKEOUT_INIT_DELAY_7'])(
    '%s is waited out to the second, and told',
    async (text) => {
      expect(await run(failing(rpc(420, text)))).toBe('done')
      expect(host.now()).toBe(7000)
      expect(events).toEqual([{ type: 'wait', method: 'messages.uploadMedia', reason: text, seconds: 7 }])
    },
  )

  test('as long as is allowed and no longer; the message of what is not has the seconds', async () => {
    expect(await run(failing(rpc(420, 'FLOOD_WAIT_60')))).toBe('done')
    calls = 0
    const error = await run(always(rpc(420, 'FLOOD_WAIT_61'))).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ type: 'FLOOD_WAIT_X', waitSeconds: 61, retryable: true })
    expect((error as Error).message).toMatch(/wait 61 s/)
    expect([calls, host.now()]).toEqual([1, 60_000])
  })

  test('each for itself, however many there are, and none counts as a failure', async () => {
    const wait = rpc(420, 'FLOOD_WAIT_50')
    const fault = rpc(500, 'RPC_CALL_FAIL')
    expect(await run(failing(wait, wait, wait, wait, wait, fault, fault, fault))).toBe('done')
    expect(calls).toBe(9)
  })

  test('without a length there is none', async () => {
    await expect(run(always(rpc(420, 'FROZEN_METHOD_INVALID')))).rejects.toMatchObject({ waitSeconds: undefined })
    expect([calls, host.now()]).toEqual([1, 0])
  })

  test('an abort ends one at once, and leaves nothing behind', async () => {
    const abort = new AbortController()
    const waiting = withPolicy(always(rpc(420, 'FLOOD_WAIT_30')), {
      host,
      maxWait: 60,
      signal: abort.signal,
      onEvent: (event) => events.push(event),
    })
    await host.advance(10_000)
    expect([events.length, host.pendingTimers]).toEqual([1, 1])
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect([host.now(), host.pendingTimers, calls]).toEqual([10_000, 0, 1])
  })
})

describe('faults', () => {
  test.each([
    [500, 'RPC_CALL_FAIL'],
    [500, 'WORKER_BUSY_TOO_LONG_RETRY'],
    [500, 'INTERDC_4_CALL_ERROR'],
    [500, 'NEVER_HEARD_OF'],
    [-503, 'Timeout'],
  ])('%i %s: four attempts, the last error is thrown', async (code, text) => {
    await expect(run(always(rpc(code, text)))).rejects.toMatchObject({ text })
    expect(calls).toBe(4)
    expect(events.map(({ reason }) => reason)).toEqual([text, text, text])
  })

  test('pauses double, and no two clients keep the same', async () => {
    const pausesOf = async (seed: number): Promise<number[]> => {
      host = new VirtualHost({ seed })
      events = []
      await run(always(rpc(500, 'RPC_CALL_FAIL'))).catch(() => {})
      return events.map(({ seconds }) => 1000 * seconds)
    }
    const runs: number[][] = []
    for (let seed = 1; seed <= 20; seed++) runs.push(await pausesOf(seed))
    for (const [i, middle] of [500, 1000, 2000].entries()) {
      const pauses = runs.map((one) => one[i]!)
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0.75 * middle)
      expect(Math.max(...pauses)).toBeLessThanOrEqual(1.25 * middle)
      expect(new Set(pauses).size).toBeGreaterThan(5)
    }
  })

  test('an abort in the pause ends it at once', async () => {
    const abort = new AbortController()
    const waiting = withPolicy(always(rpc(500, 'RPC_CALL_FAIL')), { host, maxWait: 60, signal: abort.signal })
    await host.advance(1)
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(host.pendingTimers).toBe(0)
  })
})

describe('what is not repeated', () => {
  test.each([
    [400, 'PHOTO_EXT_INVALID', 'messages.uploadMedia'],
    [401, 'AUTH_KEY_UNREGISTERED', 'messages.uploadMedia'],
    [403, 'CHAT_WRITE_FORBIDDEN', 'messages.uploadMedia'],
    [406, 'AUTH_KEY_DUPLICATED', 'messages.uploadMedia'],
    [400, 'PHONE_NUMBER_FLOOD', 'auth.sendCode'],
    [406, 'PHONE_PASSWORD_FLOOD', 'auth.sendCode'],
    [500, 'AUTH_RESTART', 'auth.signIn'],
    [-503, 'Timeout', 'auth.signIn'],
    [-503, 'Timeout', 'auth.importLoginToken'],
  ])('%i %s of %s', async (code, text, method) => {
    await expect(run(always(rpc(code, text, method)))).rejects.toMatchObject({ text })
    expect([calls, events]).toEqual([1, []])
  })

  test('what the API did not say', async () => {
    for (const error of [new TransportError('NO_ANSWER', 'x'), new Error('x'), null, undefined]) {
      calls = 0
      await expect(run(always(error))).rejects.toBe(error)
      expect(calls).toBe(1)
    }
  })
})
