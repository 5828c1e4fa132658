/** `messages.uploadMedia`: errors of whom something is sent to. */
import type { MediaRight, WorldChat } from '../../src/lab/server/index.ts'
import type { DocumentAttribute, InputMedia, InputPeer } from '../../src/tl/generated/api-types.ts'
import { BOT, type Case, DICE, type Lab, send, toChat, toUser } from './lab.ts'

type Arranged = Partial<Omit<WorldChat, 'kind'>> & { readonly kind?: WorldChat['kind'] }

/** The bot sends dice to a chat that it is in. */
const toChatOf =
  (chat: Arranged) =>
  async ({ bot, world }: Lab): Promise<unknown> =>
    send(
      await bot(),
      DICE,
      toChat(world.addChat({ kind: 'supergroup', title: 'Chat', members: new Set([BOT]), ...chat })),
    )

const toPeer =
  (peer: InputPeer) =>
  async ({ bot }: Lab): Promise<unknown> =>
    send(await bot(), DICE, peer)

/** The bot sends something to a chat that takes none of it. */
const forbidden =
  (right: MediaRight, media: (lab: Lab) => InputMedia | Promise<InputMedia>) =>
  async (lab: Lab): Promise<unknown> => {
    const chat = lab.world.addChat({
      kind: 'supergroup',
      title: 'Quiet',
      members: new Set([BOT]),
      forbidden: new Set([right]),
    })
    const input = await media(lab)
    return send(await lab.bot(), input, toChat(chat))
  }

const uploaded =
  (...attributes: DocumentAttribute[]) =>
  async ({ bot }: Lab): Promise<InputMedia> => {
    const { inputFile } = await (await bot()).uploadFile(new Uint8Array(100))
    return { _: 'inputMediaUploadedDocument', file: inputFile, mimeType: 'a/b', attributes }
  }
const aPhoto = async ({ bot }: Lab): Promise<InputMedia> => {
  const { inputFile } = await (await bot()).uploadFile(new Uint8Array(100))
  return { _: 'inputMediaUploadedPhoto', file: inputFile }
}
const video = { _: 'documentAttributeVideo', duration: 1, w: 2, h: 2 } as const
const sound = { _: 'documentAttributeAudio', duration: 1 } as const
const text = (value: string) => ({ _: 'textWithEntities' as const, text: value, entities: [] })
const poll = (): InputMedia => ({
  _: 'inputMediaPoll',
  poll: {
    _: 'poll',
    id: 0n,
    question: text('q'),
    answers: [1, 2].map((n) => ({ _: 'pollAnswer', text: text(`${n}`), option: Uint8Array.of(n) })),
  },
})

export const PEER_CASES: readonly Case[] = [
  { type: 'CHANNEL_INVALID', code: 400, act: toPeer({ _: 'inputPeerChannel', channelId: 77n, accessHash: 1n }) },
  { type: 'CHANNEL_PRIVATE', code: 400, act: toChatOf({ members: new Set() }) },
  { type: 'CHAT_ADMIN_REQUIRED', code: 400, act: toChatOf({ kind: 'channel' }) },
  { type: 'CHAT_ID_INVALID', code: 400, act: toPeer({ _: 'inputPeerChat', chatId: 77n }) },
  { type: 'CHAT_RESTRICTED', code: 400, act: toChatOf({ muted: new Set([BOT]) }) },
  { type: 'CHAT_RESTRICTED', code: 400, act: toChatOf({ restricted: true }) },
  { type: 'CHAT_WRITE_FORBIDDEN', code: 403, act: toChatOf({ mediaForbidden: true }) },
  { type: 'USER_BANNED_IN_CHANNEL', code: 400, act: toChatOf({ banned: new Set([BOT]) }) },
  {
    type: 'USER_BANNED_IN_CHANNEL',
    code: 400,
    act: async ({ person, world }) => {
      const client = await person()
      const me = world.users.get(client.user!.id)!
      me.limited = true
      return send(
        client,
        DICE,
        toChat(world.addChat({ kind: 'supergroup', title: 'G', members: new Set([me.id]) }), me.id),
      )
    },
  },
  {
    type: 'INPUT_USER_DEACTIVATED',
    code: 400,
    act: async ({ bot, world }) =>
      send(await bot(), DICE, toUser(world.addUser({ firstName: 'Gone', deactivated: true }))),
  },
  { type: 'PEER_ID_INVALID', code: 400, act: toPeer({ _: 'inputPeerUser', userId: 77n, accessHash: 1n }) },
  {
    type: 'PEER_ID_INVALID',
    code: 400,
    act: async ({ person }) => (await person()).uploadMedia({ peer: 'empty', media: DICE }),
  },
  {
    type: 'MSG_ID_INVALID',
    code: 400,
    act: async ({ person, world }) => {
      const client = await person()
      const writer = world.addUser({ firstName: 'Writer' })
      const members = new Set([client.user!.id, writer.id])
      const chat = world.addChat({ kind: 'supergroup', title: 'G', members, messages: new Map([[5, writer.id]]) })
      const by = (msgId: number): InputPeer =>
        ({ _: 'inputPeerUserFromMessage', peer: toChat(chat, client.user!.id), msgId, userId: writer.id }) as const
      await send(client, DICE, by(5))
      return send(client, DICE, by(6))
    },
  },
  {
    type: 'USER_IS_BLOCKED',
    code: 403,
    act: async ({ bot, world }) =>
      send(await bot(), DICE, toUser(world.addUser({ firstName: 'Shy', blocks: new Set([BOT]) }))),
  },
  {
    type: 'PRIVACY_PREMIUM_REQUIRED',
    code: 403,
    act: async ({ person, world }) => {
      const client = await person()
      const user = world.addUser({ firstName: 'Proud', premiumOnly: true })
      return send(client, DICE, toUser(user, client.user!.id))
    },
  },
  {
    type: 'ALLOW_PAYMENT_REQUIRED_X',
    code: 403,
    text: 'ALLOW_PAYMENT_REQUIRED_7',
    act: async ({ bot, world }) => send(await bot(), DICE, toUser(world.addUser({ firstName: 'Dear', price: 7 }))),
  },
  {
    type: 'USER_IS_BOT',
    code: 400,
    act: async ({ bot, world }) => send(await bot(), DICE, toUser(world.addUser({ firstName: 'Bot', bot: true }))),
  },
  {
    type: 'YOU_BLOCKED_USER',
    code: 400,
    act: async ({ person, world }) => {
      const client = await person()
      const user = world.addUser({ firstName: 'Shut out' })
      world.users.get(client.user!.id)!.blocks = new Set([user.id])
      return send(client, DICE, toUser(user, client.user!.id))
    },
  },
  {
    type: 'BROADCAST_PUBLIC_VOTERS_FORBIDDEN',
    code: 400,
    act: async ({ bot, world }) => {
      const channel = world.addChat({ kind: 'channel', title: 'News', admins: new Set([BOT]) })
      const asked = poll() as Extract<InputMedia, { _: 'inputMediaPoll' }>
      return send(await bot(), { ...asked, poll: { ...asked.poll, publicVoters: true } }, toChat(channel))
    },
  },
  {
    type: 'VOICE_MESSAGES_FORBIDDEN',
    code: 400,
    act: async (lab) => {
      const media = await uploaded({ ...sound, voice: true })(lab)
      return send(await lab.bot(), media, toUser(lab.world.addUser({ firstName: 'Quiet', refusesVoice: true })))
    },
  },
  { type: 'CHAT_SEND_MEDIA_FORBIDDEN', code: 403, act: forbidden('media', aPhoto) },
  { type: 'CHAT_SEND_PHOTOS_FORBIDDEN', code: 403, act: forbidden('photos', aPhoto) },
  { type: 'CHAT_SEND_DOCS_FORBIDDEN', code: 403, act: forbidden('documents', uploaded()) },
  { type: 'CHAT_SEND_VIDEOS_FORBIDDEN', code: 403, act: forbidden('videos', uploaded(video)) },
  {
    type: 'CHAT_SEND_ROUNDVIDEOS_FORBIDDEN',
    code: 403,
    act: forbidden('roundVideos', uploaded({ ...video, roundMessage: true })),
  },
  { type: 'CHAT_SEND_AUDIOS_FORBIDDEN', code: 403, act: forbidden('audios', uploaded(sound)) },
  { type: 'CHAT_SEND_VOICES_FORBIDDEN', code: 403, act: forbidden('voices', uploaded({ ...sound, voice: true })) },
  {
    type: 'CHAT_SEND_GIFS_FORBIDDEN',
    code: 403,
    act: forbidden('gifs', uploaded(video, { _: 'documentAttributeAnimated' })),
  },
  {
    type: 'CHAT_SEND_STICKERS_FORBIDDEN',
    code: 403,
    act: forbidden(
      'stickers',
      uploaded({ _: 'documentAttributeSticker', alt: '', stickerset: { _: 'inputStickerSetEmpty' } }),
    ),
  },
  { type: 'CHAT_SEND_POLL_FORBIDDEN', code: 403, act: forbidden('polls', poll) },
]
