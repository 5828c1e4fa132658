/**
 * An attacker with luck: one who has tried so often that a forgery of his agrees with its msg_key in one byte.
 *
 * Without the key nobody can do better than try, and a client that is told of a failure by a closed connection need not be
 * tried often. The simulation has the keys, so it finds in one step what would take an attacker some hundred connections:
 * a packet with other padding, whose msg_key is right in its first byte or in its last, and wrong elsewhere.
 */
import { view } from '../../bytes.ts'
import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { messageAesKeyIv, messageKey } from '../../crypto/message-key.ts'
import { open } from '../../transport/session/envelope.ts'
import type { Stream } from './random.ts'

/** auth_key_id and msg_key. */
const HEAD = 24
const MSG_KEY = 8
const MSG_KEY_LENGTH = 16
/** One in 256 has the byte; so often in a row it is missed once in 3000 packets. */
const TRIES = 2048

/** A forgery of a server's packet; undefined if none was found. */
export function luckyForgery(
  packet: Uint8Array,
  authKey: AuthKey,
  crypto: Crypto,
  stream: Stream,
): Uint8Array | undefined {
  const plain = open({ crypto, authKey }, 'server', packet.slice())
  if (plain === undefined) return undefined
  const msgKey = packet.slice(MSG_KEY, HEAD)
  const which = stream.chance(500) ? 0 : MSG_KEY_LENGTH - 1
  const end = view(plain)
  const from = stream.word()
  for (let attempt = 0; attempt < TRIES; attempt++) {
    end.setUint32(plain.length - 4, from + attempt, true)
    const theirs = messageKey(crypto, authKey.bytes, 'server', plain)
    if (theirs[which] !== msgKey[which]) continue
    const { key, iv } = messageAesKeyIv(crypto, authKey.bytes, 'server', msgKey)
    const forged = packet.slice()
    const data = plain.slice()
    crypto.igeEncrypt(key, iv, data)
    forged.set(data, HEAD)
    return forged
  }
  return undefined
}
