/** The binding of a temporary key, against known answers and as the call that carries it. */
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, view } from '../../src/bytes.ts'
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { sealBinding, writeBinding } from '../../src/transport/bind-key.ts'
import { scriptedRandom } from '../support/scripted-random.ts'
import { vectorFile } from '../support/vector-file.ts'

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

const vector = vectorFile<BindVector>('bind-temp-auth-key')
const long = (hex: string): bigint => view(fromHex(hex)).getBigInt64(0, true)
const msgId = BigInt.asUintN(64, long(vector.msg_id))

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  const binding = {
    permanent: createAuthKey(crypto, fromHex(vector.perm_auth_key)),
    temporary: { bytes: new Uint8Array(256), id: fromHex(vector.temp_auth_key_id) },
    sessionId: long(vector.temp_session_id),
    expiresAt: vector.expires_at,
  }

  test('encrypted_message is that of the vector', () => {
    const random = scriptedRandom([fromHex(vector.random), fromHex(vector.padding)])
    expect(toHex(sealBinding(msgId, long(vector.nonce), binding, crypto, random))).toBe(vector.encrypted_message)
  })

  test('the call names the permanent key, the nonce and the end as the message inside does', () => {
    const random = scriptedRandom([fromHex(vector.nonce), fromHex(vector.random), fromHex(vector.padding)])
    const writer = new TlWriter(256)
    writeBinding(writer, msgId, binding, crypto, random)
    const reader = new TlReader(writer.finish())
    expect(reader.uint()).toBe(0xcdd42a05)
    expect([reader.long(), reader.long(), reader.int()]).toEqual([
      view(binding.permanent.id).getBigInt64(0, true),
      long(vector.nonce),
      vector.expires_at,
    ])
    expect([toHex(reader.bytes()), reader.remaining]).toEqual([vector.encrypted_message, 0])
    expect(concat(binding.permanent.id).length).toBe(8)
  })
})
