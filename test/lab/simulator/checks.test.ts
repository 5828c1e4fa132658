/** The referee's checks, each fed a history that breaks its rule: no check that cannot fail. */
import { beforeEach, describe, expect, test } from 'vitest'
import { concat, view } from '../../../src/bytes.ts'
import { FileError, RpcError, SecurityError, TransportError, UsageError } from '../../../src/errors.ts'
import { AckCheck, SaltCheck } from '../../../src/lab/simulator/checks/acks.ts'
import { CallCheck, type SessionState } from '../../../src/lab/simulator/checks/calls.ts'
import { judge } from '../../../src/lab/simulator/checks/errors.ts'
import { ExecutionCheck } from '../../../src/lab/simulator/checks/executions.ts'
import { InboxCheck, type Sealed } from '../../../src/lab/simulator/checks/inbox.ts'
import { WireCheck } from '../../../src/lab/simulator/checks/wire.ts'
import { Id, type Item, type Packet, readIds, readPacket, readSalts } from '../../../src/lab/simulator/packets.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import type { CallRequest } from '../../../src/transport/session/call.ts'

let found: string[]
const violate = (detail: string): void => void found.push(detail)
beforeEach(() => {
  found = []
})

const CALL = 0x12345678

function item(msgId: bigint, seqno: number, id: number = CALL, body: Uint8Array = new Uint8Array(4)): Item {
  return { msgId, seqno, id, body }
}

function packet(items: readonly Item[], more: Partial<Packet> = {}): Packet {
  const { msgId, seqno } = items.at(-1) ?? { msgId: 4n, seqno: 0 }
  return { salt: 1n, sessionId: 7n, msgId, seqno, length: 4, padding: 12, container: false, items, ...more }
}

function written(write: (writer: TlWriter) => void): Uint8Array {
  const writer = new TlWriter(64)
  write(writer)
  return writer.finish()
}

describe('what a client sends', () => {
  const sent = (...packets: Packet[]): string => {
    const check = new WireCheck(violate)
    for (const [i, one] of packets.entries()) check.packet(one, `${i}`)
    return found.join('; ')
  }

  test('a good history passes: calls, acknowledgements, a container', () => {
    const inner = [item(12n, 2, Id.ACK), item(16n, 3)]
    expect(
      sent(
        packet([item(8n, 1)]),
        packet(inner, { container: true, msgId: 20n, seqno: 4 }),
        packet([item(24n, 5)]),
        packet([item(4n, 1)], { sessionId: 8n }),
      ),
    ).toBe('')
  })

  test.each<[string, Packet[], string]>([
    ['ids fall', [packet([item(8n, 1)]), packet([item(4n, 3)])], 'follows 8'],
    ['an id comes twice', [packet([item(8n, 1)]), packet([item(8n, 3)])], 'follows 8'],
    ['an id is not divisible by 4', [packet([item(9n, 1)])], 'divisible'],
    [
      'an inner id is above its container',
      [packet([item(8n, 1)], { container: true, msgId: 4n, seqno: 2 })],
      'follows 8',
    ],
    ['content has an even seqno', [packet([item(8n, 0)])], 'seqno 0 instead of 1'],
    ['an acknowledgement counts', [packet([item(8n, 1, Id.ACK)])], 'seqno 1 instead of 0'],
    ['a seqno stands still', [packet([item(8n, 1)]), packet([item(12n, 1)])], 'seqno 1 instead of 3'],
    ['little padding', [packet([item(8n, 1)], { padding: 11 })], '11 bytes of padding'],
    ['much padding', [packet([item(8n, 1)], { padding: 1025 })], '1025 bytes of padding'],
    ['an impossible length', [packet([item(8n, 1)], { length: 6 })], 'impossible length'],
    ['an empty container', [packet([], { container: true, msgId: 8n, seqno: 0 })], 'holds 0'],
    [
      'a container in a container',
      [packet([item(8n, 0, Id.CONTAINER)], { container: true, msgId: 12n, seqno: 0 })],
      'in a container',
    ],
    [
      'a crowded container',
      [
        packet(
          Array.from({ length: 1021 }, (_, i) => item(BigInt(4 * i + 4), 2 * i + 1)),
          { container: true, msgId: 9000n, seqno: 2042 },
        ),
      ],
      'holds 1021',
    ],
    [
      'a large container',
      [packet([item(4n, 1), item(8n, 3)], { container: true, msgId: 12n, seqno: 4, length: 2 ** 21 })],
      '2097152 bytes',
    ],
  ])('%s', (_, packets, complaint) => {
    expect(sent(...packets)).toContain(complaint)
  })

  test('the same plaintext twice', () => {
    const check = new WireCheck(violate)
    check.packet(packet([item(4n, 1)]), 'ab')
    check.packet(packet([item(8n, 3)]), 'ab')
    expect(found.join()).toContain('encrypted twice')
  })
})

describe('what a client takes', () => {
  const sealed: Sealed = {
    head: { salt: 1n, sessionId: 2n, msgId: 5n, seqno: 1 },
    body: Uint8Array.of(1, 2, 3, 4),
    padding: new Uint8Array(12).fill(9),
  }
  const plain = (): Uint8Array => {
    const head = new Uint8Array(32)
    const fields = view(head)
    fields.setBigInt64(0, 1n, true)
    fields.setBigInt64(8, 2n, true)
    fields.setBigUint64(16, 5n, true)
    fields.setInt32(24, 1, true)
    fields.setInt32(28, 4, true)
    return concat(head, sealed.body, sealed.padding)
  }

  test('only what a server sealed is genuine: each byte counts, and the length', () => {
    const check = new InboxCheck(violate)
    expect(check.isGenuine(plain())).toBe(false)
    check.sealed(sealed)
    expect(check.isGenuine(plain())).toBe(true)
    for (let at = 0; at < plain().length; at++) {
      const changed = plain()
      changed[at]! ^= 1
      expect(check.isGenuine(changed)).toBe(false)
    }
    expect(check.isGenuine(plain().subarray(0, -1))).toBe(false)
    check.accepted(true, 5n)
    expect(found).toEqual([])
    check.accepted(false, 5n)
    expect(found.join()).toContain('no server sealed')
  })

  test('a message id that is taken twice in a session, but not in two sessions', () => {
    const check = new InboxCheck(violate)
    const [one, other] = [{}, {}]
    check.fresh(one, 5n)
    check.fresh(other, 5n)
    expect(found).toEqual([])
    check.fresh(one, 5n)
    expect(found.join()).toContain('accepted twice')
  })
})

describe('acknowledgements', () => {
  const ack = (...ids: bigint[]): Item =>
    item(
      100n,
      0,
      Id.ACK,
      written((w) => {
        w.uint(Id.ACK)
        w.uint(0x1cb5c415)
        w.int(ids.length)
        for (const id of ids) w.long(id)
      }),
    )

  test('with what is sent next is in time; inner messages count; none is owed for service messages', () => {
    const check = new AckCheck(violate)
    check.packet(packet([item(4n, 1)]), 0, 'key', 1)
    check.accepted(packet([item(5n, 1), item(9n, 3), item(13n, 4)], { container: true }), 0)
    check.packet(packet([ack(5n, 9n)]), 1000, 'key', 1)
    check.quiet(5000, () => true)
    expect(found).toEqual([])
    expect(readIds(ack(5n, 9n))).toEqual([5n, 9n])
  })

  test('an inner message that is never acknowledged, and one that is late', () => {
    const check = new AckCheck(violate)
    check.packet(packet([item(4n, 1)]), 0, 'key', 1)
    check.accepted(packet([item(5n, 1), item(9n, 3)], { container: true }), 0)
    check.packet(packet([ack(5n)]), 200, 'key', 1)
    check.quiet(5000, () => false)
    expect(found).toEqual([])
    check.quiet(5000, () => true)
    expect(found.join()).toContain('message 9 was never acknowledged')
    check.packet(packet([item(8n, 3)]), 1000, 'key', 1)
    expect(found.at(-1)).toContain('message 9 of 1000 ms ago')
  })
})

describe('salts', () => {
  const badSalt = (about: bigint, salt: bigint): Item =>
    item(
      21n,
      0,
      Id.BAD_SALT,
      written((w) => {
        w.uint(Id.BAD_SALT)
        w.long(about)
        w.int(1)
        w.int(48)
        w.long(salt)
      }),
    )

  test('the old one is not used any more once a new one is named', () => {
    const check = new SaltCheck(violate)
    check.packet(packet([item(4n, 1)], { salt: 1n }), 'key')
    check.accepted(packet([badSalt(4n, 2n)]))
    check.packet(packet([item(8n, 3)], { salt: 2n }), 'key')
    expect(found).toEqual([])
    check.packet(packet([item(12n, 5)], { salt: 1n }), 'key')
    expect(found.join()).toContain('salt 1 was used')
  })

  test('what is said of a message with an older salt is late', () => {
    const check = new SaltCheck(violate)
    check.packet(packet([item(4n, 1)], { salt: 1n }), 'key')
    check.packet(packet([item(8n, 3)], { salt: 2n }), 'key')
    check.accepted(packet([badSalt(4n, 3n)]))
    check.packet(packet([item(12n, 5)], { salt: 2n }), 'key')
    expect(found).toEqual([])
  })

  test('are read from what the server sends', () => {
    expect(readSalts(badSalt(4n, 9n))).toEqual({ now: 9n, about: 4n, later: [] })
    const future = written((w) => {
      w.uint(Id.FUTURE_SALTS)
      w.long(4n)
      w.int(100)
      w.int(1)
      w.int(1)
      w.int(2)
      w.long(77n)
    })
    expect(readSalts(item(5n, 0, Id.FUTURE_SALTS, future))).toMatchObject({ now: undefined, later: [77n] })
    expect(readSalts(item(5n, 0))).toBeUndefined()
  })
})

describe('calls', () => {
  const session = (
    sizes: { sent?: number; waiting?: number; services?: number; questions?: number; seen?: number } = {},
  ): SessionState => ({
    sent: { size: sizes.sent ?? 0, values: () => [] },
    seen: { size: sizes.seen ?? 0 },
    outbox: {
      services: { length: sizes.services ?? 0 },
      questions: { size: sizes.questions ?? 0 },
      calls: Array.from({ length: sizes.waiting ?? 0 }, () => ({ request })),
    },
  })
  const request: CallRequest = {
    method: 'test.call',
    encode: () => {},
    onResult: () => {},
    onRpcError: () => {},
    onFailure: () => {},
  }
  const send = (call: CallRequest): void => call.encode(new TlWriter(4), 4n)
  let check: CallCheck
  beforeEach(() => {
    check = new CallCheck(violate, 2000)
  })

  test('sent, sent again, answered: all is well', () => {
    const call = check.watched(session(), request)
    send(call)
    send(call)
    call.onResult(new TlReader(new Uint8Array(4)))
    check.finish()
    expect(found).toEqual([])
  })

  test('answered twice, sent after its answer, sent after it was given up', () => {
    const call = check.watched(session(), request)
    call.onRpcError(400, 'X')
    call.onResult(new TlReader(new Uint8Array(4)))
    expect(found.at(-1)).toContain('settled or given up')
    send(call)
    expect(found.at(-1)).toContain('although it had been settled')
    const other = check.watched(session(), request)
    check.cancelled(session(), other)
    found.length = 0
    send(other)
    expect(found.length).toBe(1)
  })

  test('never settled, and traces that are left', () => {
    check.watched(session({ sent: 1 }), request)
    check.finish()
    expect(found.join()).toMatch(/1 calls were never settled.*1 ids are remembered/)
  })

  test.each([{ sent: 14 }, { waiting: 2 }, { services: 65 }, { questions: 65 }, { seen: 2001 }])(
    'memory: %j',
    (sizes) => {
      const one = session(sizes)
      check.watched(one, request)
      check.look(one, 0)
      expect(found.length).toBe(1)
    },
  )

  test('not sent again over the next connection', () => {
    const one = session({ sent: 1 })
    const call = check.watched(one, request)
    const other = check.watched(one, request)
    const acked = check.watched(one, request)
    const state: SessionState = {
      ...one,
      sent: { size: 3, values: () => [{ request: call }, { request: other }, { request: acked, acked: true }] },
    }
    check.watched(state, request)
    check.connected(state, 0)
    send(other)
    check.look(state, 9000)
    expect(found).toEqual([])
    check.look(state, 11_000)
    expect(found.filter((one) => one.includes('did not go out again')).length).toBe(2)
  })
})

describe('errors', () => {
  const attempt = { startedAt: 0, until: 1000, aborted: false, closed: false }
  const nothing = { faults: new Map<string, number>(), errors: new Map<string, number>() }
  const happened = (...faults: string[]): typeof nothing => ({
    ...nothing,
    faults: new Map(faults.map((one) => [one, 3])),
  })
  const lost = new TransportError('CONNECTION_CLOSED', 'lost')
  const abort = new DOMException('aborted', 'AbortError')

  test.each<[string, unknown, Partial<typeof attempt>, typeof nothing]>([
    ['of our own classes, with a reason', lost, {}, happened('cut')],
    ['an abort that was asked for', abort, { aborted: true }, nothing],
    ['the end of a client that was closed', new TransportError('CLIENT_CLOSED', 'closed'), { closed: true }, nothing],
    [
      'what the server was told to say',
      new RpcError(500, 'INTERNAL', 'a.b'),
      {},
      { ...nothing, errors: new Map([['a.b INTERNAL', 4]]) },
    ],
    ['a refusal after an attack', new SecurityError('MESSAGE_REFUSED', 'x'), {}, happened('flip')],
    [
      'parts refused again and again',
      new FileError('FILE_NOT_ACCEPTED', 'x'),
      {},
      { ...nothing, faults: new Map([['refusal', 5]]) },
    ],
  ])('right: %s', (_, error, more, what) => {
    expect(judge(error, { ...attempt, ...more }, what)).toBeUndefined()
  })

  test.each<[string, unknown, Partial<typeof attempt>, typeof nothing]>([
    ['a lost connection that nobody cut', lost, {}, happened('flood')],
    ['a lost connection long after the last fault', lost, { startedAt: 200_000 }, happened('cut')],
    ['an abort that nobody asked for', abort, {}, nothing],
    ['a closed client that nobody closed', new TransportError('CLIENT_CLOSED', 'closed'), {}, nothing],
    [
      'an error of the API that no server was told to give',
      new RpcError(400, 'MD5_CHECKSUM_INVALID', 'a.b'),
      {},
      nothing,
    ],
    ['a refusal where nobody broke a rule', new SecurityError('MESSAGE_REFUSED', 'x'), {}, happened('cut')],
    ['parts refused that were not', new FileError('FILE_NOT_ACCEPTED', 'x'), {}, nothing],
    ['a changed file', new FileError('FILE_CHANGED', 'x'), {}, happened('cut')],
    ['wrong use', new UsageError('x'), {}, happened('cut')],
    ['a slip of the program', new TypeError('x is undefined'), {}, happened('cut')],
    ['no error at all', 'a string', {}, happened('cut')],
  ])('wrong: %s', (_, error, more, what) => {
    expect(judge(error, { ...attempt, ...more }, what)).toBeTypeOf('string')
  })
})

test('a packet is read by code of its own: container, messages, padding; nonsense too', () => {
  const body = written((w) => {
    w.uint(Id.CONTAINER)
    w.int(2)
    for (const [msgId, seqno] of [
      [5n, 1],
      [9n, 3],
    ] as const) {
      w.long(msgId)
      w.int(seqno)
      w.int(4)
      w.uint(CALL)
    }
  })
  const head = written((w) => {
    w.long(1n)
    w.long(2n)
    w.long(13n)
    w.int(4)
    w.int(body.length)
  })
  const read = readPacket(concat(head, body, new Uint8Array(12)))
  expect(read).toMatchObject({ salt: 1n, sessionId: 2n, msgId: 13n, seqno: 4, padding: 12, container: true })
  expect(read.items.map(({ msgId, seqno, id }) => [msgId, seqno, id])).toEqual([
    [5n, 1, CALL],
    [9n, 3, CALL],
  ])
  expect(readPacket(concat(head, body.subarray(0, 8))).length).toBe(-1)
})

describe('what servers carry out', () => {
  let check: ExecutionCheck
  beforeEach(() => {
    check = new ExecutionCheck(violate)
  })
  const calls = [{}, {}, {}, {}] as const
  const at = (msgId: bigint, link: number) => ({ link, sessionId: 1n, msgId })
  /** Call `number` goes out on a link, under an id. */
  const wrote = (number: 0 | 1 | 2 | 3, msgId: bigint, link: number): void =>
    check.wrote(at(msgId, link), calls[number])
  const asked = (msgId: bigint, link: number, isDealtWith = true): void => {
    const made = check.asked(7n, at(msgId, link))
    if (isDealtWith) made()
  }

  test('by a second call, without a reason, is once too often, over one connection or over two', () => {
    wrote(0, 4n, 1)
    asked(4n, 1)
    wrote(1, 8n, 1)
    asked(8n, 1)
    expect(found).toEqual([expect.stringContaining('again without a reason')])
    wrote(2, 12n, 2)
    asked(12n, 2)
    expect(found.length).toBe(2)
  })

  test('one message is carried out once, whatever was said of it', () => {
    wrote(0, 4n, 1)
    asked(4n, 1, false)
    asked(4n, 1)
    expect(found).toEqual([expect.stringContaining('twice by one message')])
  })

  test('it may be made anew after a fault, after the end of its connection; sent again it is the same call', () => {
    wrote(0, 4n, 1)
    asked(4n, 1, false)
    wrote(1, 8n, 1)
    asked(8n, 1)
    check.left(1)
    wrote(2, 12n, 2)
    asked(12n, 2)
    wrote(2, 16n, 2)
    asked(16n, 2)
    expect(found).toEqual([])
    wrote(3, 20n, 2)
    asked(20n, 2)
    expect(found.length).toBe(1)
  })

  test('of a call that was met twice, one failure is enough: its answer may be the first that comes', () => {
    wrote(0, 4n, 1)
    asked(4n, 1, false)
    wrote(0, 8n, 2)
    asked(8n, 2)
    wrote(1, 12n, 2)
    asked(12n, 2)
    expect(found).toEqual([])
  })

  test('a call that was given up may be made anew: its answer got lost on the way', () => {
    const nothing = (): void => {}
    const request = { method: 'x', encode: nothing, onResult: nothing, onRpcError: nothing, onFailure: nothing }
    const watched = check.watched({ id: 1n }, request)
    watched.encode(new TlWriter(), 4n)
    wrote(0, 4n, 1)
    asked(4n, 1)
    watched.onFailure(new Error('no answer'))
    wrote(1, 8n, 1)
    asked(8n, 1)
    expect(found).toEqual([])
    wrote(2, 12n, 1)
    asked(12n, 1)
    expect(found.length).toBe(1)
  })

  test('a connection that ends later is no reason', () => {
    wrote(0, 4n, 1)
    asked(4n, 1)
    wrote(1, 8n, 2)
    check.left(1)
    asked(8n, 2)
    expect(found.length).toBe(1)
  })

  test('the order is that in which calls were written, not that in which they came', () => {
    wrote(0, 4n, 1)
    check.left(1)
    wrote(1, 8n, 2)
    asked(8n, 2)
    asked(4n, 1)
    expect(found).toEqual([])
  })

  test('what the client never wrote to a connection is nothing that it did', () => {
    wrote(0, 4n, 1)
    wrote(1, 8n, 2)
    asked(8n, 2)
    asked(4n, 2)
    asked(16n, 2)
    expect(found).toEqual([])
  })
})
