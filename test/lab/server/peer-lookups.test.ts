/** Looking users and chats up at the test DC: by name, phone, id and invite, as each account may. */
import { expect, test } from 'vitest'
import { accessHashFor, type WorldChat, type WorldUser } from '../../../src/lab/server/world.ts'
import type { InputChannel } from '../../../src/tl/generated/api-types.ts'
import {
  channelsGetChannels,
  contactsResolvePhone,
  contactsResolveUsername,
  messagesCheckChatInvite,
  messagesGetChats,
  usersGetUsers,
} from '../../../src/tl/generated/client/methods.ts'
import type { RawClient } from '../../support/raw-client.ts'
import { login, type Setup, setUp } from './setup.ts'

interface Bench {
  readonly setup: Setup
  readonly client: RawClient
  readonly me: WorldUser
}

/** A client that is logged in as a bot, or as a person. */
async function bench(who: 'bot' | 'person' = 'bot'): Promise<Bench> {
  const setup = setUp()
  const client = await setup.bot()
  const me = setup.world.users.get(1000n)!
  if (who === 'person') (me as { bot: boolean }).bot = false
  return { setup, client, me }
}

const phone = ({ setup, client }: Bench, number: string) =>
  setup.run(client.call(contactsResolvePhone, { _: 'contacts.resolvePhone', phone: number }))
const channels = ({ setup, client }: Bench, ...id: InputChannel[]) =>
  setup.run(client.call(channelsGetChannels, { _: 'channels.getChannels', id }))
const groups = ({ setup, client }: Bench, ...id: bigint[]) =>
  setup.run(client.call(messagesGetChats, { _: 'messages.getChats', id }))
const invite = ({ setup, client }: Bench, hash: string) =>
  setup.run(client.call(messagesCheckChatInvite, { _: 'messages.checkChatInvite', hash }))
const named = (chat: WorldChat, accessHash: bigint): InputChannel => ({
  _: 'inputChannel',
  channelId: chat.id,
  accessHash,
})

test('each account sees another access hash of the same user, and that of another account is refused', async () => {
  const { setup, client, me } = await bench()
  const alice = setup.world.addUser({ firstName: 'Alice', username: 'alice' })
  const other = await setup.keyed()
  await setup.run(login(other, 223, '1001:secret'))
  const resolve = async (one: RawClient): Promise<bigint> => {
    const request = { _: 'contacts.resolveUsername' as const, username: 'alice' }
    const { users } = await setup.run(one.call(contactsResolveUsername, request))
    return users[0]?._ === 'user' ? users[0].accessHash! : 0n
  }
  const mine = await resolve(client)
  const theirs = await resolve(other)
  expect([mine === accessHashFor(alice, me), mine === theirs]).toEqual([true, false])
  const seen = async (accessHash: bigint): Promise<number> => {
    const id = [{ _: 'inputUser' as const, userId: alice.id, accessHash }]
    return (await setup.run(client.call(usersGetUsers, { _: 'users.getUsers', id }))).length
  }
  expect([await seen(mine), await seen(theirs), await seen(alice.accessHash)]).toEqual([1, 0, 0])
  alice.accessHash++
  expect([await seen(mine), await seen(await resolve(client))]).toEqual([0, 1])
})

test('access hash 0: bots may, for users they have met and chats they are in; people may not', async () => {
  for (const who of ['bot', 'person'] as const) {
    const all = await bench(who)
    const { setup, client } = all
    const met = setup.world.addUser({ firstName: 'Met', metBots: new Set([1000n]) })
    const neighbour = setup.world.addUser({ firstName: 'Neighbour' })
    const stranger = setup.world.addUser({ firstName: 'Stranger' })
    const joined = setup.world.addChat({
      kind: 'supergroup',
      title: 'In',
      members: new Set([1000n, neighbour.id]),
    })
    const id = [met, neighbour, stranger].map((user) => ({
      _: 'inputUser' as const,
      userId: user.id,
      accessHash: 0n,
    }))
    const users = await setup.run(client.call(usersGetUsers, { _: 'users.getUsers', id }))
    expect(users.map((user) => user.id)).toEqual(who === 'bot' ? [met.id, neighbour.id] : [])
    const chat = channels(all, named(joined, 0n))
    if (who === 'bot') expect((await chat).chats).toMatchObject([{ id: joined.id, megagroup: true }])
    else await expect(chat).rejects.toThrow('400 CHANNEL_INVALID')
  }
})

test('contacts.resolvePhone finds who lets themselves be found; bots may not ask', async () => {
  const all = await bench('person')
  const bob = all.setup.world.addUser({ firstName: 'Bob', phone: '491701234567' })
  all.setup.world.addUser({ firstName: 'Shy', phone: '491701234568', hidesPhone: true })
  expect(await phone(all, '491701234567')).toMatchObject({ peer: { userId: bob.id }, users: [{ firstName: 'Bob' }] })
  for (const number of ['491701234568', '49', '+491701234567'])
    await expect(phone(all, number)).rejects.toThrow('400 PHONE_NOT_OCCUPIED')
  await expect(phone(await bench(), '491701234567')).rejects.toThrow('400 BOT_METHOD_INVALID')
})

test('channels.getChannels: private ones to those inside, public ones to all', async () => {
  const all = await bench('person')
  const { setup, me } = all
  const add = (change: Partial<WorldChat>): InputChannel => {
    const chat = setup.world.addChat({ kind: 'channel', title: 'C', ...change })
    return named(chat, accessHashFor(chat, me))
  }
  const found = await channels(all, add({ username: 'open' }), add({ members: new Set([1000n]) }))
  expect(found.chats).toMatchObject([{ left: true }, { broadcast: true }])
  await expect(channels(all, add({}))).rejects.toThrow('400 CHANNEL_PRIVATE')
  await expect(channels(all, add({ kind: 'chat' }))).rejects.toThrow('400 CHANNEL_INVALID')
  await expect(channels(all, { _: 'inputChannelEmpty' })).rejects.toThrow('400 CHANNEL_INVALID')
})

test('messages.getChats: a group that became a supergroup says which one', async () => {
  const all = await bench('person')
  const { world } = all.setup
  const members = new Set([1000n])
  const supergroup = world.addChat({ kind: 'supergroup', title: 'New', members })
  const old = world.addChat({ title: 'Old', members, migratedTo: supergroup })
  const other = world.addChat({ title: 'Other' })
  const accessHash = accessHashFor(supergroup, all.me)
  expect((await groups(all, old.id, other.id)).chats).toMatchObject([
    { _: 'chat', deactivated: true, migratedTo: { channelId: supergroup.id, accessHash } },
    { _: 'chatForbidden', title: 'Other' },
  ])
  await expect(groups(all, supergroup.id)).rejects.toThrow('400 CHAT_ID_INVALID')
})

test('messages.checkChatInvite tells members from others, who see the short form of those inside', async () => {
  const all = await bench('person')
  const { world } = all.setup
  const bob = world.addUser({ firstName: 'Bob' })
  const inside = world.addChat({ kind: 'supergroup', title: 'In', invite: 'AbC-1_', members: new Set([1000n]) })
  world.addChat({ kind: 'channel', title: 'Out', invite: 'DeF', members: new Set([bob.id]) })
  expect(await invite(all, 'AbC-1_')).toMatchObject({ _: 'chatInviteAlready', chat: { id: inside.id } })
  expect(await invite(all, 'DeF')).toMatchObject({
    _: 'chatInvite',
    broadcast: true,
    title: 'Out',
    participants: [{ id: bob.id, min: true }],
  })
  await expect(invite(all, '')).rejects.toThrow('400 INVITE_HASH_EMPTY')
  await expect(invite(all, 'a b')).rejects.toThrow('400 INVITE_HASH_INVALID')
  await expect(invite(all, 'gone')).rejects.toThrow('400 INVITE_HASH_EXPIRED')
  await expect(invite(await bench(), 'AbC-1_')).rejects.toThrow('400 BOT_METHOD_INVALID')
})
