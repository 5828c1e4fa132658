/**
 * A way to the servers: what a transport is to the client.
 */
import type { Address, Dial } from '../transport/carrier/carrier.ts'
import type { DatacenterLike, MakeDatacenter } from '../transport/datacenter.ts'
import type { CodecFactory } from '../transport/transport-name.ts'
import type { SessionData } from './session-data.ts'

/** Who can be asked where a datacenter is. */
export type Informant = Pick<DatacenterLike, 'invoke'>

/** How packets get to a server. */
export interface Way {
  /** What to call it, for those who watch: `obfuscated`, `mtproxy`. */
  readonly name?: string | undefined
  /** Makes a codec for one connection. */
  readonly codec: CodecFactory
  readonly dial: Dial
  /** Address of one of Telegram's datacenters. @throws UsageError if there is no such datacenter */
  readonly address: (id: number, test: boolean) => Address
  /**
   * The address of a datacenter: as another one tells it, or as the session has it from there; undefined if none knows it.
   * Absent where only Telegram's own names are used.
   */
  readonly locate?: (id: number, dc: Informant, session: SessionData) => Promise<Address | undefined>
  /**
   * Looks after a call at the account's datacenter whether what the session says of addresses is still true. Resolves with
   * whether it is something else now, and to be saved; never rejects.
   */
  readonly keepUp?: (
    home: Informant & { readonly data: SessionData; readonly dcId: number },
  ) => Promise<boolean> | undefined
  /** Makes what calls go to, where that is more than a datacenter with one address. */
  readonly make?: MakeDatacenter
}
