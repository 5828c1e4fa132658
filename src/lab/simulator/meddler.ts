/**
 * Somebody on the path who knows the protocol but no keys.
 *
 * Framing and obfuscation are no secret: the meddler takes packets out of the stream, does with them what the plan says,
 * and frames them anew for the other side. Losing, doubling, delaying and swapping packets is what a bad network would do
 * below the stream; changing, cutting, replaying, reflecting and mixing them is an attack.
 */
import { view } from '../../bytes.ts'
import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { RandomSource } from '../../host.ts'
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { createCodec } from '../../transport/codec.ts'
import { createServerCodec, type PacketCodec, type ServerCodec } from '../../transport/framing/index.ts'
import type { TransportName } from '../../transport/transport-name.ts'
import type { End } from './link.ts'
import { WIRE } from './link.ts'
import { luckyForgery } from './luck.ts'
import type { Meddling } from './plan.ts'
import type { Stream } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Packets that are remembered for replays. */
const ARCHIVE = 200
/** Longest that a packet is held back, in milliseconds. */
const LONGEST_DELAY = 20_000
/** A packet held back for the next one to overtake it goes on by itself after this long. */
const SWAP_WITHIN = 500
/** auth_key_id and msg_key in front of an encrypted packet; the head of a plain one, where its length ends. */
const ENCRYPTED_HEAD = 24
const PLAIN_HEAD = 20
const BLOCK = 16

/** A packet that went by. */
interface Recorded {
  readonly client: string
  readonly direction: 0 | 1
  readonly packet: Uint8Array
}

/** What all meddlers of a run remember together. */
export class Archive {
  readonly #packets: Recorded[] = []

  add(recorded: Recorded): void {
    this.#packets.push(recorded)
    if (this.#packets.length > ARCHIVE) this.#packets.shift()
  }

  /** An old packet that fits, if there is one. */
  pick(stream: Stream, fits: (recorded: Recorded) => boolean): Uint8Array | undefined {
    const fitting = this.#packets.filter(fits)
    return fitting.length === 0 ? undefined : stream.pick(fitting).packet.slice()
  }
}

export interface MeddlerOptions {
  readonly client: string
  readonly transport: TransportName
  readonly meddling: Meddling
  readonly stream: Stream
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  readonly archive: Archive
  /** Every key that any server ever had, by the eight bytes that name it. */
  readonly keys: ReadonlyMap<bigint, AuthKey>
  readonly faulty: () => boolean
  readonly onFault: (what: keyof Meddling) => void
}

/** Stands at the server's end of a link; to the server it is the carrier. */
export class Meddler implements Carrier {
  server: CarrierHandlers = { onData() {}, onClose() {} }
  readonly #options: MeddlerOptions
  readonly #end: End
  readonly #fromClient: ServerCodec
  readonly #toServer: PacketCodec
  #opened = false
  /** Packets that wait to be overtaken, one a direction. */
  readonly #held: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined]

  constructor(end: End, options: MeddlerOptions) {
    this.#end = end
    this.#options = options
    const { stream, crypto, transport } = options
    const random: RandomSource = stream.fork('codec').fill
    this.#fromClient = createServerCodec({ random, crypto, maxPadding: 3 })
    this.#toServer = createCodec(transport, { random, crypto, dc: 0 })
    end.handlers = {
      onData: (chunk) => this.#guarded(() => this.#onClientData(chunk)),
      onClose: (error) => this.server.onClose(error),
      onDrain: () => this.server.onDrain?.(),
    }
  }

  get buffered(): number {
    return this.#end.buffered
  }

  write(chunks: readonly Uint8Array[]): void {
    this.#guarded(() => {
      for (const chunk of chunks) for (const packet of this.#toServer.feed(chunk.slice())) this.#meddle(1, bare(packet))
    })
  }

  close(): void {
    this.#end.close()
  }

  #onClientData(chunk: Uint8Array): void {
    for (const packet of this.#fromClient.feed(chunk)) this.#meddle(0, bare(packet))
  }

  /** What cannot be taken apart cannot be passed on: the connection ends. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch {
      if (!this.#end.closed) {
        this.#end.close()
        this.server.onClose()
      }
    }
  }

  #meddle(direction: 0 | 1, packet: Uint8Array): void {
    const { meddling, stream, archive, client, faulty, onFault, scheduler } = this.#options
    const held = this.#held[direction]
    this.#held[direction] = undefined
    if (!faulty()) this.#pass(direction, packet)
    else {
      const original = packet.slice()
      archive.add({ client, direction, packet: original })
      const will = (what: keyof Meddling): boolean => {
        const hit = stream.chance(meddling[what])
        if (hit) onFault(what)
        return hit
      }
      if (will('flip')) flip(packet, stream)
      if (packet.length > 4 * BLOCK && will('truncate'))
        packet = packet.slice(0, BLOCK * (1 + stream.below(Math.floor((packet.length - 8) / BLOCK) - 1)) + 8)
      if (will('duplicate')) this.#pass(direction, packet.slice())
      if (will('drop')) packet = new Uint8Array(0)
      else if (will('delay')) this.#later(direction, packet, stream.below(LONGEST_DELAY))
      else if (held === undefined && will('swap')) {
        this.#held[direction] = packet
        scheduler.at(scheduler.now + SWAP_WITHIN, WIRE, () => {
          if (this.#held[direction] !== packet) return
          this.#held[direction] = undefined
          this.#pass(direction, packet)
        })
      } else this.#pass(direction, packet)
      this.#forge(direction, original, will)
    }
    if (held !== undefined) this.#pass(direction, held)
  }

  /** Packets that nobody sent here now. */
  #forge(direction: 0 | 1, original: Uint8Array, will: (what: keyof Meddling) => boolean): void {
    const { stream, archive, client } = this.#options
    const forged = [
      will('replay') && archive.pick(stream, (one) => one.direction === direction && one.client === client),
      will('reflect') && archive.pick(stream, (one) => one.direction !== direction && one.client === client),
      will('cross') && archive.pick(stream, (one) => one.direction === direction && one.client !== client),
    ]
    for (const packet of forged) if (packet) this.#pass(direction, packet)
    if (direction === 1 && will('luck')) this.#tryLuck(original)
  }

  #tryLuck(packet: Uint8Array): void {
    const { keys, crypto, stream } = this.#options
    const authKey = packet.length < ENCRYPTED_HEAD ? undefined : keys.get(view(packet).getBigInt64(0, true))
    const forged = authKey && luckyForgery(packet, authKey, crypto, stream)
    if (forged) this.#pass(1, forged)
  }

  #later(direction: 0 | 1, packet: Uint8Array, ms: number): void {
    const { scheduler } = this.#options
    scheduler.at(scheduler.now + ms, WIRE, () => this.#pass(direction, packet))
  }

  #pass(direction: 0 | 1, packet: Uint8Array): void {
    if (this.#end.closed || packet.length === 0) return
    if (direction === 1) {
      this.#end.write(this.#fromClient.encode(packet))
      return
    }
    if (!this.#opened) {
      this.#opened = true
      const opening = this.#toServer.start()
      if (opening.length > 0) this.server.onData(opening)
    }
    for (const chunk of this.#toServer.encode(packet)) if (!this.#end.closed) this.server.onData(chunk)
  }
}

/** A packet without the padding of its framing, which is put on anew. */
function bare(packet: Uint8Array): Uint8Array {
  if (packet.length < PLAIN_HEAD) return packet
  const fields = view(packet)
  if (fields.getBigInt64(0, true) === 0n) return packet.slice(0, PLAIN_HEAD + Math.max(0, fields.getInt32(16, true)))
  return packet.slice(0, packet.length - Math.max(0, (packet.length - ENCRYPTED_HEAD) % BLOCK))
}

/** Turns one bit over, every other time one in the last block: there most of it is padding. */
function flip(packet: Uint8Array, stream: Stream): void {
  const last = stream.chance(500) && packet.length >= BLOCK
  const at = last ? packet.length - 1 - stream.below(BLOCK) : stream.below(packet.length)
  packet[at]! ^= 1 << stream.below(8)
}
