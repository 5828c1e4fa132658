/**
 * Each byte of each message that a server sends in a key exchange, changed on its way to the client, one at a time.
 *
 * The parts of each message are listed with the verdict that the protocol demands for a change in them; together they are
 * the whole message, so no byte is left out. What may be changed is said with its reason.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { SecurityError, TlError, TransportError } from '../../../src/errors.ts'
import type { ExchangeFaults } from '../../../src/lab/server/faults.ts'
import {
  BEFORE_ANSWER,
  type Change,
  changeInside,
  exchange,
  type Outcome,
  rehashed,
  secretsLeft,
  type Verdict,
} from '../../support/tamper-exchange.ts'

/** What each byte is changed by. */
const FLIPS = [0x01, 0x80, 0xff]

/** A stretch of a message. */
interface Part {
  readonly name: string
  readonly length: number
  /** `no key`: refused at once or caught later, whichever of the two. */
  readonly verdict: Verdict | 'no key'
  /** Why a change may pass, where it may. */
  readonly why?: string
  /** What the refusal says, where it says more than that the bytes are no TL. */
  readonly says?: RegExp
}

const refused = (name: string, length: number, says?: RegExp): Part => ({
  name,
  length,
  verdict: 'refused',
  ...(says && { says }),
})

/** In front of every plain message. */
const HEAD: readonly Part[] = [
  refused('auth_key_id', 8, /auth_key_id is not 0/),
  {
    name: 'msg_id',
    length: 8,
    verdict: 'accepted',
    why: 'no rule binds the id of a plain message; nothing is numbered, timed or acknowledged by it',
  },
  refused('length of the body', 4),
]

const OTHER_NONCE = /another nonce/
const OTHER_SERVER_NONCE = /another server_nonce/

const NONCES: readonly Part[] = [refused('nonce', 16, OTHER_NONCE), refused('server_nonce', 16, OTHER_SERVER_NONCE)]

/** The verdict for one changed byte must be that of its part; and whatever ends without a key leaves nothing behind. */
function judge(part: Part, at: string, { verdict, bench, sentAfter }: Outcome): void {
  const where = `${part.name}, ${at}`
  if (part.verdict === 'no key') expect(verdict, where).not.toBe('accepted')
  else expect(verdict, where).toBe(part.verdict)
  if (verdict === 'accepted') return
  expect(bench.agreed, where).toBeUndefined()
  expect(bench.closed, where).toBe(true)
  expect(secretsLeft(bench), where).toEqual([])
  if (verdict !== 'refused') return
  expect(sentAfter, where).toBe(0)
  const { error } = bench
  if (error instanceof TransportError) {
    expect(error.code, where).toBe('FRAMING')
    expect(error.cause, where).toBeInstanceOf(TlError)
  } else expect(error, where).toBeInstanceOf(SecurityError)
  if (part.says) expect(error?.message, where).toMatch(part.says)
}

/** Changes each byte of `parts` by each flip; returns the number of bytes. */
async function tamper(parts: readonly Part[], step: number, faults: ExchangeFaults, edit: EditByte): Promise<number> {
  let at = 0
  for (const part of parts) {
    for (const end = at + part.length; at < end; at++) {
      for (const flip of FLIPS) {
        const place = at
        const apply: Change['apply'] = (packet, bench) => edit(packet, bench, place, flip)
        judge(part, `byte ${at} ^ 0x${flip.toString(16)}`, await exchange({ step, apply }, faults))
      }
    }
  }
  return at
}

type EditByte = (packet: Uint8Array, bench: Parameters<Change['apply']>[1], at: number, flip: number) => Uint8Array

/** The byte as it stands in the packet. */
const outside: EditByte = (packet, _, at, flip) => {
  packet[at]! ^= flip
  return packet
}

const MESSAGES: readonly { name: string; step: number; faults: ExchangeFaults; parts: readonly Part[] }[] = [
  {
    name: 'resPQ',
    step: 0,
    faults: {},
    parts: [
      ...HEAD,
      refused('constructor', 4),
      refused('nonce', 16, OTHER_NONCE),
      {
        name: 'server_nonce',
        length: 16,
        verdict: 'caught later',
        why: 'it is met here for the first time; the server does not know the one it is sent back',
      },
      refused('length of pq', 1),
      {
        name: 'pq',
        length: 8,
        verdict: 'no key',
        why: 'another product of two primes is as good; but the server is told its pq, encrypted, and knows that it gave another',
      },
      { name: 'padding of pq', length: 3, verdict: 'accepted', why: 'bytes behind a string mean nothing in TL' },
      refused('constructor of the vector', 4),
      refused('count of fingerprints', 4),
      refused('fingerprint', 8, /none of the public keys we trust/),
    ],
  },
  {
    name: 'server_DH_params_ok',
    step: 1,
    faults: {},
    parts: [
      ...HEAD,
      refused('constructor', 4),
      ...NONCES,
      refused('length of encrypted_answer', 4),
      refused('encrypted_answer', 592, /SHA-1 of the encrypted answer is wrong/),
    ],
  },
  {
    name: 'dh_gen_ok',
    step: 2,
    faults: {},
    parts: [
      ...HEAD,
      refused('constructor', 4),
      ...NONCES,
      refused('new_nonce_hash1', 16, /dh_gen_ok has a wrong hash/),
    ],
  },
  {
    name: 'dh_gen_retry',
    step: 2,
    faults: { retries: 1 },
    parts: [
      ...HEAD,
      refused('constructor', 4),
      ...NONCES,
      refused('new_nonce_hash2', 16, /dh_gen_retry has a wrong hash/),
    ],
  },
  {
    name: 'dh_gen_ok after dh_gen_retry',
    step: 3,
    faults: { retries: 1 },
    parts: [
      ...HEAD,
      refused('constructor', 4),
      ...NONCES,
      refused('new_nonce_hash1', 16, /dh_gen_ok has a wrong hash/),
    ],
  },
]

/** What ends an exchange by itself: a change must not be taken for the server's own word. */
const ENDS: typeof MESSAGES = [
  {
    name: 'server_DH_params_fail',
    step: 1,
    faults: { refuseParams: true },
    parts: [
      ...HEAD.map((part) =>
        part.verdict === 'accepted' ? { ...part, ...refused(part.name, 8, /rejected our/) } : part,
      ),
      refused('constructor', 4),
      ...NONCES,
      refused('new_nonce_hash', 16, /server_DH_params_fail has a wrong hash/),
    ],
  },
  {
    name: 'dh_gen_fail',
    step: 2,
    faults: { fail: true },
    parts: [
      ...HEAD.map((part) =>
        part.verdict === 'accepted' ? { ...part, ...refused(part.name, 8, /\(dh_gen_fail\)/) } : part,
      ),
      refused('constructor', 4),
      ...NONCES,
      refused('new_nonce_hash3', 16, /dh_gen_fail has a wrong hash/),
    ],
  },
]

test('unchanged, the exchange ends with the same key on both sides', async () => {
  const { verdict, bench } = await exchange()
  expect(verdict).toBe('accepted')
  expect(secretsLeft(bench)).toEqual([])
})

describe('every byte of every message of the server, its plain head included', { timeout: 120_000 }, () => {
  test.each([...MESSAGES, ...ENDS])('$name', async ({ step, faults, parts }) => {
    const { packets } = await exchange(undefined, faults)
    expect(await tamper(parts, step, faults, outside)).toBe(packets[step]!.length)
  })
})

/** The SHA-1 and what follows it, as the server encrypts them. */
const INNER: readonly Part[] = [
  refused('constructor', 4),
  ...NONCES,
  refused('g', 4, /is no generator that the protocol allows|does not generate the subgroup/),
  refused('length of dh_prime', 4),
  refused('dh_prime', 256, /not exactly 2048 bits|does not generate the subgroup|not a safe prime/),
  refused('length of g_a', 4),
  {
    name: 'g_a',
    length: 256,
    verdict: 'no key',
    why: 'any number in range is the half of some key; the hash in dh_gen_ok shows that it is not the one the server has',
  },
  {
    name: 'server_time',
    length: 4,
    verdict: 'accepted',
    why: 'the clock is what the server says it is; nothing else tells',
  },
]
const INNER_LENGTH = INNER.reduce((sum, { length }) => sum + length, 0)

describe('every byte of what is encrypted, changed by a server that holds the keys', { timeout: 120_000 }, () => {
  test('the SHA-1, the inner data and the padding, each as it stands', async () => {
    const wrong = /SHA-1 of the encrypted answer is wrong/
    const parts: Part[] = [
      refused('SHA-1', 20, wrong),
      refused('server_DH_inner_data', INNER_LENGTH, wrong),
      { name: 'padding', length: 592 - 20 - INNER_LENGTH, verdict: 'accepted', why: 'random bytes, under no hash' },
    ]
    const { packets } = await exchange()
    const edit: EditByte = (packet, bench, at, flip) =>
      changeInside(packet, bench, (plain) => {
        plain[at]! ^= flip
        return plain
      })
    expect(await tamper(parts, 1, {}, edit)).toBe(packets[1]!.length - BEFORE_ANSWER)
  })

  test('the inner data under a SHA-1 that fits', async () => {
    const edit: EditByte = (packet, bench, at, flip) =>
      changeInside(packet, bench, (plain) => {
        plain[20 + at]! ^= flip
        return rehashed(plain, INNER_LENGTH)
      })
    expect(await tamper(INNER, 1, {}, edit)).toBe(INNER_LENGTH)
  })
})

describe('the length of each message', { timeout: 60_000 }, () => {
  test.each(MESSAGES)('$name cut short anywhere, or with bytes behind it', async ({ step, faults, parts }) => {
    const { packets } = await exchange(undefined, faults)
    const { length } = packets[step]!
    // A packet of less than four bytes, or one not whole, is the framing's to refuse; four bytes are a transport error.
    for (let kept = 8; kept < length; kept += length > 200 ? 7 : 1) {
      const outcome = await exchange({ step, apply: (packet) => packet.slice(0, kept) }, faults)
      judge(refused('cut', length), `to ${kept} bytes`, outcome)
      const apply: Change['apply'] = (packet) => {
        // The same with a length that owns up to it.
        new DataView(packet.buffer).setInt32(16, kept - 20, true)
        return packet.slice(0, kept)
      }
      if (kept >= 20)
        judge(refused('cut', length), `to ${kept} bytes, as its head says`, await exchange({ step, apply }, faults))
    }
    for (const more of [1, 4, 15, 16, 1000]) {
      const behind: Part = { name: 'more', length, verdict: 'accepted', why: 'bytes behind the body are legal' }
      const apply: Change['apply'] = (packet) => concat(packet, new Uint8Array(more).fill(0xa5))
      judge(behind, `by ${more} bytes`, await exchange({ step, apply }, faults))
      const counted: Change['apply'] = (packet) => {
        new DataView(packet.buffer).setInt32(16, packet.length - 20 + more, true)
        return concat(packet, new Uint8Array(more).fill(0xa5))
      }
      judge(behind, `by ${more} bytes, counted`, await exchange({ step, apply: counted }, faults))
    }
    expect(parts.reduce((sum, part) => sum + part.length, 0)).toBe(length)
  })
})
