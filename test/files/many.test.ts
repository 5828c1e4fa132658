import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { runMany, type Task } from '../../src/files/index.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Work that is ended by hand, and a list that counts what is taken of it. */
function bench(length: number): {
  pulled: number
  closed: number
  begun: { item: number; task: Task; done: (value?: object) => void; fail: (error: unknown) => void }[]
  items: () => Generator<number>
  slow: () => AsyncGenerator<number>
  work: (item: number, task: Task) => Promise<{ twice: number }>
} {
  const self = {
    pulled: 0,
    closed: 0,
    begun: [] as ReturnType<typeof bench>['begun'],
    *items() {
      try {
        for (let i = 0; i < length; i++) {
          self.pulled++
          yield i
        }
      } finally {
        self.closed++
      }
    },
    async *slow() {
      try {
        for (let i = 0; i < length; i++) {
          await turn()
          self.pulled++
          yield i
        }
      } finally {
        self.closed++
      }
    },
    work: (item: number, task: Task) =>
      new Promise<{ twice: number }>((resolve, reject) => {
        task.signal.addEventListener('abort', () => reject(task.signal.reason))
        self.begun.push({ item, task, done: () => resolve({ twice: 2 * item }), fail: reject })
      }),
  }
  return self
}

const count = async (iterable: AsyncIterable<unknown>): Promise<number> => {
  let n = 0
  for await (const _ of iterable) n++
  return n
}

describe('outcomes', () => {
  test.each(['items', 'slow'] as const)(
    'come in the order of the %s, whatever ends first, failures among them',
    async (kind) => {
      const many = bench(5)
      const error = new Error('no')
      const seen: unknown[] = []
      const loop = (async () => {
        for await (const outcome of runMany(many[kind](), many.work, { concurrency: 5 })) seen.push(outcome)
      })()
      while (many.begun.length < 5) await turn()
      many.begun[4]!.done()
      many.begun[1]!.fail(error)
      many.begun[2]!.done()
      await turn()
      expect(seen).toEqual([])
      many.begun[0]!.done()
      await turn()
      expect(seen).toEqual([
        { status: 'fulfilled', index: 0, item: 0, twice: 0 },
        { status: 'rejected', index: 1, item: 1, error },
        { status: 'fulfilled', index: 2, item: 2, twice: 4 },
      ])
      many.begun[3]!.done()
      await loop
      expect(seen.length).toBe(5)
      expect(many.closed).toBe(1)
    },
  )

  test('of nothing are none', async () => {
    expect(await count(runMany([], async () => ({})))).toBe(0)
  })

  test('nothing is begun before one is asked for', async () => {
    const many = bench(5)
    const loop = runMany(many.items(), many.work)
    await turn()
    expect(many.pulled).toBe(0)
    await loop.return()
  })

  test.each([0, -1, Number.NaN])('a concurrency of %d is a usage error', async (concurrency) => {
    await expect(count(runMany([1], async () => ({}), { concurrency }))).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('the list', () => {
  test('is pulled no further than there are places', async () => {
    const many = bench(1000)
    const loop = runMany(many.items(), many.work, { concurrency: 3 })
    const first = loop.next()
    await turn()
    expect([many.pulled, many.begun.length]).toEqual([3, 3])
    many.begun[1]!.done()
    await turn()
    // The first is still under way, somebody waits for it, and there is a place.
    expect(many.pulled).toBe(4)
    many.begun[0]!.done()
    await first
    for (const { done } of many.begun) done()
    await turn()
    await turn()
    // Nobody waits for the next outcome: at most one more is begun.
    expect(many.pulled).toBeLessThanOrEqual(5)
    await loop.return()
    expect(many.closed).toBe(1)
  })

  test('goes on beside a slow one at its head, for a bounded number of outcomes', async () => {
    const many = bench(1000)
    const loop = runMany(
      many.items(),
      (item, task) => (item ? Promise.resolve({ twice: 2 * item }) : many.work(item, task)),
      { concurrency: 2 },
    )
    const first = loop.next()
    for (let i = 0; i < 1500; i++) await turn()
    expect(many.pulled).toBe(256)
    many.begun[0]!.done()
    await first
    expect(await count(loop)).toBe(999)
  })

  test('of 100,000 pieces costs no more memory than a short one', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const given: WeakRef<object>[] = []
    function* items(): Generator<object> {
      for (let i = 0; i < 100_000; i++) {
        const item = { i }
        if (i % 100 === 0) given.push(new WeakRef(item))
        yield item
      }
    }
    let n = 0
    for await (const { index } of runMany(items(), async () => ({}), { concurrency: 8 })) {
      expect(index).toBe(n++)
      if (n % 50_000 === 0) {
        await turn()
        gc()
        expect(given.filter((one) => one.deref()).length).toBeLessThan(5)
      }
    }
    expect(n).toBe(100_000)
  })

  test.each(['items', 'slow'] as const)('of %s is closed when the loop is left, and all work ended', async (kind) => {
    const many = bench(100)
    for await (const { index } of runMany(many[kind](), async (item, task) =>
      item ? many.work(item, task) : { item },
    )) {
      expect(index).toBe(0)
      await turn()
      break
    }
    await turn()
    await turn()
    expect(many.closed).toBe(1)
    expect(many.begun.every(({ task }) => task.signal.aborted)).toBe(true)
  })

  test('that fails ends the loop with its error, after the outcomes of what it gave before', async () => {
    const error = new Error('the folder is gone')
    async function* items(): AsyncGenerator<number> {
      yield 1
      yield 2
      throw error
    }
    const seen: number[] = []
    const loop = async (): Promise<void> => {
      for await (const { item } of runMany(items(), async () => ({}))) seen.push(item)
    }
    await expect(loop()).rejects.toBe(error)
    expect(seen).toEqual([1, 2])
  })
})

describe('an abort', () => {
  test.each(['items', 'slow'] as const)('ends everything at once: the loop, the work, the list (%s)', async (kind) => {
    for (let turns = 0; turns < 8; turns++) {
      const many = bench(100)
      const controller = new AbortController()
      const reason = new Error('enough')
      const loop = count(runMany(many[kind](), many.work, { concurrency: 3, signal: controller.signal }))
      const outcome = loop.catch((error: unknown) => error)
      for (let i = 0; i < turns; i++) await turn()
      controller.abort(reason)
      expect(await outcome).toBe(reason)
      await turn()
      await turn()
      expect(many.closed).toBe(1)
      const { pulled } = many
      expect(many.begun.every(({ task }) => task.signal.reason === reason)).toBe(true)
      await turn()
      await turn()
      expect(many.pulled).toBe(pulled)
    }
  })

  test('while nobody waits for an outcome ends the work at once; the next step of the loop throws', async () => {
    const many = bench(100)
    const controller = new AbortController()
    const loop = runMany(many.items(), many.work, { concurrency: 2, signal: controller.signal })
    const first = loop.next()
    await turn()
    many.begun[0]!.done()
    await first
    controller.abort()
    expect(many.begun[1]!.task.signal.aborted).toBe(true)
    expect(many.closed).toBe(1)
    await expect(loop.next()).rejects.toBe(controller.signal.reason)
    expect(await loop.next()).toMatchObject({ done: true })
  })

  test('before the start begins nothing', async () => {
    const many = bench(3)
    await expect(count(runMany(many.items(), many.work, { signal: AbortSignal.abort() }))).rejects.toThrow()
    expect(many.begun).toEqual([])
  })

  test('of one piece by its own work is an outcome like any other', async () => {
    const reason = new Error('not this one')
    const outcomes: unknown[] = []
    const work = async (item: number, { abort, signal }: Task): Promise<object> => {
      if (item === 1) abort(reason)
      signal.throwIfAborted()
      return {}
    }
    for await (const { status } of runMany([0, 1, 2], work)) outcomes.push(status)
    expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})

describe('stopOnError', () => {
  test.each([
    ['true', true],
    ['a function that says so', (error: unknown) => error === 3],
  ])('%s: no other is begun, what is under way is brought to its end', async (_, stopOnError) => {
    const many = bench(100)
    const seen: string[] = []
    const loop = (async () => {
      for await (const { index, status } of runMany(many.items(), many.work, { concurrency: 3, stopOnError }))
        seen.push(`${index} ${status}`)
    })()
    await turn()
    many.begun[1]!.fail(3)
    await turn()
    expect(many.closed).toBe(1)
    many.begun[0]!.done()
    many.begun[2]!.done()
    await loop
    expect(seen).toEqual(['0 fulfilled', '1 rejected', '2 fulfilled'])
    expect(many.begun.length).toBe(3)
  })

  test('a function that says no changes nothing', async () => {
    const work = async (item: number): Promise<object> => {
      if (item === 1) throw new Error('no')
      return {}
    }
    expect(await count(runMany([0, 1, 2], work, { stopOnError: () => false }))).toBe(3)
  })

  test.each(['stopOnError', 'onEnd'] as const)('%s that throws ends the loop with its error', async (hook) => {
    const error = new Error('mine')
    const many = bench(10)
    const throwing = (): never => {
      throw error
    }
    const loop = runMany(many.items(), () => Promise.reject(new Error('no')), { concurrency: 2, [hook]: throwing })
    await expect(count(loop)).rejects.toBe(error)
    expect(many.closed).toBe(1)
  })
})

test('how many there are is told once, when no other comes', async () => {
  const told: number[] = []
  const onEnd = (n: number): void => void told.push(n)
  await count(runMany([1, 2, 3], async () => ({}), { onEnd }))
  expect(told).toEqual([3])
})
