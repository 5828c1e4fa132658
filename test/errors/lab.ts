/** What the cases of errors have in common: a test DC with a world to arrange, and clients that speak to it over real sockets. */
import { connect as connectSocket } from 'node:net'
import { phoneLogin } from '../../src/client/login/index.ts'
import { systemHost } from '../../src/client/platform/system-host.ts'
import type { RpcErrorType } from '../../src/explain/index.ts'
import type { Host } from '../../src/host.ts'
import { type ConnectOptions, UploadClient } from '../../src/index.ts'
import type { RunningServer, StartServerOptions, World, WorldChat, WorldUser } from '../../src/lab/server/index.ts'
import { accessHashFor } from '../../src/lab/server/world.ts'
import type { InputMedia, InputPeer } from '../../src/tl/generated/api-types.ts'
import type { Dial } from '../../src/transport/carrier/carrier.ts'
import { socketCarrier } from '../../src/transport/carrier/tcp.ts'

/** The bot that {@link Lab.bot} is. */
export const BOT = 123n
/** The person that {@link Lab.person} is: one of Telegram's test numbers, whose code is known. */
export const PHONE = '9996610001'
export const CODE = '11111'

/** A test DC, and who talks to it. */
export interface Lab {
  readonly server: RunningServer
  readonly world: World
  bot(more?: Partial<ConnectOptions>): Promise<UploadClient>
  person(more?: Partial<ConnectOptions>): Promise<UploadClient>
  /** Anybody: with the login, or the storage, that is given. */
  connect(more: Partial<ConnectOptions>): Promise<UploadClient>
}

/** One error: how the world has to be for it, and who then does what. */
export interface Case {
  readonly type: RpcErrorType
  readonly code: number
  /** As the server sends it, where that is not the type. */
  readonly text?: string | RegExp
  /** Further settings of the test DC. */
  readonly dc?: StartServerOptions
  /** Arranges the world and does what fails. */
  readonly act: (lab: Lab) => Promise<unknown>
}

/** A host on which pauses pass in no time: for calls that the client repeats before it gives up. */
export const hurried: Host = {
  ...systemHost,
  setTimer: (delay, run) => systemHost.setTimer(delay < 10_000 ? delay / 50 : delay, run),
}

/** Opens connections as if from another machine. */
export const elsewhere: Dial = ({ host, port }, handlers, { host: timers }) =>
  new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, localAddress: '127.0.0.2', noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => resolve(socketCarrier(socket, 'the server', handlers, timers)))
  })

/** A lab around a server; `close` closes its clients. */
export function createLab(server: RunningServer): Lab & { close(): Promise<void> } {
  const clients: UploadClient[] = []
  const { dcId: id, host, port, publicKeyPem, world } = server
  const connect = async (more: Partial<ConnectOptions>): Promise<UploadClient> => {
    const dc = { id, host, port, serverKeys: [publicKeyPem] }
    const client = await UploadClient.connect({ apiId: 1, apiHash: 'hash', dc, ...more })
    clients.push(client)
    return client
  }
  return {
    server,
    world,
    connect,
    bot: (more) => connect({ botToken: `${BOT}:token`, ...more }),
    person: (more) => connect({ login: phoneLogin({ phone: PHONE, code: () => CODE }), ...more }),
    close: async () => {
      for (const client of clients) await client.close().catch(() => {})
    },
  }
}

/** The least that can be sent. */
export const DICE: InputMedia = { _: 'inputMediaDice', emoticon: '🎲' }

/** `messages.uploadMedia`, just as it is. */
export function send(
  client: UploadClient,
  media: InputMedia,
  peer: InputPeer = { _: 'inputPeerSelf' },
): Promise<unknown> {
  return client.invoke({ _: 'messages.uploadMedia', peer, media })
}

/** A user, as `viewer` names them; the bot unless told. */
export function toUser(user: WorldUser, viewer: bigint = BOT): InputPeer {
  return { _: 'inputPeerUser', userId: user.id, accessHash: accessHashFor(user, { id: viewer } as WorldUser) }
}

/** A chat, as `viewer` names it; the bot unless told. */
export function toChat(chat: WorldChat, viewer: bigint = BOT): InputPeer {
  if (chat.kind === 'chat') return { _: 'inputPeerChat', chatId: chat.id }
  return { _: 'inputPeerChannel', channelId: chat.id, accessHash: accessHashFor(chat, { id: viewer } as WorldUser) }
}
