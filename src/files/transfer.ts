/**
 * One transfer of parts from a reader to a sender: the driver between reader, ledger and gate.
 *
 * It holds at most the parts under way, those that wait to be sent again, and a few read ahead. It ends once: with the
 * last acknowledgement, with the first error that cannot be mended, or with an abort; then nothing of it remains.
 */
import { FileError, RpcError, TransportError } from '../errors.ts'
import type { Timer } from '../host.ts'
import { backoff } from './backoff.ts'
import type { Gate, GateMember } from './gate.ts'
import { Ledger } from './ledger.ts'
import type { PartRequest, PartSender, UploadEvent, UploadOptions } from './options.ts'
import type { UploadPlan } from './plan.ts'
import { ProgressMeter } from './progress.ts'
import type { PartReader, Piece } from './reader.ts'

/** Parts read before there is room to send them, so that reading and sending overlap. */
const READ_AHEAD = 2

export interface TransferOptions extends Omit<UploadOptions, 'gate' | 'crypto'> {
  readonly sender: PartSender
  readonly gate: Gate
  readonly plan: UploadPlan
  readonly reader: PartReader
  readonly fileId: bigint
  /** What to call the file in messages. */
  readonly label: string
  /** Number of parts that will come from the reader; all of the file unless told. */
  readonly count?: number
}

export class Transfer implements GateMember {
  /** Settles when the transfer ends. */
  readonly done: Promise<void>
  readonly #options: TransferOptions
  readonly #ledger = new Ledger()
  /** Parts that were read and are not done. */
  readonly #pieces = new Map<number, Piece>()
  /** One for each request under way: a single signal with many listeners makes Node warn of a leak. */
  readonly #controllers = new Set<AbortController>()
  readonly #meter: ProgressMeter | undefined
  #resolve!: () => void
  #reject!: (error: unknown) => void
  #over = false
  #filling = false
  #retryTimer: Timer | undefined
  #acknowledged = 0
  #inFlight = 0
  #lanes: number

  constructor(options: TransferOptions) {
    this.#options = options
    const { gate, host, onProgress, signal } = options
    this.#lanes = gate.lanes
    this.#meter = onProgress && new ProgressMeter(host, onProgress)
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (signal?.aborted) {
      this.#fail(signal.reason)
      return
    }
    signal?.addEventListener('abort', this.#onAbort)
    gate.join(this)
    this.#progress(true)
    void this.#fill()
  }

  /** The gate's call: sends one part if one is due. */
  turn(lane: number): number {
    if (this.#over) return 0
    const part = this.#ledger.take(this.#options.host.now())
    if (part === undefined) return 0
    const piece = this.#pieces.get(part)!
    this.#inFlight += piece.bytes.length
    void this.#send(piece, lane)
    this.#askForTurn()
    void this.#fill()
    return piece.bytes.length
  }

  /** The gate's call: all uploads wait. */
  paused(until: number): void {
    this.#emit({ type: 'wait', until: this.#wall(until) })
    this.#progress(true)
  }

  readonly #onAbort = (): void => this.#fail(this.#options.signal?.reason)

  /** Reads ahead while there is little to send. */
  async #fill(): Promise<void> {
    if (this.#filling) return
    this.#filling = true
    try {
      while (!this.#over && this.#ledger.waiting < READ_AHEAD) {
        const pieces = await this.#options.reader.next()
        if (pieces.length === 0) break
        for (const piece of pieces) this.#offer(piece)
        this.#askForTurn()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#filling = false
    }
  }

  #offer(piece: Piece): void {
    if (this.#over) {
      this.#options.reader.release(piece)
      return
    }
    this.#pieces.set(piece.part, piece)
    this.#ledger.add(piece.part)
  }

  /** Queues at the gate if a part is due, else sets a timer for the next that will be. */
  #askForTurn(): void {
    if (this.#over) return
    const { gate, host, plan } = this.#options
    this.#retryTimer?.cancel()
    this.#retryTimer = undefined
    const due = this.#ledger.nextDue()
    if (due === undefined) return
    const delay = due - host.now()
    if (delay <= 0) gate.request(this, plan.partSize)
    else {
      this.#retryTimer = host.setTimer(delay, () => {
        this.#retryTimer = undefined
        this.#askForTurn()
      })
    }
  }

  async #send(piece: Piece, lane: number): Promise<void> {
    const { gate, host, sender } = this.#options
    const sentAt = host.now()
    const controller = new AbortController()
    this.#controllers.add(controller)
    let error: unknown
    let accepted = false
    try {
      accepted = await sender.sendPart(this.#request(piece), { lane, signal: controller.signal })
    } catch (thrown) {
      error = thrown
    }
    this.#controllers.delete(controller)
    const roundTrip = host.now() - sentAt
    const { length } = piece.bytes
    this.#inFlight -= length
    if (this.#over) this.#options.reader.release(piece)
    else if (error === undefined && accepted === true) this.#arrived(piece, lane, roundTrip)
    else this.#failed(piece, error)
    gate.settled(lane, length, accepted === true ? roundTrip : undefined)
    this.#watchLanes()
    this.#askForTurn()
    void this.#fill()
  }

  #request({ part, bytes }: Piece): PartRequest {
    const { fileId, plan, reader } = this.#options
    if (!plan.big) return { _: 'upload.saveFilePart', fileId, filePart: part, bytes }
    // Of a stream, only the last part carries the total: https://core.telegram.org/api/files#streamed-uploads
    const fileTotalParts = plan.parts ?? (part + 1 === reader.parts ? reader.parts : -1)
    return { _: 'upload.saveBigFilePart', fileId, filePart: part, fileTotalParts, bytes }
  }

  #arrived(piece: Piece, lane: number, roundTrip: number): void {
    const { count, reader } = this.#options
    this.#ledger.acknowledge(piece.part)
    this.#pieces.delete(piece.part)
    reader.release(piece)
    const bytes = piece.bytes.length
    this.#acknowledged += bytes
    this.#emit({ type: 'part', part: piece.part, bytes, lane, roundTrip })
    const last = this.#ledger.done === (count ?? reader.parts)
    this.#progress(last)
    if (last && !this.#over) {
      this.#end()
      this.#resolve()
    }
  }

  #failed({ part }: Piece, error: unknown): void {
    const { gate, host, label, maxAttempts = 5, maxWait = 3600 } = this.#options
    const wait = error instanceof RpcError ? error.waitSeconds : undefined
    if (wait !== undefined && wait <= maxWait) {
      this.#ledger.putOff(part)
      // A wait of 0 s repeated would be a busy loop.
      gate.pause(1000 * Math.max(1, wait))
      return
    }
    if (error !== undefined) {
      const passing = (error instanceof RpcError || error instanceof TransportError) && error.retryable
      if (!passing || wait !== undefined) {
        this.#fail(error)
        return
      }
      gate.failed()
    }
    const failures = this.#ledger.fail(part)
    if (failures >= maxAttempts) {
      const what = `part ${part} of ${label}`
      const message = `the server did not accept ${what}: it answered false (attempts: ${failures}); try again later`
      this.#fail(error ?? new FileError('FILE_NOT_ACCEPTED', message))
      return
    }
    const delay = backoff(failures, host.random)
    this.#ledger.retry(part, host.now() + delay)
    this.#emit({ type: 'retry', part, failures, delay, error })
  }

  #watchLanes(): void {
    const { lanes } = this.#options.gate
    if (this.#over || lanes === this.#lanes) return
    this.#lanes = lanes
    this.#emit({ type: 'lanes', lanes })
  }

  #wall(at: number): number {
    const { host } = this.#options
    return Math.round(host.wallClock() + at - host.now())
  }

  #emit(event: UploadEvent): void {
    try {
      this.#options.onEvent?.(event)
    } catch (error) {
      this.#fail(error)
    }
  }

  #progress(force: boolean): void {
    if (!this.#meter || this.#over) return
    const { gate, reader } = this.#options
    const until = gate.pausedUntil
    const facts = {
      sentBytes: this.#acknowledged,
      totalBytes: reader.size,
      lanes: gate.lanes,
      inFlight: this.#inFlight,
      retries: this.#ledger.retries,
      waitUntil: until === undefined ? undefined : this.#wall(until),
    }
    try {
      this.#meter.update(facts, force)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#end()
    this.#reject(error)
    for (const controller of this.#controllers) controller.abort(error)
  }

  /** Leaves nothing behind but parts under way, whose buffers go back when their senders let go of them. */
  #end(): void {
    this.#over = true
    const { gate, reader, signal } = this.#options
    signal?.removeEventListener('abort', this.#onAbort)
    this.#retryTimer?.cancel()
    this.#retryTimer = undefined
    reader.stop()
    gate.leave(this)
    for (let part = this.#ledger.take(Number.POSITIVE_INFINITY); part !== undefined; ) {
      reader.release(this.#pieces.get(part)!)
      part = this.#ledger.take(Number.POSITIVE_INFINITY)
    }
    this.#pieces.clear()
  }
}
