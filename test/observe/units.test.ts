/** Amounts as people read them; and no text can forge a line. */
import { describe, expect, test } from 'vitest'
import { bytesText, durationText, printable, timeText } from '../../src/observe/units.ts'

describe('words', () => {
  test('sizes have powers of 1000 and enough digits', () => {
    const sizes = [0, 1, 999, 1000, 1049, 99_949, 99_950, 999_499, 999_500, 2_000_000, 4_194_304_000, 5e12]
    expect(sizes.map(bytesText)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '1.0 kB',
      '99.9 kB',
      '100 kB',
      '999 kB',
      '1.0 MB',
      '2.0 MB',
      '4.2 GB',
      '5000 GB',
    ])
  })

  test('durations are rounded up, so that none is 0 s before its end', () => {
    expect([0, 0.2, 59.1, 60, 3599, 3600, 4800.5].map(durationText)).toEqual([
      '0 s',
      '1 s',
      '1 min 0 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 0 min',
      '1 h 20 min',
    ])
  })

  test('short times are told in milliseconds, longer ones in seconds', () => {
    expect([0, 33.4, 999, 1000, 2540, 59_999, 61_000].map(timeText)).toEqual([
      '0 ms',
      '33 ms',
      '999 ms',
      '1.0 s',
      '2.5 s',
      '60.0 s',
      '1 min 1 s',
    ])
  })
})

test('of text that came from elsewhere, control characters and marks of direction are not passed on', () => {
  expect(printable('a\u001b[2Jb\r\nc\u202ed\u0085e\u2028f')).toBe('a [2Jb c d e f')
  expect(printable('cat – Кот 猫 🐈.jpg')).toBe('cat – Кот 猫 🐈.jpg')
})
