/** Who is meant by whatever somebody has in hand; and what names nobody says so in a sentence. */
import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { identify } from '../../../src/client/peers/identify.ts'
import { markedId } from '../../../src/client/peers/named.ts'
import { UsageError } from '../../../src/errors.ts'

const ME = { kind: 'input', peer: { _: 'inputPeerSelf' } }
const name = (text: string): object => ({ kind: 'name', name: text })
const phone = { kind: 'phone', digits: '491701234567' }
const invite = { kind: 'invite', hash: 'AbC-1_dEf' }
const user = (id: bigint): object => ({ kind: 'user', id })
const chat = (id: bigint): object => ({ kind: 'chat', id })
const channel = (id: bigint): object => ({ kind: 'channel', id })

test.each([
  ['me', ME],
  ['self', ME],
  ['empty', { kind: 'input', peer: { _: 'inputPeerEmpty' } }],
  // With the sign they are names like any other.
  ['@self', name('self')],
  ['@empty', name('empty')],
  ['@alice', name('alice')],
  ['Alice_1', name('Alice_1')],
  ['  @alice\n', name('alice')],
  ['@gif', name('gif')],
  ['t.me/alice', name('alice')],
  ['https://t.me/alice', name('alice')],
  ['http://t.me/alice/', name('alice')],
  ['https://t.me/@alice', name('alice')],
  ['HTTPS://T.ME/alice', name('alice')],
  ['https://www.t.me/alice', name('alice')],
  ['https://telegram.me/alice', name('alice')],
  ['telegram.dog/alice', name('alice')],
  ['https://t.me/alice/42?single', name('alice')],
  ['https://t.me/alice?start=abc#there', name('alice')],
  ['https://t.me/s/alice/42', name('alice')],
  ['alice.t.me', name('alice')],
  ['https://alice.t.me/42', name('alice')],
  ['tg://resolve?domain=alice', name('alice')],
  ['tg:resolve?domain=alice&post=42', name('alice')],
  ['TG://resolve/?domain=alice#x', name('alice')],
  ['tg://resolve?phone=491701234567', phone],
  ['tg://resolve?phone=%2B49%20170%201234567', phone],
  ['+491701234567', phone],
  ['+49 (170) 123-45.67', phone],
  ['https://t.me/+491701234567', phone],
  ['https://t.me/%2B491701234567', phone],
  ['https://t.me/+AbC-1_dEf', invite],
  ['https://t.me/joinchat/AbC-1_dEf', invite],
  ['t.me/joinchat/AbC-1_dEf?x', invite],
  ['tg://join?invite=AbC-1_dEf', invite],
  ['tg://user?id=123', user(123n)],
  ['tg://openmessage?user_id=123', user(123n)],
  ['https://t.me/c/1234567890/42', channel(1_234_567_890n)],
  ['tg://privatepost?channel=1234567890&post=42', channel(1_234_567_890n)],
  ['123', user(123n)],
  ['-123', chat(123n)],
  ['-1001234567890', channel(1_234_567_890n)],
])('the text %j', (text, named) => {
  expect(identify(text)).toEqual(named)
})

test.each([
  [1, user(1n)],
  [0xff_ffff_ffff, user(0xff_ffff_ffffn)],
  [5n, user(5n)],
  [-1, chat(1n)],
  [-999_999_999_999, chat(999_999_999_999n)],
  [-1_000_000_000_001n, channel(1n)],
  [-1_997_852_516_352n, channel(997_852_516_352n)],
  // Monoforums.
  [-2_002_147_483_649n, channel(1_002_147_483_649n)],
  [-4_000_000_000_000, channel(3_000_000_000_000n)],
])('the id %s, as bots know it; and it comes out again', (id, named) => {
  const found = identify(id)
  expect(found).toEqual(named)
  expect(markedId(found as never)).toBe(BigInt(id))
})

const peerUser = { _: 'peerUser', userId: 7n }
const peerChat = { _: 'peerChat', chatId: 8n }
const peerChannel = { _: 'peerChannel', channelId: 9n }
const context = { peer: { _: 'inputPeerSelf' }, msgId: 1 }

test.each([
  [{ _: 'inputUserSelf' }, ME],
  [
    { _: 'inputUser', userId: 7n, accessHash: 1n },
    { kind: 'input', peer: { _: 'inputPeerUser', userId: 7n, accessHash: 1n } },
  ],
  [
    { _: 'inputUserFromMessage', ...context, userId: 7n },
    { kind: 'input', peer: { _: 'inputPeerUserFromMessage', ...context, userId: 7n } },
  ],
  [
    { _: 'inputChannel', channelId: 9n, accessHash: 1n },
    { kind: 'input', peer: { _: 'inputPeerChannel', channelId: 9n, accessHash: 1n } },
  ],
  [
    { _: 'inputChannelFromMessage', ...context, channelId: 9n },
    { kind: 'input', peer: { _: 'inputPeerChannelFromMessage', ...context, channelId: 9n } },
  ],
  [peerUser, user(7n)],
  [peerChat, chat(8n)],
  [peerChannel, channel(9n)],
  // Read from JSON, ids are not what they were.
  [{ _: 'peerUser', userId: 7 }, user(7n)],
  [{ _: 'peerUser', userId: '7' }, user(7n)],
  [{ _: 'user', id: 7n, self: true, accessHash: 1n }, ME],
  [
    { _: 'user', id: 7n, accessHash: -1n },
    { kind: 'input', peer: { _: 'inputPeerUser', userId: 7n, accessHash: -1n } },
  ],
  [{ _: 'user', id: 7n }, user(7n)],
  [
    { _: 'user', id: 7n, accessHash: 1n, min: true },
    { kind: 'user', id: 7n, min: true },
  ],
  [{ _: 'userEmpty', id: 7n }, user(7n)],
  [{ _: 'chat', id: 8n, title: '' }, chat(8n)],
  [
    { _: 'chat', id: 8n, migratedTo: { _: 'inputChannel', channelId: 9n, accessHash: 1n } },
    { kind: 'input', peer: { _: 'inputPeerChannel', channelId: 9n, accessHash: 1n } },
  ],
  [{ _: 'chatForbidden', id: 8n, title: '' }, chat(8n)],
  [{ _: 'chatEmpty', id: 8n }, chat(8n)],
  [
    { _: 'channel', id: 9n, accessHash: 1n },
    { kind: 'input', peer: { _: 'inputPeerChannel', channelId: 9n, accessHash: 1n } },
  ],
  [
    { _: 'channel', id: 9n, accessHash: 1n, min: true },
    { kind: 'channel', id: 9n, min: true },
  ],
  [
    { _: 'channelForbidden', id: 9n, accessHash: 1n, title: '' },
    { kind: 'input', peer: { _: 'inputPeerChannel', channelId: 9n, accessHash: 1n } },
  ],
  [{ _: 'userFull', id: 7n }, user(7n)],
  [{ _: 'users.userFull', fullUser: { _: 'userFull', id: 7n }, users: [], chats: [] }, user(7n)],
  [{ _: 'messages.chatFull', fullChat: { _: 'channelFull', id: 9n }, users: [], chats: [] }, channel(9n)],
  [{ _: 'messages.chatFull', fullChat: { _: 'chatFull', id: 8n }, users: [], chats: [] }, chat(8n)],
  [{ _: 'message', id: 1, fromId: peerUser, peerId: peerChat, message: 'text' }, chat(8n)],
  [{ _: 'messageService', id: 1, peerId: peerChannel, action: {} }, channel(9n)],
  [{ _: 'messageEmpty', id: 1, peerId: peerUser }, user(7n)],
  [{ _: 'dialog', peer: peerChannel }, channel(9n)],
  [{ _: 'contacts.resolvedPeer', peer: peerUser, users: [], chats: [] }, user(7n)],
  [{ _: 'updateNewMessage', message: { _: 'message', peerId: peerUser } }, user(7n)],
  [{ _: 'updateShort', update: { _: 'updateNewMessage', message: { _: 'message', peerId: peerUser } } }, user(7n)],
  [{ _: 'updateShortMessage', userId: 7n, message: 'text' }, user(7n)],
  [{ _: 'updateBotCallbackQuery', userId: 7n, peer: peerChannel }, channel(9n)],
  [{ _: 'updateBotInlineQuery', userId: 7n, query: '' }, user(7n)],
  [{ _: 'updateChatParticipant', chatId: 8n, actorId: 6n, userId: 7n }, chat(8n)],
  [{ _: 'updateChannel', channelId: 9n }, channel(9n)],
  [{ _: 'requestedPeerChannel', channelId: 9n }, channel(9n)],
  [{ _: 'contact', userId: 7n, mutual: true }, user(7n)],
  [{ _: 'updateShortChatMessage', fromId: 7n, chatId: 8n, message: 'text' }, chat(8n)],
  [
    {
      _: 'updates',
      updates: [
        { _: 'updateMessageID' },
        { _: 'updateNewChannelMessage', message: { _: 'message', peerId: peerChannel } },
      ],
      users: [],
      chats: [],
    },
    channel(9n),
  ],
])('an object of kind $0._', (object, named) => {
  expect(identify(object)).toEqual(named)
})

describe('what names nobody', () => {
  const cyclic: { _: string; message?: unknown } = { _: 'update' }
  cyclic.message = cyclic
  test.each([
    ['', /empty string; give 'me'/],
    ['   ', /empty string/],
    ['@', /"" is no username/],
    ['@1abc', /"1abc" is no username/],
    ['@a b', /no username/],
    ['abc', /"abc" is no peer/],
    ['🙂', /"🙂" is no peer/],
    ['@🙂', /"🙂" is no username/],
    ['Ünal', /no peer/],
    ['photo.jpg', /"photo.jpg" is no peer/],
    ['https://example.org/alice', /no peer/],
    ['https://t.me.example.org/alice', /no peer/],
    ['https://t.me', /the link https:\/\/t.me leads to no user or chat/],
    ['https://t.me/addstickers/Pack', /leads to no user or chat/],
    ['https://t.me/c/abc', /leads to no user or chat/],
    ['https://t.me/joinchat', /leads to no user or chat/],
    ['https://t.me/%E0%A4%A', /leads to no user or chat/],
    ['tg://settings', /leads to no user or chat/],
    ['tg://user?id=abc', /leads to no user or chat/],
    ['tg://resolve?domain=', /leads to no user or chat/],
    ['+49', /"\+49" is no phone number/],
    ['+49 170 abc', /no phone number/],
    ['0', /0 is no id/],
    [0, /0 is no id/],
    [-1_000_000_000_000n, /is no id/],
    [2n ** 41n, /is no id/],
    [-1_999_000_000_000n, /is the id of a secret chat/],
    [-4_000_000_000_001n, /is no id/],
    [5.5, /5.5 is no id: ids are whole numbers/],
    [Number.NaN, /NaN is no id/],
    [2 ** 60, /is no id/],
    [null, /^null names no user or chat/],
    [undefined, /^undefined names no user or chat/],
    [true, /^a boolean names/],
    [() => 'alice', /^a function names/],
    [{}, /object without a constructor in "_"/],
    [[peerUser], /^an array names/],
    [Promise.resolve('alice'), /^a Promise, which has to be awaited first, names/],
    [{ _: 5 }, /object without a constructor/],
    [{ _: 'inputUserEmpty' }, /of the kind inputUserEmpty names/],
    [{ _: 'inputChannelEmpty' }, /of the kind inputChannelEmpty names/],
    [{ _: 'peerUser' }, /of the kind peerUser names/],
    [{ _: 'peerUser', userId: -1n }, /of the kind peerUser names/],
    [{ _: 'messageEmpty', id: 1 }, /of the kind messageEmpty names/],
    [{ _: 'document', id: 7n, userId: 7n }, /of the kind document names/],
    [{ _: 'messageMediaContact', userId: 0n }, /of the kind messageMediaContact names/],
    [cyclic, /of the kind update names/],
  ])('%s', (peer, words) => {
    expect(() => identify(peer)).toThrow(UsageError)
    expect(() => identify(peer)).toThrow(words)
  })
})

/** Pieces of which texts are made that are nearly right. */
const PIECES = [
  't.me',
  'tg:',
  '//',
  '/',
  '?',
  '=',
  '+',
  '@',
  '-100',
  'c',
  's',
  'joinchat',
  'resolve',
  'domain',
  'phone',
  '%',
  '.',
  ' ',
]
const nearly = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6 })), { maxLength: 8 })

propertyTest.prop([
  fc.oneof(
    fc.string(),
    nearly.map((pieces) => pieces.join('')),
    fc.anything(),
  ),
])('whatever is given, somebody is named or a UsageError says why not', (given) => {
  try {
    expect(identify(given).kind).toMatch(/^(?:user|chat|channel|name|phone|invite|input)$/)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
  }
})
