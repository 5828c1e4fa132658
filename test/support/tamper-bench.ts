/**
 * A client's connection in virtual time over a carrier that the test holds: what the tamper tests deliver their packets to.
 *
 * Everything is drawn from seeds, so that the same packets go both ways each time, but for the one that a test changes.
 * The bench remembers what a refusal must leave no trace of: each byte written, each random draw (the arrays themselves, to
 * see that they are wiped), each call of a primitive, and all that the session keeps.
 */
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import type { Crypto, WithMd5 } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import type { Host } from '../../src/host.ts'
import type { CarrierHandlers } from '../../src/transport/carrier/carrier.ts'
import { Connection } from '../../src/transport/connection.ts'
import type { ConnectionEvent, KeyHolder } from '../../src/transport/connection-options.ts'
import type { ExchangeResult } from '../../src/transport/exchange/exchange.ts'
import { createFraming } from '../../src/transport/framing/index.ts'
import { ServerClock } from '../../src/transport/session/clock.ts'
import type { SessionEvent } from '../../src/transport/session/internals.ts'
import { Salts } from '../../src/transport/session/salts.ts'
import { Session } from '../../src/transport/session/session.ts'
import { SERVER_KEY } from './exchange-server.ts'
import { CALL_ID } from './session-peer.ts'
import { seededRandom, VirtualHost } from './virtual-host.ts'

/** One call of a primitive: its name, and how many bytes it was given. */
export interface PrimitiveCall {
  readonly name: string
  readonly bytes: number
}

/** Powers computed before: the same exchange is run thousands of times, with one byte changed. */
const powers = new Map<string, bigint>()

/** The native primitives; powers of numbers met before are looked up. */
export const cachingCrypto: Crypto<Uint8Array> & WithMd5 = {
  ...nativeCrypto,
  modPow(base, exponent, modulus) {
    const name = `${base.toString(36)},${exponent.toString(36)},${modulus.toString(36)}`
    let power = powers.get(name)
    if (power === undefined) {
      power = nativeCrypto.modPow(base, exponent, modulus)
      if (powers.size < 2_000) powers.set(name, power)
    }
    return power
  },
}

/** The same primitives, each use told to `onCall` first. */
export function recordingCrypto(
  base: Crypto<Uint8Array> & WithMd5,
  onCall: (name: string, parts: readonly Uint8Array[]) => void,
): Crypto<Uint8Array> & WithMd5 {
  const told =
    <Args extends readonly Uint8Array[], Result>(name: string, call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      onCall(name, args)
      return call(...args)
    }
  return {
    ...base,
    sha1: told('sha1', base.sha1),
    sha256: told('sha256', base.sha256),
    igeEncrypt(key, iv, data, from) {
      onCall('igeEncrypt', [key, iv, ...(from ?? [data])])
      base.igeEncrypt(key, iv, data, from)
    },
    igeDecrypt: told('igeDecrypt', base.igeDecrypt),
  }
}

export interface BenchOptions {
  /** Without a key the client makes one. */
  readonly key?: Uint8Array
  readonly seed?: number
  /** Wall clock of the client at the start, in milliseconds since 1970. */
  readonly wallClock?: number
}

export class Bench {
  readonly host: Host
  readonly time: VirtualHost
  readonly clock: ServerClock
  readonly salts: Salts = new Salts(77n)
  readonly session: Session
  readonly connection: Connection
  readonly crypto: Crypto<Uint8Array> & WithMd5
  readonly events: ConnectionEvent[] = []
  readonly sessionEvents: SessionEvent[] = []
  readonly updates: number[] = []
  /** What became of each call. */
  readonly outcomes: string[] = []
  /** Every array that random bytes were drawn into, and what they were. */
  readonly drawn: { readonly array: Uint8Array; readonly was: Uint8Array }[] = []
  /** Arrays of 256 bytes that were hashed alone: authorization keys. */
  readonly keysMade: { readonly array: Uint8Array; readonly was: Uint8Array }[] = []
  primitives: PrimitiveCall[] = []
  agreed: ExchangeResult | undefined
  /** The carrier was closed by the client. */
  closed = false
  readonly #codec: ReturnType<typeof createFraming>
  #handlers: CarrierHandlers | undefined
  #sent: Uint8Array[] = []
  #opened = false

  constructor(options: BenchOptions = {}) {
    const { wallClock = Date.UTC(2024, 0, 1), seed = 1 } = options
    const time = new VirtualHost({ seed, wallClock })
    this.time = time
    const random = seededRandom(seed)
    this.host = {
      now: () => time.now(),
      wallClock: () => time.wallClock(),
      setTimer: (delay, fire) => time.setTimer(delay, fire),
      random: (array) => {
        random(array)
        this.drawn.push({ array, was: array.slice() })
        return array
      },
    }
    this.#codec = createFraming('intermediate', random)
    this.crypto = recordingCrypto(cachingCrypto, (name, parts) => {
      this.primitives.push({ name, bytes: parts.reduce((sum, part) => sum + part.length, 0) })
      const [first] = parts
      if (name === 'sha1' && parts.length === 1 && first?.length === 256)
        this.keysMade.push({ array: first, was: first.slice() })
    })
    this.clock = new ServerClock(this.host)
    this.session = new Session({
      crypto: this.crypto,
      random: this.host.random,
      clock: this.clock,
      salts: this.salts,
      init: (encode) => encode,
      onUpdate: (reader) => this.updates.push(reader.peekId()),
      onEvent: (event) => this.sessionEvents.push(event),
    })
    const key = options.key && createAuthKey(nativeCrypto, options.key)
    const keys: KeyHolder = {
      current: key,
      agreed: (result) => {
        this.agreed = result
        ;(keys as { current: KeyHolder['current'] }).current = createAuthKey(nativeCrypto, result.authKey)
      },
      lost: () => {
        throw new Error('the key was given up')
      },
    }
    this.connection = new Connection({
      host: this.host,
      crypto: this.crypto,
      clock: this.clock,
      session: this.session,
      keys,
      exchange: { keys: [SERVER_KEY], dc: 2 },
      dial: (handlers) => {
        this.#handlers = handlers
        const write = (chunks: readonly Uint8Array[]): void => {
          for (const chunk of chunks) {
            const data = this.#opened ? chunk : chunk.subarray(4)
            this.#opened = true
            if (data.length > 0) this.#sent.push(...this.#codec.feed(data.slice()))
          }
        }
        const close = (): void => {
          this.closed = true
        }
        return Promise.resolve({ buffered: 0, write, close })
      },
      codec: () => createFraming('intermediate', random),
      where: '127.0.0.1:443',
      onEvent: (event) => this.events.push(event),
    })
  }

  /** Makes a call, by which the connection is opened. */
  async open(): Promise<void> {
    this.call(1)
    await this.settle()
  }

  /** A call whose outcome is noted. */
  call(number: number): void {
    this.connection.call({
      method: `test.${number}`,
      encode: (w) => {
        w.uint(CALL_ID)
        w.int(number)
      },
      onResult: (r) => this.outcomes.push(`${number}=${r.int()}`),
      onRpcError: (code, text) => this.outcomes.push(`${number}!${code} ${text}`),
      onFailure: (error) => this.outcomes.push(`${number}x${(error as Error).name}`),
    })
  }

  /** Lets promises and microtasks run; no time passes. */
  async settle(): Promise<void> {
    for (let i = 0; i < 6; i++) await Promise.resolve()
  }

  /** Packets that the client has sent since the last look. */
  sent(): Uint8Array[] {
    return this.#sent.splice(0)
  }

  /** Gives the client one packet of the server. */
  deliver(packet: Uint8Array): void {
    if (this.closed) throw new Error('the connection is closed')
    const head = new Uint8Array(4)
    new DataView(head.buffer).setUint32(0, packet.length, true)
    const chunk = new Uint8Array(4 + packet.length)
    chunk.set(head)
    chunk.set(packet, 4)
    this.#handlers!.onData(chunk)
  }

  /** The server, or whoever stands in its place, ends the connection. */
  cut(): void {
    this.closed = true
    this.#handlers!.onClose()
  }

  /** The error that the connection ended with, if it has. */
  get error(): Error | undefined {
    for (const event of this.events) if (event.type === 'disconnected') return event.error
    return undefined
  }

  /** Closes for good, so that nothing is left behind. */
  dispose(): void {
    this.connection.close()
  }
}
