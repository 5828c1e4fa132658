/**
 * Fuzzes the reader of public keys: PEM text as it comes, and DER that is wrapped properly, so that what is wrong is inside.
 */

import { concat, fromBigInt } from '../../../bytes.ts'
import { encodePublicKey, parsePublicKey } from '../../../crypto/pem.ts'
import { portableCrypto } from '../../../crypto/portable.ts'
import { UsageError } from '../../../errors.ts'
import { same } from '../equal.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

const RSA_ENCRYPTION = Uint8Array.of(6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1, 5, 0)
/** An odd number of 2048 bits, which is all that the reader asks of a modulus. */
const MODULUS = (1n << 2047n) + 12345n

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

function der(tag: number, ...content: Uint8Array[]): Uint8Array {
  const body = concat(...content)
  const { length } = body
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return concat(Uint8Array.of(tag, ...head), body)
}

const pkcs1 = (): Uint8Array => der(0x30, der(2, Uint8Array.of(0), fromBigInt(MODULUS)), der(2, Uint8Array.of(1, 0, 1)))

/** The first byte says how the others are wrapped. */
function textOf(input: Uint8Array): string {
  const rest = latin1(input.subarray(1))
  switch (input[0]! & 3) {
    case 1:
      return `-----BEGIN RSA PUBLIC KEY-----\n${btoa(rest)}\n-----END RSA PUBLIC KEY-----`
    case 2:
      return `-----BEGIN PUBLIC KEY-----\n${btoa(rest)}\n-----END PUBLIC KEY-----`
    default:
      return rest
  }
}

export const target: FuzzTarget = {
  name: 'pem',
  about: 'public keys as PEM, and as DER inside of it; keys that parse are written and read again',
  maxLength: 700,
  steps: { base: 3000, perByte: 40 },
  memory: { base: 8000, perByte: 20 },
  words: [0x30_82_01_0a, 0x02_82_01_01, 0x2d2d2d2d],
  seeds: () => [
    concat(Uint8Array.of(0), bytesOf(encodePublicKey({ n: MODULUS, e: 65537n }))),
    concat(Uint8Array.of(1), pkcs1()),
    concat(Uint8Array.of(2), der(0x30, der(0x30, RSA_ENCRYPTION), der(3, Uint8Array.of(0), pkcs1()))),
    concat(Uint8Array.of(0), bytesOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')),
    concat(Uint8Array.of(0), bytesOf('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----')),
  ],
  run(input) {
    if (input.length === 0) return
    const first = outcomeOf(() => parsePublicKey(portableCrypto, textOf(input)), UsageError)
    if ('error' in first) return
    const key = first.value
    must(key.n >> 2047n === 1n && key.e > 1n && key.e < key.n, 'a key has a modulus of 2048 bits and an exponent below')
    must(same(parsePublicKey(portableCrypto, encodePublicKey(key)), key), 'a key is the same when read again')
  },
}
