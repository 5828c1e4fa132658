/** Checks of what is opened, sent again, said next, waited for and dialled, each fed a history that breaks its rule. */
import { beforeEach, describe, expect, test } from 'vitest'
import { DialogueCheck } from '../../../src/lab/simulator/checks/dialogue.ts'
import { FloodCheck } from '../../../src/lab/simulator/checks/floods.ts'
import { LinkCheck } from '../../../src/lab/simulator/checks/links.ts'
import { OpeningCheck } from '../../../src/lab/simulator/checks/opening.ts'
import { ResendCheck, type ResendingSession, type SentCall } from '../../../src/lab/simulator/checks/resends.ts'
import type { Whole } from '../../../src/lab/simulator/lies.ts'
import { lieIn, lieInExchange } from '../../../src/lab/simulator/lies.ts'
import { Id, type Item, type Packet } from '../../../src/lab/simulator/packets.ts'
import { Stream } from '../../../src/lab/simulator/random.ts'
import { TlWriter } from '../../../src/tl/writer.ts'

let found: string[]
const violate = (detail: string): void => void found.push(detail)
beforeEach(() => {
  found = []
})

const NOW = 1_700_000_000_000
const at = (ms: number): bigint => BigInt(Math.floor((NOW + ms) / 1000)) << 32n

function item(msgId: bigint, id: number, numbers: readonly (bigint | number)[] = []): Item {
  const writer = new TlWriter(64)
  writer.uint(id)
  for (const one of numbers) {
    if (typeof one === 'bigint') writer.long(one)
    else writer.int(one)
  }
  return { msgId, seqno: 1, id, body: writer.finish() }
}

function packet(items: readonly Item[], more: Partial<Packet> = {}): Packet {
  const { msgId } = items.at(-1)!
  return { salt: 1n, sessionId: 7n, msgId, seqno: 1, length: 4, padding: 12, container: false, items, ...more }
}

describe('what is opened', () => {
  const taken = (one: Packet, more: { serverTime?: number | undefined; seen?: boolean } = {}): string => {
    const check = new OpeningCheck(violate)
    const { seen = false, serverTime = NOW } = more
    check.receiving(one, { sessionId: 7n, serverTime, seen: () => seen })()
    return found.join()
  }
  const one = packet([item(at(0) + 1n, Id.PONG)])

  test('nothing that was not sealed', () => {
    new OpeningCheck(violate).opened(true, one)
    expect(found).toEqual([])
    new OpeningCheck(violate).opened(false, one)
    expect(found.join()).toContain('nobody sealed')
  })

  test('what is meant for the session, and of its time', () => expect(taken(one)).toBe(''))
  test('not what is for another', () => expect(taken({ ...one, sessionId: 8n })).toContain('another session'))
  test('not what is old', () => expect(taken(packet([item(at(-302_000) + 1n, Id.PONG)]))).toContain('out of its time'))
  test('not what is ahead', () => expect(taken(packet([item(at(32_000) + 1n, Id.PONG)]))).toContain('out of its time'))
  test('a notice of whatever time', () => expect(taken(packet([item(at(-302_000) + 1n, Id.BAD_SALT)]))).toBe(''))

  test('no lie; but the same message without it', () => {
    const check = new OpeningCheck(violate)
    const head = { salt: 1n, sessionId: 7n, msgId: one.msgId, seqno: 1 }
    check.lied({ head, body: new Uint8Array(4), padding: new Uint8Array(12) }, 'a lie')
    const to = { sessionId: 7n, serverTime: NOW, seen: () => false }
    check.receiving({ ...one, padding: 28 }, to)()
    expect(found).toEqual([])
    check.receiving(one, to)()
    expect(found.join()).toContain('a lie')
  })

  test('a key exchange goes on with what a server said, and said honestly', () => {
    const check = new OpeningCheck(violate)
    check.answered(Uint8Array.of(1, 2, 3, 4), undefined)
    check.answered(Uint8Array.of(5, 6, 7, 8), 'a lie')
    check.exchanged(Uint8Array.of(1, 2, 3, 4, 9))
    expect(found).toEqual([])
    check.exchanged(Uint8Array.of(5, 6, 7, 8))
    check.exchanged(Uint8Array.of(1, 2, 3, 5))
    expect(found).toEqual([expect.stringContaining('a lie'), expect.stringContaining('no server said')])
  })
})

describe('what goes out again', () => {
  const call = { msgId: 4n, containerId: 4n, request: { method: 'a.b' } } satisfies SentCall
  const session = { id: 7n, sent: new Map([[4n, call]]), seen: { has: () => false }, outbox: { questions: new Map() } }
  let check: ResendCheck<ResendingSession>
  beforeEach(() => {
    check = new ResendCheck(violate)
    check.connected(session)
    check.packet(packet([item(4n, 1)]), 0)
  })

  test('needs a reason', () => {
    check.packet(packet([item(4n, 1)]), 0)
    expect(found.join()).toContain('without a reason')
  })

  test.each([
    ['a wrong salt', item(5n, Id.BAD_SALT, [4n, 0, 48, 1n])],
    ['a request for it', item(5n, Id.RESEND_REQ, [0x1cb5c415, 1, 4n])],
    ['a session that the server began later', item(5n, Id.NEW_SESSION, [8n, 1n, 1n])],
  ])('has one in %s, and is missed when it does not', (_, said) => {
    check.receiving(session, packet([said]), 0)()
    check.receiving(session, packet([item(9n, Id.PONG)]), 20_000)()
    expect(found.join()).toContain('did not go out again')
    found = []
    check.packet(packet([item(4n, 1)]), 0)
    expect(found).toEqual([])
  })

  test('has one in a new connection', () => {
    check.connected(session)
    check.packet(packet([item(4n, 1)]), 0)
    expect(found).toEqual([])
  })

  describe('acknowledged before the connection was lost', () => {
    const acked = { ...call, acked: true }
    const later = {
      ...session,
      sent: new Map([[4n, acked]]),
      outbox: { questions: new Map([[8n, [4n]]]) },
    }
    const ask = packet([item(8n, Id.STATE_REQ, [0x1cb5c415, 1, 4n])])
    /** The status as a string of TL: one byte of length, one of content. */
    const told = (status: number): Packet => packet([item(9n, Id.STATE_INFO, [8n, 1 | (status << 8)])])
    const again = (now: number): string => {
      check.packet(packet([item(4n, 1)]), now)
      return found.join()
    }
    beforeEach(() => {
      check.connected(later)
      check.packet(packet([item(4n, 1)]), 0)
      check.connected(later)
    })

    test('not without a word', () => expect(again(60_000)).toContain('without a reason'))
    test('not before the server had time to say something', () => {
      check.packet(ask, 0)
      expect(again(5000)).toContain('without a reason')
    })
    test('when it says nothing', () => {
      check.packet(ask, 0)
      expect(again(20_000)).toBe('')
    })
    test('not when it is at work on it', () => {
      check.packet(ask, 0)
      check.receiving(later, told(4 + 32), 0)()
      expect(again(60_000)).toContain('without a reason')
    })
    test('when it has an answer that does not come', () => {
      check.packet(ask, 0)
      check.receiving(later, told(4 + 32 + 64), 0)()
      expect(again(20_000)).toBe('')
    })
    test('at once when it has not got it', () => {
      check.packet(ask, 0)
      check.receiving(later, told(2), 0)()
      expect(again(1)).toBe('')
    })
  })

  test('is not needed where there is an answer, which must not be passed over', () => {
    check.receiving(session, packet([item(5n, Id.RPC_RESULT, [4n, 0])]), 0)()
    expect(found.join()).toContain('passed over')
  })
})

describe('what is said next', () => {
  const seen = (): boolean => false
  const said = (ask: Item, replies: readonly Item[], now = 0): string => {
    const check = new DialogueCheck(violate)
    check.packet(1, packet([item(4n, 1)]), 0)
    check.accepted(7n, [ask], 0, seen)
    check.packet(1, packet(replies), now)
    check.quiet(60_000, () => true)
    return found.join()
  }

  test('nothing in a session that is over', () => {
    expect(said(item(5n, Id.BAD_MESSAGE, [4n, 1, 32]), [item(8n, 1)])).toContain('after code 32')
  })
  test('a session goes on after a wrong time, and after what is said of messages nobody sent', () => {
    expect(said(item(5n, Id.BAD_MESSAGE, [4n, 1, 16]), [item(8n, 1)])).toBe('')
    expect(said(item(5n, Id.BAD_MESSAGE, [44n, 1, 32]), [item(8n, 1)])).toBe('')
  })
  test.each<[string, Item, Item]>([
    ['a ping', item(5n, Id.PING, [1n]), item(8n, Id.PONG, [5n, 1n])],
    ['states', item(5n, Id.STATE_REQ, [0x1cb5c415, 1, 4n]), item(8n, Id.STATE_INFO, [5n, 0])],
    ['an answer', item(5n, Id.DETAILED_INFO, [4n, 99n, 1, 0]), item(8n, Id.RESEND_REQ, [0x1cb5c415, 1, 99n])],
    ['a message', item(5n, Id.NEW_DETAILED_INFO, [99n, 1, 0]), item(8n, Id.ACK, [0x1cb5c415, 1, 99n])],
  ])('a reply to %s', (_, ask, reply) => {
    expect(said(ask, [reply])).toBe('')
    expect(said(ask, [item(8n, 1)])).toContain('nothing was ever said')
    found = []
    expect(said(ask, [item(8n, 1)], 9000)).toContain('nothing was said')
  })
})

describe('waits', () => {
  const client = {}
  const request = (method: string) => ({
    method,
    encode: (writer: TlWriter): void => writer.int(1),
    onResult() {},
    onRpcError() {},
    onFailure() {},
  })

  test('no part is sent while the server has asked to wait, but one that is handed on', () => {
    let now = 0
    const check = new FloodCheck(violate, () => now)
    const part = check.watched(client, request('upload.saveFilePart'))
    const other = check.watched(client, request('upload.saveFilePart'))
    part.onRpcError(420, 'FLOOD_WAIT_3')
    now = 1000
    other.onFailure(new Error())
    const send = (): void => check.watched(client, request('upload.saveFilePart')).encode(new TlWriter(64), 4n)
    send()
    expect(found).toEqual([])
    check.watched(client, request('upload.saveFilePart'))
    expect(found).toEqual([])
    send()
    expect(found.join()).toContain('too early')
    found = []
    now = 3001
    check.watched(client, request('upload.saveFilePart'))
    expect(found).toEqual([])
  })

  test('what has failed is not made again at once', () => {
    const check = new FloodCheck(violate, () => 0)
    const made = (): ReturnType<typeof request> => {
      const one = check.watched(client, request('messages.uploadMedia')) as ReturnType<typeof request>
      one.encode(new TlWriter(8))
      return one
    }
    ;(made().onRpcError as (code: number, text: string) => void)(500, 'INTERNAL')
    expect(found).toEqual([])
    made()
    expect(found.join()).toContain('at once')
  })
})

describe('links', () => {
  test('a dead one is left; nobody dials without a pause; no two begin alike', () => {
    const check = new LinkCheck(violate)
    check.left(1, true)
    for (let i = 0; i < 100; i++) check.dialled('a', i * 200)
    check.written(1, new Uint8Array(40))
    check.written(1, new Uint8Array(40).fill(1))
    check.written(2, new Uint8Array(80))
    expect(found).toEqual([])
    check.left(2, false)
    for (let i = 0; i < 50; i++) check.dialled('b', i)
    check.written(3, new Uint8Array(80))
    expect(found).toEqual([
      expect.stringContaining('not left'),
      expect.stringContaining('dialled'),
      expect.stringContaining('begins as'),
    ])
  })
})

test('lies are of many kinds, fill whole blocks, and leave the truth alone', () => {
  const head = { salt: 1n, sessionId: 7n, msgId: at(0) + 1n, seqno: 3 }
  const body = new TlWriter(64)
  for (const one of [Id.CONTAINER, 1]) body.uint(one)
  body.long(at(0) - 3n)
  for (const one of [0, 4, Id.PONG]) body.uint(one)
  const plain: Whole = { head, body: body.finish(), padding: new Uint8Array(16) }
  const before = structuredClone(plain)
  const lies = Array.from({ length: 100 }, (_, seed) => lieIn(plain, new Stream(seed)))
  for (const { plain: whole } of lies) expect((32 + whole.body.length + whole.padding.length) % 16).toBe(0)
  expect(new Set(lies.map(({ what }) => what.replace(/\d+ bytes/, 'bytes'))).size).toBeGreaterThan(6)
  expect(plain).toEqual(before)
  const nonce = new Uint8Array(16)
  const told = { _: 'dh_gen_ok', nonce, serverNonce: nonce, newNonceHash1: nonce } as const
  const kinds = Array.from({ length: 50 }, (_, seed) => lieInExchange(told, new Stream(seed))!.what)
  expect(new Set(kinds)).toEqual(new Set(['new_nonce_hash1 is wrong', 'the nonce of dh_gen_ok is wrong']))
})
