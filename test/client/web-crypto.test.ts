/** Uploads whose large packets are sealed by the platform in its own time, over real sockets. */
import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { httpWay } from '../../src/client/http-way.ts'
import type { Way } from '../../src/client/way.ts'
import { offThread } from '../../src/client/web-crypto.ts'
import { webWay } from '../../src/client/web-way.ts'
import { document, UploadClient } from '../../src/index.ts'
import type { RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, type StartServerOptions, startServer } from '../../src/lab/server/index.ts'
import type { Carrier, Dial } from '../../src/transport/carrier/carrier.ts'
import { dialWebSocket } from '../../src/transport/carrier/websocket.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0).reverse()) await close()
})

/** The way of browsers; not every runtime that this runs in has a WebSocket of its own. */
const socketWay: Way = { ...webWay, dial: dialWebSocket }

async function start(options: StartServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ parts: 'memory', ...options })
  closing.push(() => server.close())
  return server
}

async function connect({ dcId, host, port, publicKeyPem }: RunningServer, way: Way): Promise<UploadClient> {
  const dc = { id: dcId, host, port, serverKeys: [publicKeyPem] }
  const client = await UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    dc,
    ...offThread(way),
  })
  closing.push(() => client.close())
  return client
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
async function stored({ world }: RunningServer): Promise<string[]> {
  return Promise.all([...world.media.all()].map(async ({ content }) => sha256(await content.read(0, content.size))))
}

describe.each([
  ['WebSocket', socketWay],
  ['HTTP', httpWay()],
] as const)('over %s', (_, way) => {
  test('a file of many parts arrives whole, each part once, sealed by the platform', async () => {
    const requests: RequestInfo[] = []
    const server = await start({ onRequest: (info) => requests.push(info) })
    const digest = vi.spyOn(globalThis.crypto.subtle, 'digest')
    const client = await connect(server, way)
    const data = randomBytes(12_000_000)
    await client.uploadMedia({ media: document({ data, name: 'a.bin' }) })
    const parts = requests.filter(({ request }) => request._ === 'upload.saveBigFilePart').length
    expect(parts).toBe(Math.ceil(data.length / (512 * 1024)))
    expect(digest.mock.calls.length).toBe(parts)
    expect(await stored(server)).toEqual([sha256(data)])
  })
})

test('a link that is lost while packets are being sealed costs nothing but time', async () => {
  const server = await start()
  const carriers: Carrier[] = []
  const dial: Dial = async (address, handlers, options) => {
    const carrier = await socketWay.dial(address, handlers, options)
    carriers.push(carrier)
    return carrier
  }
  const client = await connect(server, { ...socketWay, dial })
  const real = globalThis.crypto.subtle.encrypt.bind(globalThis.crypto.subtle)
  let sealed = 0
  vi.spyOn(globalThis.crypto.subtle, 'encrypt').mockImplementation((name, key, data) => {
    if ((name as { name: string }).name === 'AES-CBC' && ++sealed % 7 === 0)
      for (const one of carriers.splice(0)) one.close()
    return real(name, key, data)
  })
  const data = randomBytes(12_000_000)
  await client.uploadMedia({ media: document({ data, name: 'a.bin' }) })
  expect(sealed).toBeGreaterThan(24)
  expect(await stored(server)).toEqual([sha256(data)])
})

test('an upload cancelled while its packets are being sealed leaves the client fit for the next', async () => {
  const server = await start()
  const client = await connect(server, socketWay)
  const abort = new AbortController()
  const real = globalThis.crypto.subtle.digest.bind(globalThis.crypto.subtle)
  vi.spyOn(globalThis.crypto.subtle, 'digest').mockImplementation((name, data) => {
    abort.abort()
    return real(name, data)
  })
  const data = randomBytes(3_000_000)
  await expect(client.uploadMedia({ media: document({ data, name: 'a.bin' }), signal: abort.signal })).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  )
  await client.uploadMedia({ media: document({ data, name: 'b.bin' }) })
  expect(await stored(server)).toEqual([sha256(data)])
})

test('without another way it goes over a WebSocket, on runtimes that have none of their own as well', async () => {
  const server = await start()
  const { dcId, host, port, publicKeyPem } = server
  const dc = { id: dcId, host, port, serverKeys: [publicKeyPem] }
  const client = await UploadClient.connect({ apiId: 1, apiHash: 'hash', botToken: '123:token', dc, ...offThread() })
  closing.push(() => client.close())
  expect(server.server.framings).toEqual(['obfuscated intermediate'])
  const data = randomBytes(600_000)
  await client.uploadMedia({ media: document({ data, name: 'a.bin' }) })
  expect(await stored(server)).toEqual([sha256(data)])
})
