/**
 * A real connection with an encrypted session in virtual time, and a server that holds the key and says what a test makes it
 * say: every packet is sealed as it should be, unless the test changes it afterwards.
 */
import { expect } from 'vitest'
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { SecurityError } from '../../src/errors.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { open, sealMessage } from '../../src/transport/session/envelope.ts'
import { atTime } from '../../src/transport/session/message-id.ts'
import { Bench, cachingCrypto, type PrimitiveCall } from './tamper-bench.ts'
import { seededRandom } from './virtual-host.ts'

/** The key of every bench. */
export const AUTH_KEY: Uint8Array = seededRandom(99)(new Uint8Array(256))
const authKey = createAuthKey(nativeCrypto, AUTH_KEY)
const random = seededRandom(5)

/** The one refusal's words. */
export const REFUSAL =
  'the server sent an encrypted message that breaks the protocol; it was discarded and the connection closed'

/** How a packet is made; what is absent is as it should be. */
export interface Forgery {
  readonly salt?: bigint
  readonly sessionId?: bigint
  readonly msgId?: bigint
  readonly seqno?: number
  /** What the length field says. */
  readonly length?: number
  /** Bytes of padding; the least that the protocol allows unless told. */
  readonly padding?: number
  /** Sealed as a client would: what a reflected packet looks like. */
  readonly reflected?: boolean
}

/** All that a message can change in a session, as far as anyone can see. */
export interface Traces {
  readonly outcomes: readonly string[]
  readonly updates: readonly number[]
  readonly events: readonly string[]
  readonly salt: bigint
  readonly knownSalts: number
  readonly serverTime: number
  readonly seen: number
  readonly pending: number
  readonly sessionId: bigint
  readonly sent: readonly string[]
  /** Ids that the client would acknowledge, at once or soon. */
  readonly acks: number
}

export class SessionBench extends Bench {
  /** Message ids of the calls sent, in the order of the calls. */
  readonly calls: bigint[] = []

  constructor(wallClock?: number) {
    super({ key: AUTH_KEY, ...(wallClock !== undefined && { wallClock }) })
  }

  /** Sends `calls` calls, and tells the client the time, so that the window of time holds. */
  static async ready(calls = 3): Promise<SessionBench> {
    const bench = new SessionBench()
    for (let number = 1; number <= calls; number++) {
      bench.call(number)
      await bench.settle()
    }
    for (const packet of bench.sent()) bench.calls.push(bench.read(packet).msgId)
    bench.clock.sync(bench.time.wallClock())
    await bench.time.advance(100)
    bench.primitives = []
    return bench
  }

  /** The id and first word of a packet of the client's. */
  read(packet: Uint8Array): { msgId: bigint; id: number } {
    const plain = open({ crypto: cachingCrypto, authKey }, 'client', packet.slice())
    if (!plain) throw new Error('the client sent what the server cannot open')
    const reader = new TlReader(plain, 16)
    return { msgId: BigInt.asUintN(64, reader.long()), id: new TlReader(plain, 32).peekId() }
  }

  /** A server's message id of a moment, in milliseconds from now. */
  at(milliseconds = 0): bigint {
    return atTime(this.time.wallClock() + milliseconds) + 1n
  }

  /** Seals a message of the server's. */
  seal(body: Uint8Array, forgery: Forgery = {}): Uint8Array {
    const { salt = 77n, sessionId = this.session.id, msgId = this.at(), seqno = 1 } = forgery
    const padding = random(new Uint8Array(forgery.padding ?? 12 + (-(32 + body.length + 12) & 15)))
    const head = { salt, sessionId, msgId, seqno }
    const from = forgery.reflected ? 'client' : 'server'
    if (forgery.length === undefined && (32 + body.length + padding.length) % 16 === 0) {
      return sealMessage({ crypto: cachingCrypto, authKey }, from, head, body, random, padding)
    }
    return this.#sealWrong(head, body, padding, forgery.length ?? body.length)
  }

  /** What `seal` would not make: a wrong length field, a plaintext that is not of whole blocks. */
  #sealWrong(
    head: { salt: bigint; sessionId: bigint; msgId: bigint; seqno: number },
    body: Uint8Array,
    padding: Uint8Array,
    length: number,
  ): Uint8Array {
    const plain = new Uint8Array(32 + body.length + padding.length)
    const fields = new DataView(plain.buffer)
    fields.setBigInt64(0, head.salt, true)
    fields.setBigInt64(8, head.sessionId, true)
    fields.setBigUint64(16, head.msgId, true)
    fields.setInt32(24, head.seqno, true)
    fields.setInt32(28, length, true)
    plain.set(body, 32)
    plain.set(padding, 32 + body.length)
    return sealPlain(plain)
  }

  /** What the session shows of itself now. */
  traces(): Traces {
    return {
      outcomes: [...this.outcomes],
      updates: [...this.updates],
      events: this.sessionEvents.map((event) => JSON.stringify(event, (_, v) => (typeof v === 'bigint' ? `${v}` : v))),
      salt: this.salts.at(this.clock.serverTime()),
      knownSalts: this.salts.knownUntil,
      serverTime: this.clock.serverTime(),
      seen: this.session.seen.size,
      pending: this.session.pending,
      sessionId: this.session.id,
      sent: [...this.session.sent].map(([id, call]) => `${id} ${call.acked} ${call.formerIds.join(' ')}`),
      acks: this.session.deadline() <= this.time.now() + 250 ? 1 : 0,
    }
  }

  /** Gives the client a packet that it must refuse, in the one way there is, with nothing of it used. */
  mustRefuse(packet: Uint8Array, where: string): void {
    const before = this.traces()
    this.primitives = []
    this.deliver(packet)
    expect(this.closed, `${where}: is the connection closed?`).toBe(true)
    expect(this.error, where).toBeInstanceOf(SecurityError)
    expect(this.error, where).toMatchObject({ name: 'SecurityError', code: 'MESSAGE_REFUSED', message: REFUSAL })
    expect(Object.keys(this.error!).sort(), where).toEqual(['code', 'name'])
    expect(this.sent(), where).toEqual([])
    expect({ ...this.traces(), acks: 0 }, where).toEqual({ ...before, acks: 0 })
    expect(this.#acknowledges(), where).toBe(before.acks === 1)
    this.dispose()
  }

  /** Gives the client a packet that it must take: the connection stays, and the message is known from now on. */
  mustTake(packet: Uint8Array, where: string): void {
    this.deliver(packet)
    expect(this.error?.message, where).toBeUndefined()
    expect(this.closed, where).toBe(false)
  }

  /** Whether the session has something to acknowledge, by what it would send next; it is of no use afterwards. */
  #acknowledges(): boolean {
    for (;;) {
      const next = this.session.take(this.time.now() + 1_000)
      if (!next) return false
      if (new TlReader(next.body.finish()).peekId() === 0x62d6b459) return true
    }
  }
}

/** Seals a whole plaintext, well-formed or not: cut to whole blocks for the cipher, the rest sent as it is. */
export function sealPlain(plain: Uint8Array): Uint8Array {
  const whole = plain.length - (plain.length % 16)
  const msgKey = nativeCrypto.sha256(AUTH_KEY.subarray(96, 128), plain).slice(8, 24)
  const a = nativeCrypto.sha256(msgKey, AUTH_KEY.subarray(8, 44))
  const b = nativeCrypto.sha256(AUTH_KEY.subarray(48, 84), msgKey)
  const key = new Uint8Array([...a.subarray(0, 8), ...b.subarray(8, 24), ...a.subarray(24)])
  const iv = new Uint8Array([...b.subarray(0, 8), ...a.subarray(8, 24), ...b.subarray(24)])
  const data = plain.slice()
  nativeCrypto.igeEncrypt(key, iv, data.subarray(0, whole))
  return new Uint8Array([...authKey.id, ...msgKey, ...data])
}

/** Names and sizes of primitives used, as text to compare. */
export function stepsOf(calls: readonly PrimitiveCall[]): string[] {
  return calls.map(({ name, bytes }) => `${name} ${bytes}`)
}
