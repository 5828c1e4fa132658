/** The envelope against known answers: whole packets, both directions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, view } from '../../../src/bytes.ts'
import { createAuthKey } from '../../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import { open, PLAIN_HEAD, sealMessage } from '../../../src/transport/session/envelope.ts'

interface Vector {
  direction: 'client-to-server' | 'server-to-client'
  auth_key: string
  auth_key_id: string
  salt: string
  session_id: string
  msg_id: string
  seq_no: string
  body: string
  padding: string
  packet: string
}

const folder = process.env.MTPROTO_VECTORS ?? 'test/vectors'
const vectors = JSON.parse(readFileSync(join(folder, 'message-v2.json'), 'utf8')) as Vector[]
const long = (hex: string): bigint => view(fromHex(hex)).getBigInt64(0, true)

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test.each(vectors.map((vector, i) => [i, vector] as const))('message %i', (_, vector) => {
    const from = vector.direction === 'client-to-server' ? 'client' : 'server'
    const authKey = createAuthKey(crypto, fromHex(vector.auth_key))
    expect(toHex(authKey.id)).toBe(vector.auth_key_id)
    const body = fromHex(vector.body)
    const head = {
      salt: long(vector.salt),
      sessionId: long(vector.session_id),
      msgId: BigInt.asUintN(64, long(vector.msg_id)),
      seqno: view(fromHex(vector.seq_no)).getInt32(0, true),
    }
    const none = (): never => {
      throw new Error('no randomness is needed when the padding is given')
    }
    const packet = sealMessage({ crypto, authKey }, from, head, body, none, fromHex(vector.padding))
    expect(toHex(packet)).toBe(vector.packet)

    const plain = open({ crypto, authKey }, from, packet.slice())!
    expect(toHex(plain.subarray(PLAIN_HEAD, PLAIN_HEAD + body.length))).toBe(vector.body)
    expect(toHex(plain.subarray(0, PLAIN_HEAD - 4))).toBe(
      vector.salt + vector.session_id + vector.msg_id + vector.seq_no,
    )

    // Any changed byte, a reflected message, another key: nothing comes out.
    for (let i = 0; i < Math.min(packet.length, 200); i++) {
      const changed = packet.slice()
      changed[i]! ^= 1 << (i % 8)
      expect(open({ crypto, authKey }, from, changed)).toBeUndefined()
    }
    expect(open({ crypto, authKey }, from === 'client' ? 'server' : 'client', packet.slice())).toBeUndefined()
    for (const length of [0, 8, 24, 25, 39, packet.length - 1, packet.length - 16]) {
      expect(open({ crypto, authKey }, from, packet.slice(0, length))).toBeUndefined()
    }
  })
})
