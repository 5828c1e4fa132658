/**
 * The plain message: what the key exchange travels in, before there is a key.
 *
 * auth_key_id (0), msg_id, length, body. Some clients and servers put random bytes behind the body; they are ignored.
 * Source: https://core.telegram.org/mtproto/description#unencrypted-message
 */
import { hint } from '#explain'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { PLAIN_MESSAGE_HEAD } from './limits.ts'

export { PLAIN_MESSAGE_HEAD } from './limits.ts'

/** A plain message taken apart. */
export interface PlainMessage {
  readonly msgId: bigint
  /** TL body, a view into the packet. */
  readonly body: Uint8Array
}

/** Wraps a TL body into a packet. */
export function wrapPlain(msgId: bigint, body: Uint8Array): Uint8Array {
  const writer = new TlWriter(PLAIN_MESSAGE_HEAD + body.length)
  writer.long(0n)
  writer.long(msgId)
  writer.int(body.length)
  writer.raw(body)
  return writer.finish()
}

/**
 * Takes a packet apart.
 * @throws TlError if this is no plain message, or shorter than it says
 */
export function unwrapPlain(packet: Uint8Array): PlainMessage {
  const reader = new TlReader(packet)
  if (reader.long() !== 0n) reader.fail(hint('this is not a plain message: its auth_key_id is not 0'))
  const msgId = BigInt.asUintN(64, reader.long())
  const length = reader.int()
  if (length < 0 || length > reader.remaining) {
    reader.fail(hint(() => `a plain message of ${length} bytes does not fit in ${reader.remaining} bytes`))
  }
  return { msgId, body: packet.subarray(reader.pos, reader.pos + length) }
}
