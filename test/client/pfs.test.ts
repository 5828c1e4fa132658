/** Perfect forward secrecy from the client's side, over real sockets: the option, the stored session, lanes, login. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { platform as web } from '../../src/client/platform/web.ts'
import type { ClientEvent, ConnectOptions } from '../../src/index.ts'
import { document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { forwardSecrecy } from '../../src/transport/forward-secrecy.ts'

let server: RunningServer
let faults: Faults
let requests: RequestInfo[]
let clients: UploadClient[]
let events: ClientEvent[]

beforeEach(async () => {
  faults = {}
  requests = []
  clients = []
  events = []
  server = await startServer({ faults, requireForwardSecrecy: true, onRequest: (info) => requests.push(info) })
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await server.close()
})

async function connect(more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const { dcId, host, port, publicKeyPem } = server
  const client = await UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    dc: { id: dcId, host, port, serverKeys: [publicKeyPem] },
    onEvent: (event) => events.push(event),
    forwardSecrecy: true,
    ...more,
  })
  clients.push(client)
  return client
}

const named = (method: string): RequestInfo[] => requests.filter((info) => info.request._ === method)
const permanentKeys = (): bigint[] =>
  [...server.server.keys.all()].filter(({ expiresAt }) => expiresAt === undefined).map(({ id }) => id)

describe('the option', () => {
  test.each([
    ['true', true],
    ['what forwardSecrecy() makes', forwardSecrecy({ lifetime: 3600 })],
  ])('%s: everything of an upload over several lanes travels under a bound key', async (_, option) => {
    const client = await connect({ forwardSecrecy: option })
    // A server that is far away: more lanes are worth their while.
    faults.onRequest = ({ request }) => (request._ === 'upload.saveBigFilePart' ? { kind: 'delay', ms: 60 } : undefined)
    const media = await client.uploadMedia({ media: document({ data: randomBytes(24_000_000), name: 'x' }) })
    expect(media).toMatchObject({ _: 'messageMediaDocument', document: { size: 24_000_000n } })
    expect(new Set(requests.map(({ connection }) => connection)).size).toBeGreaterThan(2)
    const keys = new Set(requests.map(({ keyId }) => keyId))
    expect([keys.size, permanentKeys().some((id) => keys.has(id))]).toEqual([1, false])
  })

  test.each([undefined, false])('%s: nothing changes, and a server that requires it says no', async (option) => {
    await expect(connect({ forwardSecrecy: option })).rejects.toMatchObject({ type: 'AUTH_KEY_PERM_EMPTY' })
    expect(events.some(({ type }) => type === 'temporary-key')).toBe(false)
  })

  test.each([1, 'yes', {}])('%j is an error that says what it can be', async (option) => {
    await expect(connect({ forwardSecrecy: option as never })).rejects.toThrow(/forwardSecrecy must be true, false, or/)
  })

  test('true is an error in bundles, which says what to give instead', () => {
    expect(() => web.forwardSecrecy()).toThrow(/mtproto-upload\/forward-secrecy/)
  })
})

describe('the stored session', () => {
  test('holds the permanent key: the next run makes a temporary key of its own and is logged in', async () => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    const stored = storage.data
    const again = await connect({ storage, botToken: undefined as never })
    expect(again.user).toMatchObject({ id: 123n })
    await again.close()
    expect([permanentKeys().length, named('auth.importBotAuthorization').length]).toEqual([1, 1])
    expect(named('auth.bindTempAuthKey').length).toBe(2)
    // Nothing of temporary keys or of their salts gets there.
    expect(storage.data).toBe(stored)
  })

  test('whose permanent key the server has forgotten: a new key, a new login with the token', async () => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    server.server.forgetKeys()
    const client = await connect({ storage })
    expect(client.user).toMatchObject({ id: 123n })
    expect(named('auth.importBotAuthorization').length).toBe(2)
    await client.close()
    await (await connect({ storage, botToken: undefined as never })).close()
    expect(named('auth.importBotAuthorization').length).toBe(2)
  })

  test('of a client without it goes on with it', async () => {
    const storage = memoryStorage()
    const lax = await startServer({ privateKeyPem: server.privateKeyPem })
    try {
      const dc = { id: 2, host: lax.host, port: lax.port, serverKeys: [lax.publicKeyPem] }
      await (await connect({ storage, dc, forwardSecrecy: false })).close()
      const client = await connect({ storage, dc, botToken: undefined as never })
      expect(client.user).toMatchObject({ id: 123n })
    } finally {
      await lax.close()
    }
  })
})

test('an account that lives elsewhere: the client goes there, with keys of that datacenter', async () => {
  const { world, privateKeyPem } = server
  const other = await startServer({ world, privateKeyPem, dcId: 4, requireForwardSecrecy: true })
  try {
    let moved = false
    faults.onRequest = ({ request }) => {
      if (moved || request._ !== 'auth.importBotAuthorization') return undefined
      moved = true
      return { kind: 'error', code: 303, text: 'USER_MIGRATE_4' }
    }
    const client = await connect()
    expect(client.dcId).toBe(4)
    const media = await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
    expect(media._).toBe('messageMediaDocument')
    await client.close()
  } finally {
    await other.close()
  }
})
