import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { FileError, UsageError } from '../../src/errors.ts'
import { planUpload } from '../../src/files/index.ts'

const MiB = 1024 * 1024
const code = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error instanceof FileError ? [error.code, error.message] : error
  }
  return undefined
}

describe('plan', () => {
  test.each([
    [1, false, 1],
    [128 * 1024 - 1, false, 1],
    [128 * 1024, false, 1],
    [128 * 1024 + 1, false, 2],
    [10 * MiB - 1, false, 80],
    [10 * MiB, false, 80],
    [10 * MiB + 1, true, 21],
    [2000 * MiB, true, 4000],
  ])('%i bytes: big %s, %i parts', (size, big, parts) => {
    expect(planUpload(size)).toMatchObject({ size, big, parts })
  })

  test('an unknown length is big, in the largest parts', () => {
    expect(planUpload(undefined)).toEqual({
      size: undefined,
      partSize: 524_288,
      parts: undefined,
      maxParts: 4000,
      big: true,
    })
  })

  property.prop([fc.integer({ min: 1, max: 4000 * 524_288 })])('every part size obeys the rule of sizes', (size) => {
    const { partSize, parts } = planUpload(size)
    expect([partSize % 1024, 524_288 % partSize]).toEqual([0, 0])
    expect(parts! * partSize).toBeGreaterThanOrEqual(size)
    expect((parts! - 1) * partSize).toBeLessThan(size)
    expect(parts).toBeLessThanOrEqual(4000)
  })

  test('a byte above 4000 parts is too big, and Premium takes 8000', () => {
    const size = 4000 * 524_288 + 1
    expect(code(() => planUpload(size, { label: 'film.mkv' }))).toEqual([
      'FILE_TOO_BIG',
      'film.mkv has more than 2097152000 bytes, the limit of this account (4000 parts of 524288)',
    ])
    expect(planUpload(size, { maxParts: 8000 }).parts).toBe(4001)
    expect(code(() => planUpload(8000 * 524_288 + 1, { maxParts: 8000 }))).toMatchObject([
      'FILE_TOO_BIG',
      expect.anything(),
    ])
  })

  test('a part size that is too small for the file says that a larger one would do', () => {
    expect(String(code(() => planUpload(5000 * 1024, { partSize: 1024 })))).toContain('a larger partSize raises it')
  })

  test('an empty file is refused', () => {
    expect(code(() => planUpload(0, { label: 'a.txt' }))).toEqual(['FILE_EMPTY', 'a.txt is empty'])
  })

  test('photos have at most 10 MB and a known length, thumbnails a known length', () => {
    expect(planUpload(10 * MiB, { kind: 'photo' }).big).toBe(false)
    expect(code(() => planUpload(10 * MiB + 1, { kind: 'photo' }))).toMatchObject([
      'FILE_TOO_BIG',
      expect.stringContaining('send it as a document'),
    ])
    for (const kind of ['photo', 'thumb'] as const) {
      expect(code(() => planUpload(undefined, { kind }))).toMatchObject(['FILE_TOO_BIG', expect.anything()])
    }
  })

  test.each([0, -1024, 1000, 1536, 3072, 1_048_576, 1024.5, Number.NaN])(
    'part size %d is a usage error',
    (partSize) => {
      expect(() => planUpload(5, { partSize })).toThrow(UsageError)
    },
  )

  test.each([0, -1, 1.5, Number.NaN])('a limit of %d parts is a usage error', (maxParts) => {
    expect(() => planUpload(5, { maxParts })).toThrow(UsageError)
  })
})

test('numbers given as text are numbers in the plan', () => {
  const plan = planUpload(5_000_000, { partSize: '524288' as never, maxParts: '8000' as never })
  expect(plan).toMatchObject({ partSize: 524_288, maxParts: 8000, parts: 10 })
})
