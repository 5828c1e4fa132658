/**
 * A test DC: everything but its sockets.
 *
 * It takes carriers, from a listener or from memory, and lives by its host's clock, timers and randomness, so that it runs
 * in virtual time as well as on a real port. Several share one world and make a cluster.
 */
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import type { Host } from '../../host.ts'
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { AuthKeys, identity, type KeyRecord } from './auth-keys.ts'
import { ServerConnection } from './connection.ts'
import { type Behaviour, type Dc, DEFAULT_BEHAVIOUR, type RsaKey } from './dc.ts'
import { type DhGroup, TELEGRAM_GROUP } from './dh-group.ts'
import type { Faults, RequestInfo } from './faults.ts'
import { HttpFront } from './http-front.ts'
import type { HttpReply } from './http-link.ts'
import { invoke } from './rpc.ts'
import { SessionTable } from './session-table.ts'
import type { Uploads } from './uploads.ts'
import type { World } from './world.ts'

/** What a test DC is made of. */
export interface TestServerOptions {
  /** Number of the DC, 1 or more. */
  readonly dcId: number
  /** One of the test datacenters: 10000 is added to its number in key exchange and obfuscation, and demanded there. */
  readonly test?: boolean | undefined
  readonly host: Host
  readonly crypto: Crypto<Uint8Array> & WithMd5
  /** RSA keys that clients may know; the first is offered first. */
  readonly rsaKeys: readonly RsaKey[]
  readonly world: World
  /** Parts of unfinished uploads; those of the world unless told, where all DCs see them. */
  readonly uploads?: Uploads | undefined
  /** Group for new authorization keys; the one that Telegram's servers use unless told. */
  readonly dhGroup?: DhGroup
  readonly behaviour?: Partial<Behaviour>
  /** What to do wrong. The object is kept: its hooks may be changed at any time. */
  readonly faults?: Faults
  /** Secrets under which obfuscated connections are accepted besides none, 16 bytes each. */
  readonly secrets?: readonly Uint8Array[]
  /** Refuse obfuscated connections that name another DC, with -444. */
  readonly strictDc?: boolean
  /**
   * Refuse every call under a permanent key with AUTH_KEY_PERM_EMPTY, whether it is bound or not, but for the binding itself:
   * clients have to use perfect forward secrecy.
   */
  readonly requireForwardSecrecy?: boolean
  /** Told of every request. */
  readonly onRequest?: (info: RequestInfo) => void
}

/** One DC without sockets: give it carriers, and it answers as a server does. `startServer` puts it on a port. */
export class TestServer {
  /** Keys that clients have agreed on with this DC. */
  readonly keys: AuthKeys
  /** Hooks that make it misbehave. */
  readonly faults: Faults
  readonly behaviour: Behaviour
  readonly world: World
  readonly dcId: number
  readonly #dc: Dc
  readonly #sessions: SessionTable
  readonly #connections = new Set<ServerConnection>()
  readonly #http: HttpFront
  readonly #counter = new Map<string, number>()
  #connectionCount = 0

  constructor(options: TestServerOptions) {
    const { host, crypto, world, dhGroup = TELEGRAM_GROUP } = options
    const faults = options.faults ?? {}
    this.keys = new AuthKeys(crypto, host.random)
    this.faults = faults
    this.behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour }
    this.world = world
    this.dcId = options.dcId
    const milliseconds = (): number => host.wallClock() + (faults.clockOffset ?? 0)
    this.#dc = {
      id: options.dcId,
      test: options.test ?? false,
      host,
      crypto,
      rsaKeys: options.rsaKeys,
      dh: dhGroup,
      keys: this.keys,
      world,
      uploads: options.uploads ?? world.uploads,
      behaviour: this.behaviour,
      faults,
      secrets: options.secrets ?? [],
      strictDc: options.strictDc ?? false,
      requireForwardSecrecy: options.requireForwardSecrecy ?? false,
      onRequest: options.onRequest,
      milliseconds,
      seconds: () => Math.floor(milliseconds() / 1000),
    }
    this.#sessions = new SessionTable(this.#dc, (call, body) => {
      const who = identity(call.key)
      if (this.behaviour.oneAddress && who.revoked === undefined && this.#sessions.isShared(who)) {
        who.revoked = { code: 406, text: 'AUTH_KEY_DUPLICATED' }
      }
      return invoke(this.#counter, call, body)
    })
    this.#http = new HttpFront(this.#dc, this.#sessions, () => ++this.#connectionCount)
    this.keys.onRemove = (key) => this.#sessions.forget(key)
  }

  /** Takes a new connection; returns what its carrier is to tell. */
  readonly accept = (carrier: Carrier): CarrierHandlers => this.acceptFrom(carrier, undefined)

  /**
   * The same, of a client whose address is known.
   * @param remote `address:port`
   */
  readonly acceptFrom = (carrier: Carrier, remote: string | undefined): CarrierHandlers => {
    const address = remote === undefined ? undefined : addressOf(remote)
    const gone = (one: ServerConnection): void => void this.#connections.delete(one)
    const connection = new ServerConnection(++this.#connectionCount, this.#dc, carrier, this.#sessions, gone, address)
    this.#connections.add(connection)
    return connection
  }

  /** Takes the packet of one HTTP request. */
  readonly post = (packet: Uint8Array, reply: HttpReply): void => this.#http.post(packet, reply)

  /** Number of connections open now; those by HTTP count once for each session. */
  get connections(): number {
    return this.#connections.size + this.#http.links.length
  }

  /** Number of HTTP requests that wait for an answer. */
  get waiting(): number {
    return this.#http.links.reduce((sum, link) => sum + link.waiting, 0)
  }

  /** Number of sessions remembered. */
  get sessions(): number {
    return this.#sessions.size
  }

  /** How often each method was called. */
  get requests(): ReadonlyMap<string, number> {
    return this.#counter
  }

  /** Framings that the open connections speak; `bare` for HTTP, which has none. */
  get framings(): string[] {
    return [...[...this.#connections].flatMap(({ framing }) => framing ?? []), ...this.#http.links.map(() => 'bare')]
  }

  /** Closes every connection, or answers each with a transport error first. */
  disconnectAll(status?: number): void {
    for (const connection of [...this.#connections, ...this.#http.links]) {
      if (status === undefined) connection.close()
      else connection.fail(status)
    }
  }

  /** Forgets every session, as a restarted server does; connections are closed. */
  forgetSessions(): void {
    this.disconnectAll()
    this.#sessions.forget()
  }

  /** Forgets every key: clients get -404. */
  forgetKeys(): void {
    for (const key of [...this.keys.all()]) this.keys.remove(key)
  }

  /** Makes every salt in use invalid. */
  rotateSalts(): void {
    for (const key of this.keys.all()) key.salts.rotate(this.#dc.seconds())
  }

  /** Lets every call on a user's keys fail: AUTH_KEY_DUPLICATED (406), SESSION_REVOKED (401) and the like. */
  revoke(userId: bigint, code: number, text: string): void {
    for (const key of this.keysOf(userId)) key.revoked = { code, text }
  }

  /** Keys on which a user is logged in. */
  keysOf(userId: bigint): KeyRecord[] {
    return [...this.keys.all()].filter((key) => key.userId === userId)
  }

  /** Closes every connection and forgets all sessions, so that no timer is left. */
  close(): void {
    this.forgetSessions()
  }
}

/** The address in `address:port` or `[address]:port`; an IPv4 one in IPv6 clothes is an IPv4 one. */
function addressOf(remote: string): string {
  return remote
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
}
