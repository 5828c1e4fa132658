/** What a session knows of peers: kept within bounds, never spoilt by less, and forgotten in time. */
import { describe, expect, test } from 'vitest'
import { MAX_PEERS, NAME_LIFETIME, PeerBook } from '../../../src/client/peers/book.ts'

const NOW = 1_790_000_000
const alice = { _: 'user', id: 7n, accessHash: -70n, username: 'Alice' } as const
const group = { _: 'channel', id: 9n, accessHash: 90n, megagroup: true, title: 'G' } as const

const made = (...learnt: object[]): PeerBook => {
  const book = new PeerBook(1n, undefined)
  for (const one of learnt) book.learn(one, NOW)
  return book
}

describe('learning', () => {
  test.each([
    ['itself', alice],
    ['a list', [alice]],
    ['users of a result', { _: 'contacts.resolvedPeer', users: [alice], chats: [] }],
    ['a single user of a result', { _: 'auth.authorization', user: alice }],
  ])('%s', (_, value) => {
    expect(made(value).find('user', 7n)?.hash).toBe(-70n)
  })

  test('a channel, and one that threw the account out', () => {
    const book = made({ chats: [group, { _: 'channelForbidden', id: 10n, accessHash: 100n, title: 'F' }] })
    expect([book.find('channel', 9n)?.hash, book.find('channel', 10n)?.hash]).toEqual([90n, 100n])
    expect(book.find('user', 9n)).toBeUndefined()
  })

  test('nothing of short forms, of those without an access hash, of oneself, and of what is no user or chat', () => {
    const book = made(
      alice,
      { ...alice, accessHash: 1n, min: true },
      { _: 'user', id: 8n },
      { _: 'user', id: 1n, accessHash: 5n, self: true },
      { ...group, id: 11n, min: true },
      { users: [null, 5, { _: 'document', id: 12n, accessHash: 1n }], chats: 'none' },
    )
    expect(book.lines()).toEqual(['of 1', `user 7 -70 ${NOW} alice`])
  })

  test('says whether it is worth storing: a new hash, new names, and from time to time that nothing has changed', () => {
    const book = new PeerBook(1n, undefined)
    expect(book.learn(alice, NOW)).toBe(true)
    expect(book.learn(alice, NOW)).toBe(false)
    expect(book.learn({ ...alice, username: 'alice2' }, NOW)).toBe(true)
    expect(book.learn({ ...alice, username: 'alice2', accessHash: 1n }, NOW)).toBe(true)
    expect(book.learn({ ...alice, username: 'alice2', accessHash: 1n }, NOW + NAME_LIFETIME)).toBe(true)
    expect(book.learn({ ...alice, username: 'alice2', accessHash: 1n }, NOW + NAME_LIFETIME + 60)).toBe(false)
  })

  test('a channel whose number is that of the account', () => {
    expect(made({ ...group, id: 1n }).find('channel', 1n)?.hash).toBe(90n)
  })

  test('what a caller brings takes the place of nothing', () => {
    const book = made(alice)
    expect(
      book.learn(
        [
          { ...alice, accessHash: 1n },
          { ...alice, id: 8n },
        ],
        NOW,
        true,
      ),
    ).toBe(true)
    expect([book.find('user', 7n)?.hash, book.find('user', 8n)?.hash]).toEqual([-70n, -70n])
  })

  test('what a group has become', () => {
    const migratedTo = { _: 'inputChannel', channelId: 9n, accessHash: 90n }
    const book = made({ chats: [{ _: 'chat', id: 8n, title: 'G', migratedTo }] })
    expect([book.migrated(8n), book.find('channel', 9n)?.hash]).toEqual([9n, 90n])
    expect(book.learn({ _: 'chat', id: 8n, migratedTo }, NOW)).toBe(false)
  })
})

describe('names', () => {
  test('whatever the case, all that are in use, and none that is not', () => {
    const usernames = [
      { username: 'Second', active: true },
      { username: 'old', active: false },
    ]
    const book = made({ ...alice, usernames })
    for (const name of ['alice', 'ALICE', 'second']) expect(book.named(name, NOW)?.id).toBe(7n)
    expect(book.named('old', NOW)).toBeUndefined()
  })

  test('for some hours, no longer; and not before they were told', () => {
    const book = made(alice)
    expect(book.named('alice', NOW + NAME_LIFETIME - 1)?.id).toBe(7n)
    expect(book.named('alice', NOW + NAME_LIFETIME)).toBeUndefined()
    expect(book.named('alice', NOW - 1)).toBeUndefined()
    expect(book.find('user', 7n)?.hash).toBe(-70n)
  })

  test('of the one who was told to have it last', () => {
    const book = made(alice, { ...group, username: 'alice' })
    expect(book.named('alice', NOW)?.kind).toBe('channel')
    book.learn({ ...alice, username: 'other' }, NOW)
    expect(book.named('alice', NOW)?.kind).toBe('channel')
    expect(book.named('other', NOW)?.id).toBe(7n)
    book.learn({ ...group, username: undefined }, NOW)
    expect(book.named('alice', NOW)).toBeUndefined()
  })

  test('phone numbers are known for as long, and never stored', () => {
    const book = made(alice)
    book.notePhone('4917012345', 7n, NOW)
    expect(book.phone('4917012345', NOW + NAME_LIFETIME - 1)?.hash).toBe(-70n)
    expect(book.phone('4917012345', NOW + NAME_LIFETIME)).toBeUndefined()
    expect(book.lines().join()).not.toContain('4917012345')
  })
})

describe('storing', () => {
  test('what is stored is what is read, by the same account alone', () => {
    const migratedTo = { _: 'inputChannel', channelId: 10n, accessHash: 5n }
    const lines = made({ ...alice, usernames: [{ username: 'b', active: true }] }, group, {
      _: 'chat',
      id: 8n,
      migratedTo,
    }).lines()
    const book = new PeerBook(1n, lines)
    expect(book.lines()).toEqual(lines)
    expect([book.find('user', 7n)?.hash, book.named('b', NOW)?.id, book.migrated(8n)]).toEqual([-70n, 7n, 10n])
    expect(new PeerBook(2n, lines).lines()).toEqual(['of 2'])
    expect(new PeerBook(undefined, lines).lines()).toEqual(['of undefined'])
  })

  test.each([
    ['no list', 'of 1'],
    ['an object', { 0: 'of 1' }],
    ['a list of something else', [1, null, {}, ['of 1']]],
    ['nothing', null],
  ])('%s is passed over', (_, lines) => {
    expect(new PeerBook(1n, lines).lines()).toEqual(['of 1'])
  })

  test('lines that cannot be read are passed over, the others are not', () => {
    const good = `user 7 70 ${NOW} alice`
    const bad = ['user 7', `user x 70 ${NOW}`, `user 7 70 ${NOW} a-b`, 'bot 7 70 1', 'chat 8', '', null]
    expect(new PeerBook(1n, ['of 1', ...bad, good, ...bad]).lines()).toEqual(['of 1', good])
  })

  test('a bounded number: the one that was not used for longest goes first, with its name', () => {
    const book = new PeerBook(1n, undefined)
    for (let id = 1n; id <= MAX_PEERS; id++) book.learn({ ...alice, id: id + 100n, username: `user_${id}` }, NOW)
    book.find('user', 101n)
    book.learn(group, NOW)
    expect(book.lines().length).toBe(MAX_PEERS + 1)
    expect([book.find('user', 101n)?.id, book.find('user', 102n)]).toEqual([101n, undefined])
    expect([book.named('user_1', NOW)?.id, book.named('user_2', NOW)]).toEqual([101n, undefined])
    expect(book.lines().join('\n').length).toBeLessThan(100_000)
  })

  test('groups that became supergroups, and phone numbers, are no more than peers', () => {
    const book = made(alice)
    for (let id = 1n; id <= MAX_PEERS + 1; id++) {
      book.learn({ _: 'chat', id, migratedTo: { _: 'inputChannel', channelId: 9n, accessHash: 90n } }, NOW)
      book.notePhone(`49170${id}`, 7n, NOW)
    }
    expect(book.lines().filter((line) => line.startsWith('chat ')).length).toBeLessThanOrEqual(MAX_PEERS)
    expect([book.phone('491701', NOW), book.phone(`49170${MAX_PEERS + 1}`, NOW)?.id]).toEqual([undefined, 7n])
  })

  test('names without end do not make the session grow without end', () => {
    const usernames = Array.from({ length: 100 }, (_, i) => ({ username: `name_${i}`.padEnd(32, 'x'), active: true }))
    const book = new PeerBook(1n, undefined)
    for (let id = 1n; id <= MAX_PEERS; id++) book.learn({ ...alice, id: id + 100n, usernames }, NOW)
    expect(book.lines().join('\n').length).toBeLessThan(400_000)
    book.learn({ ...alice, username: 'x'.repeat(1000) }, NOW)
    expect(book.lines().at(-1)).toBe(`user 7 -70 ${NOW}`)
  })

  test('a hash that turned out stale is forgotten, unless another took its place', () => {
    const book = made(alice)
    book.forget('user', 7n, 1n)
    expect(book.find('user', 7n)?.hash).toBe(-70n)
    book.forget('user', 7n, -70n)
    expect([book.find('user', 7n), book.named('alice', NOW)]).toEqual([undefined, undefined])
  })
})
