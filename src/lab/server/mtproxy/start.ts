/**
 * Starts an MTProxy on a real port, in front of test DCs.
 */
import { toHex } from '../../../bytes.ts'
import { systemHost } from '../../../client/platform/system-host.ts'
import type { Crypto } from '../../../crypto/crypto.ts'
import { nativeCrypto } from '../../../crypto/native.ts'
import type { Host } from '../../../host.ts'
import type { Address } from '../../../transport/carrier/carrier.ts'
import { memoryDial } from '../../../transport/carrier/memory.ts'
import { dialTcp } from '../../../transport/carrier/tcp.ts'
import { listen } from '../listen.ts'
import { TestServer } from '../server.ts'
import { Front } from './front.ts'
import type { DcTarget, MtproxyEvent } from './house.ts'

/** Seconds by which a client's clock may differ, unless told. */
const MAX_SKEW = 600

/** What an MTProxy is made of. */
export interface StartMtproxyOptions {
  /** Secrets as clients have them: 16 bytes; `dd` and 16 bytes; `ee`, 16 bytes and a domain. */
  readonly secrets: readonly Uint8Array[]
  /** The DCs behind it by their numbers: addresses, which it connects to by TCP, or test DCs of this process. */
  readonly dcs: Readonly<Record<number, Address | TestServer>>
  /** Port to listen on; 0, the default, takes any free one. */
  readonly port?: number
  /** Address to listen on; 127.0.0.1 unless told. */
  readonly address?: string
  /** Seconds by which the clock of a client with an `ee` secret may differ; 600 unless told. */
  readonly maxSkew?: number
  readonly host?: Host
  readonly crypto?: Crypto
  /** Told of everyone let in or refused. */
  readonly onEvent?: (event: MtproxyEvent) => void
}

/** An MTProxy on a port. */
export interface RunningMtproxy {
  /** Address and port listened on. */
  readonly host: string
  readonly port: number
  /** Connections of clients open now. */
  readonly connections: number
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/**
 * Starts an MTProxy. Who does not know a secret, or sends what was seen before, is closed without a word.
 * @throws the system's error (`EADDRINUSE`, …) if the port cannot be had
 * @throws UsageError for a secret that is of no kind
 *
 * @example
 * ```ts
 * const dc = await startServer()
 * const proxy = await startMtproxy({ secrets: [secret], dcs: { 2: { host: dc.host, port: dc.port } } })
 * await proxy.close()
 * ```
 */
export async function startMtproxy(options: StartMtproxyOptions): Promise<RunningMtproxy> {
  const { secrets, host = systemHost, crypto = nativeCrypto, maxSkew = MAX_SKEW, onEvent } = options
  const dcs = new Map(Object.entries(options.dcs).map(([id, dc]) => [Number(id), targetFor(dc)]))
  const front = new Front({ secrets, host, crypto, maxSkew, dcs, onEvent })
  const listener = await listen({
    timers: host,
    port: options.port ?? 0,
    host: options.address ?? '127.0.0.1',
    // A proxy that answered HTTP would show itself.
    tcpOnly: true,
    onConnection: (carrier, { remote }) => front.accept(carrier, remote),
  })
  return {
    host: listener.host,
    port: listener.port,
    get connections() {
      return listener.connections
    },
    async close() {
      front.close()
      await listener.close()
    },
  }
}

function targetFor(dc: Address | TestServer): DcTarget {
  if (!(dc instanceof TestServer)) return { address: dc, dial: dialTcp }
  return { address: { host: `dc-${dc.dcId}`, port: 1 }, dial: memoryDial((carrier) => dc.accept(carrier)) }
}

/** The link by which people share a proxy. Source: https://core.telegram.org/api/links#mtproxy-links */
export function mtproxyLink({ host, port }: Address, secret: Uint8Array): string {
  return `tg://proxy?${new URLSearchParams({ server: host, port: String(port), secret: toHex(secret) })}`
}
