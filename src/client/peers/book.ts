/**
 * What a session knows of peers: access hashes, usernames, and what basic groups have become.
 *
 * Only full constructors are noted: the access hash of a short one (`min`) is good for nothing here, and must not take the
 * place of a full one. An access hash lasts; a username does not, since names change hands: after some hours it is looked up
 * again. Of phone numbers nothing is stored. The book is bounded: what was not used for longest goes first.
 *
 * It is kept in the session as lines of text, the longest unused first:
 *
 *     of 123                                    the account that the hashes are good for
 *     user 5000000001 7216831 1790000000 alice  id, access hash, when the names were told, names
 *     channel 4000002 8173612 1790000000
 *     chat 4000001 4000002                      a basic group, and the supergroup that it has become
 *
 * Source: https://core.telegram.org/api/peers#access-hash, https://core.telegram.org/api/min
 */
import type { Chat, User } from '../../tl/generated/api-types.ts'
import type { ById } from './named.ts'

/** Most peers that are kept: some 60 kB in the stored session. */
export const MAX_PEERS = 1000
/** Most usernames of one of them, and most letters of a name, so that nobody can make the session grow without end. */
const MAX_NAMES = 8
const NAME = /^\w{1,32}$/
/** Seconds for which a username, or a phone number, is taken to be whose it was. */
export const NAME_LIFETIME: number = 6 * 3600
/** Seconds after which it is worth storing that a name still is whose it was. */
const WORTH_STORING = NAME_LIFETIME / 4

/** Somebody whose access hash is known. */
export interface Known {
  readonly kind: 'user' | 'channel'
  readonly id: bigint
  readonly hash: bigint
  /** In lower case. */
  readonly names: readonly string[]
  /** Second since 1970 at which the names were told. */
  readonly told: number
}

type Key = `${ById['kind']} ${bigint}`

const LINE = /^(user|channel) (\d+) (-?\d+) (\d+)((?: \w+)*)$/
const MIGRATED = /^chat (\d+) (\d+)$/

/** The peers that one account knows. */
export class PeerBook {
  /** The account, by whose access hashes others are known. */
  readonly owner: bigint | undefined
  /** The longest unused first. */
  readonly #known = new Map<Key, Known>()
  readonly #byName = new Map<string, Key>()
  /** What basic groups have become. */
  readonly #migrated = new Map<bigint, bigint>()
  /** By their digits; in memory alone. */
  readonly #phones = new Map<string, { readonly id: bigint; readonly told: number }>()

  /** @param lines as {@link lines} made them; those of another account, and those that cannot be read, are passed over */
  constructor(owner: bigint | undefined, lines: unknown) {
    this.owner = owner
    const [first, ...rest] = Array.isArray(lines) ? (lines as readonly unknown[]) : []
    if (first !== `of ${owner}`) return
    for (const line of rest) this.#read(String(line))
  }

  #read(line: string): void {
    const [, kind, id, hash, told, names] = LINE.exec(line) ?? []
    if (names !== undefined) {
      const known = { kind: kind as Known['kind'], id: BigInt(id!), hash: BigInt(hash!), told: Number(told) }
      this.#put({ ...known, names: names.split(' ').slice(1) })
    }
    const [, chat, channel] = MIGRATED.exec(line) ?? []
    if (channel !== undefined) this.#migrated.set(BigInt(chat!), BigInt(channel))
  }

  /** The book as it is stored. */
  lines(): string[] {
    const lines = [`of ${this.owner}`]
    for (const [chat, channel] of this.#migrated) lines.push(`chat ${chat} ${channel}`)
    for (const { kind, id, hash, told, names } of this.#known.values()) {
      lines.push([kind, id, hash, told, ...names].join(' '))
    }
    return lines
  }

  /** Who has an id; counts as a use. */
  find(kind: ById['kind'], id: bigint): Known | undefined {
    const key: Key = `${kind} ${id}`
    const known = this.#known.get(key)
    if (known) {
      this.#known.delete(key)
      this.#known.set(key, known)
    }
    return known
  }

  /** Who bears a username, if that was told lately. */
  named(name: string, now: number): Known | undefined {
    const key = this.#byName.get(name.toLowerCase())
    const known = key && this.#known.get(key)
    return known && isFresh(known.told, now) ? this.find(known.kind, known.id) : undefined
  }

  /** Who has a phone number, if that was told lately. */
  phone(digits: string, now: number): Known | undefined {
    const found = this.#phones.get(digits)
    return found && isFresh(found.told, now) ? this.find('user', found.id) : undefined
  }

  /** The supergroup that a basic group has become. */
  migrated(chat: bigint): bigint | undefined {
    return this.#migrated.get(chat)
  }

  /** Notes whose phone number was looked up. */
  notePhone(digits: string, id: bigint, now: number): void {
    if (this.#phones.size >= MAX_PEERS) this.#phones.clear()
    this.#phones.set(digits, { id, told: now })
  }

  /** Forgets an access hash that is no longer good, unless another is known by now. */
  forget(kind: Known['kind'], id: bigint, hash: bigint): void {
    const known = this.#known.get(`${kind} ${id}`)
    if (known?.hash === hash) this.#remove(known)
  }

  /**
   * Notes everybody that a result, or something else of the API, tells about.
   * @param now in seconds since 1970
   * @param onlyNew leave those alone who are known already
   * @returns whether there is something worth storing
   */
  learn(value: unknown, now: number, onlyNew = false): boolean {
    let changed = false
    for (const entity of entitiesOf(value)) {
      if (entity._ === 'chat') changed = this.#learnGroup(entity, now) || changed
      else changed = this.#learnOne(entity, now, onlyNew) || changed
    }
    return changed
  }

  #learnOne(entity: Exclude<Entity, { _: 'chat' }>, now: number, onlyNew: boolean): boolean {
    const { id, accessHash } = entity
    const isMin = entity._ !== 'channelForbidden' && entity.min
    const kind = entity._ === 'user' ? 'user' : 'channel'
    // A channel may have the same number as the account.
    if (isMin || !accessHash || (kind === 'user' && id === this.owner)) return false
    const before = this.#known.get(`${kind} ${id}`)
    if (before && onlyNew) return false
    const names = namesOf(entity)
    const isNew = before?.hash !== accessHash || before.names.join() !== names.join()
    this.#put({ kind, id, hash: accessHash, names, told: now })
    return isNew || now - before.told > WORTH_STORING
  }

  #learnGroup({ id, migratedTo }: Extract<Entity, { _: 'chat' }>, now: number): boolean {
    if (migratedTo?._ !== 'inputChannel') return false
    const { channelId, accessHash } = migratedTo
    const before = this.#known.get(`channel ${channelId}`)
    if (this.#migrated.get(id) === channelId && before?.hash === accessHash) return false
    if (this.#migrated.size >= MAX_PEERS) this.#migrated.clear()
    this.#migrated.set(id, channelId)
    this.#put({
      kind: 'channel',
      id: channelId,
      hash: accessHash,
      names: before?.names ?? [],
      told: before?.told ?? now,
    })
    return true
  }

  #put(known: Known): void {
    const key: Key = `${known.kind} ${known.id}`
    const before = this.#known.get(key)
    if (before) this.#remove(before)
    this.#known.set(key, known)
    // Whoever had a name before has it no more.
    for (const name of known.names) this.#byName.set(name, key)
    const [oldest] = this.#known.values()
    if (this.#known.size > MAX_PEERS) this.#remove(oldest!)
  }

  #remove({ kind, id, names }: Known): void {
    const key: Key = `${kind} ${id}`
    this.#known.delete(key)
    for (const name of names) if (this.#byName.get(name) === key) this.#byName.delete(name)
  }
}

function isFresh(told: number, now: number): boolean {
  // A clock that was set back makes nothing last longer.
  return told <= now && now - told < NAME_LIFETIME
}

/** Who has something that can be noted. */
type Entity = Extract<User | Chat, { _: 'user' | 'chat' | 'channel' | 'channelForbidden' }>

const ENTITIES: ReadonlySet<unknown> = new Set<Entity['_']>(['user', 'chat', 'channel', 'channelForbidden'])

/** Users and chats in what the API answers: itself, a list of them, or its fields of these names. */
function* entitiesOf(value: unknown): Generator<Entity> {
  if (typeof value !== 'object' || value === null) return
  const { user, users, chat, chats } = value as Readonly<Record<string, unknown>>
  for (const list of [value, users, chats]) if (Array.isArray(list)) yield* (list as unknown[]).filter(isEntity)
  for (const one of [value, user, chat]) if (isEntity(one)) yield one
}

function isEntity(value: unknown): value is Entity {
  return typeof value === 'object' && value !== null && ENTITIES.has((value as { readonly _?: unknown })._)
}

/** The usernames that are in use, in lower case. */
function namesOf(entity: Exclude<Entity, { _: 'chat' }>): string[] {
  if (entity._ === 'channelForbidden') return []
  const { username, usernames = [] } = entity
  const further = usernames.filter(({ active }) => active).map((one) => one.username)
  const all = [...(username === undefined ? [] : [username]), ...further].map((name) => name.toLowerCase())
  return [...new Set(all)].filter((name) => NAME.test(name)).slice(0, MAX_NAMES)
}
