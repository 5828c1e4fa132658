import { describe, expect, test } from 'vitest'
import { concat, view } from '../../../src/bytes.ts'
import { messageAesKeyIvV1, messageKeyV1 } from '../../../src/crypto/message-key.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { authBindTempAuthKey, helpGetConfig, usersGetUsers } from '../../../src/tl/generated/client/methods.ts'
import { transportErrorOf } from '../../../src/transport/framing/index.ts'
import { encode, encodeCall, initialised, type RawClient } from '../../support/raw-client.ts'
import { login, type Setup, setUp } from './setup.ts'

interface Pair {
  readonly setup: Setup
  /** Uses the temporary key. */
  readonly client: RawClient
  readonly permanent: Uint8Array
  readonly permanentId: bigint
  readonly temporaryId: bigint
  readonly expiresAt: number
}

const idOf = (key: Uint8Array): bigint => view(nativeCrypto.sha1(key)).getBigInt64(12, true)

/** A client that has a permanent key, logged in, and then a temporary one. */
async function pair(): Promise<Pair> {
  const setup = setUp()
  const client = await setup.client()
  const { authKey: permanent } = await setup.exchange(client)
  await setup.run(login(client))
  client.newSession()
  const { authKey } = await setup.exchange(client, { inner: 'p_q_inner_data_temp_dc', expiresIn: 3600 })
  const expiresAt = Math.floor(setup.host.wallClock() / 1000) + 3600
  return { setup, client, permanent, permanentId: idOf(permanent), temporaryId: idOf(authKey), expiresAt }
}

/** Sends `auth.bindTempAuthKey` with one thing changed; returns 'ok', or what the server says. */
async function bind(
  all: Pair,
  change: { inner?: object; request?: object; key?: Uint8Array; msgId?: bigint; padding?: number } = {},
): Promise<string> {
  const { setup, client, permanent, permanentId, temporaryId, expiresAt } = all
  const msgId = client.ids.next(setup.host.wallClock())
  const inner = encode({
    _: 'bind_auth_key_inner',
    nonce: 5n,
    tempAuthKeyId: temporaryId,
    permAuthKeyId: permanentId,
    tempSessionId: client.sessionId,
    expiresAt,
    ...change.inner,
  })
  const head = new Uint8Array(32)
  view(head).setBigUint64(16, change.msgId ?? msgId, true)
  view(head).setInt32(28, inner.length, true)
  const plain = concat(head, inner)
  const key = change.key ?? permanent
  const msgKey = messageKeyV1(nativeCrypto, plain)
  const data = concat(plain, new Uint8Array((-plain.length & 15) + (change.padding ?? 0)))
  const aes = messageAesKeyIvV1(nativeCrypto, key, 'client', msgKey)
  nativeCrypto.igeEncrypt(aes.key, aes.iv, data)
  const encryptedMessage = concat(nativeCrypto.sha1(key).slice(12), msgKey, data)
  const request = {
    _: 'auth.bindTempAuthKey' as const,
    permAuthKeyId: permanentId,
    nonce: 5n,
    expiresAt,
    encryptedMessage,
  }
  client.send(encodeCall(authBindTempAuthKey, { ...request, ...change.request }), { msgId })
  return setup.run(
    client.result(msgId).then(
      (reader) => (reader.bool() ? 'ok' : 'false'),
      (error: Error) => error.message,
    ),
  )
}

const getMe = (client: RawClient) =>
  client.call(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }, (query) => initialised(query))

describe('a temporary key', () => {
  test('may do nothing before it is bound, and acts for the permanent one after', async () => {
    const all = await pair()
    const { setup, client } = all
    await expect(setup.run(getMe(client))).rejects.toThrow('401 AUTH_KEY_PERM_EMPTY')
    expect(await bind(all)).toBe('ok')
    expect(await setup.run(getMe(client))).toMatchObject([{ id: 1000n, self: true }])
    expect(await bind(all)).toBe('ok')
  })

  test('needs no initConnection to be bound; login and layer are those of the permanent one', async () => {
    const all = await pair()
    expect(await bind(all)).toBe('ok')
    const me = all.client.call(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
    expect(await all.setup.run(me)).toHaveLength(1)
  })

  test('is gone when its time is over, and the permanent one goes on', async () => {
    const all = await pair()
    await bind(all)
    await all.setup.host.advance(3_601_000)
    all.client.send(encode({ _: 'ping', pingId: 1n }))
    expect((await all.setup.run(all.client.untilClosed())).map(transportErrorOf)).toEqual([-404])
    expect([...all.setup.server.keys.all()].map(({ id }) => id)).toEqual([all.permanentId])
  })

  test('goes with the permanent one when that is destroyed', async () => {
    const all = await pair()
    await bind(all)
    const { keys } = all.setup.server
    keys.remove([...keys.all()].find(({ id }) => id === all.permanentId)!)
    expect(keys.size).toBe(0)
  })

  test('can be dropped by another of the same account', async () => {
    const all = await pair()
    await bind(all)
    const { setup, client, temporaryId } = all
    const { authKey } = await setup.exchange(client, { inner: 'p_q_inner_data_temp_dc', expiresIn: 3600 })
    client.newSession()
    expect(await bind({ ...all, temporaryId: idOf(authKey) })).toBe('ok')
    const drop = (kept: bigint[]) => {
      const writer = new DataView(new ArrayBuffer(12 + 8 * kept.length))
      writer.setUint32(0, 0x8e48a188, true)
      writer.setUint32(4, 0x1cb5c415, true)
      writer.setInt32(8, kept.length, true)
      for (const [i, id] of kept.entries()) writer.setBigInt64(12 + 8 * i, id, true)
      return setup.run(client.callBytes(new Uint8Array(writer.buffer)))
    }
    await drop([temporaryId])
    expect(setup.server.keys.size).toBe(3)
    await drop([])
    expect([...setup.server.keys.all()].map(({ id }) => id)).toEqual([all.permanentId, idOf(authKey)])
  })
})

describe('auth.bindTempAuthKey is refused', () => {
  const invalid = '400 ENCRYPTED_MESSAGE_INVALID'
  const cases: [string, Parameters<typeof bind>[1], string][] = [
    ['for a permanent key that is not', { request: { permAuthKeyId: 1n } }, invalid],
    ['under another key than the permanent one', { key: new Uint8Array(256).fill(3) }, invalid],
    ['with another nonce', { inner: { nonce: 6n } }, invalid],
    ['for another temporary key', { inner: { tempAuthKeyId: 1n } }, invalid],
    ['for another permanent key', { inner: { permAuthKeyId: 1n } }, invalid],
    ['for another session', { inner: { tempSessionId: 1n } }, invalid],
    ['with another end', { inner: { expiresAt: 1 } }, invalid],
    ['with the id of another message', { msgId: 4n }, invalid],
    ['with a block too many', { padding: 16 }, invalid],
    ['without a message', { request: { encryptedMessage: new Uint8Array(24) } }, invalid],
    ['with an end that is over', { inner: { expiresAt: 5 }, request: { expiresAt: 5 } }, '400 EXPIRES_AT_INVALID'],
  ]
  for (const [name, change, error] of cases)
    test(name, async () => expect(await bind(await pair(), change)).toBe(error))

  test('on a permanent key', async () => {
    const all = await pair()
    const other = await all.setup.bot()
    await all.setup.run(other.call(helpGetConfig, { _: 'help.getConfig' }))
    expect(await bind({ ...all, client: other })).toBe('400 TEMP_AUTH_KEY_EMPTY')
  })

  test('for a second permanent key', async () => {
    const all = await pair()
    await bind(all)
    const other = await all.setup.client()
    const { authKey } = await all.setup.exchange(other)
    expect(await bind({ ...all, permanent: authKey, permanentId: idOf(authKey) })).toBe(
      '400 TEMP_AUTH_KEY_ALREADY_BOUND',
    )
  })
})
