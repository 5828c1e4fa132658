import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { memoryParts } from '../../../src/lab/server/parts-store.ts'
import { RpcFailure } from '../../../src/lab/server/rpc-failure.ts'
import { MAX_PARTS, PARTS_LIFETIME, type Part, Uploads } from '../../../src/lab/server/uploads.ts'

const KB = 1024
const user = 1n

function uploads(): {
  save(part: Partial<Part> & { size: number }): string
  use(count: number, big?: boolean, now?: number): string | number
  all: Uploads
} {
  const all = new Uploads(memoryParts())
  const attempt = <T>(work: () => T): T | string => {
    try {
      return work()
    } catch (error) {
      if (error instanceof RpcFailure) return error.text
      throw error
    }
  }
  return {
    all,
    save: ({ size, ...part }) =>
      (attempt(() => all.save(user, { fileId: 5n, part: 0, bytes: new Uint8Array(size), ...part }, 0, MAX_PARTS)) as
        | string
        | undefined) ?? 'ok',
    use: (count, big = true, now = 0) => attempt(() => all.use(user, 5n, count, big, now, MAX_PARTS).size),
  }
}

describe('a part by itself', () => {
  const cases: [string, Partial<Part> & { size: number }, string][] = [
    ['is empty', { size: 0 }, 'FILE_PART_EMPTY'],
    ['is longer than 512 KiB', { size: 512 * KB + 1 }, 'FILE_PART_TOO_BIG'],
    ['has a negative number', { size: 5, part: -1 }, 'FILE_PART_INVALID'],
    ['has a number that no file reaches', { size: 5, part: MAX_PARTS }, 'FILE_PART_INVALID'],
    ['is behind the last', { size: 5, part: 3, total: 3 }, 'FILE_PART_INVALID'],
    ['belongs to too many', { size: KB, total: MAX_PARTS + 1 }, 'FILE_PARTS_INVALID'],
    ['belongs to none', { size: KB, total: 0 }, 'FILE_PARTS_INVALID'],
    ['is no multiple of 1 KiB and not the last', { size: 1500, part: 0, total: 2 }, 'FILE_PART_SIZE_INVALID'],
    ['does not divide 512 KiB and is not the last', { size: 3 * KB, part: 0, total: 2 }, 'FILE_PART_SIZE_INVALID'],
    ['is below 1 KiB and not the last', { size: 1000, part: 0, total: 2 }, 'FILE_PART_TOO_SMALL'],
    ['is short while the number of parts is unknown', { size: 1500, total: -1 }, 'FILE_PART_SIZE_INVALID'],
    ['is short and the last', { size: 1500, part: 1, total: 2 }, 'ok'],
    ['is short and may be the last of a small file', { size: 1500 }, 'ok'],
    ['is full', { size: 512 * KB, total: -1 }, 'ok'],
  ]
  for (const [name, part, result] of cases) test(`${name}: ${result}`, () => expect(uploads().save(part)).toBe(result))
})

describe('parts of a big file', () => {
  test('have one size, but the last, which is no longer', () => {
    const { save } = uploads()
    expect(save({ size: 4 * KB, part: 0, total: 5 })).toBe('ok')
    expect(save({ size: 8 * KB, part: 1, total: 5 })).toBe('FILE_PART_SIZE_CHANGED')
    expect(save({ size: 5 * KB, part: 4, total: 5 })).toBe('FILE_PART_SIZE_CHANGED')
    expect(save({ size: 3 * KB, part: 4, total: 5 })).toBe('ok')
  })

  test('are told by the last one too, if that comes first', () => {
    const { save } = uploads()
    expect(save({ size: 8 * KB, part: 2, total: 3 })).toBe('ok')
    expect(save({ size: 4 * KB, part: 0, total: 3 })).toBe('FILE_PART_SIZE_CHANGED')
    expect(save({ size: 8 * KB, part: 0, total: 3 })).toBe('ok')
  })

  test('agree on their number once it is known', () => {
    const { save } = uploads()
    expect(save({ size: KB, part: 0, total: -1 })).toBe('ok')
    expect(save({ size: KB, part: 1, total: 3 })).toBe('ok')
    expect(save({ size: KB, part: 2, total: 4 })).toBe('FILE_PARTS_INVALID')
    expect(save({ size: KB, part: 3, total: -1 })).toBe('FILE_PARTS_INVALID')
    expect(save({ size: KB, part: 2, total: -1 })).toBe('ok')
  })

  test('a number of parts below one that is there is refused', () => {
    const { save } = uploads()
    save({ size: KB, part: 7, total: -1 })
    expect(save({ size: KB, part: 1, total: 2 })).toBe('FILE_PARTS_INVALID')
  })
})

describe('a small file', () => {
  test('has one short part, its last', () => {
    const { save, use } = uploads()
    save({ size: 4 * KB, part: 0 })
    save({ size: 100, part: 1 })
    expect(use(2, false)).toBe(4 * KB + 100)
  })

  for (const [name, sizes] of [
    ['a short part before the last', [4 * KB, 100, 4 * KB]],
    ['parts of two sizes', [4 * KB, 2 * KB, 1 * KB]],
    ['a last part longer than the others', [2 * KB, 4 * KB]],
    ['parts that do not divide 512 KiB', [3 * KB, 3 * KB]],
    ['parts that are no multiple of 1 KiB', [1500, 1500]],
  ] as const) {
    test(`with ${name} is taken part by part and refused in the end: FILE_PART_LENGTH_INVALID`, () => {
      const { save, use } = uploads()
      for (const [part, size] of sizes.entries()) expect(save({ size, part })).toBe('ok')
      expect(use(sizes.length, false)).toBe('FILE_PART_LENGTH_INVALID')
      // Sent once more and right, it is a file.
      for (const part of sizes.keys()) save({ size: 4 * KB, part })
      expect(use(sizes.length, false)).toBe(sizes.length * 4 * KB)
    })
  }

  test('of more than 10 MiB is none', () => {
    const { save, use } = uploads()
    for (let part = 0; part < 20; part++) save({ size: 512 * KB, part })
    expect(use(20, false)).toBe(10 * KB * KB)
    const other = uploads()
    for (let part = 0; part < 21; part++) other.save({ size: part < 20 ? 512 * KB : 1, part })
    expect(other.use(21, false)).toBe('FILE_PARTS_INVALID')
  })

  property.prop([fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2, 4, 64), fc.nat(), fc.infiniteStream(fc.nat())])(
    'arrives in any order',
    (count, kilobytes, lastSize, order) => {
      const { save, use } = uploads()
      const partSize = kilobytes * KB
      const last = (lastSize % partSize) + 1
      const numbers = Array.from({ length: count }, (_, part) => part)
      const shuffled = numbers.map((part) => [order.next().value as number, part] as const).sort((a, b) => a[0] - b[0])
      for (const [, part] of shuffled) {
        expect(save({ part, size: part === count - 1 ? last : partSize })).toBe('ok')
      }
      expect(use(count, false)).toBe((count - 1) * partSize + last)
    },
  )
})

describe('using a file', () => {
  test('names the first part that is missing', () => {
    const { save, use } = uploads()
    expect(use(2)).toBe('FILE_PART_0_MISSING')
    save({ size: KB, part: 0, total: 3 })
    save({ size: KB, part: 2, total: 3 })
    expect(use(3)).toBe('FILE_PART_1_MISSING')
    save({ size: KB, part: 1, total: 3 })
    expect(use(3)).toBe(3 * KB)
  })

  test('takes the right number of parts and no other', () => {
    const { save, use } = uploads()
    save({ size: KB, part: 0, total: 2 })
    save({ size: KB, part: 1, total: 2 })
    expect([use(0), use(1), use(3), use(MAX_PARTS + 1), use(2)]).toEqual([
      'FILE_PARTS_INVALID',
      'FILE_PARTS_INVALID',
      'FILE_PART_2_MISSING',
      'FILE_PARTS_INVALID',
      2 * KB,
    ])
  })

  test('of unknown length works once the last part has told the number', () => {
    const { save, use } = uploads()
    save({ size: KB, part: 0, total: -1 })
    expect(use(1)).toBe('FILE_PARTS_INVALID')
    save({ size: 7, part: 1, total: 2 })
    expect(use(2)).toBe(KB + 7)
  })

  test('by the other kind of reference finds nothing', () => {
    const { save, use } = uploads()
    save({ size: 5, part: 0, total: 1 })
    expect(use(1, false)).toBe('FILE_PART_0_MISSING')
    expect(save({ size: 5, part: 0 })).toBe('FILE_PART_INVALID')
  })

  test('works again, and a late repetition of a part does not change the file', () => {
    const { save, use } = uploads()
    save({ size: 5, part: 0, total: 1 })
    expect([use(1), use(1), save({ size: 5, part: 0, total: 1 }), save({ size: 6, part: 0, total: 1 })]).toEqual([
      5,
      5,
      'ok',
      'FILE_PART_SIZE_CHANGED',
    ])
  })

  test('that lost a part names it, and takes it when it comes again', () => {
    const { save, use, all } = uploads()
    save({ size: KB, part: 0, total: 2 })
    save({ size: KB, part: 1, total: 2 })
    use(2)
    expect([all.lose(user, 5n, 1), all.lose(user, 5n, 1), use(2)]).toEqual([true, false, 'FILE_PART_1_MISSING'])
    expect([save({ size: KB, part: 1, total: 2 }), use(2)]).toEqual(['ok', 2 * KB])
  })

  test('is possible for an hour after the last part, and for other users never', () => {
    const { save, use, all } = uploads()
    save({ size: 5, part: 0, total: 1 })
    expect(() => all.use(2n, 5n, 1, true, 0, MAX_PARTS)).toThrow('FILE_PART_0_MISSING')
    expect(use(1, true, PARTS_LIFETIME + 1)).toBe('FILE_PART_0_MISSING')
    expect(all.size).toBe(0)
    // What was put together and then refused for what it is goes as well; what became a document stays.
    for (const kept of [false, true]) {
      save({ size: 5, part: 0, total: 1 })
      const content = all.use(user, 5n, 1, true, 0, MAX_PARTS)
      content.kept = kept
      use(1, true, 2 * PARTS_LIFETIME)
      expect(content.alive).toBe(kept)
    }
  })
})
