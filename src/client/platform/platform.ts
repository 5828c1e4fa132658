/**
 * What a client takes from the runtime it runs in. One module a runtime, chosen by the package's `imports` map.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { ServerKey } from '../../crypto/rsa.ts'
import type { MediaTools } from '../../files/media-types.ts'
import type { BufferPool } from '../../files/reader.ts'
import type { Source } from '../../files/source.ts'
import type { Host } from '../../host.ts'
import type { MakeDatacenter } from '../../transport/datacenter.ts'
import type { Observe } from '../../transport/observed.ts'
import type { NamedMethod } from '../methods.ts'
import type { ConnectOptions, WayOptions } from '../options.ts'
import type { otherDatacenters } from '../other-datacenters.ts'
import type { askMaxParts } from '../part-limit.ts'
import type { PeerFinder } from '../peers.ts'
import type { prepareUpload } from '../prepare-upload.ts'
import type { SessionStorage } from '../storage.ts'
import type { uploadMany } from '../upload-many.ts'
import type { Way } from '../way.ts'

export type { Way } from '../way.ts'

export interface Platform {
  /** Checks what a caller without types may get wrong. @throws UsageError */
  checkOptions?(options: ConnectOptions): void
  readonly host: Host
  readonly crypto: Crypto
  /** The way that `transport` (and `proxy`) ask for, or the runtime's own. @throws UsageError for one that the runtime does not have */
  way(options: WayOptions): Way
  /** What `client.invoke` knows by name. */
  readonly methods: readonly NamedMethod[]
  /** Public keys of Telegram's datacenters. @throws UsageError where those of the test ones are not built in */
  keys(test: boolean): readonly ServerKey[]
  /** Reads a public key in PEM. @throws UsageError where only parsed keys are taken, or for something else */
  parseKey(pem: string): ServerKey
  /** What the option `forwardSecrecy: true` means. @throws UsageError where it has to be given */
  forwardSecrecy(): MakeDatacenter
  /** What the option `observe` is unless told; nothing more is told where it is absent. */
  readonly observe?: Observe
  /** Calls at other datacenters than the account's; absent where that has to be given. */
  readonly datacenters?: typeof otherDatacenters
  /** Finds peers by name. @throws UsageError where that has to be given */
  readonly peers: PeerFinder
  /** Keeps a session in a file. @throws UsageError where there are no files */
  fileStorage(path: string): SessionStorage
  /** Asks how many parts a file may have; where it is absent, 4000 is the limit unless told. */
  readonly askMaxParts?: typeof askMaxParts
  /** What `client.uploadMany` is. @throws UsageError where it is a function of its own, so that only who uses it pays for it */
  readonly uploadMany: typeof uploadMany
  /** Uploads the files in a raw `InputMedia`; absent where that is a function of its own. */
  readonly fillMedia?: MediaTools['fillMedia']
  /** Makes the progress of several files of one media one; absent where it is that of the last of them. */
  readonly oneTotal?: MediaTools['oneTotal']
  /** Makes options of an upload such as can be worked with; absent where they are taken as they come. @throws UsageError */
  readonly prepareUpload?: typeof prepareUpload
  /** Where the buffers of parts come from; each upload has its own where it is absent. */
  readonly buffers?: BufferPool
  /** Opens files by path; absent where there are none. */
  readonly openFile?: (path: string | URL, signal?: AbortSignal) => Promise<Source>
}
