/** Storages and the client: one client for a session at a time, nothing left behind, logging out. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { logOut, phoneLogin } from '../../src/client/login/index.ts'
import { encodeSession } from '../../src/client/session-data.ts'
import {
  type ConnectOptions,
  memoryStorage,
  type SessionStorage,
  StorageError,
  UploadClient,
  UsageError,
} from '../../src/index.ts'
import type { CallFault, Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { authLogOut, helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import { startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let faults: Faults
let clients: UploadClient[]
let folder: string
let path: string

beforeEach(async () => {
  faults = {}
  clients = []
  server = await startTestDc({ faults })
  folder = mkdtempSync(join(tmpdir(), 'client-storage-'))
  path = join(folder, 'bot.session')
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const BOT = { botToken: '123:token' }
/** Alice, of the test accounts. */
const ALICE = { login: phoneLogin({ phone: '9996610001', code: () => '11111' }) }

async function connect(more: Partial<ConnectOptions> = BOT): Promise<UploadClient> {
  const { dcId: id, host, port, publicKeyPem } = server
  const dc = { id, host, port, serverKeys: [publicKeyPem] }
  const client = await UploadClient.connect({ apiId: 1, apiHash: 'hash', dc, storage: path, ...more })
  clients.push(client)
  return client
}
const count = (method: string): number => server.server.requests.get(method) ?? 0
/** Answers every call of a method with a fault. */
function failing(method: string, fault: CallFault): void {
  faults.onRequest = ({ request }) => (request._ === method ? fault : undefined)
}

describe('one client for a session file at a time', () => {
  test('a second one is refused before anything is sent, and may come when the first is closed', async () => {
    const first = await connect()
    const calls = server.server.connections
    await expect(connect()).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
    expect(server.server.connections).toBe(calls)
    await first.close()
    expect(readdirSync(folder)).toEqual(['bot.session'])
    expect((await connect({})).user).toMatchObject({ id: 123n })
    // Closing the first again takes nothing away from the second.
    await first.close()
    await expect(connect()).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
  })

  test('no client that could not connect keeps it', async () => {
    const failures: readonly (() => Promise<unknown>)[] = [
      () => {
        failing('auth.importBotAuthorization', { kind: 'error', code: 400, text: 'ACCESS_TOKEN_INVALID' })
        return connect()
      },
      () => connect({ ...BOT, signal: AbortSignal.abort(new Error('no')) }),
      () =>
        connect({ dc: { id: 2, host: '127.0.0.1', port: 1, serverKeys: [] }, ...BOT, signal: AbortSignal.timeout(50) }),
      () => connect({}),
    ]
    for (const fail of failures) {
      await expect(fail()).rejects.toThrow()
      expect(readdirSync(folder)).toEqual([])
    }
    faults = {}
    writeFileSync(path, 'damaged')
    await expect(connect()).rejects.toMatchObject({ code: 'SESSION_DAMAGED' })
    writeFileSync(path, encodeSession({ test: true, dc: 2, keys: new Map() }))
    await expect(connect()).rejects.toThrow(UsageError)
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })

  test('it is given up even when the session cannot be saved', async () => {
    let given = 0
    const storage: SessionStorage = {
      load: () => Promise.resolve(undefined),
      save: () => Promise.reject(new StorageError('SESSION_NOT_WRITABLE', 'the disk is full')),
      claim: () =>
        Promise.resolve(async () => {
          given++
        }),
    }
    await expect(connect({ ...BOT, storage })).rejects.toThrow('the disk is full')
    expect(given).toBeGreaterThan(0)
  })
})

describe('what is damaged or newer is never overwritten', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['{"format":"mtproto-upload session","version":2}', 'SESSION_NEWER'],
    ['{"format":"mtproto-upload session","version":1}', 'SESSION_DAMAGED'],
    ['no session at all', 'SESSION_DAMAGED'],
    [' ', 'SESSION_DAMAGED'],
  ]
  test.each(CASES)('%s in a file', async (text, code) => {
    writeFileSync(path, text)
    for (const login of [BOT, ALICE, {}]) {
      await expect(connect(login)).rejects.toMatchObject({ code, message: expect.stringContaining(path) })
    }
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

describe('logging out', () => {
  test('the server ends the login, the key is forgotten, the file is removed', async () => {
    const client = await connect(ALICE)
    const [key] = server.server.keysOf(client.user!.id)
    await logOut(client)
    expect(key!.userId).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
    await expect(client.call(helpGetConfig, { _: 'help.getConfig' })).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    const logins = count('auth.sendCode')
    await connect(ALICE)
    expect(count('auth.sendCode')).toBe(logins + 1)
  })

  test('any storage is emptied, and taken for one without a session afterwards', async () => {
    const storage = memoryStorage()
    await logOut(await connect({ ...ALICE, storage }))
    expect(storage.data).toBe('')
    await expect(connect({ storage })).rejects.toThrow('no stored login')
    expect((await connect({ ...BOT, storage })).user).toMatchObject({ id: 123n })
  })

  test.each([
    [401, 'SESSION_REVOKED'],
    [401, 'AUTH_KEY_UNREGISTERED'],
    [401, 'USER_DEACTIVATED_BAN'],
    [406, 'AUTH_KEY_DUPLICATED'],
  ])('a login that the server has ended is no error (%s %s)', async (code, text) => {
    const client = await connect(ALICE)
    failing('auth.logOut', { kind: 'error', code, text })
    await logOut(client)
    expect(existsSync(path)).toBe(false)
  })

  test('a server that cannot be told: the session stays, and the client is open', async () => {
    const client = await connect(ALICE)
    failing('auth.logOut', { kind: 'error', code: 420, text: 'FLOOD_WAIT_3600' })
    await expect(logOut(client)).rejects.toMatchObject({ type: 'FLOOD_WAIT_X' })
    faults.onRequest = () => undefined
    await client.call(helpGetConfig, { _: 'help.getConfig' })
    await client.close()
    expect((await connect({})).user?.username).toBe('alice')
  })

  test('a bot, whose login is renewed by its token when it was lost, is logged out all the same', async () => {
    const client = await connect()
    server.server.keysOf(123n)[0]!.userId = undefined
    await logOut(client)
    expect(server.server.keysOf(123n)).toEqual([])
    expect(existsSync(path)).toBe(false)
  })

  test('by calling the method alone nothing is forgotten: that is for the caller to do', async () => {
    const client = await connect(ALICE)
    await client.call(authLogOut, { _: 'auth.logOut' })
    await client.close()
    await expect(connect({})).rejects.toMatchObject({ type: 'AUTH_KEY_UNREGISTERED' })
  })
})
