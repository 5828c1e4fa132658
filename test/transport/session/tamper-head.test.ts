/**
 * Each field in front of an encrypted message, set to each value at a bound by a server that holds the key, and sealed as
 * it should be: only the rule for the field can stop it.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { container, int, result, service } from '../../support/session-peer.ts'
import { type Forgery, SessionBench, sealPlain } from '../../support/tamper-session.ts'

const UPDATE = int(0x55555555)
const MAX = 2n ** 64n - 1n

type Forge = (bench: SessionBench) => Forgery

/** Seals `body` with what `forge` says, and demands the verdict. */
async function judge(verdict: 'refused' | 'taken', where: string, forge: Forge, body = UPDATE): Promise<void> {
  const bench = await SessionBench.ready()
  const packet = bench.seal(body, forge(bench))
  if (verdict === 'refused') return bench.mustRefuse(packet, where)
  bench.mustTake(packet, where)
  expect(bench.updates, where).toEqual([0x55555555])
  bench.dispose()
}

describe('salt', () => {
  test('any: the client proves nothing by it, the server tells it which to use', async () => {
    for (const salt of [0n, 1n, -1n, 78n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      await judge('taken', `${salt}`, () => ({ salt }))
      const bench = await SessionBench.ready()
      bench.mustTake(bench.seal(UPDATE, { salt }), `${salt}`)
      expect(bench.salts.at(bench.clock.serverTime())).toBe(77n)
      bench.dispose()
    }
  })
})

describe('session_id', () => {
  const other: readonly [string, (own: bigint) => bigint][] = [
    ['0', () => 0n],
    ['1', () => 1n],
    ['-1', () => -1n],
    ['the greatest', () => 2n ** 63n - 1n],
    ['the least', () => -(2n ** 63n)],
    ['ours, negated', (own) => -own],
    ['ours, inverted', (own) => ~own],
    ['ours and 1', (own) => BigInt.asIntN(64, own + 1n)],
    ...Array.from({ length: 64 }, (_, bit): [string, (own: bigint) => bigint] => [
      `ours but for bit ${bit}`,
      (own) => BigInt.asIntN(64, own ^ (1n << BigInt(bit))),
    ]),
  ]
  test('any but ours, down to a single bit', async () => {
    for (const [where, change] of other) {
      await judge('refused', where, (bench) => ({ sessionId: change(bench.session.id) }))
    }
  })
})

describe('msg_id', () => {
  test('a client’s, or of no one: even', async () => {
    for (const residue of [0n, 2n]) {
      await judge('refused', `${residue} mod 4`, (b) => ({ msgId: b.at() - 1n + residue }))
    }
  })

  test('a server’s: 1 or 3 modulo 4', async () => {
    for (const residue of [1n, 3n]) await judge('taken', `${residue} mod 4`, (b) => ({ msgId: b.at() - 1n + residue }))
  })

  test('within 300 s behind and 30 s ahead, to the second and not beyond', async () => {
    for (const late of [-299_998, -299_000, -1, 0, 1, 29_000, 29_999]) {
      await judge('taken', `${late} ms`, (b) => ({ msgId: b.at(late) }))
    }
    for (const late of [-86_400_000, -301_000, -300_002, 30_002, 31_000, 86_400_000]) {
      // Ahead is ahead of our clock, which may be the one that is wrong: it is trusted no longer, and not moved.
      await judge('refused', `${late} ms`, (b) => ({ msgId: b.at(late) }))
    }
  })

  test('extremes: 1, the greatest, the greatest without a sign bit', async () => {
    for (const msgId of [1n, 3n, 2n ** 63n - 1n, 2n ** 63n + 1n, MAX, MAX - 2n]) {
      await judge('refused', `${msgId}`, () => ({ msgId }))
    }
  })

  test('seen before: acknowledged again, for the server repeats what it thinks was lost, but not used', async () => {
    const bench = await SessionBench.ready()
    const packet = bench.seal(result(bench.calls[0]!, int(7)), { msgId: bench.at() })
    bench.mustTake(packet.slice(), 'first')
    const before = bench.traces()
    expect(before.outcomes).toEqual(['1=7'])
    for (let again = 0; again < 3; again++) bench.mustTake(packet.slice(), 'again')
    expect(bench.traces()).toEqual({ ...before, acks: 1 })
    bench.dispose()
  })

  test('below all that are remembered, when as many as can be are', async () => {
    const bench = await SessionBench.ready()
    const first = bench.at(-200_000)
    bench.mustTake(bench.seal(UPDATE, { msgId: first }), 'first')
    const pong = service({ _: 'pong', msgId: 0n, pingId: 0n })
    const item = (at: number) => ({ msgId: bench.at(-100_000 + at), seqno: 0, body: pong })
    for (let i = 0; i < 2200; i += 200) {
      const items = Array.from({ length: 200 }, (_, at) => item(i + at))
      bench.mustTake(bench.seal(container(items), { msgId: bench.at(-90_000 + i), seqno: 0 }), 'a container')
    }
    for (const msgId of [first, first - 4n, first + 4n, bench.at(-250_000)]) {
      bench.mustTake(bench.seal(UPDATE, { msgId }), `${msgId}`)
    }
    expect(bench.updates.length).toBe(1)
    bench.dispose()
  })
})

describe('seqno', () => {
  test('any of the right parity: a server counts as it likes', async () => {
    for (const seqno of [0, 1, 2, 3, 2 ** 31 - 1, -(2 ** 31), -1]) {
      await judge('taken', `${seqno}`, () => ({ seqno }))
    }
  })

  test('of an answer: odd', async () => {
    for (const seqno of [0, 2, 2 ** 31 - 2, -2, -(2 ** 31)]) {
      const bench = await SessionBench.ready()
      bench.mustRefuse(bench.seal(result(bench.calls[0]!, int(7)), { seqno }), `${seqno}`)
    }
  })

  test('of an acknowledgement, or of a container: even', async () => {
    for (const seqno of [1, 3, 2 ** 31 - 1, -1]) {
      const bench = await SessionBench.ready()
      const body = service({ _: 'msgs_ack', msgIds: bench.calls })
      bench.mustRefuse(bench.seal(body, { seqno }), `msgs_ack ${seqno}`)
      const other = await SessionBench.ready()
      const inner = container([{ msgId: other.at(-1), seqno: 1, body: UPDATE }])
      other.mustRefuse(other.seal(inner, { seqno }), `container ${seqno}`)
    }
  })
})

describe('length', () => {
  test('negative, 0, not of whole words, beyond the end, or such that too little or too much padding is left', async () => {
    const body = new Uint8Array(2048)
    body.set(UPDATE)
    const { length } = body
    const wrong = [
      ...[-(2 ** 31), -2048, -4, -1, 0, 1, 2, 3, 5, 6, 7],
      ...[-3, -2, -1, 1, 2, 3].map((by) => length + by),
      // 16 bytes of padding stand behind the body.
      ...[length + 8, length + 12, length + 16, length + 20, length + 4096, 2 ** 31 - 1, 2 ** 31 - 4],
      ...[length - 1012, length - 2000, 4, 8],
    ]
    for (const value of wrong) await judge('refused', `${value}`, () => ({ length: value, padding: 16 }), body)
    // So little that nothing else is wrong with it.
    for (const value of [0, 1, 2, 3]) await judge('refused', `${value} of 4`, () => ({ length: value }))
    for (const value of [length, length + 4, length - 4, length - 1008]) {
      await judge('taken', `${value}`, () => ({ length: value, padding: 16 }), body)
    }
  })
})

describe('padding', { timeout: 60_000 }, () => {
  /** An update whose length leaves whole blocks with so much padding. */
  const fitting = (padding: number): Uint8Array => concat(UPDATE, new Uint8Array(-(32 + 4 + padding) & 15))

  test('12 to 1024 bytes, every number of words below and above', async () => {
    for (let padding = 0; padding <= 1100; padding += 4) {
      const verdict = padding >= 12 && padding <= 1024 ? 'taken' : 'refused'
      await judge(verdict, `${padding} bytes`, () => ({ padding }), fitting(padding))
    }
    for (const padding of [2048, 65_536]) await judge('refused', `${padding}`, () => ({ padding }), fitting(padding))
  })

  test('that makes no whole blocks', async () => {
    for (const padding of [13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]) {
      await judge('refused', `${padding} bytes`, () => ({ padding }))
    }
  })
})

describe('a plaintext too short for its own head', () => {
  test.each([0, 1, 2, 3, 4])('of %i blocks', async (blocks) => {
    // From three blocks on there is room for 12 bytes of padding, but the length in it says nothing.
    const bench = await SessionBench.ready()
    bench.mustRefuse(sealPlain(new Uint8Array(16 * blocks)), `${blocks}`)
  })

  test('a head that is right, and nothing behind it', async () => {
    const bench = await SessionBench.ready()
    bench.mustRefuse(bench.seal(new Uint8Array(), { padding: 0 }), 'nothing')
    const other = await SessionBench.ready()
    other.mustRefuse(other.seal(new Uint8Array(), { padding: 16 }), 'padding alone')
  })
})

describe('before the time is known', () => {
  test('any msg_id is taken, and sets the clock', async () => {
    for (const late of [-86_400_000, 86_400_000]) {
      const bench = await SessionBench.ready()
      bench.time.jumpWallClock(3_600_000)
      expect(bench.clock.synced).toBe(false)
      const msgId = bench.at(late)
      bench.mustTake(bench.seal(UPDATE, { msgId }), `${late}`)
      expect(bench.updates.length).toBe(1)
      expect(Math.abs(bench.clock.serverTime() - (bench.time.wallClock() + late))).toBeLessThan(2)
      bench.dispose()
    }
  })

  test('a message ahead of our clock leaves it as it is, but in doubt: the next message sets it', async () => {
    const bench = await SessionBench.ready()
    const before = bench.clock.serverTime()
    bench.mustRefuse(bench.seal(UPDATE, { msgId: bench.at(60_000) }), 'ahead')
    expect(bench.clock.serverTime()).toBe(before)
    expect(bench.clock.synced).toBe(false)
  })
})
