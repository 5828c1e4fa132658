/** Errors of parts of files, of files that are read back, of names and of users. */
import { document, type UploadClient } from '../../src/index.ts'
import type { InputFileLocation, InputPeer, messageMediaDocument } from '../../src/tl/generated/api-types.ts'
import { BOT, type Case, type Lab, toChat } from './lab.ts'

const KB = 1024

const smallPart =
  (filePart: number, length: number) =>
  async ({ bot }: Lab): Promise<unknown> =>
    (await bot()).invoke({ _: 'upload.saveFilePart', fileId: 1n, filePart, bytes: new Uint8Array(length) })

/** Parts of one big file: number, number of all, bytes. */
const bigParts =
  (...parts: readonly (readonly [part: number, total: number, length: number])[]) =>
  async ({ bot }: Lab): Promise<unknown> => {
    const client = await bot()
    for (const [filePart, fileTotalParts, length] of parts) {
      const bytes = new Uint8Array(length)
      await client.invoke({ _: 'upload.saveBigFilePart', fileId: 1n, filePart, fileTotalParts, bytes })
    }
    return undefined
  }

export const SMALL_PART_CASES: readonly Case[] = [
  { type: 'FILE_PART_EMPTY', code: 400, act: smallPart(0, 0) },
  { type: 'FILE_PART_INVALID', code: 400, act: smallPart(4000, KB) },
  { type: 'FILE_PART_INVALID', code: 400, act: smallPart(-1, KB) },
]

export const BIG_PART_CASES: readonly Case[] = [
  { type: 'FILE_PARTS_INVALID', code: 400, act: bigParts([0, 4001, KB]) },
  { type: 'FILE_PARTS_INVALID', code: 400, act: bigParts([0, 30, KB], [1, 31, KB]) },
  { type: 'FILE_PART_EMPTY', code: 400, act: bigParts([0, 30, 0]) },
  { type: 'FILE_PART_INVALID', code: 400, act: bigParts([30, 30, KB]) },
  { type: 'FILE_PART_SIZE_CHANGED', code: 400, act: bigParts([0, 30, KB], [1, 30, 2 * KB]) },
  { type: 'FILE_PART_SIZE_INVALID', code: 400, act: bigParts([0, 30, 3 * KB]) },
  { type: 'FILE_PART_TOO_BIG', code: 400, act: bigParts([0, 30, 512 * KB + 1]) },
  { type: 'FILE_PART_TOO_SMALL', code: 400, act: bigParts([0, 30, 512]) },
]

/** Reads back a document that was uploaded, or something like it. */
const reading =
  (change: Partial<Extract<InputFileLocation, { _: 'inputDocumentFileLocation' }>>, offset = 0n, limit = 4096) =>
  async ({ bot, world }: Lab): Promise<unknown> => {
    const client = await bot()
    const media = await client.uploadMedia({ media: document({ data: new Uint8Array(9000), name: 'a' }) })
    const { id, accessHash, fileReference } = (media as messageMediaDocument).document as Extract<
      messageMediaDocument['document'],
      { _: 'document' }
    >
    if (change.fileReference === EXPIRED) world.media.expireReferences()
    const location = { _: 'inputDocumentFileLocation', id, accessHash, thumbSize: '', ...change } as const
    const known = change.fileReference === EXPIRED ? fileReference : (change.fileReference ?? fileReference)
    return client.invoke({
      _: 'upload.getFile',
      location: { ...location, fileReference: known },
      offset,
      limit,
    })
  }

/** The reference that there was, after it has expired. */
const EXPIRED = new Uint8Array(1)

export const READ_CASES: readonly Case[] = [
  { type: 'FILE_ID_INVALID', code: 400, act: reading({ id: 7n }) },
  { type: 'FILE_REFERENCE_EMPTY', code: 400, act: reading({ fileReference: new Uint8Array(0) }) },
  { type: 'FILE_REFERENCE_INVALID', code: 400, act: reading({ fileReference: new Uint8Array(4) }) },
  { type: 'FILE_REFERENCE_EXPIRED', code: 400, act: reading({ fileReference: EXPIRED }) },
  { type: 'LIMIT_INVALID', code: 400, act: reading({}, 0n, 1000) },
  { type: 'OFFSET_INVALID', code: 400, act: reading({}, 1n) },
  { type: 'LOCATION_INVALID', code: 400, act: reading({ thumbSize: 'm' }) },
]

const named =
  (username: string) =>
  async ({ bot }: Lab): Promise<unknown> =>
    (await bot()).invoke({ _: 'contacts.resolveUsername', username })

export const NAME_CASES: readonly Case[] = [
  { type: 'USERNAME_INVALID', code: 400, act: named('1 2') },
  { type: 'USERNAME_NOT_OCCUPIED', code: 400, act: named('nobody_has_this') },
]

const atLink =
  (hash: string) =>
  async ({ person }: Lab): Promise<unknown> =>
    (await person()).invoke({ _: 'messages.checkChatInvite', hash })

export const LINK_CASES: readonly Case[] = [
  { type: 'INVITE_HASH_EMPTY', code: 400, act: atLink('') },
  { type: 'INVITE_HASH_EXPIRED', code: 400, act: atLink('AbCdEf') },
  { type: 'INVITE_HASH_INVALID', code: 400, act: atLink('a b') },
]

export const PHONE_CASES: readonly Case[] = [
  {
    type: 'PHONE_NOT_OCCUPIED',
    code: 400,
    act: async ({ person }) => (await person()).invoke({ _: 'contacts.resolvePhone', phone: '100200300' }),
  },
]

export const GROUP_CASES: readonly Case[] = [
  {
    type: 'CHAT_ID_INVALID',
    code: 400,
    act: async ({ bot }) => (await bot()).invoke({ _: 'messages.getChats', id: [7n] }),
  },
]

export const CHANNEL_CASES: readonly Case[] = [
  {
    type: 'CHANNEL_INVALID',
    code: 400,
    act: async ({ bot }) =>
      (await bot()).invoke({ _: 'channels.getChannels', id: [{ _: 'inputChannel', channelId: 7n, accessHash: 1n }] }),
  },
  {
    type: 'CHANNEL_PRIVATE',
    code: 400,
    act: async ({ bot, world }) => {
      const peer = toChat(world.addChat({ kind: 'channel', title: 'Closed' }))
      if (peer._ !== 'inputPeerChannel') throw new Error(peer._)
      return (await bot()).invoke({ _: 'channels.getChannels', id: [{ ...peer, _: 'inputChannel' }] })
    },
  },
]

const lookUp = (client: UploadClient, peer: InputPeer, msgId: number, userId: bigint): Promise<unknown> =>
  client.invoke({ _: 'users.getUsers', id: [{ _: 'inputUserFromMessage', peer, msgId, userId }] })

/** A person asks for the writer of a message in a chat that is arranged so. */
const writerOf =
  (arrange: (me: bigint) => { members?: Set<bigint>; banned?: Set<bigint> }, msgId = 5) =>
  async ({ person, world }: Lab): Promise<unknown> => {
    const client = await person()
    const { id } = world.addUser({ firstName: 'Writer' })
    const messages = new Map([[5, id]])
    const chat = world.addChat({ kind: 'supergroup', title: 'G', messages, ...arrange(client.user!.id) })
    return lookUp(client, toChat(chat, client.user!.id), msgId, id)
  }

export const USER_CASES: readonly Case[] = [
  {
    type: 'CHANNEL_INVALID',
    code: 400,
    act: async ({ person }) => lookUp(await person(), { _: 'inputPeerChannel', channelId: 7n, accessHash: 1n }, 5, 1n),
  },
  { type: 'CHANNEL_PRIVATE', code: 400, act: writerOf(() => ({})) },
  { type: 'USER_BANNED_IN_CHANNEL', code: 400, act: writerOf((me) => ({ banned: new Set([me]) })) },
  { type: 'MSG_ID_INVALID', code: 400, act: writerOf((me) => ({ members: new Set([me]) }), 6) },
  {
    type: 'FROM_MESSAGE_BOT_DISABLED',
    code: 400,
    act: async ({ bot, world }) => {
      const chat = world.addChat({ kind: 'supergroup', title: 'G', members: new Set([BOT]) })
      return lookUp(await bot(), toChat(chat), 5, 1n)
    },
  },
]
