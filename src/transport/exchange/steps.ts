/**
 * The steps of the client's key exchange: each a function of what went before, the server's answer, and random bytes.
 *
 * Source: https://core.telegram.org/mtproto/auth_key, https://core.telegram.org/mtproto/security_guidelines
 */
import { concat, equal, fromBigInt, toBigInt, view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { isSafeGroup, isSafeNumber } from '../../crypto/dh.ts'
import { factorize, MAX_PQ_BYTES } from '../../crypto/pq.ts'
import { rsaPad, type ServerKey } from '../../crypto/rsa.ts'
import { SecurityError } from '../../errors.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import { readServerMessage, writeClientMessage } from '../../tl/generated/mtproto/client.ts'
import type { ClientMessage, ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { AUTH_KEY_LENGTH } from '../session/auth-key.ts'
import { authKeyAuxHash, firstSalt, newNonceHash, tmpAesKeyIv } from './derive.ts'
import type { ExchangeOptions, ExchangeStep } from './exchange.ts'

/** What is known after the first answer, and grows. */
export interface Secrets {
  readonly nonce: Uint8Array
  readonly serverNonce: Uint8Array
  readonly newNonce: Uint8Array
  /** The group, once the server has named it. */
  group?: { readonly g: bigint; readonly prime: bigint; readonly gA: bigint }
  /** The key that follows from the last b. */
  authKey: Uint8Array
  serverTime: number
}

type Message<Name extends ServerMessage['_']> = Extract<ServerMessage, { _: Name }>

/** Everything that the other side can do wrong ends here. */
export function refuse(why: string): SecurityError {
  return new SecurityError(
    'EXCHANGE_REFUSED',
    `the key exchange was broken off because the server broke the protocol: ${why}`,
  )
}

/** Step 1: `req_pq_multi` under a random nonce. */
export function startExchange(random: RandomSource): { nonce: Uint8Array; send: Uint8Array } {
  const nonce = randomBytes(random, 16)
  return { nonce, send: encode({ _: 'req_pq_multi', nonce }) }
}

/** Step 2: factorizes pq and sends the factors, with new_nonce, encrypted to a key of the server that is trusted. */
export function answerResPq(
  { crypto, random, keys, dc, expiresIn }: ExchangeOptions,
  nonce: Uint8Array,
  message: Message<'resPQ'>,
): { secrets: Secrets; send: Uint8Array } {
  if (!equal(message.nonce, nonce)) throw refuse('the nonce is not ours')
  const { serverNonce } = message
  const key = chooseKey(keys, message.serverPublicKeyFingerprints)
  if (message.pq.length > MAX_PQ_BYTES) throw refuse(`pq has ${message.pq.length} bytes`)
  const [p, q] = factorize(toBigInt(message.pq)).map((factor) => fromBigInt(factor)) as [Uint8Array, Uint8Array]
  const newNonce = randomBytes(random, 32)
  const common = { pq: message.pq, p, q, nonce, serverNonce, newNonce, dc }
  const inner =
    expiresIn === undefined
      ? encode({ _: 'p_q_inner_data_dc', ...common })
      : encode({ _: 'p_q_inner_data_temp_dc', ...common, expiresIn })
  const encryptedData = rsaPad(crypto, random, key, inner)
  inner.fill(0)
  return {
    secrets: { nonce, serverNonce, newNonce, authKey: new Uint8Array(0), serverTime: 0 },
    send: encode({
      _: 'req_DH_params',
      nonce,
      serverNonce,
      p,
      q,
      publicKeyFingerprint: key.fingerprint,
      encryptedData,
    }),
  }
}

/** Step 3: checks the server's group and number, and answers with ours. */
export function answerDhParams(
  options: ExchangeOptions,
  secrets: Secrets,
  message: Message<'server_DH_params_ok'> | Message<'server_DH_params_fail'>,
): Uint8Array {
  const { crypto, random } = options
  const { newNonce, serverNonce } = secrets
  checkNonces(secrets, message)
  if (message._ === 'server_DH_params_fail') {
    if (!equal(message.newNonceHash, crypto.sha1(newNonce).slice(4))) throw refuse('new_nonce_hash is wrong')
    throw refuse('it refused the parameters of the exchange')
  }
  const answer = message.encryptedAnswer
  if (answer.length < 32 || answer.length % 16 !== 0) throw refuse(`encrypted_answer has ${answer.length} bytes`)
  const { key, iv } = tmpAesKeyIv(crypto, newNonce, serverNonce)
  crypto.igeDecrypt(key, iv, answer)
  const inner = readInner(crypto, answer)
  checkNonces(secrets, inner)
  if (!isSafeGroup(crypto, random, inner.g, inner.dhPrime)) throw refuse('its Diffie-Hellman group is not safe')
  const prime = toBigInt(inner.dhPrime)
  const gA = toBigInt(inner.gA)
  if (inner.gA.length > AUTH_KEY_LENGTH || !isSafeNumber(gA, prime)) throw refuse('its g_a is out of range')
  secrets.group = { g: BigInt(inner.g), prime, gA }
  secrets.serverTime = inner.serverTime
  return clientParams(options, secrets, 0n)
}

/** Step 4: verifies that the server has the same key, or tries another b when it asks for that. */
export function finish(
  options: ExchangeOptions,
  secrets: Secrets,
  message: Message<'dh_gen_ok'> | Message<'dh_gen_retry'> | Message<'dh_gen_fail'>,
): ExchangeStep {
  const { crypto } = options
  const { newNonce, serverNonce, authKey, serverTime } = secrets
  checkNonces(secrets, message)
  const auxHash = authKeyAuxHash(crypto, authKey)
  const [number, hash] =
    message._ === 'dh_gen_ok'
      ? ([1, message.newNonceHash1] as const)
      : message._ === 'dh_gen_retry'
        ? ([2, message.newNonceHash2] as const)
        : ([3, message.newNonceHash3] as const)
  if (!equal(hash, newNonceHash(crypto, newNonce, number, auxHash))) throw refuse(`new_nonce_hash${number} is wrong`)
  if (message._ === 'dh_gen_fail') throw refuse('it could not make a key of our numbers')
  if (message._ === 'dh_gen_retry') return { send: clientParams(options, secrets, view(auxHash).getBigInt64(0, true)) }
  return { done: { authKey: authKey.slice(), salt: firstSalt(newNonce, serverNonce), serverTime } }
}

/** Draws b, keeps the key that follows from it, and makes `set_client_DH_params`. */
function clientParams({ crypto, random }: ExchangeOptions, secrets: Secrets, retryId: bigint): Uint8Array {
  const { nonce, serverNonce, newNonce } = secrets
  const { g, prime, gA } = secrets.group!
  let b: bigint
  let gB: bigint
  do {
    const bytes = randomBytes(random, AUTH_KEY_LENGTH)
    b = toBigInt(bytes)
    bytes.fill(0)
    gB = crypto.modPow(g, b, prime)
  } while (!isSafeNumber(gB, prime))
  // The key is a number of 2048 bits: its leading zeros belong to it.
  secrets.authKey.fill(0)
  secrets.authKey = fromBigInt(crypto.modPow(gA, b, prime), AUTH_KEY_LENGTH)
  const inner = encode({ _: 'client_DH_inner_data', nonce, serverNonce, retryId, gB: fromBigInt(gB, AUTH_KEY_LENGTH) })
  const length = 20 + inner.length
  const encryptedData = concat(crypto.sha1(inner), inner, randomBytes(random, -length & 15))
  const { key, iv } = tmpAesKeyIv(crypto, newNonce, serverNonce)
  crypto.igeEncrypt(key, iv, encryptedData)
  return encode({ _: 'set_client_DH_params', nonce, serverNonce, encryptedData })
}

/** `server_DH_inner_data` behind its SHA-1, with 0 to 15 bytes of padding behind. */
function readInner(crypto: Crypto, answer: Uint8Array): Message<'server_DH_inner_data'> {
  const reader = new TlReader(answer, 20)
  const inner = readServerMessage(reader)
  if (inner._ !== 'server_DH_inner_data') throw refuse('encrypted_answer holds something else')
  if (reader.remaining > 15) throw refuse('encrypted_answer is padded with more than 15 bytes')
  if (!equal(crypto.sha1(answer.subarray(20, reader.pos)), answer.subarray(0, 20)))
    throw refuse('the hash of its answer is wrong')
  return inner
}

function checkNonces(
  secrets: Secrets,
  message: { readonly nonce: Uint8Array; readonly serverNonce: Uint8Array },
): void {
  const ours = equal(message.nonce, secrets.nonce)
  if (!equal(message.serverNonce, secrets.serverNonce) || !ours) throw refuse('a nonce has changed')
}

/** The first key of ours that the server has too. */
function chooseKey(keys: readonly ServerKey[], offered: readonly bigint[]): ServerKey {
  const key = keys.find(({ fingerprint }) => offered.includes(fingerprint))
  if (key) return key
  const list = (fingerprints: readonly bigint[]): string =>
    fingerprints.map((one) => BigInt.asUintN(64, one).toString(16).padStart(16, '0')).join(', ') || 'none'
  const message = `the server has none of the public keys that are trusted: it offers ${list(offered)}, we trust ${list(keys.map((one) => one.fingerprint))}; check the key and the address`
  throw new SecurityError('UNKNOWN_SERVER_KEY', message)
}

function encode(message: ClientMessage): Uint8Array {
  const writer = new TlWriter(512)
  writeClientMessage(writer, message)
  return writer.finish()
}
