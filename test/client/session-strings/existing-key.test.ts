/** A key from elsewhere goes on here, over real sockets: whose it is, the server says. */
import { afterEach, expect, test } from 'vitest'
import { sessionFromKey } from '../../../src/client/session-strings/index.ts'
import { type ConnectOptions, memoryStorage, type UploadClient } from '../../../src/index.ts'
import type { RunningServer } from '../../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../../support/test-dc.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function client(server: RunningServer, options: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const connected = await connectTo(server, options)
  closing.push(() => connected.close())
  return connected
}

/** The key that a bot has logged in with. */
async function keyOf(server: RunningServer): Promise<string> {
  const storage = memoryStorage()
  const connected = await connectTo(server, { storage })
  await connected.close()
  const { keys } = JSON.parse((await storage.load())!) as { keys: [number, string, string][] }
  return keys[0]![1]
}

test('a key that is logged in needs no token, and the account is the one of the key', async () => {
  const server = await startTestDc()
  closing.push(() => server.close())
  const session = sessionFromKey({ dc: server.dcId, key: await keyOf(server) })
  const { user } = await client(server, { storage: memoryStorage(session), botToken: undefined })
  expect(user).toMatchObject({ id: 123n, bot: true })
  expect(server.server.requests.get('auth.importBotAuthorization')).toBe(1)
})

test('a key that nobody is logged in on is logged in by the token', async () => {
  const server = await startTestDc()
  closing.push(() => server.close())
  const key = await keyOf(server)
  const storage = memoryStorage(sessionFromKey({ dc: server.dcId, key }))
  const { user } = await client(server, { storage, botToken: '456:token' })
  expect(user).toMatchObject({ id: 456n })
  expect(await storage.load()).toContain(key)
})

test('a key that the server does not know is nobody’s, and stays in the storage', async () => {
  const server = await startTestDc()
  closing.push(() => server.close())
  const session = sessionFromKey({ dc: server.dcId, key: '5a'.repeat(256) })
  const storage = memoryStorage(session)
  await expect(client(server, { storage, botToken: undefined })).rejects.toMatchObject({
    type: 'AUTH_KEY_UNREGISTERED',
    message: expect.stringContaining('log in again'),
  })
  expect(await storage.load()).toBe(session)
})
