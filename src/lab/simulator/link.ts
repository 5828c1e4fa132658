/**
 * A link: two byte streams between a client and a server, with everything that happens to byte streams.
 *
 * Each direction has a latency, a bandwidth behind which bytes queue, and a way of splitting them. At byte positions drawn
 * beforehand it may be cut, stall, lose its other end without a word (half-open), or change bytes. Bytes never overtake one
 * another.
 */
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { connectionClosed } from '../../transport/carrier/failure.ts'
import type { Stream } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Owner of the timers of wires. */
export const WIRE = 'wire'
/** Most pieces that one write arrives in. */
const MOST_PIECES = 4
const MOST_SINGLE_BYTES = 24
/** Bytes that a system takes for a link whose other end does not answer. */
const SEND_BUFFER = 65_536

/** How one direction behaves. */
export interface DirectionPlan {
  readonly latency: number
  readonly jitter: number
  /** Bytes per millisecond. */
  readonly bandwidth: number
  readonly pieces: 'whole' | 'some' | 'bytes'
}

/** Something that happens when so many bytes have been sent in a direction. */
export type ByteFault =
  | { readonly kind: 'cut' | 'half-open'; readonly direction: 0 | 1; readonly at: number }
  | { readonly kind: 'stall'; readonly direction: 0 | 1; readonly at: number; readonly ms: number }
  | {
      /** The line becomes slow, for a while. */
      readonly kind: 'sag'
      readonly direction: 0 | 1
      readonly at: number
      readonly ms: number
      /** Bytes per millisecond. */
      readonly bandwidth: number
    }
  | { readonly kind: 'flip'; readonly direction: 0 | 1; readonly at: number; readonly bit: number }
  | { readonly kind: 'insert'; readonly direction: 0 | 1; readonly at: number; readonly bytes: Uint8Array }

/** What a link asks and tells. */
export interface LinkOptions {
  readonly number: number
  readonly name: string
  readonly scheduler: Scheduler
  readonly stream: Stream
  readonly plan: DirectionPlan
  readonly faults: readonly ByteFault[]
  /** False once faults have stopped: those that have not happened yet do not happen any more. */
  readonly faulty: () => boolean
  /** Told of all bytes as they are written. */
  readonly onWrite: (direction: 0 | 1, bytes: Uint8Array) => void
  /** Told of faults that happen. */
  readonly onFault: (fault: ByteFault) => void
  /** Called when the client's end is closed, by itself or because the link broke. */
  readonly onLeft?: (() => void) | undefined
  /** Called when both ends are gone. */
  readonly onGone: () => void
}

/** A link between two carriers: index 0 is the client's end, index 1 the server's. */
export class Link {
  readonly ends: readonly [End, End]
  readonly options: LinkOptions
  /** Whether bytes and news still pass. */
  silent = false
  #faults: readonly ByteFault[]

  constructor(options: LinkOptions) {
    this.options = options
    this.#faults = options.faults
    this.ends = [new End(this, 0), new End(this, 1)]
  }

  /** Breaks the link; both ends are told. */
  reset(): void {
    if (this.silent) return
    for (const end of this.ends) end.lost('connection reset by peer')
  }

  /** The faults in a direction between two byte positions, and no others left. */
  due(direction: 0 | 1, from: number, to: number): ByteFault[] {
    if (this.#faults.length === 0 || !this.options.faulty()) return []
    const due = this.#faults.filter((one) => one.direction === direction && one.at >= from && one.at < to)
    if (due.length > 0) this.#faults = this.#faults.filter((one) => !due.includes(one))
    return due
  }

  gone(): void {
    if (this.ends.every(({ closed }) => closed)) this.options.onGone()
  }
}

/** One end of a link. */
export class End implements Carrier {
  handlers: CarrierHandlers = { onData() {}, onClose() {} }
  closed = false
  buffered = 0
  readonly #link: Link
  readonly #direction: 0 | 1
  #sent = 0
  /** When the wire has taken all that was written; when the last of it arrives; not before when anything arrives. */
  #freeAt = 0
  #arrivesAt = 0
  #stalledUntil = 0
  #sag = { until: 0, bandwidth: 0 }
  /** Bytes that the system has taken and cannot get rid of. */
  #kept = 0
  /** The system's buffer is full, and nobody empties it. */
  #stuck = false

  constructor(link: Link, direction: 0 | 1) {
    this.#link = link
    this.#direction = direction
  }

  get #peer(): End {
    return this.#link.ends[1 - this.#direction]!
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (this.closed || chunk.length === 0) continue
      this.#link.options.onWrite(this.#direction, chunk)
      this.#send(chunk)
    }
  }

  close(): void {
    if (this.closed) return
    this.#gone()
    const { scheduler } = this.#link.options
    scheduler.at(scheduler.now, WIRE, () => this.handlers.onClose())
    this.#farewell()
  }

  /** The link broke under this end. */
  lost(cause: string): void {
    if (this.closed) return
    this.#gone()
    this.handlers.onClose(connectionClosed(this.#link.options.name, new Error(cause)))
  }

  /** Bytes per millisecond that the line takes now. */
  get #bandwidth(): number {
    const { plan, scheduler } = this.#link.options
    return scheduler.now < this.#sag.until ? Math.min(plan.bandwidth, this.#sag.bandwidth) : plan.bandwidth
  }

  #gone(): void {
    this.closed = true
    if (this.#direction === 0) this.#link.options.onLeft?.()
    this.#link.gone()
  }

  #send(chunk: Uint8Array): void {
    const { plan, scheduler, stream, onFault } = this.#link.options
    let bytes = chunk
    let cut = false
    for (const fault of this.#link.due(this.#direction, this.#sent, this.#sent + chunk.length)) {
      onFault(fault)
      const at = Math.min(bytes.length - 1, fault.at - this.#sent)
      if (at < 0) continue
      if (fault.kind === 'flip') {
        bytes = bytes.slice()
        bytes[at]! ^= 1 << fault.bit
      } else if (fault.kind === 'insert') {
        const more = new Uint8Array(bytes.length + fault.bytes.length)
        more.set(bytes.subarray(0, at))
        more.set(fault.bytes, at)
        more.set(bytes.subarray(at), at + fault.bytes.length)
        bytes = more
      } else if (fault.kind === 'stall') this.#stalledUntil = scheduler.now + fault.ms
      else if (fault.kind === 'sag') this.#sag = { until: scheduler.now + fault.ms, bandwidth: fault.bandwidth }
      else if (fault.kind === 'half-open') this.#link.silent = true
      else {
        cut = true
        bytes = bytes.subarray(0, at)
      }
    }
    this.#sent += chunk.length
    this.buffered += chunk.length
    if (this.#stuck) return
    this.#freeAt = Math.max(scheduler.now, this.#freeAt) + chunk.length / this.#bandwidth
    scheduler.at(this.#freeAt, WIRE, () => {
      // Nobody takes the bytes: the system's buffer fills up, and what does not fit stays with us.
      if (this.#link.silent) this.#kept += chunk.length
      this.#stuck ||= this.#kept > SEND_BUFFER
      if (this.#stuck) return
      this.buffered -= chunk.length
      if (!this.closed) this.handlers.onDrain?.()
    })
    if (this.#link.silent) return
    const late = plan.jitter > 0 ? stream.below(1024 * plan.jitter) / 1024 : 0
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#stalledUntil, this.#freeAt + plan.latency + late)
    this.#deliver(bytes)
    if (cut) scheduler.at(this.#arrivesAt, WIRE, () => this.#link.reset())
  }

  #deliver(bytes: Uint8Array): void {
    const { plan, stream } = this.#link.options
    let from = 0
    const most = plan.pieces === 'bytes' ? MOST_SINGLE_BYTES : plan.pieces === 'some' ? MOST_PIECES : 1
    for (let left = most; left > 1 && from < bytes.length - 1; left--) {
      const length = plan.pieces === 'bytes' ? 1 : 1 + stream.below(bytes.length - from)
      this.#arrival(bytes.slice(from, from + length))
      from += length
      this.#arrivesAt += stream.below(1024) / 1024
    }
    if (from < bytes.length) this.#arrival(bytes.slice(from))
  }

  #arrival(piece: Uint8Array): void {
    this.#link.options.scheduler.at(this.#arrivesAt, WIRE, () => {
      const peer = this.#peer
      if (!peer.closed && !this.#link.silent) peer.handlers.onData(piece)
    })
  }

  /** Tells the other end, behind all that was written. */
  #farewell(): void {
    const { scheduler, plan } = this.#link.options
    const at = Math.max(this.#arrivesAt, scheduler.now + plan.latency)
    scheduler.at(at, WIRE, () => {
      if (!this.#link.silent) this.#peer.lost('the other side ended it')
    })
  }
}
