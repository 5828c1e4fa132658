/** Fingerprint, PEM and RSA_PAD against known answers, and the server's inverse. */
import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toBigInt, toHex, view } from '../../src/bytes.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { encodePublicKey, parsePublicKey } from '../../src/crypto/pem.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { rsaPad, type ServerKey } from '../../src/crypto/rsa.ts'
import { rsaUnpad } from '../../src/crypto/rsa-unpad.ts'
import { scriptedRandom } from '../support/scripted-random.ts'
import { vectorFile } from '../support/vector-file.ts'

interface PadVector {
  data: string
  padding: string
  temp_key: string
  encrypted_data: string
}

const rsa = vectorFile<{ n: string; e: number; d: string; fingerprint: string }>('rsa')
const pads = vectorFile<PadVector[]>('rsa-pad')
const retry = vectorFile<Omit<PadVector, 'temp_key'> & { temp_keys: string[] }>('rsa-pad-retry')
const [n, d, e] = [toBigInt(fromHex(rsa.n)), toBigInt(fromHex(rsa.d)), BigInt(rsa.e)]

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  const key: ServerKey = { n, e, fingerprint: view(fromHex(rsa.fingerprint)).getBigInt64(0, true) }

  test('the fingerprint, from either form of PEM', () => {
    const pkcs1 = encodePublicKey(key)
    const spki = createPublicKey(pkcs1).export({ type: 'spki', format: 'pem' }) as string
    expect(parsePublicKey(crypto, pkcs1)).toEqual(key)
    expect(parsePublicKey(crypto, spki)).toEqual(key)
    expect(createPublicKey(spki).export({ type: 'pkcs1', format: 'pem' })).toBe(pkcs1)
  })

  const all = [...pads.map((vector) => ({ ...vector, temp_keys: [vector.temp_key] })), retry]
  test.each(all.map((vector, i) => [i, vector] as const))(
    'RSA_PAD %i',
    (_, { data, padding, temp_keys, encrypted_data }) => {
      const random = scriptedRandom([padding, ...temp_keys].map(fromHex))
      const encrypted = rsaPad(crypto, random, key, fromHex(data))
      expect(toHex(encrypted)).toBe(encrypted_data)
      expect(rsaUnpad(crypto, { n, d }, encrypted)).toEqual(concat(fromHex(data), fromHex(padding)))
    },
  )
})
