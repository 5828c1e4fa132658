/** msg_key, AES key and IV against known answers: MTProto 2.0 in both directions, and 1.0 for auth.bindTempAuthKey. */
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, view } from '../../src/bytes.ts'
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import { messageAesKeyIv, messageAesKeyIvV1, messageKey, messageKeyV1 } from '../../src/crypto/message-key.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { writeClientMessage } from '../../src/tl/generated/mtproto/client.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { vectorFile } from '../support/vector-file.ts'

interface MessageVector {
  direction: 'client-to-server' | 'server-to-client'
  auth_key: string
  salt: string
  session_id: string
  msg_id: string
  seq_no: string
  body: string
  padding: string
  msg_key: string
  aes_key: string
  aes_iv: string
  packet: string
  auth_key_id: string
}

interface BindVector {
  perm_auth_key: string
  temp_auth_key_id: string
  temp_session_id: string
  nonce: string
  msg_id: string
  expires_at: number
  random: string
  padding: string
  encrypted_message: string
}

const messages = vectorFile<MessageVector[]>('message-v2')
const bind = vectorFile<BindVector>('bind-temp-auth-key')
const int = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer)

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test.each(messages.map((vector, i) => [i, vector.direction, vector] as const))('message %i, %s', (_i, _d, vector) => {
    const side = vector.direction === 'client-to-server' ? 'client' : 'server'
    const { bytes, id } = createAuthKey(crypto, fromHex(vector.auth_key))
    const body = fromHex(vector.body)
    const plaintext = concat(
      ...[vector.salt, vector.session_id, vector.msg_id, vector.seq_no].map(fromHex),
      int(body.length),
      body,
      fromHex(vector.padding),
    )
    const msgKey = messageKey(crypto, bytes, side, plaintext)
    expect(toHex(msgKey)).toBe(vector.msg_key)
    const { key, iv } = messageAesKeyIv(crypto, bytes, side, msgKey)
    expect([toHex(key), toHex(iv)]).toEqual([vector.aes_key, vector.aes_iv])
    crypto.igeEncrypt(key, iv, plaintext)
    expect(toHex(concat(id, msgKey, plaintext))).toBe(vector.packet)
  })

  test('the message that binds a temporary key, in MTProto 1.0', () => {
    const { bytes, id } = createAuthKey(crypto, fromHex(bind.perm_auth_key))
    const long = (hex: string): bigint => view(fromHex(hex)).getBigInt64(0, true)
    const writer = new TlWriter()
    writeClientMessage(writer, {
      _: 'bind_auth_key_inner',
      nonce: long(bind.nonce),
      tempAuthKeyId: long(bind.temp_auth_key_id),
      permAuthKeyId: view(id).getBigInt64(0, true),
      tempSessionId: long(bind.temp_session_id),
      expiresAt: bind.expires_at,
    })
    const plaintext = concat(fromHex(bind.random), fromHex(bind.msg_id), int(0), int(writer.length), writer.finish())
    const msgKey = messageKeyV1(crypto, plaintext)
    const { key, iv } = messageAesKeyIvV1(crypto, bytes, 'client', msgKey)
    const encrypted = concat(plaintext, fromHex(bind.padding))
    crypto.igeEncrypt(key, iv, encrypted)
    expect(toHex(concat(id, msgKey, encrypted))).toBe(bind.encrypted_message)
  })
})
