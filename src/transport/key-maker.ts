/**
 * Makes one authorization key on a connection of its own: a permanent one, or a temporary one that is bound when it is
 * handed out.
 *
 * The connection has the manners of every other: it tries again when the link is lost, and gives up in bounded time. It is
 * closed when the key is there.
 *
 * Source: https://core.telegram.org/api/pfs
 */
import { authBindTempAuthKey } from '#methods'
import { type AuthKey, createAuthKey } from '../crypto/auth-key.ts'
import { RpcError } from '../errors.ts'
import { writeBinding } from './bind-key.ts'
import { formatAddress } from './carrier/carrier.ts'
import { Connection } from './connection.ts'
import type { ConnectionEvent } from './connection-options.ts'
import { type DatacenterOptions, exchangeNumber } from './datacenter.ts'
import type { ExchangeResult } from './exchange/exchange.ts'
import type { ServerClock } from './session/clock.ts'
import type { SessionEvent } from './session/internals.ts'
import { Salts } from './session/salts.ts'
import { Session } from './session/session.ts'

/** Number of the lane in the events of the connections that make keys. */
export const KEY_LANE = -1

/** What binds a temporary key to its permanent one. */
export interface TemporaryKey {
  readonly permanent: AuthKey
  /** Seconds. */
  readonly lifetime: number
}

/** A key in the making. */
export interface KeyMaking {
  /**
   * The key; its bytes belong to whoever takes them.
   * @throws RpcError when the binding is refused, TransportError, SecurityError
   */
  readonly done: Promise<ExchangeResult>
  /** The network has changed: what waits for the next attempt tries at once. */
  networkChanged(): void
  /** Gives up; `done` is rejected with `error`. */
  close(error: Error): void
}

/** Begins to make a key; a permanent one unless told what to bind it to. */
export function makeKey(options: DatacenterOptions, clock: ServerClock, temporary?: TemporaryKey): KeyMaking {
  const { host, crypto, address, dial, codec, keys, id, onEvent } = options
  const { promise, resolve, reject } = deferred<ExchangeResult>()
  const dc = exchangeNumber(options)
  const salts = new Salts(0n)
  let agreed: { readonly result: ExchangeResult; readonly authKey: AuthKey } | undefined
  /** The key was handed out: it is not ours to wipe any more. */
  let taken = false
  const forget = (): void => {
    if (!taken) agreed?.result.authKey.fill(0)
    agreed = undefined
  }
  const tell =
    onEvent && ((event: ConnectionEvent | SessionEvent): void => onEvent({ ...event, dc: id, lane: KEY_LANE }))
  const session = new Session({ crypto, random: host.random, clock, salts, init: (query) => query, onEvent: tell })
  const finish = (result: ExchangeResult): void => {
    taken = true
    resolve(result)
    connection.close()
  }
  const fail = (error: unknown): void => {
    forget()
    reject(error)
    connection.close()
  }
  const connection = new Connection({
    host,
    crypto,
    clock,
    session,
    keys: {
      get current() {
        return agreed?.authKey
      },
      agreed: (result) => {
        agreed = { result, authKey: createAuthKey(crypto, result.authKey) }
        salts.begin(result.salt)
        if (!temporary) finish(result)
      },
      lost: forget,
    },
    exchange: { keys, dc, expiresIn: temporary?.lifetime },
    dial: (handlers, signal) => dial(address, handlers, { host, signal }),
    codec: () => codec({ random: host.random, crypto, dc }),
    where: formatAddress(address),
    onEvent: tell,
  })
  const { name } = authBindTempAuthKey
  // For a permanent key this is what opens the connection; it never comes to be sent.
  connection.call({
    method: name,
    bare: true,
    encode: (writer, msgId) => {
      const { result, authKey } = agreed!
      const { expiresAt } = result as Required<ExchangeResult>
      const binding = { permanent: temporary!.permanent, temporary: authKey, sessionId: session.id, expiresAt }
      writeBinding(writer, msgId, binding, crypto, host.random)
    },
    onResult: (reader) => {
      const { result } = agreed!
      if (authBindTempAuthKey.read(reader)) {
        taken = true
        // What else the packet says is dealt with after the answer: another salt, perhaps.
        queueMicrotask(() => finish({ ...result, salt: salts.at(clock.serverTime()) }))
      } else fail(new RpcError(400, 'ENCRYPTED_MESSAGE_INVALID', name))
    },
    onRpcError: (code, text) => fail(new RpcError(code, text, name)),
    onFailure: fail,
  })
  return {
    done: promise,
    networkChanged: () => connection.networkChanged(),
    close: (error) => connection.close(error),
  }
}

function deferred<T>(): {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}
