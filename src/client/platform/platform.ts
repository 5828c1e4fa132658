/**
 * What a client takes from the runtime it runs in. One module a runtime, chosen by the package's `imports` map.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { ServerKey } from '../../crypto/rsa.ts'
import type { Source } from '../../files/source.ts'
import type { Host } from '../../host.ts'
import type { Dial } from '../../transport/carrier/carrier.ts'
import type { PacketCodec } from '../../transport/framing/framing.ts'
import type { CodecOptions, TransportName } from '../../transport/transport-name.ts'
import type { SessionStorage } from '../storage.ts'

export interface Platform {
  readonly host: Host
  readonly crypto: Crypto
  /** The transport used unless told. */
  readonly transport: TransportName
  /** A codec for one connection. @throws UsageError for a transport that the runtime does not have */
  codec(transport: TransportName, options: CodecOptions): PacketCodec
  /** Reads a public key in PEM; absent where only parsed keys are taken. */
  readonly parseKey?: (pem: string) => ServerKey
  /** How to reach a server by a transport. @throws UsageError where the runtime cannot */
  dial(transport: TransportName): Dial
  /** Keeps a session in a file; absent where there are none. */
  readonly fileStorage?: (path: string) => SessionStorage
  /** Opens files by path; absent where there are none. */
  readonly openFile?: (path: string | URL, signal?: AbortSignal) => Promise<Source>
}
