/** What is wrong with the options of an upload is said before anything is sent; watchers that answer later are listened to. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareUpload } from '../../src/client/prepare-upload.ts'
import {
  document,
  photo,
  type UploadClient,
  type UploadFileOptions,
  type UploadManyOptions,
  type UploadMediaOptions,
} from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let client: UploadClient
const seen: string[] = []

beforeAll(async () => {
  server = await startTestDc({ onRequest: ({ request }) => seen.push(request._) })
  client = await connectTo(server)
})
afterAll(async () => {
  await client?.close()
  await server?.close()
})

/** A watcher that answers with a promise, as TypeScript lets it. */
function later(work: () => unknown): () => void {
  return (): unknown => Promise.resolve().then(work)
}

const failing = later(() => {
  throw new Error('the disk is full')
})

const media = document({ data: new Uint8Array(200_000), name: 'x' })

test.each<[string, unknown, RegExp]>([
  ['no options', undefined, /an upload takes its options as an object, not nothing/],
  ['a path', 'cat.jpg', /takes its options as an object, not cat\.jpg/],
  ['no media', {}, /this is no media/],
  ['onProgress', { media, onProgress: 5 }, /onProgress must be a function, not 5/],
  ['onEvent', { media, onEvent: {} }, /onEvent must be a function, not such an object/],
  ['signal', { media, signal: {} }, /signal must be an AbortSignal.*, not such an object/],
  ['signal, its controller', { media, signal: new AbortController() }, /signal must be an AbortSignal/],
  ['fileName', { media, fileName: 5 }, /fileName must be a string, not 5/],
  [
    'businessConnectionId',
    { media, businessConnectionId: '' },
    /businessConnectionId must be .*, not the empty string/,
  ],
  [
    'resume',
    { media, resume: true },
    /resume must be the path of a folder, or what resumable\(\) makes, not a boolean/,
  ],
  ['resume', { media, resume: '' }, /resume must be the path of a folder/],
])('%s: %j', async (_name, options, message) => {
  seen.length = 0
  await expect(client.uploadMedia(options as UploadMediaOptions)).rejects.toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
  )
  expect(seen).toEqual([])
})

test('uploadFile checks its options too', async () => {
  await expect(client.uploadFile(new Uint8Array(1), null as unknown as UploadFileOptions)).rejects.toMatchObject({
    code: 'USAGE',
  })
  await expect(client.uploadFile(new Uint8Array(1), { signal: 5 } as unknown as UploadFileOptions)).rejects.toThrow(
    /signal/,
  )
})

test.each([{ onProgress: 5 }, { signal: {} }, { resume: '' }, { businessConnectionId: 5 }])(
  'uploadMany checks its options at once: %j',
  (options) => {
    expect(() => client.uploadMany([media], options as unknown as UploadManyOptions)).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  },
)

test('a watcher of many that fails later fails what is told next, and nothing else ends by it', async () => {
  const many = [media, document({ data: new Uint8Array(3_000_000), name: 'x' })]
  const outcomes = await client.uploadMany(many, { concurrency: 1, onProgress: failing, partSize: 1024 * 16 }).all()
  expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true)
})

test('a photo that is nothing is refused where it is built', () => {
  expect(() => (photo as () => unknown)()).toThrow(/photo\(\) takes a file first/)
})

test('a watcher that fails later fails the upload when it is told the next thing', async () => {
  const big = document({ data: new Uint8Array(3_000_000), name: 'x' })
  await expect(client.uploadMedia({ media: big, onProgress: failing, partSize: 1024 * 16 })).rejects.toThrow(
    'the disk is full',
  )
  await expect(client.uploadMedia({ media: big, onEvent: failing })).rejects.toThrow('the disk is full')
})

test('a watcher that answers later and does not fail changes nothing', async () => {
  let told = 0
  await client.uploadMedia({ media, onProgress: later(() => told++) })
  expect(told).toBeGreaterThan(0)
})

test('options that are left out stay out', () => {
  expect(Object.keys(prepareUpload({ partSize: 1024 })).toSorted()).toEqual(['partSize', 'resume'])
})
