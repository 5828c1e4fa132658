/**
 * A `PartSender` that keeps what it is sent and holds it to the server's rules, with latency and faults on a virtual clock.
 */
import type { PartRequest, PartSender } from '../../src/files/index.ts'
import type { Host } from '../../src/host.ts'

/** What the server does with one request: answers, throws, or never answers (`'silence'`). */
export type Answer = boolean | Error | 'silence'

export interface PartServerOptions {
  readonly maxLanes?: number
  /** ms until the answer; 10 unless told. */
  readonly latency?: (request: PartRequest, call: number) => number
  /** The answer; `true` unless told. `attempt` counts from 1 for each part. */
  readonly answer?: (request: PartRequest, attempt: number, call: number) => Answer
}

export class PartServer implements PartSender {
  readonly maxLanes: number
  /** Every request in the order sent, without its bytes. */
  readonly log: {
    part: number
    total: number | undefined
    length: number
    lane: number
    at: number
    fileId: bigint
  }[] = []
  /** How often each part was acknowledged with true. */
  readonly acknowledged = new Map<number, number>()
  inFlight = 0
  inFlightBytes = 0
  maxInFlightBytes = 0
  /** Requests whose signal was aborted while they were under way. */
  aborted = 0
  readonly #host: Host
  readonly #options: PartServerOptions
  readonly #parts = new Map<number, Uint8Array>()
  readonly #attempts = new Map<number, number>()

  constructor(host: Host, options: PartServerOptions = {}) {
    this.#host = host
    this.#options = options
    this.maxLanes = options.maxLanes ?? 4
  }

  sendPart(request: PartRequest, { lane, signal }: { lane: number; signal: AbortSignal }): Promise<boolean> {
    const { filePart: part, bytes, fileId } = request
    if (bytes.length === 0) throw new Error('FILE_PART_EMPTY')
    if (lane < 0 || lane >= this.maxLanes) throw new Error(`no lane ${lane}`)
    if (signal.aborted) throw new Error('sent after the abort')
    const total = request._ === 'upload.saveBigFilePart' ? request.fileTotalParts : undefined
    this.log.push({ part, total, length: bytes.length, lane, at: this.#host.now(), fileId })
    const attempt = (this.#attempts.get(part) ?? 0) + 1
    this.#attempts.set(part, attempt)
    const call = this.log.length
    const answer = this.#options.answer?.(request, attempt, call) ?? true
    const copy = bytes.slice()
    this.inFlight++
    this.inFlightBytes += bytes.length
    this.maxInFlightBytes = Math.max(this.maxInFlightBytes, this.inFlightBytes)
    return new Promise<boolean>((resolve, reject) => {
      const end = (): void => {
        signal.removeEventListener('abort', stop)
        this.inFlight--
        this.inFlightBytes -= copy.length
        // A buffer that is used anew while its part is under way would show here.
        if (Buffer.compare(bytes, copy) !== 0) reject(new Error(`the bytes of part ${part} changed under way`))
      }
      const timer =
        answer === 'silence'
          ? undefined
          : this.#host.setTimer(this.#options.latency?.(request, call) ?? 10, () => {
              end()
              if (answer === true) {
                this.#parts.set(part, copy)
                this.acknowledged.set(part, (this.acknowledged.get(part) ?? 0) + 1)
              }
              if (answer instanceof Error) reject(answer)
              else resolve(answer === true)
            })
      const stop = (): void => {
        timer?.cancel()
        this.aborted++
        end()
        reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** Forgets a part, as servers do. */
  lose(part: number): void {
    this.#parts.delete(part)
  }

  /** The file that the parts make, as the server would make it; throws where it would refuse. */
  assemble(parts: number): Uint8Array {
    const pieces: Uint8Array[] = []
    const size = this.#parts.get(0)?.length ?? 0
    for (let part = 0; part < parts; part++) {
      const piece = this.#parts.get(part)
      if (!piece) throw new Error(`FILE_PART_${part}_MISSING`)
      if (part < parts - 1 ? piece.length !== size : piece.length > size) throw new Error('FILE_PART_SIZE_CHANGED')
      pieces.push(piece)
    }
    if (parts > 1 && (size % 1024 !== 0 || 524_288 % size !== 0)) throw new Error('FILE_PART_SIZE_INVALID')
    if (this.#parts.size !== parts) throw new Error('FILE_PARTS_INVALID')
    return Buffer.concat(pieces)
  }
}
