/**
 * The other end of a session for tests: takes what the session wants to send apart, and makes plaintexts for it to receive.
 * No encryption: the envelope has tests of its own.
 */
import { concat } from '../../src/bytes.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { readClientMessage, writeServerMessage } from '../../src/tl/generated/mtproto/server.ts'
import type { ClientMessage, ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import type { CallRequest } from '../../src/transport/session/call.ts'
import { ServerClock } from '../../src/transport/session/clock.ts'
import type { SessionEvent } from '../../src/transport/session/internals.ts'
import { ANSWER_RESIDUE, MessageIds } from '../../src/transport/session/message-id.ts'
import { Salts } from '../../src/transport/session/salts.ts'
import { Session } from '../../src/transport/session/session.ts'
import { VirtualHost } from './virtual-host.ts'

const CONTAINER = 0x73f1f8dc
/** Constructor id of the calls that the tests make: `test.call#11111111 number:int`. */
export const CALL_ID = 0x11111111
/** What the harness wraps first calls in. */
export const INIT_ID = 0x22222222

/** One message that the session sent. */
export interface Sent {
  msgId: bigint
  seqno: number
  container: bigint
  salt: bigint
  sessionId: bigint
  /** Number of a test call, if it is one. */
  call?: number
  /** It was wrapped as a first call. */
  wrapped?: boolean
  service?: ClientMessage
}

export class SessionPeer {
  readonly host: VirtualHost
  readonly clock: ServerClock
  readonly salts: Salts = new Salts(77n)
  readonly session: Session
  readonly events: SessionEvent[] = []
  readonly updates: number[] = []
  readonly ids: MessageIds = new MessageIds()
  /** What became of each test call: results, errors. */
  readonly outcomes: string[] = []
  /** The server's clock runs ahead of the host's wall clock by this many milliseconds. */
  ahead = 0

  constructor(host: VirtualHost = new VirtualHost(), crypto: Crypto = portableCrypto) {
    this.host = host
    this.clock = new ServerClock(host)
    this.session = new Session({
      crypto,
      random: host.random,
      clock: this.clock,
      salts: this.salts,
      init: (encode) => (w) => {
        w.uint(INIT_ID)
        encode(w)
      },
      onEvent: (event) => this.events.push(event),
      onUpdate: (reader) => this.updates.push(reader.peekId()),
    })
    this.session.connected(host.now())
  }

  /** A test call; its outcome is noted in {@link outcomes}. */
  call(number: number, size = 0, request: Partial<CallRequest> = {}): ReturnType<Session['call']> {
    return this.session.call({
      method: `test.${number}`,
      size,
      encode: (w) => {
        w.uint(CALL_ID)
        w.int(number)
        if (size > 0) w.raw(new Uint8Array(size))
      },
      onResult: (r) => this.outcomes.push(`${number}=${r.int()}`),
      onRpcError: (code, text) => this.outcomes.push(`${number}!${code} ${text}`),
      onFailure: (error) =>
        this.outcomes.push(`${number}x${(error as { code?: string }).code ?? (error as Error).name}`),
      ...request,
    })
  }

  /** Everything that the session wants to send now, one array a packet. */
  packets(): Sent[][] {
    const packets: Sent[][] = []
    for (;;) {
      const next = this.session.take(this.host.now())
      if (!next) return packets
      const { head, body } = next
      const r = new TlReader(body.finish().slice())
      if (r.peekId() !== CONTAINER) {
        packets.push([{ ...head, container: 0n, ...contentOf(r) }])
        continue
      }
      r.pos += 4
      const packet: Sent[] = []
      const count = r.int()
      for (let i = 0; i < count; i++) {
        const msgId = BigInt.asUintN(64, r.long())
        const seqno = r.int()
        const length = r.int()
        const inner = new TlReader(r.buffer, r.pos, r.pos + length)
        packet.push({ ...head, msgId, seqno, container: head.msgId, ...contentOf(inner) })
        r.pos += length
      }
      packets.push(packet)
    }
  }

  /** The same, as one list. */
  sent(): Sent[] {
    return this.packets().flat()
  }

  get serverTime(): number {
    return this.host.wallClock() + this.ahead
  }

  /** Gives the session a message. Content-related unless `content` is false. */
  receive(body: Uint8Array, options: Partial<PlainOptions> & { content?: boolean } = {}): void {
    const seqno = this.ids.seqno(options.content ?? true)
    this.session.receive(this.plain(body, { seqno, ...options }), this.host.now())
  }

  /** A plaintext as it comes out of the envelope. */
  plain(body: Uint8Array, options: Partial<PlainOptions> = {}): Uint8Array {
    const w = new TlWriter()
    w.long(options.salt ?? 77n)
    w.long(options.sessionId ?? this.session.id)
    w.long(options.msgId ?? this.ids.next(this.serverTime, ANSWER_RESIDUE))
    w.int(options.seqno ?? 1)
    w.int(options.length ?? body.length)
    w.raw(body)
    w.raw(new Uint8Array(options.padding ?? 12 + ((4 - body.length) & 15)))
    return w.finish()
  }

  /** Gives the session a service message; not content-related unless told. */
  service(message: ServerMessage, options: Partial<PlainOptions> & { content?: boolean } = {}): void {
    this.receive(service(message), { content: false, ...options })
  }

  /** Answers a call with a number. */
  answer(msgId: bigint, value: number): void {
    this.receive(result(msgId, int(value)))
  }
}

export interface PlainOptions {
  salt: bigint
  sessionId: bigint
  msgId: bigint
  seqno: number
  length: number
  padding: number
}

function contentOf(r: TlReader): Partial<Sent> {
  const wrapped = r.peekId() === INIT_ID
  if (wrapped) r.pos += 4
  if (r.peekId() !== CALL_ID) return { service: readClientMessage(r) }
  r.pos += 4
  return { call: r.int(), wrapped }
}

/** A boxed service message. */
export function service(message: ServerMessage): Uint8Array {
  const w = new TlWriter()
  writeServerMessage(w, message)
  return w.finish()
}

export function int(value: number): Uint8Array {
  const w = new TlWriter()
  w.int(value)
  return w.finish()
}

/** An `rpc_result`. */
export function result(msgId: bigint, body: Uint8Array): Uint8Array {
  const w = new TlWriter()
  w.uint(0xf35c6d01)
  w.long(msgId)
  w.raw(body)
  return w.finish()
}

export function rpcError(code: number, text: string): Uint8Array {
  return service({ _: 'rpc_error', errorCode: code, errorMessage: text } as unknown as ServerMessage)
}

/** A `msg_container`. */
export function container(items: readonly { msgId: bigint; seqno: number; body: Uint8Array }[]): Uint8Array {
  const w = new TlWriter()
  w.uint(CONTAINER)
  w.int(items.length)
  for (const item of items) {
    w.long(item.msgId)
    w.int(item.seqno)
    w.int(item.body.length)
    w.raw(item.body)
  }
  return w.finish()
}

/** A `gzip_packed` around compressed bytes. */
export function gzipPacked(data: Uint8Array): Uint8Array {
  const w = new TlWriter()
  w.bytes(data)
  return concat(new Uint8Array([0xa1, 0xcf, 0x72, 0x30]), w.finish())
}
