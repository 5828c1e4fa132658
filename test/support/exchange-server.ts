/**
 * The server's half of a key exchange, for tests of the client's: it answers as told, by formulas of its own on Node's
 * primitives, and lets a test change any field of any answer before it is encrypted and sent.
 */
import { createHash, getDiffieHellman, randomBytes } from 'node:crypto'
import { concat, fromBigInt, fromHex, toBigInt, view } from '../../src/bytes.ts'
import { nativeCrypto as crypto } from '../../src/crypto/native.ts'
import { PRODUCTION_PRIME } from '../../src/crypto/production-prime.ts'
import type { ServerKey } from '../../src/crypto/rsa.ts'
import { rsaUnpad } from '../../src/crypto/rsa-unpad.ts'
import { readClientMessage, writeServerMessage } from '../../src/tl/generated/mtproto/server.ts'
import type { ClientMessage, ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { vectorFile } from './vector-file.ts'

const rsa = vectorFile<{ n: string; e: number; d: string; fingerprint: string }>('rsa')

/** The key of rsa.json. */
export const SERVER_KEY: ServerKey & { readonly d: bigint } = {
  n: toBigInt(fromHex(rsa.n)),
  e: BigInt(rsa.e),
  d: toBigInt(fromHex(rsa.d)),
  fingerprint: view(fromHex(rsa.fingerprint)).getBigInt64(0, true),
}

/** A safe prime that the client does not know beforehand: that of RFC 3526, group 14. 2 is a generator for it. */
export const UNKNOWN_PRIME: bigint = toBigInt(new Uint8Array(getDiffieHellman('modp14').getPrime()))

export type Named<Name extends ServerMessage['_']> = Extract<ServerMessage, { _: Name }>
export type Inner = Extract<ClientMessage, { newNonce: Uint8Array }>

/** How the server is to behave; each function may change the answer it is given, or return another. */
export interface Script {
  g: number
  prime: bigint
  a: bigint
  pq: Uint8Array
  serverNonce: Uint8Array
  serverTime: number
  /** How often it says dh_gen_retry before dh_gen_ok. */
  retries: number
  /** Answers dh_gen_fail. */
  fail: boolean
  resPQ: (answer: Named<'resPQ'>) => ServerMessage
  inner: (answer: Named<'server_DH_inner_data'>) => ServerMessage
  /** From the plain encrypted_answer with its hash to what is encrypted. */
  plain: (hash: Uint8Array, inner: Uint8Array) => Uint8Array
  params: (answer: Named<'server_DH_params_ok'>, inner: Inner) => ServerMessage
  gen: (answer: Named<'dh_gen_ok' | 'dh_gen_retry' | 'dh_gen_fail'>) => ServerMessage
}

const sha1 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** TL of an answer. */
export function encodeServer(message: ServerMessage): Uint8Array {
  const writer = new TlWriter()
  writeServerMessage(writer, message)
  return writer.finish()
}

/** Padding that makes whole blocks of hash and answer. */
export function padded(hash: Uint8Array, inner: Uint8Array): Uint8Array {
  return concat(hash, inner, new Uint8Array(randomBytes(-(hash.length + inner.length) & 15)))
}

export class ExchangeServer {
  readonly script: Script
  /** What the client sent, decrypted. */
  inner: Inner | undefined
  readonly retryIds: bigint[] = []
  authKey: Uint8Array | undefined
  #nonce: Uint8Array = new Uint8Array()
  #retries = 0

  constructor(script: Partial<Script> = {}) {
    this.script = {
      g: 3,
      prime: PRODUCTION_PRIME,
      a: toBigInt(new Uint8Array(randomBytes(256))),
      pq: fromBigInt(1625368513n * 2024553061n),
      serverNonce: new Uint8Array(randomBytes(16)),
      serverTime: 1_700_000_000,
      retries: 0,
      fail: false,
      resPQ: (answer) => answer,
      inner: (answer) => answer,
      plain: padded,
      params: (answer) => answer,
      gen: (answer) => answer,
      ...script,
    }
  }

  /** Key and IV of the encrypted answers. */
  #aes(): [key: Uint8Array, iv: Uint8Array] {
    const { newNonce, serverNonce } = this.inner!
    const [a, b, c] = [sha1(newNonce, serverNonce), sha1(serverNonce, newNonce), sha1(newNonce, newNonce)]
    return [concat(a, b.slice(0, 12)), concat(b.slice(12), c, newNonce.slice(0, 4))]
  }

  /** Answers one TL body of the client. */
  answer(body: Uint8Array): Uint8Array {
    return encodeServer(this.#answer(readClientMessage(new TlReader(body))))
  }

  #answer(message: ClientMessage): ServerMessage {
    const { script } = this
    const { serverNonce } = script
    switch (message._) {
      case 'req_pq_multi':
        this.#nonce = message.nonce
        return script.resPQ({
          _: 'resPQ',
          nonce: message.nonce,
          serverNonce,
          pq: script.pq,
          serverPublicKeyFingerprints: [1n, SERVER_KEY.fingerprint],
        })
      case 'req_DH_params': {
        const inner = readClientMessage(new TlReader(rsaUnpad(crypto, SERVER_KEY, message.encryptedData)!))
        this.inner = inner as Inner
        const answer = encodeServer(
          script.inner({
            _: 'server_DH_inner_data',
            nonce: this.#nonce,
            serverNonce,
            g: script.g,
            dhPrime: fromBigInt(script.prime, 256),
            gA: fromBigInt(crypto.modPow(BigInt(script.g), script.a, script.prime), 256),
            serverTime: script.serverTime,
          }),
        )
        const encryptedAnswer = script.plain(sha1(answer), answer)
        if (encryptedAnswer.length % 16 === 0) crypto.igeEncrypt(...this.#aes(), encryptedAnswer)
        return script.params({ _: 'server_DH_params_ok', nonce: this.#nonce, serverNonce, encryptedAnswer }, this.inner)
      }
      case 'set_client_DH_params': {
        crypto.igeDecrypt(...this.#aes(), message.encryptedData)
        const client = readClientMessage(new TlReader(message.encryptedData, 20))
        if (client._ !== 'client_DH_inner_data') throw new Error(`the client sent ${client._}`)
        this.retryIds.push(client.retryId)
        const authKey = fromBigInt(crypto.modPow(toBigInt(client.gB), script.a, script.prime), 256)
        const hash = (n: number) => sha1(this.inner!.newNonce, Uint8Array.of(n), sha1(authKey).slice(0, 8)).slice(4)
        const nonces = { nonce: this.#nonce, serverNonce }
        if (script.fail) return script.gen({ _: 'dh_gen_fail', ...nonces, newNonceHash3: hash(3) })
        if (this.#retries++ < script.retries)
          return script.gen({ _: 'dh_gen_retry', ...nonces, newNonceHash2: hash(2) })
        this.authKey = authKey
        return script.gen({ _: 'dh_gen_ok', ...nonces, newNonceHash1: hash(1) })
      }
      default:
        throw new Error(`the client sent ${message._}`)
    }
  }
}
