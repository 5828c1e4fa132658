/**
 * A test DC and the client of one connection at a time, for the fuzz target of that name.
 *
 * The client does what it is told to, sealed properly or not; with a key from the start, and with exchanges of its own.
 */
import { concat, fromBigInt, toBigInt, view } from '../../bytes.ts'
import { createAuthKey } from '../../crypto/auth-key.ts'
import { factorize } from '../../crypto/pq.ts'
import { rsaPad } from '../../crypto/rsa.ts'
import type { Host, Timer } from '../../host.ts'
import { readServerMessage, writeClientMessage } from '../../tl/generated/mtproto/client.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlEncode } from '../../tl/method.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { tmpAesKeyIv } from '../../transport/exchange/derive.ts'
import { KeyExchange } from '../../transport/exchange/exchange.ts'
import { unwrapPlain, wrapPlain } from '../../transport/exchange/plain.ts'
import { createFraming, type PacketCodec } from '../../transport/framing/index.ts'
import { open, PLAIN_HEAD, sealMessage } from '../../transport/session/envelope.ts'
import { atTime } from '../../transport/session/message-id.ts'
import { memoryParts } from '../server/parts-store.ts'
import { TestServer } from '../server/server.ts'
import { World } from '../server/world.ts'
import { QUICK_KEY, quickCrypto } from './quick-crypto.ts'
import { SeededNumbers } from './random.ts'
import { must } from './target.ts'

/** What a record makes the client do. */
export const Do = {
  /** A plain packet around the data. */
  plain: 0,
  /** An encrypted message: words for msg_id and seqno, then the body. */
  encrypted: 1,
  /** An encrypted plaintext behind salt and session id. */
  plaintext: 2,
  /** The next step of an exchange of good faith. */
  honest: 3,
  /** The same with bytes of the body changed: offset and XOR, in pairs. */
  patched: 4,
  /** req_DH_params around a P_Q_inner_data that is the data. */
  proof: 5,
  /** set_client_DH_params around a client_DH_inner_data that is the data, hash and padding proper. */
  half: 6,
  /** Time passes. */
  wait: 7,
  reconnect: 8,
  /** Bytes past the framing. */
  stream: 9,
  /** The next step with `encrypted_data` that is the data, as it stands. */
  data: 10,
} as const
const KINDS = Object.keys(Do).length

export const START = 1_700_000_000_000
export const SESSION = 5n
const PING_ID = 0x5051525354555657n
export const MSG_CONTAINER = 0x73f1f8dc
const PONG = 0x347773c5
const authKeyBytes = new SeededNumbers(9).bytes(new Uint8Array(256))
const authKey = createAuthKey(quickCrypto, authKeyBytes)
const envelope = { crypto: quickCrypto, authKey }

export function bytesOf(write: TlEncode): Uint8Array {
  const writer = new TlWriter()
  write(writer)
  return writer.finish().slice()
}

/** Bytes of a message of a client. */
export function message(value: ClientMessage): Uint8Array {
  return bytesOf((writer) => writeClientMessage(writer, value))
}

/** A server that has one key, and the client of one connection at a time. */
export class Visit {
  readonly #server: TestServer
  #now = 0
  #timers: { readonly at: number; readonly fire: () => void }[] = []
  #codec!: PacketCodec
  #handlers!: CarrierHandlers
  #closed = false
  #packets: Uint8Array[] = []
  #exchange: KeyExchange | undefined
  #draws: Uint8Array[] = []
  /** The body of the server's last plain message. */
  #answer: Uint8Array | undefined
  /** A pong has come that answers the ping of {@link finish}. */
  greeted = false

  constructor() {
    const { bytes: random } = new SeededNumbers(21)
    const host: Host = {
      now: () => this.#now,
      wallClock: () => START + this.#now,
      setTimer: (delay, fire): Timer => {
        const timer = { at: this.#now + delay, fire }
        this.#timers.push(timer)
        return { cancel: () => (this.#timers = this.#timers.filter((one) => one !== timer)) }
      },
      random,
    }
    const world = new World({ random, parts: memoryParts() })
    this.#server = new TestServer({ dcId: 2, host, crypto: quickCrypto, rsaKeys: [QUICK_KEY], world })
    world.addDc({ id: 2, host: '127.0.0.1', port: 443 })
    this.#server.keys.add(authKeyBytes.slice(), 77n, START / 1000)
    this.connect()
  }

  connect(): void {
    const codec = createFraming('intermediate', new SeededNumbers(22).bytes)
    this.#codec = codec
    this.#closed = false
    const carrier: Carrier = {
      buffered: 0,
      write: (chunks) => {
        if (codec === this.#codec) for (const chunk of chunks) this.#packets.push(...codec.feed(chunk.slice()))
      },
      close: () => {
        if (codec !== this.#codec || this.#closed) return
        this.#closed = true
        this.#handlers.onClose()
      },
    }
    this.#handlers = this.#server.accept(carrier)
    this.#handlers.onData(codec.start())
  }

  #send(packet: Uint8Array): void {
    for (const chunk of this.#codec.encode(packet)) if (!this.#closed) this.#handlers.onData(chunk.slice())
    this.#look()
  }

  #plain(body: Uint8Array): void {
    this.#send(wrapPlain(atTime(START + this.#now), body))
  }

  /** Takes notice of the exchange's answers, and opens everything else, which must be sealed properly. */
  #look(): void {
    for (const packet of this.#packets.splice(0)) {
      if (packet.length === 4) continue
      if (view(packet).getBigInt64(0, true) === 0n) {
        this.#answer = unwrapPlain(packet).body
        continue
      }
      const plain = open(envelope, 'server', packet)
      must(plain !== undefined, 'what the server sends is sealed with the key')
      if (holdsPong(plain.subarray(PLAIN_HEAD, PLAIN_HEAD + view(plain).getInt32(28, true)))) this.greeted = true
    }
  }

  /** The body of the next step of an exchange of good faith; a new one is begun where there is no next step. */
  #next(): Uint8Array {
    const answer = this.#answer
    this.#answer = undefined
    if (this.#exchange && answer) {
      try {
        const step = this.#exchange.receive(answer)
        if ('send' in step) return step.send
      } catch {
        // What the server said was about something else.
      }
    }
    this.#draws = []
    const { bytes } = new SeededNumbers(23)
    const random = (into: Uint8Array): Uint8Array => {
      this.#draws.push(bytes(into).slice())
      return into
    }
    this.#exchange = new KeyExchange({ crypto: quickCrypto, random, keys: [QUICK_KEY], dc: 2 })
    return this.#exchange.start()
  }

  /** The honest next step with another `encrypted_data` of 256 bytes or more at its end, where it has one. */
  #withData(data: Uint8Array): Uint8Array {
    const body = this.#next()
    if (body.length < 100) return body
    const head = body.subarray(0, body.length - (view(body).getUint32(0, true) === 0xd712e4be ? 260 : 340))
    return concat(
      head,
      bytesOf((writer) => writer.bytes(data)),
    )
  }

  /** What an honest client has inside of its two encrypted messages; after the first answer. */
  secrets(): readonly [proof: Uint8Array, half: Uint8Array] {
    const challenge = readServerMessage(new TlReader(this.#answer!))
    must(challenge._ === 'resPQ', 'an exchange begins with resPQ')
    const { nonce, serverNonce, pq } = challenge
    const [p, q] = factorize(toBigInt(pq)).map((prime) => fromBigInt(prime)) as [Uint8Array, Uint8Array]
    const newNonce = new SeededNumbers(23).bytes(new Uint8Array(48)).slice(16)
    return [
      message({ _: 'p_q_inner_data_temp_dc', pq, p, q, nonce, serverNonce, newNonce, dc: 2, expiresIn: 3600 }),
      message({ _: 'client_DH_inner_data', nonce, serverNonce, retryId: 0n, gB: new Uint8Array(256).fill(0x66) }),
    ]
  }

  #encrypted(msgId: bigint, seqno: number, body: Uint8Array): void {
    const head = { salt: 77n, sessionId: SESSION, msgId, seqno }
    const padding = new Uint8Array(12 + ((4 - body.length) & 15))
    if (body.length % 4 === 0) {
      this.#send(sealMessage(envelope, 'client', head, body, new SeededNumbers(1).bytes, padding))
    }
  }

  record(kind: number, data: Uint8Array): void {
    this.#now += 1
    if (this.#closed) this.connect()
    switch (kind % KINDS) {
      case Do.plain:
        this.#plain(data)
        break
      case Do.encrypted: {
        if (data.length < 8) break
        const offset = view(data).getInt32(0, true)
        const id = atTime(START + this.#now) + (BigInt(offset >> 2) << 12n) + BigInt(offset & 3)
        this.#encrypted(BigInt.asUintN(64, id), view(data).getInt32(4, true), data.subarray(8))
        break
      }
      case Do.plaintext: {
        // The head of a message comes from the data too.
        if (data.length < 16 || data.length % 16 !== 0) break
        const fields = view(data)
        const head = {
          salt: 77n,
          sessionId: SESSION,
          msgId: fields.getBigUint64(0, true),
          seqno: fields.getInt32(8, true),
        }
        const padding = new Uint8Array(16 * (1 + (data[12]! & 3)) + (fields.getInt32(12, true) < 0 ? 1024 : 0))
        this.#send(sealMessage(envelope, 'client', head, data.subarray(16), new SeededNumbers(1).bytes, padding))
        break
      }
      case Do.honest:
        this.#plain(this.#next())
        break
      case Do.patched: {
        const body = this.#next().slice()
        for (let at = 0; at + 4 <= data.length; at += 4) {
          body[(data[at]! | (data[at + 1]! << 8)) % body.length]! ^= data[at + 2]!
        }
        this.#plain(body)
        break
      }
      case Do.proof: {
        if (data.length > 144) break
        this.#plain(this.#withData(rsaPad(quickCrypto, new SeededNumbers(2).bytes, QUICK_KEY, data)))
        break
      }
      case Do.half: {
        const sealed = concat(quickCrypto.sha1(data), data, new Uint8Array(-(20 + data.length) & 15))
        const serverNonce = this.#answer?.slice(20, 36) ?? new Uint8Array(16)
        const { key, iv } = tmpAesKeyIv(quickCrypto, this.#draws[1] ?? new Uint8Array(32), serverNonce)
        quickCrypto.igeEncrypt(key, iv, sealed)
        this.#plain(this.#withData(sealed))
        break
      }
      case Do.data:
        this.#plain(this.#withData(data))
        break
      case Do.wait:
        this.#wait(data.length < 4 ? 0 : view(data).getUint32(0, true) & 0xfffff)
        break
      case Do.reconnect:
        this.#handlers.onClose()
        this.connect()
        break
      case Do.stream:
        this.#handlers.onData(data.slice())
        this.#look()
    }
  }

  #wait(ms: number): void {
    this.#now += ms
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { fire } of due) fire()
    this.#look()
  }

  /** A client of good faith comes afterwards, with the same key. */
  finish(): void {
    this.#handlers.onClose()
    this.connect()
    this.#packets = []
    this.#now += 5_000
    const head = { salt: 77n, sessionId: SESSION + 1n, msgId: atTime(START + this.#now), seqno: 1 }
    const body = message({ _: 'ping', pingId: PING_ID })
    const { bytes } = new SeededNumbers(1)
    for (const chunk of this.#codec.encode(sealMessage(envelope, 'client', head, body, bytes)))
      this.#handlers.onData(chunk)
    this.#wait(1_000)
  }

  close(): void {
    this.#server.close()
  }
}

/** Whether a message is a pong, or a container that has one. */
function holdsPong(body: Uint8Array): boolean {
  const fields = view(body)
  const id = fields.getUint32(0, true)
  if (id === PONG) return fields.getBigInt64(12, true) === PING_ID
  if (id !== MSG_CONTAINER) return false
  for (let at = 8, left = fields.getInt32(4, true); left > 0; left--) {
    const length = fields.getInt32(at + 12, true)
    if (holdsPong(body.subarray(at + 16, at + 16 + length))) return true
    at += 16 + length
  }
  return false
}
