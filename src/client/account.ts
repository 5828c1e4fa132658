/**
 * The account's connection: its datacenter, its login, its stored session.
 *
 * Calls made here reach the account wherever it lives: a migration moves them, a lost login is renewed where there is a
 * bot token, waits and faults of the server are sat out.
 *
 * Source: https://core.telegram.org/api/auth, https://core.telegram.org/api/errors#303-see-other
 */

import { hint } from '#explain'
import { authImportBotAuthorization, usersGetUsers } from '#methods'
import type { Crypto } from '../crypto/crypto.ts'
import { type RpcError, TransportError, UsageError } from '../errors.ts'
import { orAbort } from '../files/abort.ts'
import type { Host } from '../host.ts'
import type { AuthAuthorization, User } from '../tl/generated/api-types.ts'
import type { Method } from '../tl/method.ts'
import type { TlReader } from '../tl/reader.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import { closedByUs } from '../transport/connection-errors.ts'
import { Datacenter, type DatacenterLike, type InvokeOptions } from '../transport/datacenter.ts'
import { initWrapper, withoutUpdates } from './init.ts'
import { LOGIN, MAX_TURNS, MOVE } from './limits.ts'
import type { LoginContext } from './login/context.ts'
import type { ConnectOptions } from './options.ts'
import type { CallOptions, OtherDatacenters } from './other-datacenters.ts'
import { placeOf } from './places.ts'
import type { Platform, Way } from './platform/platform.ts'
import { withPolicy } from './policy.ts'
import { encodeSession, type SessionData } from './session-data.ts'
import { sessionOf } from './session-of.ts'
import { memoryStorage, type SessionClaim, type SessionStorage } from './storage.ts'

/**
 * How answers begin that mean: this key is not logged in, or, used from two places at once, is of no use any more.
 * Sources: https://core.telegram.org/api/errors#401-unauthorized, https://core.telegram.org/api/errors#406-not-acceptable
 */
const LOGGED_OUT = /^(AUTH_KEY_(UNREG|INV|DUP)|SESSION_(REV|EXP))/
/** Answers that mean: this account lives elsewhere. */
const MOVED = /^(NETWORK|PHONE|USER)_MIGRATE_X$/

const BOT_LOGIN = 'auth.importBotAuthorization'

/** The options of a connection, with what was left out. */
type AccountOptions = ConnectOptions & { readonly maxWait: number; readonly host: Host; readonly crypto: Crypto }

export class Account {
  /** The account that is logged in. */
  user: SessionData['user']
  readonly options: AccountOptions
  readonly #platform: Platform
  /** By what way packets travel. */
  readonly way: Way
  readonly storage: SessionStorage
  /** Gives the storage up. */
  #release: SessionClaim | undefined
  /** What is stored. */
  readonly data: SessionData
  #dc: DatacenterLike
  /** Saves run one after another; the first failure is kept for whoever waits. */
  #saving: Promise<void> = Promise.resolve()
  /** What is under way for all calls that need it: a login, a move. */
  readonly #shared: Record<number, Promise<void>> = {}
  /** Calls at other datacenters, where the account is a guest. */
  readonly #others: OtherDatacenters | undefined
  /** Hears what the server says by itself, while a login waits for it. */
  #listen: ((reader: TlReader) => void) | undefined
  /** What `onEvent` threw. */
  #thrown: { readonly error: unknown } | undefined
  #closed = false

  protected constructor(options: AccountOptions, platform: Platform, storage: SessionStorage, data: SessionData) {
    const { onEvent } = options
    this.options = {
      ...options,
      // A watcher that throws, or rejects, ends everything with its error, as soon as the packet that it saw has been dealt
      // with.
      onEvent:
        onEvent &&
        ((event) => {
          ;(async () => onEvent(event))().catch((error: unknown) => {
            this.#thrown ??= { error }
            this.#dc.close(error as Error)
            this.#others?.close(error as Error)
          })
        }),
    }
    this.#platform = platform
    this.way = platform.way(options)
    this.storage = storage
    this.data = data
    this.user = data.user
    this.#dc = this.openAt()
    this.#others = (options.datacenters ?? platform.datacenters)?.(this)
  }

  /** Loads the session, connects, and logs in if need be. */
  static async open(options: AccountOptions, platform: Platform): Promise<Account> {
    const { signal } = options
    signal?.throwIfAborted()
    const { storage: given } = options
    const storage = typeof given === 'string' ? platform.fileStorage(given) : (given ?? memoryStorage())
    const release = await storage.claim?.()
    let account: Account | undefined
    try {
      account = new this(options, platform, storage, sessionOf(await storage.load(), options))
      account.#release = release
      // A session that comes from elsewhere may have a key and not say whose it is: the server does.
      const known = account.user ?? (!options.botToken && account.data.keys.has(account.dcId))
      await (known ? account.#prove(signal) : account.#logIn(signal))
      await account.#saving
    } catch (error) {
      await account?.close().catch(() => {})
      await release?.()
      throw error
    }
    return account
  }

  get dcId(): number {
    return this.#dc.id
  }

  /** Tries a stored login: it may have been ended since. A server that does not know the method has not ended it. */
  async #prove(signal: AbortSignal | undefined): Promise<void> {
    try {
      const [user] = await this.invoke(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }, { signal })
      if (!this.user) this.#welcome(user)
    } catch (error) {
      // Of any other error, these are undefined.
      const { code, type } = error as RpcError
      if (this.options.login && LOGGED_OUT.test(type)) {
        // On a key of its own: whoever ended the login may still have the old one.
        this.#replaceKey()
        await this.#logIn(signal)
      } else if (code !== 400 || !this.user) throw error
    }
  }

  /** Calls a method, at home unless told; repeats what can be repeated. */
  invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Result> {
    const here = (): Promise<Result> =>
      this.#moving(options.signal, () =>
        this.#patiently(() => this.#dc.invoke(method, request, options), options.signal),
      )
    return this.#others?.invoke(method, request, options, here) ?? here()
  }

  /**
   * Calls a method once: no waits, no repeats, and those at home. Where the account had moved or its login had to be renewed,
   * that is done, and a TransportError CLIENT_CLOSED says so: repeating helps. For file parts, which have rules of their own.
   */
  invokeOnce<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    return this.#moving(options.signal, () => this.#dc.invoke(method, request, options), true)
  }

  /** See `PartSender.replaceLane`. */
  replaceLane(lane: number, error: Error): void {
    this.#dc.replaceLane(lane, error)
  }

  /** Closes the connections and saves the session. */
  async close(): Promise<void> {
    const dc = this.#dc
    this.#closed = true
    this.#others?.close()
    if (this.#leave(dc) && this.user) void this.save()
    for (const id of this.data.keys.keys()) this.#forgetKey(id)
    try {
      await this.#saving
    } finally {
      await this.#release?.()
    }
  }

  /** See `UploadClient.networkChanged`. */
  networkChanged(): void {
    this.#dc.networkChanged()
  }

  #patiently<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withPolicy(call, { ...this.options, signal })
  }

  /** Runs a call, and again after a migration or a renewed login; if it is to be run once, what then helps is said. */
  async #moving<T>(signal: AbortSignal | undefined, call: () => Promise<T>, once?: boolean): Promise<T> {
    for (let turn = 1; ; turn++) {
      const dc = this.#dc
      try {
        const result = await call()
        if (this.#thrown) throw this.#thrown.error
        return result
      } catch (error) {
        if (turn >= MAX_TURNS) throw error
        // Of any other error, these are undefined.
        const { type, parameter, method } = error as RpcError
        // Where another call has moved the account meanwhile, this one is to be made there, whatever became of it here.
        if (dc === this.#dc) {
          const { botToken } = this.options
          if (MOVED.test(type)) await this.#moveTo(parameter!, signal)
          // The server has dropped the key: the next call agrees on another, and is logged in on it.
          else if (botToken && type === 'AUTH_KEY_DUPLICATED') this.#replaceKey()
          else if (botToken && LOGGED_OUT.test(type) && method !== BOT_LOGIN)
            await this.#together(LOGIN, () => this.#logIn(undefined), signal)
          else throw error
        }
        if (once) throw new TransportError('CLIENT_CLOSED', (error as Error).message, { cause: error })
      }
    }
  }

  /** Parallel calls that find themselves logged out share one login, and those that are sent on one move. */
  #together(what: number, work: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    // Nobody's signal ends what others wait for too.
    this.#shared[what] ??= work().finally(() => delete this.#shared[what])
    return orAbort(this.#shared[what], signal)
  }

  /** Logs in wherever the account lives. What asks people goes there by itself: they are not asked all over again. */
  async #logIn(signal: AbortSignal | undefined): Promise<void> {
    const { apiId, apiHash, botToken: botAuthToken, login } = this.options
    if (login) return this.#welcome(await login(this.#loginContext(signal)))
    if (!botAuthToken) throw new UsageError('no stored login, botToken or login')
    const request = { _: BOT_LOGIN, flags: 0, apiId, apiHash, botAuthToken } as const
    return this.#moving(signal, async () =>
      this.#welcome(
        await this.#patiently(() => this.#dc.invoke(authImportBotAuthorization, request, { signal }), signal),
      ),
    )
  }

  /** What a login by other means works with. */
  #loginContext(signal: AbortSignal | undefined): LoginContext {
    return {
      ...this.options,
      signal,
      call: (method, request) => this.invoke(method, request, { signal }),
      moveTo: (dc) => this.#moveTo(dc, signal),
      serverTime: () => this.#dc.serverTime,
      onMessage: (listen) => {
        this.#listen = listen
      },
    }
  }

  /** Notes who has logged in. */
  #welcome(result: AuthAuthorization | User | undefined): void {
    const user = result?._ === 'auth.authorization' ? result.user : result
    if (user?._ !== 'user') throw new UsageError(`the login gave ${user?._}${hint(`; is this a bot's token?`) ?? ''}`)
    const { id, bot = false, username } = user
    this.user = { id, bot, username }
    this.options.onEvent?.({ type: 'login', userId: id, dc: this.#dc.id })
    void this.save()
  }

  #moveTo(id: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#together(MOVE, () => this.#go(id), signal)
  }

  async #go(id: number): Promise<void> {
    const data = this.data
    const dc = this.#dc
    const address = await this.#patiently(async () => this.way.locate?.(id, dc, data))
    const user = await this.#others?.transfer(id, dc, address)
    // Before anything changes: an address that nobody knows leaves the account where it is.
    const next = this.openAt(id, address)
    this.options.onEvent?.({ type: 'migrate', from: dc.id, to: id })
    if (this.#closed) throw closedByUs()
    this.#leave(this.#dc)
    this.#dc = next
    data.dc = id
    data.address = address
    this.user = user
  }

  /** Closes a datacenter; the account may come back to it. Returns whether there is a new salt to be saved. */
  #leave(dc: DatacenterLike): boolean {
    const key = this.data.keys.get(dc.id)
    const { salt } = dc
    dc.close()
    if (!key || key.salt === salt) return false
    key.salt = salt
    return true
  }

  #replaceKey(): void {
    const dc = this.#dc
    this.#forgetKey(dc.id)
    this.user = undefined
    this.#dc = this.openAt()
    dc.close()
  }

  #forgetKey(id: number): void {
    const { keys } = this.data
    keys.get(id)?.key.fill(0)
    keys.delete(id)
  }

  /** Opens a datacenter; the account's own unless told. @throws UsageError if nobody knows where it is */
  openAt(id: number = this.data.dc, address: Address | undefined = this.data.address): DatacenterLike {
    const options = this.options
    const data = this.data
    const way = this.way
    const { host, crypto, dial = way.dial, forwardSecrecy, observe = this.#platform.observe } = options
    const make =
      forwardSecrecy === true
        ? this.#platform.forwardSecrecy()
        : forwardSecrecy || way.make || ((settings) => new Datacenter(settings))
    const watched = observe?.(make, way) ?? make
    const place = placeOf(id, options, this.#platform, way, address)
    const stored = data.keys.get(place.id)
    return watched({
      ...place,
      host,
      crypto,
      dial,
      codec: way.codec,
      onEvent: options.onEvent,
      authKey: stored?.key,
      salt: stored?.salt,
      init: initWrapper(options),
      withoutUpdates,
      onUpdate: (reader) => this.#listen?.(reader),
      onAuthKey: (bytes, salt) => {
        // A fresh key is not logged in, so what was stored with the old one is of no use; the login that follows saves.
        if (bytes) data.keys.set(place.id, { key: bytes, salt })
        else this.#forgetKey(place.id)
      },
    })
  }

  /** Saves the session; {@link close} waits for it. */
  save(): Promise<void> {
    this.data.user = this.user
    const text = encodeSession(this.data)
    this.#saving = this.#saving.then(() => this.storage.save(text))
    this.#saving.catch(() => {})
    return this.#saving
  }
}
