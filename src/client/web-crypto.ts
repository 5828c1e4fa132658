/**
 * `mtproto-upload/web-crypto`: uploads that leave a page's thread alone, by `crypto.subtle`.
 *
 * Hash, encryption and obfuscation of a part of 512 KiB hold a page's thread for tens of milliseconds; with this for a
 * twentieth of that, and the rate is many times as high. Bundles leave it out unless they import it from here.
 */
import { platform } from '#platform'
import type { Crypto } from '../crypto/crypto.ts'
import { subtlePrimitives } from '../crypto/subtle.ts'
import { inOrder } from '../transport/in-order.ts'
import type { Way } from './way.ts'

export type { Way } from './way.ts'

/** Two options of a client that belong together. */
export interface OffThread {
  readonly crypto: Crypto
  readonly transport: Way
}

/**
 * The options `crypto` and `transport` of a client whose large packets are sealed by the platform in its own time. In a page
 * without TLS, which has no `crypto.subtle`, everything is done at once, as without this.
 *
 * ```ts
 * import { offThread } from 'mtproto-upload/web-crypto'
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, ...offThread() })
 * ```
 * @param way another way to the servers than WebSocket, such as `httpWay()`
 */
export function offThread(way: Way = overWebSocket()): OffThread {
  const { crypto, sealing } = subtlePrimitives()
  return { crypto, transport: { ...way, ...inOrder(way, sealing) } }
}

/** WebSocket as the platform has it: not every runtime has one of its own. */
function overWebSocket(): Way {
  const { name, codec, dial, address } = platform.way({ transport: 'ws' })
  return { name, codec, dial, address }
}
