/**
 * Session strings of GramJS: `1`, then base64 of the datacenter's number (1 byte), the length of its address (2 bytes,
 * big-endian), the address as text, port (2 bytes, big-endian) and the authorization key. They do not say whose they are.
 *
 * GramJS itself reads those of Telethon too, and so both begin alike; lengths tell them apart.
 * Source: https://gram.js.org/getting-started/authorization
 */
import { toBase64 } from '../../base64.ts'
import { concat, view } from '../../bytes.ts'
import { KEY_LENGTH, lacks, type SessionCodec } from './foreign.ts'

/** Addresses are shorter than this many bytes. */
const MAX_HOST = 100

export const gramjs: SessionCodec = {
  prefix: '1',
  padded: true,

  read(bytes) {
    const hostLength = bytes.length - KEY_LENGTH - 5
    if (hostLength < 1 || hostLength > MAX_HOST || view(bytes).getUint16(1) !== hostLength) return undefined
    const host = new TextDecoder().decode(bytes.subarray(3, 3 + hostLength))
    const port = view(bytes).getUint16(3 + hostLength)
    return { dc: bytes[0]!, address: { host, port }, key: bytes.slice(5 + hostLength) }
  },

  write({ dc, address, key }) {
    if (!address) throw lacks('gramjs', 'an address')
    const host = new TextEncoder().encode(address.host)
    const head = Uint8Array.of(dc, host.length >> 8, host.length)
    return `1${toBase64(concat(head, host, Uint8Array.of(address.port >> 8, address.port), key))}`
  },
}
