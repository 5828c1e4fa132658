/**
 * A key exchange step by step, with every step open to a test that wants to do it differently.
 */
import { concat, equal, fromBigInt, toBigInt, view } from '../../src/bytes.ts'
import { factorize } from '../../src/crypto/pq.ts'
import { rsaPad, type ServerKey } from '../../src/crypto/rsa.ts'
import { randomBytes } from '../../src/host.ts'
import { readServerMessage } from '../../src/tl/generated/mtproto/client.ts'
import type { ClientMessage, ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { authKeyAuxHash, firstSalt, newNonceHash, tmpAesKeyIv } from '../../src/transport/exchange/derive.ts'
import { encode, type RawClient, useKey } from './raw-client.ts'

type Named<Name extends ClientMessage['_']> = Extract<ClientMessage, { _: Name }>
type Answer<Name extends ServerMessage['_']> = Extract<ServerMessage, { _: Name }>

export interface RawExchangeOptions {
  readonly key: ServerKey
  /** RSA_PAD, or SHA-1 in front and random bytes behind, as before 2021. */
  readonly padding?: 'rsa-pad' | 'sha1'
  /** Which of the four inner messages to send. */
  readonly inner?: 'p_q_inner_data' | 'p_q_inner_data_dc' | 'p_q_inner_data_temp' | 'p_q_inner_data_temp_dc'
  readonly dc?: number
  readonly expiresIn?: number
  /** Bytes of padding behind client_DH_inner_data; up to the next block unless told. */
  readonly clientPadding?: number
  /** Start with `req_pq` instead of `req_pq_multi`. */
  readonly old?: boolean
  /** Random bytes behind each plain message. */
  readonly trailing?: number
  /** Draw b until the key has a zero byte in front. */
  readonly shortKey?: boolean
  /** Changes a message before it is sent or encrypted. */
  readonly tamper?: (message: ClientMessage) => ClientMessage
}

/** What came of an exchange. */
export interface RawExchangeResult {
  readonly authKey: Uint8Array
  readonly salt: bigint
  readonly serverTime: number
  /** Number of `dh_gen_retry` on the way. */
  readonly retries: number
}

/** Agrees on a key; the client uses it from then on. */
export async function rawExchange(client: RawClient, options: RawExchangeOptions): Promise<RawExchangeResult> {
  const { crypto, random } = client
  const tamper = options.tamper ?? ((message) => message)
  const trailing = (): Uint8Array => randomBytes(random, options.trailing ?? 0)
  const say = async <Name extends ServerMessage['_']>(
    message: ClientMessage,
    ...names: Name[]
  ): Promise<Answer<Name>> => {
    client.sendPlain(tamper(message), trailing())
    const answer = await client.nextPlain()
    if (!(names as string[]).includes(answer._)) throw new Error(`expected ${names.join(' or ')}, got ${answer._}`)
    return answer as Answer<Name>
  }

  const nonce = randomBytes(random, 16)
  const resPQ = await say({ _: options.old ? 'req_pq' : 'req_pq_multi', nonce }, 'resPQ')
  if (!equal(resPQ.nonce, nonce)) throw new Error('resPQ has another nonce')
  const { serverNonce, pq } = resPQ
  if (!resPQ.serverPublicKeyFingerprints.includes(options.key.fingerprint)) throw new Error('the key is not offered')
  const [p, q] = factorize(toBigInt(pq)).map((factor) => fromBigInt(factor)) as [Uint8Array, Uint8Array]
  const newNonce = randomBytes(random, 32)
  const inner = tamper(innerData(options, { pq, p, q, nonce, serverNonce, newNonce })) as Named<'p_q_inner_data_dc'>
  const encryptedData = encryptInner(client, options, encode(inner))
  const ids = { nonce, serverNonce }
  const params = await say(
    { _: 'req_DH_params', ...ids, p, q, publicKeyFingerprint: options.key.fingerprint, encryptedData },
    'server_DH_params_ok',
    'server_DH_params_fail',
  )
  if (params._ === 'server_DH_params_fail') {
    if (!equal(params.newNonceHash, crypto.sha1(newNonce).slice(4))) throw new Error('new_nonce_hash is wrong')
    throw new Error('server_DH_params_fail')
  }
  const { key, iv } = tmpAesKeyIv(crypto, newNonce, serverNonce)
  const answer = params.encryptedAnswer.slice()
  crypto.igeDecrypt(key, iv, answer)
  const reader = new TlReader(answer, 20)
  const group = readServerMessage(reader) as Answer<'server_DH_inner_data'>
  if (!equal(crypto.sha1(answer.subarray(20, reader.pos)), answer.subarray(0, 20))) throw new Error('SHA-1 is wrong')
  if (reader.remaining > 15) throw new Error('too much padding')

  let retryId = 0n
  for (let retries = 0; ; retries++) {
    const { b, authKey } = drawKey(client, group, options.shortKey === true)
    const gB = fromBigInt(crypto.modPow(BigInt(group.g), b, toBigInt(group.dhPrime)), 256)
    const data = encode(tamper({ _: 'client_DH_inner_data', ...ids, retryId, gB }))
    const padding = options.clientPadding ?? -(20 + data.length) & 15
    const sealed = concat(crypto.sha1(data), data, randomBytes(random, padding))
    crypto.igeEncrypt(key, iv, sealed)
    const last = await say(
      { _: 'set_client_DH_params', ...ids, encryptedData: sealed },
      'dh_gen_ok',
      'dh_gen_retry',
      'dh_gen_fail',
    )
    const auxHash = authKeyAuxHash(crypto, authKey)
    const check = (number: 1 | 2 | 3, hash: Uint8Array): void => {
      if (!equal(newNonceHash(crypto, newNonce, number, auxHash), hash)) throw new Error(`hash ${number} is wrong`)
    }
    if (last._ === 'dh_gen_fail') {
      check(3, last.newNonceHash3)
      throw new Error('dh_gen_fail')
    }
    if (last._ === 'dh_gen_retry') {
      check(2, last.newNonceHash2)
      retryId = view(auxHash).getBigInt64(0, true)
      continue
    }
    check(1, last.newNonceHash1)
    const salt = firstSalt(newNonce, serverNonce)
    useKey(client, authKey, salt)
    return { authKey, salt, serverTime: group.serverTime, retries }
  }
}

type Common = Omit<Named<'p_q_inner_data'>, '_'>

function innerData(
  { inner = 'p_q_inner_data_dc', dc = 2, expiresIn = 3600 }: RawExchangeOptions,
  common: Common,
): ClientMessage {
  switch (inner) {
    case 'p_q_inner_data':
      return { _: inner, ...common }
    case 'p_q_inner_data_dc':
      return { _: inner, ...common, dc }
    case 'p_q_inner_data_temp':
      return { _: inner, ...common, expiresIn }
    case 'p_q_inner_data_temp_dc':
      return { _: inner, ...common, dc, expiresIn }
  }
}

function encryptInner(
  { crypto, random }: RawClient,
  { key, padding }: RawExchangeOptions,
  data: Uint8Array,
): Uint8Array {
  if (padding !== 'sha1') return rsaPad(crypto, random, key, data)
  const block = concat(crypto.sha1(data), data, randomBytes(random, 255 - 20 - data.length))
  return fromBigInt(crypto.modPow(toBigInt(block), key.e, key.n), 256)
}

function drawKey(
  { crypto, random }: RawClient,
  group: Answer<'server_DH_inner_data'>,
  short: boolean,
): { b: bigint; authKey: Uint8Array } {
  const prime = toBigInt(group.dhPrime)
  for (;;) {
    const b = toBigInt(randomBytes(random, 256))
    const authKey = fromBigInt(crypto.modPow(toBigInt(group.gA), b, prime), 256)
    if (!short || authKey[0] === 0) return { b, authKey }
  }
}
