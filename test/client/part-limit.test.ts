/** How many parts a file may have: what the account is told, and what the server takes. Over real sockets. */
import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document, type FileLike, type UploadClient, type UploadFileOptions } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const KiB = 1024
/** The smallest part, so that 4000 of them are a small file. */
const partSize = KiB

let server: RunningServer
let client: UploadClient
let faults: Faults
let methods: string[]

beforeEach(async () => {
  faults = {}
  methods = []
  server = await startTestDc({ faults, onRequest: ({ request }) => methods.push(request._) })
  client = await connectTo(server)
})
afterEach(async () => {
  await client.close()
  await server.close()
})

const grantPremium = (): void => {
  server.world.users.get(123n)!.premium = true
}
const asked = (): number => methods.filter((method) => method === 'help.getAppConfig').length
const sent = (): number => methods.filter((method) => method.startsWith('upload.')).length

/** Uploads a document and compares what the server has. */
async function arrives(data: Uint8Array, file: FileLike, options: UploadFileOptions = {}): Promise<void> {
  const media = await client.uploadMedia({
    media: document({ data: file as Uint8Array, name: 'x' }),
    partSize,
    ...options,
  })
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`a ${media._}`)
  const { content } = server.world.media.find(media.document.id)!
  const stored = await content.read(0, content.size)
  const [there, here] = [stored, data].map((bytes) => createHash('sha256').update(bytes).digest('hex'))
  expect(there).toBe(here)
}

function* chunks(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += 100_000) yield data.subarray(at, at + 100_000)
}

test('4000 parts are nobody to be asked about', async () => {
  const data = randomBytes(4000 * KiB)
  await arrives(data, chunks(data))
  expect(asked()).toBe(0)
})

describe('more than 4000 parts', () => {
  const data = randomBytes(4000 * KiB + 1)
  const forms: [string, () => FileLike][] = [
    ['known length', () => data],
    ['unknown length', () => chunks(data)],
  ]

  test.each(forms)('arrive where the account has Premium: %s', async (_, make) => {
    grantPremium()
    await arrives(data, make())
    expect(asked()).toBe(1)
  })

  test.each(forms)('are too many where it has not: %s', async (_, make) => {
    await expect(client.uploadFile(make(), { partSize })).rejects.toMatchObject({
      code: 'FILE_TOO_BIG',
      message: expect.stringMatching(/has more than 4096000 bytes, the limit of this account \(4000 parts of 1024\)/),
    })
    expect(asked()).toBe(1)
    expect(sent() === 0).toBe(make() === data)
  })

  test('are as many as the configuration says', async () => {
    grantPremium()
    server.world.maxParts.premium = 4500
    await expect(client.uploadFile(randomBytes(4501 * KiB), { partSize })).rejects.toThrow(/4500 parts of 1024/)
    server.world.maxParts.standard = 6000
    server.world.users.get(123n)!.premium = false
    await arrives(data, data)
  })

  test.each(['users.getUsers', 'help.getAppConfig'])(
    'are what they always were where the server refuses %s',
    async (name) => {
      grantPremium()
      faults.onRequest = ({ request }) =>
        request._ === name ? { kind: 'error', code: 400, text: 'BOT_METHOD_INVALID' } : undefined
      const limit = name === 'users.getUsers' ? 4000 : 8000
      await expect(client.uploadFile(randomBytes(8001 * KiB), { partSize })).rejects.toThrow(`${limit} parts of 1024`)
    },
  )

  test('are what the caller says, without a question; then the server has the last word', async () => {
    await expect(client.uploadFile(data, { partSize, maxParts: 8000 })).rejects.toMatchObject({
      name: 'RpcError',
      text: expect.stringMatching(/^FILE_PARTS?_INVALID$/),
    })
    await expect(client.uploadFile(data, { partSize, maxParts: 10 })).rejects.toThrow(/10 parts of 1024/)
    expect(asked()).toBe(0)
  })

  test.each(forms)('an abort while the account is asked is heard at once: %s', async (_, make) => {
    const controller = new AbortController()
    faults.onRequest = ({ request }) => {
      if (request._ !== 'help.getAppConfig') return undefined
      controller.abort()
      return { kind: 'error', code: 420, text: 'FLOOD_WAIT_50' }
    }
    const done = client.uploadFile(make(), { partSize, signal: controller.signal })
    await expect(done).rejects.toMatchObject({ name: 'AbortError' })
    faults.onRequest = undefined as never
    await client.uploadFile(randomBytes(10))
  })
})
