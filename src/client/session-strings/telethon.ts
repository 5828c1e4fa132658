/**
 * Session strings of Telethon: `1`, then base64 for URLs, padded, of the datacenter's number (1 byte), its IPv4 or IPv6
 * address (4 or 16 bytes), port (2 bytes, big-endian) and the authorization key. They do not say whose they are.
 *
 * Source: https://docs.telethon.dev/en/stable/concepts/sessions.html#string-sessions
 */
import { toBase64Url } from '../../base64.ts'
import { concat, view } from '../../bytes.ts'
import { KEY_LENGTH, lacks, type SessionCodec } from './foreign.ts'
import { ipBytes, ipText } from './ip.ts'

export const telethon: SessionCodec = {
  prefix: '1',
  padded: true,

  read(bytes) {
    const addressLength = bytes.length - KEY_LENGTH - 3
    if (addressLength !== 4 && addressLength !== 16) return undefined
    const host = ipText(bytes.subarray(1, 1 + addressLength))
    const port = view(bytes).getUint16(1 + addressLength)
    return { dc: bytes[0]!, address: { host, port }, key: bytes.slice(3 + addressLength) }
  },

  write({ dc, address, key }) {
    if (!address) throw lacks('telethon', 'an address')
    const ip = ipBytes(address.host)
    if (!ip) throw lacks('telethon', 'an IP address')
    return `1${toBase64Url(concat(Uint8Array.of(dc), ip, Uint8Array.of(address.port >> 8, address.port), key))}`
  },
}
