/**
 * The primitives for web platforms: in plain JavaScript, but for gzip, which the platform's own stream unpacks.
 *
 * Source: https://compression.spec.whatwg.org
 */
import { hint } from '#explain'
import { concat } from '../bytes.ts'
import type { Crypto } from './crypto.ts'
import { primitives } from './primitives.ts'

/** The primitives; gzip is unpacked in the platform's own time. */
export const webCrypto: Crypto<Promise<Uint8Array>> = {
  ...primitives,

  async gunzip(data, limit) {
    const parts: Uint8Array[] = []
    const unpacked = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
    const reader = unpacked.getReader()
    for (let size = 0; ; ) {
      const { done, value } = await reader.read()
      if (done) return concat(...parts)
      size += value.length
      if (size > limit) {
        await reader.cancel()
        throw new RangeError(hint(() => `gzip data unpacks to more than ${limit} bytes`))
      }
      parts.push(value)
    }
  },
}
