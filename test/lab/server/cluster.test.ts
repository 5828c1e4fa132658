/** The cluster of test DCs: what is shared, what is not, and what each DC answers to whom. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConnectOptions, UploadClient, UsageError } from '../../../src/index.ts'
import { type RunningCluster, type StartClusterOptions, startCluster } from '../../../src/lab/server/index.ts'
import {
  authExportAuthorization,
  authImportAuthorization,
  helpGetConfig,
  messagesUploadMedia,
  usersGetUsers,
} from '../../../src/tl/generated/client/methods.ts'

let cluster: RunningCluster
let clients: UploadClient[]
let keyPem: string | undefined

beforeEach(() => {
  clients = []
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await cluster.close()
})

async function start(options: StartClusterOptions = {}): Promise<void> {
  cluster = await startCluster({
    dcs: [2, 4],
    parts: 'memory',
    ...(keyPem && { privateKeyPem: keyPem }),
    ...options,
  })
  keyPem = cluster.privateKeyPem
}

async function connect(id: number, options: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const { host, port } = cluster.dc(id)
  const dc = { id, host, port, serverKeys: [cluster.publicKeyPem] }
  const client = await UploadClient.connect({ apiId: 1, apiHash: 'h', botToken: '123:t', dc, ...options })
  clients.push(client)
  return client
}

const config = { _: 'help.getConfig' } as const
const self = { _: 'users.getUsers' as const, id: [{ _: 'inputUserSelf' as const }] }

test('each DC tells who it is and the addresses of all, with what each is for', async () => {
  await start({ media: [4], ipv6: true })
  const { world } = cluster
  const secret = Uint8Array.of(1, 2, 3)
  world.addDc({
    id: 5,
    host: '127.0.0.1',
    port: 5,
    cdn: true,
    static: true,
    tcpoOnly: true,
    thisPortOnly: true,
    secret,
  })
  world.configLifetime = 100
  for (const id of [2, 4]) {
    const told = await (await connect(id)).call(helpGetConfig, config)
    expect(told).toMatchObject({ thisDc: id, testMode: false })
    expect(told.expires - told.date).toBe(100)
    const plain = { _: 'dcOption', ipAddress: '127.0.0.1' }
    expect(told.dcOptions).toEqual([
      { ...plain, id: 2, port: cluster.dc(2).port },
      { _: 'dcOption', id: 2, ipAddress: '::1', port: cluster.dc(2).doors[1]!.address.port, ipv6: true },
      { ...plain, id: 4, port: cluster.dc(4).port },
      { ...plain, id: 4, port: cluster.dc(4).media!.address.port, mediaOnly: true },
      { _: 'dcOption', id: 4, ipAddress: '::1', port: cluster.dc(4).doors[2]!.address.port, ipv6: true },
      { ...plain, id: 5, port: 5, cdn: true, static: true, tcpoOnly: true, thisPortOnly: true, secret },
    ])
  }
  expect(() => cluster.dc(3)).toThrow(UsageError)
})

test('a key of another DC is nobody here until its login has been brought along, once and for this DC alone', async () => {
  await start({ dcs: [1, 2, 4] })
  const home = await connect(2)
  const guest = await connect(4, {
    botToken: undefined,
    login: async ({ call }) => {
      await expect(call(usersGetUsers, self)).rejects.toMatchObject({ code: 401, type: 'AUTH_KEY_UNREGISTERED' })
      const exportTo = (dcId: number) => home.call(authExportAuthorization, { _: 'auth.exportAuthorization', dcId })
      const elsewhere = await exportTo(1)
      const importing = (from: { id: bigint; bytes: Uint8Array }) =>
        call(authImportAuthorization, { _: 'auth.importAuthorization', id: from.id, bytes: from.bytes })
      await expect(importing(elsewhere)).rejects.toMatchObject({ type: 'AUTH_BYTES_INVALID' })
      const exported = await exportTo(4)
      const answer = await importing(exported)
      await expect(importing(exported)).rejects.toMatchObject({ type: 'AUTH_BYTES_INVALID' })
      if (answer._ !== 'auth.authorization') throw new Error(answer._)
      return answer
    },
  })
  expect(guest.user).toMatchObject({ id: 123n })
  await expect(home.call(authExportAuthorization, { _: 'auth.exportAuthorization', dcId: 2 })).rejects.toMatchObject({
    type: 'DC_ID_INVALID',
  })
})

test('parts lie at the DC that they were sent to', async () => {
  await start()
  const sent = await (await connect(2)).uploadFile(randomBytes(1000), { fileName: 'x' })
  const use = {
    _: 'messages.uploadMedia',
    peer: { _: 'inputPeerSelf' },
    media: { _: 'inputMediaUploadedDocument', file: sent.inputFile, mimeType: 'a/b', attributes: [] },
  } as const
  const there = await connect(4)
  const request = { ...use, media: { ...use.media, attributes: [] } }
  await expect(there.call(messagesUploadMedia, request)).rejects.toMatchObject({ text: 'FILE_PART_0_MISSING' })
  expect((await clients[0]!.call(messagesUploadMedia, request))._).toBe('messageMediaDocument')
})

test('an account that was moved is sent along by each call, but may still prove who it is', async () => {
  await start()
  const client = await connect(2)
  cluster.world.users.get(123n)!.homeDc = 4
  const seen: string[] = []
  cluster.dc(4).server.faults.onRequest = ({ request, userId }) => {
    seen.push(`${request._} ${userId}`)
    return undefined
  }
  const exported = await client.call(authExportAuthorization, { _: 'auth.exportAuthorization', dcId: 4 })
  expect(exported).toMatchObject({ id: 123n })
  expect(client.dcId).toBe(2)
  expect(await client.call(usersGetUsers, self)).toMatchObject([{ id: 123n }])
  expect(client.dcId).toBe(4)
  expect(seen.at(-1)).toBe('users.getUsers 123')
})

test('a DC that is down is still told of, and comes back at its address with its keys', async () => {
  await start()
  const { port } = cluster.dc(4)
  const client = await connect(4)
  await cluster.dc(4).down()
  expect((await (await connect(2)).call(helpGetConfig, config)).dcOptions.map((one) => one.port)).toContain(port)
  await expect(connect(4)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  await cluster.dc(4).up()
  expect(cluster.dc(4).port).toBe(port)
  expect(await client.call(usersGetUsers, self)).toMatchObject([{ id: 123n }])
  expect([...cluster.dc(4).server.keys.all()].length).toBe(1)
})

test('test DCs have numbers of their own in the key exchange, and the usual ones elsewhere', async () => {
  await start({ test: true })
  await expect(connect(2)).rejects.toMatchObject({ code: 'SERVER_TRANSPORT_ERROR', status: -404 })
  const { host, port } = cluster.dc(2)
  const dc = { id: 2, host, port, test: true, serverKeys: [cluster.publicKeyPem] }
  const client = await connect(2, { dc })
  expect(await client.call(helpGetConfig, config)).toMatchObject({ thisDc: 2, testMode: true })
})
