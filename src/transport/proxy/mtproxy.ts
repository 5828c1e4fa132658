/**
 * MTProxy: a proxy that only forwards MTProto, and shows nothing of it to the network.
 *
 * Client and proxy share a secret of 16 bytes, which is hashed into the keys of the obfuscation; the DC id in the
 * obfuscated header tells the proxy where to go. Three kinds of secrets say how the stream looks from outside:
 *
 * - *plain*, 16 bytes: an obfuscated stream, intermediate framing;
 * - *dd*, `dd` and 16 bytes: the same with padded framing, so that lengths do not betray the protocol;
 * - *ee*, `ee`, 16 bytes and a domain: padded, and within records of TLS behind a forged handshake with that domain
 *   (`fake-tls.ts`).
 *
 * Source: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
import { concat } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { TransportError, UsageError } from '../../errors.ts'
import { type Address, type CarrierHandlers, type Dial, formatAddress } from '../carrier/carrier.ts'
import { createObfuscated } from '../framing/create.ts'
import type { PacketCodec } from '../framing/framing.ts'
import type { ObfuscationOptions } from '../framing/obfuscation.ts'
import { fakeTlsDial } from './fake-tls-dial.ts'
import { checkDomain } from './fake-tls-hello.ts'
import { unreachable } from './through.ts'

/** Bytes of the key in every secret. */
const KEY_LENGTH = 16
/** First byte of the secrets that ask for padding, and of those that ask for TLS as well. */
const PADDED_MARK = 0xdd
const TLS_MARK = 0xee

/** What errors call such a proxy. */
const NAME = 'MTProto'

/** `the MTProto proxy at 10.0.0.1:443`. */
export function mtproxyName(proxy: Address): string {
  return `the ${NAME} proxy at ${formatAddress(proxy)}`
}

/** A proxy, as a `tg://proxy` link names it. */
export interface Mtproxy {
  /** Name, IPv4 or IPv6 address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** 16 bytes; or `dd` and 16 bytes; or `ee`, 16 bytes and the domain in ASCII. */
  readonly secret: Uint8Array
}

/** What a secret says. */
export interface MtproxySecret {
  readonly kind: 'plain' | 'dd' | 'ee'
  /** The 16 bytes that both sides hash into their keys. */
  readonly key: Uint8Array
  /** What the TLS handshake pretends to go to; of `ee` secrets alone. */
  readonly domain?: string
}

/**
 * Reads a secret.
 * @throws UsageError for one that is of no kind; the message does not show it
 */
export function parseSecret(secret: Uint8Array): MtproxySecret {
  const { length } = secret
  if (length === KEY_LENGTH) return { kind: 'plain', key: new Uint8Array(secret) }
  const mark = secret[0]
  // Copied by construction: `slice` of Node's Buffer is a view.
  const key = new Uint8Array(secret.subarray(1, 1 + KEY_LENGTH))
  if (mark === PADDED_MARK && length === 1 + KEY_LENGTH) return { kind: 'dd', key }
  if (mark === TLS_MARK && length > 1 + KEY_LENGTH) {
    const domain = String.fromCharCode(...secret.subarray(1 + KEY_LENGTH, 1 + KEY_LENGTH + 256))
    checkDomain(domain)
    return { kind: 'ee', key, domain }
  }
  throw new UsageError(
    `an MTProxy secret has 16 bytes, or dd and 16 bytes, or ee, 16 bytes and a domain; this one has ${length} ${length === 1 ? 'byte' : 'bytes'} and is none of them`,
  )
}

/** The bytes of a secret; the inverse of {@link parseSecret}. */
export function secretBytes({ kind, key, domain = '' }: MtproxySecret): Uint8Array {
  if (kind === 'plain') return key.slice()
  const mark = Uint8Array.of(kind === 'dd' ? PADDED_MARK : TLS_MARK)
  return concat(
    mark,
    key,
    Uint8Array.from(domain, (letter) => letter.charCodeAt(0)),
  )
}

/**
 * Makes the codecs of connections through a proxy.
 * @throws UsageError for a secret that is of no kind
 */
export function mtproxyCodec(secret: Uint8Array): (options: Omit<ObfuscationOptions, 'secret'>) => PacketCodec {
  const { kind, key } = parseSecret(secret)
  return (options) => createObfuscated(kind === 'plain' ? 'intermediate' : 'padded', { ...options, secret: key })
}

/**
 * A {@link Dial} that goes to the proxy, whatever the DC's address: which DC is meant, the codec's header says. With an
 * `ee` secret the carrier it opens travels inside of TLS records.
 * @param dial opens the connection to the proxy
 * @param crypto the hash of the handshake
 * @throws UsageError for a secret that is of no kind
 */
export function mtproxyDial(proxy: Mtproxy, dial: Dial, crypto: Pick<Crypto, 'sha256'>): Dial {
  const { host, port, secret } = proxy
  const { kind, key, domain = '' } = parseSecret(secret)
  const at: Address = { host, port }
  if (kind === 'ee') return fakeTlsDial(at, NAME, { key, domain, crypto }, dial)
  return (target, handlers, options) =>
    dial(at, suspecting(handlers, at, kind), options).catch((error: unknown) => {
      throw unreachable(error, { name: NAME }, target)
    })
}

/** Handlers that take a proxy's hanging up before it said anything for what it mostly is: a secret it does not know. */
function suspecting(handlers: CarrierHandlers, proxy: Address, kind: MtproxySecret['kind']): CarrierHandlers {
  let heard = false
  return {
    onData(chunk) {
      heard = true
      handlers.onData(chunk)
    },
    onDrain: () => handlers.onDrain?.(),
    onClose(error) {
      const hint = kind === 'plain' ? '; many proxies want one that begins with dd or ee' : ''
      const message = `${mtproxyName(proxy)} closed the connection without a word; check its secret, and the DC number${hint}`
      handlers.onClose(error && !heard ? new TransportError(error.code, message, { cause: error }) : error)
    },
  }
}
