/** Drives a handshake by hand: what the proxy says goes in, in any split; what the client says comes out. */
import { concat } from '../../../src/bytes.ts'
import type { Address } from '../../../src/transport/carrier/carrier.ts'
import { type ProxyProtocol, refusals } from '../../../src/transport/proxy/handshake.ts'

export interface Talk {
  /** Everything sent to the proxy. */
  readonly sent: Uint8Array
  /** What came behind the proxy's last word; undefined as long as the way is not open. */
  readonly done: Uint8Array | undefined
}

export const PROXY: Address = { host: 'proxy', port: 1080 }

/** One talk in which the proxy's words arrive as the chunks given. @throws what the handshake throws */
export function talk(protocol: ProxyProtocol, target: Address, ...chunks: readonly Uint8Array[]): Talk {
  const handshake = protocol.handshake(target, refusals(protocol, PROXY, target))
  let sent = handshake.start()
  for (const [i, chunk] of chunks.entries()) {
    const { send, done } = handshake.receive(chunk)
    if (send) sent = concat(sent, send)
    // What arrives later is the target's by itself.
    if (done) return { sent, done: concat(done, ...chunks.slice(i + 1)) }
  }
  return { sent, done: undefined }
}

/** The same bytes one at a time. */
export function oneByOne(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte))
}
