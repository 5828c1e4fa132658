/**
 * Session strings of mtcute, version 3: base64 for URLs, without padding, of the version (1 byte) and then, as TL values,
 * flags (1: the account follows; 2: test datacenter; 4: another datacenter for media follows), the datacenter as `bytes`,
 * that for media, the account's id (`long`) and whether it is a bot (`Bool`), and the authorization key as `bytes`.
 *
 * A datacenter is its version (1 byte, 1 or 2), number (1), flags (1; bit 0: IPv6, bit 1: media only, bit 2: test), address
 * (TL `string`) and port (TL `int`).
 * Source: https://mtcute.dev/guide/topics/storage
 */
import { toBareBase64Url } from '../../base64.ts'
import { concat } from '../../bytes.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { KEY_LENGTH, lacks, type SessionCodec, type StringAddress } from './foreign.ts'

const VERSION = 3
const HAS_SELF = 1
const TEST = 2
const HAS_MEDIA_DC = 4

const DC_VERSION = 2
const DC_IPV6 = 1
const DC_TEST = 4

interface DcOption {
  readonly id: number
  readonly test: boolean
  readonly address: StringAddress
}

function readDc(bytes: Uint8Array): DcOption | undefined {
  const [version, id, flags] = bytes
  if (version !== 1 && version !== DC_VERSION) return undefined
  // What follows is read from a buffer of its own: it is padded as if it began there.
  const reader = new TlReader(bytes.slice(3))
  const address = { host: reader.string(), port: reader.int() }
  return { id: id!, test: version === DC_VERSION && (flags! & DC_TEST) !== 0, address }
}

function writeDc({ id, test, address }: DcOption): Uint8Array {
  const writer = new TlWriter(64)
  writer.string(address.host)
  writer.int(address.port)
  const flags = (address.host.includes(':') ? DC_IPV6 : 0) | (test ? DC_TEST : 0)
  return concat(Uint8Array.of(DC_VERSION, id, flags), writer.finish())
}

export const mtcute: SessionCodec = {
  prefix: '',
  padded: false,

  read(bytes) {
    if (bytes[0] !== VERSION) return undefined
    try {
      const reader = new TlReader(bytes.slice(1))
      const flags = reader.int()
      const dc = readDc(reader.bytes())
      if (!dc) return undefined
      if (flags & HAS_MEDIA_DC) reader.bytes()
      const user = flags & HAS_SELF ? { id: reader.long(), bot: reader.bool() } : undefined
      const key = reader.bytes()
      if (key.length !== KEY_LENGTH || reader.remaining > 0) return undefined
      return { dc: dc.id, test: dc.test || (flags & TEST) !== 0, address: dc.address, key: key.slice(), user }
    } catch {
      // No TL: a string of another library.
      return undefined
    }
  },

  write({ dc: id, test = false, address, key, user }) {
    if (!address) throw lacks('mtcute', 'an address')
    const writer = new TlWriter(512)
    writer.int(user ? HAS_SELF : 0)
    writer.bytes(writeDc({ id, test, address }))
    if (user) {
      writer.long(user.id)
      writer.bool(user.bot)
    }
    writer.bytes(key)
    return toBareBase64Url(concat(Uint8Array.of(VERSION), writer.finish()))
  },
}
