/**
 * Fuzzes the client's half of the key exchange: answers that are wrong outside, and answers that are wrong inside of what is
 * encrypted and hashed properly, at each step and in any order.
 *
 * An input is a list of records (`records.ts`). Randomness is the same in every run, so nonces stand in the seeds as they
 * are. Powers are products here (`quick-crypto.ts`).
 */
import { concat, equal, fromBigInt, toBigInt } from '../../../bytes.ts'
import { PRODUCTION_PRIME } from '../../../crypto/production-prime.ts'
import { SecurityError, TlError } from '../../../errors.ts'
import { readServerMessage } from '../../../tl/generated/mtproto/client.ts'
import { writeServerMessage } from '../../../tl/generated/mtproto/server.ts'
import type { ServerMessage } from '../../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../../tl/reader.ts'
import { TlWriter } from '../../../tl/writer.ts'
import { authKeyAuxHash, newNonceHash, tmpAesKeyIv } from '../../../transport/exchange/derive.ts'
import { type ExchangeResult, KeyExchange } from '../../../transport/exchange/exchange.ts'
import { sameBytes } from '../equal.ts'
import { QUICK_KEY, quickCrypto } from '../quick-crypto.ts'
import { SeededNumbers } from '../random.ts'
import { recordBytes, recordsOf } from '../records.ts'
import { type FuzzTarget, must } from '../target.ts'

/** What a record makes the server say. */
const Say = {
  /** The record's data, as it stands. */
  raw: 0,
  /** server_DH_params_ok around a server_DH_inner_data that is the record's data. */
  inner: 1,
  /** server_DH_params_ok around the record's data, hash and padding included. */
  plain: 2,
  /** What belongs here. */
  honest: 3,
  /** The last word, by the first byte of the data: ok, retry or fail. */
  last: 4,
  /** What belongs here, changed: offset and XOR, in pairs. */
  patched: 5,
  /** server_DH_params_ok around what belongs there, changed before it is hashed and encrypted. */
  innerPatched: 6,
  /** The same with a public value or a prime at a border, by the first two bytes. */
  border: 7,
} as const
const KINDS = Object.keys(Say).length

const serverNonce = new Uint8Array(16).fill(0x53)
/** The server's secret exponent, and what it makes public. */
const A: bigint = toBigInt(new SeededNumbers(12).bytes(new Uint8Array(256)))
const G_A: bigint = quickCrypto.modPow(3n, A, PRODUCTION_PRIME)
const DISTANCE = 1n << 1984n

/** Numbers at which the rules about public values and primes change their mind; undefined is the honest one. */
const BORDERS: readonly (bigint | undefined)[] = [
  undefined,
  0n,
  1n,
  2n,
  DISTANCE,
  DISTANCE + 1n,
  PRODUCTION_PRIME - DISTANCE,
  PRODUCTION_PRIME - 1n,
  PRODUCTION_PRIME,
  PRODUCTION_PRIME + 2n,
  PRODUCTION_PRIME >> 1n,
  (1n << 2048n) - 1n,
  1n << 2048n,
]

/** Bytes changed by pairs of an offset, in two bytes, and what is XORed there; every fourth byte says nothing. */
function patch(bytes: Uint8Array, changes: Uint8Array): Uint8Array {
  const out = bytes.slice()
  for (let at = 0; at + 4 <= changes.length; at += 4) {
    out[(changes[at]! | (changes[at + 1]! << 8)) % out.length]! ^= changes[at + 2]!
  }
  return out
}

function encode(message: ServerMessage): Uint8Array {
  const writer = new TlWriter()
  writeServerMessage(writer, message)
  return writer.finish().slice()
}

class Exchange {
  readonly client: KeyExchange
  /** Copies of everything that the client drew. */
  readonly #draws: Uint8Array[] = []
  /** Answers given without an error. */
  #step = 0
  /** What was said inside of the last server_DH_params_ok. */
  #inner: Uint8Array = new Uint8Array(0)
  #over = false
  result: ExchangeResult | undefined

  constructor() {
    const { bytes } = new SeededNumbers(11)
    const random = (into: Uint8Array): Uint8Array => {
      this.#draws.push(bytes(into).slice())
      return into
    }
    this.client = new KeyExchange({ crypto: quickCrypto, random, keys: [QUICK_KEY], dc: 2 })
    this.client.start()
  }

  get #nonce(): Uint8Array {
    return this.#draws[0]!
  }

  get #newNonce(): Uint8Array {
    return this.#draws[1] ?? new Uint8Array(32)
  }

  /** server_DH_params_ok around a plaintext, which is encrypted if it can be. */
  #params(plain: Uint8Array): Uint8Array {
    const encryptedAnswer = plain.slice()
    const { key, iv } = tmpAesKeyIv(quickCrypto, this.#newNonce, serverNonce)
    if (plain.length % 16 === 0) quickCrypto.igeEncrypt(key, iv, encryptedAnswer)
    return encode({ _: 'server_DH_params_ok', nonce: this.#nonce, serverNonce, encryptedAnswer })
  }

  #around(inner: Uint8Array): Uint8Array {
    this.#inner = inner.slice()
    return this.#params(concat(quickCrypto.sha1(inner), inner, new Uint8Array(-(20 + inner.length) & 15)))
  }

  /** server_DH_inner_data; with other numbers, one of faith that is not so good. */
  honestInner(gA: bigint = G_A, prime: bigint = PRODUCTION_PRIME): Uint8Array {
    return encode({
      _: 'server_DH_inner_data',
      nonce: this.#nonce,
      serverNonce,
      g: 3,
      dhPrime: fromBigInt(prime),
      gA: fromBigInt(gA),
      serverTime: 1_700_000_000,
    })
  }

  /** The key that both ends have, by what was said last and by the exponent that the client drew last. */
  #key(): Uint8Array {
    const b = toBigInt(this.#draws.findLast((draw) => draw.length === 256) ?? new Uint8Array(1))
    let gA = G_A
    let prime = PRODUCTION_PRIME
    try {
      const inner = readServerMessage(new TlReader(this.#inner))
      if (inner._ === 'server_DH_inner_data') [gA, prime] = [toBigInt(inner.gA), toBigInt(inner.dhPrime)]
    } catch {
      // Not the data of an exchange: the client has refused it, and there is no key.
    }
    if (prime === 0n || fromBigInt(prime).length > 256) return new Uint8Array(256)
    return fromBigInt(quickCrypto.modPow(gA, b, prime), 256)
  }

  #last(kind: number): Uint8Array {
    const common = { nonce: this.#nonce, serverNonce }
    const auxHash = authKeyAuxHash(quickCrypto, this.#key())
    const hash = (number: 1 | 2 | 3): Uint8Array => newNonceHash(quickCrypto, this.#newNonce, number, auxHash)
    if (kind === 1) return encode({ _: 'dh_gen_retry', ...common, newNonceHash2: hash(2) })
    if (kind === 2) return encode({ _: 'dh_gen_fail', ...common, newNonceHash3: hash(3) })
    return encode({ _: 'dh_gen_ok', ...common, newNonceHash1: hash(1) })
  }

  honest(): Uint8Array {
    if (this.#step === 0) {
      return encode({
        _: 'resPQ',
        nonce: this.#nonce,
        serverNonce,
        pq: fromBigInt(1009n * 2003n),
        serverPublicKeyFingerprints: [1n, QUICK_KEY.fingerprint],
      })
    }
    return this.#step === 1 ? this.#around(this.honestInner()) : this.#last(0)
  }

  say(kind: number, data: Uint8Array): void {
    this.receive(this.#body(kind % KINDS, data))
  }

  #body(kind: number, data: Uint8Array): Uint8Array {
    switch (kind) {
      case Say.raw:
        return data.slice()
      case Say.inner:
        return this.#around(data)
      case Say.plain:
        this.#inner = data.slice(20)
        return this.#params(data)
      case Say.honest:
        return this.honest()
      case Say.patched:
        return patch(this.honest(), data)
      case Say.innerPatched:
        return this.#around(patch(this.honestInner(), data))
      case Say.border:
        return this.#around(this.honestInner(BORDERS[data[0]! % BORDERS.length], BORDERS[data[1]! % BORDERS.length]))
      default:
        return this.#last((data[0] ?? 0) % 3)
    }
  }

  receive(body: Uint8Array): void {
    try {
      const step = this.client.receive(body)
      must(!this.#over, 'nothing is taken after the end')
      this.#step++
      if ('send' in step) {
        must(step.send.length > 0 && step.send.length % 4 === 0, 'what is sent next is TL')
        return
      }
      this.#over = true
      this.#agreed(step.done)
    } catch (error) {
      const refused = error instanceof SecurityError && error.code !== 'MESSAGE_REFUSED'
      if (!refused && !(error instanceof TlError)) throw error
      this.#over = true
    }
  }

  /** Every rule that a key has to have kept to, looked at once more from outside. */
  #agreed(result: ExchangeResult): void {
    this.result = result
    const inner = readServerMessage(new TlReader(this.#inner))
    must(inner._ === 'server_DH_inner_data', 'a key comes from the data of an exchange')
    must(equal(inner.nonce, this.#nonce) && equal(inner.serverNonce, serverNonce), 'a key comes from our exchange')
    must(toBigInt(inner.dhPrime) === PRODUCTION_PRIME, 'a key comes from a prime that is one')
    must(inner.g >= 2 && inner.g <= 7, 'a key comes from a generator that is allowed')
    const gA = toBigInt(inner.gA)
    must(gA > DISTANCE && gA < PRODUCTION_PRIME - DISTANCE, 'a key comes from a public value that is safe')
    must(sameBytes(result.authKey, this.#key()), 'the key is that of both ends')
  }
}

const record = (kind: keyof typeof Say, ...parts: readonly Uint8Array[]): Uint8Array => recordBytes(Say[kind], ...parts)

function seeds(): Uint8Array[] {
  const honest = record('honest')
  const exchange = new Exchange()
  const resPQ = exchange.honest()
  exchange.receive(resPQ)
  const inner = exchange.honestInner()
  const params = exchange.honest()
  exchange.receive(params)
  const gen = exchange.honest()
  const hashed = concat(quickCrypto.sha1(inner), inner, new Uint8Array(-(20 + inner.length) & 15))
  const retry = record('last', Uint8Array.of(1))
  return [
    concat(honest, honest, honest, honest),
    concat(record('raw', resPQ), record('raw', params), record('raw', gen)),
    concat(honest, record('inner', inner), honest),
    concat(honest, record('plain', hashed), honest),
    ...[0, 20, 36, 40, 300].map((offset) => {
      const change = Uint8Array.of(offset, offset >> 8, 1, 0)
      return concat(honest, record('innerPatched', change), honest)
    }),
    concat(record('patched', Uint8Array.of(4, 0, 1, 0)), honest),
    concat(honest, honest, record('patched', Uint8Array.of(40, 0, 1, 0))),
    concat(honest, record('border', Uint8Array.of(5, 0, 0, 0)), honest),
    concat(honest, record('border', Uint8Array.of(0, 8, 0, 0)), honest),
    concat(honest, honest, retry, retry, honest),
    concat(honest, honest, retry, retry, retry, retry, retry, retry),
    concat(honest, honest, record('last', Uint8Array.of(2))),
    concat(
      honest,
      record(
        'raw',
        encode({
          _: 'server_DH_params_fail',
          nonce: new Uint8Array(16),
          serverNonce,
          newNonceHash: new Uint8Array(16),
        }),
      ),
    ),
  ]
}

export const target: FuzzTarget = {
  name: 'exchange-client',
  about: 'the key exchange at the client: every key that is agreed on has kept every rule, all else is refused',
  maxLength: 1600,
  steps: { base: 150_000, perByte: 100 },
  memory: { base: 200_000, perByte: 200 },
  words: [],
  seeds,
  run(input) {
    const exchange = new Exchange()
    let records = 0
    for (const { kind, data } of recordsOf(input)) {
      if (++records > 12) return
      exchange.say(kind, data)
    }
  },
}
