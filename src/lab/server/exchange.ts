/**
 * The server's half of the key exchange, for one client's nonce.
 *
 * Three requests, three answers; each step is a function of what came before and of random bytes. A request that breaks
 * the protocol is answered with transport error -404, as servers do, except where the protocol has a message for it. A
 * request that is repeated byte for byte, because the client lost the answer, gets the same answer again.
 *
 * Source: https://core.telegram.org/mtproto/auth_key
 */
import { concat, equal, fromBigInt, toBigInt, view } from '../../bytes.ts'
import { AUTH_KEY_LENGTH } from '../../crypto/auth-key.ts'
import { isSafeDhValue } from '../../crypto/dh.ts'
import { rsaUnpad } from '../../crypto/rsa-unpad.ts'
import { rsaUnpadLegacy } from '../../crypto/rsa-unpad-legacy.ts'
import { TlError } from '../../errors.ts'
import { randomBytes } from '../../host.ts'
import { readClientMessage, writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { ClientMessage, ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { authKeyAuxHash, firstSalt, newNonceHash, tmpAesKeyIv } from '../../transport/exchange/derive.ts'
import type { Dc } from './dc.ts'
import type { ExchangeStep } from './faults.ts'
import { randomPq } from './proof-of-work.ts'

/** Test DCs add this to their number in `p_q_inner_data_dc`. */
const TEST_DC_OFFSET = 10_000
/** Longest life of a temporary key that is accepted, in seconds: a week. */
const MAX_EXPIRES_IN = 7 * 24 * 3600

/** Most requests of one exchange: two, and one more for each `dh_gen_retry`. */
const MAX_STEPS = 32

type Inner = Extract<ClientMessage, { newNonce: Uint8Array }>

/** Raised when a request breaks the protocol: the connection answers with transport error -404. */
export class ExchangeRefused extends Error {}

export class ServerExchange {
  readonly serverNonce: Uint8Array
  readonly #dc: Dc
  readonly #nonce: Uint8Array
  readonly #p: Uint8Array
  readonly #q: Uint8Array
  readonly #pq: Uint8Array
  #inner: Inner | undefined
  #a = 0n
  #retryId = 0n
  #retries = 0
  #done = false
  /** Requests and their answers, for those that are repeated. */
  readonly #answered: { request: Uint8Array; answer: ServerMessage }[] = []

  constructor(dc: Dc, nonce: Uint8Array) {
    this.#dc = dc
    this.#nonce = nonce.slice()
    this.serverNonce = randomBytes(dc.host.random, 16)
    const [p, q] = randomPq(dc.crypto, dc.host.random)
    this.#p = fromBigInt(p)
    this.#q = fromBigInt(q)
    this.#pq = fromBigInt(p * q)
  }

  /** The answer to `req_pq_multi`. */
  challenge(): ServerMessage {
    return this.#tamper('resPQ', {
      _: 'resPQ',
      nonce: this.#nonce,
      serverNonce: this.serverNonce,
      pq: this.#pq,
      serverPublicKeyFingerprints: this.#dc.rsaKeys.map((key) => key.fingerprint),
    })
  }

  /**
   * Answers `req_DH_params` or `set_client_DH_params`.
   * @param body the request's bytes, by which a repetition is known
   * @throws ExchangeRefused
   */
  receive(message: ClientMessage, body: Uint8Array): ServerMessage {
    const again = this.#answered.find(({ request }) => equal(request, body))
    if (again !== undefined) return again.answer
    if (this.#done || this.#answered.length >= MAX_STEPS) throw new ExchangeRefused('this exchange is over')
    let answer: ServerMessage
    if (message._ === 'req_DH_params') answer = this.#tamper('server_DH_params', this.#params(message))
    else if (message._ === 'set_client_DH_params') {
      answer = this.#tamper('set_client_DH_params_answer', this.#finish(message))
    } else throw new ExchangeRefused(`${message._} is no step of a key exchange`)
    this.#answered.push({ request: body.slice(), answer })
    return answer
  }

  #params(request: Extract<ClientMessage, { _: 'req_DH_params' }>): ServerMessage {
    const dc = this.#dc
    this.#checkNonces(request)
    if (this.#inner !== undefined) throw new ExchangeRefused('the parameters were asked for already')
    if (!equal(request.p, this.#p) || !equal(request.q, this.#q)) throw new ExchangeRefused('p and q are wrong')
    const key = dc.rsaKeys.find(({ fingerprint }) => fingerprint === request.publicKeyFingerprint)
    if (key === undefined) throw new ExchangeRefused('no such public key')
    const plain =
      rsaUnpad(dc.crypto, key, request.encryptedData) ??
      rsaUnpadLegacy(dc.crypto, key, request.encryptedData, lengthOfInner)
    if (plain === undefined) throw new ExchangeRefused('encrypted_data cannot be decrypted')
    const inner = readInner(new TlReader(plain))
    this.#checkInner(inner)
    const { nonce, serverNonce } = this.#nonces()
    if (dc.faults.exchange?.refuseParams) {
      const newNonceHash = dc.crypto.sha1(inner.newNonce).slice(4)
      return { _: 'server_DH_params_fail', nonce, serverNonce, newNonceHash }
    }
    this.#inner = inner
    return { _: 'server_DH_params_ok', nonce, serverNonce, encryptedAnswer: this.#encryptedAnswer() }
  }

  /** `server_DH_inner_data` behind its SHA-1, padded to whole blocks, encrypted under the key of both nonces. */
  #encryptedAnswer(): Uint8Array {
    const { crypto, dh, host } = this.#dc
    let gA: bigint
    do {
      this.#a = toBigInt(randomBytes(host.random, AUTH_KEY_LENGTH))
      gA = crypto.modPow(BigInt(dh.g), this.#a, dh.prime)
    } while (!isSafeDhValue(dh.prime, gA))
    const writer = new TlWriter(640)
    writeServerMessage(
      writer,
      this.#tamper('server_DH_inner_data', {
        _: 'server_DH_inner_data',
        ...this.#nonces(),
        g: dh.g,
        dhPrime: fromBigInt(dh.prime, AUTH_KEY_LENGTH),
        gA: fromBigInt(gA, AUTH_KEY_LENGTH),
        serverTime: this.#dc.seconds(),
      }),
    )
    const answer = writer.finish()
    const padding = randomBytes(host.random, -(20 + answer.length) & 15)
    const encrypted = concat(crypto.sha1(answer), answer, padding)
    const { key, iv } = this.#temporaryKey()
    crypto.igeEncrypt(key, iv, encrypted)
    return encrypted
  }

  #finish(request: Extract<ClientMessage, { _: 'set_client_DH_params' }>): ServerMessage {
    const { crypto, dh, faults } = this.#dc
    this.#checkNonces(request)
    const inner = this.#inner
    if (inner === undefined) throw new ExchangeRefused('the parameters were never asked for')
    const client = this.#openClientData(request.encryptedData)
    if (client.retryId !== this.#retryId) throw new ExchangeRefused('retry_id is wrong')
    const gB = toBigInt(client.gB)
    if (faults.exchange?.fail || !isSafeDhValue(dh.prime, gB)) {
      this.#done = true
      const hash = this.#newNonceHash(3, fromBigInt(crypto.modPow(gB, this.#a, dh.prime), AUTH_KEY_LENGTH))
      return { _: 'dh_gen_fail', ...this.#nonces(), newNonceHash3: hash }
    }
    // One key in 256 is a number of fewer bytes: the zeros in front belong to it.
    const authKey = fromBigInt(crypto.modPow(gB, this.#a, dh.prime), AUTH_KEY_LENGTH)
    if (this.#retries < (faults.exchange?.retries ?? 0) || !this.#keep(authKey, inner)) {
      this.#retries++
      this.#retryId = view(authKeyAuxHash(crypto, authKey)).getBigInt64(0, true)
      return { _: 'dh_gen_retry', ...this.#nonces(), newNonceHash2: this.#newNonceHash(2, authKey) }
    }
    this.#done = true
    return { _: 'dh_gen_ok', ...this.#nonces(), newNonceHash1: this.#newNonceHash(1, authKey) }
  }

  /** Stores the key; false if its id is taken. */
  #keep(authKey: Uint8Array, inner: Inner): boolean {
    const now = this.#dc.seconds()
    const expiresAt = 'expiresIn' in inner ? now + inner.expiresIn : undefined
    return this.#dc.keys.add(authKey, firstSalt(inner.newNonce, this.serverNonce), now, expiresAt) !== undefined
  }

  #openClientData(encrypted: Uint8Array): Extract<ClientMessage, { _: 'client_DH_inner_data' }> {
    if (encrypted.length === 0 || encrypted.length % 16 !== 0)
      throw new ExchangeRefused('encrypted_data has a wrong length')
    const data = encrypted.slice()
    const { key, iv } = this.#temporaryKey()
    this.#dc.crypto.igeDecrypt(key, iv, data)
    const reader = new TlReader(data, Math.min(20, data.length))
    const message = read(reader)
    if (message._ !== 'client_DH_inner_data') throw new ExchangeRefused('encrypted_data holds something else')
    if (reader.remaining > 15) throw new ExchangeRefused('encrypted_data is padded with more than 15 bytes')
    const hash = this.#dc.crypto.sha1(data.subarray(20, reader.pos))
    if (!equal(hash, data.subarray(0, 20))) throw new ExchangeRefused('encrypted_data has a wrong hash')
    this.#checkNonces(message)
    return message
  }

  #checkInner(inner: Inner): void {
    this.#checkNonces(inner)
    if (!equal(inner.pq, this.#pq) || !equal(inner.p, this.#p) || !equal(inner.q, this.#q)) {
      throw new ExchangeRefused('pq, p or q differ inside')
    }
    if ('dc' in inner) {
      const number = Math.abs(inner.dc)
      const { id, test } = this.#dc
      if ((test || number !== id) && number !== id + TEST_DC_OFFSET) throw new ExchangeRefused('another DC is meant')
    }
    if ('expiresIn' in inner && (inner.expiresIn <= 0 || inner.expiresIn > MAX_EXPIRES_IN)) {
      throw new ExchangeRefused('expires_in is out of range')
    }
  }

  #checkNonces(message: { nonce: Uint8Array; serverNonce: Uint8Array }): void {
    if (!equal(message.nonce, this.#nonce) || !equal(message.serverNonce, this.serverNonce)) {
      throw new ExchangeRefused('a nonce is wrong')
    }
  }

  #nonces(): { nonce: Uint8Array; serverNonce: Uint8Array } {
    return { nonce: this.#nonce, serverNonce: this.serverNonce }
  }

  /** Key and IV of the two encrypted messages of the exchange. */
  #temporaryKey(): { key: Uint8Array; iv: Uint8Array } {
    return tmpAesKeyIv(this.#dc.crypto, this.#inner!.newNonce, this.serverNonce)
  }

  #newNonceHash(number: 1 | 2 | 3, authKey: Uint8Array): Uint8Array {
    const { crypto } = this.#dc
    return newNonceHash(crypto, this.#inner!.newNonce, number, authKeyAuxHash(crypto, authKey))
  }

  #tamper(step: ExchangeStep, message: ServerMessage): ServerMessage {
    return this.#dc.faults.exchange?.tamper?.(step, message) ?? message
  }
}

function readInner(reader: TlReader): Inner {
  const message = read(reader)
  switch (message._) {
    case 'p_q_inner_data':
    case 'p_q_inner_data_dc':
    case 'p_q_inner_data_temp':
    case 'p_q_inner_data_temp_dc':
      return message
    default:
      throw new ExchangeRefused('encrypted_data holds something else')
  }
}

/** Length of the `P_Q_inner_data` that some bytes begin with: the old padding does not tell. */
function lengthOfInner(bytes: Uint8Array): number {
  const reader = new TlReader(bytes)
  readInner(reader)
  return reader.pos
}

/** Reads a message; whatever is wrong with the bytes ends the exchange. */
function read(reader: TlReader): ClientMessage {
  try {
    return readClientMessage(reader)
  } catch (error) {
    if (error instanceof TlError) throw new ExchangeRefused(error.message)
    throw error
  }
}
