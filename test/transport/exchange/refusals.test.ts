/** Every rule of the key exchange that a server can break, one test each: the client refuses, and the exchange is over. */
import { describe, expect, test } from 'vitest'
import { concat, fromBigInt } from '../../../src/bytes.ts'
import { nativeCrypto as crypto } from '../../../src/crypto/native.ts'
import { PRODUCTION_PRIME } from '../../../src/crypto/production-prime.ts'
import { SecurityError, TlError } from '../../../src/errors.ts'
import {
  type ExchangeOptions,
  type ExchangeResult,
  KeyExchange,
  MAX_RETRIES,
} from '../../../src/transport/exchange/exchange.ts'
import {
  ExchangeServer,
  encodeServer,
  padded,
  type Script,
  SERVER_KEY,
  UNKNOWN_PRIME,
} from '../../support/exchange-server.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const random = seededRandom(2)

/** The bytes with one bit of one of them changed. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

/** Runs an exchange to its end. */
function run(
  script: Partial<Script> = {},
  options: Partial<ExchangeOptions> = {},
): { result: ExchangeResult; server: ExchangeServer } {
  const server = new ExchangeServer(script)
  const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2, ...options })
  let body = exchange.start()
  for (;;) {
    let step: ReturnType<KeyExchange['receive']>
    try {
      step = exchange.receive(server.answer(body))
    } catch (error) {
      // Whatever was wrong, nothing goes on from here.
      const ok = encodeServer({ _: 'pong', msgId: 0n, pingId: 0n })
      expect(() => exchange.receive(ok)).toThrow('while waiting for nothing')
      throw error
    }
    if ('done' in step) return { result: step.done, server }
    body = step.send
  }
}

/** The exchange must end in a refusal that says `why`. */
function refused(why: string | RegExp, script: Partial<Script>, options: Partial<ExchangeOptions> = {}): void {
  let thrown: unknown
  try {
    run(script, options)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(SecurityError)
  expect(thrown).toMatchObject({ code: 'EXCHANGE_REFUSED', message: expect.stringMatching(why) })
}

/** Each byte of a nonce counts: first, middle, last. */
const places = (length: number): number[] => [0, length >> 1, length - 1]

describe('resPQ', () => {
  test('another nonce', () => {
    for (const at of places(16))
      refused('resPQ carries another nonce', { resPQ: (a) => ({ ...a, nonce: flipped(a.nonce, at) }) })
  })

  test('no key that we know: the error lists those offered and those known, in hex', () => {
    const resPQ: Script['resPQ'] = (a) => ({ ...a, serverPublicKeyFingerprints: [0x1234n, -1n] })
    expect(() => run({ resPQ })).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_SERVER_KEY',
        message: expect.stringMatching(
          /^the server has none .* offers 0000000000001234, ffffffffffffffff; known are 459ab9f2aa96883b; check /,
        ),
      }),
    )
    expect(() => run({ resPQ: (a) => ({ ...a, serverPublicKeyFingerprints: [] }) })).toThrow('offers none')
  })

  test('a key that we know is found wherever it stands among those offered', () => {
    const other = { ...SERVER_KEY, fingerprint: 77n }
    expect(run({}, { keys: [other, SERVER_KEY] }).result.authKey).toHaveLength(256)
  })

  test('pq of more than 8 bytes, even with zeros in front', () => {
    const pq = fromBigInt(1625368513n * 2024553061n, 9)
    refused('pq has 9 bytes; 8 are allowed', { pq })
    refused('pq has 255 bytes', { pq: new Uint8Array(255).fill(7) })
  })

  test('pq that is no product of two odd primes', () => {
    for (const pq of [0n, 1n, 2n, 9n, 49n, 2147483647n, 18446744073709551557n, 2n * 1625368513n]) {
      refused(/as a product of two primes, but/, { pq: fromBigInt(pq) })
    }
    refused('as a product of two primes', { pq: new Uint8Array() })
  })
})

describe('server_DH_params', () => {
  test('another nonce outside', () => {
    for (const at of places(16)) {
      refused('server_DH_params_ok carries another nonce', { params: (a) => ({ ...a, nonce: flipped(a.nonce, at) }) })
    }
  })

  test('another server_nonce outside', () => {
    for (const at of places(16)) {
      refused('another server_nonce', { params: (a) => ({ ...a, serverNonce: flipped(a.serverNonce, at) }) })
    }
  })

  test('another nonce inside', () => {
    for (const at of places(16)) {
      refused('server_DH_inner_data carries another nonce', { inner: (a) => ({ ...a, nonce: flipped(a.nonce, at) }) })
    }
  })

  test('another server_nonce inside', () => {
    for (const at of places(16)) {
      refused('inner_data carries another server_nonce', {
        inner: (a) => ({ ...a, serverNonce: flipped(a.serverNonce, at) }),
      })
    }
  })

  test('an encrypted answer that is not of whole blocks, or too short to hold anything', () => {
    for (const length of [0, 1, 15, 16, 17, 593]) {
      refused('not of whole blocks', { params: (a) => ({ ...a, encryptedAnswer: new Uint8Array(length) }) })
    }
  })

  test('a wrong SHA-1 of the answer, whichever byte of hash or answer is wrong', () => {
    for (const at of [0, 19]) refused('the SHA-1', { plain: (hash, inner) => padded(flipped(hash, at), inner) })
    for (const at of [0, 4, 60, 200, 500])
      refused('the SHA-1', { plain: (hash, inner) => padded(hash, flipped(inner, at)) })
  })

  test('an encrypted answer changed on the way, in any block', () => {
    for (const at of [0, 15, 16, 300, 591]) {
      refused('the SHA-1', { params: (a) => ({ ...a, encryptedAnswer: flipped(a.encryptedAnswer, at) }) })
    }
  })

  test('padding of more than 15 bytes', () => {
    refused('the SHA-1', { plain: (hash, inner) => concat(padded(hash, inner), new Uint8Array(16)) })
  })

  test('bytes behind the inner data that its hash covers', () => {
    const plain: Script['plain'] = (_, inner) => {
      const longer = concat(inner, new Uint8Array(4))
      return padded(crypto.sha1(longer), longer)
    }
    refused('something follows server_DH_inner_data', { plain })
  })

  test('another message inside', () => {
    refused('the encrypted answer is a pong', { inner: () => ({ _: 'pong', msgId: 1n, pingId: 2n }) })
  })

  test('no TL inside: a TlError, and over', () => {
    const plain: Script['plain'] = () => {
      const garbage = new Uint8Array(76).fill(0xee)
      return padded(crypto.sha1(garbage), garbage)
    }
    expect(() => run({ plain })).toThrow(TlError)
  })

  test('server_DH_params_fail ends it, with a hash that proves who says so and with one that does not', () => {
    const fail = (newNonceHash: (newNonce: Uint8Array) => Uint8Array): Script['params'] => {
      return ({ nonce, serverNonce }, { newNonce }) => ({
        _: 'server_DH_params_fail',
        nonce,
        serverNonce,
        newNonceHash: newNonceHash(newNonce),
      })
    }
    refused('the server rejected our request', { params: fail((newNonce) => crypto.sha1(newNonce).slice(4)) })
    for (const at of places(16)) {
      refused('server_DH_params_fail has a wrong hash', {
        params: fail((newNonce) => flipped(crypto.sha1(newNonce).slice(4), at)),
      })
    }
  })
})

describe('the group', () => {
  const inner =
    (change: { dhPrime?: Uint8Array; g?: number; gA?: Uint8Array }): Script['inner'] =>
    (answer) => ({ ...answer, ...change })

  test('a prime of 2047 or 2049 bits', () => {
    refused('not exactly 2048 bits', { inner: inner({ dhPrime: fromBigInt(PRODUCTION_PRIME >> 1n, 256) }) })
    refused('not exactly 2048 bits', { inner: inner({ dhPrime: fromBigInt(2n * PRODUCTION_PRIME + 1n, 257) }) })
    refused('not exactly 2048 bits', { inner: inner({ dhPrime: new Uint8Array() }) })
  })

  test('a composite, and a prime that is not safe', () => {
    // For both 2 would be a generator, were they safe primes.
    refused('not a safe prime', { inner: inner({ g: 2, dhPrime: fromBigInt(UNKNOWN_PRIME - 8n) }) })
    refused('not a safe prime', { inner: inner({ g: 2, dhPrime: fromBigInt((1n << 2048n) - 14505n) }) })
  })

  test('a generator outside of 2 to 7', () => {
    for (const g of [-1, 0, 1, 8, 2 ** 31 - 1])
      refused('no generator that the protocol allows', { inner: inner({ g }) })
  })

  test('a generator that does not fit the prime', () => {
    // This prime is 3 mod 8 and 3 mod 5 and 11 mod 24, so that 2, 5 and 6 generate too much or too little.
    const dhPrime = fromBigInt(PRODUCTION_PRIME)
    for (const g of [2, 5, 6]) refused(`${g} does not generate the subgroup`, { inner: inner({ dhPrime, g }) })
  })

  test('the production prime with its generator is taken without a test', () => {
    const trusting = { ...crypto, isProbablePrime: () => expect.unreachable('this prime is known') }
    expect(run({}, { crypto: trusting }).result.authKey).toHaveLength(256)
  })

  test('g_a of 0, 1, p - 1, p, more, or within 2^1984 of either end', () => {
    const far = 1n << 1984n
    const p = PRODUCTION_PRIME
    for (const gA of [0n, 1n, 2n, far, p - far, p - 1n, p, p + 2n]) {
      refused('g_a is out of range', { inner: inner({ gA: fromBigInt(gA, 257) }) })
    }
    // The next numbers inside pass this check, and fail later because the server did not mean them.
    for (const gA of [far + 1n, p - far - 1n])
      refused('dh_gen_ok has a wrong hash', { inner: inner({ gA: fromBigInt(gA) }) })
  })

  test('g_b out of range is never sent: b is drawn again', () => {
    // 3^1 is too small, 3^b for the second draw is not.
    let draws = 0
    const { result, server } = run(
      {},
      {
        random(into) {
          if (into.length !== 256) return random(into)
          into.fill(0)
          if (draws++ > 0) into.fill(0x5a)
          else into[255] = 1
          return into
        },
      },
    )
    expect(draws).toBe(2)
    expect(result.authKey).toEqual(server.authKey)
  })

  test('a source of randomness that never gives a usable b ends in an error', () => {
    const broken: ExchangeOptions['random'] = (into) => (into.length === 256 ? into.fill(0) : random(into))
    refused('no g_b in range', {}, { random: broken })
  })
})

describe('dh_gen', () => {
  test('another nonce or server_nonce', () => {
    for (const at of places(16)) {
      refused('dh_gen_ok carries another nonce', { gen: (a) => ({ ...a, nonce: flipped(a.nonce, at) }) })
      refused('another server_nonce', { gen: (a) => ({ ...a, serverNonce: flipped(a.serverNonce, at) }) })
    }
  })

  test('a wrong new_nonce_hash1, 2 or 3', () => {
    for (const at of places(16)) {
      const gen: Script['gen'] = (a) => {
        if (a._ === 'dh_gen_ok') return { ...a, newNonceHash1: flipped(a.newNonceHash1, at) }
        if (a._ === 'dh_gen_retry') return { ...a, newNonceHash2: flipped(a.newNonceHash2, at) }
        return { ...a, newNonceHash3: flipped(a.newNonceHash3, at) }
      }
      refused('dh_gen_ok has a wrong hash', { gen })
      refused('dh_gen_retry has a wrong hash', { gen, retries: 1 })
      refused('dh_gen_fail has a wrong hash', { gen, fail: true })
    }
  })

  test('the hash of one word used for another', () => {
    const gen: Script['gen'] = ({ nonce, serverNonce, ...hash }) => ({
      _: 'dh_gen_ok',
      nonce,
      serverNonce,
      newNonceHash1: (hash as { newNonceHash2: Uint8Array }).newNonceHash2,
    })
    refused('dh_gen_ok has a wrong hash', { gen, retries: 1 })
  })

  test('dh_gen_fail', () => refused('dh_gen_fail', { fail: true }))

  test('dh_gen_retry: another b, with auth_key_aux_hash of the key not taken as retry_id', () => {
    const { result, server } = run({ retries: MAX_RETRIES })
    expect(server.retryIds[0]).toBe(0n)
    expect(new Set(server.retryIds).size).toBe(MAX_RETRIES + 1)
    expect(result.authKey).toEqual(server.authKey)
  })

  test('dh_gen_retry without end', () => refused('another key 6 times', { retries: MAX_RETRIES + 1 }))
})

describe('the order of answers', () => {
  test('an answer of another step, or none of the exchange at all', () => {
    const pong = () => ({ _: 'pong', msgId: 1n, pingId: 2n }) as const
    refused('pong came while waiting for resPQ', { resPQ: pong })
    refused('pong came while waiting for server_DH_params', { params: pong })
    refused('pong came while waiting for dh_gen', { gen: pong })
  })

  test('anything after the end', () => {
    const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2 })
    expect(() => exchange.receive(encodeServer({ _: 'pong', msgId: 1n, pingId: 2n }))).toThrow('waiting for start')
  })

  test('an exchange starts once', () => {
    const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2 })
    exchange.start()
    expect(() => exchange.start()).toThrow('starts once')
  })

  test('bytes that are no TL: a TlError, and over', () => {
    const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2 })
    exchange.start()
    expect(() => exchange.receive(new Uint8Array(3))).toThrow(TlError)
    expect(() => exchange.receive(new Uint8Array(3))).toThrow(TlError)
  })
})
