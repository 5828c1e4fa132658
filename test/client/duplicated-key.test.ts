/** One key used from two places at once, over real sockets: the server drops it, and what each kind of account can do then. */
import { connect as connectSocket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { phoneLogin } from '../../src/client/login/index.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { type ConnectOptions, document, memoryStorage, RpcError, UploadClient } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { usersGetUsers } from '../../src/tl/generated/client/methods.ts'
import type { Dial } from '../../src/transport/carrier/carrier.ts'
import { socketCarrier } from '../../src/transport/carrier/tcp.ts'
import { startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let clients: UploadClient[]
let asked: number

beforeEach(async () => {
  clients = []
  asked = 0
  server = await startTestDc()
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await server.close()
})

/** Opens connections as if from another machine. */
const elsewhere: Dial = ({ host, port }, handlers, { host: timers }) =>
  new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, localAddress: '127.0.0.2', noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => resolve(socketCarrier(socket, 'the server', handlers, timers)))
  })

const login = phoneLogin({
  phone: '9996610001',
  code: () => {
    asked++
    return '11111'
  },
})
async function connect(more: Partial<ConnectOptions>): Promise<UploadClient> {
  const { dcId: id, host, port, publicKeyPem } = server
  const dc = { id, host, port, serverKeys: [publicKeyPem] }
  const client = await UploadClient.connect({ apiId: 1, apiHash: 'hash', dc, ...more })
  clients.push(client)
  return client
}
const self = (client: UploadClient): Promise<unknown> =>
  client.call(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
const keyIn = (text: string | undefined): Uint8Array => decodeSession(text!).keys.get(2)!.key

test('a person: both places are told that the login is gone, and what to do', async () => {
  const storage = memoryStorage()
  const here = await connect({ login, storage })
  const copy = memoryStorage(storage.data)
  const there: unknown = await connect({ storage: copy, dial: elsewhere }).catch((error: unknown) => error)
  expect(there).toBeInstanceOf(RpcError)
  expect(there).toMatchObject({ code: 406, type: 'AUTH_KEY_DUPLICATED' })
  expect((there as RpcError).message).toMatch(/two clients used one key at once .* log in again, one session for each/)
  await expect(self(here)).rejects.toMatchObject({ type: 'AUTH_KEY_DUPLICATED' })
  // Nobody is asked for a code in the middle of something else.
  expect(asked).toBe(1)
  await here.close()
  // Nor is it forgotten by itself: each start says so again.
  await expect(connect({ storage })).rejects.toMatchObject({ type: 'AUTH_KEY_DUPLICATED' })
})

test('a person who can be asked while connecting logs in anew, on a key of its own', async () => {
  const storage = memoryStorage()
  const here = await connect({ login, storage })
  const before = keyIn(storage.data)
  const copy = memoryStorage(storage.data)
  const there = await connect({ login, storage: copy, dial: elsewhere })
  expect(asked).toBe(2)
  expect(there.user?.username).toBe('alice')
  expect(keyIn(copy.data)).not.toEqual(before)
  await here.close()
  const again = await connect({ login, storage })
  expect(asked).toBe(3)
  expect(keyIn(storage.data)).not.toEqual(before)
  expect(keyIn(storage.data)).not.toEqual(keyIn(copy.data))
  // From now on they are two logins, and do not disturb each other.
  await Promise.all([self(there), self(again)])
})

test('a bot goes on by itself in both places: a new key and a new login each', async () => {
  const bot = { botToken: '123:token' }
  const storage = memoryStorage()
  const here = await connect({ ...bot, storage })
  const copy = memoryStorage(storage.data)
  const there = await connect({ ...bot, storage: copy, dial: elsewhere })
  const media = document({ data: new Uint8Array(2_000_000), name: 'a.bin' })
  for (const client of [here, there]) expect((await client.uploadMedia({ media }))._).toBe('messageMediaDocument')
  await Promise.all(clients.map((client) => client.close()))
  expect(keyIn(storage.data)).not.toEqual(keyIn(copy.data))
})
