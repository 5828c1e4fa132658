/** Calls at other datacenters than the account's, over real sockets, in a cluster. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { otherDatacenters } from '../../src/client/other-datacenters.ts'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import type { Way } from '../../src/client/way.ts'
import { type ConnectOptions, document, memoryStorage, type UploadClient } from '../../src/index.ts'
import type { MessageMedia } from '../../src/tl/generated/api-types.ts'
import { helpGetConfig, usersGetUsers } from '../../src/tl/generated/client/methods.ts'
import { download, hashOf, rpcFault, startTestCluster, type TestCluster } from '../support/test-cluster.ts'

const EXPORT = 'auth.exportAuthorization'
const GET_CONFIG = 'help.getConfig'
const IMPORT = 'auth.importAuthorization'
const DATA = randomBytes(2_500_000)
const HASH = hashOf(DATA)
const config = { _: 'help.getConfig' } as const
const self = { _: 'users.getUsers' as const, id: [{ _: 'inputUserSelf' as const }] }

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster()
})
afterEach(() => cluster.close())

/** A document that lies at a DC. */
async function fileAt(dc: number): Promise<MessageMedia> {
  const client = await cluster.connect(dc, { botToken: '777:token' })
  const media = await client.uploadMedia({ media: document({ data: DATA, name: 'x' }) })
  await client.close()
  cluster.requests.length = 0
  cluster.events.length = 0
  return media
}

const exchanges = (): number => cluster.events.filter(({ type }) => type === 'exchanging').length

/** A call at a DC that needs a login there. */
const meAt = (client: UploadClient, dc: number): Promise<unknown> => client.call(usersGetUsers, self, { dc })

describe('files', () => {
  test('what was uploaded is read from whichever datacenter has it, byte for byte; the account stays', async () => {
    const media = [await fileAt(2), await fileAt(4), await fileAt(5)]
    const client = await cluster.connect(4)
    for (const one of media) expect(await download(client, one)).toBe(HASH)
    expect(client.dcId).toBe(4)
    expect([2, 4, 5].map((dc) => cluster.count(IMPORT, dc))).toEqual([1, 0, 1])
    expect(cluster.count(EXPORT, 4)).toBe(2)
  })

  test('many calls at once: one address asked for, one key, one login', async () => {
    const media = await fileAt(4)
    const client = await cluster.connect(2)
    const before = exchanges()
    expect(new Set(await Promise.all(Array.from({ length: 12 }, () => download(client, media))))).toEqual(
      new Set([HASH]),
    )
    expect(cluster.count(GET_CONFIG)).toBe(1)
    expect(exchanges() - before).toBe(1)
    expect([cluster.count(EXPORT), cluster.count(IMPORT, 4)]).toEqual([1, 1])
  })

  test('key and login are kept in the session: the next run needs no other', async () => {
    const media = await fileAt(4)
    const storage = memoryStorage()
    const client = await cluster.connect(2, { storage })
    await download(client, media)
    await client.close()
    expect([...decodeSession(storage.data!).keys.keys()]).toEqual([2, 4])
    const before = exchanges()
    const again = await cluster.connect(2, { storage })
    expect(await download(again, media)).toBe(HASH)
    expect(exchanges()).toBe(before)
    expect(cluster.count(IMPORT)).toBe(1)
  })

  test('two datacenters that send a file to each other: an error after three turns', async () => {
    const media = await fileAt(4)
    const client = await cluster.connect(2)
    cluster.fail(4, 'upload.getFile', rpcFault(303, 'FILE_MIGRATE_2'), 99)
    await expect(download(client, media)).rejects.toMatchObject({ type: 'FILE_MIGRATE_X' })
    expect(cluster.count('upload.getFile')).toBe(3)
  })

  test.each([{ forwardSecrecy: true }, { transport: 'ws' }, { transport: 'http' }] satisfies Partial<ConnectOptions>[])(
    'also with %o',
    async (options) => {
      const media = await fileAt(4)
      const client = await cluster.connect(2, options)
      expect(await download(client, media)).toBe(HASH)
    },
  )
})

describe('the option dc', () => {
  test('the call goes there, and to the account with its own number', async () => {
    const client = await cluster.connect(2)
    expect(await client.call(helpGetConfig, config, { dc: 5 })).toMatchObject({ thisDc: 5 })
    expect(await client.invoke(config, { dc: 4 })).toMatchObject({ thisDc: 4 })
    expect(await client.invoke(config, { dc: 2 })).toMatchObject({ thisDc: 2 })
    expect(cluster.count(IMPORT, 2)).toBe(0)
  })

  test('a datacenter that nobody knows is an error, and no harm', async () => {
    const storage = memoryStorage()
    const client = await cluster.connect(2, { storage })
    await expect(meAt(client, 9)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/datacenter 9/),
    })
    expect(await meAt(client, 2)).toMatchObject([{ id: 123n }])
    await client.close()
    expect((await cluster.connect(2, { storage })).dcId).toBe(2)
  })

  test('one that is told of later is found then', async () => {
    const { world } = cluster
    const { address } = cluster.dc(5).doors[0]!
    world.removeDc(address)
    const client = await cluster.connect(2)
    await expect(meAt(client, 5)).rejects.toThrow('the address of datacenter 5 is not known')
    world.addDc(address)
    expect(await meAt(client, 5)).toMatchObject([{ id: 123n }])
  })

  test('a datacenter that is down is an error while it is; everything else goes on', async () => {
    const client = await cluster.connect(2)
    await cluster.dc(4).down()
    await expect(meAt(client, 4)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(await meAt(client, 2)).toMatchObject([{ id: 123n }])
    expect(await meAt(client, 5)).toMatchObject([{ id: 123n }])
    await cluster.dc(4).up()
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
  })
})

describe('the login there', () => {
  /** The account is logged out at a DC. */
  const logOut = (dc: number): void => {
    for (const key of cluster.dc(dc).server.keysOf(123n)) key.userId = undefined
  }

  test('one that was lost is brought anew, once for all calls', async () => {
    const client = await cluster.connect(2)
    await meAt(client, 4)
    logOut(4)
    const all = await Promise.all(Array.from({ length: 8 }, () => meAt(client, 4)))
    for (const one of all) expect(one).toMatchObject([{ id: 123n }])
    expect([cluster.count(EXPORT), cluster.count(IMPORT, 4)]).toEqual([2, 2])
  })

  test('a call that hears of it late does not bring it once more', async () => {
    const client = await cluster.connect(2)
    await meAt(client, 4)
    cluster.fail(4, GET_CONFIG, { kind: 'delay', ms: 300, next: rpcFault(401, 'AUTH_KEY_UNREGISTERED') })
    const late = client.call(helpGetConfig, config, { dc: 4 })
    logOut(4)
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(await late).toMatchObject({ thisDc: 4 })
    expect(cluster.count(IMPORT, 4)).toBe(2)
  })

  test('one that is lost at once again is an error', async () => {
    const client = await cluster.connect(2)
    cluster.fail(4, 'users.getUsers', rpcFault(401, 'AUTH_KEY_UNREGISTERED'), 99)
    await expect(meAt(client, 4)).rejects.toMatchObject({ type: 'AUTH_KEY_UNREGISTERED' })
    expect(cluster.count(IMPORT, 4)).toBe(2)
  })

  test('a key that the server does not know any more: another one, and the login with it', async () => {
    const client = await cluster.connect(2)
    await meAt(client, 4)
    cluster.dc(4).server.forgetKeys()
    cluster.dc(4).server.disconnectAll(-404)
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(cluster.count(IMPORT, 4)).toBe(2)
  })

  test('a key that was used from two places is replaced', async () => {
    const client = await cluster.connect(2)
    await meAt(client, 4)
    cluster.dc(4).server.revoke(123n, 406, 'AUTH_KEY_DUPLICATED')
    const before = exchanges()
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(exchanges() - before).toBe(1)
  })

  test('an exported login that is refused is exported again, once', async () => {
    const client = await cluster.connect(2)
    cluster.fail(4, IMPORT, rpcFault(400, 'AUTH_BYTES_INVALID'))
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(cluster.count(EXPORT)).toBe(2)
    cluster.fail(5, IMPORT, rpcFault(400, 'AUTH_BYTES_INVALID'), 2)
    await expect(meAt(client, 5)).rejects.toMatchObject({ type: 'AUTH_BYTES_INVALID' })
    // What failed once is no reason not to try again.
    expect(await meAt(client, 5)).toMatchObject([{ id: 123n }])
  })

  test('waits and faults are sat out there, too', async () => {
    const client = await cluster.connect(2)
    cluster.fail(4, IMPORT, rpcFault(420, 'FLOOD_WAIT_1'))
    cluster.fail(4, 'users.getUsers', rpcFault(500, 'INTERNAL'))
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(cluster.events).toContainEqual(expect.objectContaining({ type: 'wait', reason: 'FLOOD_WAIT_1' }))
  })

  test('an account that moves to the very datacenter meanwhile is no guest there any more', async () => {
    const client = await cluster.connect(2)
    cluster.fail(2, EXPORT, rpcFault(303, 'USER_MIGRATE_4'))
    expect(await meAt(client, 4)).toMatchObject([{ id: 123n }])
    expect(client.dcId).toBe(4)
    expect(cluster.count(IMPORT)).toBe(0)
  })
})

describe('the end', () => {
  test('closing the client closes the connections there, and ends what waits', async () => {
    const client = await cluster.connect(2)
    await meAt(client, 5)
    cluster.fail(4, 'users.getUsers', { kind: 'silence' })
    const waiting = meAt(client, 4)
    waiting.catch(() => {})
    await expect.poll(() => cluster.count('users.getUsers', 4)).toBe(1)
    await client.close()
    await expect(waiting).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await expect.poll(() => cluster.dcs.map(({ server }) => server.connections)).toEqual([0, 0, 0])
    await expect(meAt(client, 4)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await expect(meAt(client, 5)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  test('what comes in after the end is not saved: the keys are wiped by then', async () => {
    let saved = 0
    let changed: (changed: boolean) => void = () => {}
    const others = otherDatacenters({
      dcId: 2,
      user: undefined,
      options: { host: systemHost, maxWait: 0 },
      data: { test: false, dc: 2, keys: new Map() },
      way: {
        ...({} as Way),
        keepUp: () =>
          new Promise((resolve) => {
            changed = resolve
          }),
      },
      invoke: () => Promise.reject(new Error('nobody calls')),
      openAt: () => {
        throw new Error('nobody opens')
      },
      save: () => saved++,
    })
    const here = (): Promise<number> => Promise.resolve(5)
    expect(await others.invoke(helpGetConfig as never, config, {}, here)).toBe(5)
    changed(true)
    await Promise.resolve()
    await Promise.resolve()
    expect(saved).toBe(1)
    await others.invoke(helpGetConfig as never, config, {}, here)
    others.close()
    changed(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(saved).toBe(1)
  })

  test('a signal ends one call, and not the login that others wait for', async () => {
    const client = await cluster.connect(2)
    cluster.fail(4, IMPORT, { kind: 'delay', ms: 200 })
    const abort = new AbortController()
    const { signal } = abort
    const calls = [client.call(usersGetUsers, self, { dc: 4, signal }), meAt(client, 4)]
    calls[0]!.catch(() => {})
    await expect.poll(() => cluster.count(IMPORT, 4)).toBe(1)
    abort.abort(new Error('enough'))
    await expect(calls[0]).rejects.toThrow('enough')
    expect(await calls[1]).toMatchObject([{ id: 123n }])
    expect(cluster.count(IMPORT, 4)).toBe(1)
  })
})
