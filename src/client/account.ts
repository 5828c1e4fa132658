/**
 * The account's connection: its datacenter, its login, its stored session.
 *
 * Calls made here reach the account wherever it lives: a migration moves them, a lost login is renewed where there is a
 * bot token, waits and faults of the server are sat out.
 *
 * Source: https://core.telegram.org/api/auth, https://core.telegram.org/api/errors#303-see-other
 */
import { RpcError, UsageError } from '../errors.ts'
import { authImportBotAuthorization, helpGetConfig } from '../tl/generated/client/methods.ts'
import type { Method } from '../tl/method.ts'
import { Datacenter, type InvokeOptions } from '../transport/datacenter.ts'
import type { ClientEvent } from './events.ts'
import { initWrapper, withoutUpdates } from './init.ts'
import type { ConnectOptions } from './options.ts'
import { type Place, placeOf } from './places.ts'
import type { Platform } from './platform/platform.ts'
import { withPolicy } from './policy.ts'
import { decodeSession, encodeSession, type SessionData } from './session-data.ts'
import { memoryStorage, type SessionStorage } from './storage.ts'

/** Where a first connection goes; the server moves the account from there. */
const FIRST_DC = 2
const DEFAULT_MAX_WAIT = 60
/** A call is moved or logged in again at most this often. */
const MAX_TURNS = 3

/** Answers that mean: this key is not logged in. Source: https://core.telegram.org/api/errors#401-unauthorized */
const LOGGED_OUT: ReadonlySet<string> = new Set([
  'AUTH_KEY_UNREGISTERED',
  'AUTH_KEY_INVALID',
  'SESSION_REVOKED',
  'SESSION_EXPIRED',
])
/** Answers that mean: this account lives elsewhere. */
const MOVED: ReadonlySet<string> = new Set(['NETWORK_MIGRATE_X', 'PHONE_MIGRATE_X', 'USER_MIGRATE_X'])

export class Account {
  readonly #options: ConnectOptions
  readonly #platform: Platform
  readonly #storage: SessionStorage
  #data: SessionData
  #place: Place
  #dc: Datacenter
  /** Saves run one after another; the first failure is kept for whoever waits. */
  #saving: Promise<void> = Promise.resolve()
  #login: Promise<void> | undefined

  private constructor(
    options: ConnectOptions,
    platform: Platform,
    storage: SessionStorage,
    data: SessionData,
    place: Place,
  ) {
    this.#options = options
    this.#platform = platform
    this.#storage = storage
    this.#data = data
    this.#place = place
    this.#dc = this.#open()
  }

  /** Loads the session, connects, and logs in if need be. */
  static async open(options: ConnectOptions, platform: Platform): Promise<Account> {
    checkOptions(options)
    options.signal?.throwIfAborted()
    const storage = storageOf(options, platform)
    const stored = await storage.load()
    const test = options.dc?.test ?? options.test ?? false
    const data: SessionData =
      stored === undefined ? { test, dc: options.dc?.id ?? FIRST_DC, keys: new Map() } : decodeSession(stored)
    checkSession(data, options, test)
    const place = placeOf(data.dc, options, platform, data.address)
    const account = new Account(options, platform, storage, data, place)
    try {
      await account.#start(options.signal)
    } catch (error) {
      await account.close().catch(() => {})
      throw error
    }
    return account
  }

  /** The account that is logged in. */
  get user(): { readonly id: bigint; readonly bot: boolean; readonly username?: string } | undefined {
    return this.#data.user
  }

  get dcId(): number {
    return this.#dc.id
  }

  /** Longest wait in seconds that is sat out. */
  get maxWait(): number {
    return this.#options.maxWait ?? DEFAULT_MAX_WAIT
  }

  emit(event: ClientEvent): void {
    this.#options.onEvent?.(event)
  }

  /** Calls a method; repeats what can be repeated. */
  async invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    const { maxWait } = this
    return this.#moving(options.signal, () =>
      withPolicy(() => this.#dc.invoke(method, request, options), {
        host: this.#options.host ?? this.#platform.host,
        maxWait,
        signal: options.signal,
        onWait: (event) => this.emit(event),
      }),
    )
  }

  /** Calls a method once: no waits, no repeats, but for a renewed login. For file parts, which have rules of their own. */
  invokeOnce<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    return this.#moving(options.signal, () => this.#dc.invoke(method, request, options))
  }

  /** Closes the connections and saves the session. */
  async close(error?: Error): Promise<void> {
    this.#dc.close(error)
    const key = this.#data.keys.get(this.#data.dc)
    if (key && key.salt !== this.#dc.salt) {
      key.salt = this.#dc.salt
      this.#save()
    }
    await this.#saving
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const options = signal ? { signal } : {}
    // A stored login is tried with the cheapest call there is: it proves key and salt, and tells what has changed.
    if (this.#data.user) await this.invoke(helpGetConfig, { _: 'help.getConfig' }, options)
    else await this.#moving(signal, () => this.#logIn(signal))
    await this.#saving
  }

  /** Runs a call, and again after a migration or a renewed login. */
  async #moving<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    for (let turn = 1; ; turn++) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof RpcError) || turn >= MAX_TURNS) throw error
        if (MOVED.has(error.type) && error.parameter !== undefined) await this.#moveTo(error.parameter, signal)
        else if (LOGGED_OUT.has(error.type) && this.#options.botToken && error.method !== BOT_LOGIN)
          await this.#logInOnce(signal)
        else throw error
      }
    }
  }

  /** Parallel calls that find themselves logged out share one login. */
  #logInOnce(signal: AbortSignal | undefined): Promise<void> {
    this.#login ??= this.#moving(signal, () => this.#logIn(signal)).finally(() => {
      this.#login = undefined
    })
    return this.#login
  }

  async #logIn(signal: AbortSignal | undefined): Promise<void> {
    const { apiId, apiHash, botToken } = this.#options
    if (botToken === undefined) {
      throw new UsageError(
        'there is no stored login, and no bot token to log in with; give `botToken`, or a `storage` that holds a session',
      )
    }
    const host = this.#options.host ?? this.#platform.host
    const request = { _: BOT_LOGIN, flags: 0, apiId, apiHash, botAuthToken: botToken } as const
    const call = () => this.#dc.invoke(authImportBotAuthorization, request, signal ? { signal } : {})
    const result = await withPolicy(call, { host, maxWait: this.maxWait, signal, onWait: (event) => this.emit(event) })
    if (result._ !== 'auth.authorization' || result.user._ !== 'user') {
      throw new UsageError(`the server answered the bot's login with ${result._}; is this a bot's token?`)
    }
    const { id, username } = result.user
    this.#data.user = { id, bot: true, ...(username !== undefined && { username }) }
    this.emit({ type: 'login', userId: id, dc: this.#dc.id })
    this.#save()
  }

  async #moveTo(id: number, signal: AbortSignal | undefined): Promise<void> {
    if (id === this.#dc.id) return
    const config = await this.#dc.invoke(helpGetConfig, { _: 'help.getConfig' }, signal ? { signal } : {})
    const found = config.dcOptions.find(
      (one) => one.id === id && !one.ipv6 && !one.cdn && !one.mediaOnly && !one.tcpoOnly,
    )
    const address = found && { host: found.ipAddress, port: found.port }
    this.emit({ type: 'migrate', from: this.#dc.id, to: id })
    this.#place = placeOf(id, this.#options, this.#platform, address)
    this.#dc.close()
    this.#data.dc = id
    delete this.#data.user
    if (this.#options.dc && address) this.#data.address = address
    this.#dc = this.#open()
    this.#save()
  }

  #open(): Datacenter {
    const { host, crypto, onEvent, dial } = this.#options
    const place = this.#place
    const transport = this.#options.transport ?? this.#platform.transport
    const stored = this.#data.keys.get(place.id)
    return new Datacenter({
      host: host ?? this.#platform.host,
      crypto: crypto ?? this.#platform.crypto,
      ...place,
      codec: (codec) => this.#platform.codec(transport, codec),
      dial: dial ?? this.#platform.dial(transport),
      ...(stored && { authKey: stored.key, salt: stored.salt }),
      init: initWrapper(this.#options),
      withoutUpdates,
      onAuthKey: (key) => this.#onAuthKey(place.id, key),
      ...(onEvent && { onEvent }),
    })
  }

  #onAuthKey(dc: number, key: { bytes: Uint8Array; salt: bigint } | undefined): void {
    if (key) this.#data.keys.set(dc, { key: key.bytes, salt: key.salt })
    else {
      this.#data.keys.delete(dc)
      delete this.#data.user
      return
    }
    // A key that is not logged in is worth nothing yet: the login that follows saves it.
    if (this.#data.user) this.#save()
  }

  #save(): void {
    const text = encodeSession(this.#data)
    this.#saving = this.#saving.then(() => this.#storage.save(text))
    this.#saving.catch(() => {})
  }
}

const BOT_LOGIN = 'auth.importBotAuthorization'

function checkOptions({ apiId, apiHash, botToken }: ConnectOptions): void {
  if (!Number.isInteger(apiId) || apiId <= 0 || apiId > 0x7fffffff) {
    throw new UsageError(`apiId must be a positive integer, as https://my.telegram.org shows it, not ${String(apiId)}`)
  }
  if (typeof apiHash !== 'string' || apiHash === '')
    throw new UsageError('apiHash must be the string that https://my.telegram.org shows')
  if (botToken !== undefined && !/^\d+:\S+$/.test(botToken)) {
    throw new UsageError(
      'botToken does not look like a token of @BotFather, which is a number, a colon and 35 characters',
    )
  }
}

function storageOf({ storage }: ConnectOptions, { fileStorage }: Platform): SessionStorage {
  if (typeof storage !== 'string') return storage ?? memoryStorage()
  if (!fileStorage)
    throw new UsageError('there are no files here to keep the session in; give `storage` an object with load and save')
  return fileStorage(storage)
}

/** A stored session must be of the same world and the same account as what is asked for. */
function checkSession(data: SessionData, { botToken }: ConnectOptions, test: boolean): void {
  if (data.test !== test) {
    const [is, want] = data.test ? ['test', 'production'] : ['production', 'test']
    throw new UsageError(
      `the stored session is one of the ${is} datacenters, and the ${want} ones were asked for; use another session`,
    )
  }
  if (botToken !== undefined && data.user && botToken.split(':')[0] !== data.user.id.toString()) {
    throw new UsageError(
      `the stored session belongs to account ${data.user.id}, the token to another; use another session`,
    )
  }
}
