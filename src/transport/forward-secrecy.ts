/**
 * `mtproto-upload/forward-secrecy`: perfect forward secrecy. Calls travel under temporary keys that live in memory alone.
 *
 * Whoever records what passes, and gets hold of the stored permanent key later, can read nothing of it: the permanent key
 * only ever proves, while a temporary one is bound to it, whose that is.
 *
 * Each temporary key has a {@link Datacenter} of its own, a generation. Before a key ends the next one is made beside it;
 * new calls go to the new generation, and the old one answers what it has under way and is closed. A key that the server
 * has forgotten, or that ended while nobody was reachable, takes its generation with it: what waited there is called again
 * under the next key.
 *
 * Source: https://core.telegram.org/api/pfs
 */
import { RpcError, TransportError, UsageError } from '../errors.ts'
import { randomBytes, type Timer } from '../host.ts'
import type { Method } from '../tl/method.ts'
import { closedByUs } from './connection-errors.ts'
import {
  Datacenter,
  type DatacenterLike,
  type DatacenterOptions,
  type InvokeOptions,
  type MakeDatacenter,
} from './datacenter.ts'
import type { ExchangeResult } from './exchange/exchange.ts'
import { KEY_LANE } from './key-maker.ts'
import { ServerClock } from './session/clock.ts'
import { TemporaryKeys } from './temporary-keys.ts'

export type { DatacenterLike, DatacenterOptions, MakeDatacenter } from './datacenter.ts'

/** Seconds that a temporary key lives unless told: a day. */
const DEFAULT_LIFETIME = 24 * 3600
/** Servers take no more than this; and with less than that a client would be busy with nothing else. */
const LONGEST_LIFETIME = 7 * 24 * 3600
const SHORTEST_LIFETIME = 30
/** The next key is made when between a tenth and a fifth of the life is left: not all clients at once. */
const LEAST_MARGIN = 0.1
/** A generation that has nothing to do any more is closed after this many milliseconds: its last acknowledgements leave. */
const LINGER = 1_000
/** A call is made again at most this often because its key was over. */
const MAX_TURNS = 4
/** A background attempt that failed is repeated after a share of the life, at least after this many milliseconds. */
const RETRY_SHARE = 0.02
const LEAST_RETRY = 1_000

/** What {@link forwardSecrecy} takes. */
export interface ForwardSecrecyOptions {
  /** Seconds that a temporary key lives: 30 to 604800; 86400 (a day) unless told. */
  readonly lifetime?: number | undefined
}

/** The option `forwardSecrecy` of a client. */
export type ForwardSecrecy = MakeDatacenter

/**
 * Perfect forward secrecy for a client.
 *
 * ```ts
 * const client = await UploadClient.connect({ ...options, forwardSecrecy: forwardSecrecy() })
 * ```
 * @throws UsageError for a lifetime that cannot be
 * @see https://core.telegram.org/api/pfs
 */
export function forwardSecrecy({ lifetime = DEFAULT_LIFETIME }: ForwardSecrecyOptions = {}): ForwardSecrecy {
  if (!Number.isInteger(lifetime) || lifetime < SHORTEST_LIFETIME || lifetime > LONGEST_LIFETIME) {
    throw new UsageError(
      `lifetime must be a whole number of seconds from ${SHORTEST_LIFETIME} to ${LONGEST_LIFETIME}, not ${lifetime}`,
    )
  }
  return (options) => new ForwardSecretDatacenter(options, lifetime)
}

/** One temporary key and what is called under it. */
interface Generation {
  readonly dc: Datacenter
  /** Calls under way. */
  active: number
  /** Renewal, then the end of the key; after the last call of an old generation its end. */
  timer: Timer | undefined
  over: boolean
}

/** A call that waits for a key. */
interface Waiter {
  resolve(generation: Generation): void
  reject(error: unknown): void
}

class ForwardSecretDatacenter implements DatacenterLike {
  readonly id: number
  readonly #options: DatacenterOptions
  readonly #lifetime: number
  readonly #clock: ServerClock
  readonly #keys: TemporaryKeys
  #current: Generation | undefined
  /** Those that finish what they have under way. */
  readonly #old: Set<Generation> = new Set()
  readonly #waiters: Set<Waiter> = new Set()
  #renewing = false
  /** Another attempt to renew, after one that failed. */
  #retry: Timer | undefined
  #closed: Error | undefined

  constructor(options: DatacenterOptions, lifetime: number) {
    this.id = options.id
    this.#options = options
    this.#lifetime = lifetime
    this.#clock = options.clock ?? new ServerClock(options.host)
    this.#keys = new TemporaryKeys(options, this.#clock, lifetime)
  }

  /** The salt that belongs to the permanent key. */
  get salt(): bigint {
    return this.#keys.salt
  }

  get serverTime(): number {
    return this.#clock.serverTime()
  }

  async invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    for (let turn = 1; ; turn++) {
      options.signal?.throwIfAborted()
      const generation = this.#current ?? (await this.#next(options.signal))
      generation.active++
      try {
        return await generation.dc.invoke(method, request, options)
      } catch (error) {
        if (this.#closed || !this.#isOfKey(error, generation)) throw error
        if (turn === MAX_TURNS) throw error instanceof RpcError ? error : outlived(method.name, error)
      } finally {
        generation.active--
        this.#closeIdle(generation)
      }
    }
  }

  replaceLane(lane: number, error: Error): void {
    for (const { dc } of this.#generations()) dc.replaceLane(lane, error)
  }

  networkChanged(): void {
    this.#keys.networkChanged()
    if (this.#retry) this.#renew()
    for (const { dc } of this.#generations()) dc.networkChanged()
  }

  close(error: Error = closedByUs()): void {
    if (this.#closed) return
    this.#closed = error
    this.#keys.close(error)
    for (const generation of this.#generations()) this.#end(generation, error)
    this.#rejectWaiters(error)
  }

  #generations(): Generation[] {
    return [...(this.#current ? [this.#current] : []), ...this.#old]
  }

  /** The next generation, when it is there. */
  #next(signal: AbortSignal | undefined): Promise<Generation> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(this.#closed)
        return
      }
      const onAbort = (): void => {
        this.#waiters.delete(waiter)
        reject(signal!.reason)
      }
      const done = (finish: () => void): void => {
        signal?.removeEventListener('abort', onAbort)
        finish()
      }
      const waiter: Waiter = {
        resolve: (generation) => done(() => resolve(generation)),
        reject: (error) => done(() => reject(error)),
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
      this.#renew()
    })
  }

  #rejectWaiters(error: unknown): void {
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter)
      waiter.reject(error)
    }
  }

  /** Whether a call failed for no other reason than its key, and may be made again under the next. */
  #isOfKey(error: unknown, generation: Generation): boolean {
    if (error instanceof RpcError && error.type === 'AUTH_KEY_PERM_EMPTY') {
      // The server has undone the binding: by its documentation, a permanent key is bound to one temporary key at a time.
      if (generation === this.#current) {
        this.#retire(generation)
        this.#current = undefined
      }
      return true
    }
    return error instanceof TransportError && error.code === 'CLIENT_CLOSED'
  }

  /** Begins to make the next key, unless that is on its way. */
  #renew(): void {
    if (this.#renewing || this.#closed) return
    this.#renewing = true
    this.#stopRetry()
    const done = (finish: () => void): void => {
      this.#renewing = false
      finish()
    }
    void this.#keys.next().then(
      (key) => done(() => this.#adopt(key)),
      (error: unknown) => done(() => this.#failed(error)),
    )
  }

  /** Takes a new temporary key into use. */
  #adopt({ authKey, salt, expiresAt }: ExchangeResult): void {
    const { host, id, onEvent } = this.#options
    if (this.#closed) {
      authKey.fill(0)
      return
    }
    const dc = new Datacenter({
      ...this.#options,
      authKey,
      salt,
      clock: this.#clock,
      // The generation never makes a key: when the server does not know its own any more it is over.
      onAuthKey: () => this.#end(generation),
    })
    authKey.fill(0)
    const generation: Generation = { dc, active: 0, timer: undefined, over: false }
    const life = Math.max(0, expiresAt! * 1000 - this.#clock.serverTime())
    const margin = life * LEAST_MARGIN * (1 + randomBytes(host.random, 1)[0]! / 256)
    generation.timer = host.setTimer(life - margin, () => {
      generation.timer = host.setTimer(margin, () => this.#end(generation))
      if (generation === this.#current) this.#renew()
    })
    if (this.#current) this.#retire(this.#current)
    this.#current = generation
    for (const waiter of [...this.#waiters]) {
      this.#waiters.delete(waiter)
      waiter.resolve(generation)
    }
    onEvent?.({ type: 'temporary-key', seconds: Math.round(life / 1000), dc: id, lane: KEY_LANE })
  }

  /** New calls go elsewhere from now on. */
  #retire(generation: Generation): void {
    this.#old.add(generation)
    this.#closeIdle(generation)
  }

  /** Closes an old generation that has nothing under way, in a moment. */
  #closeIdle(generation: Generation): void {
    if (generation.active > 0 || !this.#old.has(generation)) return
    generation.timer?.cancel()
    generation.timer = this.#options.host.setTimer(LINGER, () => this.#end(generation))
  }

  /** A generation is over; what it still has under way goes to the next. */
  #end(generation: Generation, error: Error = keyIsOver()): void {
    if (generation.over) return
    generation.over = true
    generation.timer?.cancel()
    this.#old.delete(generation)
    if (this.#current === generation) {
      this.#current = undefined
      // Without a key the next call is what begins another attempt.
      this.#stopRetry()
    }
    generation.dc.close(error)
  }

  /** Gives up for now: whoever waits is told, and while there is a key that lives it is tried again later. */
  #failed(error: unknown): void {
    this.#rejectWaiters(error)
    if (!this.#current) return
    const pause = Math.max(LEAST_RETRY, this.#lifetime * 1000 * RETRY_SHARE)
    this.#retry = this.#options.host.setTimer(pause, () => this.#renew())
  }

  #stopRetry(): void {
    this.#retry?.cancel()
    this.#retry = undefined
  }
}

function keyIsOver(): TransportError {
  return new TransportError('CLIENT_CLOSED', 'the temporary key is over')
}

/** What a caller is told when one temporary key after another ended before the call was answered. */
function outlived(method: string, cause: unknown): TransportError {
  const message = `${method} was not answered while ${MAX_TURNS} temporary keys lived; give them a longer lifetime, or use a faster line`
  return new TransportError('NO_ANSWER', message, { cause })
}
