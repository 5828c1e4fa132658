/**
 * How the two ends of a forged handshake know each other: their randoms are HMACs under the secret.
 *
 * The client's is the HMAC-SHA256 of its hello with zeros in the random's place, the last four bytes XORed with the Unix
 * time, little-endian. The server's is that of the client's random and the whole answer, again with zeros in its place.
 * To whoever lacks the secret both are 32 random bytes.
 * Source: https://github.com/tdlib/td, td/mtproto/TlsInit.cpp; https://github.com/TelegramMessenger/MTProxy
 */
import { concat, equal, view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'

/** The hash that everything here is made of. */
export type Hash = Pick<Crypto, 'sha256'>

/** Where the random stands, in a hello and in an answer: behind the heads of record and handshake, and the version. */
export const RANDOM_AT = 11
/** Bytes of a random. */
export const RANDOM_LENGTH = 32
/** Where the time stands in a client's random. */
export const TIME_AT = 28
/** Bytes that SHA-256 takes at a time: HMAC pads its key to as many. */
const BLOCK = 64

/** HMAC-SHA256, for keys of at most 64 bytes. Source: RFC 2104 */
export function hmacSha256({ sha256 }: Hash, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const padded = (byte: number): Uint8Array => {
    const out = new Uint8Array(BLOCK).fill(byte)
    for (let i = 0; i < key.length; i++) out[i]! ^= key[i]!
    return out
  }
  return sha256(padded(0x5c), sha256(padded(0x36), ...parts))
}

/** Writes the random into a hello that has zeros there; returns the random. */
export function signHello(hash: Hash, key: Uint8Array, hello: Uint8Array, unixTime: number): Uint8Array {
  const random = hmacSha256(hash, key, hello)
  const time = view(random)
  time.setInt32(TIME_AT, time.getInt32(TIME_AT, true) ^ unixTime, true)
  hello.set(random, RANDOM_AT)
  return random
}

/**
 * Checks a client's hello, for the server's side.
 * @returns the Unix time at which the client says it was made; undefined if it was not made under this key
 */
export function timeOfHello(hash: Hash, key: Uint8Array, hello: Uint8Array): number | undefined {
  const digest = hmacSha256(hash, key, withoutRandom(hello))
  const random = hello.subarray(RANDOM_AT, RANDOM_AT + RANDOM_LENGTH)
  if (!equal(random.subarray(0, TIME_AT), digest.subarray(0, TIME_AT))) return undefined
  return (view(random).getInt32(TIME_AT, true) ^ view(digest).getInt32(TIME_AT, true)) >>> 0
}

/**
 * The random that belongs into a server's answer.
 * @param clientRandom the random of the hello that it answers
 * @param answer ServerHello, ChangeCipherSpec and one record of application data; what its random is does not matter
 */
export function answerRandom(hash: Hash, key: Uint8Array, clientRandom: Uint8Array, answer: Uint8Array): Uint8Array {
  return hmacSha256(hash, key, clientRandom, withoutRandom(answer))
}

function withoutRandom(message: Uint8Array): Uint8Array {
  const zeros = new Uint8Array(RANDOM_LENGTH)
  return concat(message.subarray(0, RANDOM_AT), zeros, message.subarray(RANDOM_AT + RANDOM_LENGTH))
}
