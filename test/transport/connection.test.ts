/** A connection over a carrier that the test holds: what it does when the other side is slow, wrong, or gone. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { type AuthKey, createAuthKey } from '../../src/crypto/auth-key.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { SecurityError, TransportError } from '../../src/errors.ts'
import { readClientMessage } from '../../src/tl/generated/mtproto/server.ts'
import { TlReader } from '../../src/tl/reader.ts'
import type { Carrier, CarrierHandlers, PacketSource } from '../../src/transport/carrier/carrier.ts'
import { addHttpWait } from '../../src/transport/carrier/http-wait.ts'
import { Connection } from '../../src/transport/connection.ts'
import type { ConnectionEvent, KeyHolder } from '../../src/transport/connection-options.ts'
import { Datacenter } from '../../src/transport/datacenter.ts'
import { createFraming, type PacketCodec, transportErrorPacket } from '../../src/transport/framing/index.ts'
import { ServerClock } from '../../src/transport/session/clock.ts'
import { open, sealMessage } from '../../src/transport/session/envelope.ts'
import { ANSWER_RESIDUE, MessageIds } from '../../src/transport/session/message-id.ts'
import { Salts } from '../../src/transport/session/salts.ts'
import { Session } from '../../src/transport/session/session.ts'
import { TEST_KEY } from '../lab/server/setup.ts'
import { SecretLab } from '../support/secret-lab.ts'
import { int, result, service } from '../support/session-peer.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const crypto = portableCrypto

/** The server's end of one carrier. */
class Link implements Carrier {
  buffered = 0
  beforePacket?: (session: PacketSource) => void
  closed = false
  readonly handlers: CarrierHandlers
  readonly #lab: Lab
  readonly #codec: PacketCodec
  readonly packets: Uint8Array[] = []
  #started = false

  constructor(lab: Lab, handlers: CarrierHandlers) {
    this.#lab = lab
    this.handlers = handlers
    this.#codec = createFraming('intermediate', lab.host.random)
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      const data = this.#started ? chunk : chunk.subarray(4)
      this.#started = true
      if (data.length > 0) this.packets.push(...this.#codec.feed(data.slice()))
    }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    queueMicrotask(() => this.handlers.onClose())
  }

  /** Sends raw bytes to the client. */
  raw(data: Uint8Array): void {
    this.handlers.onData(data)
  }

  packet(packet: Uint8Array): void {
    for (const chunk of this.#codec.encode(packet)) this.raw(chunk)
  }

  /** Sends a message of the session, sealed by the server. */
  message(body: Uint8Array, seqno = 1): void {
    const { ids, host, key, session } = this.#lab
    const head = { salt: 0n, sessionId: session.id, msgId: ids.next(host.wallClock(), ANSWER_RESIDUE), seqno }
    this.packet(sealMessage({ crypto, authKey: key }, 'server', head, body, host.random))
  }

  /** The message ids and first words of what the client sent and the test has not looked at. */
  read(): { msgId: bigint; id: number; reader: TlReader }[] {
    return this.packets.splice(0).map((packet) => {
      const plain = open({ crypto, authKey: this.#lab.key }, 'client', packet)!
      const r = new TlReader(plain, 16)
      const msgId = BigInt.asUintN(64, r.long())
      r.int()
      r.int()
      return { msgId, id: r.peekId(), reader: r }
    })
  }

  die(error = new TransportError('CONNECTION_CLOSED', 'cut')): void {
    this.closed = true
    this.handlers.onClose(error)
  }
}

class Lab {
  readonly host = new VirtualHost()
  readonly key: AuthKey = createAuthKey(crypto, this.host.random(new Uint8Array(256)))
  readonly ids = new MessageIds()
  readonly links: Link[] = []
  readonly events: ConnectionEvent[] = []
  readonly outcomes: string[] = []
  /** What dialling does: an error, or for ever nothing. */
  dialFails: Error | 'hangs' | undefined
  rejectDial: (error: Error) => void = () => {}
  aborted = 0
  onEvent: ((event: ConnectionEvent) => void) | undefined
  keyLost = 0
  codec = (): PacketCodec => createFraming('intermediate', this.host.random)
  readonly session: Session
  readonly keys: KeyHolder
  readonly connection: Connection

  constructor() {
    const { host } = this
    const clock = new ServerClock(host)
    this.session = new Session({ crypto, random: host.random, clock, salts: new Salts(0n), init: (encode) => encode })
    const key = this.key
    const lab = this
    this.keys = {
      get current() {
        return lab.keyLost > 0 ? undefined : key
      },
      agreed: () => {},
      lost: () => {
        this.keyLost++
      },
    }
    this.connection = new Connection({
      host,
      crypto,
      clock,
      session: this.session,
      keys: this.keys,
      exchange: { keys: [], dc: 2 },
      dial: (handlers, signal) => this.#dial(handlers, signal),
      codec: () => this.codec(),
      where: '127.0.0.1:443',
      onEvent: (event) => {
        this.events.push(event)
        this.onEvent?.(event)
      },
    })
  }

  #dial(handlers: CarrierHandlers, signal: AbortSignal): Promise<Carrier> {
    signal.addEventListener('abort', () => this.aborted++)
    if (this.dialFails === 'hangs') {
      return new Promise((_, reject) => {
        this.rejectDial = reject
      })
    }
    if (this.dialFails) return Promise.reject(this.dialFails)
    const link = new Link(this, handlers)
    this.links.push(link)
    return Promise.resolve(link)
  }

  call(number: number): ReturnType<Connection['call']> {
    return this.connection.call({
      method: 'test',
      encode: (w) => w.int(number),
      onResult: (r) => this.outcomes.push(`${number}=${r.int()}`),
      onRpcError: (code) => this.outcomes.push(`${number}!${code}`),
      onFailure: (error) => this.outcomes.push(`${number}x${(error as { code: string }).code}`),
    })
  }

  get link(): Link {
    return this.links.at(-1)!
  }

  /** Opens the connection with one answered call. */
  async ready(): Promise<void> {
    this.call(0)
    await this.host.settle()
    this.link.message(result(this.link.read()[0]!.msgId, int(0)))
    await this.host.advance(1000)
    this.link.read()
    this.outcomes.length = 0
  }
}

let lab: Lab
beforeEach(() => {
  lab = new Lab()
})

test('opens with the first call, and calls made in one go travel in one packet', async () => {
  expect(lab.connection.state).toBe('idle')
  lab.call(1)
  lab.call(2)
  await lab.host.settle()
  expect(lab.connection.state).toBe('ready')
  expect(lab.link.packets.length).toBe(1)
})

describe('a lost link', () => {
  test('is opened again at once, and what was not answered goes out again', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    lab.link.die()
    await lab.host.advance(1)
    expect(lab.links.length).toBe(2)
    await lab.host.settle()
    const body = lab.link.read()
    expect(body.length).toBe(1)
    expect(lab.outcomes).toEqual([])
  })

  test('stays closed when nothing waits, until the next call', async () => {
    await lab.ready()
    lab.link.die()
    await lab.host.advance(100_000)
    expect([lab.links.length, lab.connection.state, lab.host.pendingTimers]).toEqual([1, 'idle', 0])
    lab.call(1)
    await lab.host.settle()
    expect(lab.links.length).toBe(2)
  })

  test('that cannot be opened again fails the calls after a while, with growing pauses between', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.link.die()
    await lab.host.advance(300_000)
    expect(lab.outcomes).toEqual(['1xCONNECT_FAILED'])
    const attempts = lab.events.filter((event) => event.type === 'connecting').length
    expect(attempts).toBeGreaterThan(4)
    expect(attempts).toBeLessThan(20)
    expect([lab.connection.state, lab.host.pendingTimers]).toEqual(['idle', 0])
    lab.dialFails = undefined
    lab.call(2)
    await lab.host.settle()
    expect(lab.connection.state).toBe('ready')
  })

  test('and further calls get three attempts each, without a wait of a minute', async () => {
    await lab.ready()
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.call(1)
    await lab.host.settle()
    lab.link.die()
    await lab.host.advance(100_000)
    for (const number of [2, 3, 4]) {
      lab.outcomes.length = 0
      const before = lab.events.length
      lab.call(number)
      await lab.host.advance(2_000)
      expect(lab.outcomes).toEqual([`${number}xCONNECT_FAILED`])
      expect(lab.events.slice(before).filter((event) => event.type === 'connecting').length).toBe(3)
    }
    expect(lab.host.pendingTimers).toBe(0)
  })

  test('a call made when the network is back does not fail by what was before', async () => {
    await lab.ready()
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.call(1)
    await lab.host.settle()
    lab.link.die()
    // The last attempt before the server is given up has been under way for a while.
    await lab.host.advance(50_000)
    lab.dialFails = 'hangs'
    await lab.host.advance(30_000)
    expect(lab.connection.state).toBe('dialling')
    lab.call(2)
    lab.dialFails = undefined
    lab.rejectDial(new TransportError('CONNECT_TIMEOUT', 'no answer'))
    await lab.host.settle()
    expect(lab.outcomes).toEqual(['1xCONNECT_TIMEOUT'])
    await lab.host.advance(1)
    lab.link.message(result(lab.link.read().at(-1)!.msgId, int(7)))
    expect(lab.outcomes).toEqual(['1xCONNECT_TIMEOUT', '2=7'])
  })

  test('a call that was sent during the last attempt goes out again, too', async () => {
    await lab.ready()
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.call(1)
    await lab.host.settle()
    lab.link.die()
    await lab.host.advance(50_000)
    lab.dialFails = undefined
    await lab.host.advance(15_000)
    expect(lab.connection.state).toBe('ready')
    lab.call(2)
    await lab.host.settle()
    lab.link.die()
    await lab.host.advance(1)
    expect(lab.outcomes).toEqual(['1xCONNECTION_CLOSED'])
    lab.link.message(result([...lab.session.sent.keys()].at(-1)!, int(7)))
    expect(lab.outcomes.at(-1)).toBe('2=7')
  })

  test('a broken rule is not told of to whom it did not befall', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    lab.link.raw(new Uint8Array([40, 0, 0, 0]))
    lab.link.raw(new Uint8Array(40).fill(7))
    await lab.host.advance(1000)
    expect(lab.events).toContainEqual(expect.objectContaining({ error: expect.any(SecurityError) }))
    // The next connection stands, and nobody answers: the call begun by then waits its three minutes out.
    lab.call(2)
    for (let passed = 0; passed < 200_000; passed += 1000) {
      lab.link.message(service({ _: 'pong', msgId: 1n, pingId: 1n }), 0)
      await lab.host.advance(1000)
    }
    expect(lab.outcomes).toEqual(['1xMESSAGE_REFUSED', '2xNO_ANSWER'])
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.link.die()
    lab.outcomes.length = 0
    lab.call(3)
    await lab.host.advance(80_000)
    expect(lab.outcomes).toEqual(['3xCONNECT_FAILED'])
  })

  test('nobody there: found by an unanswered ping', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.advance(60_000)
    expect(lab.links.length).toBeGreaterThan(1)
    expect(lab.links[0]!.closed).toBe(true)
  })

  test('nobody there: found although the system takes every byte, and calls are asked about all the time', async () => {
    await lab.ready()
    const link = lab.link
    const taking = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 1000) {
        await lab.host.advance(1000)
        if (link.packets.splice(0).length === 0) continue
        // One piece after another, as a system reports them.
        link.buffered = 1
        link.handlers.onDrain?.()
        link.buffered = 0
        link.handlers.onDrain?.()
      }
    }
    for (let i = 0; i < 4; i++) {
      lab.call(i)
      await taking(5000)
    }
    await taking(40_000)
    expect(link.closed).toBe(true)
  })
})

test('a link that is slow, but moves, is not given up', async () => {
  await lab.ready()
  lab.call(1)
  await lab.host.settle()
  lab.link.buffered = 900_000
  for (let i = 0; i < 12; i++) {
    await lab.host.advance(10_000)
    lab.link.buffered -= 60_000
    lab.link.handlers.onDrain?.()
  }
  expect(lab.link.closed).toBe(false)
})

test('a server that takes each call, says so and hangs up is not dialled without end, and the call fails in bounded time', async () => {
  await lab.ready()
  lab.call(1)
  await lab.host.settle()
  let links = 0
  const since = lab.host.now()
  while (lab.outcomes.length === 0 && links < 200) {
    links++
    const { link } = lab
    for (const { msgId } of link.read()) link.message(service({ _: 'msgs_ack', msgIds: [msgId] }), 0)
    link.die()
    for (let i = 0; i < 2_000 && lab.link === link && lab.outcomes.length === 0; i++) await lab.host.advance(10)
  }
  expect(links).toBeLessThan(50)
  expect([lab.outcomes, lab.host.now() - since < 240_000]).toEqual([['1xNO_ANSWER'], true])
})

test('whose key is made here is free for another lane as soon as the link is lost, or the key is there', async () => {
  lab.keyLost = 1
  lab.call(1)
  await lab.host.settle()
  expect([lab.connection.state, lab.keys.maker]).toEqual(['exchanging', lab.connection])
  lab.dialFails = 'hangs'
  lab.link.die()
  expect([lab.connection.state, lab.keys.maker]).toEqual(['waiting', undefined])
  await lab.host.advance(1_000)
  expect([lab.connection.state, lab.keys.maker]).toEqual(['dialling', lab.connection])
  lab.connection.close()
  expect(lab.keys.maker).toBeUndefined()
})

test('another lane agreed on the next key: this one goes on in a new session', async () => {
  await lab.ready()
  const { id } = lab.session
  const next = createAuthKey(crypto, lab.host.random(new Uint8Array(256)))
  Object.defineProperty(lab.keys, 'current', { value: next })
  lab.call(1)
  await lab.host.advance(1_000)
  expect([lab.connection.state, lab.links.length, lab.session.id === id]).toEqual(['ready', 2, false])
})

test('a server that was given up has its minute again when two have passed', async () => {
  await lab.ready()
  lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
  lab.link.die()
  const lost = async (number: number): Promise<number> => {
    const since = lab.host.now()
    lab.call(number)
    while (lab.outcomes.length < number) await lab.host.advance(100)
    return lab.host.now() - since
  }
  expect(await lost(1)).toBeGreaterThan(60_000)
  expect(await lost(2)).toBeLessThan(1_000)
  await lab.host.advance(120_000)
  expect(await lost(3)).toBeGreaterThan(60_000)
})

describe('a server that cannot be reached', () => {
  test('fails the calls after three attempts', async () => {
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.call(1)
    await lab.host.advance(10_000)
    expect(lab.outcomes).toEqual(['1xCONNECT_FAILED'])
    expect(lab.events.filter((event) => event.type === 'connecting').length).toBe(3)
  })

  test('closing gives up dialling', async () => {
    lab.dialFails = 'hangs'
    lab.call(1)
    await lab.host.settle()
    lab.connection.close()
    expect([lab.outcomes, lab.aborted, lab.host.pendingTimers]).toEqual([['1xCLIENT_CLOSED'], 1, 0])
    lab.call(2)
    expect(lab.outcomes).toEqual(['1xCLIENT_CLOSED', '2xCLIENT_CLOSED'])
  })
})

test('a call that is made when the loss of an idle link is told is not lost with it', async () => {
  await lab.ready()
  lab.onEvent = ({ type }) => type === 'disconnected' && lab.call(1)
  lab.link.die()
  lab.onEvent = undefined
  await lab.host.settle()
  expect(lab.outcomes).toEqual([])
  const { msgId } = lab.link.read().at(-1)!
  lab.link.message(result(msgId, int(5)))
  expect([lab.outcomes, lab.links.length]).toEqual([['1=5'], 2])
})

describe('what is not genuine', () => {
  const lost = (): unknown => lab.events.filter((event) => event.type === 'disconnected').at(-1)?.error

  test('a changed packet closes the connection and is not used', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    const { msgId } = lab.link.read()[0]!
    const head = {
      salt: 0n,
      sessionId: lab.session.id,
      msgId: lab.ids.next(lab.host.wallClock(), ANSWER_RESIDUE),
      seqno: 1,
    }
    const packet = sealMessage({ crypto, authKey: lab.key }, 'server', head, result(msgId, int(666)), lab.host.random)
    packet[packet.length - 1]! ^= 1
    const { link } = lab
    link.packet(packet)
    expect(link.closed).toBe(true)
    expect(lost()).toBeInstanceOf(SecurityError)
    expect(lab.outcomes).toEqual([])
  })

  test('a plain message, a packet of another key, one too short', async () => {
    await lab.ready()
    for (const packet of [new Uint8Array(64), new Uint8Array(8), lab.host.random(new Uint8Array(88))]) {
      lab.call(1)
      await lab.host.advance(1000)
      const { link } = lab
      link.packet(packet)
      expect(link.closed).toBe(true)
      expect(lost()).toMatchObject({ code: 'MESSAGE_REFUSED' })
    }
  })

  test('bytes that are no packets', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    const { link } = lab
    link.raw(new Uint8Array([0xff, 0xff, 0xff, 0x7f]))
    expect([link.closed, (lost() as TransportError).code]).toEqual([true, 'FRAMING'])
  })

  test('a server whose answers are all refused: the call fails by that reason, not by a time-out, and not in a rush', async () => {
    await lab.ready()
    lab.call(1)
    for (let i = 0; i < 2000 && lab.outcomes.length === 0; i++) {
      await lab.host.advance(50)
      const [first] = lab.link.read()
      // A genuine pong each time, and an answer that breaks a rule: its seqno says that it needs no acknowledgement.
      if (first) {
        lab.link.message(service({ _: 'pong', msgId: 1n, pingId: 1n }), 0)
        lab.link.message(result(first.msgId, int(1)), 2)
      }
    }
    expect(lab.outcomes).toEqual(['1xMESSAGE_REFUSED'])
    expect(lab.host.now()).toBeGreaterThan(1500)
  })

  test('an attacker who breaks every connection cannot make us dial without pause', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    for (let i = 0; i < 10; i++) {
      lab.link.packet(new Uint8Array(64))
      await lab.host.advance(100)
    }
    expect(lab.links.length).toBeLessThan(5)
  })
})

describe('transport errors', () => {
  test('-404 must be said on two connections in a row before the key counts as lost', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    lab.link.packet(transportErrorPacket(-404))
    await lab.host.advance(500)
    expect(lab.keyLost).toBe(0)
    lab.link.packet(transportErrorPacket(-404))
    expect(lab.keyLost).toBe(1)
  })

  test('a key that is lost after a long outage does not fail the calls: another is made', async () => {
    await lab.ready()
    lab.call(1)
    await lab.host.settle()
    const links = lab.links.length
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.link.die()
    await lab.host.advance(40_000)
    lab.dialFails = undefined
    while (lab.links.length === links) await lab.host.advance(500)
    lab.link.packet(transportErrorPacket(-404))
    expect(lab.outcomes).toEqual([])
    // By the second time the minute is over that a server out of reach is given.
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    await lab.host.advance(12_000)
    lab.dialFails = undefined
    while (lab.links.length === links + 1) await lab.host.advance(500)
    lab.link.packet(transportErrorPacket(-404))
    expect([lab.keyLost, lab.outcomes]).toEqual([1, []])
    await lab.host.advance(20_000)
    expect(lab.events.at(-1)?.type).toBe('exchanging')
  })

  test('-404, then an answer: the key stays', async () => {
    await lab.ready()
    for (let i = 0; i < 4; i++) {
      lab.call(i)
      await lab.host.settle()
      lab.link.packet(transportErrorPacket(-404))
      await lab.host.advance(2000)
      expect(lab.link.read().length).toBe(1)
      lab.link.message(service({ _: 'pong', msgId: 1n, pingId: 1n }), 0)
      await lab.host.advance(1000)
    }
    expect(lab.keyLost).toBe(0)
  })

  test('-444 fails at once and says what it means; -429 is tried again later', async () => {
    lab.call(1)
    await lab.host.settle()
    lab.link.packet(transportErrorPacket(-444))
    expect(lab.outcomes).toEqual(['1xSERVER_TRANSPORT_ERROR'])
    const event = lab.events.findLast((one) => one.type === 'disconnected')
    expect(event?.error?.message).toMatch(/datacenter/)
    lab.call(2)
    await lab.host.settle()
    lab.link.packet(transportErrorPacket(-429))
    await lab.host.advance(2000)
    expect([lab.connection.state, lab.outcomes.length]).toEqual(['ready', 1])
  })
})

test('nothing more is sealed while the carrier is full', async () => {
  await lab.ready()
  lab.link.buffered = 10 * 1024 * 1024
  lab.call(1)
  await lab.host.settle()
  expect(lab.link.packets.length).toBe(0)
  lab.link.buffered = 0
  lab.link.handlers.onDrain?.()
  expect(lab.link.packets.length).toBe(1)
})

test('an acknowledgement that is due while the carrier is full sets no timer after another', async () => {
  await lab.ready()
  lab.link.message(service({ _: 'new_session_created', firstMsgId: 0n, uniqueId: 1n, serverSalt: 0n }))
  lab.link.buffered = 10 * 1024 * 1024
  const set = vi.spyOn(lab.host, 'setTimer')
  const busy = lab.host.advance(300).then(() => 'done')
  let turns = 0
  while ((await Promise.race([busy, new Promise((resolve) => setImmediate(resolve))])) !== 'done' && turns < 100)
    turns++
  lab.connection.close()
  expect(set.mock.calls.length).toBeLessThan(5)
})

test('a server that disagrees about the session: a new session on a new link', async () => {
  await lab.ready()
  lab.call(7)
  await lab.host.settle()
  const before = lab.session.id
  const { msgId } = lab.link.read()[0]!
  lab.link.message(service({ _: 'bad_msg_notification', badMsgId: msgId, badMsgSeqno: 1, errorCode: 33 }), 0)
  await lab.host.advance(1)
  await lab.host.settle()
  expect([lab.links.length, lab.session.id === before]).toEqual([2, false])
  // It shares a container with the end of the session before.
  const { reader } = lab.link.read()[0]!
  expect(toHex(reader.buffer.subarray(reader.pos))).toContain('07000000')
})

test('closing leaves no timer, closes the carrier and rejects what waits', async () => {
  await lab.ready()
  lab.call(1)
  await lab.host.settle()
  lab.connection.close()
  await lab.host.settle()
  expect([lab.link.closed, lab.host.pendingTimers, lab.outcomes]).toEqual([true, 0, ['1xCLIENT_CLOSED']])
})

test('pings keep an idle connection', async () => {
  await lab.ready()
  for (let i = 0; i < 300; i++) {
    await lab.host.advance(1000)
    for (const { reader, msgId } of lab.link.read()) {
      const message = readClientMessage(reader)
      if (message._ === 'ping_delay_disconnect')
        lab.link.message(service({ _: 'pong', msgId, pingId: message.pingId }), 0)
    }
  }
  expect([lab.links.length, lab.connection.state]).toEqual([1, 'ready'])
})

test.each(['connecting', 'exchanging', 'connected', 'disconnected'] as const)(
  'closing while hearing of "%s" closes',
  async (type) => {
    if (type === 'exchanging') lab.keyLost = 1
    lab.onEvent = (event) => event.type === type && lab.connection.close()
    lab.call(1)
    await lab.host.settle()
    if (type === 'disconnected') lab.link.die()
    await lab.host.advance(60_000)
    const open = lab.links.filter((link) => !link.closed).length
    expect([lab.connection.state, open, lab.host.pendingTimers, lab.outcomes]).toEqual([
      'closed',
      0,
      0,
      ['1xCLIENT_CLOSED'],
    ])
  },
)

test('what stands behind the notice that ends a session is not held against the server', async () => {
  await lab.ready()
  lab.call(7)
  await lab.host.settle()
  const { msgId } = lab.link.read()[0]!
  const chunks: Uint8Array[] = []
  const { link } = lab
  link.raw = (data) => chunks.push(data)
  link.message(service({ _: 'bad_msg_notification', badMsgId: msgId, badMsgSeqno: 1, errorCode: 33 }), 0)
  link.message(service({ _: 'pong', msgId: 1n, pingId: 1n }), 0)
  link.handlers.onData(new Uint8Array(chunks.flatMap((chunk) => [...chunk])))
  expect(lab.events.at(-1)).toMatchObject({ type: 'disconnected', error: undefined, retryIn: 0 })
})

test('nothing is used behind what broke the link, in the same chunk or later', async () => {
  await lab.ready()
  lab.call(7)
  await lab.host.settle()
  const { msgId } = lab.link.read()[0]!
  const chunks: Uint8Array[] = []
  const { link } = lab
  link.raw = (data) => chunks.push(data)
  link.packet(transportErrorPacket(-429))
  link.message(result(msgId, int(1)))
  link.handlers.onData(new Uint8Array(chunks.flatMap((chunk) => [...chunk])))
  await lab.host.advance(2000)
  link.handlers.onData(new Uint8Array(64))
  expect([lab.links.length, lab.connection.state, lab.outcomes]).toEqual([2, 'ready', []])
})

test('-404 to what was sent under a key that another lane has lost meanwhile is no end', async () => {
  await lab.ready()
  lab.call(1)
  await lab.host.settle()
  const { id } = lab.session
  lab.link.packet(transportErrorPacket(-404))
  await lab.host.advance(500)
  lab.keyLost = 1
  // In one chunk: a key that is gone is noticed at the next occasion.
  lab.link.handlers.onData(Uint8Array.of(4, 0, 0, 0, ...transportErrorPacket(-404)))
  expect([lab.links.length, lab.keyLost, lab.outcomes, lab.session.id === id]).toEqual([2, 2, [], false])
})

test('a key exchange that nobody answers ends after 20 s, and after three attempts', async () => {
  lab.keyLost = 1
  lab.call(1)
  await lab.host.advance(19_000)
  expect([lab.links.length, lab.outcomes]).toEqual([1, []])
  await lab.host.advance(60_000)
  expect([lab.links.length, lab.outcomes]).toEqual([3, ['1xNO_ANSWER']])
})

test('a codec that cannot be made fails the call', async () => {
  lab.codec = () => {
    throw new TransportError('FRAMING', 'no such thing', { retryable: false })
  }
  lab.call(1)
  await lab.host.settle()
  expect(lab.outcomes).toEqual(['1xFRAMING'])
})

describe('over a carrier on which the server only answers', () => {
  const MSG_CONTAINER = 0x73f1f8dc
  const MSGS_ACK = 0x62d6b459
  const HTTP_WAIT = 0x9299359f
  /** Whether no request is open. */
  let hungry: boolean
  const hold = { _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 25_000 }

  const ready = async (): Promise<Link> => {
    await lab.ready()
    hungry = false
    lab.link.beforePacket = (session) => {
      addHttpWait(session, hungry)
      // What is sent now is a request.
      hungry = false
    }
    return lab.link
  }
  /** A carrier that has become hungry says so by a drain. */
  const starve = (): void => {
    hungry = true
    lab.link.handlers.onDrain?.()
  }
  /** The messages of the next packet. */
  const messages = (): { id: number; reader: TlReader }[] => {
    const [packet] = lab.link.read()
    const { id, reader } = packet!
    if (id !== MSG_CONTAINER) return [packet!]
    reader.pos += 4
    return Array.from({ length: reader.int() }, () => {
      reader.pos += 12
      const length = reader.int()
      const inner = new TlReader(reader.buffer, reader.pos, reader.pos + length)
      reader.pos += length
      return { id: inner.peekId(), reader: inner }
    })
  }

  test('a call that waits is followed by http_wait, each time that no request is open', async () => {
    const link = await ready()
    lab.call(7)
    await lab.host.settle()
    // The call is a request itself.
    expect(link.read().map(({ id }) => id)).toEqual([7])
    for (let i = 0; i < 3; i++) {
      starve()
      const [first, ...rest] = link.read()
      expect(readClientMessage(first!.reader)).toEqual(hold)
      expect(rest).toEqual([])
    }
    link.handlers.onDrain?.()
    expect(link.read()).toEqual([])
  })

  test('a packet with a call in it is held without http_wait', async () => {
    await ready()
    lab.call(7)
    await lab.host.settle()
    lab.link.read()
    hungry = true
    lab.call(8)
    await lab.host.settle()
    expect(messages().map(({ id }) => id)).toEqual([8])
  })

  test('a packet that asks for nothing is not held; one that asks is', async () => {
    const link = await ready()
    link.message(service({ _: 'new_session_created', firstMsgId: 0n, uniqueId: 1n, serverSalt: 0n }))
    await lab.host.advance(300)
    const [acks, wait] = messages()
    expect([acks!.id, readClientMessage(wait!.reader)]).toEqual([MSGS_ACK, { ...hold, maxWait: 0 }])
    // The ping of a quiet minute.
    await lab.host.advance(61_000)
    expect(messages().map(({ id }) => id)).not.toContain(HTTP_WAIT)
  })

  test('nobody is asked while nothing is waited for', async () => {
    const link = await ready()
    starve()
    expect(link.read()).toEqual([])
  })
})

describe('when the network says that it changed', () => {
  test('a connection that waits for its next attempt dials at once', async () => {
    await lab.ready()
    lab.dialFails = new TransportError('CONNECT_FAILED', 'refused')
    lab.call(1)
    await lab.host.settle()
    lab.link.die()
    await lab.host.advance(20_000)
    expect(lab.connection.state).toBe('waiting')
    lab.dialFails = undefined
    const at = lab.host.now()
    lab.connection.networkChanged()
    await lab.host.settle()
    expect([lab.connection.state, lab.links.length, lab.host.now()]).toEqual(['ready', 2, at])
    // The attempt that was to come is not made beside it.
    await lab.host.advance(10_000)
    expect(lab.links.length).toBe(2)
  })

  test('a dial that hangs is given up for another', async () => {
    lab.dialFails = 'hangs'
    lab.call(1)
    await lab.host.settle()
    lab.dialFails = undefined
    lab.connection.networkChanged()
    await lab.host.advance(1)
    expect([lab.aborted, lab.connection.state, lab.outcomes]).toEqual([1, 'ready', []])
  })

  test('a key exchange begins anew', async () => {
    lab.keyLost = 1
    lab.call(1)
    await lab.host.settle()
    expect(lab.connection.state).toBe('exchanging')
    lab.connection.networkChanged()
    await lab.host.advance(1)
    expect([lab.links.length, lab.links[0]!.closed, lab.connection.state]).toEqual([2, true, 'exchanging'])
  })

  test('an open connection asks for a sign of life, and is given up without one', async () => {
    await lab.ready()
    lab.connection.networkChanged()
    await lab.host.settle()
    const [ping] = lab.link.read()
    expect(readClientMessage(ping!.reader)._).toBe('ping_delay_disconnect')
    await lab.host.advance(16_000)
    expect([lab.link.closed, lab.links.length, lab.connection.state]).toEqual([true, 1, 'idle'])
  })

  test('a connection that waits for the key of another goes on with one timer, however often it is told', async () => {
    lab.keyLost = 1
    lab.keys.maker = 'another lane'
    lab.call(1)
    await lab.host.settle()
    for (let i = 0; i < 10; i++) lab.connection.networkChanged()
    expect([lab.connection.state, lab.host.pendingTimers]).toEqual(['waiting', 1])
    // The other one gives up; no timer that was left over ends the exchange which begins here then.
    lab.keys.maker = undefined
    await lab.host.advance(1_000)
    expect([lab.links.length, lab.connection.state, lab.host.pendingTimers]).toEqual([1, 'exchanging', 1])
    lab.connection.close()
    expect(lab.host.pendingTimers).toBe(0)
  })

  test('one that is idle or closed does nothing', async () => {
    lab.connection.networkChanged()
    await lab.host.settle()
    expect([lab.links.length, lab.connection.state, lab.host.pendingTimers]).toEqual([0, 'idle', 0])
    lab.connection.close()
    lab.connection.networkChanged()
    expect([lab.links.length, lab.connection.state]).toEqual([0, 'closed'])
    expect(lab.events).toEqual([{ type: 'closed', where: '127.0.0.1:443', error: undefined }])
  })
})

test('what follows in a chunk is not looked at by a connection that was closed by what came first', async () => {
  await lab.ready()
  lab.connection.call({
    method: 'test',
    encode: (w) => w.int(7),
    onResult: () => lab.connection.close(),
    onRpcError: () => {},
    onFailure: () => {},
  })
  await lab.host.settle()
  const { msgId } = lab.link.read()[0]!
  const chunks: Uint8Array[] = []
  const { link } = lab
  link.raw = (data) => chunks.push(data)
  link.message(result(msgId, int(1)))
  const last = lab.ids.last
  link.message(service({ _: 'pong', msgId: 1n, pingId: 1n }), 0)
  link.handlers.onData(new Uint8Array(chunks.flatMap((chunk) => [...chunk])))
  expect([lab.connection.state, lab.session.seen.has(last), lab.session.seen.has(lab.ids.last)]).toEqual([
    'closed',
    true,
    false,
  ])
})

test('a packet under a key that is over is not opened: the key is wiped, and anybody could have sealed it', async () => {
  await lab.ready()
  lab.call(1)
  await lab.host.settle()
  const { msgId } = lab.link.read()[0]!
  lab.keyLost = 1
  lab.key.bytes.fill(0)
  // In one piece: a connection that is asked for anything else in between notices as well.
  const chunks: Uint8Array[] = []
  const { link } = lab
  link.raw = (data) => chunks.push(data)
  link.message(result(msgId, int(666)))
  link.handlers.onData(new Uint8Array(chunks.flatMap((chunk) => [...chunk])))
  expect(lab.outcomes).toEqual([])
  expect(lab.events.at(-1)).toMatchObject({ type: 'disconnected', error: undefined })
})

test('an unknown server key, and an exchange that breaks the rules: given up at once, and after three attempts', async () => {
  for (const [fault, code, attempts] of [
    [{ keys: [{ ...TEST_KEY, fingerprint: 1n }] }, 'UNKNOWN_SERVER_KEY', 1],
    [{}, 'EXCHANGE_REFUSED', 3],
  ] as const) {
    const secret = new SecretLab({ server: { requireForwardSecrecy: false } })
    const nonces = new Set<string>()
    secret.faults.exchange = {
      refuseParams: true,
      tamper: (_, message) => {
        if (message._ === 'resPQ') nonces.add(toHex(message.nonce))
        return message
      },
    }
    const dc = new Datacenter({ ...secret.options, ...fault })
    await expect(secret.run(secret.me(dc))).rejects.toMatchObject({ code })
    // Each with a nonce of its own.
    expect([secret.dialled, nonces.size, secret.host.pendingTimers <= 1]).toEqual([attempts, attempts, true])
    // The same under forward secrecy.
    const other = new SecretLab()
    other.faults.exchange = { refuseParams: true }
    await expect(other.run(other.me(other.secret(60, fault)))).rejects.toMatchObject({ code })
    expect(other.dialled).toBe(attempts)
  }
})

test('an exchange that failed twice is begun anew, and succeeds', async () => {
  const secret = new SecretLab({ server: { requireForwardSecrecy: false } })
  let left = 2
  secret.faults.exchange = {
    get refuseParams() {
      return left-- > 0
    },
  }
  await secret.run(secret.login(secret.plain()))
  expect(secret.dialled).toBe(3)
})
