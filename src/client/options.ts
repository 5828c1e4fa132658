/**
 * What a client is connected with.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { ServerKey } from '../crypto/rsa.ts'
import type { Host } from '../host.ts'
import type { Address, Dial } from '../transport/carrier/carrier.ts'
import type { MakeDatacenter } from '../transport/datacenter.ts'
import type { Observe } from '../transport/observed.ts'
import type { TransportName } from '../transport/transport-name.ts'
import type { ClientEvent } from './events.ts'
import type { Login } from './login/context.ts'
import type { NamedMethod } from './methods.ts'
import type { otherDatacenters } from './other-datacenters.ts'
import type { PeerFinder } from './peers.ts'
import type { SessionStorage } from './storage.ts'
import type { Way } from './way.ts'

/** A datacenter that is not one of Telegram's: a test server, or one behind a forwarded port. */
export interface CustomDatacenter {
  /** Its number, 1 to 5 for Telegram's. */
  readonly id: number
  readonly host: string
  readonly port: number
  /** Its number in the key exchange is 10000 higher. */
  readonly test?: boolean | undefined
  /** The server's public keys, as PEM (PKCS#1 or SPKI) or parsed. */
  readonly serverKeys: readonly (string | ServerKey)[]
  /** Path of a WebSocket. */
  readonly path?: string | undefined
  /** TLS around a WebSocket. */
  readonly secure?: boolean | undefined
  /** Further addresses of it, for TCP: whichever answers first is used. */
  readonly others?: readonly Address[] | undefined
}

/** How the client presents itself in `initConnection`. Source: https://core.telegram.org/method/initConnection */
export interface DeviceInfo {
  readonly deviceModel?: string | undefined
  readonly systemVersion?: string | undefined
  readonly appVersion?: string | undefined
  /** ISO 639-1. */
  readonly langCode?: string | undefined
}

/** A proxy to go through. */
export interface ProxyOptions {
  readonly type: 'socks5' | 'http' | 'mtproxy'
  /** Name or address of the proxy. */
  readonly host: string
  readonly port: number
  /** For `socks5` and `http`. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** For `mtproxy`: hex or base64, as the proxy's link has it. */
  readonly secret?: string | undefined
}

/** By what way packets travel. */
export interface WayOptions {
  /**
   * How packets travel; `intermediate` where there is TCP, `ws` elsewhere. Browsers have `ws`, and `httpWay()` of
   * `mtproto-upload/transport/http`.
   */
  readonly transport?: TransportName | Way | undefined
  /**
   * A proxy to go through, on Node, Bun and Deno: an object, or `socks5://user:password@host:port`, `http://…`,
   * `tg://proxy?server=…&port=…&secret=…`, `tg://socks?…`, or the same as `https://t.me/…`. It looks names up itself. An
   * MTProxy decides how packets travel, so that `transport` is left out.
   */
  readonly proxy?: string | ProxyOptions | undefined
  /**
   * Try IPv6 addresses of a server before IPv4 ones (true), or after them (false), on Node, Bun and Deno. Unless told, in
   * the order in which they are known. All are tried in any case, a quarter of a second after one another.
   */
  readonly ipv6?: boolean | undefined
}

/** What `UploadClient.connect` takes. */
export interface ConnectOptions extends WayOptions {
  /** Application id and hash, from https://my.telegram.org. */
  readonly apiId: number
  readonly apiHash: string
  /** Token of a bot, from @BotFather. This or `login` is needed unless `storage` holds a session that is logged in. */
  readonly botToken?: string | undefined
  /**
   * How a person logs in if there is no stored login, or it was ended: what `phoneLogin()` or `qrLogin()` of
   * `mtproto-upload/login` makes. It is asked while connecting only, never later.
   */
  readonly login?: Login | undefined
  /**
   * Where the session is kept: a storage, or the path of a file where there are files. In memory unless told, so that each
   * start is a new login.
   */
  readonly storage?: SessionStorage | string | undefined
  /** The server to speak to; Telegram's unless told. */
  readonly dc?: CustomDatacenter | undefined
  /** Telegram's test datacenters. */
  readonly test?: boolean | undefined
  /**
   * Methods that `client.invoke` knows by name beside its own, constants of `mtproto-upload/tl`. On Node, Bun and Deno it
   * knows all; in bundles for browsers each is paid for in bytes.
   */
  readonly methods?: readonly NamedMethod[] | undefined
  /**
   * Finds peers in the forms people have them. Built in on Node, Bun and Deno; bundles for browsers take `findPeer` of `mtproto-upload/peers`.
   */
  readonly peers?: PeerFinder | undefined
  /**
   * Calls at other datacenters than the account's: a file is read where it lies (FILE_MIGRATE_X), and the option `dc` of
   * calls. Built in on Node, Bun and Deno; bundles for browsers take `otherDatacenters` of `mtproto-upload/datacenters`.
   */
  readonly datacenters?: typeof otherDatacenters | undefined
  /** Most connections that uploads use, 1 to 16; 16 unless told. They open by need: most paths need one or two. */
  readonly lanes?: number | undefined
  /** Longest wait that the server may ask for, in seconds, before a call fails; 60 unless told. */
  readonly maxWait?: number | undefined
  /**
   * Perfect forward secrecy: calls travel under temporary keys that are kept in memory alone, so that the stored session
   * opens nothing that was recorded before. `true`, or what `forwardSecrecy()` of `mtproto-upload/forward-secrecy` makes;
   * bundles for browsers take the latter alone.
   */
  readonly forwardSecrecy?: boolean | MakeDatacenter | undefined
  readonly device?: DeviceInfo | undefined
  /**
   * Told of everything that happens: connections, calls, waits, migrations, uploads; see `ClientEvent`. It is called in the
   * middle of the work, so it should be quick, and what it calls of the client runs on its own. If it throws, or returns a
   * promise that rejects, all connections are closed with that error, and so are the calls under way.
   */
  readonly onEvent?: ((event: ClientEvent) => unknown) | undefined
  /**
   * Has `onEvent` told of calls and bytes too. Built in on Node, Bun and Deno; bundles for browsers take `observed` of
   * `mtproto-upload/observe`.
   */
  readonly observe?: Observe | undefined
  /** Aborts connecting and logging in; afterwards it has no effect. */
  readonly signal?: AbortSignal | undefined
  /** Clock, timers and randomness; the platform's unless told. */
  readonly host?: Host | undefined
  /** Primitives; the platform's unless told. */
  readonly crypto?: Crypto | undefined
  /** Opens carriers; the platform's unless told. */
  readonly dial?: Dial | undefined
}
