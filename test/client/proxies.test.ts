/** The client through proxies, over real sockets: whole uploads, refusals, and servers with several addresses. */
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import type { ConnectOptions, ProxyOptions } from '../../src/index.ts'
import { document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { CallFault, Faults } from '../../src/lab/server/faults.ts'
import {
  type ProxyServerOptions,
  type RunningProxy,
  type RunningServer,
  startHttpConnect,
  startServer,
  startSocks5,
} from '../../src/lab/server/index.ts'
import { pattern } from '../support/pattern.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function dc(address = '127.0.0.1', more: object = {}): Promise<RunningServer> {
  const server = await startServer({ address, parts: 'memory', ...more })
  cleanups.push(() => server.close())
  return server
}

const START = { socks5: startSocks5, http: startHttpConnect }

async function proxyOf(type: 'socks5' | 'http', options: ProxyServerOptions = {}): Promise<RunningProxy> {
  const proxy = await START[type](options)
  cleanups.push(() => proxy.close())
  return proxy
}

async function connect(server: RunningServer, options: Partial<ConnectOptions>): Promise<UploadClient> {
  const { dcId, host, port, publicKeyPem } = server
  const client = await UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    dc: { id: dcId, host, port, serverKeys: [publicKeyPem] },
    ...options,
  })
  cleanups.push(() => client.close())
  return client
}

/** Uploads, and reads on the server what has become of it. */
async function uploadAndCompare(client: UploadClient, server: RunningServer, length: number): Promise<void> {
  const data = pattern(length)
  const media = await client.uploadMedia({ media: document({ data, name: 'big.bin' }) })
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`got ${media._}`)
  const stored = server.world.media.document(media.document)
  const kept = await stored.content.read(0, length + 1)
  expect(Buffer.from(kept).equals(data)).toBe(true)
}

const BIG = 20 * 1024 * 1024
const USER = { username: 'jürgen', password: 'p:ä ss@/' }
const users = { [USER.username]: USER.password }

describe.each(['socks5', 'http'] as const)('through a %s proxy', (type) => {
  const through = (proxy: RunningProxy, more: Partial<ProxyOptions> = {}): ProxyOptions => ({
    type,
    host: proxy.host,
    port: proxy.port,
    ...more,
  })

  test('20 MB arrive as sent, over IPv4', async () => {
    const [server, proxy] = [await dc(), await proxyOf(type)]
    const client = await connect(server, { proxy: through(proxy) })
    await uploadAndCompare(client, server, BIG)
    // The main connection, and lanes if they were worth their while.
    expect(proxy.requests.length).toBeGreaterThan(0)
    for (const request of proxy.requests)
      expect(request).toEqual({ target: `127.0.0.1:${server.port}`, user: undefined })
  })

  test('20 MB arrive as sent, over IPv6, to a proxy that wants a login', async () => {
    const [server, proxy] = [await dc('::1'), await proxyOf(type, { address: '::1', users })]
    const client = await connect(server, { proxy: through(proxy, USER) })
    await uploadAndCompare(client, server, BIG)
    for (const request of proxy.requests) expect(request).toEqual({ target: `[::1]:${server.port}`, user: 'jürgen' })
  })

  test('by its URL, with the login in it; a name is looked up by the proxy', async () => {
    const [server, proxy] = [await dc(), await proxyOf(type, { users })]
    const login = `${encodeURIComponent(USER.username)}:${encodeURIComponent(USER.password)}`
    const { dcId: id, port, publicKeyPem } = server
    const client = await connect(server, {
      proxy: `${type}://${login}@localhost:${proxy.port}`,
      dc: { id, host: 'localhost', port, serverKeys: [publicKeyPem] },
    })
    await uploadAndCompare(client, server, 1000)
    expect(proxy.requests[0]).toEqual({ target: `localhost:${server.port}`, user: 'jürgen' })
  })

  test.each(['abridged', 'padded', 'full', 'obfuscated', 'ws'] as const)('by the transport %s', async (transport) => {
    const [server, proxy] = [await dc(), await proxyOf(type)]
    const client = await connect(server, { proxy: through(proxy), transport })
    await uploadAndCompare(client, server, 3_000_000)
    expect(proxy.requests.length).toBeGreaterThan(0)
  })

  test('the lanes to a server that is far away, too', async () => {
    const onRequest: Faults['onRequest'] = ({ request }) =>
      request._ === 'upload.saveBigFilePart' ? { kind: 'delay', ms: 60 } : undefined
    const [server, proxy] = [await dc('127.0.0.1', { faults: { onRequest } }), await proxyOf(type)]
    const client = await connect(server, { proxy: through(proxy) })
    await uploadAndCompare(client, server, 24_000_000)
    expect(proxy.requests.length).toBeGreaterThan(1)
  })

  const refused = async (proxy: RunningProxy, more: Partial<ProxyOptions> = {}): Promise<string> => {
    const error: unknown = await connect(await dc(), { proxy: through(proxy, more) }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: false })
    return (error as Error).message
  }

  test('a proxy that wants a login is said to', async () => {
    expect(await refused(await proxyOf(type, { users }))).toMatch(/it wants a user name and password.*; give them$/)
  })

  test('a login that is refused is said to be, without being shown', async () => {
    const message = await refused(await proxyOf(type, { users }), { username: 'jürgen', password: 'wrong-password' })
    expect(message).toMatch(/it refused the user name and password.*; check them$/)
    expect(message).not.toMatch(/jürgen|wrong-password/)
  })

  test('a proxy that does not let through is said to', async () => {
    expect(await refused(await proxyOf(type, { allows: () => false }))).toMatch(/its rules do not allow the connection/)
  })

  test('a server that is out of reach from there is told apart from a proxy that is', async () => {
    const server = await dc()
    const proxy = await proxyOf(type)
    const { port } = server
    await server.close()
    await expect(connect(server, { proxy: through(proxy) })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      retryable: true,
      message: expect.stringMatching(
        type === 'socks5' ? /the server refused the connection/ : /the server cannot be reached from there \(502\)/,
      ),
    })
    await proxy.close()
    await expect(connect(server, { proxy: through(proxy) })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(
        new RegExp(`proxy on the way to 127.0.0.1:${port} is out of reach: .*${proxy.port}: nothing listens`),
      ),
    })
  })

  test('a proxy of another kind is found out', async () => {
    const other = await proxyOf(type === 'socks5' ? 'http' : 'socks5')
    const message = await refused(other)
    expect(message).toMatch(
      type === 'socks5' ? /does not speak SOCKS5|closed the connection/ : /does not speak HTTP|closed the connection/,
    )
  })
})

describe('several addresses', () => {
  /** A port on 127.0.0.1 where connections are taken and closed at once, so that nobody else takes it. */
  async function deadPort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    return port
  }

  test('a server whose first address is dead is reached by another', async () => {
    const server = await dc('::1')
    const { dcId: id, port, publicKeyPem } = server
    const client = await connect(server, {
      dc: {
        id,
        host: '127.0.0.1',
        port: await deadPort(),
        others: [{ host: '::1', port }],
        serverKeys: [publicKeyPem],
      },
    })
    await uploadAndCompare(client, server, 1000)
  })

  test('through a proxy too: another address is asked of it', async () => {
    const server = await dc('::1')
    const proxy = await proxyOf('socks5')
    const { dcId: id, port, publicKeyPem } = server
    const dead = await deadPort()
    const client = await connect(server, {
      proxy: { type: 'socks5', host: proxy.host, port: proxy.port },
      dc: { id, host: '127.0.0.1', port: dead, others: [{ host: '::1', port }], serverKeys: [publicKeyPem] },
    })
    await uploadAndCompare(client, server, 1000)
    expect(proxy.requests.slice(0, 2).map(({ target }) => target)).toEqual([`127.0.0.1:${dead}`, `[::1]:${port}`])
  })

  test('another datacenter is reached by any of the addresses that it is told by, also when the session is taken up', async () => {
    let isMoved = false
    const first = await dc('127.0.0.1', {
      faults: {
        onRequest: ({ request }: { request: { _: string } }): CallFault | undefined => {
          if (request._ !== 'auth.importBotAuthorization' || isMoved) return undefined
          isMoved = true
          return { kind: 'error', code: 303, text: 'USER_MIGRATE_4' }
        },
      },
    })
    const { world, privateKeyPem } = first
    const dead = { id: 4, host: '127.0.0.1', port: await deadPort() }
    world.addDc(dead)
    await dc('::1', { world, privateKeyPem, dcId: 4 })
    const storage = memoryStorage()
    const client = await connect(first, { storage })
    expect(client.dcId).toBe(4)
    await uploadAndCompare(client, first, 1000)
    await client.close()
    expect(JSON.parse((await storage.load())!)).toMatchObject({
      address: { host: dead.host, port: dead.port, others: [{ host: '::1' }] },
    })
    const again = await connect(first, { storage, botToken: undefined })
    expect(again.dcId).toBe(4)
  })

  test.each([
    { ipv6: true, host: '::1' },
    { ipv6: false, host: '127.0.0.1' },
    { ipv6: undefined, host: '127.0.0.1' },
  ])('ipv6: $ipv6 begins with $host', async ({ ipv6, host }) => {
    const server = await dc('127.0.0.1')
    const second = await dc('::1', { world: server.world, privateKeyPem: server.privateKeyPem, dcId: 2 })
    const ends = { '127.0.0.1': server, '::1': second }
    const { dcId: id, port, publicKeyPem } = server
    const proxy = await proxyOf('http')
    const client = await connect(server, {
      ipv6,
      proxy: { type: 'http', host: proxy.host, port: proxy.port },
      dc: {
        id,
        host: '127.0.0.1',
        port,
        others: [{ host: '::1', port: second.port }],
        serverKeys: [publicKeyPem],
      },
    })
    expect(client.dcId).toBe(2)
    const name = host.includes(':') ? `[${host}]` : host
    expect(proxy.requests[0]?.target).toBe(`${name}:${ends[host as '::1'].port}`)
  })
})

describe('options that cannot be', () => {
  const dial = (): Promise<never> => Promise.reject(new Error('dialled'))
  const mtproxy = { type: 'mtproxy', host: 'h', port: 1, secret: '00'.repeat(16) } as const
  test.each<[string, object, RegExp]>([
    ['a proxy beside a dial of one’s own', { proxy: 'http://h:1', dial }, /proxy and dial exclude each other/],
    ['a transport beside an MTProxy', { proxy: mtproxy, transport: 'padded' }, /leave transport out/],
    ['a proxy for HTTP', { proxy: 'http://h:1', transport: 'http' }, /through no proxy/],
    ['a proxy that is none', { proxy: 7 }, /proxy must be a URL, or an object/],
    ['a proxy of no kind', { proxy: { type: 'x', host: 'h', port: 1 } }, /type of a proxy/],
    ['ipv6 by a word', { ipv6: 'yes' }, /ipv6 must be true or false/],
  ])('%s', async (_what, options, message) => {
    const login = {
      apiId: 1,
      apiHash: 'hash',
      botToken: '1:token',
      dc: { id: 2, host: '127.0.0.1', port: 1, serverKeys: ['x'] },
    }
    const error: unknown = await UploadClient.connect({ ...login, ...options }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toMatch(message)
  })
})
