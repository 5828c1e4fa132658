/** Accounts that live elsewhere, or are moved while they are used: over real sockets, in a cluster. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PhoneLoginOptions, phoneLogin, qrLogin } from '../../src/client/login/index.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { type ConnectOptions, document, memoryStorage, type UploadClient } from '../../src/index.ts'
import type { WorldUser } from '../../src/lab/server/index.ts'
import type { SentCode } from '../../src/lab/server/logins.ts'
import { authAcceptLoginToken, helpGetConfig, usersGetUsers } from '../../src/tl/generated/client/methods.ts'
import { documentOf, download, hashOf, rpcFault, startTestCluster, type TestCluster } from '../support/test-cluster.ts'

const BOT_LOGIN = 'auth.importBotAuthorization'
const GET_CONFIG = 'help.getConfig'
const PHONE = '9996610001'
const CODE = '11111'

const self = { _: 'users.getUsers' as const, id: [{ _: 'inputUserSelf' as const }] }
const config = { _: 'help.getConfig' } as const

let cluster: TestCluster
let codes: SentCode[]

beforeEach(async () => {
  cluster = await startTestCluster()
  codes = []
  cluster.world.logins.onCode = (code) => codes.push(code)
})
afterEach(() => cluster.close())

const alice = (): WorldUser => cluster.world.findName('alice') as WorldUser
const bot = (): WorldUser => cluster.world.bot(123n)
const me = (client: UploadClient): Promise<unknown> => client.call(usersGetUsers, self)
const moves = (): string[] => cluster.events.flatMap((one) => (one.type === 'migrate' ? `${one.from} ${one.to}` : []))

/** A login by phone that counts how often it was asked. */
function byPhone(more: Partial<PhoneLoginOptions> = {}): { readonly login: ConnectOptions['login']; asked: number } {
  const asking = { asked: 0, login: undefined as ConnectOptions['login'] }
  const code = (): string => {
    asking.asked++
    return CODE
  }
  asking.login = phoneLogin({ phone: PHONE, code, ...more })
  return asking
}

describe('while it logs in', () => {
  test('NETWORK_MIGRATE moves the connection', async () => {
    cluster.fail(2, BOT_LOGIN, rpcFault(303, 'NETWORK_MIGRATE_4'))
    const client = await cluster.connect(2)
    expect([client.dcId, ...moves()]).toEqual([4, '2 4'])
    expect(await me(client)).toMatchObject([{ id: 123n }])
  })

  test('PHONE_MIGRATE: the code is sent by the datacenter of the number, once', async () => {
    alice().homeDc = 4
    const client = await cluster.connect(2, { login: byPhone().login })
    expect([client.dcId, client.user?.id, codes.length]).toEqual([4, alice().id, 1])
    expect(cluster.count('auth.sendCode', 2)).toBe(1)
    expect(cluster.count('auth.signIn', 2)).toBe(0)
  })

  test('USER_MIGRATE while the code is typed: it is given to the other datacenter', async () => {
    const login = byPhone({
      code: () => {
        alice().homeDc = 5
        return CODE
      },
    })
    const client = await cluster.connect(2, login)
    expect([client.dcId, client.user?.id, codes.length]).toEqual([5, alice().id, 1])
    expect(['auth.signIn', 'auth.signIn'].map((name, i) => cluster.count(name, [2, 5][i]))).toEqual([1, 1])
  })

  test('a QR code that is scanned by an account from elsewhere', async () => {
    alice().homeDc = 4
    const device = await cluster.connect(4, { login: byPhone().login })
    const onToken = ({ url }: { url: string }): void => {
      const token = new Uint8Array(Buffer.from(new URL(url).searchParams.get('token')!, 'base64url'))
      void device.call(authAcceptLoginToken, { _: 'auth.acceptLoginToken', token })
    }
    const client = await cluster.connect(2, { login: qrLogin({ onToken }) })
    expect([client.dcId, client.user?.id, ...moves()]).toEqual([4, alice().id, '2 4'])
  })

  test('one migration after another', async () => {
    bot().homeDc = 5
    cluster.fail(2, BOT_LOGIN, rpcFault(303, 'NETWORK_MIGRATE_4'))
    const client = await cluster.connect(2)
    expect([client.dcId, ...moves()]).toEqual([5, '2 4', '4 5'])
  })

  test('a circle of migrations is an error that names the last of them', async () => {
    cluster.fail(2, BOT_LOGIN, rpcFault(303, 'USER_MIGRATE_4'), 99)
    cluster.fail(4, BOT_LOGIN, rpcFault(303, 'USER_MIGRATE_5'), 99)
    cluster.fail(5, BOT_LOGIN, rpcFault(303, 'USER_MIGRATE_2'), 99)
    const message = expect.stringMatching(
      /datacenter 2; but the servers sent the client from one to the next/,
    ) as string
    await expect(cluster.connect(2)).rejects.toMatchObject({ type: 'USER_MIGRATE_X', parameter: 2, message })
    expect(moves()).toEqual(['2 4', '4 5'])
  })

  test('a datacenter that nobody knows', async () => {
    cluster.fail(2, BOT_LOGIN, rpcFault(303, 'USER_MIGRATE_9'))
    const error = cluster.connect(2)
    await expect(error).rejects.toThrow('the address of datacenter 9 is not known')
    await expect(error).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('a datacenter that is down: the error says which address; later the same storage will do', async () => {
    const storage = memoryStorage()
    bot().homeDc = 4
    await cluster.dc(4).down()
    await expect(cluster.connect(2, { storage })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining(`127.0.0.1:${cluster.dc(4).port}`),
    })
    await cluster.dc(4).up()
    expect((await cluster.connect(2, { storage })).dcId).toBe(4)
  })
})

describe('later', () => {
  test('a bot logs in where it lives now, and the session says so', async () => {
    const storage = memoryStorage()
    const client = await cluster.connect(2, { storage })
    bot().homeDc = 4
    expect(await me(client)).toMatchObject([{ id: 123n }])
    expect([client.dcId, client.user?.id, ...moves()]).toEqual([4, 123n, '2 4'])
    await client.close()
    expect(decodeSession(storage.data!)).toMatchObject({ dc: 4, user: { id: 123n } })
    cluster.requests.length = 0
    expect((await cluster.connect(2, { storage })).dcId).toBe(4)
    expect(cluster.requests.map(({ dc, request }) => `${request._} ${dc}`)).toEqual(['users.getUsers 4'])
  })

  test('a person comes along without another code, and the session says so', async () => {
    const storage = memoryStorage()
    const phone = byPhone()
    const client = await cluster.connect(2, { storage, login: phone.login })
    alice().homeDc = 4
    expect(await Promise.all([me(client), me(client), me(client)])).toMatchObject(Array(3).fill([{ id: alice().id }]))
    expect([client.dcId, client.user?.id, ...moves()]).toEqual([4, alice().id, '2 4'])
    expect(cluster.count('auth.importAuthorization')).toBe(1)
    // What is stored now, not only when the client is closed.
    expect(decodeSession(storage.data!)).toMatchObject({ dc: 4, user: { id: alice().id } })
    await client.close()
    expect((await cluster.connect(2, { storage, login: phone.login })).user?.id).toBe(alice().id)
    expect(phone.asked).toBe(1)
  })

  test.each(['bot', 'person'])(
    'an account that was moved while nobody used it is found by the next run: a %s',
    async (who) => {
      const storage = memoryStorage()
      const phone = byPhone()
      const options = { storage, ...(who === 'person' && { login: phone.login }) }
      await (await cluster.connect(2, options)).close()
      const user = who === 'person' ? alice() : bot()
      user.homeDc = 4
      const client = await cluster.connect(2, options)
      expect([client.dcId, client.user?.id]).toEqual([4, user.id])
      await client.close()
      expect((await cluster.connect(2, options)).dcId).toBe(4)
      expect([phone.asked, ...moves()]).toEqual([who === 'person' ? 1 : 0, '2 4'])
    },
  )

  test.each([
    [500, 'INTERNAL_SERVER_ERROR'],
    [420, 'FLOOD_WAIT_1'],
  ])('a passing fault (%i %s) on the way does not cost a person the login', async (code, text) => {
    const phone = byPhone()
    const client = await cluster.connect(2, { login: phone.login })
    alice().homeDc = 4
    cluster.fail(2, 'auth.exportAuthorization', rpcFault(code, text))
    expect(await me(client)).toMatchObject([{ id: alice().id }])
    expect([client.dcId, phone.asked]).toEqual([4, 1])
  })

  test('a fault that lasts leaves the account and its login where they are, until it is over', async () => {
    const storage = memoryStorage()
    const phone = byPhone()
    const client = await cluster.connect(2, { storage, login: phone.login, maxWait: 1 })
    alice().homeDc = 4
    cluster.fail(2, 'auth.exportAuthorization', rpcFault(420, 'FLOOD_WAIT_3600'))
    await expect(me(client)).rejects.toMatchObject({ type: 'FLOOD_WAIT_X' })
    // Not repeated, since it may have been carried out.
    cluster.fail(4, 'auth.importAuthorization', rpcFault(-503, 'Timeout'))
    await expect(me(client)).rejects.toMatchObject({ code: -503 })
    expect(client.dcId).toBe(2)
    expect(await me(client)).toMatchObject([{ id: alice().id }])
    expect([client.dcId, phone.asked]).toEqual([4, 1])
  })

  test('a person whose login is not let go has to log in again, and is asked to', async () => {
    const storage = memoryStorage()
    const phone = byPhone()
    const client = await cluster.connect(2, { storage, login: phone.login })
    alice().homeDc = 4
    cluster.fail(2, 'auth.exportAuthorization', rpcFault(303, 'USER_MIGRATE_4'))
    await expect(me(client)).rejects.toMatchObject({ type: 'AUTH_KEY_UNREGISTERED' })
    await client.close()
    expect((await cluster.connect(2, { storage, login: phone.login })).dcId).toBe(4)
    expect(phone.asked).toBeLessThanOrEqual(2)
  })

  test('a datacenter that nobody knows: the account stays where it is, and the session is good', async () => {
    const storage = memoryStorage()
    const client = await cluster.connect(2, { storage })
    cluster.fail(2, 'users.getUsers', rpcFault(303, 'USER_MIGRATE_9'))
    await expect(me(client)).rejects.toThrow('the address of datacenter 9 is not known')
    expect([client.dcId, client.user?.id]).toEqual([2, 123n])
    expect(await me(client)).toMatchObject([{ id: 123n }])
    cluster.dc(2).server.rotateSalts()
    await me(client)
    await client.close()
    expect(decodeSession(storage.data!)).toMatchObject({ dc: 2, user: { id: 123n } })
    expect((await cluster.connect(2, { storage })).dcId).toBe(2)
  })

  test.each(['bot', 'person'])(
    'a datacenter that is down: an error, and all is well when it is back: a %s',
    async (who) => {
      const storage = memoryStorage()
      const isBot = who === 'bot'
      const client = await cluster.connect(2, { storage, ...(!isBot && { login: byPhone().login }) })
      const user = isBot ? bot() : alice()
      user.homeDc = 4
      await cluster.dc(4).down()
      await expect(me(client)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
      await expect(me(client)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
      await cluster.dc(4).up()
      expect(await me(client)).toMatchObject([{ id: user.id }])
      expect(client.dcId).toBe(4)
      await client.close()
      expect((await cluster.connect(2, { storage, botToken: undefined })).user?.id).toBe(user.id)
    },
  )

  test('one datacenter sends the account on and is gone: the other is found by what the session knows', async () => {
    const client = await cluster.connect(2)
    expect(await client.call(helpGetConfig, config, { dc: 5 })).toMatchObject({ thisDc: 5 })
    const asked = cluster.count(GET_CONFIG, 2)
    const old = cluster.dc(2)
    let gone: Promise<void> | undefined
    old.server.faults.onRequest = ({ request }) => {
      if (request._ !== 'users.getUsers') return undefined
      // As soon as the answer is out.
      setImmediate(() => {
        gone = old.down()
      })
      return rpcFault(303, 'USER_MIGRATE_4')
    }
    expect(await me(client)).toMatchObject([{ id: 123n }])
    expect(client.dcId).toBe(4)
    expect(cluster.count(GET_CONFIG, 2)).toBe(asked)
    expect(gone).toBeDefined()
    await gone
  })

  test('a circle of migrations is an error, and the client of use afterwards', async () => {
    const client = await cluster.connect(2)
    cluster.fail(2, 'users.getUsers', rpcFault(303, 'USER_MIGRATE_4'), 2)
    cluster.fail(4, 'users.getUsers', rpcFault(303, 'USER_MIGRATE_2'), 2)
    await expect(me(client)).rejects.toMatchObject({ code: 303, type: 'USER_MIGRATE_X' })
    await expect.poll(() => me(client).catch(() => undefined)).toMatchObject([{ id: 123n }])
  })

  test('closing the client while it moves ends the call', async () => {
    const client = await cluster.connect(2)
    bot().homeDc = 4
    cluster.fail(4, BOT_LOGIN, { kind: 'silence' })
    const call = me(client)
    call.catch(() => {})
    await expect.poll(() => cluster.count(BOT_LOGIN, 4)).toBe(1)
    await client.close()
    await expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    await expect.poll(() => cluster.dcs.map(({ server }) => server.connections)).toEqual([0, 0, 0])
  })
})

describe('in the middle of an upload', () => {
  /** Moves the bot once DC 2 has got some parts. */
  function moveAfter(parts: number): void {
    let left = parts
    cluster.dc(2).server.faults.onRequest = ({ request }) => {
      if (request._.startsWith('upload.save') && --left < 0) bot().homeDc = 4
      return undefined
    }
  }

  test.each([
    [3_000_000, {}],
    [3_000_000, { forwardSecrecy: true }],
    [40_000_000, {}],
    [40_000_000, { lanes: 4, transport: 'obfuscated' }],
  ] satisfies [number, Partial<ConnectOptions>][])(
    '%i bytes with %o: all of them are where the account is',
    async (size, options) => {
      const data = randomBytes(size)
      const client = await cluster.connect(2, options)
      moveAfter(3)
      const media = await client.uploadMedia({ media: document({ data, name: 'x' }) })
      expect(moves()).toEqual(['2 4'])
      expect(documentOf(media)).toMatchObject({ dcId: 4, size: BigInt(size) })
      expect(await download(client, media)).toBe(hashOf(data))
      expect(cluster.count(BOT_LOGIN)).toBe(2)
    },
  )

  test('a stream that cannot be read again: the server misses its beginning, and the error says so', async () => {
    const client = await cluster.connect(2)
    moveAfter(3)
    const stream = new Blob([randomBytes(3_000_000)]).stream()
    const media = document({ data: stream, name: 'x' })
    await expect(client.uploadMedia({ media })).rejects.toMatchObject({ text: 'FILE_PART_0_MISSING' })
  })

  test('with notes to go on by: they are of no use there, and the file starts over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
    try {
      const data = randomBytes(3_000_000)
      const client = await cluster.connect(2)
      moveAfter(3)
      const media = await client.uploadMedia({ media: document({ data, name: 'x' }), resume: folder })
      expect(documentOf(media).dcId).toBe(4)
      expect(await download(client, media)).toBe(hashOf(data))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('many files at once: one move, one login, every file whole', async () => {
    const client = await cluster.connect(2)
    moveAfter(10)
    const files = Array.from({ length: 12 }, (_, i) => randomBytes(700_000 + i))
    const all = await Promise.all(files.map((data) => client.uploadMedia({ media: document({ data, name: 'x' }) })))
    for (const [i, media] of all.entries()) expect(await download(client, media)).toBe(hashOf(files[i]!))
    expect(moves()).toEqual(['2 4'])
    expect(cluster.count(BOT_LOGIN)).toBe(2)
  })
})

test('test datacenters: their numbers are 10000 higher in every key exchange, at home and elsewhere', async () => {
  await cluster.close()
  cluster = await startTestCluster({ test: true, strictDc: true })
  bot().homeDc = 4
  const client = await cluster.connect(2, { transport: 'obfuscated' })
  expect(client.dcId).toBe(4)
  expect(await client.call(helpGetConfig, config, { dc: 5 })).toMatchObject({ thisDc: 5, testMode: true })
})
