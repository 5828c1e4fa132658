/**
 * RSA public keys as PEM: reads PKCS#1 (`RSA PUBLIC KEY`) and SPKI (`PUBLIC KEY`), writes PKCS#1.
 *
 * DER is read strictly: definite lengths in their shortest form, positive integers without needless zeros, nothing left
 * over. Sources: RFC 8017, appendix A.1.1; RFC 5280, section 4.1; RFC 7468.
 */
import { toBase64 } from '../base64.ts'
import { concat, fromBigInt, toBigInt } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import type { Crypto } from './crypto.ts'
import { fingerprint, type ServerKey } from './rsa.ts'

const INTEGER = 0x02
const BIT_STRING = 0x03
const SEQUENCE = 0x30

/** AlgorithmIdentifier of rsaEncryption (1.2.840.113549.1.1.1) with NULL parameters, without its SEQUENCE head. */
const RSA_ENCRYPTION = '6,9,42,134,72,134,247,13,1,1,1,5,0'

function invalid(why: string): never {
  throw new UsageError(`the server's public key cannot be read: ${why}`)
}

/** Takes one DER value with the given tag from the front of `bytes`; returns its content and what follows. */
function take(bytes: Uint8Array, tag: number): [content: Uint8Array, rest: Uint8Array] {
  let length = bytes[1] ?? 0
  let at = 2
  if (length & 0x80) {
    at += length & 0x7f
    const field = bytes.subarray(2, at)
    length = Number(toBigInt(field.subarray(0, 4)))
    if (field.length < 1 || field.length > 2 || length < 0x80 || (field.length > 1 && length < 0x100))
      at = bytes.length + 1
  }
  if (bytes[0] !== tag || at + length > bytes.length) invalid('its DER is damaged or not that of an RSA public key')
  return [bytes.subarray(at, at + length), bytes.subarray(at + length)]
}

function takeNumber(bytes: Uint8Array): [number: bigint, rest: Uint8Array] {
  const [content, rest] = take(bytes, INTEGER)
  if (content.length === 0 || content[0]! & 0x80 || (content[0] === 0 && !(content[1]! & 0x80))) {
    invalid('a number in it is not a positive DER integer')
  }
  return [toBigInt(content), rest]
}

/** Content of the outermost SEQUENCE, which must be all there is. */
function takeWhole(bytes: Uint8Array): Uint8Array {
  const [content, rest] = take(bytes, SEQUENCE)
  if (rest.length) invalid('something follows its DER')
  return content
}

/**
 * Reads an RSA public key of 2048 bits from PEM, with its fingerprint.
 * @param pem text with one `RSA PUBLIC KEY` or `PUBLIC KEY` block; text around the block is ignored
 * @throws UsageError that says what is wrong: no block, several, a private key or another type, damaged, not RSA, not 2048 bits
 * @example
 * const key = parsePublicKey(crypto, await readFile('server.pem', 'utf8'))
 */
export function parsePublicKey(crypto: Crypto, pem: string): ServerKey {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/.exec(pem)
  if (!block) invalid('there is no PEM block in it; it must look like "-----BEGIN RSA PUBLIC KEY-----"')
  const type = block[1]!
  const blocks = (pem.match(/-----BEGIN (RSA )?PUBLIC KEY-----/g) ?? []).length
  if (blocks > 1) invalid(`there are ${blocks} public keys in it; give each by itself`)
  if (/PRIVATE/.test(type)) invalid(`this is a private key (${type}); give the public half of it`)
  if (!/^(RSA )?PUBLIC KEY$/.test(type)) invalid(`it holds a ${type}; expected RSA PUBLIC KEY or PUBLIC KEY`)
  let der: Uint8Array
  try {
    der = Uint8Array.from(atob(block[2]!), (character) => character.charCodeAt(0))
  } catch {
    return invalid('its base64 is damaged')
  }
  let body = takeWhole(der)
  if (type === 'PUBLIC KEY') {
    const [algorithm, rest] = take(body, SEQUENCE)
    if (algorithm.join() !== RSA_ENCRYPTION) invalid('it is not a key for RSA')
    const [bits, after] = take(rest, BIT_STRING)
    if (after.length || bits[0] !== 0) invalid('its DER is damaged')
    body = takeWhole(bits.subarray(1))
  }
  const [n, rest] = takeNumber(body)
  const [e, after] = takeNumber(rest)
  if (after.length) invalid('its DER holds more than a modulus and an exponent')
  const size = n.toString(2).length
  if (size !== 2048) invalid(`its modulus has ${size} bits; the protocol requires 2048`)
  if (n % 2n === 0n || e < 3n || e % 2n === 0n || e >= n) invalid('its numbers cannot be those of an RSA key')
  return { fingerprint: fingerprint(crypto, n, e), n, e }
}

/** One DER value. */
function put(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concat(...content)
  const { length } = body
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concat(Uint8Array.of(tag, ...head), body)
}

function putNumber(value: bigint): Uint8Array {
  const bytes = fromBigInt(value)
  return put(INTEGER, bytes[0]! & 0x80 ? Uint8Array.of(0) : new Uint8Array(0), bytes)
}

/** Writes an RSA public key as PKCS#1 PEM, the form in which Telegram publishes its keys. */
export function encodePublicKey({ n, e }: { readonly n: bigint; readonly e: bigint }): string {
  const der = put(SEQUENCE, putNumber(n), putNumber(e))
  const base64 = toBase64(der).replace(/(.{64})(?=.)/g, '$1\n')
  return `-----BEGIN RSA PUBLIC KEY-----\n${base64}\n-----END RSA PUBLIC KEY-----\n`
}
