/**
 * A datacenter: one authorization key, a main connection, and upload lanes beside it.
 *
 * All connections share the key, the server's clock and the salts; each has a session of its own. Where there is no key
 * the first of them agrees on one, and the others wait for it. Lanes open when they are first used, and close when they
 * have been idle for a while.
 *
 * Source: https://core.telegram.org/api/files#uploading-files, https://core.telegram.org/api/datacenter
 */

import { type AuthKey, createAuthKey } from '../crypto/auth-key.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { ServerKey } from '../crypto/rsa.ts'
import { RpcError } from '../errors.ts'
import type { Host, Timer } from '../host.ts'
import type { Method, TlEncode } from '../tl/method.ts'
import type { TlReader } from '../tl/reader.ts'
import { type Address, type Dial, formatAddress } from './carrier/carrier.ts'
import { Connection } from './connection.ts'
import type { ConnectionEvent, KeyHolder } from './connection-options.ts'
import type { ExchangeResult } from './exchange/exchange.ts'
import { LANE_IDLE, TEST_DC } from './limits.ts'
import { ServerClock } from './session/clock.ts'
import type { SessionEvent } from './session/internals.ts'
import { Salts } from './session/salts.ts'
import { Session } from './session/session.ts'
import type { CodecFactory } from './transport-name.ts'

/** What a datacenter is connected with. */
export interface DatacenterOptions {
  readonly host: Host
  readonly crypto: Crypto
  /** 1 to 5 for Telegram's. */
  readonly id: number
  /** One of Telegram's test datacenters. */
  readonly test?: boolean | undefined
  readonly address: Address
  readonly dial: Dial
  /** Makes a codec for each connection. */
  readonly codec: CodecFactory
  /** Public keys of the server. */
  readonly keys: readonly ServerKey[]
  /** The server's clock, where others know it too; one of its own unless told. */
  readonly clock?: ServerClock | undefined
  /** A key from an earlier session, 256 bytes, and the salt that went with it. */
  readonly authKey?: Uint8Array | undefined
  readonly salt?: bigint | undefined
  /** Wraps a query in `invokeWithLayer(initConnection(…))`. */
  readonly init: (query: TlEncode) => TlEncode
  /** Wraps a query in `invokeWithoutUpdates`. */
  readonly withoutUpdates: (query: TlEncode) => TlEncode
  /** A fresh key was agreed on (worth storing), or the server forgot it (undefined). */
  readonly onAuthKey?: (bytes: Uint8Array | undefined, salt: bigint) => void
  readonly onUpdate?: ((reader: TlReader) => void) | undefined
  readonly onEvent?: ((event: DatacenterEvent) => void) | undefined
}

/** A temporary key is in use from now on: see `forwardSecrecy`. */
export interface TemporaryKeyEvent {
  readonly type: 'temporary-key'
  /** How long it is good for. */
  readonly seconds: number
}

/** What happens inside, for logs. Lane 0 is the main connection, lane -1 those that make temporary keys. */
export type DatacenterEvent = (ConnectionEvent | SessionEvent | TemporaryKeyEvent) & {
  readonly dc: number
  readonly lane: number
}

/** How a call is made. */
export interface InvokeOptions {
  /** Aborts the call; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** 0 for the main connection (the default), from 1 on for upload lanes. */
  readonly lane?: number
}

/** What calls can be made of: a {@link Datacenter}, or one that changes its keys. */
export type DatacenterLike = Pick<
  Datacenter,
  'id' | 'salt' | 'serverTime' | 'invoke' | 'replaceLane' | 'networkChanged' | 'close'
>

/** Makes what calls go to: `forwardSecrecy()` is one, and `(options) => new Datacenter(options)` is what it replaces. */
export type MakeDatacenter = (options: DatacenterOptions) => DatacenterLike

interface Lane {
  readonly connection: Connection
  active: number
  idle: Timer | undefined
}

/** One datacenter: calls go in, connections open and close as they are needed. */
export class Datacenter {
  readonly id: number
  readonly #options: DatacenterOptions
  readonly #clock: ServerClock
  readonly #salts: Salts
  readonly #holder: KeyHolder
  readonly #lanes: Map<number, Lane> = new Map()
  #authKey: AuthKey | undefined
  #closed = false

  constructor(options: DatacenterOptions) {
    this.#options = options
    this.id = options.id
    this.#clock = options.clock ?? new ServerClock(options.host)
    this.#salts = new Salts(options.salt ?? 0n)
    if (options.authKey) this.#keep(options.authKey)
    const current = (): AuthKey | undefined => this.#authKey
    this.#holder = {
      get current() {
        return current()
      },
      agreed: (result) => this.#onAgreed(result),
      lost: (key) => this.#onLost(key),
    }
  }

  /** The salt in use, for storing beside the key. */
  get salt(): bigint {
    return this.#salts.at(this.#clock.serverTime())
  }

  /** Server time, milliseconds since 1970, as far as known. */
  get serverTime(): number {
    return this.#clock.serverTime()
  }

  /**
   * Calls a method.
   * @throws RpcError when the server answers with an error
   * @throws TransportError when no answer can be had
   * @throws TlError when the request cannot be written or the result cannot be read
   * @throws the signal's reason when aborted
   */
  invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: InvokeOptions = {},
  ): Promise<Result> {
    const { signal, lane = 0 } = options
    const bytes = (request as { bytes?: unknown }).bytes
    const size = bytes instanceof Uint8Array ? bytes.length : 0
    const plain: TlEncode = (writer) => method.write(writer, request)
    const encode = lane === 0 ? plain : this.#options.withoutUpdates(plain)
    return this.#onLane(lane, signal, (connection) => {
      return new Promise<Result>((resolve, reject) => {
        // Before the call is made: a closed connection fails it at once, and takes the listener away.
        signal?.addEventListener('abort', onAbort)
        const call = connection.call({
          method: method.name,
          encode,
          size,
          onResult: (reader) => settle(() => resolve(method.read(reader))),
          onRpcError: (code, text) => settle(() => reject(new RpcError(code, text, method.name))),
          onFailure: (error) => settle(() => reject(error)),
        })
        function onAbort(): void {
          connection.cancel(call)
          settle(() => reject(signal!.reason))
        }
        // A closed connection fails the call before it has been returned.
        function settle(finish: () => void): void {
          signal?.removeEventListener('abort', onAbort)
          finish()
        }
      })
    })
  }

  /** The network has changed, or is back: connections that are lost are tried at once, the others are asked for a sign of life. */
  networkChanged(): void {
    for (const { connection } of this.#lanes.values()) connection.networkChanged()
  }

  /**
   * Nothing moves on a lane: closes its connection, so that the next call opens another; calls that wait there are rejected
   * with `error`. The main connection is asked for a sign of life.
   */
  replaceLane(index: number, error: Error): void {
    const lane = this.#lanes.get(index)
    if (index > 0 && lane) this.#closeLane(index, lane, error)
    else lane?.connection.networkChanged()
  }

  /** Closes all connections; calls that wait are rejected with `error` or a TransportError CLIENT_CLOSED. */
  close(error?: Error): void {
    this.#closed = true
    for (const lane of this.#lanes.values()) {
      lane.idle?.cancel()
      lane.connection.close(error)
    }
    this.#lanes.clear()
    this.#wipe()
  }

  async #onLane<T>(
    index: number,
    signal: AbortSignal | undefined,
    run: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted()
    const lane = this.#lane(index)
    lane.active++
    lane.idle?.cancel()
    lane.idle = undefined
    try {
      return await run(lane.connection)
    } finally {
      lane.active--
      if (this.#lanes.get(index) === lane && index > 0 && lane.active === 0) {
        lane.idle = this.#options.host.setTimer(LANE_IDLE, () => this.#closeLane(index, lane))
      }
    }
  }

  #closeLane(index: number, lane: Lane, error?: Error): void {
    if (this.#lanes.get(index) === lane) this.#lanes.delete(index)
    lane.idle?.cancel()
    lane.connection.close(error)
  }

  #lane(index: number): Lane {
    const existing = this.#lanes.get(index)
    if (existing) return existing
    const { host, crypto, address, dial, codec, keys, id, init, onUpdate, onEvent } = this.#options
    const tell =
      onEvent && ((event: ConnectionEvent | SessionEvent): void => onEvent({ ...event, dc: id, lane: index }))
    const session = new Session({
      crypto,
      random: host.random,
      clock: this.#clock,
      salts: this.#salts,
      init,
      onUpdate,
      onEvent: tell,
    })
    const dc = exchangeNumber(this.#options)
    const connection = new Connection({
      host,
      crypto,
      clock: this.#clock,
      session,
      keys: this.#holder,
      exchange: { keys, dc },
      dial: (handlers, signal) => dial(address, handlers, { host, signal }),
      codec: () => codec({ random: host.random, crypto, dc }),
      where: formatAddress(address),
      onEvent: tell,
    })
    const lane: Lane = { connection, active: 0, idle: undefined }
    if (this.#closed) connection.close()
    else this.#lanes.set(index, lane)
    return lane
  }

  #onAgreed({ authKey, salt }: ExchangeResult): void {
    this.#keep(authKey)
    this.#salts.begin(salt)
    this.#options.onAuthKey?.(authKey, salt)
  }

  #onLost(key: AuthKey): void {
    // Another lane may have agreed on the next key already.
    if (key !== this.#authKey) return
    this.#wipe()
    this.#options.onAuthKey?.(undefined, 0n)
  }

  /** Keeps a key: a copy, since it is wiped when it is over. */
  #keep(bytes: Uint8Array): void {
    this.#authKey = createAuthKey(this.#options.crypto, bytes.slice())
  }

  #wipe(): void {
    this.#authKey?.bytes.fill(0)
    this.#authKey = undefined
  }
}

/** The datacenter's number in the key exchange and in the head of an obfuscated stream. */
export function exchangeNumber({ id, test }: Pick<DatacenterOptions, 'id' | 'test'>): number {
  return test ? id + TEST_DC : id
}
