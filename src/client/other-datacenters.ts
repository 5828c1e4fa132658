/**
 * `mtproto-upload/datacenters`: calls at other datacenters than the account's own.
 *
 * A file lies where it was uploaded, and is read there: `upload.getFile` is told FILE_MIGRATE_X otherwise. At the other
 * datacenter the account is a guest. It has a key of its own there, kept in the session, and brings its login along:
 * `auth.exportAuthorization` at home, `auth.importAuthorization` there; again when that login is lost there. The account
 * stays where it is.
 *
 * The same way a person's account goes along when Telegram moves it for good, without another code.
 *
 * Source: https://core.telegram.org/api/datacenter#authorization-transfer, https://core.telegram.org/api/files
 */
import { authExportAuthorization, authImportAuthorization } from '#methods'
import { RpcError } from '../errors.ts'
import { orAbort } from '../files/abort.ts'
import type { Method } from '../tl/method.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import { closedByUs } from '../transport/connection-errors.ts'
import type { DatacenterLike } from '../transport/datacenter.ts'
import { MAX_TURNS } from './limits.ts'
import { locate } from './locate.ts'
import { type PolicyOptions, withPolicy } from './policy.ts'
import type { SessionData } from './session-data.ts'
import type { Informant, Way } from './way.ts'

/** How a call is made. */
export interface CallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined
  /**
   * Number of the datacenter to call; that of the account unless told, or wherever that sends the call. In bundles for
   * browsers it takes the option `datacenters`.
   */
  readonly dc?: number | undefined
}

/** The account, as far as calls at other datacenters work with it. */
export interface Home extends Informant {
  readonly dcId: number
  readonly user: SessionData['user']
  readonly options: PolicyOptions & {
    readonly botToken?: string | undefined
    /** A server that is not one of Telegram's. */
    readonly dc?: object | undefined
  }
  readonly data: SessionData
  readonly way: Way
  /** Opens a datacenter with the key that the session has for it, or will have. @throws UsageError if nobody knows where it is */
  openAt(id: number, address: Address | undefined): DatacenterLike
  /** Saves the session. */
  save(): void
}

/** Calls at other datacenters. */
export interface OtherDatacenters {
  /** Makes a call where it is to be made; `here` makes it at home. */
  invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: CallOptions,
    here: () => Promise<Result>,
  ): Promise<Result>
  /** Takes a person's login along to where the account is moved; undefined where it has to be made anew. */
  transfer(id: number, from: DatacenterLike, address: Address | undefined): Promise<SessionData['user']>
  /** Closes all connections; calls that wait are rejected with `error` or a TransportError CLIENT_CLOSED. */
  close(error?: Error): void
}

/** Answers that mean: this call, not the account, belongs elsewhere. */
const ELSEWHERE = /^(FILE|STATS)_MIGRATE_X$/
/** Answers that mean: this key is not logged in here. */
const LOGGED_OUT = /^(AUTH_KEY_(UNREGISTERED|INVALID|DUPLICATED)|SESSION_(REVOKED|EXPIRED))$/
/** Guests have lanes alone: they hear no updates, and close when they are idle. */
const LANE = { lane: 1 }

interface Guest {
  readonly dc: DatacenterLike
  /** Settles when the login is there; all calls wait for the same one. */
  login: Promise<void> | undefined
}

/**
 * Calls at other datacenters, for the option `datacenters` in bundles for browsers; elsewhere it is built in.
 *
 * ```ts
 * const client = await UploadClient.connect({ ...options, datacenters: otherDatacenters })
 * const chunk = await client.call(uploadGetFile, request)
 * ```
 */
export function otherDatacenters(home: Home): OtherDatacenters {
  return new Guests(home)
}

class Guests implements OtherDatacenters {
  readonly #home: Home
  readonly #guests: Map<number, Promise<Guest>> = new Map()
  /** The account was moved, and the session does not say so yet. */
  #isMoved = false
  #closed = false

  constructor(home: Home) {
    this.#home = home
  }

  async invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: CallOptions,
    here: () => Promise<Result>,
  ): Promise<Result> {
    const home = this.#home
    let { dc } = options
    for (let turn = 1; ; turn++) {
      const isHome = dc === undefined || dc === home.dcId
      try {
        if (!isHome) return await this.#there(dc!, method, request, options.signal)
        const result = await here()
        if (this.#isMoved) this.#save()
        void home.way.keepUp?.(home)?.then((changed) => changed && this.#save())
        return result
      } catch (error) {
        if (!(error instanceof RpcError) || turn >= MAX_TURNS) throw error
        if (ELSEWHERE.test(error.type)) dc = error.parameter
        // The account has moved there meanwhile: it is no guest any more.
        else if (isHome || error.type !== 'DC_ID_INVALID' || dc !== home.dcId) throw error
      }
    }
  }

  close(error?: Error): void {
    this.#closed = true
    for (const id of this.#guests.keys()) this.#leave(id, error)
  }

  /** Makes a call as a guest. */
  async #there<Request extends { readonly _: string }, Result>(
    id: number,
    method: Method<Request, Result>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    for (let again = false; ; again = true) {
      const guest = await orAbort(this.#guest(id), signal)
      guest.login ??= this.#logIn(id, guest)
      const { login } = guest
      await orAbort(login, signal)
      try {
        return await this.#patiently(() => guest.dc.invoke(method, request, { ...LANE, signal }), signal)
      } catch (error) {
        if (again || !(error instanceof RpcError) || !LOGGED_OUT.test(error.type)) throw error
        // Another call may have noticed before, and log in already.
        if (guest.login !== login) continue
        guest.login = undefined
        if (error.type === 'AUTH_KEY_DUPLICATED') {
          this.#leave(id)
          this.#home.data.keys.delete(id)
        }
      }
    }
  }

  #guest(id: number): Promise<Guest> {
    const known = this.#guests.get(id)
    if (known) return known
    const guest = this.#arrive(id)
    this.#guests.set(id, guest)
    guest.catch(() => this.#guests.delete(id))
    return guest
  }

  async #arrive(id: number): Promise<Guest> {
    const { way, data, options } = this.#home
    // Telegram's own servers have names for WebSockets, which no server tells; others are where they say.
    const find = way.locate ?? (options.dc && locate)
    const address = await this.#patiently(async () => find?.(id, this.#home, data))
    if (this.#closed) throw closedByUs()
    // A key that was kept is most likely logged in: if it is not, the server says so.
    return { dc: this.#home.openAt(id, address), login: data.keys.has(id) ? Promise.resolve() : undefined }
  }

  /** Brings the login along. Nobody's signal ends what others wait for too. */
  #logIn(id: number, guest: Guest): Promise<void> {
    const login = this.#bring(id, this.#home, guest.dc)
    // The next call tries again.
    login.catch(() => {
      guest.login = undefined
    })
    return login
  }

  async #bring(dcId: number, from: Informant, to: DatacenterLike): Promise<void> {
    for (let again = false; ; again = true) {
      const exported = await from.invoke(authExportAuthorization, { _: 'auth.exportAuthorization', dcId })
      try {
        const request = { ...exported, _: 'auth.importAuthorization' } as const
        await this.#patiently(() => to.invoke(authImportAuthorization, request, LANE))
        return this.#save()
      } catch (error) {
        // What was exported is good for a short time, and once.
        if (again || !(error instanceof RpcError) || error.type !== 'AUTH_BYTES_INVALID') throw error
      }
    }
  }

  async transfer(id: number, from: DatacenterLike, address: Address | undefined): Promise<SessionData['user']> {
    const { user, options } = this.#home
    // Bots log in by their token.
    if (!user || options.botToken) return undefined
    const to = this.#home.openAt(id, address)
    const patient: Informant = {
      invoke: (method, request, options) => this.#patiently(() => from.invoke(method, request, options)),
    }
    try {
      await this.#bring(id, patient, to)
      this.#isMoved = true
      return user
    } catch (error) {
      // A server that does not let go of the login, or does not take it. Who cannot be reached, or has to be waited for, is no
      // reason to log out.
      if (error instanceof RpcError && isRefusal(error)) return undefined
      throw error
    } finally {
      this.#noteSalt(to)
      to.close()
    }
  }

  #leave(id: number, error?: Error): void {
    const guest = this.#guests.get(id)
    this.#guests.delete(id)
    guest?.then(
      ({ dc }) => {
        this.#noteSalt(dc)
        dc.close(error)
      },
      () => {},
    )
  }

  #noteSalt(dc: DatacenterLike): void {
    const key = this.#home.data.keys.get(dc.id)
    if (key) key.salt = dc.salt
  }

  #save(): void {
    // Once it is closed, the keys are wiped.
    if (!this.#closed) this.#home.save()
    this.#isMoved = false
  }

  #patiently<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { host, maxWait, onEvent } = this.#home.options
    return withPolicy(call, { host, maxWait, signal, onEvent })
  }
}

/** Whether a server refuses a call, rather than being in trouble or busy. Source: https://core.telegram.org/api/errors */
function isRefusal({ code, waitSeconds }: RpcError): boolean {
  return code > 0 && code < 500 && waitSeconds === undefined
}
