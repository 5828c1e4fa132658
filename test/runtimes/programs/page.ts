/**
 * What is done in a browser, in a page: every way to the server that a page has, and the entries that only bundles use.
 * `JOB` is put in place by the bundler. Posts one JSON object for each task to the server of the page, and `done` at the end.
 */
import {
  type ConnectOptions,
  document,
  type MtprotoError,
  memoryStorage,
  photo,
  UploadClient,
  uploadMany,
} from 'mtproto-upload'
import { parsePublicKey, webCrypto } from 'mtproto-upload/crypto'
import { forwardSecrecy } from 'mtproto-upload/forward-secrecy'
import { phoneLogin } from 'mtproto-upload/login'
import { counters } from 'mtproto-upload/observe'
import { findPeer } from 'mtproto-upload/peers'
import { probe } from 'mtproto-upload/probe'
import { indexedDbStorage } from 'mtproto-upload/storage-indexeddb'
import { httpWay } from 'mtproto-upload/transport/http'
import { offThread } from 'mtproto-upload/web-crypto'
import {
  CODE,
  type Fact,
  FILE_SIZE,
  type Job,
  PASSWORD,
  PHONE,
  runTasks,
  sampleBytes,
  uploading,
} from '../harness/facts.ts'

declare const JOB: Job

const { dcId, host, port, key } = JOB
const dc = { id: dcId, host, port, path: '/apiws', serverKeys: [parsePublicKey(webCrypto, key)] }
const bot = { apiId: 1, apiHash: 'hash', botToken: '123:token', dc }
const large = new File([sampleBytes(FILE_SIZE)], 'large.bin')
const small = sampleBytes(700_000)

const upload = uploading((options?: Partial<ConnectOptions>) => UploadClient.connect({ ...bot, ...options }))

/** A picture that the browser itself draws. */
async function drawn(): Promise<Blob> {
  const canvas = new OffscreenCanvas(20, 10)
  canvas.getContext('2d')!.fillRect(5, 5, 5, 5)
  return canvas.convertToBlob({ type: 'image/png' })
}

const tasks = {
  'a file over WebSocket': () => upload(document(large)),
  'a file over HTTP': () => upload(document(large), { transport: httpWay(), dc: { ...dc, path: '/apiw1' } }),
  'a file off the thread': () => upload(document(large), { ...offThread() }),
  'a file with temporary keys': () => upload(document(large), { forwardSecrecy: forwardSecrecy() }),
  bytes: () => upload(document(small)),
  'a stream': () => upload(document(new Blob([small]).stream())),
  'a photo': async () => {
    const client = await UploadClient.connect(bot)
    const { _ } = await client.uploadMedia({ media: photo(await drawn()) })
    await client.close()
    return { made: _ }
  },
  'a username': async () => {
    const client = await UploadClient.connect({ ...bot, peers: findPeer })
    const { _ } = await client.uploadMedia({ peer: '@alice', media: document(small) })
    await client.close()
    return { made: _ }
  },
  'many files': async () => {
    const client = await UploadClient.connect(bot)
    const outcomes: string[] = []
    const items = [1, 2, 3, 4, 5].map((n) => document(sampleBytes(100_000 * n)))
    for await (const { status } of uploadMany(client, items)) outcomes.push(status)
    await client.close()
    return { outcomes }
  },
  'a session in a storage': async () => {
    const storage = memoryStorage()
    await (await UploadClient.connect({ ...bot, storage })).close()
    const { botToken: _, ...rest } = bot
    const again = await UploadClient.connect({ ...rest, storage })
    await again.close()
    return { user: `${again.user?.id}` }
  },
  'a session in IndexedDB': async () => {
    const storage = indexedDbStorage({ name: 'runtimes' })
    await (await UploadClient.connect({ ...bot, storage })).close()
    const { botToken: _, ...rest } = bot
    const again = await UploadClient.connect({ ...rest, storage })
    const meanwhile = await UploadClient.connect({ ...rest, storage }).catch((thrown: MtprotoError) => thrown)
    await again.close()
    return { user: `${again.user?.id}`, meanwhile: (meanwhile as MtprotoError).code }
  },
  'a look at a picture': async () => {
    const { mimeType, width, height } = await probe(await drawn())
    return { mimeType, width, height }
  },
  'a count of parts': async () => {
    const count = counters()
    await upload(document(large), { onEvent: count.onEvent })
    return { parts: count.snapshot().partsAcknowledged }
  },
  'a login by phone and password': async () => {
    const { botToken: _, ...rest } = bot
    const login = phoneLogin({ phone: PHONE, code: () => CODE, password: () => PASSWORD })
    const client = await UploadClient.connect({ ...rest, login })
    await client.close()
    return { bot: client.user?.bot }
  },
  'an empty file': async () => {
    const error = await upload(document(new Uint8Array(0))).catch((thrown: MtprotoError) => thrown)
    return { code: (error as MtprotoError).code }
  },
}

const post = (fact: Fact): Promise<Response> => fetch('/facts', { method: 'POST', body: JSON.stringify(fact) })
const posts: Promise<Response>[] = []
await runTasks(tasks, (fact) => posts.push(post(fact)))
await Promise.all(posts)
await post({ name: 'done' })
