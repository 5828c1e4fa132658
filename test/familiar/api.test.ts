/** Programs that were written for MadelineProto, against the test DC over real sockets: every kind of input of its table. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { decodeSession } from '../../src/client/session-data.ts'
import { exportSession, importSession } from '../../src/client/session-strings/index.ts'
import { UsageError } from '../../src/errors.ts'
import { type AnyMedia, API, BotApiFileId, LocalFile, RemoteUrl, type Settings } from '../../src/familiar/index.ts'
import { memoryStorage, photo, UploadClient } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { describeFile } from '../../src/media/index.ts'
import type { MessagesUploadMediaRequest } from '../../src/tl/generated/api-types.ts'
import { jpeg } from '../lab/server/images.ts'
import { startTestDc } from '../support/test-dc.ts'

const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-familiar-'))
const path = join(folder, 'cat.jpg')
let server: RunningServer
/** The calls that came there. */
const calls: MessagesUploadMediaRequest[] = []
let settings: Settings
let api: API
beforeAll(async () => {
  writeFileSync(path, jpeg(640, 480))
  server = await startTestDc({
    onRequest: ({ request }) => {
      if (request._ === 'messages.uploadMedia') calls.push(request)
    },
  })
  const { dcId: id, host, port, publicKeyPem } = server
  settings = { apiId: 1, apiHash: 'hash', botToken: '123:token', dc: { id, host, port, serverKeys: [publicKeyPem] } }
  api = new API(memoryStorage(), settings)
  expect(await api.start()).toMatchObject({ id: 123n, bot: true })
})
afterAll(async () => {
  await api.stop()
  await server.close()
  rmSync(folder, { recursive: true })
})

test('start() keeps the login in a file, so that the next start needs no token', async () => {
  const session = join(folder, 'session.madeline')
  const first = new API(session, settings)
  await first.start()
  await first.stop()
  const again = new API(session, { ...settings, botToken: undefined })
  expect(await again.start()).toMatchObject({ id: 123n })
  await again.stop()
})

describe('without settings', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('the application is that of the environment, and the session says where its server is', async () => {
    const storage = memoryStorage()
    await (await UploadClient.connect({ ...settings, storage })).close()
    const { host, port } = server
    const text = exportSession(storage.data!, 'gramjs', { address: { host, port } })
    const path = join(folder, 'alone.madeline')
    const session = importSession(text)
    // Without it, it would be Telegram's servers that are asked.
    expect(decodeSession(session).address).toEqual({ host, port })
    writeFileSync(path, session, { mode: 0o600 })
    vi.stubEnv('MTPROTO_API_ID', '1')
    vi.stubEnv('MTPROTO_API_HASH', 'hash')
    const alone = new API(path)
    expect(await alone.start()).toMatchObject({ id: 123n })
    await alone.stop()
  })

  test('nor environment: says what is missing', () => {
    vi.stubEnv('MTPROTO_API_ID', '')
    expect(() => new API('session.madeline')).toThrow(/MTPROTO_API_ID/)
  })
})

test('botLogin() logs a bot in', async () => {
  const other = new API(memoryStorage(), { ...settings, botToken: undefined })
  expect(await other.botLogin('77:token')).toMatchObject({ id: 77n })
  await other.stop()
})

test('nothing is uploaded before start()', async () => {
  const other = new API(memoryStorage(), settings)
  await expect(other.messages.uploadMedia({ media: photo(path) })).rejects.toThrow(UsageError)
  await expect(other.upload(path)).rejects.toThrow(/start\(\) first/)
})

const dice = { _: 'inputMediaDice', emoticon: '🎲' } as const

describe('a peer', () => {
  test.each([
    ['a username', '@alice'],
    ['a username without its sign', 'alice'],
    ['an InputPeer', { _: 'inputPeerSelf' }],
    ['nobody, as bots may', undefined],
  ])('%s', async (_name, peer) => {
    expect(await api.messages.uploadMedia({ peer, media: dice })).toMatchObject({ _: 'messageMediaDice' })
    expect(calls.at(-1)?.peer._).toBe(
      peer === undefined ? 'inputPeerEmpty' : typeof peer === 'string' ? 'inputPeerUser' : 'inputPeerSelf',
    )
  })

  test('within a business connection, by the name that PHP has for it', async () => {
    const call = api.messages.uploadMedia({ peer: 'alice', media: dice, business_connection_id: 'none' })
    await expect(call).rejects.toMatchObject({ type: 'BUSINESS_CONNECTION_INVALID' })
    expect(calls.at(-1)).toMatchObject({ businessConnectionId: 'none' })
  })

  test('a chat ID, a Message, an Update, with fields as PHP has them: whoever was seen before', async () => {
    const group = server.world.findName('test_group')!
    const alice = server.world.findName('alice')!
    for (const peer of ['@test_group', '@alice']) await api.messages.uploadMedia({ peer, media: dice })
    const message = { _: 'message', id: 1, peer_id: { _: 'peerUser', user_id: alice.id } }
    for (const peer of [alice.id, -(1_000_000_000_000n + group.id), message, { _: 'updateNewMessage', message }])
      expect(await api.messages.uploadMedia({ peer, media: dice })).toMatchObject({ _: 'messageMediaDice' })
    await expect(api.messages.uploadMedia({ peer: 987654321, media: dice })).rejects.toMatchObject({
      name: 'PeerError',
    })
  })
})

describe('a media', () => {
  const put = (media: AnyMedia) => api.messages.uploadMedia({ peer: { _: 'inputPeerSelf' }, media })
  const upload = () => put({ _: 'inputMediaUploadedPhoto', file: path })

  test('an InputMedia with the path of a file', async () => {
    expect(await upload()).toMatchObject({ _: 'messageMediaPhoto' })
    expect(await put({ _: 'inputMediaUploadedPhoto', file: new LocalFile(path) })).toMatchObject({
      _: 'messageMediaPhoto',
    })
  })

  test('an InputMedia with an uploaded file, and fields as PHP has them', async () => {
    const told: number[] = []
    const file = await api.upload(new LocalFile(path), 'dog.jpg', (percent) => told.push(percent))
    expect(told.at(-1)).toBe(100)
    expect(file).toMatchObject({ name: 'dog.jpg' })
    const made = await put({ _: 'inputMediaUploadedPhoto', file, ttl_seconds: 43 })
    expect(made).toMatchObject({ ttlSeconds: 43 })
  })

  test('a document of which nothing is said but its file', async () => {
    const made = await put({ _: 'inputMediaUploadedDocument', file: new LocalFile(path), force_file: true })
    expect(made._ === 'messageMediaDocument' && describeFile(made)).toMatchObject({
      mimeType: 'image/jpeg',
      fileName: 'cat.jpg',
    })
  })

  test('a file on the web', async () => {
    const bytes = Buffer.from(jpeg(64, 48)).toString('base64')
    const file = new RemoteUrl(`data:image/jpeg;base64,${bytes}`)
    expect(await put({ _: 'inputMediaUploadedDocument', file })).toMatchObject({
      _: 'messageMediaDocument',
    })
  })

  test('a MessageMedia, a Message, an Update: the same photo', async () => {
    const media = await upload()
    for (const thing of [media, { _: 'message', media }, { _: 'updateNewMessage', message: { _: 'message', media } }])
      expect(await put(thing)).toEqual(media)
  })

  test('a file_id, and what the Bot API has one in: the same photo', async () => {
    const media = await upload()
    const file_id = describeFile(media)!.fileId
    for (const thing of [
      file_id,
      new BotApiFileId(file_id),
      { file_id },
      [{ file_id: 'of a smaller size' }, { file_id }],
      { message_id: 1, caption: 'Cat', photo: [{ file_id: 'of a smaller size' }, { file_id }] },
    ])
      expect(await put(thing as AnyMedia)).toEqual(media)
    expect(await put({ _: 'inputMediaUploadedPhoto', file: new BotApiFileId(file_id), spoiler: true })).toEqual({
      ...media,
      spoiler: true,
    })
  })

  test('what a builder makes', async () => expect(await put(photo(path))).toMatchObject({ _: 'messageMediaPhoto' }))

  test.each([[{}], [null], [7], [{ text: 'hello' }]])('%j, which is none', async (thing) => {
    await expect(put(thing as unknown as AnyMedia)).rejects.toThrow(UsageError)
  })
})
