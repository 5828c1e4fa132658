/** Many files at a time are no reason for the platform to print warnings of leaks. */
import { getEventListeners } from 'node:events'
import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { document, type PaidItem, type ProbeWish, paid, photo, type UploadClient, video } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { jpeg } from '../lab/server/images.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const CLIP = { width: 640, height: 360, duration: 2 }
const warnings: Error[] = []
const hear = (warning: Error): void => void warnings.push(warning)
let server: RunningServer
let client: UploadClient

beforeAll(async () => {
  server = await startTestDc()
  client = await connectTo(server)
})
afterAll(async () => {
  await client?.close()
  await server?.close()
})
beforeEach(() => {
  warnings.length = 0
  process.on('warning', hear)
})
afterEach(() => {
  process.off('warning', hear)
})

/** Ten pictures with covers, each looked at while the others are. */
function ten(): ReturnType<typeof paid> {
  let seen = 0
  let all = (): void => {}
  const everyone = new Promise<void>((resolve) => {
    all = resolve
  })
  const probe = async (_: unknown, wish?: ProbeWish): Promise<object> => {
    // As one does that starts a program.
    const stop = (): void => {}
    wish?.signal?.addEventListener('abort', stop)
    if (++seen === 10) all()
    await everyone
    wish?.signal?.removeEventListener('abort', stop)
    return {}
  }
  const one = (i: number): PaidItem =>
    i % 2 ? photo(picture('a'), { probe }) : video(picture('v'), { ...CLIP, probe, cover: picture('c') })
  return paid({ stars: 1, media: [one(0), ...Array.from({ length: 9 }, (_, i) => one(i + 1))] })
}

const picture = (name: string): { data: Uint8Array; name: string } => ({ data: jpeg(30, 20), name: `${name}.jpg` })

test('ten that are sold together', async () => {
  await client.uploadMedia({ media: ten() })
  await setImmediate()
  expect(warnings).toEqual([])
})

test('many uploads with one signal, which keeps no listener', async () => {
  const { signal } = new AbortController()
  const upload = (_: unknown, i: number) => client.uploadMedia({ media: document(picture(`${i}`)), signal })
  await Promise.all([...Array.from({ length: 12 }, upload), client.uploadMedia({ media: ten(), signal })])
  await setImmediate()
  expect([warnings, getEventListeners(signal, 'abort')]).toEqual([[], []])
})
