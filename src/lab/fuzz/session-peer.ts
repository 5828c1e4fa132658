/**
 * Both ends of a connection between a session and a lying server, for the fuzz target of that name.
 *
 * The server's half says what it is told to, sealed properly; the client's half is a real session, and everything that it
 * sends is looked at as a server would.
 */
import { concat, view } from '../../bytes.ts'
import { createAuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { portableCrypto } from '../../crypto/portable.ts'
import { RpcError, SecurityError } from '../../errors.ts'
import type { Host } from '../../host.ts'
import { readClientMessage, writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { ServerClock } from '../../transport/session/clock.ts'
import { open, sealMessage } from '../../transport/session/envelope.ts'
import { atTime } from '../../transport/session/message-id.ts'
import { Salts } from '../../transport/session/salts.ts'
import { type Sealable, Session } from '../../transport/session/session.ts'
import { SeededNumbers } from './random.ts'
import { storedGzip } from './stored-gzip.ts'
import { must } from './target.ts'

export const CONTAINER = 0x73f1f8dc
export const RPC_RESULT = 0xf35c6d01
export const RPC_ERROR = 0x2144ca19
export const GZIP_PACKED = 0x3072cfa1
/** Constructor ids of the calls made here, and of what first calls are wrapped in. */
const CALL = 0x11111111
const INIT = 0x22222222
/** Code of a notification: the message's id is ahead of the server's time. */
const TOO_HIGH = 17
/** When it all begins, in milliseconds since 1970. */
export const START = 1_700_000_000_000
/** When ids begin anew, in milliseconds since 1970: a lie may set the client's clock that far, and no honest one goes there. */
const END = 2 ** 32 * 1000
/** What the honest server answers at the end. */
const ANSWER = 4711

/** What a client says that nobody has to acknowledge. https://core.telegram.org/mtproto/description#content-related-message */
const NOT_CONTENT: readonly string[] = [
  'msgs_ack',
  'msgs_state_info',
  'msgs_all_info',
  'msg_detailed_info',
  'msg_new_detailed_info',
  'http_wait',
  'pong',
]

/** What a record makes happen. */
export const Do = {
  packet: 0,
  sealed: 1,
  plaintext: 2,
  wait: 3,
  reconnect: 4,
  call: 5,
  jump: 6,
  packed: 7,
  forged: 8,
} as const
const KINDS = Object.keys(Do).length

const authKey = createAuthKey(portableCrypto, new SeededNumbers(9).bytes(new Uint8Array(256)))
const envelope = { crypto: portableCrypto, authKey }

/** Unpacks at a later moment, as bundles do. */
const lateCrypto: Crypto = {
  ...portableCrypto,
  gunzip: (data, limit) => Promise.resolve().then(() => portableCrypto.gunzip(data, limit)),
}

export function bytesOf(write: (writer: TlWriter) => void): Uint8Array {
  const writer = new TlWriter()
  write(writer)
  return writer.finish().slice()
}

/** Both ends of a connection whose server is the input. */
export class Peer {
  readonly session: Session
  /** How often each call was told that it is over. */
  readonly told: number[] = []
  readonly results: unknown[] = []
  readonly #clock: ServerClock
  #now = 0
  #wallOffset = 0
  #lastSession = 0n
  #lastId = 0n
  /** Ids of the calls taken last, by number. */
  readonly sent: Map<number, bigint> = new Map()

  constructor(late: boolean) {
    const random = new SeededNumbers(5).bytes
    const host: Host = {
      now: () => this.#now,
      wallClock: () => START + this.#now + this.#wallOffset,
      setTimer: () => ({ cancel: () => {} }),
      random,
    }
    this.#clock = new ServerClock(host)
    this.session = new Session({
      crypto: late ? lateCrypto : portableCrypto,
      random,
      clock: this.#clock,
      salts: new Salts(77n),
      init: (encode) => (writer) => {
        writer.uint(INIT)
        encode(writer)
      },
      onUpdate: (reader) => void reader.peekId(),
      onEvent: () => {},
    })
    this.session.connected(this.#now)
    for (let i = 0; i < 3; i++) this.call()
    this.take()
  }

  call(): number {
    const number = this.told.push(0) - 1
    const over = (result: unknown): void => {
      this.told[number]!++
      this.results[number] = result
    }
    this.session.call({
      method: 'test',
      encode: (writer) => {
        writer.uint(CALL)
        writer.int(number)
      },
      onResult: (reader) => {
        // As a method's reader does: it raises TlError, or returns a value.
        const value = reader.int()
        if (reader.remaining > 0) reader.fail('not a result')
        over(value)
      },
      onRpcError: (code, text) => {
        const error = new RpcError(code, text, 'test')
        must(error.message.includes(text) && typeof error.type === 'string', 'an error of a server can be told')
        over(error)
      },
      onFailure: over,
    })
    return number
  }

  /** Sends all that waits, and looks at it as a server would. */
  take(): void {
    for (let packets = 0; ; packets++) {
      must(packets < 100, 'what waits is sent in a bounded number of packets')
      const next = this.session.take(this.#now)
      if (!next) return
      this.#look(next)
    }
  }

  #look({ head, body }: Sealable): void {
    if (head.sessionId !== this.#lastSession) this.#lastId = 0n
    this.#lastSession = head.sessionId
    const reader = new TlReader(body.finish().slice())
    if (reader.peekId() !== CONTAINER) {
      this.#message(head.msgId, head.seqno, reader)
      return
    }
    reader.uint()
    for (let count = reader.int(); count > 0; count--) {
      const msgId = BigInt.asUintN(64, reader.long())
      const seqno = reader.int()
      const length = reader.int()
      this.#message(msgId, seqno, new TlReader(reader.buffer, reader.pos, reader.pos + length))
      reader.pos += length
    }
    this.#id(head.msgId)
    must(reader.remaining === 0 && head.seqno % 2 === 0, 'a container is as long as its messages, and no content')
  }

  #id(msgId: bigint): void {
    must(msgId > this.#lastId && msgId % 4n === 0n, 'message ids rise and are divisible by 4')
    this.#lastId = msgId
  }

  #message(msgId: bigint, seqno: number, reader: TlReader): void {
    this.#id(msgId)
    if (reader.peekId() === INIT) reader.uint()
    if (reader.peekId() === CALL) {
      reader.uint()
      this.sent.set(reader.int(), msgId)
      must(seqno % 2 !== 0, 'a call is content-related')
      return
    }
    const { _: name } = readClientMessage(reader)
    must(reader.remaining === 0, 'a service message ends where it says')
    const content = !NOT_CONTENT.includes(name)
    must((seqno & 1) === (content ? 1 : 0), 'the sequence number of a service message fits its kind')
  }

  /** A plaintext as it comes out of the envelope. */
  #plain(msgId: bigint, seqno: number, body: Uint8Array): Uint8Array {
    return bytesOf((writer) => {
      writer.long(77n)
      writer.long(this.session.id)
      writer.long(BigInt.asIntN(64, msgId))
      writer.int(seqno)
      writer.int(body.length)
      writer.raw(body)
      writer.raw(new Uint8Array(12 + ((4 - body.length) & 15)))
    })
  }

  #receive(plain: Uint8Array): void {
    try {
      this.session.receive(plain, this.#now)
    } catch (error) {
      if (!(error instanceof SecurityError) || error.code !== 'MESSAGE_REFUSED') throw error
      this.reconnect()
    }
  }

  reconnect(): void {
    this.session.disconnected(this.#now)
    this.session.connected(this.#now)
  }

  /** A packet of the lying server's: a word for its time, one for its sequence number, then its body. */
  #packet(data: Uint8Array, seal: boolean, pack: boolean): void {
    if (data.length < 8) return
    const offset = view(data).getInt32(0, true)
    const seqno = view(data).getInt32(4, true)
    // From a quarter of a microsecond to some ten minutes, in both directions.
    const msgId = BigInt.asUintN(64, atTime(START + this.#now) + (BigInt(offset >> 2) << 12n) + BigInt(offset & 3))
    const rest = data.subarray(8)
    const body = pack
      ? bytesOf((writer) => {
          writer.uint(GZIP_PACKED)
          writer.bytes(storedGzip(rest))
        })
      : rest
    if (!seal) {
      this.#receive(this.#plain(msgId, seqno, body))
      return
    }
    const head = { salt: 77n, sessionId: this.session.id, msgId, seqno }
    const padding = new Uint8Array(12 + ((4 - body.length) & 15))
    if (body.length % 4 !== 0) return
    const opened = open(
      envelope,
      'server',
      sealMessage(envelope, 'server', head, body, new SeededNumbers(1).bytes, padding),
    )
    must(opened !== undefined, 'a sealed packet can be opened')
    this.#receive(opened)
  }

  /** Makes one record happen. */
  record(kind: number, data: Uint8Array): void {
    this.#now += 1
    const number = data.length < 4 ? 0 : view(data).getInt32(0, true)
    switch (kind % KINDS) {
      case Do.packet:
      case Do.sealed:
      case Do.packed:
        this.#packet(data, kind % KINDS === Do.sealed, kind % KINDS === Do.packed)
        break
      case Do.plaintext:
        this.#receive(
          concat(
            bytesOf((writer) => {
              writer.long(77n)
              writer.long(this.session.id)
            }),
            data,
          ),
        )
        break
      case Do.wait:
        this.#now += number & 0xfffff
        if (this.session.tick(this.#now) === 'dead') this.reconnect()
        break
      case Do.reconnect:
        this.reconnect()
        break
      case Do.call:
        this.call()
        break
      case Do.jump:
        this.#wallOffset += number
        break
      case Do.forged:
        must(open(envelope, 'server', data.slice()) === undefined, 'what was not sealed with the key is not opened')
    }
    this.settle()
  }

  /** What the owner of a session does after anything happened. */
  settle(): void {
    if (this.session.mustReconnect) this.reconnect()
    this.take()
  }

  /** An honest server takes over: a fresh call is answered, and every call is over once and once only. */
  finish(): void {
    this.#now += 2_000
    this.reconnect()
    const number = this.call()
    this.take()
    const badMsgId = this.sent.get(number)
    if (badMsgId !== undefined && this.#clock.serverTime() >= END) {
      const message = { _: 'bad_msg_notification', badMsgId, badMsgSeqno: 1, errorCode: TOO_HIGH } as const
      this.#receive(
        this.#plain(
          atTime(START + this.#now) + 1n,
          0,
          bytesOf((writer) => writeServerMessage(writer, message)),
        ),
      )
      this.settle()
    }
    const msgId = this.sent.get(number)
    must(msgId !== undefined, 'a new call is sent on a new connection')
    const result = bytesOf((writer) => {
      writer.uint(RPC_RESULT)
      writer.long(BigInt.asIntN(64, msgId))
      writer.int(ANSWER)
    })
    // The id after that of a notice of the same moment.
    this.session.receive(this.#plain(atTime(this.#clock.serverTime()) + 5n, 1, result), this.#now)
    must(this.results[number] === ANSWER, 'an honest answer is taken after all that happened')
    this.session.failAll(new Error('the end'))
    must(
      this.told.every((times) => times === 1),
      'every call is over once',
    )
    must(this.session.pending === 0, 'nothing is left of calls that are over')
  }
}
