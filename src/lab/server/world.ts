/**
 * What exists behind the DCs: accounts, chats, names, files, and unfinished uploads. All DCs of a cluster share it.
 *
 * The world is plain data that a test arranges before, or while, clients talk to it.
 */
import { view } from '../../bytes.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import { Floods } from './flood.ts'
import { Logins } from './logins.ts'
import { MediaStore } from './media-store.ts'
import type { PartsStore } from './parts-store.ts'
import { MAX_PARTS, MAX_PARTS_PREMIUM, Uploads } from './uploads.ts'
import { type BusinessConnection, type StakedDice, storyKey, type WorldGame, type WorldStory } from './world-media.ts'

/** A person or a bot. */
export interface WorldUser {
  readonly id: bigint
  /** What access hashes are made of; who looks sees {@link accessHashFor}. Another value makes all that were told stale. */
  accessHash: bigint
  readonly bot: boolean
  firstName: string
  lastName?: string | undefined
  username?: string | undefined
  phone?: string | undefined
  /** Cannot be found by phone. */
  hidesPhone?: boolean | undefined
  /** Bots that have met this user: they may name them with access hash 0. */
  readonly metBots?: Set<bigint> | undefined
  /** Allows more parts in a file. */
  premium?: boolean | undefined
  /** The account is gone: calls that name it get INPUT_USER_DEACTIVATED. */
  deactivated?: boolean | undefined
  /** Takes no voice messages and no video notes. */
  refusesVoice?: boolean | undefined
  /** Accounts that this one has blocked: they get USER_IS_BLOCKED, and writing to them YOU_BLOCKED_USER. */
  blocks?: ReadonlySet<bigint> | undefined
  /** Hears only from accounts with premium; others get PRIVACY_PREMIUM_REQUIRED. */
  premiumOnly?: boolean | undefined
  /** Stars that a message to this account costs, told by ALLOW_PAYMENT_REQUIRED_X. */
  price?: number | undefined
  /** Limited by the service for spam: in supergroups of others it gets USER_BANNED_IN_CHANNEL. */
  limited?: boolean | undefined
  /**
   * DC the account lives on; undefined = any. Logging in elsewhere gets USER_MIGRATE_X, and so does each call of a login that
   * was made there before the account moved.
   */
  homeDc?: number | undefined
}

/** A kind of media that a chat may forbid; `media` for all of them. */
export type MediaRight =
  | 'media'
  | 'photos'
  | 'videos'
  | 'roundVideos'
  | 'audios'
  | 'voices'
  | 'documents'
  | 'gifs'
  | 'stickers'
  | 'polls'
  | 'webPages'

/** A file at an address. */
export interface WebFile {
  readonly bytes: Uint8Array
  readonly mimeType: string
  /** What HTTP answers, 200 unless told; any other fails. */
  readonly status?: number
  /** Milliseconds until it answers; what takes longer than `Behaviour.fetchTimeout` is a time-out. */
  readonly delay?: number
}

/** A basic group, a supergroup or a channel. */
export interface WorldChat {
  readonly kind: 'chat' | 'supergroup' | 'channel'
  readonly id: bigint
  /** As that of a user; 0 for basic groups, which have none. */
  accessHash: bigint
  title: string
  username?: string | undefined
  /** Members; of a channel, those are its readers. */
  readonly members: Set<bigint>
  /** Those who may post in a channel, or act as administrators elsewhere. */
  readonly admins: Set<bigint>
  /** Those who may not send here. */
  readonly banned: Set<bigint>
  /** Those whom the administrators keep from writing: CHAT_RESTRICTED. */
  readonly muted?: Set<bigint> | undefined
  /** Kinds of media that only administrators may send: CHAT_SEND_PHOTOS_FORBIDDEN and the like. */
  readonly forbidden?: Set<MediaRight> | undefined
  /** Who wrote the message of a number: by it, members can name somebody of whom they know no more. */
  readonly messages?: Map<number, bigint> | undefined
  /** Nobody but administrators may write: CHAT_WRITE_FORBIDDEN. */
  mediaForbidden?: boolean | undefined
  /** Closed by the service: CHAT_RESTRICTED. */
  restricted?: boolean | undefined
  /** Hash in an invite link to it: what follows `t.me/+`. */
  invite?: string | undefined
  /** The supergroup that a basic group has become; nothing is sent to the group any more. */
  migratedTo?: WorldChat | undefined
}

/** Address of one DC, as `help.getConfig` tells it. */
export interface DcAddress {
  readonly id: number
  readonly host: string
  readonly port: number
  /** For uploads and downloads alone. */
  readonly mediaOnly?: boolean | undefined
  /** Of a CDN: it has no accounts and keys of its own. */
  readonly cdn?: boolean | undefined
  /** The one to use behind a proxy. */
  readonly static?: boolean | undefined
  /** For obfuscated connections alone. */
  readonly tcpoOnly?: boolean | undefined
  /** Not to be tried at other ports. */
  readonly thisPortOnly?: boolean | undefined
  /** What obfuscated connections to it are keyed with. */
  readonly secret?: Uint8Array | undefined
}

/** What a new world needs. */
export interface WorldOptions {
  readonly random: RandomSource
  /** Where the bytes of uploads go. */
  readonly parts: PartsStore
  /** Accept any well-formed bot token, making the bot on its first login; true unless told. */
  readonly openToBots?: boolean
  /** Most photos, and most documents, that are kept; the oldest are forgotten. All unless told. */
  readonly keepMedia?: number
}

/** Ids of the chats that {@link World.addChat} makes start here, one range for each kind. */
const FIRST_CHAT = 4_000_001n
const FIRST_USER = 5_000_000_001n

/** What exists on the server: users, chats, files, and the DCs that share them. */
export class World {
  readonly random: RandomSource
  readonly openToBots: boolean
  readonly users: Map<bigint, WorldUser> = new Map()
  readonly chats: Map<bigint, WorldChat> = new Map()
  /** Bot tokens that are known but refused with ACCESS_TOKEN_EXPIRED. */
  readonly expiredTokens: Set<string> = new Set()
  /** Application ids that were published, and are refused with API_ID_PUBLISHED_FLOOD. */
  readonly publishedApiIds: Set<number> = new Set()
  /** People whose client speaks an older layer are refused with UPDATE_APP_TO_LOGIN. */
  oldestLoginLayer: number = 0
  /** Bytes by URL, for media that are given as an address; any other URL fails. */
  readonly webFiles: Map<string, WebFile> = new Map()
  /** Most parts of a file, without and with premium; `help.getAppConfig` tells them. */
  readonly maxParts: { standard: number; premium: number } = { standard: MAX_PARTS, premium: MAX_PARTS_PREMIUM }
  /** DCs that are up, in rising order of their numbers. */
  readonly dcs: DcAddress[] = []
  /** Seconds for which clients may rely on what `help.getConfig` told them. */
  configLifetime: number = 3600
  readonly media: MediaStore
  /** How often methods may be called: FLOOD_WAIT_X, and FLOOD_PREMIUM_WAIT_X for parts of accounts without premium. */
  readonly floods: Floods = new Floods()
  /** Logins of people that are under way: codes, passwords, QR codes. */
  readonly logins: Logins
  readonly uploads: Uploads
  /** Business connections that exist, by their ids. */
  readonly businessConnections: Map<string, BusinessConnection> = new Map()
  /** Games of bots. */
  readonly games: Set<WorldGame> = new Set()
  /** Stories, by `storyKey`. */
  readonly stories: Map<string, WorldStory> = new Map()
  /** The game of dice with stakes; there is none unless told. */
  stakedDice: StakedDice | undefined
  readonly #parts: PartsStore
  readonly #exported = new Map<string, bigint>()
  #nextUser = FIRST_USER
  #nextChat = FIRST_CHAT

  constructor(options: WorldOptions) {
    this.random = options.random
    this.openToBots = options.openToBots ?? true
    this.#parts = options.parts
    this.uploads = new Uploads(options.parts)
    this.logins = new Logins(options.random)
    this.media = new MediaStore(options.random, options.keepMedia)
  }

  /** A random 63-bit number, positive as ids and access hashes are. */
  randomLong(): bigint {
    return view(randomBytes(this.random, 8)).getBigUint64(0) >> 1n
  }

  /** Adds an account; what is not given is made up. */
  addUser(user: Partial<WorldUser> & { firstName: string }): WorldUser {
    const added: WorldUser = { id: this.#nextUser++, accessHash: this.randomLong(), bot: false, ...user }
    this.users.set(added.id, added)
    return added
  }

  /** Adds a chat; what is not given is made up. */
  addChat(chat: Partial<WorldChat> & { title: string }): WorldChat {
    const kind = chat.kind ?? 'chat'
    const added: WorldChat = {
      kind,
      id: this.#nextChat++,
      accessHash: kind === 'chat' ? 0n : this.randomLong(),
      members: new Set(),
      admins: new Set(),
      banned: new Set(),
      ...chat,
    }
    this.chats.set(added.id, added)
    return added
  }

  /** Adds a game; what is not given is made up. */
  addGame(game: Partial<WorldGame> & Pick<WorldGame, 'botId' | 'shortName'>): WorldGame {
    const title = game.shortName
    const added = { id: this.randomLong(), accessHash: this.randomLong(), title, description: 'A game', ...game }
    this.games.add(added)
    return added
  }

  /** Adds a story. */
  addStory(story: WorldStory): WorldStory {
    this.stories.set(storyKey(story.ownerId, story.id), story)
    return story
  }

  /** The bot of a token's number; made on first sight. */
  bot(id: bigint): WorldUser {
    return this.users.get(id) ?? this.addUser({ id, bot: true, firstName: `Bot ${id}`, username: `bot_${id}_bot` })
  }

  /** Who bears a username; case does not matter. */
  findName(username: string): WorldUser | WorldChat | undefined {
    const name = username.toLowerCase()
    for (const user of this.users.values()) if (user.username?.toLowerCase() === name) return user
    for (const chat of this.chats.values()) if (chat.username?.toLowerCase() === name) return chat
    return undefined
  }

  /** Makes the secret by which another DC recognises a user; good once. */
  exportAuthorization(userId: bigint, dcId: number): Uint8Array {
    const secret = randomBytes(this.random, 64)
    this.#exported.set(exportKey(userId, dcId, secret), userId)
    return secret
  }

  /** Takes such a secret; undefined when it was made for another user or DC, or used before. */
  importAuthorization(userId: bigint, dcId: number, secret: Uint8Array): WorldUser | undefined {
    if (!this.#exported.delete(exportKey(userId, dcId, secret))) return undefined
    return this.users.get(userId)
  }

  /** Makes a DC known to clients. */
  addDc(address: DcAddress): void {
    this.dcs.push(address)
    this.dcs.sort((a, b) => a.id - b.id)
  }

  /** Makes a DC unknown to clients again. */
  removeDc(address: DcAddress): void {
    const at = this.dcs.indexOf(address)
    if (at >= 0) this.dcs.splice(at, 1)
  }

  /** Frees the bytes of every file. */
  async close(): Promise<void> {
    await this.#parts.close()
  }
}

/** Odd, with its bits well mixed: 2^64 divided by the golden ratio. */
const SPREAD = 0x9e3779b97f4a7c15n

/**
 * The access hash by which one account names another, or a chat: to each account it is another number.
 * Source: https://core.telegram.org/api/peers#access-hash
 */
export function accessHashFor(shown: WorldUser | WorldChat, viewer: WorldUser): bigint {
  return shown.accessHash === 0n ? 0n : BigInt.asUintN(63, shown.accessHash ^ (viewer.id * SPREAD))
}

/** Some people and chats to talk about: what a server starts with unless it is given a world. */
export function populate(world: World): void {
  world.addUser({ firstName: 'Alice', lastName: 'Liddell', username: 'alice', phone: '9996610001' })
  world.addUser({ firstName: 'Bob', username: 'bobby', phone: '9996610002', premium: true })
  // Examples of other libraries speak of @username, and should run here as they stand.
  world.addUser({ firstName: 'Somebody', username: 'username' })
  world.addChat({ kind: 'supergroup', title: 'Test group', username: 'test_group' })
  world.addChat({ kind: 'channel', title: 'Test channel', username: 'test_channel' })
}

function exportKey(userId: bigint, dcId: number, secret: Uint8Array): string {
  return `${userId}:${dcId}:${secret.join()}`
}
