/** What servers tell of their addresses: kept, refreshed, and used, those for media among them; over real sockets. */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { decodeSession } from '../../src/client/session-data.ts'
import { type ConnectOptions, document, memoryStorage, type UploadClient } from '../../src/index.ts'
import type { ClusterDc, StartClusterOptions } from '../../src/lab/server/index.ts'
import type { MessageMedia } from '../../src/tl/generated/api-types.ts'
import { usersGetUsers } from '../../src/tl/generated/client/methods.ts'
import { mediaLanes } from '../../src/transport/media-lanes.ts'
import { download, hashOf, rpcFault, startTestCluster, type TestCluster } from '../support/test-cluster.ts'

const DATA = randomBytes(3_000_000)
const HASH = hashOf(DATA)
const GET_CONFIG = 'help.getConfig'

let cluster: TestCluster
afterEach(() => cluster.close())

async function start(options: StartClusterOptions = {}): Promise<void> {
  cluster = await startTestCluster({ dcs: [2, 4], ...options })
}

const taken = (dc: ClusterDc): number[] => dc.doors.map((door) => door.taken)
const me = (client: UploadClient): Promise<unknown> =>
  client.call(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
const exchanges = (): number => cluster.events.filter(({ type }) => type === 'exchanging').length

describe('kept in the session', () => {
  /** A session of a bot that was sent from DC 2 to DC 4. */
  async function moved(options: Partial<ConnectOptions> = {}): Promise<ReturnType<typeof memoryStorage>> {
    const storage = memoryStorage()
    cluster.world.bot(123n).homeDc = 4
    const client = await cluster.connect(2, { storage, ...options })
    await client.close()
    cluster.requests.length = 0
    return storage
  }

  test('the next run goes straight to the account, and asks nobody', async () => {
    await start()
    const storage = await moved()
    await cluster.dc(2).down()
    const client = await cluster.connect(2, { storage })
    await me(client)
    expect(client.dcId).toBe(4)
    expect(cluster.count(GET_CONFIG)).toBe(0)
  })

  test('what is too old is asked again once, after the first call, and saved', async () => {
    await start()
    cluster.world.configLifetime = 0
    const storage = await moved()
    cluster.world.configLifetime = 3600
    const client = await cluster.connect(2, { storage })
    await expect.poll(() => decodeSession(storage.data!).config).toMatchObject({ until: expect.any(Number) as number })
    await expect
      .poll(() => (decodeSession(storage.data!).config as { until: number }).until)
      .toBeGreaterThan(Date.now() + 3_000_000)
    await me(client)
    expect([cluster.count(GET_CONFIG, 4), cluster.count(GET_CONFIG, 2)]).toEqual([1, 0])
    expect(cluster.requests[0]!.request._).toBe('users.getUsers')
  })

  test('a client that is closed while it asks saves no session without keys', async () => {
    await start()
    cluster.world.configLifetime = 0
    const storage = await moved()
    for (const delay of [0, 1, 5]) {
      const client = await cluster.connect(2, { storage })
      await new Promise((resolve) => setTimeout(resolve, delay))
      await client.close()
      expect(decodeSession(storage.data!).keys.has(4)).toBe(true)
    }
  })

  test('an address that is gone: another one is used, and what is new is asked for', async () => {
    await start({ ipv6: true })
    const storage = await moved()
    await cluster.dc(4).down(({ address }) => address.host === '127.0.0.1')
    const client = await cluster.connect(2, { storage })
    await me(client)
    expect(taken(cluster.dc(4))[1]).toBe(1)
    await expect.poll(() => cluster.count(GET_CONFIG, 4)).toBe(1)
  })

  test.each([true, false])('ipv6: %s is what a session that was told both begins with', async (ipv6) => {
    await start({ ipv6: true })
    const storage = await moved({ ipv6 })
    const before = taken(cluster.dc(4))
    await cluster.connect(2, { storage, ipv6 })
    const [v4, v6] = taken(cluster.dc(4)).map((count, i) => count - before[i]!)
    expect([v4, v6]).toEqual(ipv6 ? [0, 1] : [1, 0])
  })
})

describe('addresses for media', () => {
  /** A document that lies at DC 4. */
  async function fileThere(): Promise<MessageMedia> {
    const client = await cluster.connect(4, { botToken: '777:token' })
    const media = await client.uploadMedia({ media: document({ data: DATA, name: 'x' }) })
    await client.close()
    cluster.requests.length = 0
    cluster.events.length = 0
    return media
  }
  /** Connections that a DC took while something was done, ordinary ones and those for media. */
  async function takenBy(work: () => Promise<unknown>): Promise<{ ordinary: number; media: number }> {
    const before = taken(cluster.dc(4))
    await work()
    const [ordinary, media] = taken(cluster.dc(4)).map((count, i) => count - before[i]!)
    return { ordinary: ordinary!, media: media! }
  }

  test('are for files alone: the login goes elsewhere', async () => {
    await start({ media: [4] })
    const media = await fileThere()
    const client = await cluster.connect(2)
    let hash = ''
    const counts = await takenBy(async () => {
      hash = await download(client, media)
    })
    expect(hash).toBe(HASH)
    expect(counts).toEqual({ ordinary: 1, media: 1 })
    const at = new Map(cluster.requests.filter(({ dc }) => dc === 4).map((one) => [one.request._, one.connection]))
    expect(at.get('upload.getFile')).not.toBe(at.get('auth.importAuthorization'))
  })

  test('carry the parts of an upload on all lanes but the first', async () => {
    await start({ media: [4] })
    cluster.world.bot(123n).homeDc = 4
    const client = await cluster.connect(2, { transport: 'obfuscated' })
    // Answers that take a while, so that more than one lane is worth having.
    cluster.dc(4).server.faults.onRequest = ({ request }) =>
      request._ === 'upload.saveBigFilePart' ? { kind: 'delay', ms: 20 } : undefined
    const data = randomBytes(60_000_000)
    let media: MessageMedia | undefined
    const counts = await takenBy(async () => {
      media = await client.uploadMedia({ media: document({ data, name: 'x' }) })
    })
    expect(counts.media).toBeGreaterThan(0)
    expect(counts.ordinary).toBe(0)
    expect(await download(client, media!)).toBe(hashOf(data))
  })

  test('go by the negative number of the datacenter', async () => {
    await start({ media: [4] })
    const file = await fileThere()
    const numbers: number[] = []
    const client = await cluster.connect(2, {
      transport: 'obfuscated',
      forwardSecrecy: (options) =>
        mediaLanes({
          ...options,
          codec: (about) => {
            numbers.push(about.dc)
            return options.codec(about)
          },
        }),
    })
    expect(await download(client, file)).toBe(HASH)
    expect(numbers).toEqual([2, 4, -4])
  })

  test.each([{ forwardSecrecy: true }, { transport: 'http' }] satisfies Partial<ConnectOptions>[])(
    'are left alone with %o',
    async (options) => {
      await start({ media: [4] })
      const file = await fileThere()
      const client = await cluster.connect(2, options)
      expect(await takenBy(async () => expect(await download(client, file)).toBe(HASH))).toMatchObject({ media: 0 })
    },
  )

  test('one that is down: the ordinary address does as well', async () => {
    await start({ media: [4] })
    const file = await fileThere()
    await cluster.dc(4).down(({ address }) => address.mediaOnly === true)
    expect(await download(await cluster.connect(2), file)).toBe(HASH)
  })

  test('one that goes down on the way: what was under way is called again at the ordinary address', async () => {
    await start({ media: [4] })
    const file = await fileThere()
    const client = await cluster.connect(2)
    let calls = 0
    cluster.dc(4).server.faults.onRequest = ({ request }) => {
      if (request._ !== 'upload.getFile' || ++calls !== 2) return undefined
      void cluster.dc(4).down(({ address }) => address.mediaOnly === true)
      return { kind: 'disconnect' }
    }
    expect(await download(client, file)).toBe(HASH)
  })

  test('one that does not know the key costs neither the key nor the login', async () => {
    await start({ dcs: [2, 4, 5] })
    // Somebody else answers there.
    cluster.world.addDc({ id: 4, host: '127.0.0.1', port: cluster.dc(5).port, mediaOnly: true })
    const file = await fileThere()
    const client = await cluster.connect(2)
    expect(await download(client, file)).toBe(HASH)
    expect(await download(client, file)).toBe(HASH)
    expect(exchanges()).toBe(2)
    expect(cluster.count('auth.importAuthorization')).toBe(1)
    expect(taken(cluster.dc(5))[0]).toBeGreaterThan(0)
  })

  test('one that knows nobody is logged in does not speak for the others', async () => {
    await start({ media: [4] })
    const file = await fileThere()
    const client = await cluster.connect(2)
    cluster.fail(4, 'upload.getFile', rpcFault(401, 'AUTH_KEY_UNREGISTERED'))
    expect(await download(client, file)).toBe(HASH)
    expect(cluster.count('auth.importAuthorization')).toBe(1)
  })

  test('a key that is lost for good is lost there too, and the next one is used', async () => {
    await start({ media: [4] })
    const file = await fileThere()
    const client = await cluster.connect(2)
    await download(client, file)
    cluster.dc(4).server.forgetKeys()
    cluster.dc(4).server.disconnectAll(-404)
    expect(await download(client, file)).toBe(HASH)
    const counts = await takenBy(async () => {
      cluster.dc(4).server.disconnectAll()
      expect(await download(client, file)).toBe(HASH)
    })
    expect(counts.media).toBe(1)
    await client.close()
    await expect.poll(() => cluster.dc(4).server.connections).toBe(0)
  })
})
