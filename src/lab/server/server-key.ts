/**
 * Makes, reads and writes the server's RSA keys. The only module of the test DC that needs the platform's key formats.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { toBigInt } from '../../bytes.ts'
import { nativeCrypto } from '../../crypto/native.ts'
import { parsePublicKey } from '../../crypto/pem.ts'
import { UsageError } from '../../errors.ts'
import type { RsaKey } from './dc.ts'

/** A key in the forms that servers and clients need. */
export interface ServerKeyPair {
  readonly key: RsaKey
  /** PKCS#1, `-----BEGIN RSA PUBLIC KEY-----`: what clients are given. */
  readonly publicKeyPem: string
  /** PKCS#8, to start another server with the same key. */
  readonly privateKeyPem: string
}

/**
 * A fresh 2048-bit key with the usual exponent 65537. Its fingerprint has 16 hex digits without a zero in front: some
 * clients compare fingerprints as hex text and lose that zero on one side.
 */
export async function generateServerKey(): Promise<ServerKeyPair> {
  for (;;) {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048, publicExponent: 65537 })
    const pair = pairOf(privateKey)
    if (BigInt.asUintN(64, pair.key.fingerprint) >> 60n !== 0n) return pair
  }
}

/**
 * Reads a private key.
 * @param pem PKCS#1 or PKCS#8, not encrypted
 * @throws UsageError for anything but a 2048-bit RSA key
 */
export function readServerKey(pem: string): ServerKeyPair {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new UsageError(`the private key of the server is not a PEM that can be read${whyNot(pem)}`)
  }
  if (key.asymmetricKeyType !== 'rsa' || key.asymmetricKeyDetails?.modulusLength !== 2048) {
    throw new UsageError('the private key of the server must be RSA of 2048 bits')
  }
  return pairOf(key)
}

/** What a PEM holds that is no private key, or none that can be had. */
function whyNot(pem: string): string {
  if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----/m.test(pem)) return ': it is a public key; give the private one'
  if (/ENCRYPTED/.test(pem)) return ': it is encrypted; decrypt it first'
  return ''
}

function pairOf(privateKey: KeyObject): ServerKeyPair {
  const publicKeyPem = createPublicKey(privateKey).export({ type: 'pkcs1', format: 'pem' }) as string
  const jwk = privateKey.export({ format: 'jwk' })
  const { fingerprint, n, e } = parsePublicKey(nativeCrypto, publicKeyPem)
  const d = toBigInt(new Uint8Array(Buffer.from(jwk.d as string, 'base64url')))
  return {
    key: { fingerprint, n, e, d },
    publicKeyPem,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
