/** Programs that were written for GramJS, against the test DC over real sockets. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { decodeSession } from '../../src/client/session-data.ts'
import { readSessionString } from '../../src/client/session-strings/index.ts'
import { StorageError, UsageError } from '../../src/errors.ts'
import { Api, CustomFile, StringSession, TelegramClient } from '../../src/familiar/index.ts'
import { type RunningServer, startMtproxy, startSocks5 } from '../../src/lab/server/index.ts'
import type * as Tl from '../../src/tl/generated/api-types.ts'
import { jpeg } from '../lab/server/images.ts'
import { startTestDc } from '../support/test-dc.ts'

let server: RunningServer
let dc: { id: number; host: string; port: number; serverKeys: string[] }
beforeAll(async () => {
  server = await startTestDc()
  server.world.addUser({ firstName: 'Somebody', username: 'username' })
  const { dcId: id, host, port, publicKeyPem } = server
  dc = { id, host, port, serverKeys: [publicKeyPem] }
})
afterAll(() => server.close())

const picture = jpeg(640, 480)

/** A client that is logged in as a bot. */
async function started(): Promise<TelegramClient> {
  const client = new TelegramClient(new StringSession(''), 1, 'hash', { dc })
  await client.start({ botAuthToken: '123:token' })
  return client
}

describe('a session as a string', () => {
  test('goes on by the string alone, which says where the server is', async () => {
    const first = await started()
    const text = (first.session as StringSession).save()
    await first.disconnect()
    expect(readSessionString(text)).toMatchObject({ format: 'gramjs', address: { host: dc.host, port: dc.port } })

    const session = new StringSession(text)
    // Without it, it would be Telegram's servers that are asked.
    expect(decodeSession(session.storage.data!).address).toEqual({ host: dc.host, port: dc.port })
    const client = new TelegramClient(session, 1, 'hash', {})
    expect(await client.connect()).toBe(true)
    expect(client.connected).toBe(true)
    const [me] = await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
    expect(me).toMatchObject({ id: 123n })
    // A string that came in goes out the same.
    expect((client.session as StringSession).save()).toBe(text)
    await client.disconnect()
    expect(client.connected).toBe(false)
  })

  test('is not shown when a client, or its session, is printed', async () => {
    const client = await started()
    const text = (client.session as StringSession).save()
    const shown = inspect(client, { depth: 9, showHidden: true })
    for (const secret of [text.slice(1, 60), '123:token', 'authKey', 'keys']) expect(shown).not.toContain(secret)
    await client.disconnect()
  })

  test('is empty until somebody has logged in', () => {
    expect(new StringSession().save()).toBe('')
    expect(new StringSession('').empty).toBe(true)
  })

  test('that is none is refused', () => {
    expect(() => new StringSession('nonsense')).toThrow(StorageError)
  })

  test('that is empty connects nowhere: start() logs in', async () => {
    const client = new TelegramClient(new StringSession(''), 1, 'hash', {})
    await expect(client.connect()).rejects.toThrow(/log in by start\(\)/)
  })
})

describe('invoke', () => {
  test('uploads a photo for a username, by classes', async () => {
    const client = await started()
    const told: number[] = []
    const request = new Api.messages.UploadMedia({
      peer: 'username',
      media: new Api.InputMediaUploadedPhoto({
        file: await client.uploadFile({
          file: new CustomFile('cat.jpg', picture.length, 'nowhere/cat.jpg', picture),
          workers: 1,
          onProgress: (progress) => told.push(progress),
        }),
        ttlSeconds: 43,
        spoiler: null,
      }),
    })
    const result: Api.MessageMedia = await client.invoke(request)
    expect(result).toMatchObject({ _: 'messageMediaPhoto', ttlSeconds: 43 })
    expect(result instanceof Api.MessageMediaPhoto).toBe(true)
    expect(result instanceof Api.MessageMediaDocument).toBe(false)
    expect(told.at(-1)).toBe(1)
    await client.disconnect()
  })

  test('takes a request that was written by hand, and names for oneself', async () => {
    const client = await started()
    const media = { _: 'inputMediaDice', emoticon: '🎲' } as const
    for (const peer of ['me', 'self', '@username'])
      expect(await client.invoke({ _: 'messages.uploadMedia', peer, media })).toMatchObject({ _: 'messageMediaDice' })
    await client.disconnect()
  })

  test('finds peers by name in any method, and files by their path in a media', async () => {
    const client = await started()
    const [found] = await client.invoke(new Api.users.GetUsers({ id: ['username'] }))
    expect(found).toMatchObject({ firstName: 'Somebody' })
    const media = new Api.InputMediaUploadedPhoto({ file: await client.uploadFile({ file: 'assets/demo.jpg' }) })
    expect(await client.invoke(new Api.messages.UploadMedia({ peer: 'https://t.me/username', media }))).toMatchObject({
      _: 'messageMediaPhoto',
    })
    await client.disconnect()
  })

  test('tells a size that is not that of the file', async () => {
    const client = await started()
    const file = new CustomFile('file.bin', picture.length + 1, '', picture)
    await expect(client.uploadFile({ file })).rejects.toMatchObject({ code: 'FILE_SOURCE_INVALID' })
    await client.disconnect()
  })

  test('needs a connection', async () => {
    const client = new TelegramClient(new StringSession(), 1, 'hash')
    await expect(client.invoke(new Api.help.GetConfig())).rejects.toThrow(UsageError)
    await expect(client.uploadFile({ file: picture })).rejects.toThrow(/connect\(\) or start\(\) first/)
  })
})

describe('a proxy as GramJS has it', () => {
  test('SOCKS5, with a login', async () => {
    const proxy = await startSocks5({ users: { u: 'p' } })
    const { host: ip, port } = proxy
    const params = { dc, proxy: { ip, port, socksType: 5, username: 'u', password: 'p', timeout: 2 } } as const
    const client = new TelegramClient(new StringSession(''), 1, 'hash', params)
    await client.start({ botAuthToken: '123:token' })
    expect(proxy.requests).toContainEqual({ target: `${dc.host}:${dc.port}`, user: 'u' })
    await client.disconnect()
    await proxy.close()
  })

  test('MTProxy, by its secret', async () => {
    const secret = '0123456789abcdef0123456789abcdef'
    const proxy = await startMtproxy({ secrets: [Buffer.from(secret, 'hex')], dcs: { [dc.id]: dc } })
    const params = { dc, proxy: { ip: proxy.host, port: proxy.port, MTProxy: true, secret } } as const
    const client = new TelegramClient(new StringSession(''), 1, 'hash', params)
    await client.start({ botAuthToken: '123:token' })
    await client.disconnect()
    await proxy.close()
  })

  test('SOCKS4 is not known', () => {
    const proxy = { ip: '127.0.0.1', port: 1080, socksType: 4 } as const
    expect(() => new TelegramClient(new StringSession(''), 1, 'hash', { dc, proxy })).toThrow(/use SOCKS5/)
  })
})

test('start() logs a person in, who is asked for number, code and password', async () => {
  const client = new TelegramClient(new StringSession(''), 1, 'hash', { dc })
  const asked: unknown[] = []
  await client.start({
    phoneNumber: async () => '+999 66 1 0001',
    phoneCode: (viaApp) => {
      asked.push(viaApp)
      return '11111'
    },
    password: () => 'none',
    onError: (error) => asked.push(error),
  })
  expect(asked).toHaveLength(1)
  const [me] = await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
  expect(me).toMatchObject({ firstName: 'Alice' })
  await client.disconnect()
})

test('start() tells why a login failed, and rejects', async () => {
  const client = new TelegramClient(new StringSession(''), 1, 'hash', { dc })
  const errors: Error[] = []
  const phoneNumber = '+999 66 1 9999'
  const starting = client.start({ phoneNumber, phoneCode: () => '00000', onError: (error) => errors.push(error) })
  await expect(starting).rejects.toThrow()
  expect(errors).toHaveLength(1)
})

describe('classes of the layer', () => {
  test('make the plain objects that are written by hand', () => {
    expect(new Api.InputPeerSelf()).toEqual({ _: 'inputPeerSelf' })
    expect(new Api.auth.ImportBotAuthorization({ flags: 0, apiId: 1, apiHash: 'h', botAuthToken: 't' })._).toBe(
      'auth.importBotAuthorization',
    )
    expect(Api.InputPeerSelf.schemaName).toBe('inputPeerSelf')
  })

  test('leave out what is not there, and take numbers of the package big-integer', () => {
    const big = { toJSNumber: () => -1, toString: () => '-4156887774564' }
    const made = new Api.InputDocument({ id: big, accessHash: BigInt('7'), fileReference: Uint8Array.of(1) })
    expect(made).toEqual({ _: 'inputDocument', id: -4156887774564n, accessHash: 7n, fileReference: Uint8Array.of(1) })
    const options = {
      file: new Api.InputFileBig({ id: 1n, parts: 1, name: 'n' }),
      ttlSeconds: undefined,
      spoiler: null,
    }
    expect(Object.keys(new Api.InputMediaUploadedPhoto(options))).toEqual(['_', 'file'])
  })

  test('have the types of the schema', () => {
    expectTypeOf<Api.InputPeerSelf>().toEqualTypeOf<Tl.inputPeerSelf>()
    expectTypeOf<Api.TypeInputPeer>().toEqualTypeOf<Tl.InputPeer>()
    expectTypeOf<Api.MessageMedia>().toEqualTypeOf<Tl.MessageMedia>()
    expectTypeOf<Api.Photo>().toEqualTypeOf<Tl.photo>()
    expectTypeOf<Api.auth.TypeSentCode>().toEqualTypeOf<Tl.AuthSentCode>()
    const made = (): unknown => {
      // @ts-expect-error an emoticon is a text
      new Api.InputMediaDice({ emoticon: 1 })
      // @ts-expect-error a dice has an emoticon
      new Api.InputMediaDice()
      // @ts-expect-error there is no such constructor
      return new Api.InputMediaDie({ emoticon: '🎲' })
    }
    expect(made).toThrow(TypeError)
  })

  test('are recognized in what came from a server, and nothing else is', () => {
    expect({ _: 'inputPeerSelf' } instanceof Api.InputPeerSelf).toBe(true)
    expect((undefined as unknown) instanceof Api.InputPeerSelf).toBe(false)
    expect({ _: 'toString' } instanceof Api.InputPeerSelf).toBe(false)
  })
})
