/** When making a temporary key is given up, and when its permanent key is. */
import { expect, test } from 'vitest'
import { RpcError } from '../../src/errors.ts'
import { Refusals } from '../../src/transport/key-refusals.ts'

const METHOD = 'auth.bindTempAuthKey'
const OLD = Number.POSITIVE_INFINITY

test('a wait that the server asks for is kept, five times, and no longer one than a minute', () => {
  const refusals = new Refusals(0, true)
  const wait = new RpcError(420, 'FLOOD_WAIT_20', METHOD)
  for (let i = 0; i < 5; i++) expect(refusals.next(wait, 0, OLD)).toEqual({ pause: 20_000, newPermanent: false })
  expect(refusals.next(wait, 0, OLD)).toBe('give up')
  expect(new Refusals(0, true).next(new RpcError(420, 'FLOOD_WAIT_61', METHOD), 0, OLD)).toBe('give up')
})

test('faults of the server are tried five times, with pauses that double', () => {
  const refusals = new Refusals(0, false)
  const steps = Array.from({ length: 5 }, () => refusals.next(new RpcError(500, 'INTERNAL', METHOD), 0, OLD))
  expect(steps).toEqual([...[1000, 2000, 4000, 8000].map((pause) => ({ pause, newPermanent: false })), 'give up'])
})

test('an old permanent key is given up at the second refusal, the one after it at its second, and then no more', () => {
  const refusals = new Refusals(0, true)
  const invalid = new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID', METHOD)
  const newPermanent = (age: number): unknown => {
    const step = refusals.next(invalid, 0, age)
    return step === 'give up' ? step : step.newPermanent
  }
  expect([newPermanent(OLD), newPermanent(OLD)]).toEqual([false, true])
  // The next one is new: other machines of the server may not know it yet.
  expect([newPermanent(1), newPermanent(60_000), newPermanent(60_001)]).toEqual([false, false, 'give up'])
})
