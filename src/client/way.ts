/**
 * A way to the servers: what a transport is to the client.
 */
import type { Address, Dial } from '../transport/carrier/carrier.ts'
import type { DatacenterLike } from '../transport/datacenter.ts'
import type { CodecFactory } from '../transport/transport-name.ts'

/** How packets get to a server. */
export interface Way {
  /** What to call it, for those who watch: `obfuscated`, `mtproxy`. */
  readonly name?: string | undefined
  /** Makes a codec for one connection. */
  readonly codec: CodecFactory
  readonly dial: Dial
  /** Address of one of Telegram's datacenters. @throws UsageError if there is no such datacenter */
  readonly address: (id: number, test: boolean) => Address
  /** Asks a datacenter for the address of another; absent where only Telegram's own names are used. */
  readonly locate?: (id: number, dc: DatacenterLike, signal: AbortSignal | undefined) => Promise<Address | undefined>
}
