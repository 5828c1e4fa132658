import { expect, test } from 'vitest'
import { VirtualHost } from './virtual-host.ts'

test('timers fire in order of time, then of setting, at their own instant', async () => {
  const host = new VirtualHost()
  const log: string[] = []
  host.setTimer(20, () => log.push(`b${host.now()}`))
  host.setTimer(10, () => log.push(`a${host.now()}`))
  host.setTimer(20, () => log.push(`c${host.now()}`))
  const dropped = host.setTimer(5, () => log.push('never'))
  dropped.cancel()
  expect(host.pendingTimers).toBe(3)
  await host.advance(19)
  expect(log).toEqual(['a10'])
  await host.advance(1)
  expect(log).toEqual(['a10', 'b20', 'c20'])
  expect([host.now(), host.pendingTimers]).toEqual([20, 0])
})

test('runUntil moves the clock as far as a promise needs, and says when it is stuck', async () => {
  const host = new VirtualHost()
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => host.setTimer(ms, resolve))
  await host.runUntil(sleep(100).then(() => sleep(1_000)))
  expect(host.now()).toBe(1_100)
  await expect(host.runUntil(new Promise(() => {}), { patience: 10 })).rejects.toThrow('stuck at 1100 ms')
  await expect(host.runUntil(sleep(50), { limit: 10 })).rejects.toThrow('not settled')
})

test('one seed gives one stream of bytes, whatever the sizes of the pieces', () => {
  const whole = new VirtualHost({ seed: 7 }).random(new Uint8Array(20))
  const host = new VirtualHost({ seed: 7 })
  const pieces = [3, 9, 8].flatMap((n) => [...host.random(new Uint8Array(n))])
  expect(pieces).toEqual([...whole])
  expect(new VirtualHost({ seed: 8 }).random(new Uint8Array(20))).not.toEqual(whole)
})
