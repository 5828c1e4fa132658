/** Public keys as PEM: both forms, and a clear sentence for everything else. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { encodePublicKey, parsePublicKey } from '../../src/crypto/pem.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { UsageError } from '../../src/errors.ts'
import { SERVER_KEY } from '../support/exchange-server.ts'

const { n, e, fingerprint } = SERVER_KEY
const pkcs1 = encodePublicKey({ n, e })
const spki = createPublicKey(pkcs1).export({ type: 'spki', format: 'pem' }) as string

const der = (pem: string): Uint8Array => new Uint8Array(Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64'))
const pem = (bytes: Uint8Array, type = 'RSA PUBLIC KEY'): string =>
  `-----BEGIN ${type}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${type}-----\n`

function refused(text: string, why: string | RegExp): void {
  expect(() => parsePublicKey(nativeCrypto, text)).toThrow(UsageError)
  expect(() => parsePublicKey(nativeCrypto, text)).toThrow(why)
}

test('PKCS#1 and SPKI, with either implementation', () => {
  for (const crypto of [nativeCrypto, portableCrypto]) {
    for (const text of [pkcs1, spki]) expect(parsePublicKey(crypto, text)).toEqual({ n, e, fingerprint })
  }
})

test('Windows line ends, no line ends at all, text around the block, a private key elsewhere in it', () => {
  for (const text of [
    pkcs1.replaceAll('\n', '\r\n'),
    pem(der(pkcs1)),
    `Key of the test DC:\n\n${pkcs1}\nkeep it\n`,
    `${spki}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`,
  ]) {
    expect(parsePublicKey(nativeCrypto, text)).toEqual({ n, e, fingerprint })
  }
})

test('what is written is what Node writes, for keys of any numbers', () => {
  for (let i = 0; i < 3; i++) {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: [3, 65537, 0x10001][i]! })
    const text = publicKey.export({ type: 'pkcs1', format: 'pem' }) as string
    const key = parsePublicKey(nativeCrypto, text)
    expect(encodePublicKey(key)).toBe(text)
    expect(parsePublicKey(nativeCrypto, publicKey.export({ type: 'spki', format: 'pem' }) as string)).toEqual(key)
  }
})

describe('a UsageError that says what is wrong', () => {
  test.each([
    ['nothing', '', 'no PEM block'],
    ['something else', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ', 'no PEM block'],
    ['a block that does not end', pkcs1.slice(0, 300), 'no PEM block'],
    ['two keys', pkcs1 + spki, 'there are 2 public keys in it'],
    ['a certificate', pem(new Uint8Array(9), 'CERTIFICATE'), 'it holds a CERTIFICATE; expected RSA PUBLIC KEY'],
    ['damaged base64', pkcs1.replace('MIIB', 'M!IB'), 'base64'],
  ])('%s', (_, text, why) => refused(text, why))

  test('a private key, in every form', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      refused(
        privateKey.export({ type, format: 'pem' }) as string,
        /this is a private key \(.*\); give the public half/,
      )
    }
  })

  test('a key that is not for RSA', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    refused(publicKey.export({ type: 'spki', format: 'pem' }) as string, 'it is not a key for RSA')
  })

  test('a key of another size', () => {
    for (const modulusLength of [1024, 2040, 2056, 3072]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
      refused(publicKey.export({ type: 'spki', format: 'pem' }) as string, `its modulus has ${modulusLength} bits`)
    }
  })

  test('one form under the name of the other', () => {
    refused(pem(der(spki)), 'DER is damaged')
    refused(pem(der(pkcs1), 'PUBLIC KEY'), 'DER is damaged')
  })

  test('numbers that cannot be: an even modulus, an even exponent, exponent 1', () => {
    refused(encodePublicKey({ n: n - 1n, e }), 'cannot be those of an RSA key')
    refused(encodePublicKey({ n, e: 4n }), 'cannot be those of an RSA key')
    refused(encodePublicKey({ n, e: 1n }), 'cannot be those of an RSA key')
  })

  test('DER that is not strict: cut, continued, negative, padded, longer lengths than needed', () => {
    const good = der(pkcs1)
    for (let length = 0; length < good.length; length += 7) refused(pem(good.subarray(0, length)), /DER|number/)
    refused(pem(concat(good, Uint8Array.of(0))), 'something follows')
    // The modulus begins 02 82 01 01 00 db: without the zero it is negative.
    const negative = concat(Uint8Array.of(0x30, 0x82, 1, 9, 2, 0x82, 1, 0), good.subarray(9))
    refused(pem(negative), 'not a positive DER integer')
    const exponent = (...bytes: number[]): string => pem(concat(head, Uint8Array.from(bytes)))
    const head = concat(Uint8Array.of(0x30, 0x82, 1, 11), good.subarray(4, -5))
    refused(exponent(2, 4, 0, 1, 0, 1), 'not a positive DER integer')
    const indefinite = good.slice()
    indefinite[1] = 0x80
    refused(pem(indefinite), 'DER is damaged')
    const wide = concat(Uint8Array.of(0x30, 0x83, 0, 1, 10), good.subarray(4))
    refused(pem(wide), 'DER is damaged')
    const needless = concat(good.subarray(0, -4), Uint8Array.of(0x81, 3, 1, 0, 1))
    needless[3]! += 1
    refused(pem(needless), 'DER is damaged')
    refused(pem(Uint8Array.of(0x30, 0)), 'DER is damaged')
  })

  test.prop([fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 255 })])(
    'any byte changed: another key, or a UsageError',
    (at, change) => {
      for (const text of [pkcs1, spki]) {
        const bytes = der(text)
        bytes[at % bytes.length]! ^= change
        try {
          const key = parsePublicKey(nativeCrypto, pem(bytes, text === spki ? 'PUBLIC KEY' : 'RSA PUBLIC KEY'))
          expect(key.n !== n || key.e !== e).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }
    },
  )
})
