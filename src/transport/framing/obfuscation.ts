/**
 * The keys of the obfuscation: a 64-byte header that names them, and the two AES-256-CTR streams it starts.
 *
 * The client's stream is keyed by bytes 8..40 of the header with bytes 40..56 as counter, the server's by the same
 * bytes of the reversed header; a proxy's secret is hashed into both keys. Bytes 56..60 name the framing within and
 * 60..62 the DC; they travel encrypted by the client's own stream, which goes on behind the header.
 * Source: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
import { view } from '../../bytes.ts'
import type { Crypto, StreamCipher } from '../../crypto/crypto.ts'
import { UsageError } from '../../errors.ts'
import type { RandomSource } from '../../host.ts'
import { ABRIDGED_TAG } from './abridged.ts'
import type { TaggedFraming } from './framing.ts'
import { INTERMEDIATE_TAG, PADDED_TAG } from './intermediate.ts'
import { HEADER_LENGTH, MAX_DRAWS, TAIL } from './limits.ts'

export { HEADER_LENGTH } from './limits.ts'

const TAGS: Readonly<Record<TaggedFraming, number>> = {
  abridged: ABRIDGED_TAG,
  intermediate: INTERMEDIATE_TAG,
  padded: PADDED_TAG,
}

/** First ints, little-endian, that belong to other protocols: HEAD, POST, GET, OPTI, the two tags, a TLS hello. */
export const RESERVED_FIRST_INTS: readonly number[] = [
  0x44414548, 0x54534f50, 0x20544547, 0x4954504f, 0xeeeeeeee, 0xdddddddd, 0x02010316,
]

/** The two streams of one obfuscated connection, as one end sees them. */
export interface Obfuscation {
  readonly framing: TaggedFraming
  /** DC id as it stands in the header: +10000 for test DCs, negative for media DCs, random bits from clients that set none. */
  readonly dc: number
  /** Applied to everything sent, after the header. */
  readonly encrypt: StreamCipher
  /** Applied to everything received, after the header. */
  readonly decrypt: StreamCipher
}

/** What both ends must agree on. */
export interface ObfuscationOptions {
  random: RandomSource
  crypto: Crypto
  /** DC id, a signed 16-bit number: +10000 for test DCs, negative for media DCs. */
  dc: number
  /** Secret of the proxy in between: 16 bytes, or for `createObfuscated` 17 with a leading byte that is dropped. */
  secret?: Uint8Array | undefined
}

/**
 * The client's end: draws a header and starts the streams.
 * @returns the streams, and the header as it goes on the wire
 * @throws UsageError for a DC id out of range
 */
export function openObfuscation(
  framing: TaggedFraming,
  options: ObfuscationOptions,
): Obfuscation & { header: Uint8Array } {
  const { random, crypto, dc, secret } = options
  if ((dc << 16) >> 16 !== dc) throw new UsageError(`the DC id cannot be ${dc}`)
  const header = drawHeader(random)
  header.fill(TAGS[framing], TAIL, TAIL + 4)
  view(header).setInt16(TAIL + 4, dc, true)
  const encrypt = streamOf(crypto, header, secret)
  const decrypt = streamOf(crypto, header.slice().reverse(), secret)
  const encrypted = encrypt.apply(header.slice())
  header.set(encrypted.subarray(TAIL), TAIL)
  return { framing, dc, encrypt, decrypt, header }
}

/**
 * The server's end: reads a header under one secret, or none.
 * @param header the first 64 bytes received
 * @returns `undefined` if the header makes no sense under this secret
 */
export function acceptObfuscation(header: Uint8Array, crypto: Crypto, secret?: Uint8Array): Obfuscation | undefined {
  const key = keySecret(secret)
  const decrypt = streamOf(crypto, header, key)
  const plain = decrypt.apply(header.slice())
  const tag = plain[TAIL]!
  if (plain.subarray(TAIL, TAIL + 4).some((byte) => byte !== tag)) return undefined
  const framing = (Object.keys(TAGS) as TaggedFraming[]).find((name) => TAGS[name] === tag)
  if (!framing) return undefined
  const encrypt = streamOf(crypto, header.slice().reverse(), key)
  return { framing, dc: view(plain).getInt16(TAIL + 4, true), encrypt, decrypt }
}

/** Random bytes that cannot be mistaken for the start of any other protocol. */
function drawHeader(random: RandomSource): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH)
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const numbers = view(random(header))
    const first = numbers.getUint32(0, true)
    // A second int of zero would be the sequence number of a first packet in full framing.
    if (header[0] !== ABRIDGED_TAG && !RESERVED_FIRST_INTS.includes(first) && numbers.getUint32(4, true) !== 0)
      return header
  }
  throw new UsageError('random bytes are not random')
}

/** The 16 bytes of a proxy's secret that enter the keys. @throws UsageError for a secret of another length */
export function keySecret(secret: Uint8Array | undefined): Uint8Array | undefined {
  if (!secret || secret.length === 16) return secret
  if (secret.length === 17) return secret.subarray(1)
  throw new UsageError(`a proxy secret has 16 bytes, or 17 with its leading mark, not ${secret.length}`)
}

/** The stream keyed by `header`, at its beginning. */
function streamOf(crypto: Crypto, header: Uint8Array, secret: Uint8Array | undefined): StreamCipher {
  const key = header.slice(8, 40)
  return crypto.ctr(secret ? crypto.sha256(key, secret) : key, header.slice(40, 56))
}
