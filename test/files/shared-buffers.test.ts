/** Buffers that all uploads share: none is lent twice at once, and no more is kept than allowed. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { sharedBuffers } from '../../src/files/shared-buffers.ts'

test('what is given back is lent again, to whoever needs about as much', () => {
  const pool = sharedBuffers(1024 * 1024)
  const first = pool.take(50_000)
  expect(first.length).toBeGreaterThanOrEqual(50_000)
  pool.give(first)
  expect(pool.take(50_001)).toBe(first)
  expect(pool.take(50_001)).not.toBe(first)
})

test('no more is kept than allowed', () => {
  const pool = sharedBuffers(128 * 1024)
  const lent = [1, 2, 3].map(() => pool.take(64 * 1024))
  for (const buffer of lent) pool.give(buffer)
  const again = [1, 2, 3].map(() => pool.take(64 * 1024))
  expect(again.filter((buffer) => lent.includes(buffer))).toHaveLength(2)
})

test.prop([fc.array(fc.nat({ max: 600_000 }), { maxLength: 60 }), fc.infiniteStream(fc.nat())])(
  'whatever is taken and given, in whatever order: nothing is lent to two',
  (lengths, choices) => {
    const pool = sharedBuffers(2 * 1024 * 1024)
    const lent: Uint8Array[] = []
    for (const length of lengths) {
      const buffer = pool.take(length + 1)
      expect(buffer.length).toBeGreaterThan(length)
      expect(lent.includes(buffer)).toBe(false)
      lent.push(buffer)
      const choice = choices.next().value!
      if (choice % 3 > 0) pool.give(lent.splice(choice % lent.length, 1)[0]!)
    }
  },
)
