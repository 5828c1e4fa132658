import { expect, test } from 'vitest'
import { SALT_LIFETIME, SALT_PERIOD, SaltSchedule } from '../../../src/lab/server/salt-schedule.ts'
import { VirtualHost } from '../../support/virtual-host.ts'

const start = 1_700_000_000
const schedule = (): SaltSchedule => new SaltSchedule(new VirtualHost().random, 7n, start)

test('at any moment the present salt and the one before it are accepted, and no other', () => {
  const salts = schedule()
  const all = salts.future(10, start)
  for (let now = start + SALT_PERIOD; now < start + 8 * SALT_PERIOD; now += 600) {
    const window = Math.floor((now - start) / SALT_PERIOD)
    expect(salts.current(now)).toBe(all[window]!.salt)
    expect(all.map(({ salt }) => salts.accepts(salt, now))).toEqual(all.map((_, i) => i === window || i === window - 1))
  }
})

test('salts said ahead of time are the ones that hold later', () => {
  const salts = schedule()
  const ahead = salts.future(5, start)
  expect(ahead.map(({ validUntil, validSince }) => validUntil - validSince)).toEqual(Array(5).fill(SALT_LIFETIME))
  expect(salts.future(2, start + 3 * SALT_PERIOD).map(({ salt }) => salt)).toEqual([ahead[2]!.salt, ahead[3]!.salt])
})

test('a year of use and a year of sleep cost no memory to speak of', () => {
  const salts = schedule()
  for (let now = start; now < start + 365 * 86_400; now += 7 * 86_400) {
    expect(salts.accepts(salts.current(now), now)).toBe(true)
    expect(salts.future(64, now)).toHaveLength(64)
  }
})

test('rotation makes every salt invalid at once', () => {
  const salts = schedule()
  const before = salts.future(3, start)
  salts.rotate(start + 10)
  expect(before.some(({ salt }) => salts.accepts(salt, start + 10))).toBe(false)
  expect(salts.accepts(salts.current(start + 10), start + 10)).toBe(true)
})

test('a clock that is set back finds a salt that holds then', () => {
  const salts = schedule()
  const earlier = start - 7200
  expect(salts.accepts(salts.current(earlier), earlier)).toBe(true)
})
