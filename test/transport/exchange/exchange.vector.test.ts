/** Whole key exchanges against known answers: the client's machine with its randomness scripted. */
import { describe, expect, test } from 'vitest'
import { fromBigInt, fromHex, toBigInt, toHex, view } from '../../../src/bytes.ts'
import { createAuthKey } from '../../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import type { RandomSource } from '../../../src/host.ts'
import { readClientMessage } from '../../../src/tl/generated/mtproto/server.ts'
import type { ClientMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import { authKeyAuxHash, newNonceHash, tmpAesKeyIv } from '../../../src/transport/exchange/derive.ts'
import { KeyExchange } from '../../../src/transport/exchange/exchange.ts'
import { ExchangeServer, encodeServer, SERVER_KEY } from '../../support/exchange-server.ts'
import { scriptedRandom } from '../../support/scripted-random.ts'
import { vectorFile } from '../../support/vector-file.ts'

type Hex = Record<
  | 'nonce'
  | 'server_nonce'
  | 'new_nonce'
  | 'dh_prime'
  | 'a'
  | 'b'
  | 'g_a'
  | 'g_b'
  | 'tmp_aes_key'
  | 'tmp_aes_iv'
  | 'server_padding'
  | 'encrypted_answer'
  | 'client_padding'
  | 'client_encrypted_data'
  | 'auth_key'
  | 'auth_key_id'
  | 'auth_key_aux_hash'
  | 'new_nonce_hash1'
  | 'new_nonce_hash2'
  | 'new_nonce_hash3'
  | 'first_salt',
  string
>
type Vector = Hex & { g: number; server_time: number }

const vectors = vectorFile<Vector[]>('exchange')
const long = (hex: string): bigint => view(fromHex(hex)).getBigInt64(0, true)

function read<Name extends ClientMessage['_']>(body: Uint8Array, name: Name): Extract<ClientMessage, { _: Name }> {
  const message = readClientMessage(new TlReader(body))
  expect(message._).toBe(name)
  return message as Extract<ClientMessage, { _: Name }>
}

/** b and the paddings as the vector has them; other draws (of RSA_PAD, of a primality test) from anywhere. */
function replay(vector: Vector): RandomSource {
  const b = fromBigInt(toBigInt(fromHex(vector.b)), 256)
  const padding = fromHex(vector.client_padding)
  let proposed = false
  let other = 0
  return (into) => {
    if (into.length === 256) {
      proposed = true
      into.set(b)
    } else if (proposed && into.length === padding.length) into.set(padding)
    else into.fill(++other)
    return into
  }
}

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test.each(vectors.map((vector, i) => [i, vector] as const))('exchange %i, from nonce to key', (_, vector) => {
    const serverNonce = fromHex(vector.server_nonce)
    const random = scriptedRandom([vector.nonce, vector.new_nonce].map(fromHex), replay(vector))
    const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2 })
    const server = new ExchangeServer({ serverNonce })

    const start = exchange.start()
    expect(toHex(read(start, 'req_pq_multi').nonce)).toBe(vector.nonce)
    const second = exchange.receive(server.answer(start))
    if (!('send' in second)) throw new Error('the exchange ended too early')
    server.answer(second.send)
    expect(toHex(server.inner!.newNonce)).toBe(vector.new_nonce)

    const nonces = { nonce: fromHex(vector.nonce), serverNonce }
    const encryptedAnswer = fromHex(vector.encrypted_answer)
    const third = exchange.receive(encodeServer({ _: 'server_DH_params_ok', ...nonces, encryptedAnswer }))
    if (!('send' in third)) throw new Error('the exchange ended too early')
    expect(toHex(read(third.send, 'set_client_DH_params').encryptedData)).toBe(vector.client_encrypted_data)

    const ok = encodeServer({ _: 'dh_gen_ok', ...nonces, newNonceHash1: fromHex(vector.new_nonce_hash1) })
    expect(exchange.receive(ok)).toEqual({
      done: { authKey: fromHex(vector.auth_key), salt: long(vector.first_salt), serverTime: vector.server_time },
    })
  })

  test.each(vectors.map((vector, i) => [i, vector] as const))('what is derived in exchange %i', (_, vector) => {
    const newNonce = fromHex(vector.new_nonce)
    const authKey = fromHex(vector.auth_key)
    const { key, iv } = tmpAesKeyIv(crypto, newNonce, fromHex(vector.server_nonce))
    expect([toHex(key), toHex(iv)]).toEqual([vector.tmp_aes_key, vector.tmp_aes_iv])
    const auxHash = authKeyAuxHash(crypto, authKey)
    expect([toHex(auxHash), toHex(createAuthKey(crypto, authKey).id)]).toEqual([
      vector.auth_key_aux_hash,
      vector.auth_key_id,
    ])
    const hashes = ([1, 2, 3] as const).map((n) => toHex(newNonceHash(crypto, newNonce, n, auxHash)))
    expect(hashes).toEqual([vector.new_nonce_hash1, vector.new_nonce_hash2, vector.new_nonce_hash3])
    const [prime, gA, gB, a, b] = [vector.dh_prime, vector.g_a, vector.g_b, vector.a, vector.b].map((hex) =>
      toBigInt(fromHex(hex)),
    ) as [bigint, bigint, bigint, bigint, bigint]
    expect(crypto.modPow(BigInt(vector.g), a, prime)).toBe(gA)
    expect(crypto.modPow(BigInt(vector.g), b, prime)).toBe(gB)
    expect(fromBigInt(crypto.modPow(gB, a, prime), 256)).toEqual(authKey)
  })
})
