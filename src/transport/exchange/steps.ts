/**
 * The steps of the key exchange, client side: each a function of what came before, of the server's answer, and of random
 * bytes. What one step hands to the next is the type of its result, so that no step can be left out.
 *
 * Draws from `random`, in this order: nonce (16 bytes); new_nonce (32); the padding of RSA_PAD (what lacks to 192) and
 * temp_key (32, again for as long as the result is no less than the modulus); witnesses of a primality test, where the
 * prime is unknown and the platform has no test of its own; then for each key proposed b (256, again for as long as g_b is
 * out of range) and the padding of the inner data (what lacks to a multiple of 16).
 *
 * Sources: https://core.telegram.org/mtproto/auth_key, https://core.telegram.org/mtproto/security_guidelines
 */

import { hint } from '#explain'
import { readServerMessage, writeClientMessage } from '#messages'
import { concat, equal, fromBigInt, toBigInt, view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { checkDhGroup, isSafeDhValue } from '../../crypto/dh.ts'
import { factorize, MAX_PQ_BYTES } from '../../crypto/pq.ts'
import { refuse } from '../../crypto/refuse.ts'
import { rsaPad, type ServerKey } from '../../crypto/rsa.ts'
import { SecurityError } from '../../errors.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { ClientMessage, ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { authKeyAuxHash, firstSalt, newNonceHash, tmpAesKeyIv } from './derive.ts'
import { MAX_DRAWS } from './limits.ts'

/** What an exchange is about, and what it works with. */
export interface ExchangeOptions {
  readonly crypto: Crypto
  readonly random: RandomSource
  /** The server's public keys that we trust. */
  readonly keys: readonly ServerKey[]
  /** DC id as it stands in `p_q_inner_data_dc`: 10000 more on test DCs, negative for media DCs. */
  readonly dc: number
  /** For a temporary key: its life in seconds. */
  readonly expiresIn?: number | undefined
}

/** A new authorization key. */
export interface ExchangeResult {
  /** 256 bytes. */
  readonly authKey: Uint8Array
  /** The first server salt, a signed TL `long`. */
  readonly salt: bigint
  /** The server's clock in the middle of the exchange: seconds since 1970. */
  readonly serverTime: number
  /** For a temporary key: when it ends, in seconds since 1970 by the server's clock. */
  readonly expiresAt?: number
}

/** An answer of the given kind. */
type Answer<Name extends ServerMessage['_']> = Extract<ServerMessage, { _: Name }>

/** What names one exchange. */
export interface Nonces {
  readonly nonce: Uint8Array
  readonly serverNonce: Uint8Array
}

/** After resPQ: `new_nonce` has been sent to whoever holds the private key. */
export interface Proven extends Nonces {
  readonly newNonce: Uint8Array
}

/** After server_DH_params_ok: the group and the server's half of the key are known and checked. */
export interface Agreed extends Proven {
  readonly g: bigint
  readonly prime: bigint
  readonly gA: bigint
  readonly serverTime: number
}

/** After set_client_DH_params: a key of ours waits for the server's word. */
export interface Proposed {
  readonly authKey: Uint8Array
  /** auth_key_aux_hash. */
  readonly auxHash: Uint8Array
  /** TL body to send. */
  readonly send: Uint8Array
}

function encode(message: ClientMessage): Uint8Array {
  const writer = new TlWriter(512)
  writeClientMessage(writer, message)
  return writer.finish()
}

function checkNonces(message: Nonces & { readonly _: string }, { nonce, serverNonce }: Nonces): void {
  if (!equal(message.nonce, nonce)) refuse(hint(() => `: ${message._} carries another nonce`))
  if (!equal(message.serverNonce, serverNonce)) refuse(hint(() => `: ${message._} carries another server_nonce`))
}

/** Step 1: `req_pq_multi`. */
export function requestPq(nonce: Uint8Array): Uint8Array {
  return encode({ _: 'req_pq_multi', nonce })
}

/** Picks a key of ours among those that the server offers. */
function pickKey(offered: readonly bigint[], known: readonly ServerKey[]): ServerKey {
  for (const fingerprint of offered) {
    const key = known.find((candidate) => candidate.fingerprint === fingerprint)
    if (key) return key
  }
  throw new SecurityError(
    'UNKNOWN_SERVER_KEY',
    `the server has none of the public keys we trust${
      hint(() => {
        const list = (fingerprints: readonly bigint[]): string =>
          fingerprints.map((value) => BigInt.asUintN(64, value).toString(16).padStart(16, '0')).join(', ') || 'none'
        const ours = list(known.map((key) => key.fingerprint))
        return `: it offers ${list(offered)}; known are ${ours}; check the address, and the public key given for it`
      }) ?? ''
    }`,
  )
}

/** Steps 2 to 4: resPQ is checked, pq split, and `req_DH_params` made. */
export function requestParams(
  { crypto, random, keys, dc, expiresIn }: ExchangeOptions,
  nonce: Uint8Array,
  answer: Answer<'resPQ'>,
): Proven & { readonly send: Uint8Array } {
  const { serverNonce, pq } = answer
  checkNonces(answer, { nonce, serverNonce })
  const key = pickKey(answer.serverPublicKeyFingerprints, keys)
  if (pq.length > MAX_PQ_BYTES) refuse(hint(() => `: pq has ${pq.length} bytes; ${MAX_PQ_BYTES} are allowed`))
  const [p, q] = factorize(toBigInt(pq)).map((prime) => fromBigInt(prime)) as [Uint8Array, Uint8Array]
  const newNonce = randomBytes(random, 32)
  const common = { pq, p, q, nonce, serverNonce, newNonce, dc }
  const inner = encode(
    expiresIn === undefined
      ? { _: 'p_q_inner_data_dc', ...common }
      : { _: 'p_q_inner_data_temp_dc', ...common, expiresIn },
  )
  const encryptedData = rsaPad(crypto, random, key, inner)
  inner.fill(0)
  const publicKeyFingerprint = key.fingerprint
  const send = encode({ _: 'req_DH_params', nonce, serverNonce, p, q, publicKeyFingerprint, encryptedData })
  return { nonce, serverNonce, newNonce, send }
}

/** Decrypts `encrypted_answer` in place; nothing in it is read before its SHA-1 has been verified. */
function decryptAnswer(crypto: Crypto, { newNonce, serverNonce }: Proven, data: Uint8Array): Uint8Array {
  if (data.length < 32 || data.length % 16 !== 0) refuse(hint(': encrypted_answer is not of whole blocks'))
  const { key, iv } = tmpAesKeyIv(crypto, newNonce, serverNonce)
  crypto.igeDecrypt(key, iv, data)
  key.fill(0)
  iv.fill(0)
  const hash = data.subarray(0, 20)
  for (let padding = 0; padding < 16 && padding <= data.length - 20; padding++) {
    const answer = data.subarray(20, data.length - padding)
    if (equal(crypto.sha1(answer), hash)) return answer
  }
  return refuse(hint(': the SHA-1 of the encrypted answer is wrong'))
}

/** Step 5: the Diffie-Hellman parameters are decrypted and checked; `server_DH_params_fail` ends here. */
export function acceptParams(
  { crypto, random }: ExchangeOptions,
  proven: Proven,
  answer: Answer<'server_DH_params_ok' | 'server_DH_params_fail'>,
): Agreed {
  checkNonces(answer, proven)
  if (answer._ === 'server_DH_params_fail') {
    // Genuine or not, it is over.
    return refuse(
      hint(() =>
        equal(answer.newNonceHash, crypto.sha1(proven.newNonce).subarray(4))
          ? ': the server rejected our request (server_DH_params_fail)'
          : ': server_DH_params_fail has a wrong hash',
      ),
    )
  }
  const plain = decryptAnswer(crypto, proven, answer.encryptedAnswer)
  const reader = new TlReader(plain)
  const inner = readServerMessage(reader)
  plain.fill(0)
  if (inner._ !== 'server_DH_inner_data') return refuse(hint(() => `: the encrypted answer is a ${inner._}`))
  if (reader.remaining > 0) refuse(hint(': something follows server_DH_inner_data'))
  checkNonces(inner, proven)
  const prime = toBigInt(inner.dhPrime)
  const gA = toBigInt(inner.gA)
  checkDhGroup(crypto, random, prime, inner.g)
  if (!isSafeDhValue(prime, gA)) refuse(hint(': g_a is out of range'))
  // Seconds since 1970 without a sign, as in message ids: good until 2106.
  return { ...proven, g: BigInt(inner.g), prime, gA, serverTime: inner.serverTime >>> 0 }
}

/**
 * Step 6: a key of ours, and `set_client_DH_params`.
 * @param retryId 0 at first, then auth_key_aux_hash of the key that the server did not take
 */
export function proposeKey(
  { crypto, random }: ExchangeOptions,
  { nonce, serverNonce, newNonce, g, prime, gA }: Agreed,
  retryId: bigint,
): Proposed {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const secret = randomBytes(random, 256)
    const b = toBigInt(secret)
    secret.fill(0)
    const gB = crypto.modPow(g, b, prime)
    if (!isSafeDhValue(prime, gB)) continue
    const inner = encode({ _: 'client_DH_inner_data', nonce, serverNonce, retryId, gB: fromBigInt(gB, 256) })
    const padding = randomBytes(random, -(20 + inner.length) & 15)
    const encryptedData = concat(crypto.sha1(inner), inner, padding)
    const { key, iv } = tmpAesKeyIv(crypto, newNonce, serverNonce)
    crypto.igeEncrypt(key, iv, encryptedData)
    key.fill(0)
    iv.fill(0)
    // Left-padded: one key in 256 is a number of fewer bytes.
    const authKey = fromBigInt(crypto.modPow(gA, b, prime), 256)
    const send = encode({ _: 'set_client_DH_params', nonce, serverNonce, encryptedData })
    return { authKey, auxHash: authKeyAuxHash(crypto, authKey), send }
  }
  return refuse(hint(': no g_b in range was found'))
}

/**
 * Step 9: the server's word on our key.
 * @returns the result; or the retry_id to propose another key with
 */
export function concludeKey(
  { crypto, expiresIn }: ExchangeOptions,
  agreed: Agreed,
  { authKey, auxHash }: Proposed,
  answer: Answer<'dh_gen_ok' | 'dh_gen_retry' | 'dh_gen_fail'>,
): ExchangeResult | bigint {
  checkNonces(answer, agreed)
  const [n, hash] =
    answer._ === 'dh_gen_ok'
      ? ([1, answer.newNonceHash1] as const)
      : answer._ === 'dh_gen_retry'
        ? ([2, answer.newNonceHash2] as const)
        : ([3, answer.newNonceHash3] as const)
  if (!equal(hash, newNonceHash(crypto, agreed.newNonce, n, auxHash)))
    refuse(hint(() => `: ${answer._} has a wrong hash`))
  if (n === 3) return refuse(hint(': the server could not make a key (dh_gen_fail)'))
  if (n === 2) return view(auxHash).getBigInt64(0, true)
  const { newNonce, serverNonce, serverTime } = agreed
  const result = { authKey, salt: firstSalt(newNonce, serverNonce), serverTime }
  return expiresIn === undefined ? result : { ...result, expiresAt: serverTime + expiresIn }
}
