/**
 * An MTProxy without its sockets: takes carriers of clients, and opens carriers to DCs.
 */
import type { Crypto } from '../../../crypto/crypto.ts'
import type { Host } from '../../../host.ts'
import type { Carrier, CarrierHandlers } from '../../../transport/carrier/carrier.ts'
import { ProxiedConnection } from './connection.ts'
import { Gate } from './gate.ts'
import type { DcTarget, MtproxyEvent, ProxyHouse } from './house.ts'

/** What a proxy without sockets is made of. */
export interface FrontOptions {
  /** Secrets as clients have them: 16 bytes; `dd` and 16 bytes; `ee`, 16 bytes and a domain. */
  readonly secrets: readonly Uint8Array[]
  /** Seconds by which the clock of a client with an `ee` secret may differ. */
  readonly maxSkew: number
  readonly host: Host
  readonly crypto: Crypto
  readonly dcs: ReadonlyMap<number, DcTarget>
  readonly onEvent?: ((event: MtproxyEvent) => void) | undefined
}

/** Added to the number of a test DC. */
const TEST_DC = 10_000

/** The proxy's rules and its connections. */
export class Front implements ProxyHouse {
  readonly gate: Gate
  readonly host: Host
  readonly crypto: Crypto
  readonly #options: FrontOptions
  readonly #connections = new Set<ProxiedConnection>()

  /** @throws UsageError for a secret that is of no kind */
  constructor(options: FrontOptions) {
    this.gate = new Gate(options)
    this.host = options.host
    this.crypto = options.crypto
    this.#options = options
  }

  /** Takes a new connection; returns what its carrier is to tell. */
  accept(carrier: Carrier, remote: string): CarrierHandlers {
    const connection = new ProxiedConnection(this, carrier, remote)
    this.#connections.add(connection)
    return connection
  }

  /** Where the DC of a header is: its own number, whether test or media. */
  targetOf(dc: number): DcTarget | undefined {
    return this.#options.dcs.get(Math.abs(dc) % TEST_DC)
  }

  tell(event: MtproxyEvent): void {
    this.#options.onEvent?.(event)
  }

  gone(connection: ProxiedConnection): void {
    this.#connections.delete(connection)
  }

  close(): void {
    for (const connection of [...this.#connections]) connection.close()
  }
}
