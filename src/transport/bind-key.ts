/**
 * `auth.bindTempAuthKey`: ties a temporary authorization key to a permanent one.
 *
 * The call travels under the temporary key and carries a message sealed with the permanent one, in the manner of MTProto
 * 1.0: it proves to the server that whoever holds the one holds the other. Both name the same msg_id, so the message is made
 * anew each time that the call is sent.
 *
 * Source: https://core.telegram.org/method/auth.bindTempAuthKey
 */
import { authBindTempAuthKey } from '#methods'
import { concat, view } from '../bytes.ts'
import type { AuthKey } from '../crypto/auth-key.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { messageAesKeyIvV1, messageKeyV1 } from '../crypto/message-key.ts'
import { type RandomSource, randomBytes } from '../host.ts'
import { TlWriter } from '../tl/writer.ts'

/** `bind_auth_key_inner#75a3f765 nonce:long temp_auth_key_id:long perm_auth_key_id:long temp_session_id:long expires_at:int` */
const BIND_AUTH_KEY_INNER = 0x75a3f765
/** Its length in bytes. */
const INNER_LENGTH = 40

/** What is bound to what. */
export interface Binding {
  readonly permanent: AuthKey
  readonly temporary: AuthKey
  /** Id of the session in which the call is made. */
  readonly sessionId: bigint
  /** End of the temporary key, in seconds since 1970 by the server's clock. */
  readonly expiresAt: number
}

/** The id of a key as a number: a signed TL `long`. */
function idOf(key: AuthKey): bigint {
  return view(key.id).getBigInt64(0, true)
}

/**
 * Writes the call.
 *
 * Draws from `random`: the nonce (8 bytes), what stands in place of salt and session id (16), the padding (8).
 * @param msgId id of the message that the call travels in
 */
export function writeBinding(
  writer: TlWriter,
  msgId: bigint,
  binding: Binding,
  crypto: Crypto,
  random: RandomSource,
): void {
  const { permanent, expiresAt } = binding
  const nonce = view(randomBytes(random, 8)).getBigInt64(0, true)
  authBindTempAuthKey.write(writer, {
    _: 'auth.bindTempAuthKey',
    permAuthKeyId: idOf(permanent),
    nonce,
    expiresAt,
    encryptedMessage: sealBinding(msgId, nonce, binding, crypto, random),
  })
}

/** `encrypted_message`: the id of the permanent key, msg_key, and the encrypted message. */
export function sealBinding(
  msgId: bigint,
  nonce: bigint,
  { permanent, temporary, sessionId, expiresAt }: Binding,
  crypto: Crypto,
  random: RandomSource,
): Uint8Array {
  const writer = new TlWriter(80)
  writer.raw(randomBytes(random, 16))
  writer.long(msgId)
  // seqno
  writer.int(0)
  writer.int(INNER_LENGTH)
  writer.uint(BIND_AUTH_KEY_INNER)
  writer.long(nonce)
  writer.long(idOf(temporary))
  writer.long(idOf(permanent))
  writer.long(sessionId)
  writer.int(expiresAt)
  const plain = writer.finish()
  const msgKey = messageKeyV1(crypto, plain)
  const data = concat(plain, randomBytes(random, -plain.length & 15))
  const { key, iv } = messageAesKeyIvV1(crypto, permanent.bytes, 'client', msgKey)
  crypto.igeEncrypt(key, iv, data)
  key.fill(0)
  iv.fill(0)
  return concat(permanent.id, msgKey, data)
}
