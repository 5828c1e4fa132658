/** The client over HTTP alone: real sockets against the test DC, the same in virtual time, and servers that mean ill. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { httpWay } from '../../src/client/http-way.ts'
import { nodeWay } from '../../src/client/platform/node-way.ts'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import type { ClientEvent, ConnectOptions } from '../../src/index.ts'
import { document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { httpListener } from '../../src/lab/server/http.ts'
import {
  generateServerKey,
  listen,
  memoryParts,
  populate,
  type RunningServer,
  type StartServerOptions,
  startServer,
  TestServer,
  World,
} from '../../src/lab/server/index.ts'
import { httpDial } from '../../src/transport/carrier/http.ts'
import { postingTo } from '../support/posting.ts'
import { VirtualHost } from '../support/virtual-host.ts'

/** What is closed after each test. */
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: StartServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ parts: 'memory', ...options })
  closing.push(() => server.close())
  return server
}

function optionsFor(server: RunningServer, more: Partial<ConnectOptions> = {}): ConnectOptions {
  const { dcId, host, port, publicKeyPem } = server
  return {
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    transport: 'http',
    dc: { id: dcId, host, port, serverKeys: [publicKeyPem] },
    ...more,
  }
}

async function connect(server: RunningServer, more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const client = await UploadClient.connect(optionsFor(server, more))
  closing.push(() => client.close())
  return client
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
/** The digests of what the server has got. */
const stored = (world: World): Promise<string[]> =>
  Promise.all([...world.media.all()].map(async ({ content }) => sha256(await content.read(0, content.size))))

describe('over real sockets', () => {
  test('a key is agreed on, a bot logged in, and 20 MB uploaded, each part once', async () => {
    const requests: RequestInfo[] = []
    const server = await start({ onRequest: (info) => requests.push(info) })
    const client = await connect(server)
    const data = randomBytes(20_000_000)
    const media = await client.uploadMedia({ media: document({ data, name: 'a.bin' }) })
    expect(media).toMatchObject({ _: 'messageMediaDocument', document: { size: 20_000_000n } })
    expect(requests.filter(({ request }) => request._ === 'upload.saveBigFilePart').length).toBe(39)
    expect(new Set(server.server.framings)).toEqual(new Set(['bare']))
    expect(await stored(server.world)).toEqual([sha256(data)])
  })

  test('an idle client leaves no request open, and comes back', async () => {
    const server = await start()
    const client = await connect(server)
    const upload = (): Promise<unknown> =>
      client.uploadMedia({ media: document({ data: randomBytes(1000), name: 'a' }) })
    await upload()
    while (server.server.waiting > 0) await new Promise((resolve) => setImmediate(resolve))
    await upload()
    expect(server.server.requests.get('messages.uploadMedia')).toBe(2)
  })

  test('several clients do not hear each other’s answers', async () => {
    const server = await start()
    const files = Array.from({ length: 4 }, (_, i) => randomBytes(700_000 + i))
    const sizes = await Promise.all(
      files.map(async (data, i) => {
        const client = await connect(server, { botToken: `${100 + i}:token` })
        const media = await client.uploadMedia({ media: document({ data, name: `${i}` }) })
        if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error('no document')
        return [client.user?.id, media.document.size]
      }),
    )
    expect(sizes).toEqual(files.map((data, i) => [BigInt(100 + i), BigInt(data.length)]))
    expect((await stored(server.world)).sort()).toEqual(files.map(sha256).sort())
  })

  test('a server that starts anew in the middle, its sessions forgotten, has the whole file in the end', async () => {
    let parts = 0
    const server: RunningServer = await start({
      onRequest: ({ request }) => {
        if (request._ === 'upload.saveBigFilePart' && ++parts === 5) setImmediate(() => server.server.forgetSessions())
      },
    })
    const client = await connect(server)
    const data = randomBytes(11_000_000)
    await client.uploadMedia({ media: document({ data, name: 'a' }) })
    expect(await stored(server.world)).toEqual([sha256(data)])
  })

  test('a key that the server has forgotten costs a new one and a new login, not the upload', async () => {
    const server = await start()
    const client = await connect(server)
    server.server.forgetKeys()
    await client.uploadMedia({ media: document({ data: randomBytes(1000), name: 'a' }) })
    expect(server.server.requests.get('auth.importBotAuthorization')).toBe(2)
  })

  test('answers whose connections break come again', async () => {
    const faults: Faults = {}
    const server = await start({ faults })
    const client = await connect(server)
    let packets = 0
    // Four breaks at most: each in the first second of a link doubles the pause before the next.
    faults.onSend = (packet) => (++packets % 7 === 0 && packets < 30 ? [] : [packet])
    const data = randomBytes(11_000_000)
    await client.uploadMedia({ media: document({ data, name: 'a' }) })
    expect(new Set(await stored(server.world))).toEqual(new Set([sha256(data)]))
    expect(packets).toBeGreaterThan(14)
  })

  test('an upload that is aborted leaves no request open once the client closes', async () => {
    const faults: Faults = {}
    const server = await start({ faults })
    const client = await connect(server)
    const abort = new AbortController()
    faults.onRequest = ({ request, count }) => {
      if (request._ !== 'upload.saveBigFilePart') return undefined
      if (count === 1) setImmediate(() => abort.abort(new Error('enough')))
      return { kind: 'silence' }
    }
    const upload = client.uploadMedia({
      media: document({ data: randomBytes(11_000_000), name: 'a' }),
      signal: abort.signal,
    })
    await expect(upload).rejects.toThrow('enough')
    await client.close()
    while (server.server.waiting > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('the way for browsers works as well, at a path of the server’s own', async () => {
    const server = await start()
    const { dc } = optionsFor(server)
    const client = await connect(server, { transport: httpWay(), dc: { ...dc!, path: '/apiw1' } })
    await client.uploadMedia({ media: document({ data: randomBytes(1000), name: 'a' }) })
    expect(server.server.framings[0]).toBe('bare')
  })

  test('nobody there is said so', async () => {
    const server = await start()
    const options = optionsFor(server)
    await server.close()
    await expect(UploadClient.connect(options)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('nothing listens there'),
    })
  })
})

describe('in virtual time', () => {
  async function lab(lossEvery = 0): Promise<{ host: VirtualHost; server: TestServer; options: ConnectOptions }> {
    const host = new VirtualHost({ seed: 3, turns: 6 })
    const keys = await generateServerKey()
    const world = new World({ random: host.random, parts: memoryParts() })
    populate(world)
    const server = new TestServer({ dcId: 2, host, crypto: nativeCrypto, world, rsaKeys: [keys.key] })
    closing.push(() => server.close())
    let packets = 0
    const fetch = postingTo(server, () => (lossEvery > 0 && ++packets % lossEvery === 0 ? 'lose' : 'pass'))
    const options: ConnectOptions = {
      apiId: 1,
      apiHash: 'hash',
      botToken: '123:token',
      transport: 'http',
      dial: httpDial(fetch),
      host,
      dc: { id: 2, host: 'dc.example', port: 80, serverKeys: [keys.publicKeyPem] },
    }
    return { host, server, options }
  }

  test('an hour without work keeps one connection alive, with few requests and no growing number open', async () => {
    const { host, server, options } = await lab()
    const client = await host.runUntil(UploadClient.connect(options))
    await host.advance(3_600_000)
    expect(server.waiting).toBeLessThanOrEqual(1)
    await host.runUntil(client.uploadMedia({ media: document({ data: new Uint8Array(1000), name: 'a' }) }))
    expect(server.requests.get('auth.importBotAuthorization')).toBe(1)
    await client.close()
    await host.settle()
    server.close()
    expect([server.waiting, host.pendingTimers]).toEqual([0, 0])
  })

  test.each([4, 5, 7, 11])('every %ith answer lost, the upload is done, and all is closed behind it', async (every) => {
    const { host, server, options } = await lab(every)
    const events: ClientEvent[] = []
    const client = await host.runUntil(UploadClient.connect({ ...options, onEvent: (event) => events.push(event) }))
    const data = host.random(new Uint8Array(3_000_000))
    await host.runUntil(client.uploadMedia({ media: document({ data, name: 'a' }) }))
    // What was carried out before its answer was lost is asked for again, as over any other transport.
    expect(new Set(await stored(server.world))).toEqual(new Set([sha256(data)]))
    expect(events.some(({ type }) => type === 'disconnected')).toBe(true)
    await client.close()
    await host.settle()
    server.close()
    expect([server.waiting, host.pendingTimers]).toEqual([0, 0])
  })
})

describe('a server that means ill', () => {
  async function hostile(
    onRequest: RequestListener,
  ): Promise<{ server: Server; options: ConnectOptions; hits: () => number }> {
    let hits = 0
    const server = createServer((request, response) => {
      hits++
      request.resume()
      onRequest(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const keys = await generateServerKey()
    const dc = { id: 2, host: '127.0.0.1', port, serverKeys: [keys.publicKeyPem] }
    const options = { apiId: 1, apiHash: 'h', botToken: '1:t', transport: 'http', dc } as const
    return { server, options, hits: () => hits }
  }

  test.each<[string, RequestListener, RegExp]>([
    [
      'a web page',
      (_, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      /a page of text instead of MTProto/,
    ],
    [
      'a page of status 404',
      (_, r) => r.writeHead(404, { 'content-type': 'text/html' }).end('<html>'),
      /HTTP status 404 Not Found/,
    ],
    [
      'a redirect',
      (_, r) => r.writeHead(307, { location: 'http://127.0.0.1:9/api' }).end(),
      /a redirect to http:\/\/127\.0\.0\.1:9\/api, which is not followed/,
    ],
    ['three bytes', (_, r) => r.end('abc'), /does not speak MTProto, or not over this transport: a packet of 3 bytes/],
    [
      'a length that lies',
      (_, r) => r.writeHead(200, { 'content-length': 100 }).write('abcd', () => r.destroy()),
      /is closed/,
    ],
    [
      'more than any packet has',
      (_, r) => r.writeHead(200, { 'content-length': 2 ** 30 }).end('abcd'),
      /more than 16777216 bytes/,
    ],
  ])('%s is told plainly', async (_, listener, words) => {
    const { options } = await hostile(listener)
    await expect(UploadClient.connect(options)).rejects.toThrow(words)
  })

  test('a stream without end is read no further than a packet is long', async () => {
    let written = 0
    const { options } = await hostile((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536
      }
      response.on('drain', more)
      more()
    })
    await expect(UploadClient.connect(options)).rejects.toThrow(/more than 16777216 bytes/)
    // Three attempts, and what was in buffers on the way.
    expect(written).toBeLessThan(3 * 2 * 16_777_216)
  })

  test('404 from somebody on the way does not cost the login', async () => {
    const storage = memoryStorage()
    const keys = await generateServerKey()
    const server = new TestServer({
      dcId: 2,
      host: systemHost,
      crypto: nativeCrypto,
      world: new World({ random: systemHost.random, parts: memoryParts() }),
      rsaKeys: [keys.key],
    })
    closing.push(() => server.close())
    let portal = false
    const inner = httpListener(server.post, systemHost)
    const listener = await listen({
      timers: systemHost,
      onConnection: server.accept,
      onRequest: (request, response) => {
        if (!portal) inner(request, response)
        else
          request
            .resume()
            .on('end', () => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>'))
      },
    })
    closing.push(() => listener.close())
    const dc = { id: 2, host: listener.host, port: listener.port, serverKeys: [keys.publicKeyPem] }
    const options = { apiId: 1, apiHash: 'h', botToken: '1:t', transport: 'http', dc, storage } as const
    await (await UploadClient.connect(options)).close()
    portal = true
    const events: ClientEvent[] = []
    const back = UploadClient.connect({ ...options, onEvent: (event) => events.push(event) })
    await expect(back).rejects.toThrow(/HTTP status 404/)
    expect(events.some(({ type }) => type === 'exchanging')).toBe(false)
  })
})

test('Telegram’s datacenters are asked at the port and the paths of HTTP', () => {
  expect(nodeWay({ transport: 'http' }).address(2, false)).toMatchObject({ port: 80, path: '/api' })
  const { others, ...first } = nodeWay({ transport: 'http' }).address(2, true)
  expect([first, ...others!].every(({ port, path }) => port === 80 && path === '/api_test')).toBe(true)
  expect(httpWay().address(2, false)).toEqual({
    host: 'venus.web.telegram.org',
    port: 443,
    path: '/apiw1',
    secure: true,
  })
  expect(httpWay().address(2, true).path).toBe('/apiw_test1')
  expect(() => nodeWay({ transport: 'http' }).address(9, false)).toThrow('no datacenter 9')
})

test('HTTP goes through no proxy, and says so', () => {
  for (const transport of ['http', httpWay()] as const) {
    expect(() => nodeWay({ transport, proxy: 'socks5://127.0.0.1:1080' })).toThrow(/goes through no proxy/)
  }
})
