/** A process that is killed: nothing of it happens any more, and whoever waited for it hears of that. */
import { beforeEach, expect, test } from 'vitest'
import { SimHost } from '../../../src/lab/simulator/host.ts'
import { Killed, Life } from '../../../src/lab/simulator/life.ts'
import { Stream } from '../../../src/lab/simulator/random.ts'
import { Scheduler } from '../../../src/lab/simulator/scheduler.ts'
import type { Carrier, CarrierHandlers, Dial } from '../../../src/transport/carrier/carrier.ts'

let scheduler: Scheduler
let host: SimHost
let life: Life
beforeEach(() => {
  scheduler = new Scheduler()
  host = new SimHost('a', scheduler, new Stream(1), { skew: 0, drift: 0 })
  life = new Life(host)
})
const run = (): Promise<void> => scheduler.run(() => false)

test('its timers fire, and can be cancelled; those of a dead one do neither, and none is left', async () => {
  const fired: string[] = []
  life.setTimer(10, () => fired.push('first'))
  life.setTimer(20, () => fired.push('cancelled')).cancel()
  await run()
  life.setTimer(10, () => fired.push('killed'))
  life.kill()
  life.setTimer(10, () => fired.push('dead'))
  expect(host.pendingTimers).toBe(0)
  await run()
  expect(fired).toEqual(['first'])
})

test('who waits for it hears of the kill, before it and after it', async () => {
  expect(await life.outlive(Promise.resolve(5))).toBe(5)
  await expect(life.outlive(Promise.reject(new RangeError('x')))).rejects.toThrow(RangeError)
  const waiting = life.outlive(new Promise(() => {}))
  life.kill()
  await expect(waiting).rejects.toThrow(Killed)
  await expect(life.outlive(Promise.resolve(5))).rejects.toThrow(Killed)
})

test('what the network brings to a dead one reaches nobody, and a connection that opens late is closed', async () => {
  const heard: string[] = []
  const closed: string[] = []
  let theirs: CarrierHandlers | undefined
  const carrier = { close: () => closed.push('closed') } as unknown as Carrier
  let open: (carrier: Carrier) => void = () => {}
  const dial: Dial = (_address, handlers) => {
    theirs = handlers
    return new Promise((resolve) => {
      open = resolve
    })
  }
  const handlers = {
    onData: () => heard.push('data'),
    onClose: () => heard.push('close'),
  } as unknown as CarrierHandlers
  const dialled = (): Promise<Carrier> => life.dialing(dial)({ host: 'a', port: 1 }, handlers, { host: life })
  const first = dialled()
  open(carrier)
  expect(await first).toBe(carrier)
  theirs!.onData(new Uint8Array(1))
  void dialled().then(() => heard.push('dialled'))
  life.kill()
  open(carrier)
  theirs!.onClose()
  await run()
  expect(heard).toEqual(['data'])
  expect(closed).toEqual(['closed'])
})
