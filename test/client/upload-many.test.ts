/** Many uploads through one client, against the test DC over real sockets. */

import { createHash, randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { uploadMany } from '../../src/client/upload-many.ts'
import {
  document,
  uploadMany as forBundles,
  type ManyProgress,
  photo,
  type UploadClient,
  type UploadOutcome,
} from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let client: UploadClient
let faults: Faults
let requests: RequestInfo[]

beforeEach(async () => {
  faults = {}
  requests = []
  server = await startTestDc({ faults, onRequest: (info) => requests.push(info) })
  client = await connectTo(server)
})
afterEach(async () => {
  await client.close()
  await server.close()
})

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What the server holds of a document. */
async function held(outcome: UploadOutcome<unknown>): Promise<string> {
  if (outcome.status !== 'fulfilled') throw outcome.error
  const { media } = outcome
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`a ${media._}`)
  const { content } = server.world.media.find(media.document.id)!
  return hash(await content.read(0, content.size))
}

const file = (data: Uint8Array, name = 'x.bin'): ReturnType<typeof document> => document({ data, name })

test('files of all sizes come out in order, each the file that went in', async () => {
  const files = [2_000_000, 1, 600_000, 128 * 1024, 70, 300_000, 5_000].map((size) => randomBytes(size))
  const outcomes = await client
    .uploadMany(
      files.map((data) => file(data)),
      { peer: 'me', concurrency: 3 },
    )
    .all()
  expect(outcomes.map(({ index, status }) => `${index} ${status}`)).toEqual(files.map((_, i) => `${i} fulfilled`))
  expect(await Promise.all(outcomes.map(held))).toEqual(files.map(hash))
})

test('one that fails does not sink the others, whatever is wrong with it', async () => {
  const gone = document('/nowhere/at/all.bin')
  const empty = file(new Uint8Array(0))
  const items = [file(randomBytes(10)), gone, empty, undefined as never, file(randomBytes(20))]
  const outcomes = await client.uploadMany(items).all()
  expect(outcomes.map((one) => (one.status === 'rejected' ? (one.error as { code: string }).code : 'ok'))).toEqual([
    'ok',
    'FILE_NOT_FOUND',
    'FILE_EMPTY',
    'USAGE',
    'ok',
  ])
  expect(outcomes.map(({ item }) => item)).toEqual(items)
})

test("what all have in common is each one's, unless it says otherwise", async () => {
  const username = [...server.world.users.values()].find((user) => user.username && !user.bot)?.username
  const peers = ['empty', undefined] as const
  const items = peers.map((peer) => ({ media: file(randomBytes(9)), ...(peer && { peer }) }))
  await client.uploadMany(items, { peer: `@${username}`, concurrency: 1 }).all()
  const used = requests.flatMap(({ request }) => (request._ === 'messages.uploadMedia' ? [request] : []))
  expect(used.map(({ peer }) => (peer as { _: string })._)).toEqual(['inputPeerEmpty', 'inputPeerUser'])
})

test('the function for bundles does the same', async () => {
  const data = randomBytes(1000)
  const [outcome] = await forBundles(client, [{ media: file(data) }]).all()
  expect(await held(outcome!)).toBe(hash(data))
})

test('small files are not stuck behind a large one', async () => {
  let done = 0
  // It goes on, and ends, only as the others do.
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let seen = 0; seen < 20; seen++) {
      yield randomBytes(300_000)
      while (done <= seen) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const small = (i: number): object => ({
    media: file(randomBytes(2_000)),
    onProgress: ({ sentBytes }: { sentBytes: number }) => (done = sentBytes ? i : done),
  })
  const items = [
    { media: document({ data: large(), name: 'x' }) },
    ...Array.from({ length: 20 }, (_, i) => small(i + 1)),
  ]
  const outcomes = await client.uploadMany(items as never[], { concurrency: 2 }).all()
  expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true)
})

describe('progress of all together', () => {
  test('starts at nothing, never falls, and ends at the whole, failures included', async () => {
    const seen: ManyProgress[] = []
    const files = [file(randomBytes(3_000_000)), document('/nowhere'), file(randomBytes(5)), file(randomBytes(400_000))]
    await client.uploadMany(files, { concurrency: 2, onProgress: (now) => seen.push(now) }).all()
    expect(seen[0]).toMatchObject({ sentBytes: 0, totalBytes: undefined, files: 4, doneFiles: 0 })
    expect(seen.at(-1)).toMatchObject({
      sentBytes: 3_400_005,
      totalBytes: 3_400_005,
      files: 4,
      doneFiles: 4,
      failedFiles: 1,
      etaSeconds: 0,
      inFlight: 0,
    })
    for (const key of ['sentBytes', 'doneFiles', 'failedFiles', 'retries'] as const) {
      expect(seen.map((now) => now[key])).toEqual(seen.map((now) => now[key]).toSorted((a, b) => a - b))
    }
    expect(seen.filter(({ doneFiles }) => doneFiles === 4).length).toBe(1)
  })

  test('of a list without a length knows the number of files when it has ended', async () => {
    const seen: ManyProgress[] = []
    function* items(): Generator<ReturnType<typeof document>> {
      for (let i = 0; i < 5; i++) yield file(randomBytes(1000))
    }
    await client.uploadMany(items(), { concurrency: 1, onProgress: (now) => seen.push(now) }).all()
    expect(seen[0]).toMatchObject({ files: undefined, totalBytes: undefined })
    expect(seen.at(-1)).toMatchObject({ files: 5, doneFiles: 5, sentBytes: 5000, totalBytes: 5000 })
  })

  test("goes beside each file's own, and tells of a flood wait as it begins", async () => {
    let left = 1
    faults.onRequest = ({ request }) =>
      request._ === 'upload.saveFilePart' && left-- > 0 ? { kind: 'error', code: 420, text: 'FLOOD_WAIT_1' } : undefined
    const own: number[] = []
    const seen: ManyProgress[] = []
    const item = {
      media: file(randomBytes(1000)),
      onProgress: ({ sentBytes }: { sentBytes: number }) => own.push(sentBytes),
    }
    await client.uploadMany([item], { onProgress: (now) => seen.push(now) }).all()
    expect([own[0], own.at(-1)]).toEqual([0, 1000])
    expect(seen.some(({ waitUntil }) => waitUntil !== undefined)).toBe(true)
    expect(seen.at(-1)).toMatchObject({ waitUntil: undefined, retries: 0 })
  })

  test('that throws fails the uploads with what it threw', async () => {
    const error = new Error('mine')
    let calls = 0
    const onProgress = (): void => {
      if (calls++) throw error
    }
    const [outcome] = await client.uploadMany([file(randomBytes(10))], { onProgress }).all()
    expect(outcome).toMatchObject({ status: 'rejected', error })
  })
})

describe('ending early', () => {
  test('an abort ends all at once, and the client goes on', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('enough')
    const items = Array.from({ length: 6 }, () => file(randomBytes(3_000_000)))
    const all = client.uploadMany(items, { concurrency: 3, signal }).all()
    const outcome = all.catch((error: unknown) => error)
    while (!requests.some(({ request }) => request._ === 'upload.saveFilePart')) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    controller.abort(reason)
    expect(await outcome).toBe(reason)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(await client.uploadMedia({ media: file(randomBytes(10)) })).toMatchObject({ _: 'messageMediaDocument' })
  })

  test('of one file by its own signal leaves the others alone', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const items = [
      { media: file(randomBytes(1000)) },
      { media: file(randomBytes(30_000_000)), signal, onProgress: () => controller.abort() },
      { media: file(randomBytes(1000)), signal: AbortSignal.abort('before') },
    ]
    const outcomes = await client.uploadMany(items).all()
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.error : 'ok'))).toEqual([
      'ok',
      signal.reason,
      'before',
    ])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('leaving the loop ends what is under way', async () => {
    const started: number[] = []
    const items = Array.from({ length: 50 }, (_, i) => ({
      media: file(randomBytes(i ? 5_000_000 : 10)),
      onEvent: () => void started.push(i),
    }))
    for await (const { index } of client.uploadMany(items, { concurrency: 3 })) {
      expect(index).toBe(0)
      break
    }
    const before = requests.length
    expect(Math.max(...started)).toBeLessThan(5)
    await client.uploadMedia({ media: file(randomBytes(10)) })
    // What was on the wire may still have come in; nothing was begun.
    expect(requests.length - before).toBeLessThan(60)
    expect(Math.max(...started)).toBeLessThan(5)
  })

  test('stopOnError begins no other', async () => {
    const items = [photo('/nowhere.jpg'), ...Array.from({ length: 50 }, () => file(randomBytes(10)))]
    const outcomes = await client.uploadMany(items, { concurrency: 2, stopOnError: true }).all()
    expect(outcomes[0]).toMatchObject({ status: 'rejected', error: { code: 'FILE_NOT_FOUND' } })
    expect(outcomes.length).toBeLessThan(10)
  })
})

test.each([null, 5, {}, Promise.resolve([])])('%s is nothing to go through: said at once', (items) => {
  expect(() => uploadMany(undefined as never, items as never)).toThrow(/an array, a generator or an async iterable/)
})
