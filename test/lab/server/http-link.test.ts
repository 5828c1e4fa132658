/** The test DC's side of the HTTP transport in virtual time: which request gets which answer, and when. */
import { beforeEach, describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import type { Faults } from '../../../src/lab/server/faults.ts'
import { helpGetConfig } from '../../../src/tl/generated/client/methods.ts'
import type { ClientMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import type { Dial } from '../../../src/transport/carrier/carrier.ts'
import { bare } from '../../../src/transport/framing/bare.ts'
import { open, PLAIN_HEAD } from '../../../src/transport/session/envelope.ts'
import { encodeCall, RawClient, serviceOf, useKey } from '../../support/raw-client.ts'
import { type Setup, setUp } from './setup.ts'

const MSG_CONTAINER = 0x73f1f8dc
const RPC_RESULT = 0xf35c6d01

/** What became of one request. */
interface Posted {
  readonly at: number
  /** Virtual time of the answer. */
  answeredAt?: number
  answer?: 'packet' | 'drop' | number
  /** Constructor ids of the messages in it. */
  ids?: number[]
  /** The client goes away. */
  leave: () => void
}

let faults: Faults
let setup: Setup
let client: RawClient
let posted: Posted[]
/** Loses answers: the client does not see them. */
let losing: 'noticed' | 'silently' | undefined

/** Each write is a request, handed to the server at once. */
const dial: Dial = async (_address, handlers, { host }) => ({
  buffered: 0,
  close: () => {},
  write([packet]) {
    const one: Posted = { at: host.now(), leave: () => reply.onGone?.() }
    posted.push(one)
    const answered = (answer: NonNullable<Posted['answer']>): void => {
      expect(one.answer).toBeUndefined()
      one.answer = answer
      one.answeredAt = host.now()
    }
    const reply = {
      onGone: undefined as (() => void) | undefined,
      packet: (bytes: Uint8Array) => {
        answered('packet')
        if (client.key) one.ids = idsIn(bytes)
        if (!losing) handlers.onData(bytes.slice())
        else if (losing === 'noticed') queueMicrotask(() => reply.onGone?.())
      },
      error: answered,
      drop: () => answered('drop'),
    }
    setup.server.post(packet!, reply)
  },
})

beforeEach(async () => {
  faults = {}
  setup = setUp({ faults })
  posted = []
  losing = undefined
  const options = { host: setup.host, crypto: nativeCrypto, dial, address: { host: 'dc', port: 80 }, codec: bare }
  client = await new RawClient(options).connect()
  const bytes = setup.host.random(new Uint8Array(256))
  const record = setup.server.keys.add(bytes, 77n, Math.floor(setup.host.wallClock() / 1000))!
  // As after a first call.
  record.layer = 223
  record.client = { apiId: 1, deviceModel: '', systemVersion: '', appVersion: '', langCode: '' }
  useKey(client, bytes, 77n)
})

const wait = (maxDelay: number, waitAfter: number, maxWait: number): ClientMessage => ({
  _: 'http_wait',
  maxDelay,
  waitAfter,
  maxWait,
})
const send = (message: ClientMessage): bigint => client.send(message, { content: false })
/** Begins the session, and leaves no request open. */
async function begin(): Promise<void> {
  send({ _: 'ping', pingId: 1n })
  const created = await setup.run(client.nextWhere((one) => serviceOf(one)?._ === 'new_session_created'))
  await setup.run(client.nextService('pong'))
  client.send({ _: 'msgs_ack', msgIds: [created.msgId] }, { content: false })
  await setup.host.advance(26_000)
  expect([setup.server.waiting, posted.every(({ answer }) => answer === 'packet')]).toEqual([0, true])
  posted.length = 0
}
/** What is in a packet of the server. */
function idsIn(packet: Uint8Array): number[] {
  const plain = open({ crypto: nativeCrypto, authKey: client.key! }, 'server', packet.slice())!
  const reader = new TlReader(plain, PLAIN_HEAD)
  const id = reader.uint()
  if (id !== MSG_CONTAINER) return [id]
  return Array.from({ length: reader.int() }, () => {
    reader.pos += 12
    const length = reader.int()
    const inner = reader.peekId()
    reader.pos += length
    return inner
  })
}
/** A call that is answered after `ms`. */
function callAnsweredAfter(ms: number): bigint {
  faults.onRequest = () => ({ kind: 'delay', ms })
  const id = client.send(encodeCall(helpGetConfig, { _: 'help.getConfig' }))
  delete faults.onRequest
  return id
}
/** When each request was answered, after it came. */
const delays = (): (number | undefined)[] => posted.map(({ at, answeredAt }) => answeredAt && answeredAt - at)

describe('http_wait', () => {
  beforeEach(begin)

  test('an answer that is there goes at once', async () => {
    send({ _: 'ping', pingId: 5n })
    expect(await setup.run(client.nextService('pong'))).toMatchObject({ pingId: 5n })
    expect(delays()).toEqual([0])
  })

  test('without one, a request waits for 25 s and gets an empty container', async () => {
    send({ _: 'msgs_ack', msgIds: [] })
    await setup.host.advance(24_999)
    expect(setup.server.waiting).toBe(1)
    await setup.host.advance(1)
    expect([delays(), posted[0]!.ids, setup.server.waiting]).toEqual([[25_000], [], 0])
  })

  test.each([
    [0, 0],
    [700, 700],
    [-5, 0],
    [2 ** 31 - 1, 60_000],
  ])('max_wait of %i ms is %i ms', async (maxWait, expected) => {
    send(wait(0, 0, maxWait))
    await setup.host.advance(100_000)
    expect(delays()).toEqual([expected])
  })

  test('what comes within max_delay goes together, wait_after the last of it', async () => {
    send(wait(10_000, 300, 25_000))
    const ids = [callAnsweredAfter(100), callAnsweredAfter(350)]
    await setup.host.advance(5_000)
    expect(delays()[0]).toBe(650)
    for (const id of ids) await setup.run(client.result(id))
  })

  test('max_delay counts from the first message, whatever comes after', async () => {
    send(wait(500, 400, 25_000))
    for (const ms of [100, 400, 450]) callAnsweredAfter(ms)
    await setup.host.advance(5_000)
    expect(delays()[0]).toBe(600)
  })

  test('max_wait ends even that', async () => {
    send(wait(5_000, 4_000, 300))
    const id = callAnsweredAfter(100)
    await setup.host.advance(350)
    expect(delays()[0]).toBe(300)
    await setup.run(client.result(id))
  })

  test('on a stream it means nothing', async () => {
    const stream = await setup.keyed()
    stream.send(wait(0, 0, 0), { content: false })
    stream.send({ _: 'ping', pingId: 9n })
    expect(await setup.run(stream.nextService('pong'))).toMatchObject({ pingId: 9n })
  })
})

describe('answers', () => {
  test('go into the request that has waited longest, whatever it asked', async () => {
    await begin()
    send({ _: 'msgs_ack', msgIds: [] })
    await setup.host.advance(1000)
    const id = callAnsweredAfter(100)
    await setup.host.advance(100)
    await setup.run(client.result(id))
    expect(delays()).toEqual([1100, undefined])
  })

  test('wait for the next request when none is open', async () => {
    await begin()
    const id = callAnsweredAfter(30_000)
    await setup.host.advance(31_000)
    expect(setup.server.waiting).toBe(0)
    send({ _: 'msgs_ack', msgIds: [] })
    await setup.run(client.result(id))
    expect(delays()[1]).toBe(0)
  })

  test('are repeated when the connection breaks under them', async () => {
    await begin()
    losing = 'noticed'
    const id = callAnsweredAfter(100)
    await setup.host.advance(1000)
    losing = undefined
    send({ _: 'msgs_ack', msgIds: [] })
    await setup.run(client.result(id))
  })

  test('are repeated when they are not acknowledged within 15 s, but not before', async () => {
    await begin()
    losing = 'silently'
    const id = callAnsweredAfter(100)
    await setup.host.advance(10_000)
    losing = undefined
    send(wait(0, 0, 0))
    expect(posted[1]!.ids).toEqual([])
    await setup.host.advance(16_000)
    send(wait(0, 0, 0))
    await setup.run(client.result(id))
  })

  test('are not repeated once they are acknowledged', async () => {
    await begin()
    callAnsweredAfter(100)
    await setup.host.advance(100)
    const result = await setup.run(client.nextWhere((one) => one.id === RPC_RESULT))
    client.send({ _: 'msgs_ack', msgIds: [result.msgId] }, { content: false })
    await setup.host.advance(30_000)
    send(wait(0, 0, 0))
    expect(posted.map(({ ids }) => ids)).toEqual([[RPC_RESULT], [], []])
  })

  test('are kept while the client is away, its link forgotten', async () => {
    await begin()
    const id = callAnsweredAfter(100_000)
    await setup.host.advance(110_000)
    expect(setup.server.connections).toBe(0)
    send(wait(0, 0, 0))
    await setup.run(client.result(id))
  })
})

describe('a request', () => {
  test('that the client leaves is forgotten, and nothing is lost by it', async () => {
    await begin()
    send({ _: 'msgs_ack', msgIds: [] })
    posted[0]!.leave()
    expect(setup.server.waiting).toBe(0)
    const id = callAnsweredAfter(10)
    await setup.run(client.result(id))
  })

  test('too many makes the oldest go with nothing', async () => {
    await begin()
    for (let i = 0; i < 65; i++) send({ _: 'msgs_ack', msgIds: [] })
    expect([setup.server.waiting, posted[0]!.answer, posted[1]!.answer]).toEqual([64, 'packet', undefined])
  })

  test('under a key that nobody knows gets -404', async () => {
    setup.server.forgetKeys()
    send({ _: 'ping', pingId: 1n })
    expect(posted[0]!.answer).toBe(-404)
  })

  test('that was tampered with is broken off', async () => {
    await begin()
    client.sendPacket(new Uint8Array(10).fill(1))
    expect(posted[0]!.answer).toBe('drop')
  })

  test.each([
    [{ kind: 'disconnect' }, 'drop'],
    [{ kind: 'transport-error', status: -429 }, -429],
  ] as const)('with the fault %o ends all that are open', async (fault, answer) => {
    await begin()
    send({ _: 'msgs_ack', msgIds: [] })
    faults.onRequest = () => fault
    client.send(encodeCall(helpGetConfig, { _: 'help.getConfig' }))
    await setup.host.settle(3)
    expect(posted.map((one) => one.answer)).toEqual([answer, answer])
    expect(setup.server.connections).toBe(0)
  })

  test('whose answer the network loses breaks, and the answer comes with the next', async () => {
    await begin()
    let lost = 0
    faults.onSend = (packet) => (lost++ === 0 ? [] : [packet])
    const id = callAnsweredAfter(0)
    await setup.host.advance(1)
    expect(posted[0]!.answer).toBe('drop')
    posted[0]!.leave()
    send(wait(0, 0, 0))
    await setup.run(client.result(id))
  })
})

test('ping_delay_disconnect ends nothing: each connection is the client’s', async () => {
  await begin()
  send({ _: 'ping_delay_disconnect', pingId: 3n, disconnectDelay: 1 })
  send({ _: 'msgs_ack', msgIds: [] })
  await setup.host.advance(10_000)
  expect([posted.map(({ answer }) => answer), setup.server.waiting]).toEqual([['packet', undefined], 1])
})

test('a key exchange may change connections between its steps', async () => {
  client.key = undefined
  const { authKey } = await setup.exchange(client)
  expect(authKey.length).toBe(256)
  expect(posted.map(({ answer }) => answer)).toEqual(['packet', 'packet', 'packet'])
})

test('a step of an exchange that nobody began gets -404', async () => {
  const nonce = new Uint8Array(16)
  client.sendPlain({ _: 'set_client_DH_params', nonce, serverNonce: nonce, encryptedData: new Uint8Array(16) })
  expect(posted[0]!.answer).toBe(-404)
})

test('when the DC closes, requests are broken off and no timer is left', async () => {
  await begin()
  send(wait(5_000, 4_000, 25_000))
  callAnsweredAfter(0)
  await setup.host.advance(1)
  setup.server.close()
  expect([posted.map(({ answer }) => answer), setup.host.pendingTimers]).toEqual([['drop', 'drop'], 0])
})
