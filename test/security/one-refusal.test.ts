/**
 * Refusals of encrypted messages look alike: the same class, code, words and work, whichever check failed. And comparisons
 * of secrets look at every byte, before anything else is looked at.
 */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as bytes from '../../src/bytes.ts'
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { open } from '../../src/transport/session/envelope.ts'
import { container, gzipPacked, int, result, service } from '../support/session-peer.ts'
import { Bench } from '../support/tamper-bench.ts'
import { exchange } from '../support/tamper-exchange.ts'
import { AUTH_KEY, type Forgery, REFUSAL, SessionBench, stepsOf } from '../support/tamper-session.ts'

// The real thing, seen by the test.
vi.mock(import('../../src/bytes.ts'), async (original) => {
  const real = await original()
  return { ...real, equal: vi.fn(real.equal) }
})
const equal = vi.mocked(bytes.equal)

afterEach(() => {
  equal.mockClear()
})

const authKey = createAuthKey(nativeCrypto, AUTH_KEY)

/** Bodies of one length, so that the work for each packet is that for the same number of bytes. */
const LENGTH = 1200
const filled = (...parts: Uint8Array[]): Uint8Array => {
  const body = bytes.concat(...parts)
  return bytes.concat(body, new Uint8Array(LENGTH - body.length))
}
const UPDATE = int(0x55555555)

/** One message for each rule of what is encrypted, which breaks it. */
const BROKEN: readonly {
  rule: string
  body?: (b: SessionBench) => Uint8Array
  forgery?: (b: SessionBench) => Forgery
}[] = [
  { rule: 'session_id', forgery: (b) => ({ sessionId: b.session.id ^ 1n }) },
  { rule: 'length below 0', forgery: () => ({ length: -4 }) },
  { rule: 'length not of words', forgery: () => ({ length: LENGTH - 2 }) },
  { rule: 'length beyond the end', forgery: () => ({ length: LENGTH + 400 }) },
  { rule: 'padding below 12', forgery: () => ({ length: LENGTH + 8 }) },
  { rule: 'padding above 1024', forgery: () => ({ length: LENGTH - 1100 }) },
  { rule: 'msg_id of a client', forgery: (b) => ({ msgId: b.at() - 1n }) },
  { rule: 'too old', forgery: (b) => ({ msgId: b.at(-301_000) }) },
  { rule: 'too far ahead', forgery: (b) => ({ msgId: b.at(31_000) }) },
  { rule: 'seqno of an answer', body: (b) => filled(result(b.calls[0]!, int(1))), forgery: () => ({ seqno: 2 }) },
  { rule: 'seqno of a container', body: () => filled(container([])), forgery: () => ({ seqno: 1 }) },
  {
    rule: 'container in a container',
    body: (b) => filled(container([{ msgId: b.at(-1), seqno: 0, body: container([]) }])),
    forgery: () => ({ seqno: 0 }),
  },
  {
    rule: 'inner id above the container’s',
    body: (b) => filled(container([{ msgId: b.at(1), seqno: 1, body: UPDATE }])),
    forgery: () => ({ seqno: 0 }),
  },
  { rule: 'count', body: () => filled(int(0x73f1f8dc), int(1025)), forgery: () => ({ seqno: 0 }) },
  { rule: 'gzip', body: () => filled(gzipPacked(new Uint8Array(64))) },
  { rule: 'packed container', body: () => filled(gzipPacked(gzipSync(container([])))) },
  {
    rule: 'unreadable service message',
    body: () => filled(service({ _: 'msgs_ack', msgIds: [1n] }).slice(0, 8), int(-1)),
    forgery: () => ({ seqno: 0 }),
  },
]

/** The work that a packet makes, and the error it ends with. */
async function refusal(change: (bench: SessionBench) => Uint8Array): Promise<{ steps: string[]; bench: SessionBench }> {
  const bench = await SessionBench.ready()
  const packet = change(bench)
  bench.primitives = []
  bench.deliver(packet)
  return { steps: stepsOf(bench.primitives), bench }
}

describe('refusals of what is encrypted', () => {
  test('the same class, code and words, the same properties, the same work up to msg_key and none after it', async () => {
    const wrongKey = await refusal((b) => {
      const packet = b.seal(filled(UPDATE))
      packet[8]! ^= 1
      return packet
    })
    const plain = 32 + LENGTH + 16
    expect(wrongKey.steps).toEqual(['sha256 52', 'sha256 52', `igeDecrypt ${64 + plain}`, `sha256 ${32 + plain}`])
    const { error } = wrongKey.bench
    for (const { rule, body = () => filled(UPDATE), forgery = () => ({}) } of BROKEN) {
      const { steps, bench } = await refusal((b) => b.seal(body(b), { padding: 16, ...forgery(b) }))
      expect(steps, rule).toEqual(wrongKey.steps)
      expect(bench.error?.constructor, rule).toBe(error?.constructor)
      expect(Object.entries(bench.error!), rule).toEqual(Object.entries(error!))
      expect(bench.error?.message, rule).toBe(REFUSAL)
      expect(bench.error?.cause, rule).toBeUndefined()
      expect(Object.getOwnPropertyNames(bench.error).sort(), rule).toEqual(Object.getOwnPropertyNames(error).sort())
    }
  })

  test('each byte of msg_key and of the ciphertext: the same work', async () => {
    const honest = await refusal((b) => b.seal(UPDATE))
    expect(honest.bench.error).toBeUndefined()
    const { length } = honest.bench.seal(UPDATE)
    for (let at = 8; at < length; at++) {
      const { steps, bench } = await refusal((b) => {
        const packet = b.seal(UPDATE)
        packet[at]! ^= 0x40
        return packet
      })
      expect(bench.error?.message).toBe(REFUSAL)
      expect(steps).toEqual(honest.steps)
    }
  })

  test('what everybody on the path sees, auth_key_id and the length, is refused alike, and nothing is computed for it', async () => {
    for (const change of [
      (packet: Uint8Array) => packet.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
      (packet: Uint8Array) => packet.map((byte, i) => (i === 7 ? byte ^ 1 : byte)),
      (packet: Uint8Array) => packet.slice(0, -1),
      (packet: Uint8Array) => packet.slice(0, -4),
      (packet: Uint8Array) => packet.slice(0, 24),
      (packet: Uint8Array) => packet.slice(0, 7),
    ]) {
      const { steps, bench } = await refusal((b) => change(b.seal(UPDATE)))
      expect(steps).toEqual([])
      expect(bench.error?.message).toBe(REFUSAL)
      expect(bench.error).toMatchObject({ code: 'MESSAGE_REFUSED', name: 'SecurityError' })
    }
  })
})

describe('msg_key', () => {
  test('is compared whole, over the whole plaintext, before the session sees any of it', async () => {
    const bench = await SessionBench.ready()
    const receive = vi.spyOn(bench.session, 'receive')
    const packet = bench.seal(UPDATE)
    const msgKey = packet.slice(8, 24)
    equal.mockClear()
    bench.deliver(packet)
    expect(receive).toHaveBeenCalledOnce()
    const compared = equal.mock.calls.filter(([a]) => a.length === 16)
    expect(compared.length).toBe(1)
    for (const side of compared[0]!) expect(side).toEqual(msgKey)
    expect(equal.mock.invocationCallOrder.at(-1)).toBeLessThan(receive.mock.invocationCallOrder[0]!)

    for (let at = 8; at < 24 + 48; at++) {
      const other = await SessionBench.ready()
      const spy = vi.spyOn(other.session, 'receive')
      const changed = other.seal(UPDATE)
      changed[at]! ^= 1
      other.deliver(changed)
      expect(spy, `byte ${at}`).not.toHaveBeenCalled()
    }
  })

  test('decides alone: were it right for anything, a changed packet would be read', async () => {
    const bench = await SessionBench.ready()
    const packet = bench.seal(UPDATE)
    packet[packet.length - 1]! ^= 1
    equal.mockReturnValueOnce(true).mockReturnValueOnce(true)
    expect(open({ crypto: nativeCrypto, authKey }, 'server', packet.slice())).toBeDefined()
    equal.mockReset()
    equal.mockImplementation((await vi.importActual<typeof bytes>('../../src/bytes.ts')).equal)
    expect(open({ crypto: nativeCrypto, authKey }, 'server', packet.slice())).toBeUndefined()
  })
})

describe('comparison of secrets', () => {
  /** An array that counts how often each of its bytes is read. */
  function counted(array: Uint8Array): { array: Uint8Array; reads: number[] } {
    const reads = new Array<number>(array.length).fill(0)
    const proxy = new Proxy(array, {
      get(target, name) {
        if (typeof name === 'string' && /^\d+$/.test(name)) reads[Number(name)]!++
        return Reflect.get(target, name) as unknown
      },
    })
    return { array: proxy, reads }
  }

  test('reads every byte of both sides once, wherever they differ', async () => {
    const real = await vi.importActual<typeof bytes>('../../src/bytes.ts')
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
    for (let at = -1; at < 32; at++) {
      const [a, b] = [counted(secret), counted(secret.map((byte, i) => (i === at ? byte ^ 0x80 : byte)))]
      expect(real.equal(a.array, b.array)).toBe(at < 0)
      expect(a.reads).toEqual(new Array(32).fill(1))
      expect(b.reads).toEqual(new Array(32).fill(1))
    }
    expect(real.equal(secret, secret.subarray(1))).toBe(false)
  })

  /** Gives a client what a server said to the same client before; without a server, all comparisons are the client's. */
  async function replay(packets: readonly Uint8Array[], step = -1, at = 0): Promise<Bench> {
    const bench = new Bench()
    await bench.open()
    equal.mockClear()
    for (const [i, packet] of packets.entries()) {
      const copy = packet.slice()
      if (i === step) copy[at]! ^= 1
      if (!bench.closed) bench.deliver(copy)
    }
    return bench
  }

  test('every nonce and hash of a key exchange is compared that way, whole', async () => {
    const { packets } = await exchange(undefined, { retries: 1 })
    const bench = await replay(packets)
    expect(bench.agreed).toBeDefined()
    const pairs = equal.mock.calls.map(([a, b]) => [bytes.toHex(a), bytes.toHex(b)] as const)
    const count = (value: Uint8Array): number => pairs.filter(([a, b]) => a === b && a === bytes.toHex(value)).length
    // nonce and server_nonce: resPQ, server_DH_params_ok, what is inside of it, dh_gen_retry, dh_gen_ok.
    expect(count(packets[0]!.slice(24, 40))).toBe(5)
    expect(count(packets[0]!.slice(40, 56))).toBe(5)
    // new_nonce_hash2, new_nonce_hash1.
    expect(count(packets[2]!.slice(56))).toBe(1)
    expect(count(packets[3]!.slice(56))).toBe(1)
    // SHA-1 of the answer, for each length of padding until it fits.
    const hashes = pairs.filter(([a, b]) => a.length === 40 && b.length === 40)
    expect(hashes.length).toBeGreaterThan(0)
    expect(hashes.filter(([a, b]) => a === b).length).toBe(1)
    expect(pairs.length).toBe(5 + 5 + 2 + hashes.length)
  })

  test('is the one thing between a wrong nonce or hash and a key', async () => {
    const real = (await vi.importActual<typeof bytes>('../../src/bytes.ts')).equal
    const { packets } = await exchange()
    for (const at of [24, 40, 56]) {
      expect((await replay(packets, 2, at)).agreed).toBeUndefined()
      equal.mockImplementation((a, b) => a.length === 16 || real(a, b))
      try {
        expect((await replay(packets, 2, at)).agreed, `byte ${at}`).toBeDefined()
      } finally {
        equal.mockImplementation(real)
      }
    }
  })
})
