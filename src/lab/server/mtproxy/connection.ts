/**
 * One connection through an MTProxy: lets the client in, opens a connection to the DC that it names, and carries bytes
 * from each to the other.
 *
 * What comes from the client is decrypted with the streams of its header and encrypted with those of a header of the
 * proxy's own, in the same framing; so the packets within, their padding and their quick acknowledgements pass unchanged.
 * A test proxy: there is no limit to what it buffers for a slow reader.
 */
import { concat } from '../../../bytes.ts'
import { TransportError } from '../../../errors.ts'
import type { Timer } from '../../../host.ts'
import type { Carrier, CarrierHandlers } from '../../../transport/carrier/carrier.ts'
import { HEADER_LENGTH, type Obfuscation, openObfuscation } from '../../../transport/framing/obfuscation.ts'
import type { MtproxySecret } from '../../../transport/proxy/mtproxy.ts'
import {
  HANDSHAKE,
  lengthOf,
  RECORD_HEAD,
  type RecordStream,
  recordStream,
} from '../../../transport/proxy/tls-records.ts'
import { LONGEST_HELLO, SHORTEST_HELLO } from './client-hello.ts'
import { type Admitted, NotLetIn } from './gate.ts'
import type { ProxyHouse } from './house.ts'

/** A client must have shown who it is within this many milliseconds. */
const LET_IN_WITHIN = 10_000
/** The first bytes of a TLS hello's record. */
const TLS_OPENING: readonly number[] = [HANDSHAKE, 3, 1]

/** The client's end of a connection. */
export class ProxiedConnection implements CarrierHandlers {
  readonly #house: ProxyHouse
  readonly #carrier: Carrier
  readonly #remote: string
  /** What came from the client before the connection to the DC was open. */
  readonly #waiting: Uint8Array[] = []
  /** First bytes, as long as they are not understood. */
  #opening: Uint8Array = new Uint8Array(0)
  /** What the connection does with bytes at the moment; false: they are too few. */
  #step: () => boolean = () => this.#begin()
  #secret: MtproxySecret | undefined
  #records: RecordStream | undefined
  #client: Obfuscation | undefined
  #dc: Obfuscation | undefined
  #upstream: Carrier | undefined
  readonly #dialling = new AbortController()
  readonly #late: Timer
  #closed = false

  constructor(house: ProxyHouse, carrier: Carrier, remote: string) {
    this.#house = house
    this.#carrier = carrier
    this.#remote = remote
    this.#late = house.host.setTimer(LET_IN_WITHIN, () =>
      this.#refuse('it did not show in time that it knows a secret'),
    )
  }

  onData(chunk: Uint8Array): void {
    if (this.#closed) return
    try {
      for (const bytes of this.#records?.open(chunk) ?? [chunk]) this.#take(bytes)
    } catch (error) {
      if (!(error instanceof NotLetIn || error instanceof TransportError)) throw error
      this.#refuse(error.message)
    }
  }

  onClose(): void {
    this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#late.cancel()
    this.#dialling.abort()
    this.#carrier.close()
    this.#upstream?.close()
    this.#house.gone(this)
  }

  /** Takes bytes of the stream within the records, if there are any. */
  #take(bytes: Uint8Array): void {
    if (this.#client) {
      this.#forward(bytes)
      return
    }
    this.#opening = concat(this.#opening, bytes)
    while (!this.#closed && this.#step());
  }

  /** Cuts the first bytes off what has come. */
  #cut(length: number): Uint8Array {
    const out = this.#opening.slice(0, length)
    this.#opening = this.#opening.slice(length)
    return out
  }

  #begin(): boolean {
    const { gate } = this.#house
    const first = this.#opening.subarray(0, TLS_OPENING.length)
    const isTls = gate.speaksTls && first.every((byte, i) => byte === TLS_OPENING[i])
    if (isTls && first.length < TLS_OPENING.length) return false
    this.#step = isTls ? () => this.#greet() : () => this.#admit()
    return true
  }

  #greet(): boolean {
    if (this.#opening.length < RECORD_HEAD) return false
    const length = lengthOf(this.#opening)
    if (length < SHORTEST_HELLO || length > LONGEST_HELLO) throw new NotLetIn(`a TLS hello of ${length} bytes`)
    if (this.#opening.length < RECORD_HEAD + length) return false
    const { secret, answer } = this.#house.gate.greet(this.#cut(RECORD_HEAD + length))
    this.#secret = secret
    this.#records = recordStream('server')
    this.#carrier.write([answer])
    this.#step = () => this.#admit()
    // What came behind the hello is in records already.
    const early = this.#records.open(this.#cut(this.#opening.length))
    this.#opening = concat(...early)
    return true
  }

  #admit(): boolean {
    if (this.#opening.length < HEADER_LENGTH) return false
    const admitted = this.#house.gate.admit(this.#cut(HEADER_LENGTH), this.#secret)
    this.#step = () => false
    this.#client = admitted.streams
    this.#connect(admitted)
    if (this.#opening.length > 0) this.#forward(this.#cut(this.#opening.length))
    return false
  }

  #connect({ kind, streams }: Admitted): void {
    const { host, crypto } = this.#house
    const { framing, dc } = streams
    const target = this.#house.targetOf(dc)
    if (!target) throw new NotLetIn(`it asks for DC ${dc}, which this proxy does not know`)
    this.#late.cancel()
    this.#house.tell({ type: 'accepted', remote: this.#remote, kind, framing, dc })
    const handlers: CarrierHandlers = {
      onData: (chunk) => this.#answer(chunk),
      onClose: () => this.close(),
    }
    target.dial(target.address, handlers, { host, signal: this.#dialling.signal }).then(
      (upstream) => {
        if (this.#closed) return upstream.close()
        const { header, ...own } = openObfuscation(framing, { random: host.random, crypto, dc })
        this.#upstream = upstream
        this.#dc = own
        upstream.write([header])
        for (const bytes of this.#waiting.splice(0)) this.#forward(bytes)
      },
      (error: unknown) => this.#refuse(error instanceof Error ? error.message : String(error)),
    )
  }

  #forward(bytes: Uint8Array): void {
    if (this.#upstream) this.#upstream.write([this.#dc!.encrypt.apply(this.#client!.decrypt.apply(bytes))])
    else this.#waiting.push(bytes)
  }

  #answer(bytes: Uint8Array): void {
    if (this.#closed) return
    const chunks = [this.#client!.encrypt.apply(this.#dc!.decrypt.apply(bytes))]
    this.#carrier.write(this.#records?.seal(chunks) ?? chunks)
  }

  #refuse(reason: string): void {
    if (this.#closed) return
    this.#house.tell({ type: 'refused', remote: this.#remote, reason })
    this.close()
  }
}
