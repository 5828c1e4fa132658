import { describe, expect, test } from 'vitest'
import type { RequestInfo } from '../../../src/lab/server/faults.ts'
import { accessHashFor } from '../../../src/lab/server/world.ts'
import type { InputUser } from '../../../src/tl/generated/api-types.ts'
import {
  authExportAuthorization,
  authImportAuthorization,
  authImportBotAuthorization,
  authLogOut,
  contactsResolveUsername,
  helpGetConfig,
  uploadSaveFilePart,
  usersGetUsers,
  writeInvokeAfterMsg,
  writeInvokeWithLayer,
  writeInvokeWithoutUpdates,
} from '../../../src/tl/generated/client/methods.ts'
import type { TlEncode } from '../../../src/tl/method.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import { transportErrorOf } from '../../../src/transport/framing/index.ts'
import { encode, encodeCall, initialised, type RawClient } from '../../support/raw-client.ts'
import { login, type Setup, setUp } from './setup.ts'

const bytesOf = (write: TlEncode): Uint8Array => {
  const writer = new TlWriter()
  write(writer)
  return writer.finish().slice()
}
const config: TlEncode = (w) => helpGetConfig.write(w, { _: 'help.getConfig' })
const me: TlEncode = (w) => usersGetUsers.write(w, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })

/** What a call fails with, or 'ok'. */
async function fate(setup: Setup, client: RawClient, write: TlEncode | Uint8Array): Promise<string> {
  const msgId = client.send(write instanceof Uint8Array ? write : bytesOf(write))
  return setup.run(
    client.result(msgId).then(
      () => 'ok',
      (error: Error) => error.message,
    ),
  )
}

describe('the first call', () => {
  test('must come in invokeWithLayer and initConnection', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    expect(await fate(setup, client, config)).toBe('400 CONNECTION_NOT_INITED')
    expect(await fate(setup, client, initialised(config))).toBe('ok')
    expect(await fate(setup, client, config)).toBe('ok')
  })

  test('may name any layer from 133 on; one above ours is taken for ours', async () => {
    const setup = setUp()
    for (const [layer, result] of [
      [132, '400 CONNECTION_LAYER_INVALID'],
      [133, 'ok'],
      [223, 'ok'],
      [999, 'ok'],
    ] as const) {
      const client = await setup.keyed()
      expect(await fate(setup, client, initialised(config, layer))).toBe(result)
    }
    expect(Math.max(...[...setup.server.keys.all()].map(({ layer }) => layer))).toBe(223)
  })

  test('must say who is calling', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const bare = await import('../../../src/tl/generated/client/methods.ts')
    const init =
      (change: object): TlEncode =>
      (w) =>
        writeInvokeWithLayer(w, {
          _: 'invokeWithLayer',
          layer: 223,
          query: (inner) =>
            bare.writeInitConnection(inner, {
              _: 'initConnection',
              apiId: 1,
              deviceModel: 'd',
              systemVersion: 's',
              appVersion: 'a',
              systemLangCode: '',
              langPack: '',
              langCode: '',
              query: config,
              ...change,
            }),
        })
    expect(await fate(setup, client, init({ apiId: 0 }))).toBe('400 CONNECTION_API_ID_INVALID')
    expect(await fate(setup, client, init({ deviceModel: '' }))).toBe('400 CONNECTION_DEVICE_MODEL_EMPTY')
    expect(await fate(setup, client, init({ systemVersion: '' }))).toBe('400 CONNECTION_SYSTEM_EMPTY')
    expect(await fate(setup, client, init({ appVersion: '' }))).toBe('400 CONNECTION_APP_VERSION_EMPTY')
    expect(await fate(setup, client, init({}))).toBe('ok')
    expect([...setup.server.keys.all()][0]?.client).toEqual({
      apiId: 1,
      deviceModel: 'd',
      systemVersion: 's',
      appVersion: 'a',
      langCode: '',
    })
  })

  test('may be wrapped in any order and depth', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const without =
      (query: TlEncode): TlEncode =>
      (w) =>
        writeInvokeWithoutUpdates(w, { _: 'invokeWithoutUpdates', query })
    expect(await fate(setup, client, without(initialised(without(without(config)))))).toBe('ok')
    let deep = config
    for (let i = 0; i < 100; i++) deep = without(deep)
    expect(await fate(setup, client, deep)).toBe('400 INPUT_FETCH_FAIL')
  })
})

describe('calls after other calls', () => {
  const following =
    (msgId: bigint, query: TlEncode): TlEncode =>
    (w) =>
      writeInvokeAfterMsg(w, { _: 'invokeAfterMsg', msgId, query })
  const followingAll =
    (msgIds: readonly bigint[], query: TlEncode): TlEncode =>
    (w) => {
      w.uint(0x3dc4b4f0)
      w.vector(msgIds, (to, id) => to.long(id))
      query(w)
    }

  test('wait for them, and fail if they fail or never come', async () => {
    const order: string[] = []
    const setup = setUp({ faults: {}, onRequest: ({ request }) => order.push(request._) })
    const client = await setup.bot()
    setup.server.faults.onRequest = ({ request }) =>
      request._ === 'users.getUsers' ? { kind: 'delay', ms: 1_000 } : undefined
    const slow = client.send(bytesOf(me))
    const next = client.send(bytesOf(following(slow, config)))
    let done = false
    const result = client.result(next).then(() => (done = true))
    await setup.host.advance(900)
    expect(done).toBe(false)
    await setup.run(result)
    expect(await fate(setup, client, followingAll([slow, next], config))).toBe('ok')
    const bad = client.send(new Uint8Array(8).fill(1))
    expect(await fate(setup, client, following(bad, config))).toBe('400 MSG_WAIT_FAILED')
    expect(await fate(setup, client, following(4n, config))).toBe('400 MSG_WAIT_FAILED')
  })

  test('may arrive before them', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const first = client.ids.next(setup.host.wallClock())
    const second = client.send(bytesOf(following(first, config)), { seqno: 9 })
    await setup.host.advance(100)
    client.send(bytesOf(me), { msgId: first, seqno: 7 })
    await setup.run(client.result(second))
  })
})

describe('what is no request', () => {
  test('an unknown method is named by its id, inside wrappers too, and the session lives on', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const unknown: TlEncode = (w) => {
      w.uint(0xdeadbeef)
      w.raw(new Uint8Array(40).fill(3))
    }
    expect(await fate(setup, client, initialised(unknown))).toBe('400 INPUT_METHOD_INVALID_3735928559_0')
    expect(await fate(setup, client, unknown)).toBe('400 INPUT_METHOD_INVALID_3735928559_0')
    expect(await fate(setup, client, config)).toBe('ok')
  })

  test('a request that is cut, damaged, or followed by more', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const part = encodeCall(uploadSaveFilePart, {
      _: 'upload.saveFilePart',
      fileId: 1n,
      filePart: 0,
      bytes: new Uint8Array(20),
    })
    expect(await fate(setup, client, part.subarray(0, 16))).toBe('400 INPUT_FETCH_FAIL')
    const damaged = bytesOf(me)
    damaged.fill(7, damaged.length - 4)
    expect(await fate(setup, client, damaged)).toBe('400 INPUT_FETCH_FAIL')
    expect(await fate(setup, client, new Uint8Array([...part, 0, 0, 0, 0]))).toBe('400 INPUT_REQUEST_TOO_LONG')
    expect(await fate(setup, client, new Uint8Array(0))).toBe('400 INPUT_FETCH_ERROR')
    expect(await fate(setup, client, part)).toBe('ok')
  })
})

describe('login', () => {
  const bot =
    (change: object = {}) =>
    (w: TlWriter): void =>
      authImportBotAuthorization.write(w, {
        _: 'auth.importBotAuthorization',
        flags: 0,
        apiId: 1,
        apiHash: 'h',
        botAuthToken: '5:x',
        ...change,
      })

  test('is needed for most calls and not for some', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    await fate(setup, client, initialised(config))
    expect(await fate(setup, client, me)).toBe('401 AUTH_KEY_UNREGISTERED')
    expect(await fate(setup, client, (w) => w.uint(0xedd4882a))).toBe('401 AUTH_KEY_UNREGISTERED')
    expect(await fate(setup, client, bot())).toBe('ok')
    expect(await fate(setup, client, me)).toBe('ok')
    expect(await fate(setup, client, (w) => w.uint(0xedd4882a))).toBe('ok')
    expect(await setup.run(client.call(authLogOut, { _: 'auth.logOut' }))).toEqual({ _: 'auth.loggedOut' })
    expect(await fate(setup, client, me)).toBe('401 AUTH_KEY_UNREGISTERED')
  })

  test('takes any token of the right form, and shows the bot to itself', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const authorization = await setup.run(login(client, 223, '7654321:AAE-x_9'))
    expect(authorization).toMatchObject({
      _: 'auth.authorization',
      user: { _: 'user', id: 7654321n, self: true, bot: true, firstName: 'Bot 7654321' },
    })
  })

  for (const [name, change, result] of [
    ['no number', { botAuthToken: 'abc:x' }, '400 ACCESS_TOKEN_INVALID'],
    ['no secret', { botAuthToken: '5:' }, '400 ACCESS_TOKEN_INVALID'],
    ['nothing', { botAuthToken: '' }, '400 ACCESS_TOKEN_INVALID'],
    ['an expired token', { botAuthToken: '6:old' }, '400 ACCESS_TOKEN_EXPIRED'],
    ['the number of a person', { botAuthToken: '9:x' }, '400 ACCESS_TOKEN_INVALID'],
    ['a bot that lives elsewhere', { botAuthToken: '8:x' }, '303 USER_MIGRATE_4'],
    ['a deactivated bot', { botAuthToken: '7:x' }, '401 USER_DEACTIVATED'],
    ['no api_id', { apiId: 0 }, '400 API_ID_INVALID'],
    ['no api_hash', { apiHash: '' }, '400 API_ID_INVALID'],
  ] as const) {
    test(`refuses ${name}`, async () => {
      const setup = setUp()
      setup.world.expiredTokens.add('6:old')
      setup.world.addUser({ id: 7n, firstName: 'B', bot: true, deactivated: true })
      setup.world.addUser({ id: 8n, firstName: 'B', bot: true, homeDc: 4 })
      setup.world.addUser({ id: 9n, firstName: 'P' })
      const client = await setup.keyed()
      expect(await fate(setup, client, initialised(bot(change)))).toBe(result)
    })
  }

  test('carries over to another DC of the same world', async () => {
    const first = setUp()
    const second = setUp({ dcId: 4, world: first.world })
    const client = await first.bot()
    const exported = await first.run(client.call(authExportAuthorization, { _: 'auth.exportAuthorization', dcId: 4 }))
    expect(
      await fate(first, client, (w) => authExportAuthorization.write(w, { _: 'auth.exportAuthorization', dcId: 2 })),
    ).toBe('400 DC_ID_INVALID')
    expect(
      await fate(first, client, (w) => authExportAuthorization.write(w, { _: 'auth.exportAuthorization', dcId: 9 })),
    ).toBe('400 DC_ID_INVALID')
    const other = await second.keyed()
    const request =
      (change: object = {}): TlEncode =>
      (w) =>
        authImportAuthorization.write(w, {
          _: 'auth.importAuthorization',
          id: exported.id,
          bytes: exported.bytes,
          ...change,
        })
    expect(await fate(second, other, initialised(request({ id: 3n })))).toBe('400 USER_ID_INVALID')
    expect(await fate(second, other, request({ bytes: new Uint8Array(64) }))).toBe('400 AUTH_BYTES_INVALID')
    expect(await fate(second, other, request())).toBe('ok')
    expect(await fate(second, other, me)).toBe('ok')
    expect(await fate(second, other, request())).toBe('400 AUTH_BYTES_INVALID')
  })

  test('is lost when the server says so', async () => {
    const setup = setUp()
    const client = await setup.bot()
    setup.server.revoke(1000n, 406, 'AUTH_KEY_DUPLICATED')
    expect(await fate(setup, client, me)).toBe('406 AUTH_KEY_DUPLICATED')
    const other = await setup.bot()
    setup.world.users.get(1000n)!.deactivated = true
    expect(await fate(setup, other, me)).toBe('401 USER_DEACTIVATED')
  })
})

describe('people and names', () => {
  test('help.getConfig names the DCs of the world', async () => {
    const setup = setUp()
    setup.world.addDc({ id: 1, host: '::1', port: 80, mediaOnly: true })
    const client = await setup.keyed()
    const result = await setup.run(client.call(helpGetConfig, { _: 'help.getConfig' }, initialised))
    expect([result.thisDc, result.dcOptions]).toEqual([
      2,
      [
        { _: 'dcOption', ipv6: true, mediaOnly: true, id: 1, ipAddress: '::1', port: 80 },
        { _: 'dcOption', id: 2, ipAddress: '127.0.0.1', port: 443 },
      ],
    ])
  })

  test('users.getUsers shows those that exist and are named with their access hash', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const alice = setup.world.addUser({
      firstName: 'Alice',
      lastName: 'L',
      username: 'alice',
      phone: '123',
      premium: true,
    })
    const accessHash = accessHashFor(alice, setup.world.users.get(1000n)!)
    const id: InputUser[] = [
      { _: 'inputUserSelf' },
      { _: 'inputUser', userId: alice.id, accessHash },
      { _: 'inputUser', userId: alice.id, accessHash: 1n },
      { _: 'inputUser', userId: 1000n, accessHash: 0n },
      { _: 'inputUserEmpty' },
    ]
    const users = await setup.run(client.call(usersGetUsers, { _: 'users.getUsers', id }))
    expect(users.map((user) => user.id)).toEqual([1000n, alice.id, 1000n])
    // Another's phone number is not shown.
    expect(users[1]).toEqual({
      _: 'user',
      premium: true,
      id: alice.id,
      accessHash,
      firstName: 'Alice',
      lastName: 'L',
      username: 'alice',
    })
  })

  test('contacts.resolveUsername finds users, groups and channels whatever the case', async () => {
    const setup = setUp()
    const client = await setup.bot()
    setup.world.addUser({ firstName: 'Alice', username: 'alice' })
    setup.world.addChat({ kind: 'channel', title: 'C', username: 'channel' })
    setup.world.addChat({ kind: 'supergroup', title: 'S', username: 'super' })
    const resolve = (username: string) =>
      setup.run(client.call(contactsResolveUsername, { _: 'contacts.resolveUsername', username }))
    expect(await resolve('ALICE')).toMatchObject({
      peer: { _: 'peerUser' },
      chats: [],
      users: [{ firstName: 'Alice' }],
    })
    expect(await resolve('channel')).toMatchObject({
      peer: { _: 'peerChannel' },
      chats: [{ broadcast: true, left: true }],
      users: [],
    })
    expect(await resolve('Super')).toMatchObject({ chats: [{ megagroup: true }] })
    await expect(resolve('nobody')).rejects.toThrow('400 USERNAME_NOT_OCCUPIED')
    for (const bad of ['', '1abc', 'a b', 'ab', 'x'.repeat(33)])
      await expect(resolve(bad)).rejects.toThrow('400 USERNAME_INVALID')
  })
})

describe('faults on request', () => {
  const faulty = async (fault: NonNullable<Setup['server']['faults']['onRequest']>) => {
    const seen: RequestInfo[] = []
    const setup = setUp({ faults: {}, onRequest: (info) => seen.push(info) })
    const client = await setup.bot()
    setup.server.faults.onRequest = fault
    return { setup, client, seen }
  }

  test('an error, once', async () => {
    const { setup, client } = await faulty(({ count }) =>
      count === 1 ? { kind: 'error', code: 420, text: 'FLOOD_WAIT_3' } : undefined,
    )
    expect([await fate(setup, client, me), await fate(setup, client, me)]).toEqual(['420 FLOOD_WAIT_3', 'ok'])
  })

  test('false instead of true, and bytes that are no answer', async () => {
    const { setup, client } = await faulty(({ count }) =>
      count === 1 ? { kind: 'answer', encode: (w) => w.bool(false) } : { kind: 'answer', encode: (w) => w.uint(1) },
    )
    const save = { _: 'upload.saveFilePart' as const, fileId: 1n, filePart: 0, bytes: new Uint8Array(9) }
    expect(await setup.run(client.call(uploadSaveFilePart, save))).toBe(false)
    await expect(setup.run(client.call(uploadSaveFilePart, save))).rejects.toThrow('unknown constructor')
    expect(setup.world.uploads.size).toBe(0)
  })

  test('a delay, and a delay that ends in something else', async () => {
    const { setup, client } = await faulty(({ count }) =>
      count === 1
        ? { kind: 'delay', ms: 5_000 }
        : { kind: 'delay', ms: 10, next: { kind: 'error', code: -503, text: 'Timeout' } },
    )
    const before = setup.host.now()
    expect(await fate(setup, client, me)).toBe('ok')
    expect(setup.host.now() - before).toBe(5_000)
    expect(await fate(setup, client, me)).toBe('-503 Timeout')
  })

  test('silence, and the end of the connection, with the request carried out or not', async () => {
    for (const [kind, execute] of [
      ['silence', false],
      ['silence', true],
      ['disconnect', false],
      ['disconnect', true],
    ] as const) {
      const { setup, client } = await faulty(() => ({ kind, execute }))
      client.send(
        encodeCall(uploadSaveFilePart, { _: 'upload.saveFilePart', fileId: 1n, filePart: 0, bytes: new Uint8Array(9) }),
      )
      await setup.host.advance(1_000)
      expect([client.closed, setup.world.uploads.size]).toEqual([kind === 'disconnect', execute ? 1 : 0])
    }
  })

  test('a bad message, a bad salt, and a transport error', async () => {
    const { setup, client } = await faulty(({ count }) =>
      count === 1
        ? { kind: 'bad-message', code: 17 }
        : count === 2
          ? { kind: 'bad-message', code: 48 }
          : { kind: 'transport-error', status: -429 },
    )
    const first = client.send(bytesOf(me))
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({
      badMsgId: first,
      errorCode: 17,
    })
    const second = client.send(bytesOf(me))
    expect(await setup.run(client.nextService('bad_server_salt'))).toMatchObject({
      badMsgId: second,
      newServerSalt: 77n,
    })
    client.send(bytesOf(me))
    expect((await setup.run(client.untilClosed())).map(transportErrorOf).filter(Boolean)).toEqual([-429])
  })

  test('messages changed before they are sealed, packets dropped, doubled or replaced', async () => {
    const setup = setUp({ faults: {} })
    const client = await setup.bot()
    setup.server.faults.onSeal = (plain) => ({ ...plain, head: { ...plain.head, salt: 99n } })
    client.send(encode({ _: 'ping', pingId: 1n }))
    expect((await setup.run(client.nextWhere(({ salt }) => salt === 99n))).salt).toBe(99n)
    delete setup.server.faults.onSeal
    setup.server.faults.onSend = (packet) => [packet, packet]
    client.send(encode({ _: 'ping', pingId: 2n }))
    expect([
      (await setup.run(client.nextService('pong'))).pingId,
      (await setup.run(client.nextService('pong'))).pingId,
    ]).toEqual([2n, 2n])
    setup.server.faults.onSend = () => [new Uint8Array(64)]
    client.send(encode({ _: 'ping', pingId: 3n }))
    await expect(setup.run(client.nextService('pong'))).rejects.toThrow('cannot be opened')
  })

  test('every request is told, without its wrappers', async () => {
    const { setup, client, seen } = await faulty(() => undefined)
    await fate(setup, client, initialised(me, 200))
    const info = seen.at(-1)!
    expect(info).toMatchObject({ connection: 1, sessionId: client.sessionId, layer: 200, userId: 1000n, count: 1 })
    expect(info.request).toEqual({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
  })

  test('a clock that is wrong', async () => {
    const setup = setUp({ faults: { clockOffset: 1_000_000 } })
    const client = await setup.keyed()
    client.send(encode({ _: 'ping', pingId: 1n }))
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({ errorCode: 16 })
  })
})
