import { describe, expect, test } from 'vitest'
import { view } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import {
  helpGetConfig,
  uploadSaveFilePart,
  usersGetUsers,
  writeInvokeAfterMsg,
} from '../../../src/tl/generated/client/methods.ts'
import type { ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import { transportErrorOf } from '../../../src/transport/framing/index.ts'
import { atTime } from '../../../src/transport/session/message-id.ts'
import { encode, encodeCall, initialised, type RawClient, type RawHead, serviceOf } from '../../support/raw-client.ts'
import { type Setup, setUp } from './setup.ts'

const getConfig = (): Uint8Array => {
  const writer = new TlWriter()
  initialised((w) => helpGetConfig.write(w, { _: 'help.getConfig' }))(writer)
  return writer.finish().slice()
}

const getMe = (): Uint8Array => encodeCall(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })

/** Sends a ping that breaks a rule and returns what the server says about it. */
async function complaint(setup: Setup, client: RawClient, head: RawHead): Promise<ServerMessage> {
  client.send(encode({ _: 'ping', pingId: 1n }), head)
  return setup.run(client.nextService('bad_msg_notification'))
}

describe('bad_msg_notification', () => {
  test('16: a msg_id more than 300 s old', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const msgId = atTime(setup.host.wallClock() - 301_000)
    expect(await complaint(setup, client, { msgId, seqno: 1 })).toEqual({
      _: 'bad_msg_notification',
      badMsgId: msgId,
      badMsgSeqno: 1,
      errorCode: 16,
    })
  })

  test('17: a msg_id more than 30 s ahead', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const msgId = atTime(setup.host.wallClock() + 32_000)
    expect(await complaint(setup, client, { msgId })).toMatchObject({ errorCode: 17, badMsgId: msgId })
  })

  test('neither for one at the edges', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    for (const ms of [-300_000, 30_000]) {
      client.newSession()
      client.send(encode({ _: 'ping', pingId: 1n }), { msgId: atTime(setup.host.wallClock() + ms) })
      expect((await setup.run(client.nextService('pong'))).pingId).toBe(1n)
    }
  })

  for (const residue of [1n, 2n, 3n]) {
    test(`18: a msg_id that leaves ${residue} when divided by 4`, async () => {
      const setup = setUp()
      const client = await setup.keyed()
      const msgId = atTime(setup.host.wallClock()) + residue
      expect(await complaint(setup, client, { msgId })).toMatchObject({ errorCode: 18, badMsgId: msgId })
    })
  }

  test('19: a container with the msg_id of a message received before', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const later = atTime(setup.host.wallClock() + 10_000)
    client.send(encode({ _: 'ping', pingId: 1n }), { msgId: later })
    await setup.run(client.nextService('pong'))
    client.sendContainer([{ body: encode({ _: 'ping', pingId: 2n }) }], { msgId: later })
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({
      errorCode: 19,
      badMsgId: later,
    })
  })

  test('20: a msg_id so low that nobody knows any more whether it was received', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const ping = encode({ _: 'ping', pingId: 1n })
    const early = client.ids.next(setup.host.wallClock())
    for (let sent = 0; sent < 2_010; sent += 1_005) {
      client.sendContainer(Array.from({ length: 1_005 }, () => ({ body: ping, content: false })))
    }
    for (let i = 0; i < 2_010; i++) await setup.run(client.nextService('pong'))
    client.send(ping, { msgId: early, seqno: 0 })
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({
      errorCode: 20,
      badMsgId: early,
    })
  })

  test('32: a seqno lower than that of a message with a lower msg_id, or the same odd one', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    client.send(getConfig(), { seqno: 5 })
    await setup.run(client.next())
    expect(await complaint(setup, client, { seqno: 3 })).toMatchObject({ errorCode: 32, badMsgSeqno: 3 })
    expect(await complaint(setup, client, { seqno: 5 })).toMatchObject({ errorCode: 32, badMsgSeqno: 5 })
  })

  test('33: a seqno higher than that of a message with a higher msg_id, or the same odd one', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const [first, second] = [client.ids.next(setup.host.wallClock()), client.ids.next(setup.host.wallClock())]
    client.send(getConfig(), { seqno: 5, msgId: second })
    await setup.run(client.next())
    expect(await complaint(setup, client, { seqno: 7, msgId: first })).toMatchObject({ errorCode: 33, badMsgId: first })
    expect(await complaint(setup, client, { seqno: 5, msgId: first })).toMatchObject({ errorCode: 33, badMsgId: first })
  })

  test('34: an odd seqno on a container, and on acknowledgements where the server is strict', async () => {
    const setup = setUp({ behaviour: { strictAcks: true } })
    const client = await setup.keyed()
    client.sendContainer([{ body: encode({ _: 'ping', pingId: 1n }) }], { seqno: 3 })
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({ errorCode: 34, badMsgSeqno: 3 })
    client.send(encode({ _: 'msgs_ack', msgIds: [] }), { seqno: 3 })
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({ errorCode: 34 })
  })

  test('35: an even seqno on a call', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const msgId = client.send(getConfig(), { seqno: 0 })
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({
      errorCode: 35,
      badMsgId: msgId,
    })
  })

  test('48: a wrong salt, with the right one', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const msgId = client.send(getConfig(), { salt: 5n })
    expect(await setup.run(client.nextService('bad_server_salt'))).toEqual({
      _: 'bad_server_salt',
      badMsgId: msgId,
      badMsgSeqno: 1,
      errorCode: 48,
      newServerSalt: 77n,
    })
  })

  describe('64: a container that', () => {
    const ping = encode({ _: 'ping', pingId: 1n })
    const cases: Record<string, (client: RawClient, now: number) => bigint> = {
      'holds a container': (client) => {
        const inner = new TlWriter()
        inner.uint(0x73f1f8dc)
        inner.int(0)
        return client.sendContainer([{ body: inner.finish().slice() }]).container
      },
      'is empty': (client) => client.sendContainer([]).container,
      'holds more than 1020 messages': (client) =>
        client.sendContainer(Array.from({ length: 1021 }, () => ({ body: ping, content: false }))).container,
      'holds a message with a msg_id above its own': (client, now) =>
        client.sendContainer([{ body: ping, msgId: atTime(now + 20_000) }]).container,
      'holds a message of a length that cannot be': (client) =>
        client.sendContainer([{ body: new Uint8Array(0) }]).container,
      'says it holds more than it does': (client) => {
        const body = new TlWriter()
        body.uint(0x73f1f8dc)
        body.int(2)
        return client.send(body.finish(), { content: false })
      },
      'has bytes left over': (client) => {
        const body = new TlWriter()
        body.uint(0x73f1f8dc)
        body.int(1)
        body.long(client.ids.next(client.host.wallClock()))
        body.int(1)
        body.int(ping.length)
        body.raw(ping)
        body.int(0)
        return client.send(body.finish(), { content: false })
      },
    }
    for (const [name, send] of Object.entries(cases)) {
      test(name, async () => {
        const setup = setUp()
        const client = await setup.keyed()
        const badMsgId = send(client, setup.host.wallClock())
        expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({ errorCode: 64, badMsgId })
      })
    }
  })

  test('names the message inside a container, and the others are carried out', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const old = atTime(setup.host.wallClock() - 400_000)
    client.sendContainer([
      { body: encode({ _: 'ping', pingId: 1n }), msgId: old, content: false },
      { body: encode({ _: 'ping', pingId: 2n }) },
    ])
    expect(await setup.run(client.nextService('bad_msg_notification'))).toMatchObject({ errorCode: 16, badMsgId: old })
    expect((await setup.run(client.nextService('pong'))).pingId).toBe(2n)
  })
})

describe('a packet that cannot be trusted closes the connection without a word', () => {
  const cases: Record<string, (client: RawClient) => void> = {
    'a wrong msg_key': (client) => {
      const packet = new Uint8Array(24 + 64)
      packet.set(client.key!.id)
      client.sendPacket(packet)
    },
    'a length that is no whole number of blocks': (client) => {
      const packet = new Uint8Array(20)
      packet.set(client.key!.id)
      client.sendPacket(packet)
    },
    'padding of fewer than 12 bytes': (client) => {
      client.send(new Uint8Array(8), { padding: new Uint8Array(8) })
    },
    'padding of more than 1024 bytes': (client) => {
      client.send(encode({ _: 'ping', pingId: 1n }), { padding: new Uint8Array(1028) })
    },
  }
  for (const [name, send] of Object.entries(cases)) {
    test(name, async () => {
      const setup = setUp()
      const client = await setup.keyed()
      send(client)
      expect(await setup.run(client.untilClosed())).toEqual([])
    })
  }

  test('and a key that nobody knows gets -404', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    setup.server.forgetKeys()
    client.send(getConfig())
    expect((await setup.run(client.untilClosed())).map(transportErrorOf)).toEqual([-404])
  })
})

describe('a session', () => {
  test('is announced once, with its first message, its salt and a unique id', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const { inner } = client.sendContainer([
      { body: encode({ _: 'ping', pingId: 1n }) },
      { body: encode({ _: 'ping', pingId: 2n }) },
    ])
    const created = await setup.run(client.nextService('new_session_created'))
    expect(created).toMatchObject({ firstMsgId: inner[0], serverSalt: 77n })
    client.send(getConfig())
    const next = await setup.run(client.nextWhere((message) => (message.seqno & 1) === 1))
    expect(serviceOf(next)).toBeUndefined()
  })

  test('gives its messages rising ids and seqnos, odd ids for answers and the rest, and its own container ids', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    client.send(getConfig())
    for (let i = 0; i < 5; i++) client.send(encode({ _: 'ping', pingId: BigInt(i) }))
    let last = { msgId: 0n, seqno: -1 }
    for (let i = 0; i < 7; i++) {
      const message = await setup.run(client.next())
      expect(message.msgId > last.msgId).toBe(true)
      expect(message.seqno >= last.seqno).toBe(true)
      const service = serviceOf(message)?._
      expect(message.msgId & 3n).toBe(service === 'new_session_created' ? 3n : 1n)
      expect(message.seqno & 1).toBe(service === 'pong' ? 0 : 1)
      if (message.container !== undefined) expect(message.container > message.msgId).toBe(true)
      last = message
    }
  })

  test('carries out a message once, however often it arrives, and answers each time', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const head = { msgId: client.ids.next(setup.host.wallClock()), seqno: client.ids.seqno(true) }
    for (let i = 0; i < 3; i++) {
      client.send(getMe(), head)
      await setup.run(client.result(head.msgId))
    }
    expect(setup.server.requests.get('users.getUsers')).toBe(1)
    client.send(encode({ _: 'msgs_ack', msgIds: [(await lastAnswer(setup, client, head)).msgId] }), { content: false })
    client.send(getMe(), head)
    // Once the client has the answer, a repetition is acknowledged and nothing else.
    expect((await setup.run(client.nextService('msgs_ack'))).msgIds).toContain(head.msgId)
  })

  const lastAnswer = async (setup: Setup, client: RawClient, head: RawHead) => {
    client.send(getMe(), head)
    return setup.run(client.nextWhere(({ id }) => id === 0xf35c6d01))
  }

  test('takes containers and packed messages, and packed ones in containers', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const packed = encode({ _: 'gzip_packed', packedData: nativeCrypto.gzip!(getConfig()) })
    const { inner } = client.sendContainer([{ body: packed }, { body: encode({ _: 'ping', pingId: 4n }) }])
    const config = helpGetConfig.read(await setup.run(client.result(inner[0]!)))
    expect(config.thisDc).toBe(2)
    const again = client.send(packed)
    expect(helpGetConfig.read(await setup.run(client.result(again))).thisDc).toBe(2)
  })

  test('takes a packed query inside the wrappers', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const query = encode({
      _: 'gzip_packed',
      packedData: nativeCrypto.gzip!(encodeCall(helpGetConfig, { _: 'help.getConfig' })),
    })
    const config = await setup.run(
      client.call(helpGetConfig, { _: 'help.getConfig' }, () => initialised((w) => w.raw(query))),
    )
    expect(config.thisDc).toBe(2)
  })

  test('answers what is packed badly with an error, and goes on', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const bad = client.send(encode({ _: 'gzip_packed', packedData: new Uint8Array(20) }))
    await expect(setup.run(client.result(bad))).rejects.toMatchObject({ code: 400, text: 'INPUT_FETCH_ERROR' })
    const bomb = nativeCrypto.gzip!(new Uint8Array(17 << 20))
    const big = client.send(encode({ _: 'gzip_packed', packedData: bomb }))
    await expect(setup.run(client.result(big))).rejects.toMatchObject({ text: 'INPUT_FETCH_ERROR' })
    await setup.run(client.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query)))
  })

  test('sends every answer that was not acknowledged again over the next connection, under its old id', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const msgId = client.send(getMe())
    const first = await setup.run(client.nextWhere(({ id }) => id === 0xf35c6d01))
    await setup.run(client.connect())
    client.send(encode({ _: 'ping', pingId: 9n }))
    const again = await setup.run(client.nextWhere(({ msgId }) => msgId === first.msgId))
    expect([again.body, again.seqno]).toEqual([first.body, first.seqno])
    expect(view(again.body).getBigUint64(4, true)).toBe(msgId)
    client.send(encode({ _: 'msgs_ack', msgIds: [first.msgId] }), { content: false })
    await setup.run(client.connect())
    client.send(encode({ _: 'ping', pingId: 10n }))
    await expect(
      client.host &&
        setup.host.runUntil(
          client.nextWhere(({ msgId }) => msgId === first.msgId),
          { limit: 1_000, patience: 20 },
        ),
    ).rejects.toThrow()
  })

  test('announces a long unacknowledged answer instead of sending it again, and sends it on request', async () => {
    const setup = setUp({ behaviour: { resendLimit: 50, gzip: 'never' } })
    const client = await setup.bot()
    const head = { msgId: client.ids.next(setup.host.wallClock()), seqno: client.ids.seqno(true) }
    client.send(getMe(), head)
    const answer = await setup.run(
      client.nextWhere(({ id, body }) => id === 0xf35c6d01 && view(body).getBigUint64(4, true) === head.msgId),
    )
    client.send(getMe(), head)
    const detailed = await setup.run(client.nextService('msg_detailed_info'))
    expect(detailed).toMatchObject({ msgId: head.msgId, answerMsgId: answer.msgId, bytes: answer.body.length })
    client.send(encode({ _: 'msg_resend_req', msgIds: [answer.msgId] }))
    expect((await setup.run(client.nextWhere(({ msgId }) => msgId === answer.msgId))).body).toEqual(answer.body)
    client.send(encode({ _: 'msg_resend_ans_req', msgIds: [head.msgId] }))
    expect((await setup.run(client.nextWhere(({ msgId }) => msgId === answer.msgId))).body).toEqual(answer.body)
  })

  test('acknowledges a call that takes long, and not one that is answered at once', async () => {
    const setup = setUp({ faults: {} })
    const client = await setup.bot()
    setup.server.faults.onRequest = ({ count }) => (count === 1 ? { kind: 'delay', ms: 2_000 } : undefined)
    const slow = client.send(getMe())
    expect((await setup.run(client.nextService('msgs_ack'))).msgIds).toEqual([slow])
    await setup.run(client.result(slow))
    const quick = client.send(getMe())
    await setup.run(client.result(quick))
    client.send(encode({ _: 'msgs_state_req', msgIds: [slow, quick] }))
    const { info } = await setup.run(client.nextService('msgs_state_info'))
    expect([...info]).toEqual([4 | 8 | 32 | 64, 4 | 8 | 32 | 64])
  })

  test('keeps apart from the other sessions of its key', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const head = { msgId: client.ids.next(setup.host.wallClock()), seqno: client.ids.seqno(true) }
    client.send(getMe(), head)
    await setup.run(client.result(head.msgId))
    client.newSession()
    client.send(getMe(), head)
    await setup.run(client.result(head.msgId))
    expect([setup.server.requests.get('users.getUsers'), setup.server.sessions]).toEqual([2, 2])
  })

  test('stays when the salt changes: the old one holds for another half hour', async () => {
    const setup = setUp()
    const client = await setup.bot()
    await setup.host.advance(1_801_000)
    const me = await setup.run(client.call(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }))
    expect(me).toHaveLength(1)
    await setup.host.advance(1_800_000)
    client.send(getMe())
    expect((await setup.run(client.nextService('bad_server_salt'))).newServerSalt).not.toBe(77n)
  })

  test('leaves no timer behind when the server is closed', async () => {
    const setup = setUp({ faults: {} })
    const client = await setup.bot()
    setup.server.faults.onRequest = ({ request }) => (request._ === 'help.getConfig' ? { kind: 'silence' } : undefined)
    const pending = setup.host.pendingTimers
    client.send(encode({ _: 'ping_delay_disconnect', pingId: 1n, disconnectDelay: 1_000 }))
    client.send(encodeCall(helpGetConfig, { _: 'help.getConfig' }))
    const later = new TlWriter()
    writeInvokeAfterMsg(later, { _: 'invokeAfterMsg', msgId: 4n, query: (w) => w.raw(getMe()) })
    client.send(later.finish())
    await setup.host.advance(10)
    // The delayed disconnection, the acknowledgement, the wait for a message that never comes.
    expect(setup.host.pendingTimers - pending).toBe(3)
    setup.server.close()
    await setup.host.advance(10)
    expect([setup.host.pendingTimers, setup.server.sessions, setup.server.connections]).toEqual([0, 0, 0])
  })

  test('remembers at most 64 sessions of a key', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    for (let i = 0; i < 70; i++) {
      client.newSession()
      client.send(encode({ _: 'ping', pingId: BigInt(i) }))
      await setup.run(client.nextService('pong'))
      await setup.run(client.connect())
    }
    expect(setup.server.sessions).toBe(64)
  })
})

describe('service messages', () => {
  test('ping is answered by pong', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const msgId = client.send(encode({ _: 'ping', pingId: 12345n }))
    expect(await setup.run(client.nextService('pong'))).toEqual({ _: 'pong', msgId, pingId: 12345n })
  })

  test('ping_delay_disconnect closes the connection in time, unless another comes before', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const ping = (): bigint => client.send(encode({ _: 'ping_delay_disconnect', pingId: 1n, disconnectDelay: 10 }))
    ping()
    await setup.host.advance(9_000)
    ping()
    await setup.host.advance(9_000)
    expect(client.closed).toBe(false)
    await setup.host.advance(2_000)
    expect(client.closed).toBe(true)
  })

  test('get_future_salts gives salts that follow each other and are accepted in their time', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const reqMsgId = client.send(encode({ _: 'get_future_salts', num: 5 }))
    const answer = await setup.run(client.nextService('future_salts'))
    const now = Math.floor(setup.host.wallClock() / 1000)
    expect([answer.reqMsgId, answer.now, answer.salts.length, answer.salts[0]?.salt]).toEqual([reqMsgId, now, 5, 77n])
    answer.salts.forEach((salt, i) => {
      expect(salt).toMatchObject({ validSince: now + 1800 * i, validUntil: now + 1800 * i + 3600 })
    })
    await setup.host.advance(3 * 1_800_000)
    client.salt = answer.salts[3]!.salt
    client.send(encode({ _: 'ping', pingId: 2n }))
    expect((await setup.run(client.nextService('pong'))).pingId).toBe(2n)
  })

  for (const [asked, given] of [
    [0, 0],
    [-3, 0],
    [1000, 64],
  ] as const) {
    test(`get_future_salts for ${asked} gives ${given}`, async () => {
      const setup = setUp()
      const client = await setup.keyed()
      client.send(encode({ _: 'get_future_salts', num: asked }))
      expect((await setup.run(client.nextService('future_salts'))).salts).toHaveLength(given)
    })
  }

  test('msgs_state_req tells what became of messages', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const ping = client.send(encode({ _: 'ping', pingId: 1n }), { content: false })
    const future = atTime(setup.host.wallClock() + 100_000)
    const never = ping - 4n
    client.send(encode({ _: 'msgs_state_req', msgIds: [ping, never, future] }))
    expect([...(await setup.run(client.nextService('msgs_state_info'))).info]).toEqual([4 | 8 | 16, 2, 3])
  })

  test('msg_resend_req for messages that are gone tells their state', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    client.send(encode({ _: 'msg_resend_req', msgIds: [1n, 2n] }))
    expect((await setup.run(client.nextService('msgs_state_info'))).info).toHaveLength(2)
  })

  test('rpc_drop_answer: unknown, running, and answered but not acknowledged', async () => {
    const setup = setUp({ faults: {}, behaviour: { gzip: 'never' } })
    const client = await setup.bot()
    const drop = async (reqMsgId: bigint): Promise<ServerMessage> => {
      const reader = await setup.run(client.result(client.send(encode({ _: 'rpc_drop_answer', reqMsgId }))))
      return serviceOf({ body: reader.buffer.subarray(reader.pos) } as never)!
    }
    expect(await drop(4n)).toEqual({ _: 'rpc_answer_unknown' })
    setup.server.faults.onRequest = () => ({ kind: 'delay', ms: 1_000 })
    const slow = client.send(getMe())
    expect(await drop(slow)).toEqual({ _: 'rpc_answer_dropped_running' })
    // The call itself is answered the same way once it is done.
    const reader = await setup.run(client.result(slow))
    expect(reader.peekId()).toBe(0xcd78e586)
    delete setup.server.faults.onRequest
    const quick = client.send(getMe())
    const answer = await setup.run(
      client.nextWhere(({ id, body }) => id === 0xf35c6d01 && view(body).getBigUint64(4, true) === quick),
    )
    expect(await drop(quick)).toEqual({
      _: 'rpc_answer_dropped',
      msgId: answer.msgId,
      seqNo: answer.seqno,
      bytes: answer.body.length,
    })
    expect(await drop(quick)).toEqual({ _: 'rpc_answer_unknown' })
  })

  test('destroy_session ends another session of the key, never its own', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    client.send(encode({ _: 'ping', pingId: 1n }))
    await setup.run(client.nextService('pong'))
    const old = client.sessionId
    client.newSession()
    const destroy = async (sessionId: bigint): Promise<string> => {
      client.send(encode({ _: 'destroy_session', sessionId }))
      const answer = await setup.run(
        client.nextWhere((message) => serviceOf(message)?._.startsWith('destroy_session') === true),
      )
      return serviceOf(answer)!._
    }
    expect(await destroy(old)).toBe('destroy_session_ok')
    expect(await destroy(old)).toBe('destroy_session_none')
    expect(await destroy(client.sessionId)).toBe('destroy_session_none')
    expect(setup.server.sessions).toBe(1)
  })

  test('destroy_auth_key answers and forgets the key', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    client.send(encode({ _: 'destroy_auth_key' }))
    await setup.run(client.nextService('destroy_auth_key_ok'))
    client.send(encode({ _: 'ping', pingId: 1n }))
    expect((await setup.run(client.untilClosed())).map(transportErrorOf)).toEqual([-404])
    expect([setup.server.keys.size, setup.server.sessions]).toEqual([0, 0])
  })

  test('http_wait, msgs_all_info and msgs_state_info are taken in silence; one that cannot be read is acknowledged', async () => {
    const setup = setUp()
    const client = await setup.keyed()
    const cut = encode({ _: 'msgs_all_info', msgIds: [1n], info: new Uint8Array(1) }).subarray(0, 12)
    client.send(encode({ _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 0 }), { content: false })
    client.send(encode({ _: 'msgs_all_info', msgIds: [1n], info: new Uint8Array(1) }), { content: false })
    client.send(encode({ _: 'msgs_state_info', reqMsgId: 1n, info: new Uint8Array(1) }), { content: false })
    const odd = client.send(cut)
    expect((await setup.run(client.nextService('msgs_ack'))).msgIds).toEqual([odd])
  })
})

describe('how answers travel', () => {
  test('gzip: those that shrink, all, or none', async () => {
    for (const [gzip, packed] of [
      ['auto', true],
      ['always', true],
      ['never', false],
    ] as const) {
      const setup = setUp({ behaviour: { gzip } })
      const client = await setup.bot()
      setup.world.addDc({ id: 3, host: '127.0.0.1', port: 1 })
      for (let i = 4; i < 40; i++) setup.world.addDc({ id: i, host: '127.0.0.1', port: 1 })
      client.send(encodeCall(helpGetConfig, { _: 'help.getConfig' }))
      const { body } = await setup.run(client.nextWhere(({ id, msgId }) => id === 0xf35c6d01 && msgId > 0n))
      expect(view(body).getUint32(12, true) === 0x3072cfa1).toBe(packed)
    }
  })

  test('gzip never makes an answer longer by itself: short ones go plain', async () => {
    const setup = setUp()
    const client = await setup.bot()
    const msgId = client.send(getMe())
    const { body } = await setup.run(
      client.nextWhere(({ id, body }) => id === 0xf35c6d01 && view(body).getBigUint64(4, true) === msgId),
    )
    expect(view(body).getUint32(12, true)).not.toBe(0x3072cfa1)
  })

  test('containers: where there are several messages, always, or never', async () => {
    for (const [containers, some] of [
      ['auto', [true, true, false]],
      ['always', [true, true, true]],
      ['never', [false, false, false]],
    ] as const) {
      const setup = setUp({ behaviour: { containers } })
      const client = await setup.keyed()
      client.send(encode({ _: 'ping', pingId: 1n }))
      const first = await setup.run(client.next())
      const second = await setup.run(client.next())
      client.send(encode({ _: 'ping', pingId: 2n }))
      const third = await setup.run(client.next())
      expect([first, second, third].map(({ container }) => container !== undefined)).toEqual(some)
    }
  })

  test('a client that never acknowledges does not fill the memory', async () => {
    const setup = setUp({ faults: {} })
    const client = await setup.bot()
    for (let i = 0; i < 5; i++) {
      client.sendContainer(
        Array.from({ length: 1_000 }, () => ({
          body: encodeCall(uploadSaveFilePart, {
            _: 'upload.saveFilePart',
            fileId: 1n,
            filePart: 0,
            bytes: new Uint8Array(4),
          }),
        })),
      )
      for (let j = 0; j < 1_000; j++) await setup.run(client.nextWhere(({ id }) => id === 0xf35c6d01))
    }
    await setup.run(client.connect())
    client.send(encode({ _: 'ping', pingId: 1n }))
    let resent = 0
    while (serviceOf(await setup.run(client.next()))?._ !== 'pong') resent++
    expect(resent).toBeLessThanOrEqual(4_096)
  })
})
