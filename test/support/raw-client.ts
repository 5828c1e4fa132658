/**
 * A client that does exactly what a test tells it to: it seals and opens packets, and decides nothing by itself.
 *
 * Message ids, sequence numbers, salts and sessions have proper defaults and can each be set to anything, so that every
 * rule of a server can be broken on purpose. It answers nothing: acknowledgements, pongs and the rest are the test's.
 */
import { concat, view } from '../../src/bytes.ts'
import { type AuthKey, createAuthKey } from '../../src/crypto/auth-key.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import type { Host, RandomSource } from '../../src/host.ts'
import { randomBytes } from '../../src/host.ts'
import { writeInitConnection, writeInvokeWithLayer } from '../../src/tl/generated/client/methods.ts'
import { readServerMessage, writeClientMessage } from '../../src/tl/generated/mtproto/client.ts'
import type { ClientMessage, ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import type { Method, TlEncode } from '../../src/tl/method.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import type { Address, Carrier, Dial } from '../../src/transport/carrier/carrier.ts'
import { unwrapPlain, wrapPlain } from '../../src/transport/exchange/plain.ts'
import type { PacketCodec } from '../../src/transport/framing/index.ts'
import { open, PLAIN_HEAD, sealMessage } from '../../src/transport/session/envelope.ts'
import { MessageIds } from '../../src/transport/session/message-id.ts'

const MSG_CONTAINER = 0x73f1f8dc
const GZIP_PACKED = 0x3072cfa1
const RPC_RESULT = 0xf35c6d01
const RPC_ERROR = 0x2144ca19

/** What the server said about a call. */
export class RawRpcError extends Error {
  readonly code: number
  readonly text: string

  constructor(code: number, text: string) {
    super(`${code} ${text}`)
    this.code = code
    this.text = text
  }
}

/** One message of the server's, taken out of its packet. */
export interface RawMessage {
  readonly salt: bigint
  readonly msgId: bigint
  readonly seqno: number
  /** Constructor id of the body. */
  readonly id: number
  readonly body: Uint8Array
  /** The container it came in. */
  readonly container: bigint | undefined
}

/** What to put into a packet instead of the proper values. */
export interface RawHead {
  readonly salt?: bigint
  readonly sessionId?: bigint
  readonly msgId?: bigint
  readonly seqno?: number
  /** Whether the message counts as content-related; true unless told. */
  readonly content?: boolean
  readonly padding?: Uint8Array
}

/** One message of a container. */
export interface RawItem {
  readonly body: Uint8Array
  readonly msgId?: bigint
  readonly seqno?: number
  readonly content?: boolean
}

export interface RawClientOptions {
  readonly host: Host
  readonly crypto: Crypto<Uint8Array>
  readonly dial: Dial
  readonly address: Address
  /** A fresh codec for each connection. */
  readonly codec: () => PacketCodec
}

/** Anything that came from the server: a packet, or the end of the connection. */
type Arrival = { readonly packet: Uint8Array } | { readonly closed: true }

export class RawClient {
  readonly host: Host
  readonly crypto: Crypto<Uint8Array>
  readonly random: RandomSource
  /** Set by an exchange, or by the test. */
  key: AuthKey | undefined
  salt = 0n
  sessionId: bigint
  ids: MessageIds = new MessageIds()
  /** True once the connection is gone. */
  closed = false
  readonly #options: RawClientOptions
  #carrier: Carrier | undefined
  #codec: PacketCodec | undefined
  #arrived: Arrival[] = []
  #messages: RawMessage[] = []
  #wake: (() => void) | undefined

  constructor(options: RawClientOptions) {
    this.#options = options
    this.host = options.host
    this.crypto = options.crypto
    this.random = options.host.random
    this.sessionId = this.randomLong()
  }

  /** Connects, or connects anew with key and session kept. */
  async connect(): Promise<this> {
    const { dial, address, host, codec } = this.#options
    this.#carrier?.close()
    const current = codec()
    this.#codec = current
    this.#arrived = []
    this.#messages = []
    this.closed = false
    const carrier = await dial(
      address,
      {
        onData: (chunk) => {
          if (this.#codec === current) for (const packet of current.feed(chunk)) this.#arrive({ packet })
        },
        onClose: () => {
          if (this.#codec === current) this.#arrive({ closed: true })
        },
      },
      { host },
    )
    this.#carrier = carrier
    const start = current.start()
    if (start.length > 0) carrier.write([start])
    return this
  }

  close(): void {
    this.#carrier?.close()
  }

  randomLong(): bigint {
    return view(randomBytes(this.random, 8)).getBigInt64(0)
  }

  /** Starts a session of its own under the same key. */
  newSession(): void {
    this.sessionId = this.randomLong()
    this.ids = new MessageIds()
  }

  /** Sends bytes past the codec. */
  sendBytes(bytes: Uint8Array): void {
    this.#carrier!.write([bytes.slice()])
  }

  /** Sends a packet as it is. */
  sendPacket(packet: Uint8Array): void {
    this.#carrier!.write(this.#codec!.encode(packet.slice()))
  }

  /** Sends a plain message of the key exchange. */
  sendPlain(message: ClientMessage, trailing: Uint8Array = new Uint8Array(0)): void {
    this.sendPacket(concat(wrapPlain(this.ids.next(this.host.wallClock()), encode(message)), trailing))
  }

  /** The next packet, sealed or plain. Rejects when the connection ends first. */
  async nextPacket(): Promise<Uint8Array> {
    for (;;) {
      const arrival = this.#arrived.shift()
      if (arrival === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
      else if ('packet' in arrival) return arrival.packet
      else throw new Error('the server closed the connection')
    }
  }

  /** Waits for the end of the connection; what arrives before is returned. */
  async untilClosed(): Promise<Uint8Array[]> {
    const packets: Uint8Array[] = []
    for (;;) {
      const arrival = this.#arrived.shift()
      if (arrival === undefined) {
        if (this.closed) return packets
        await new Promise<void>((resolve) => (this.#wake = resolve))
      } else if ('packet' in arrival) packets.push(arrival.packet)
      else return packets
    }
  }

  /** The next plain message. */
  async nextPlain(): Promise<ServerMessage> {
    return readServerMessage(new TlReader(unwrapPlain(await this.nextPacket()).body))
  }

  /** Sends one message; returns its id. */
  send(body: Uint8Array | ClientMessage, head: RawHead = {}): bigint {
    const bytes = body instanceof Uint8Array ? body : encode(body)
    const msgId = head.msgId ?? this.ids.next(this.host.wallClock())
    const seqno = head.seqno ?? this.ids.seqno(head.content ?? true)
    const { salt = this.salt, sessionId = this.sessionId } = head
    const plain = { salt, sessionId, msgId, seqno }
    const options = { crypto: this.crypto, authKey: this.key! }
    this.sendPacket(sealMessage(options, 'client', plain, bytes, this.random, head.padding))
    return msgId
  }

  /** Sends a container; returns its id and those of its messages. */
  sendContainer(items: readonly RawItem[], head: RawHead = {}): { container: bigint; inner: bigint[] } {
    const writer = new TlWriter()
    writer.uint(MSG_CONTAINER)
    writer.int(items.length)
    const inner = items.map((item) => {
      const msgId = item.msgId ?? this.ids.next(this.host.wallClock())
      writer.long(msgId)
      writer.int(item.seqno ?? this.ids.seqno(item.content ?? true))
      writer.int(item.body.length)
      writer.raw(item.body)
      return msgId
    })
    return { container: this.send(writer.finish(), { content: false, ...head }), inner }
  }

  /** The next message, in the order of arrival; containers are taken apart. */
  async next(): Promise<RawMessage> {
    while (this.#messages.length === 0) this.#messages.push(...this.#open(await this.nextPacket()))
    return this.#messages.shift()!
  }

  /** The next message for which `wanted` holds; others before it are kept for later. */
  async nextWhere(wanted: (message: RawMessage) => boolean): Promise<RawMessage> {
    const others: RawMessage[] = []
    for (;;) {
      const message = await this.next()
      if (wanted(message)) {
        this.#messages.unshift(...others)
        return message
      }
      others.push(message)
    }
  }

  /** The next service message of that name; other messages are kept for later. */
  async nextService<Name extends ServerMessage['_']>(name: Name): Promise<Extract<ServerMessage, { _: Name }>> {
    const message = await this.nextWhere((one) => serviceOf(one)?._ === name)
    return serviceOf(message) as Extract<ServerMessage, { _: Name }>
  }

  /** The result of a call, packed or not. Rejects with {@link RawRpcError}. */
  async result(msgId: bigint): Promise<TlReader> {
    const { body } = await this.nextWhere(
      ({ id, body }) => id === RPC_RESULT && view(body).getBigUint64(4, true) === msgId,
    )
    let reader = new TlReader(body, 12)
    if (reader.peekId() === GZIP_PACKED) {
      reader.uint()
      reader = new TlReader(this.crypto.gunzip(reader.bytes(), 16 << 20))
    }
    if (reader.peekId() !== RPC_ERROR) return reader
    reader.uint()
    throw new RawRpcError(reader.int(), reader.string())
  }

  /** Makes a call and waits for its answer. */
  async call<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    wrap: (query: TlEncode) => TlEncode = (query) => query,
  ): Promise<Result> {
    const writer = new TlWriter()
    wrap((w) => method.write(w, request))(writer)
    return method.read(await this.result(this.send(writer.finish())))
  }

  /** Makes a call that is not of our schema; returns the result's bytes. */
  async callBytes(body: Uint8Array): Promise<TlReader> {
    return this.result(this.send(body))
  }

  #open(packet: Uint8Array): RawMessage[] {
    if (packet.length === 4) throw new Error(`transport error ${view(packet).getInt32(0, true)}`)
    const authKey = this.key!
    // Padded framing leaves bytes behind the last whole block.
    const whole = packet.subarray(0, packet.length - ((packet.length - 24) & 15))
    const plain = open({ crypto: this.crypto, authKey }, 'server', whole)
    if (plain === undefined) throw new Error('the server sent a packet that cannot be opened')
    const head = view(plain)
    if (head.getBigInt64(8, true) !== this.sessionId) return []
    const msgId = head.getBigUint64(16, true)
    const body = plain.subarray(PLAIN_HEAD, PLAIN_HEAD + head.getInt32(28, true))
    const salt = head.getBigInt64(0, true)
    const id = view(body).getUint32(0, true)
    if (id !== MSG_CONTAINER) return [{ salt, msgId, seqno: head.getInt32(24, true), id, body, container: undefined }]
    const reader = new TlReader(body, 8)
    return Array.from({ length: view(body).getInt32(4, true) }, () => {
      const inner = { salt, msgId: BigInt.asUintN(64, reader.long()), seqno: reader.int(), container: msgId }
      const bytes = reader.raw(reader.int())
      return { ...inner, id: view(bytes).getUint32(0, true), body: bytes }
    })
  }

  #arrive(arrival: Arrival): void {
    this.#arrived.push(arrival)
    if ('closed' in arrival) this.closed = true
    this.#wake?.()
    this.#wake = undefined
  }
}

/** Bytes of a service message. */
export function encode(message: ClientMessage): Uint8Array {
  const writer = new TlWriter()
  writeClientMessage(writer, message)
  return writer.finish().slice()
}

/** Bytes of a call. */
export function encodeCall<Request extends { readonly _: string }>(
  method: Method<Request, unknown>,
  request: Request,
): Uint8Array {
  const writer = new TlWriter()
  method.write(writer, request)
  return writer.finish().slice()
}

/** A message as a service message; undefined for what is none. */
export function serviceOf(message: RawMessage): ServerMessage | undefined {
  try {
    return readServerMessage(new TlReader(message.body))
  } catch {
    return undefined
  }
}

/** Gives a key to a client as if it had been agreed on. */
export function useKey(client: RawClient, bytes: Uint8Array, salt: bigint): void {
  client.key = createAuthKey(client.crypto, bytes)
  client.salt = salt
}

/** Wraps a query as every client's first one is wrapped. */
export function initialised(query: TlEncode, layer = 223): TlEncode {
  return (writer) =>
    writeInvokeWithLayer(writer, {
      _: 'invokeWithLayer',
      layer,
      query: (inner) =>
        writeInitConnection(inner, {
          _: 'initConnection',
          apiId: 1,
          deviceModel: 'test',
          systemVersion: 'test',
          appVersion: '1',
          systemLangCode: 'en',
          langPack: '',
          langCode: 'en',
          query,
        }),
    })
}
