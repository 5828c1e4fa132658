/**
 * What a connection is made of, and what it tells.
 */
import type { AuthKey } from '../crypto/auth-key.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Host } from '../host.ts'
import type { Carrier, CarrierHandlers } from './carrier/carrier.ts'
import type { ExchangeOptions, ExchangeResult } from './exchange/exchange.ts'
import type { PacketCodec } from './framing/framing.ts'
import type { ServerClock } from './session/clock.ts'
import type { Session } from './session/session.ts'

/** The authorization key of a datacenter, shared by its connections. */
export interface KeyHolder {
  readonly current: AuthKey | undefined
  /** The connection that makes a key at the moment: two at once would be two keys. */
  maker?: unknown
  /** Takes a key fresh from an exchange. */
  agreed(result: ExchangeResult): void
  /** The server does not know the key any more. */
  lost(key: AuthKey): void
}

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly host: Host
  readonly crypto: Crypto
  readonly clock: ServerClock
  readonly session: Session
  readonly keys: KeyHolder
  /** What a key exchange needs beside crypto and randomness. */
  readonly exchange: Pick<ExchangeOptions, 'keys' | 'dc' | 'expiresIn'>
  /** Opens a carrier to the server. */
  readonly dial: (handlers: CarrierHandlers, signal: AbortSignal) => Promise<Carrier>
  /** A fresh codec for a fresh carrier. */
  readonly codec: () => PacketCodec
  /** The server's address, for messages to people. */
  readonly where: string
  readonly onEvent?: ((event: ConnectionEvent) => void) | undefined
}

/** What happens to a connection. */
export type LinkEvent =
  /** It is opened, for the `attempt`-th time since it last stood. */
  | { readonly type: 'connecting'; readonly attempt: number }
  /** It is open, and an authorization key is agreed on. */
  | { readonly type: 'exchanging' }
  /** It carries calls. */
  | {
      readonly type: 'connected'
      /** Milliseconds since `connecting`; this and what follows where it is watched closely (`Observe`). */
      readonly ms?: number | undefined
      /** How packets travel: the name of the transport. */
      readonly transport?: string | undefined
      /** The address that answered, the proxy's if there is one, where the carrier knows. */
      readonly remote?: string | undefined
    }
  /** It is lost, or could not be opened; tried again in `retryIn` ms, or not before the next call. */
  | { readonly type: 'disconnected'; readonly error: Error | undefined; readonly retryIn: number | undefined }
  /** It was closed by this side for good: by `error`, or as nobody needs it any more. */
  | { readonly type: 'closed'; readonly error: Error | undefined }

/** What happens to a connection, for logs and progress; `where` is the server's address. */
export type ConnectionEvent = LinkEvent & { readonly where: string }
