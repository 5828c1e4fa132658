/**
 * What the connections of one MTProxy share.
 */
import type { Crypto } from '../../../crypto/crypto.ts'
import type { Host } from '../../../host.ts'
import type { Address, Dial } from '../../../transport/carrier/carrier.ts'
import type { TaggedFraming } from '../../../transport/framing/framing.ts'
import type { MtproxySecret } from '../../../transport/proxy/mtproxy.ts'
import type { Gate } from './gate.ts'

/** What happens at a proxy, for logs and tests. */
export type MtproxyEvent =
  /** A client was let in; `dc` is as its header says: 10000 higher for a test DC, negative for media. */
  | {
      readonly type: 'accepted'
      readonly remote: string
      readonly kind: MtproxySecret['kind']
      readonly framing: TaggedFraming
      readonly dc: number
    }
  /** A connection was closed without a word. */
  | { readonly type: 'refused'; readonly remote: string; readonly reason: string }

/** A way to a DC. */
export interface DcTarget {
  readonly address: Address
  readonly dial: Dial
}

/** What a connection sees of its proxy. */
export interface ProxyHouse {
  readonly gate: Gate
  readonly host: Host
  readonly crypto: Crypto
  /** Where the DC is that a header names; undefined for one that is not known. */
  targetOf(dc: number): DcTarget | undefined
  tell(event: MtproxyEvent): void
  /** A connection is over. */
  gone(connection: object): void
}
