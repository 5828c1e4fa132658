/**
 * Each field of each message of a key exchange, set to each value at a bound by a server that holds all keys: it hashes and
 * encrypts what it says as the protocol wants it, so that nothing but the rule for the field can stop it.
 */
import { describe, expect, test } from 'vitest'
import { concat, fromBigInt, toHex } from '../../../src/bytes.ts'
import { nativeCrypto as crypto } from '../../../src/crypto/native.ts'
import { PRODUCTION_PRIME } from '../../../src/crypto/production-prime.ts'
import { SecurityError } from '../../../src/errors.ts'
import type { ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { padded, type Script, SERVER_KEY, UNKNOWN_PRIME } from '../../support/exchange-server.ts'
import { failWith, honest, ones, run, WORDS, zeros } from '../../support/tamper-server.ts'

const P = 1625368513n
const Q = 2024553061n
const FAR = 1n << 1984n
const PRIME = PRODUCTION_PRIME
const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)
const MAX_LONG = 2n ** 63n - 1n

/** One value of one field, and what must come of it. */
interface Row {
  readonly field: string
  readonly value: string
  readonly script: Partial<Script>
  /** The answer at which it is refused, and what the refusal says; or undefined where the key is agreed on all the same. */
  readonly refused?: readonly [at: number, says: RegExp]
  /** Why it may pass. */
  readonly why?: string
}

/** Rows for a nonce that has to be the one known. */
function nonceRows(
  field: 'nonce' | 'serverNonce',
  says: RegExp,
  at: number,
  script: (change: (answer: { nonce: Uint8Array; serverNonce: Uint8Array }) => Uint8Array) => Partial<Script>,
): Row[] {
  const other = field === 'nonce' ? 'serverNonce' : 'nonce'
  return [
    { field, value: 'zeros', script: script(() => zeros(16)), refused: [at, says] },
    { field, value: 'ones', script: script(() => ones(16)), refused: [at, says] },
    { field, value: `the ${other}`, script: script((a) => a[other]), refused: [at, says] },
    { field, value: 'reversed', script: script((a) => a[field].slice().reverse()), refused: [at, says] },
  ]
}

const pqRow = (value: string, pq: Uint8Array, says: RegExp = /as a product of two primes, but/): Row => ({
  field: 'pq',
  value,
  script: { pq },
  refused: [0, says],
})

const fingerprints = (value: string, list: readonly bigint[], passes: boolean): Row => ({
  field: 'serverPublicKeyFingerprints',
  value,
  script: { resPQ: (a) => ({ ...a, serverPublicKeyFingerprints: [...list] }) },
  ...(passes
    ? { why: 'the server may offer keys in any number and order; ours is among them' }
    : { refused: [0, /none of the public keys we trust/] as const }),
})

const OURS = SERVER_KEY.fingerprint

const RES_PQ: readonly Row[] = [
  ...nonceRows('nonce', /resPQ carries another nonce/, 0, (change) => ({
    resPQ: (a) => ({ ...a, nonce: change(a) }),
  })),
  ...[zeros(16), ones(16)].map((serverNonce) => ({
    field: 'serverNonce',
    value: toHex(serverNonce),
    script: { serverNonce },
    why: 'the server draws it as it likes',
  })),
  pqRow('empty', zeros(0)),
  pqRow('0', zeros(1)),
  pqRow('0 in eight bytes', zeros(8)),
  pqRow('1', fromBigInt(1n)),
  pqRow('2', fromBigInt(2n)),
  pqRow('a small prime', fromBigInt(3n)),
  pqRow('a large prime', fromBigInt(18446744073709551557n)),
  pqRow('a prime of 31 bits', fromBigInt(2147483647n)),
  pqRow('a square', fromBigInt(P * P)),
  pqRow('a small square', fromBigInt(9n)),
  pqRow('even', fromBigInt(2n * P)),
  pqRow('the largest even number', fromBigInt(2n ** 64n - 2n)),
  pqRow('nine bytes, one of them 0', fromBigInt(P * Q, 9), /pq has 9 bytes; 8 are allowed/),
  pqRow('nine bytes', ones(9), /pq has 9 bytes/),
  pqRow('255 bytes', ones(255), /pq has 255 bytes/),
  {
    field: 'pq',
    value: 'zeros in front of a smaller number',
    script: { pq: fromBigInt(1_000_003n * 1_000_033n, 8) },
    why: 'the same number',
  },
  {
    field: 'pq',
    value: 'a product of more primes',
    script: { pq: fromBigInt(3n * 5n * 7n * 11n) },
    why: 'it is work for the client to prove that it worked; nothing secret hangs on it',
  },
  fingerprints('none', [], false),
  fingerprints('0, the least, the greatest', [0n, -(2n ** 63n), MAX_LONG, -1n], false),
  fingerprints('one that differs in a bit', [OURS ^ 1n], false),
  fingerprints('ours twice', [OURS, OURS], true),
  fingerprints('ours behind a thousand', [...Array.from({ length: 1000 }, (_, i) => BigInt(i)), OURS], true),
]

const answerRow = (value: string, encryptedAnswer: Uint8Array, says: RegExp): Row => ({
  field: 'encryptedAnswer',
  value,
  script: { params: (a) => ({ ...a, encryptedAnswer }) },
  refused: [1, says],
})

const PARAMS_OK: readonly Row[] = [
  ...nonceRows('nonce', /server_DH_params_ok carries another nonce/, 1, (change) => ({
    params: (a) => ({ ...a, nonce: change(a) }),
  })),
  ...nonceRows('serverNonce', /server_DH_params_ok carries another server_nonce/, 1, (change) => ({
    params: (a) => ({ ...a, serverNonce: change(a) }),
  })),
  ...[0, 1, 15, 16, 31, 33, 591, 593].map((n) => answerRow(`${n} bytes`, zeros(n), /not of whole blocks/)),
  ...[32, 592, 608, 65_536].map((n) => answerRow(`${n} zeros`, zeros(n), /SHA-1 of the encrypted answer is wrong/)),
  {
    field: 'encryptedAnswer',
    value: 'its blocks in another order',
    script: {
      params: (a) => {
        const { encryptedAnswer: e } = a
        return { ...a, encryptedAnswer: concat(e.slice(16, 32), e.slice(0, 16), e.slice(32)) }
      },
    },
    refused: [1, /SHA-1/],
  },
  {
    field: 'encryptedAnswer',
    value: 'not encrypted at all',
    script: { plain: (hash, inner) => concat(hash, inner, zeros(1)) },
    refused: [1, /not of whole blocks/],
  },
  ...[16, 32, 1024].map((more) => ({
    field: 'encryptedAnswer',
    value: `${more} bytes of padding too many`,
    script: { plain: (hash: Uint8Array, inner: Uint8Array) => concat(padded(hash, inner), zeros(more)) },
    refused: [1, /SHA-1/] as const,
  })),
  ...[4, 8].map((more) => ({
    field: 'encryptedAnswer',
    value: `${more} bytes behind the inner data, hashed with it`,
    script: {
      plain: (_: Uint8Array, inner: Uint8Array) => {
        const longer = concat(inner, zeros(more))
        return padded(crypto.sha1(longer), longer)
      },
    },
    refused: [1, /something follows server_DH_inner_data/] as const,
  })),
]

const PARAMS_FAIL: readonly Row[] = [
  ...nonceRows('nonce', /server_DH_params_fail carries another nonce/, 1, (change) => ({
    params: (a) => ({ ...a, _: 'server_DH_params_fail', nonce: change(a), newNonceHash: zeros(16) }),
  })),
  ...nonceRows('serverNonce', /server_DH_params_fail carries another server_nonce/, 1, (change) => ({
    params: (a) => ({ ...a, _: 'server_DH_params_fail', serverNonce: change(a), newNonceHash: zeros(16) }),
  })),
  {
    field: 'newNonceHash',
    value: 'right',
    script: failWith((newNonce) => crypto.sha1(newNonce).slice(4)),
    refused: [1, /the server rejected our request/],
  },
  ...(
    [
      ['zeros', () => zeros(16)],
      ['the first 16 bytes of the hash', (newNonce) => crypto.sha1(newNonce).slice(0, 16)],
      ['new_nonce itself', (newNonce) => newNonce.slice(0, 16)],
    ] as [string, (newNonce: Uint8Array) => Uint8Array][]
  ).map(([value, hash]) => ({
    field: 'newNonceHash',
    value,
    script: failWith(hash),
    refused: [1, /server_DH_params_fail has a wrong hash/] as const,
  })),
]

const innerRow = (
  field: string,
  value: string,
  change: { g?: number; dhPrime?: Uint8Array; gA?: Uint8Array; serverTime?: number },
  end: Pick<Row, 'refused' | 'why'>,
): Row => ({ field, value, script: { inner: (a) => ({ ...a, ...change }) }, ...end })

/** By Euler's criterion, not by residues: whether g generates the subgroup of squares of the production prime. */
const fits = (g: number): boolean => crypto.modPow(BigInt(g), PRIME >> 1n, PRIME) === 1n

const primeRow = (value: string, dhPrime: Uint8Array, says: RegExp, g = 3): Row =>
  innerRow('dhPrime', value, { dhPrime, g }, { refused: [1, says] })

const BITS = /not exactly 2048 bits/
const UNSAFE = /not a safe prime/

const INNER: readonly Row[] = [
  ...nonceRows('nonce', /server_DH_inner_data carries another nonce/, 1, (change) => ({
    inner: (a) => ({ ...a, nonce: change(a) }),
  })),
  ...nonceRows('serverNonce', /server_DH_inner_data carries another server_nonce/, 1, (change) => ({
    inner: (a) => ({ ...a, serverNonce: change(a) }),
  })),
  ...[MIN_INT, -7, -1, 0, 1, 8, 9, 16, 257, MAX_INT].map((g) =>
    innerRow('g', `${g}`, { g }, { refused: [1, /is no generator that the protocol allows/] }),
  ),
  ...[2, 3, 4, 5, 6, 7].map(
    (g): Row =>
      fits(g)
        ? { field: 'g', value: `${g}`, script: { g }, why: 'it generates the subgroup' }
        : innerRow('g', `${g}`, { g }, { refused: [1, /does not generate the subgroup/] }),
  ),
  primeRow('empty', zeros(0), BITS),
  primeRow('0', zeros(256), BITS),
  primeRow('1', fromBigInt(1n, 256), BITS),
  primeRow('all ones', ones(256), /does not generate|not a safe prime/),
  primeRow('2047 bits', fromBigInt(PRIME >> 1n, 256), BITS),
  primeRow('2049 bits', fromBigInt(2n * PRIME + 1n), BITS),
  primeRow('cut short', fromBigInt(PRIME).slice(0, 255), BITS),
  primeRow('one byte too long', concat(fromBigInt(PRIME), zeros(1)), BITS),
  ...[-2n, -1n, 1n, 2n].map((n) =>
    primeRow(`the prime ${n > 0 ? '+' : ''}${n}`, fromBigInt(PRIME + n), /does not generate|not a safe prime/, 4),
  ),
  primeRow('the prime + 24', fromBigInt(PRIME + 24n), UNSAFE),
  primeRow('the least number of 2048 bits', fromBigInt(1n << 2047n), UNSAFE, 4),
  primeRow('a square', fromBigInt(((1n << 1024n) - 1n) ** 2n), UNSAFE, 4),
  primeRow('composite', fromBigInt(UNKNOWN_PRIME - 8n), UNSAFE, 2),
  primeRow('a prime that is not safe', fromBigInt((1n << 2048n) - 14505n), UNSAFE, 2),
  {
    field: 'dhPrime',
    value: 'another safe prime',
    script: { prime: UNKNOWN_PRIME, g: 2 },
    why: 'it passes the tests for one',
  },
  {
    field: 'dhPrime',
    value: 'a zero in front',
    script: { inner: (a) => ({ ...a, dhPrime: concat(zeros(1), a.dhPrime) }) },
    why: 'the same number',
  },
  ...(
    [
      ['empty', zeros(0)],
      ['0', zeros(256)],
      ['1', fromBigInt(1n)],
      ['g', fromBigInt(3n)],
      ['2^1984', fromBigInt(FAR)],
      ['p - 2^1984', fromBigInt(PRIME - FAR)],
      ['p - 1', fromBigInt(PRIME - 1n)],
      ['p', fromBigInt(PRIME)],
      ['p + 1', fromBigInt(PRIME + 1n)],
      ['2 p - 2^1985', fromBigInt(2n * PRIME - 2n * FAR)],
      ['all ones', ones(256)],
      ['65536 bytes', ones(65_536)],
    ] as [string, Uint8Array][]
  ).map(([value, gA]) => innerRow('gA', value, { gA }, { refused: [1, /g_a is out of range/] })),
  ...(
    [
      ['2^1984 + 1', FAR + 1n],
      ['p - 2^1984 - 1', PRIME - FAR - 1n],
      ['no square', PRIME - (1n << 2000n)],
    ] as [string, bigint][]
  ).map(([value, gA]) =>
    innerRow('gA', value, { gA: fromBigInt(gA) }, { refused: [2, /dh_gen_ok has a wrong hash/], why: 'in range' }),
  ),
  ...(
    [
      ['1970', 0],
      ['1970, a second later', 1],
      ['2038', MAX_INT],
      ['2038, a second later', MIN_INT],
      ['2106', -1],
    ] as [string, number][]
  ).map(([value, serverTime]) => ({
    field: 'serverTime',
    value,
    script: { serverTime },
    why: 'the clock is what the server says',
  })),
]

/** The word with its hash changed. */
const withHash =
  (n: number, change: (was: Uint8Array) => Uint8Array): Script['gen'] =>
  (a) => {
    const field = `newNonceHash${n}`
    return { ...a, [field]: change((a as unknown as Record<string, Uint8Array>)[field]!) }
  }

function genRows({ name, n, script }: (typeof WORDS)[number]): Row[] {
  const wrong = new RegExp(`${name} has a wrong hash`)
  const field = `newNonceHash${n}`
  return [
    ...nonceRows('nonce', new RegExp(`${name} carries another nonce`), 2, (change) => ({
      ...script,
      gen: (a) => ({ ...a, nonce: change(a) }),
    })),
    ...nonceRows('serverNonce', new RegExp(`${name} carries another server_nonce`), 2, (change) => ({
      ...script,
      gen: (a) => ({ ...a, serverNonce: change(a) }),
    })),
    ...[zeros(16), ones(16)].map((hash) => ({
      field,
      value: toHex(hash),
      script: { ...script, gen: withHash(n, () => hash) },
      refused: [2, wrong] as const,
    })),
    {
      field,
      value: 'reversed',
      script: { ...script, gen: withHash(n, (was) => was.reverse()) },
      refused: [2, wrong],
    },
  ]
}

const TABLE: readonly { name: ServerMessage['_']; rows: readonly Row[] }[] = [
  { name: 'resPQ', rows: RES_PQ },
  { name: 'server_DH_params_ok', rows: PARAMS_OK },
  { name: 'server_DH_params_fail', rows: PARAMS_FAIL },
  { name: 'server_DH_inner_data', rows: INNER },
  ...WORDS.map((word) => ({ name: word.name, rows: genRows(word) })),
]

describe.each(TABLE)('$name', ({ name, rows }) => {
  test.each(rows)('$field: $value', { timeout: 60_000 }, ({ script, refused, why }) => {
    const { at, error, result, server } = run(script)
    if (!refused) {
      expect(why).toBeTruthy()
      expect(error).toBeUndefined()
      expect(result?.authKey).toEqual(server.authKey)
      return
    }
    expect(error).toBeInstanceOf(SecurityError)
    expect(error).toMatchObject({ message: expect.stringMatching(refused[1]) })
    expect(at).toBe(refused[0])
  })

  test('no field is left out', () => {
    const fields = Object.keys(honest().get(name)!.message).filter((key) => key !== '_')
    expect(new Set(rows.map(({ field }) => field))).toEqual(new Set(fields))
  })
})

test('server_time is without a sign, so that it goes on after 2038', () => {
  expect(run({ serverTime: MIN_INT }).result?.serverTime).toBe(2 ** 31)
  expect(run({ serverTime: -1 }).result?.serverTime).toBe(2 ** 32 - 1)
})
