/** No more files are open at a time than allowed, and nobody who waits is forgotten. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { openFew } from '../../src/files/open-few.ts'
import { bytesSource, type Source } from '../../src/files/source.ts'

/** Opens anything but `missing`; counts what is open. */
function counted(): { open: (path: string | URL) => Promise<Source>; now: () => number; most: () => number } {
  let now = 0
  let most = 0
  return {
    async open(path) {
      if (path === 'missing') throw new Error('not there')
      if (path === 'pipe') return { kind: 'stream', read: async () => 0, close() {} }
      most = Math.max(most, ++now)
      return { ...bytesSource(new Uint8Array(1)), close: () => void now-- }
    },
    now: () => now,
    most: () => most,
  }
}

/** Lets everything happen that can. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.prop([fc.array(fc.constantFrom('file', 'missing', 'pipe'), { maxLength: 40 }), fc.integer({ min: 1, max: 5 })])(
  'whatever is opened at once: never more than allowed, and all of it in the end',
  async (paths, most) => {
    const files = counted()
    const open = openFew(files.open, most)
    let done = 0
    await Promise.all(
      paths.map(async (path) => {
        const source = await open(path).catch(() => undefined)
        await settle()
        // Closing twice makes no room for two.
        await source?.close()
        await source?.close()
        done++
      }),
    )
    expect(done).toBe(paths.length)
    expect(files.most()).toBe(Math.min(most, paths.filter((path) => path === 'file').length))
  },
)

test('whoever is aborted while waiting opens nothing, and leaves the place to the next', async () => {
  const files = counted()
  const open = openFew(files.open, 1)
  const first = await open('file')
  const abort = new AbortController()
  const second = open('file', abort.signal)
  const third = open('file')
  abort.abort(new Error('enough'))
  await first.close()
  await expect(second).rejects.toThrow('enough')
  await (await third).close()
  expect([files.most(), files.now()]).toEqual([1, 0])
})

test('the next is opened when one before it was closed, in order', async () => {
  const files = counted()
  const open = openFew(files.open, 2)
  const opened: number[] = []
  const sources = [0, 1, 2, 3].map(async (i) => {
    const source = await open('file')
    opened.push(i)
    return source
  })
  await settle()
  expect(opened).toEqual([0, 1])
  await (await sources[1]!).close()
  await settle()
  expect(opened).toEqual([0, 1, 2])
  await (await sources[0]!).close()
  await (await sources[3]!).close()
  expect(opened).toEqual([0, 1, 2, 3])
})
