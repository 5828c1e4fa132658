/**
 * Plain messages: those of the key exchange, before there is a key.
 *
 * Source: https://core.telegram.org/mtproto/description#unencrypted-message
 */
import { view } from '../../bytes.ts'
import { SecurityError } from '../../errors.ts'

/** auth_key_id (zero), msg_id, length. */
const HEAD = 20

/** A plain message as a packet. */
export function wrapPlain(msgId: bigint, body: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEAD + body.length)
  const head = view(packet)
  head.setBigUint64(8, msgId, true)
  head.setInt32(16, body.length, true)
  packet.set(body, HEAD)
  return packet
}

/**
 * Takes a packet apart. Bytes after the body are legal: some transports pad.
 * @throws SecurityError EXCHANGE_REFUSED for a packet that is no plain message
 */
export function unwrapPlain(packet: Uint8Array): { msgId: bigint; body: Uint8Array } {
  const head = view(packet)
  if (packet.length < HEAD || head.getBigUint64(0, true) !== 0n) throw notPlain()
  const length = head.getInt32(16, true)
  if (length < 0 || length % 4 !== 0 || length > packet.length - HEAD) throw notPlain()
  return { msgId: head.getBigUint64(8, true), body: packet.subarray(HEAD, HEAD + length) }
}

function notPlain(): SecurityError {
  const message =
    'the server answered the key exchange with something that is not a message of it; is it an MTProto server?'
  return new SecurityError('EXCHANGE_REFUSED', message)
}
