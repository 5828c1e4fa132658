/** The account: how often it is moved and logged in, what it saves, what it wipes, how it names test datacenters. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ClientEvent, ConnectOptions } from '../../src/index.ts'
import { document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import { dialTcp } from '../../src/transport/carrier/tcp.ts'

let server: RunningServer
let faults: Faults
let requests: RequestInfo[]
let clients: UploadClient[]
let events: ClientEvent[]

const onRequest = (info: RequestInfo): unknown => requests.push(info)

beforeEach(async () => {
  faults = {}
  requests = []
  clients = []
  events = []
  server = await startServer({ faults, onRequest })
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
    ...more,
  })
  clients.push(client)
  return client
}

const named = (method: string): RequestInfo[] => requests.filter((info) => info.request._ === method)

test('two datacenters that send an account to each other: after three turns it is an error', async () => {
  const { world, privateKeyPem } = server
  const there: Faults = {}
  const other = await startServer({ world, privateKeyPem, dcId: 4, faults: there, onRequest })
  try {
    const to =
      (dc: number): NonNullable<Faults['onRequest']> =>
      ({ request }) =>
        request._ === 'auth.importBotAuthorization'
          ? { kind: 'error', code: 303, text: `USER_MIGRATE_${dc}` }
          : undefined
    faults.onRequest = to(4)
    there.onRequest = to(2)
    await expect(connect()).rejects.toMatchObject({ type: 'USER_MIGRATE_X' })
    expect(named('auth.importBotAuthorization').length).toBe(3)
    expect(events.filter(({ type }) => type === 'migrate').length).toBe(2)
  } finally {
    await other.close()
  }
})

test('a key that the server drops again and again: after three turns it is an error', async () => {
  const client = await connect()
  faults.onRequest = ({ request }) =>
    request._ === 'help.getConfig' ? { kind: 'error', code: 406, text: 'AUTH_KEY_DUPLICATED' } : undefined
  await expect(client.call(helpGetConfig, { _: 'help.getConfig' })).rejects.toMatchObject({
    type: 'AUTH_KEY_DUPLICATED',
  })
  expect(named('help.getConfig').length).toBe(3)
  expect(new Set(named('help.getConfig').map(({ keyId }) => keyId)).size).toBe(3)
})

test('the salt in use is saved at the end: the next run need not be told', async () => {
  const storage = memoryStorage()
  await (await connect({ storage })).close()
  const before = storage.data
  const client = await connect({ storage, botToken: undefined as never })
  server.server.rotateSalts()
  await client.call(helpGetConfig, { _: 'help.getConfig' })
  expect(events.some(({ type }) => type === 'salt')).toBe(true)
  await client.close()
  expect(storage.data).not.toBe(before)
  events.length = 0
  await connect({ storage, botToken: undefined as never })
  expect(events.filter(({ type }) => type === 'salt' || type === 'resend')).toEqual([])
})

test('closing twice saves nothing twice, and never a wiped key', async () => {
  const saved: string[] = []
  const memory = memoryStorage()
  const storage = {
    load: () => memory.load(),
    save: (text: string) => {
      saved.push(text)
      return memory.save(text)
    },
  }
  const client = await connect({ storage })
  server.server.rotateSalts()
  await client.call(helpGetConfig, { _: 'help.getConfig' })
  await client.close()
  await client.close()
  expect(saved.length).toBe(2)
  for (const text of saved) expect(text).not.toMatch(/"0{64}/)
  expect((await connect({ storage, botToken: undefined as never })).user).toMatchObject({ id: 123n })
})

test('the number of a test datacenter is 10000 higher in the key exchange', async () => {
  const test10002 = await startServer({ dcId: 10_002, privateKeyPem: server.privateKeyPem })
  try {
    const { host, port, publicKeyPem } = test10002
    const dc = { id: 2, host, port, serverKeys: [publicKeyPem] }
    expect((await connect({ dc: { ...dc, test: true } })).user).toMatchObject({ id: 123n })
    expect((await connect({ dc: { ...dc, test: true }, forwardSecrecy: true })).user).toMatchObject({ id: 123n })
    await expect(connect({ dc })).rejects.toMatchObject({ code: 'SERVER_TRANSPORT_ERROR', status: -404 })
  } finally {
    await test10002.close()
  }
})

test('a network that is back: the client that is told so goes on at once, in the middle of an upload', async () => {
  let isThere = true
  const dial: ConnectOptions['dial'] = (address, handlers, options) =>
    isThere ? dialTcp(address, handlers, options) : dialTcp({ ...address, port: 1 }, handlers, options)
  const client = await connect({ dial })
  const lost = new Promise<void>((resolve) => {
    faults.onRequest = ({ request, count }) => {
      if (request._ !== 'upload.saveFilePart' || count !== 2) return undefined
      isThere = false
      server.server.disconnectAll()
      resolve()
      return { kind: 'silence' }
    }
  })
  const media = client.uploadMedia({ media: document({ data: randomBytes(2_000_000), name: 'x' }) })
  await lost
  await waiting(3)
  isThere = true
  client.networkChanged()
  expect(await media).toMatchObject({ document: { size: 2_000_000n } })
})

/** Resolves when a connection has told `count` times that it waits for its next attempt. */
function waiting(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const told = events.filter((event) => event.type === 'disconnected' && (event.retryIn ?? 0) > 0).length
      if (told >= count) resolve()
      else setImmediate(look)
    }
    look()
  })
}

test('an account that comes back to a datacenter uses the salt that it was told there last', async () => {
  const { world, privateKeyPem } = server
  const there: Faults = {}
  const other = await startServer({ world, privateKeyPem, dcId: 4, faults: there, onRequest })
  try {
    const client = await connect()
    server.server.rotateSalts()
    await client.call(helpGetConfig, { _: 'help.getConfig' })
    const moveTo =
      (dc: number): NonNullable<Faults['onRequest']> =>
      ({ request }) =>
        request._ === 'users.getUsers' && client.dcId !== dc
          ? { kind: 'error', code: 303, text: `USER_MIGRATE_${dc}` }
          : undefined
    const me = { _: 'users.getUsers' as const, id: [{ _: 'inputUserSelf' as const }] }
    faults.onRequest = moveTo(4)
    await client.invoke(me)
    expect(client.dcId).toBe(4)
    delete faults.onRequest
    there.onRequest = moveTo(server.dcId)
    events.length = 0
    await client.invoke(me)
    expect(client.dcId).toBe(server.dcId)
    expect(events.filter(({ type }) => type === 'salt' || type === 'bad-message')).toEqual([])
  } finally {
    await other.close()
  }
})
