/** Work that several want at once is done once, and ends when nobody wants it any more. */
import { expect, test } from 'vitest'
import { SharedWork } from '../../../src/client/peers/shared.ts'

/** Work that is done when told, and notes its beginnings and its end. */
function bench() {
  const work = new SharedWork()
  const begun: { signal: AbortSignal; done: (value: string) => void; fail: (error: Error) => void }[] = []
  const join = (signal?: AbortSignal): Promise<string> =>
    work.join('name', signal, (own) => new Promise((done, fail) => begun.push({ signal: own, done, fail })))
  return { join, begun, work }
}

test('all who come while it is under way have the same result; who comes later begins anew', async () => {
  const { join, begun } = bench()
  const both = Promise.all([join(), join()])
  expect(begun.length).toBe(1)
  begun[0]!.done('first')
  expect(await both).toEqual(['first', 'first'])
  const later = join()
  begun[1]!.done('second')
  expect(await later).toBe('second')
})

test('work of another name is other work', async () => {
  const { work } = bench()
  expect(
    await Promise.all([work.join('a', undefined, async () => 1), work.join('b', undefined, async () => 2)]),
  ).toEqual([1, 2])
})

test('one who leaves does not end it for the others; the last one does', async () => {
  const { join, begun } = bench()
  const one = new AbortController()
  const other = new AbortController()
  const first = join(one.signal)
  const second = join(other.signal)
  one.abort(new Error('one'))
  await expect(first).rejects.toThrow('one')
  expect(begun[0]!.signal.aborted).toBe(false)
  other.abort(new Error('other'))
  await expect(second).rejects.toThrow('other')
  expect(begun[0]!.signal.aborted).toBe(true)
  const third = join()
  expect(begun.length).toBe(2)
  begun[1]!.done('anew')
  expect(await third).toBe('anew')
})

test('who is aborted beforehand begins nothing', async () => {
  const { join, begun } = bench()
  await expect(join(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  expect(begun.length).toBe(0)
})

test('a failure is everybody’s, and the next one begins anew', async () => {
  const { join, begun } = bench()
  const all = [join(), join()]
  begun[0]!.fail(new Error('refused'))
  for (const one of all) await expect(one).rejects.toThrow('refused')
  void join().catch(() => {})
  expect(begun.length).toBe(2)
})
