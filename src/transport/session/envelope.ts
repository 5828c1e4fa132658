/**
 * The envelope of an encrypted message: auth_key_id, msg_key, and the AES-IGE encrypted plaintext.
 *
 * A packet is built in the buffer its body was written to: the body's writer leaves {@link HEADROOM} bytes free, padding is
 * added behind, the head filled in, and the plaintext encrypted where it stands; a file part that the writer has borrowed
 * is encrypted from where it stands to its place in the packet. Client and test DC use the same two functions and differ in
 * their side only.
 *
 * Source: https://core.telegram.org/mtproto/description#protocol-description
 */
import { equal, view } from '../../bytes.ts'
import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { messageAesKeyIv, messageKey, type Side } from '../../crypto/message-key.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import { TlWriter } from '../../tl/writer.ts'
import { BLUR_BELOW, ENVELOPE_HEAD, HEADROOM, PLAIN_HEAD } from './limits.ts'

export { HEADROOM, PLAIN_HEAD }

/** The fields in front of a message's body. */
export interface MessageHead {
  readonly salt: bigint
  readonly sessionId: bigint
  readonly msgId: bigint
  readonly seqno: number
}

/** What {@link seal} and {@link open} need to know. */
export interface EnvelopeOptions {
  readonly crypto: Crypto
  readonly authKey: AuthKey
}

/**
 * Encrypts a message and returns the packet, a view into the writer's buffer.
 * @param from the side that sends
 * @param body a writer with a headroom of {@link HEADROOM}, finished; it must not be used again
 * @param padding what to pad with instead of random bytes: 12 to 1024 bytes that make the plaintext a multiple of 16
 */
export function seal(
  { crypto, authKey }: EnvelopeOptions,
  from: Side,
  head: MessageHead,
  body: TlWriter,
  random: RandomSource,
  padding?: Uint8Array,
): Uint8Array {
  const length = body.length
  body.raw(padding ?? randomBytes(random, paddingLength(length, random)))
  const packet = body.buffer.subarray(0, body.pos)
  const fields = view(packet)
  fields.setBigInt64(24, head.salt, true)
  fields.setBigInt64(32, head.sessionId, true)
  fields.setBigUint64(40, head.msgId, true)
  fields.setInt32(48, head.seqno, true)
  fields.setInt32(52, length, true)
  packet.set(authKey.id, 0)
  const plain = packet.subarray(ENVELOPE_HEAD)
  const pieces = body.pieces(ENVELOPE_HEAD)
  if (crypto.seal?.(authKey.bytes, from, packet, pieces)) return packet
  const msgKey = messageKey(crypto, authKey.bytes, from, ...pieces)
  const { key, iv } = messageAesKeyIv(crypto, authKey.bytes, from, msgKey)
  crypto.igeEncrypt(key, iv, plain, pieces)
  packet.set(msgKey, 8)
  return packet
}

/** Encrypts a message given as bytes: {@link seal} for bodies that exist already. */
export function sealMessage(
  options: EnvelopeOptions,
  from: Side,
  head: MessageHead,
  body: Uint8Array,
  random: RandomSource,
  padding?: Uint8Array,
): Uint8Array {
  const writer = new TlWriter(body.length + 64, HEADROOM)
  writer.raw(body)
  return seal(options, from, head, writer, random, padding)
}

/**
 * Decrypts a packet in place. Nothing of the plaintext is looked at before its msg_key has been verified over all of it,
 * padding included.
 * @param from the side that sent
 * @returns the plaintext from the salt to the end of the padding, a view into `packet`; undefined if auth_key_id, length or
 *   msg_key are wrong, without telling which
 */
export function open({ crypto, authKey }: EnvelopeOptions, from: Side, packet: Uint8Array): Uint8Array | undefined {
  const plain = packet.subarray(ENVELOPE_HEAD)
  if (!equal(packet.subarray(0, 8), authKey.id) || plain.length % 16 !== 0 || plain.length < 16) return undefined
  const msgKey = packet.slice(8, 24)
  const { key, iv } = messageAesKeyIv(crypto, authKey.bytes, from, msgKey)
  crypto.igeDecrypt(key, iv, plain)
  return equal(messageKey(crypto, authKey.bytes, from, plain), msgKey) ? plain : undefined
}

/** At least 12 bytes, up to the next multiple of 16, and a random number of blocks more for small messages. */
function paddingLength(length: number, random: RandomSource): number {
  const extra = length < BLUR_BELOW ? randomBytes(random, 1)[0]! & 7 : 0
  return 12 + ((4 - length) & 15) + 16 * extra
}
