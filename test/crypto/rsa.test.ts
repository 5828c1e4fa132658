/** RSA_PAD and its inverse beyond the vectors: lengths, damage, the old padding. */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { concat, fromBigInt } from '../../src/bytes.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { encodePublicKey } from '../../src/crypto/pem.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { rsaPad } from '../../src/crypto/rsa.ts'
import { rsaUnpad } from '../../src/crypto/rsa-unpad.ts'
import { rsaUnpadLegacy } from '../../src/crypto/rsa-unpad-legacy.ts'
import { SERVER_KEY } from '../support/exchange-server.ts'
import { seededRandom } from '../support/virtual-host.ts'

const random = seededRandom(5)
const bytes = (length: number): Uint8Array => random(new Uint8Array(length))
const raw = (data: Uint8Array): Uint8Array =>
  new Uint8Array(
    publicEncrypt({ key: createPublicKey(encodePublicKey(SERVER_KEY)), padding: constants.RSA_NO_PADDING }, data),
  )

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test('data of 0 to 144 bytes comes back in front of its padding', () => {
    for (const length of [0, 1, 96, 143, 144]) {
      const data = bytes(length)
      const encrypted = rsaPad(crypto, random, SERVER_KEY, data)
      expect(encrypted).toHaveLength(256)
      const padded = rsaUnpad(crypto, SERVER_KEY, encrypted)
      expect(padded).toHaveLength(192)
      expect(padded!.subarray(0, length)).toEqual(data)
    }
  })

  test('more than 144 bytes are a RangeError', () => {
    expect(() => rsaPad(crypto, random, SERVER_KEY, bytes(145))).toThrow(RangeError)
  })
})

const crypto = nativeCrypto

test('a modulus too small for RSA_PAD ends in a RangeError, not in endless draws', () => {
  const small = { ...SERVER_KEY, n: SERVER_KEY.n >> 600n }
  expect(() => rsaPad(crypto, random, small, bytes(96))).toThrow('must have 2048 bits')
})

test.prop([fc.integer({ min: 0, max: 255 })], { numRuns: 30 })('any byte of the ciphertext changed: no data', (at) => {
  const encrypted = rsaPad(crypto, random, SERVER_KEY, bytes(96))
  encrypted[at]! ^= 0x40
  expect(rsaUnpad(crypto, SERVER_KEY, encrypted)).toBeUndefined()
})

test('other lengths, and numbers not below the modulus: no data', () => {
  for (const encrypted of [
    new Uint8Array(),
    bytes(255),
    concat(Uint8Array.of(0), rsaPad(crypto, random, SERVER_KEY, bytes(96))),
    fromBigInt(SERVER_KEY.n),
    new Uint8Array(256).fill(255),
  ]) {
    expect(rsaUnpad(crypto, SERVER_KEY, encrypted)).toBeUndefined()
    expect(rsaUnpadLegacy(crypto, SERVER_KEY, encrypted, () => 96)).toBeUndefined()
  }
})

describe('the old padding: SHA-1, data, random bytes', () => {
  const data = bytes(100)
  const old = raw(concat(Uint8Array.of(0), crypto.sha1(data), data, bytes(135)))

  test('the data comes back alone', () => {
    expect(rsaUnpadLegacy(crypto, SERVER_KEY, old, () => 100)).toEqual(data)
    expect(rsaUnpadLegacy(portableCrypto, SERVER_KEY, old, (body) => body.length - 135)).toEqual(data)
  })

  test('it is not taken for RSA_PAD, nor RSA_PAD for it', () => {
    expect(rsaUnpad(crypto, SERVER_KEY, old)).toBeUndefined()
    const padded = rsaPad(crypto, random, SERVER_KEY, data)
    expect(rsaUnpadLegacy(crypto, SERVER_KEY, padded, () => 100)).toBeUndefined()
  })

  test('a length that does not fit the hash, is too long, or that cannot be told', () => {
    for (const length of [0, 99, 101, 235, 236, 1000, undefined]) {
      expect(rsaUnpadLegacy(crypto, SERVER_KEY, old, () => length)).toBeUndefined()
    }
    const fails = (): number => {
      throw new Error('no TL')
    }
    expect(rsaUnpadLegacy(crypto, SERVER_KEY, old, fails)).toBeUndefined()
  })

  test('a number of 256 bytes', () => {
    const large = raw(concat(Uint8Array.of(1), crypto.sha1(data), data, bytes(135)))
    expect(rsaUnpadLegacy(crypto, SERVER_KEY, large, () => 100)).toBeUndefined()
  })
})
