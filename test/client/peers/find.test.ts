/** Peers in every form, over real sockets: found, kept for the next start, and told apart when they cannot be reached. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { phoneLogin } from '../../../src/client/login/index.ts'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { decodeSession } from '../../../src/client/session-data.ts'
import {
  type ConnectOptions,
  document,
  memoryStorage,
  type PeerError,
  type PeerLike,
  type UploadClient,
} from '../../../src/index.ts'
import type { Faults, RequestInfo } from '../../../src/lab/server/faults.ts'
import { accessHashFor, type RunningServer, type WorldChat, type WorldUser } from '../../../src/lab/server/index.ts'
import { encodeResult } from '../../../src/lab/server/rpc.ts'
import type { InputPeer } from '../../../src/tl/generated/api-types.ts'
import { messagesUploadMedia } from '../../../src/tl/generated/client/methods.ts'
import { connectTo, startTestDc } from '../../support/test-dc.ts'

let server: RunningServer
let faults: Faults
let requests: RequestInfo[]
let clients: UploadClient[]
/** Milliseconds by which the clock of the clients is ahead. */
let later: number
const host = { ...systemHost, wallClock: () => Date.now() + later }

beforeEach(async () => {
  faults = {}
  requests = []
  clients = []
  later = 0
  server = await startTestDc({ faults, onRequest: (info) => requests.push(info) })
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await server.close()
})

/** Bot 123. */
async function connect(options: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const client = await connectTo(server, { host, ...options })
  clients.push(client)
  requests.length = 0
  return client
}

/** A person: Carol, who is nobody's contact. */
function connectPerson(options: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const { users } = server.world
  const phone = '9996620005'
  if (![...users.values()].some((user) => user.phone === phone)) server.world.addUser({ firstName: 'Carol', phone })
  return connect({ botToken: undefined, login: phoneLogin({ phone, code: () => '22222' }), ...options })
}

const me = (client: UploadClient): WorldUser => server.world.users.get(client.user!.id)!
const alice = (): WorldUser => server.world.findName('alice') as WorldUser
const group = (): WorldChat => server.world.findName('test_group') as WorldChat
const asked = (method: string): number => requests.filter(({ request }) => request._ === method).length
const file = () => document({ data: new Uint8Array(9), name: 'a.bin' })

/** Who the last `messages.uploadMedia` was for. */
const reached = (): InputPeer => {
  const request = requests.findLast((info) => info.request._ === 'messages.uploadMedia')?.request
  if (request?._ !== 'messages.uploadMedia') throw new Error('nothing was uploaded')
  return request.peer
}
const asUser = (user: WorldUser, viewer: WorldUser): InputPeer => ({
  _: 'inputPeerUser',
  userId: user.id,
  accessHash: accessHashFor(user, viewer),
})
const asChannel = (chat: WorldChat, viewer: WorldUser): InputPeer => ({
  _: 'inputPeerChannel',
  channelId: chat.id,
  accessHash: accessHashFor(chat, viewer),
})

describe('every form', () => {
  const forms: [string, () => unknown, 'self' | 'nobody' | 'alice' | 'group' | 'basic'][] = [
    ['nothing', () => undefined, 'self'],
    ["'me'", () => 'me', 'self'],
    ["'self'", () => 'self', 'self'],
    ["'empty'", () => 'empty', 'nobody'],
    ['a username', () => 'alice', 'alice'],
    ['a username with its sign', () => '@Alice', 'alice'],
    ['t.me/name', () => 't.me/alice', 'alice'],
    ['a link to a message', () => 'https://t.me/test_group/12', 'group'],
    ['telegram.me', () => 'https://telegram.me/alice', 'alice'],
    ['telegram.dog', () => 'telegram.dog/alice', 'alice'],
    ['name.t.me', () => 'alice.t.me', 'alice'],
    ['tg://resolve', () => 'tg://resolve?domain=alice', 'alice'],
    ['tg://user', () => `tg://user?id=${alice().id}`, 'alice'],
    ['t.me/c/…', () => `https://t.me/c/${group().id}/12`, 'group'],
    ['the id of a user', () => Number(alice().id), 'alice'],
    ['its own id', () => 123, 'self'],
    ['the id of a user, as a text', () => `${alice().id}`, 'alice'],
    ['the id of a supergroup', () => -1_000_000_000_000n - group().id, 'group'],
    ['the id of a supergroup, as a number', () => Number(-1_000_000_000_000n - group().id), 'group'],
    ['the id of a basic group', () => -basic().id, 'basic'],
    ['an InputPeer', () => asUser(alice(), bot()), 'alice'],
    ['an InputUser', () => ({ ...asUser(alice(), bot()), _: 'inputUser' }), 'alice'],
    ['an InputChannel', () => ({ ...asChannel(group(), bot()), _: 'inputChannel' }), 'group'],
    ['a Peer', () => ({ _: 'peerUser', userId: alice().id }), 'alice'],
    ['a Peer of a channel', () => ({ _: 'peerChannel', channelId: group().id }), 'group'],
    ['a Peer of a basic group', () => ({ _: 'peerChat', chatId: basic().id }), 'basic'],
    ['a user', () => ({ _: 'user', id: alice().id, accessHash: accessHashFor(alice(), bot()) }), 'alice'],
    ['a channel', () => ({ _: 'channel', id: group().id, accessHash: accessHashFor(group(), bot()) }), 'group'],
    ['a chat', () => ({ _: 'chat', id: basic().id, title: '' }), 'basic'],
    ['a message', () => ({ _: 'message', peerId: { _: 'peerChannel', channelId: group().id } }), 'group'],
    ['a dialog', () => ({ _: 'dialog', peer: { _: 'peerUser', userId: alice().id } }), 'alice'],
    [
      'an update',
      () => ({
        _: 'updateNewMessage',
        message: { _: 'messageService', peerId: { _: 'peerUser', userId: alice().id } },
      }),
      'alice',
    ],
  ]
  let bot: () => WorldUser
  let basic: () => WorldChat

  test.each(forms)('%s', async (_, form, who) => {
    const client = await connect()
    bot = () => me(client)
    const chat = server.world.addChat({ title: 'Basic', members: new Set([123n]) })
    basic = () => chat
    // The bot has met them, so that ids are enough.
    group().members.add(123n).add(alice().id)
    await client.uploadMedia({ peer: form() as PeerLike, media: file() })
    const expected: Record<typeof who, InputPeer> = {
      self: { _: 'inputPeerSelf' },
      nobody: { _: 'inputPeerEmpty' },
      alice: asUser(alice(), bot()),
      group: asChannel(group(), bot()),
      basic: { _: 'inputPeerChat', chatId: chat.id },
    }
    expect(reached()).toEqual(expected[who])
  })

  test.each(['+99966 1000-1', 'https://t.me/+9996610001', 'tg://resolve?phone=9996610001'])(
    'the phone %s',
    async (phone) => {
      const client = await connectPerson()
      await client.uploadMedia({ peer: phone, media: file() })
      expect(reached()).toEqual(asUser(alice(), me(client)))
      await client.uploadMedia({ peer: '+9996610001', media: file() })
      expect(asked('contacts.resolvePhone')).toBe(1)
    },
  )

  test('an invite link to where the account is already', async () => {
    const client = await connectPerson()
    const chat = server.world.addChat({
      kind: 'supergroup',
      title: 'Club',
      invite: 'AbC-1',
      members: new Set([client.user!.id]),
    })
    await client.uploadMedia({ peer: 'https://t.me/+AbC-1', media: file() })
    expect(reached()).toEqual(asChannel(chat, me(client)))
    await client.uploadMedia({ peer: 't.me/joinchat/AbC-1', media: file() })
    expect(reached()).toEqual(asChannel(chat, me(client)))
  })

  test('what a look-up answers: the whole of it', async () => {
    const client = await connectPerson()
    const resolved = await client.invoke({ _: 'contacts.resolveUsername', username: 'alice' })
    expect(await client.resolvePeer(resolved)).toEqual(asUser(alice(), me(client)))
  })

  test('calls made by hand take them too, by name and by constant', async () => {
    const client = await connect()
    const media = { _: 'inputMediaDice', emoticon: '🎲' } as const
    await client.invoke({ _: 'messages.uploadMedia', peer: 'alice', media })
    expect(reached()).toEqual(asUser(alice(), me(client)))
    await client.call(messagesUploadMedia, { _: 'messages.uploadMedia', peer: '@test_group', media }).catch(() => {})
    expect(reached()).toEqual(asChannel(group(), me(client)))
    const users = await client.invoke({ _: 'users.getUsers', id: ['alice', 'me', { _: 'inputUserSelf' }] })
    expect(users.map(({ id }) => id)).toEqual([alice().id, 123n, 123n])
    const found = await client.invoke({ _: 'users.getUsers', id: [await client.resolvePeer('alice')] })
    expect(found.map(({ id }) => id)).toEqual([alice().id])
    await expect(client.call(messagesUploadMedia, undefined as never)).rejects.toMatchObject({ code: 'USAGE' })
    const { chats } = await client.invoke({ _: 'channels.getChannels', id: ['test_channel'] })
    expect(chats).toMatchObject([{ title: 'Test channel' }])
    // @ts-expect-error: what is no peer in any form does not compile.
    await expect(client.invoke({ _: 'messages.uploadMedia', peer: true, media })).rejects.toThrow(/a boolean names/)
    // @ts-expect-error: the other fields are as strict as ever.
    await expect(client.invoke({ _: 'messages.uploadMedia', peer: 'alice', media: 'a.jpg' })).rejects.toThrow()
    await expect(client.invoke({ _: 'users.getUsers', id: ['test_group'] })).rejects.toThrow(/takes users/)
    await expect(client.invoke({ _: 'channels.getChannels', id: ['alice'] })).rejects.toThrow(/takes supergroups/)
  })

  test('many at once for one name: it is looked up once', async () => {
    const client = await connect()
    const items = Array.from({ length: 8 }, file)
    const outcomes = await client.uploadMany(items, { peer: '@alice', concurrency: 8 }).all()
    expect(outcomes.map(({ status }) => status)).toEqual(items.map(() => 'fulfilled'))
    expect(asked('contacts.resolveUsername')).toBe(1)
  })

  test('a look-up that is aborted ends, and leaves the others alone', async () => {
    const client = await connect()
    faults.onRequest = ({ request }) =>
      request._ === 'contacts.resolveUsername' ? { kind: 'delay', ms: 50 } : undefined
    const abort = new AbortController()
    const one = client.resolvePeer('@alice', { signal: abort.signal })
    const other = client.resolvePeer('@alice')
    abort.abort()
    await expect(one).rejects.toMatchObject({ name: 'AbortError' })
    expect(await other).toEqual(asUser(alice(), me(client)))
  })
})

describe('what the session keeps', () => {
  test('names and ids work after a restart, without asking', async () => {
    const storage = memoryStorage()
    const client = await connectPerson({ storage })
    await client.uploadMedia({ peer: '@alice', media: file() })
    await client.close()
    const again = await connectPerson({ storage, login: undefined })
    for (const peer of ['@Alice', alice().id, { _: 'peerUser' as const, userId: alice().id }]) {
      await again.uploadMedia({ peer, media: file() })
      expect(reached()).toEqual(asUser(alice(), me(again)))
    }
    expect(asked('contacts.resolveUsername')).toBe(0)
  })

  test('it is kept at once, not only when the client is closed; nothing is saved when nothing is new', async () => {
    const storage = memoryStorage()
    let saves = 0
    const counting = {
      load: () => storage.load(),
      save: (data: string) => {
        saves++
        return storage.save(data)
      },
    }
    const client = await connect({ storage: counting })
    const before = saves
    await client.resolvePeer('@alice')
    expect(decodeSession(storage.data!).peers).toEqual([
      'of 123',
      expect.stringMatching(new RegExp(`^user ${alice().id} ${accessHashFor(alice(), me(client))} \\d+ alice$`)),
    ])
    expect(saves).toBe(before + 1)
    await client.invoke({ _: 'contacts.resolveUsername', username: 'alice' })
    await client.resolvePeer('@alice')
    expect(saves).toBe(before + 1)
  })

  test('of many that are learnt at once, all are there when the client is closed', async () => {
    const storage = memoryStorage()
    const client = await connect({
      storage: {
        load: () => storage.load(),
        save: async (data) => {
          await new Promise(setImmediate)
          await storage.save(data)
        },
      },
    })
    const names = ['alice', 'bobby', 'test_group', 'test_channel']
    await Promise.all(names.map((name) => client.resolvePeer(name)))
    await client.close()
    const { peers } = decodeSession(storage.data!)
    expect(
      peers
        ?.slice(1)
        .map((line) => line.split(' ').at(-1))
        .sort(),
    ).toEqual([...names].sort())
  })

  test('phone numbers are not', async () => {
    const storage = memoryStorage()
    const client = await connectPerson({ storage })
    await client.resolvePeer('+9996610001')
    await client.close()
    expect(decodeSession(storage.data!).peers?.length).toBe(2)
    expect(storage.data).not.toContain('9996610001')
  })

  test('every answer teaches: users and chats of calls made by hand', async () => {
    const client = await connectPerson()
    await client.invoke({ _: 'contacts.resolveUsername', username: 'test_channel' })
    const { id } = server.world.findName('test_channel')!
    expect(await client.resolvePeer(-1_000_000_000_000n - id)).toMatchObject({ channelId: id })
    expect(requests.length).toBe(1)
  })

  test('a username is looked up again after some hours', async () => {
    const client = await connect()
    await client.resolvePeer('@alice')
    later = 5 * 3600_000
    await client.resolvePeer('@alice')
    expect(asked('contacts.resolveUsername')).toBe(1)
    const old = alice()
    old.username = undefined
    const other = server.world.addUser({ firstName: 'Other', username: 'alice' })
    later = 6 * 3600_000
    expect(await client.resolvePeer('@alice')).toEqual(asUser(other, me(client)))
    expect(asked('contacts.resolveUsername')).toBe(2)
  })

  test('what somebody brings is learnt, but takes the place of nothing', async () => {
    const client = await connectPerson()
    const { id } = alice()
    const accessHash = accessHashFor(alice(), me(client))
    const message = { _: 'message', peerId: { _: 'peerUser', userId: id } }
    const updates = {
      _: 'updates',
      updates: [{ _: 'updateNewMessage', message }],
      users: [{ _: 'user', id, accessHash }],
      chats: [],
    }
    expect(await client.resolvePeer(updates)).toEqual(asUser(alice(), me(client)))
    await client.resolvePeer({ _: 'user', id, accessHash: 5n })
    expect(await client.resolvePeer(id)).toEqual(asUser(alice(), me(client)))
    expect(requests).toEqual([])
  })

  test('nothing is saved any more once the client is closed: its keys are gone', async () => {
    const storage = memoryStorage()
    const client = await connectPerson({ storage })
    await client.close()
    const before = storage.data
    expect(decodeSession(before!).keys.size).toBe(1)
    await client.resolvePeer({ _: 'user', id: 77n, accessHash: 5n })
    expect(storage.data).toBe(before)
  })

  test('a storage that fails is told of when the client is closed, and costs no upload', async () => {
    let isFull = false
    const storage = memoryStorage()
    const client = await connect({
      storage: {
        load: () => storage.load(),
        save: (data) => (isFull ? Promise.reject(new Error('disk full')) : storage.save(data)),
      },
    })
    isFull = true
    await client.uploadMedia({ peer: '@alice', media: file() })
    await client.uploadMedia({ peer: '@bobby', media: file() })
    await expect(client.close()).rejects.toThrow('disk full')
  })
})

describe('who was never seen', () => {
  test('by a person: an error of our own, before anything is sent or uploaded', async () => {
    const client = await connectPerson()
    const error = await client.uploadMedia({ peer: alice().id, media: file() }).catch((caught: PeerError) => caught)
    expect(error).toMatchObject({ name: 'PeerError', code: 'PEER_NOT_SEEN' })
    expect((error as Error).message).toMatch(
      /^user \d+ was never seen by this session, so that its access hash is not known; give a @username/,
    )
    await expect(client.resolvePeer(-1_000_000_000_042n)).rejects.toThrow(
      /channel or supergroup -1000000000042 was never seen/,
    )
    await expect(client.resolvePeer('https://t.me/c/42/1')).rejects.toMatchObject({ code: 'PEER_NOT_SEEN' })
    expect(requests).toEqual([])
  })

  test('by a bot: it is asked whether it has met them', async () => {
    const client = await connect()
    const stranger = await client.resolvePeer(alice().id).catch((caught: PeerError) => caught)
    expect(stranger).toMatchObject({ code: 'PEER_NOT_SEEN' })
    expect((stranger as Error).message).toMatch(
      /a bot can name only those who have written to it or are in a chat with it/,
    )
    const channel = -1_000_000_000_000n - group().id
    await expect(client.resolvePeer(channel)).rejects.toMatchObject({
      code: 'PEER_NOT_SEEN',
      cause: { type: 'CHANNEL_INVALID' },
    })
    group().members.add(123n).add(alice().id)
    expect(await client.resolvePeer(alice().id)).toEqual(asUser(alice(), me(client)))
    expect(await client.resolvePeer(channel)).toEqual(asChannel(group(), me(client)))
    requests.length = 0
    await client.resolvePeer(alice().id)
    expect(requests).toEqual([])
  })

  test('by a bot on its way to another datacenter: it is asked once it is there', async () => {
    const { world, privateKeyPem } = server
    const there: Faults = {}
    const other = await startTestDc({
      world,
      privateKeyPem,
      dcId: 4,
      faults: there,
      onRequest: (info) => requests.push(info),
    })
    try {
      const found: Promise<unknown>[] = []
      const dave = world.addUser({ firstName: 'Dave', metBots: new Set([123n]) })
      const client = await connect({
        onEvent: (event) => {
          if (event.type !== 'migrate') return
          queueMicrotask(() => {
            expect(client.user).toBeUndefined()
            found.push(client.resolvePeer(dave.id))
          })
        },
      })
      faults.onRequest = ({ request }) =>
        request._ === 'contacts.resolveUsername' ? { kind: 'error', code: 303, text: 'USER_MIGRATE_4' } : undefined
      await client.resolvePeer('@alice')
      expect([client.dcId, await Promise.all(found)]).toEqual([4, [asUser(dave, me(client))]])
    } finally {
      for (const client of clients) await client.close()
      await other.close()
    }
  })

  test('by a bot that is told of them without an access hash: it names them by 0', async () => {
    const client = await connect()
    const user = { _: 'user', id: 77n, accessHash: 5n, min: true, firstName: 'Eve' } as const
    faults.onRequest = ({ request, layer }) =>
      request._ === 'users.getUsers'
        ? { kind: 'answer', encode: (writer) => encodeResult(writer, 'users.getUsers', [user], layer) }
        : undefined
    expect(await client.resolvePeer(77n)).toEqual({ _: 'inputPeerUser', userId: 77n, accessHash: 0n })
  })

  test('the short form of somebody is not enough, and takes the place of nothing', async () => {
    const client = await connectPerson()
    const min = { _: 'user', id: alice().id, accessHash: 5n, min: true } as const
    await expect(client.resolvePeer(min)).rejects.toThrow(/was told to this session in the short form only \(min\)/)
    await client.resolvePeer('@alice')
    expect(await client.resolvePeer(min)).toEqual(asUser(alice(), me(client)))
  })

  test('a channel whose mark was left out: the error names the id that was meant', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@test_group')
    const { id } = group()
    await expect(client.resolvePeer(id)).rejects.toThrow(new RegExp(`the channel of that number is -100\\d*${id}`))
  })

  test('invite links: joining is not the business of an upload; bots cannot look into them', async () => {
    const person = await connectPerson()
    server.world.addChat({ kind: 'supergroup', title: 'Club', invite: 'AbC-1' })
    await expect(person.resolvePeer('https://t.me/+AbC-1')).rejects.toMatchObject({
      code: 'PEER_NOT_JOINED',
      message: expect.stringMatching(/"Club", where this account is not a member; uploading joins no chat/) as string,
    })
    await expect(person.resolvePeer('https://t.me/+gone')).rejects.toMatchObject({ type: 'INVITE_HASH_EXPIRED' })
    const channel = { _: 'channel', id: 9n, title: 'Open', photo: { _: 'chatPhotoEmpty' }, date: 0 } as const
    const peek = { _: 'chatInvitePeek', chat: channel, expires: 0 } as const
    faults.onRequest = ({ request, layer }) =>
      request._ === 'messages.checkChatInvite'
        ? { kind: 'answer', encode: (writer) => encodeResult(writer, 'messages.checkChatInvite', peek, layer) }
        : undefined
    await expect(person.resolvePeer('t.me/joinchat/peek')).rejects.toThrow(/"Open", where this account is not a member/)
    const bot = await connect()
    await expect(bot.resolvePeer('https://t.me/+AbC-1')).rejects.toThrow(/bots cannot look into invite links/)
    await expect(bot.resolvePeer('+9996610001')).rejects.toThrow(/bots cannot look phone numbers up/)
    expect(requests).toEqual([])
  })
})

describe("the server's own refusals", () => {
  test.each([
    ['@nobody_here', 'USERNAME_NOT_OCCUPIED'],
    ['@abc', 'USERNAME_INVALID'],
    ['+4917000000', 'PHONE_NOT_OCCUPIED'],
  ])('%s: %s', async (peer, type) => {
    const client = await connectPerson()
    await expect(client.uploadMedia({ peer, media: file() })).rejects.toMatchObject({ name: 'RpcError', type })
  })

  test('a stale access hash: forgotten, found again by the name, and the call repeated once', async () => {
    const client = await connectPerson()
    for (const peer of ['@alice', alice().id]) {
      await client.resolvePeer('@alice')
      later += 60_000
      alice().accessHash++
      requests.length = 0
      await client.uploadMedia({ peer, media: file() })
      expect(reached()).toEqual(asUser(alice(), me(client)))
      expect([asked('messages.uploadMedia'), asked('contacts.resolveUsername')]).toEqual([2, 1])
    }
  })

  test('a stale access hash of a bot: found again by the id', async () => {
    const client = await connect()
    const dave = server.world.addUser({ firstName: 'Dave', metBots: new Set([123n]) })
    await client.resolvePeer(dave.id)
    later = 60_000
    dave.accessHash++
    await client.uploadMedia({ peer: dave.id, media: file() })
    expect(reached()).toEqual(asUser(dave, me(client)))
  })

  test('a stale access hash without a name: PEER_ID_INVALID, and then it is not known any more', async () => {
    const client = await connectPerson()
    const dave = server.world.addUser({ firstName: 'Dave', phone: '9996630009' })
    await client.resolvePeer('+9996630009')
    later = 60_000
    dave.accessHash++
    await expect(client.uploadMedia({ peer: dave.id, media: file() })).rejects.toMatchObject({
      type: 'PEER_ID_INVALID',
    })
    await expect(client.uploadMedia({ peer: dave.id, media: file() })).rejects.toMatchObject({ code: 'PEER_NOT_SEEN' })
  })

  test('whoever still has the peer of before reaches them too, without another look-up', async () => {
    const client = await connectPerson()
    const peer = await client.resolvePeer('@alice')
    later = 60_000
    alice().accessHash++
    for (let i = 0; i < 2; i++) {
      await client.uploadMedia({ peer, media: file() })
      expect(reached()).toEqual(asUser(alice(), me(client)))
    }
    expect(asked('contacts.resolveUsername')).toBe(2)
  })

  test('an object of another session: the server refuses its access hash, this session knows another', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@alice')
    const foreign = { _: 'user', id: alice().id, accessHash: 5n } as const
    await client.uploadMedia({ peer: foreign, media: file() })
    expect(reached()).toEqual(asUser(alice(), me(client)))
  })

  test('where a look-up tells nothing new, the call is not repeated', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@alice')
    later = 60_000
    requests.length = 0
    faults.onRequest = ({ request }) =>
      request._ === 'messages.uploadMedia' ? { kind: 'error', code: 400, text: 'PEER_ID_INVALID' } : undefined
    await expect(client.uploadMedia({ peer: '@alice', media: file() })).rejects.toMatchObject({
      type: 'PEER_ID_INVALID',
    })
    expect([asked('messages.uploadMedia'), asked('contacts.resolveUsername')]).toEqual([1, 1])
  })

  test('a look-up that fails leaves the first refusal standing', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@alice')
    later = 60_000
    alice().accessHash++
    alice().username = 'somewhere_else'
    await expect(client.uploadMedia({ peer: '@alice', media: file() })).rejects.toMatchObject({
      type: 'PEER_ID_INVALID',
    })
  })

  test('an abort while a peer is found anew ends the call', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@alice')
    later = 60_000
    alice().accessHash++
    const abort = new AbortController()
    faults.onRequest = ({ request }) => {
      if (request._ !== 'contacts.resolveUsername') return undefined
      abort.abort()
      return { kind: 'silence' }
    }
    const upload = client.uploadMedia({ peer: '@alice', media: file(), signal: abort.signal })
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('what hinders a look-up is told as it is', async () => {
    const client = await connect()
    faults.onRequest = ({ request }) =>
      request._ === 'channels.getChannels' ? { kind: 'error', code: 400, text: 'CHANNEL_PRIVATE' } : undefined
    await expect(client.resolvePeer(-1_000_000_000_042n)).rejects.toMatchObject({ type: 'CHANNEL_PRIVATE' })
  })

  test('a name that went to somebody else: by the name it is they, by the id an error', async () => {
    const client = await connectPerson()
    const old = alice()
    await client.resolvePeer('@alice')
    later = 60_000
    old.deactivated = true
    old.username = undefined
    const other = server.world.addUser({ firstName: 'Other', username: 'alice' })
    await expect(client.uploadMedia({ peer: old.id, media: file() })).rejects.toMatchObject({
      type: 'INPUT_USER_DEACTIVATED',
    })
    await client.uploadMedia({ peer: '@alice', media: file() })
    expect(reached()).toEqual(asUser(other, me(client)))
  })

  test('what was told a moment ago is not asked again: the refusal stands', async () => {
    const client = await connectPerson()
    const chat = server.world.addChat({ kind: 'channel', title: 'Quiet', username: 'quiet_one' })
    await client.resolvePeer('@quiet_one')
    chat.username = undefined
    requests.length = 0
    await expect(client.uploadMedia({ peer: '@quiet_one', media: file() })).rejects.toMatchObject({
      type: 'CHANNEL_PRIVATE',
    })
    expect([asked('messages.uploadMedia'), asked('contacts.resolveUsername')]).toEqual([1, 0])
  })

  test('a group that became a supergroup: its old id goes there, at once and after a restart', async () => {
    const storage = memoryStorage()
    const client = await connect({ storage })
    const { world } = server
    const members = new Set([123n])
    const supergroup = world.addChat({ kind: 'supergroup', title: 'New', members })
    const old = world.addChat({ title: 'Old', members, migratedTo: supergroup })
    await client.uploadMedia({ peer: -old.id, media: file() })
    expect(reached()).toEqual(asChannel(supergroup, me(client)))
    await client.close()
    const again = await connect({ storage })
    await again.uploadMedia({ peer: { _: 'peerChat', chatId: old.id }, media: file() })
    expect([reached(), asked('messages.uploadMedia')]).toEqual([asChannel(supergroup, me(again)), 1])
  })

  test('a peer in the form of the API is sent as it is, and its refusal is the answer', async () => {
    const client = await connectPerson()
    await client.resolvePeer('@alice')
    const wrong: InputPeer = { _: 'inputPeerUser', userId: alice().id, accessHash: 1n }
    requests.length = 0
    await expect(client.uploadMedia({ peer: wrong, media: file() })).rejects.toMatchObject({ type: 'PEER_ID_INVALID' })
    expect(asked('messages.uploadMedia')).toBe(1)
  })
})

describe('what is no peer', () => {
  test.each([
    ['', /the peer is an empty string/],
    ['@', /"" is no username/],
    ['🙂', /"🙂" is no peer/],
    [null, /null names no user or chat/],
    [{}, /an object without a constructor in "_" names no user or chat/],
    [{ _: 5 }, /names no user or chat/],
    [5.5, /5.5 is no id/],
    [['alice'], /an array names no user or chat/],
  ])('%j', async (peer, words) => {
    const client = await connect()
    for (const call of [
      () => client.uploadMedia({ peer: peer as never, media: file() }),
      () => client.invoke({ _: 'messages.uploadMedia', peer: peer as never, media: { _: 'inputMediaEmpty' } }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'USAGE' })
      await expect(call()).rejects.toThrow(words)
    }
    expect(requests).toEqual([])
  })
})
