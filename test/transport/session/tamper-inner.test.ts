/**
 * Each field of what an encrypted message holds (containers, packed messages, answers, service messages), set to each value
 * at a bound by a server that holds the key. Where one message of a container breaks a rule, none of the others is used.
 */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import type { ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { MAX_UNPACKED } from '../../../src/transport/session/inbox.ts'
import { container, gzipPacked, int, result, rpcError, service } from '../../support/session-peer.ts'
import { SessionBench } from '../../support/tamper-session.ts'

const UPDATE = int(0x55555555)
const MAX = 2n ** 64n - 1n
const MAX_INT = 2 ** 31 - 1
const MIN_INT = -(2 ** 31)

interface Item {
  msgId: bigint
  seqno: number
  body: Uint8Array
}

/** An answer to each of the three calls: what every container of these tests holds besides what is wrong with it. */
const answers = (bench: SessionBench): Item[] =>
  bench.calls.map((id, i) => ({ msgId: bench.at(-30 + 10 * i), seqno: 1 + 2 * i, body: result(id, int(i)) }))

/** A number in the body, overwritten. */
function patched(body: Uint8Array, offset: number, value: number): Uint8Array {
  new DataView(body.buffer, body.byteOffset).setInt32(offset, value, true)
  return body
}

/** The container that `make` builds is refused, and none of its answers is given to a call. */
async function refused(where: string, make: (bench: SessionBench) => Uint8Array, seqno = 6): Promise<void> {
  const bench = await SessionBench.ready()
  bench.mustRefuse(bench.seal(make(bench), { seqno }), where)
}

/** The container that `make` builds is taken; what of its calls is answered then, and which updates were seen. */
async function taken(where: string, make: (bench: SessionBench) => Uint8Array, seqno = 6): Promise<SessionBench> {
  const bench = await SessionBench.ready()
  bench.mustTake(bench.seal(make(bench), { seqno }), where)
  return bench
}

/** Puts `change` to the first, the middle and the last message of a container in turn. */
async function eachPlace(
  where: string,
  verdict: 'refused' | 'taken',
  change: (item: Item, bench: SessionBench) => Partial<Item>,
): Promise<void> {
  for (const place of [0, 1, 2]) {
    const make = (bench: SessionBench): Uint8Array =>
      container(answers(bench).map((item, i) => (i === place ? { ...item, ...change(item, bench) } : item)))
    if (verdict === 'refused') await refused(`${where}, place ${place}`, make)
    else (await taken(`${where}, place ${place}`, make)).dispose()
  }
}

describe('a message in a container', () => {
  test('unchanged: all three calls are answered', async () => {
    const bench = await taken('unchanged', (b) => container(answers(b)))
    expect(bench.outcomes).toEqual(['1=0', '2=1', '3=2'])
    bench.dispose()
  })

  test('msg_id even, at or above the container’s, too old, too far ahead', async () => {
    await eachPlace('0 mod 4', 'refused', ({ msgId }) => ({ msgId: msgId - 1n }))
    await eachPlace('2 mod 4', 'refused', ({ msgId }) => ({ msgId: msgId + 1n }))
    await eachPlace('0', 'refused', () => ({ msgId: 0n }))
    await eachPlace('the container’s', 'refused', (_, b) => ({ msgId: b.at() }))
    await eachPlace('above the container’s', 'refused', (_, b) => ({ msgId: b.at() + 4n }))
    await eachPlace('the greatest', 'refused', () => ({ msgId: MAX }))
    await eachPlace('without a sign bit', 'refused', () => ({ msgId: 2n ** 63n - 1n }))
    await eachPlace('1', 'refused', () => ({ msgId: 1n }))
    await eachPlace('too old', 'refused', (_, b) => ({ msgId: b.at(-301_000) }))
    await eachPlace('old', 'taken', (_, b) => ({ msgId: b.at(-299_000) }))
    await eachPlace('3 mod 4', 'taken', ({ msgId }) => ({ msgId: msgId + 2n }))
  })

  test('the msg_id of its neighbour: used once', async () => {
    const bench = await taken('twice', (b) => container(answers(b).map((item) => ({ ...item, msgId: b.at(-30) }))))
    expect(bench.outcomes).toEqual(['1=0'])
    bench.dispose()
  })

  test('seqno that says an answer needs no acknowledgement; any other of its parity', async () => {
    for (const seqno of [0, 2, -2, MIN_INT]) await eachPlace(`${seqno}`, 'refused', () => ({ seqno }))
    for (const seqno of [-1, MAX_INT, 1]) await eachPlace(`${seqno}`, 'taken', () => ({ seqno }))
  })

  test('a container, packed or not, or packed twice, or what cannot be unpacked', async () => {
    const bodies: [string, (bench: SessionBench) => Uint8Array][] = [
      ['a container', (b) => container([{ msgId: b.at(-40), seqno: 1, body: UPDATE }])],
      ['an empty container', () => container([])],
      ['a packed container', () => gzipPacked(gzipSync(container([])))],
      ['packed twice', () => gzipPacked(gzipSync(gzipPacked(gzipSync(UPDATE))))],
      ['nothing, packed', () => gzipPacked(gzipSync(new Uint8Array()))],
      ['three bytes, packed', () => gzipPacked(gzipSync(new Uint8Array(3)))],
      ['no gzip', () => gzipPacked(new Uint8Array(64).fill(7))],
      ['no bytes', () => gzipPacked(new Uint8Array())],
      ['gzip cut short', () => gzipPacked(gzipSync(UPDATE).subarray(0, 12))],
      ['gzip with a wrong checksum', () => gzipPacked(patched(new Uint8Array(gzipSync(UPDATE)), 16, 1))],
      ['a bomb', () => gzipPacked(gzipSync(new Uint8Array(MAX_UNPACKED + 1)))],
      ['a string beyond the end', () => concat(int(0x3072cfa1), Uint8Array.of(250, 0, 0, 0))],
      ['gzip_packed without a string', () => int(0x3072cfa1)],
    ]
    for (const [where, body] of bodies) await eachPlace(where, 'refused', (_, b) => ({ body: body(b), seqno: 0 }))
  })

  test('a packed answer whose seqno says it needs no acknowledgement, a packed acknowledgement that asks for one', async () => {
    await eachPlace('answer', 'refused', (_, b) => ({
      seqno: 2,
      body: gzipPacked(gzipSync(result(b.calls[0]!, int(1)))),
    }))
    await eachPlace('ack', 'refused', (_, b) => ({
      seqno: 1,
      body: gzipPacked(gzipSync(service({ _: 'msgs_ack', msgIds: b.calls }))),
    }))
  })

  test('a service message that cannot be read, whatever stands before it', async () => {
    await eachPlace('without its fields', 'refused', () => ({ body: UNREADABLE[0]!.body.slice(0, 4), seqno: 0 }))
    for (const { name, body } of UNREADABLE) await eachPlace(name, 'refused', () => ({ body, seqno: 0 }))
  })

  test('an answer without content, or without anything', async () => {
    await eachPlace('no content', 'refused', (_, b) => ({ body: result(b.calls[0]!, new Uint8Array()) }))
    await eachPlace('half an id', 'refused', () => ({ body: concat(int(-0xca392ff | 0), int(1)) }))
    await eachPlace('only its name', 'refused', (_, b) => ({ body: result(b.calls[0]!, new Uint8Array()).slice(0, 4) }))
  })

  test('length negative, 0, not of whole words, beyond the end', async () => {
    for (const length of [MIN_INT, -4, -1, 0, 1, 2, 3, 15, 17, 18, 19, 21, MAX_INT, MAX_INT - 3]) {
      for (const place of [0, 1, 2]) {
        const at = 8 + place * 32 + 12
        await refused(`${length} at ${place}`, (b) => patched(container(answers(b)), at, length))
      }
    }
    // The last one may not reach beyond the container, though there is padding behind it.
    await refused('into the padding', (b) => patched(container(answers(b)), 8 + 64 + 12, 20))
  })
})

/** Service messages cut short. */
const UNREADABLE = [
  service({ _: 'pong', msgId: 1n, pingId: 2n }).slice(0, 16),
  service({ _: 'bad_server_salt', badMsgId: 1n, badMsgSeqno: 0, errorCode: 48, newServerSalt: 9n }).slice(0, 24),
  service({ _: 'bad_msg_notification', badMsgId: 1n, badMsgSeqno: 0, errorCode: 16 }).slice(0, 16),
  service({ _: 'new_session_created', firstMsgId: 1n, uniqueId: 1n, serverSalt: 9n }).slice(0, 24),
  patched(service({ _: 'msgs_ack', msgIds: [1n] }), 8, 2),
  patched(service({ _: 'msgs_ack', msgIds: [1n] }), 8, -1),
  patched(service({ _: 'msgs_ack', msgIds: [1n] }), 8, MAX_INT),
  patched(service({ _: 'msgs_ack', msgIds: [1n] }), 4, 0),
].map((body, i) => ({ name: `unreadable ${i}`, body }))

describe('a container', () => {
  test('count negative, or beyond what is there', async () => {
    for (const count of [MIN_INT, -1, 4, 5, 1024, 1025, MAX_INT]) {
      await refused(`${count}`, (b) => patched(container(answers(b)), 4, count))
    }
  })

  test('count below what is there: bytes behind the last message mean nothing', async () => {
    for (const count of [0, 1, 2]) {
      const bench = await taken(`${count}`, (b) => patched(container(answers(b)), 4, count))
      expect(bench.outcomes.length).toBe(count)
      bench.dispose()
    }
  })

  test('more messages than one may hold', async () => {
    const many = (count: number) => (b: SessionBench) =>
      container(
        Array.from({ length: count }, (_, i) => ({ msgId: b.at(-2_000) + 4n * BigInt(i), seqno: 1, body: UPDATE })),
      )
    expect((await taken('1024', many(1024))).updates.length).toBe(1024)
    await refused('1025', many(1025))
  })

  test('cut short anywhere', async () => {
    const { length } = await SessionBench.ready().then((b) => container(answers(b)))
    for (let kept = 4; kept < length; kept += 4) await refused(`${kept}`, (b) => container(answers(b)).slice(0, kept))
  })

  test('packed as a whole', async () => {
    await refused('packed', (b) => gzipPacked(gzipSync(container(answers(b)))))
  })

  test('packed messages that together unpack to too much', async () => {
    const half = gzipPacked(gzipSync(concat(UPDATE, new Uint8Array(MAX_UNPACKED / 2))))
    await refused('three halves', (b) => container(answers(b).map((item) => ({ ...item, body: half }))))
  })

  test('its own id even, too old or too far ahead', async () => {
    for (const [late, residue] of [
      [0, -1n],
      [0, 1n],
      [-301_000, 0n],
      [31_000, 0n],
    ] as const) {
      const bench = await SessionBench.ready()
      const msgId = bench.at(late) + residue
      const items = answers(bench).map((item, i) => ({
        ...item,
        msgId: late < 0 ? bench.at(late - 100 + i) : item.msgId,
      }))
      bench.mustRefuse(bench.seal(container(items), { msgId, seqno: 6 }), `${late} ${residue}`)
    }
  })

  test('its own id ahead, all its messages in time', async () => {
    for (const msgId of [2n ** 63n - 1n, MAX]) {
      const bench = await SessionBench.ready()
      bench.mustRefuse(bench.seal(container(answers(bench)), { msgId, seqno: 6 }), `${msgId}`)
    }
  })

  test('ahead or old, with word of a wrong clock in it: the one thing that must get through', async () => {
    for (const late of [-900_000, 900_000]) {
      const bench = await SessionBench.ready()
      const body = service({ _: 'bad_msg_notification', badMsgId: bench.calls[0]!, badMsgSeqno: 1, errorCode: 16 })
      const inner = container([{ msgId: bench.at(late) - 4n, seqno: 0, body }])
      bench.deliver(bench.seal(inner, { msgId: bench.at(late), seqno: 2 }))
      expect(bench.error).toBeUndefined()
      expect(bench.sessionEvents[0]).toMatchObject({ type: 'bad-message', code: 16 })
      bench.dispose()
    }
  })
})

describe('an answer', () => {
  test('to a call that was never made, under any id: passed over', async () => {
    for (const id of [0n, 1n, MAX, 2n ** 63n]) {
      const bench = await taken(`${id}`, () => result(id, int(7)), 1)
      expect(bench.outcomes).toEqual([])
      expect(bench.session.pending).toBe(3)
      bench.dispose()
    }
  })

  test('each bit of the id it answers counts: no other call gets it', async () => {
    for (let bit = 0n; bit < 64n; bit++) {
      const bench = await taken(`bit ${bit}`, (b) => result(b.calls[1]! ^ (1n << bit), int(7)), 1)
      const other = bench.calls.indexOf(bench.calls[1]! ^ (1n << bit))
      expect(bench.outcomes, `bit ${bit}`).toEqual(other < 0 ? [] : [`${other + 1}=7`])
      bench.dispose()
    }
  })

  test('that cannot be unpacked or read rejects its call alone', async () => {
    for (const content of [
      gzipPacked(new Uint8Array(64)),
      gzipPacked(gzipSync(new Uint8Array(MAX_UNPACKED + 1))),
      gzipPacked(gzipSync(new Uint8Array())),
      rpcError(400, 'PEER_ID_INVALID').slice(0, 8),
      int(0x2144ca19),
    ]) {
      const bench = await taken('broken', (b) => result(b.calls[0]!, content), 1)
      expect(bench.outcomes).toEqual(['1xTlError'])
      expect(bench.session.pending).toBe(2)
      bench.dispose()
    }
  })

  test('twice: given once', async () => {
    const bench = await SessionBench.ready()
    for (const [at, value] of [7, 8].entries()) {
      const msgId = bench.at(-10 + at)
      bench.mustTake(bench.seal(result(bench.calls[0]!, int(value)), { msgId }), `${value}`)
    }
    expect(bench.outcomes).toEqual(['1=7'])
    bench.dispose()
  })
})

describe('service messages with values at their bounds', () => {
  const ids = [0n, 1n, 2n, 2n ** 63n - 1n, -1n, -(2n ** 63n)]
  const ints = [0, 1, -1, MAX_INT, MIN_INT]
  const salts = [{ _: 'future_salt' as const, validSince: MAX_INT, validUntil: MIN_INT, salt: 5n }]
  /** Each with ids that the client never gave to a message: 0, not divisible by 4, or above all it has given. */
  const foreign: readonly ServerMessage[] = [
    ...ids.flatMap((id): ServerMessage[] => [
      { _: 'pong', msgId: id, pingId: id },
      { _: 'msgs_ack', msgIds: [id, id] },
      { _: 'msgs_state_info', reqMsgId: id, info: Uint8Array.of(1, 4, 255) },
      { _: 'msgs_all_info', msgIds: [id], info: new Uint8Array() },
      { _: 'msg_resend_req', msgIds: [id, id] },
      { _: 'rpc_answer_unknown' },
      ...ints.flatMap((value): ServerMessage[] => [
        { _: 'bad_server_salt', badMsgId: id, badMsgSeqno: value, errorCode: value, newServerSalt: 666n },
        { _: 'bad_msg_notification', badMsgId: id, badMsgSeqno: value, errorCode: value },
        { _: 'bad_msg_notification', badMsgId: id, badMsgSeqno: value, errorCode: 16 },
        { _: 'bad_msg_notification', badMsgId: id, badMsgSeqno: value, errorCode: 32 },
      ]),
    ]),
    { _: 'msgs_ack', msgIds: [] },
    { _: 'msgs_all_info', msgIds: [], info: new Uint8Array(8) },
    {
      _: 'resPQ',
      nonce: new Uint8Array(16),
      serverNonce: new Uint8Array(16),
      pq: Uint8Array.of(15),
      serverPublicKeyFingerprints: [],
    },
  ]

  test('about messages that the client never sent: no call, no salt, no clock is touched', async () => {
    for (const [i, message] of foreign.entries()) {
      const bench = await SessionBench.ready()
      const before = bench.traces()
      bench.mustTake(bench.seal(service(message), { seqno: 0 }), `${i}: ${message._}`)
      // The small form of the TL code does not know all of them: those are handed on.
      const { updates } = bench.traces()
      expect(bench.traces(), `${i}: ${message._}`).toEqual({ ...before, seen: 1, updates })
      bench.dispose()
    }
  })

  test('salts: any value is a salt, and moves nothing but the salt', async () => {
    for (const serverSalt of ids) {
      const bench = await SessionBench.ready()
      const before = bench.traces()
      const body = service({ _: 'new_session_created', firstMsgId: 0n, uniqueId: serverSalt, serverSalt })
      bench.mustTake(bench.seal(body), `${serverSalt}`)
      expect(bench.traces()).toMatchObject({ ...before, events: expect.anything(), salt: serverSalt, seen: 1, acks: 1 })
      bench.dispose()
    }
  })

  test('future salts that never hold, or too many of them: the salt in use stays', async () => {
    for (const list of [[], salts, Array.from({ length: 1000 }, () => salts[0]!)]) {
      const bench = await SessionBench.ready()
      const body = service({ _: 'future_salts', reqMsgId: bench.calls[0]!, now: 0, salts: list })
      bench.mustTake(bench.seal(body, { seqno: 0 }), `${list.length}`)
      expect(bench.salts.at(bench.clock.serverTime())).toBe(77n)
      bench.dispose()
    }
  })

  test('questions about messages: answered, whatever ids they name', async () => {
    const bench = await SessionBench.ready()
    bench.mustTake(bench.seal(service({ _: 'msgs_state_req', msgIds: ids }), { seqno: 0 }), 'state')
    bench.mustTake(
      bench.seal(
        service({ _: 'msg_detailed_info', msgId: 0n, answerMsgId: bench.at(-1), bytes: MAX_INT, status: MIN_INT }),
        { seqno: 0, msgId: bench.at() + 4n },
      ),
      'detailed info',
    )
    expect(bench.outcomes).toEqual([])
    expect(bench.session.pending).toBe(3)
    bench.dispose()
  })
})
