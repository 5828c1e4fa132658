/**
 * The answer of a fake TLS server: ServerHello, ChangeCipherSpec, and as much random application data as a certificate
 * would take.
 *
 * Source: RFC 8446, section 4.1.3
 */
import { concat, view } from '../../../bytes.ts'
import { type RandomSource, randomBytes } from '../../../host.ts'
import { answerRandom, type Hash, RANDOM_AT, RANDOM_LENGTH } from '../../../transport/proxy/fake-tls-digest.ts'
import { freshKeyShare } from '../../../transport/proxy/key-share.ts'
import {
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC_RECORD,
  HANDSHAKE,
  recordHead,
} from '../../../transport/proxy/tls-records.ts'
import type { ClientHello } from './client-hello.ts'

/** TLS_AES_128_GCM_SHA256, which every client of TLS 1.3 offers. */
export const CIPHER_SUITE = 0x1301
const SERVER_HELLO = 2
/** Bytes of what stands for the certificate: from the first number on, and less than the second more. */
const CERTIFICATE: readonly [fewest: number, spread: number] = [1500, 3000]

/**
 * Answers a hello.
 * @param key the 16 bytes of the secret under which it was made
 */
export function serverHello(hash: Hash, key: Uint8Array, hello: ClientHello, random: RandomSource): Uint8Array {
  const { sessionId } = hello
  const body = concat(
    Uint8Array.of(3, 3),
    new Uint8Array(RANDOM_LENGTH),
    Uint8Array.of(sessionId.length),
    sessionId,
    Uint8Array.of(CIPHER_SUITE >> 8, CIPHER_SUITE & 0xff, 0),
    // Extensions: a key share of X25519, and the version 0304.
    Uint8Array.of(0, 46, 0, 51, 0, 36, 0, 29, 0, 32),
    freshKeyShare(random),
    Uint8Array.of(0, 43, 0, 2, 3, 4),
  )
  const [fewest, spread] = CERTIFICATE
  const certificate = randomBytes(random, fewest + (view(randomBytes(random, 4)).getUint32(0) % spread))
  const answer = concat(
    recordHead(HANDSHAKE, body.length + 4),
    Uint8Array.of(SERVER_HELLO, 0, body.length >> 8, body.length),
    body,
    Uint8Array.from(CHANGE_CIPHER_SPEC_RECORD),
    recordHead(APPLICATION_DATA, certificate.length),
    certificate,
  )
  answer.set(answerRandom(hash, key, hello.random, answer), RANDOM_AT)
  return answer
}
