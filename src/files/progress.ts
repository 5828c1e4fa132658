/**
 * Progress as a caller wants it: never going back, not too often, with a rate that does not jump.
 */
import type { Host } from '../host.ts'

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes that the server has acknowledged; never falls. */
  readonly sentBytes: number
  /** Bytes of the file; `undefined` while unknown. */
  readonly totalBytes: number | undefined
  /** Recent rate of acknowledged bytes per second; 0 until it can be told. */
  readonly bytesPerSecond: number
  /** Seconds left at this rate; `undefined` while unknown. */
  readonly etaSeconds: number | undefined
  /** Connections in use. */
  readonly lanes: number
  /** Bytes under way: sent and not yet acknowledged. */
  readonly inFlight: number
  /** How often a part had to be sent again. */
  readonly retries: number
  /** While the server makes us wait: until when, in ms since 1970. */
  readonly waitUntil: number | undefined
}

/** Least ms between two reports. */
const INTERVAL = 100
/** Seconds over which the rate is averaged. */
const MEMORY = 3

export class ProgressMeter {
  readonly #host: Host
  readonly #report: (progress: UploadProgress) => void
  #reportedAt = Number.NEGATIVE_INFINITY
  #sampledAt: number
  #sampled = 0
  #rate = 0

  constructor(host: Host, report: (progress: UploadProgress) => void) {
    this.#host = host
    this.#report = report
    this.#sampledAt = host.now()
  }

  /** Reports, unless the last report is less than 100 ms old; `force` reports in any case. */
  update(facts: Omit<UploadProgress, 'bytesPerSecond' | 'etaSeconds'>, force: boolean): void {
    const now = this.#host.now()
    if (!force && now - this.#reportedAt < INTERVAL) return
    this.#reportedAt = now
    const seconds = (now - this.#sampledAt) / 1000
    if (seconds > 0) {
      const rate = (facts.sentBytes - this.#sampled) / seconds
      // The first samples weigh by the time they cover; later ones fade with age.
      const weight = this.#rate === 0 ? 1 : 1 - Math.exp(-seconds / MEMORY)
      this.#rate += weight * (rate - this.#rate)
      this.#sampledAt = now
      this.#sampled = facts.sentBytes
    }
    const { totalBytes, sentBytes } = facts
    const left = totalBytes === undefined ? undefined : totalBytes - sentBytes
    const etaSeconds = left === 0 ? 0 : left === undefined || this.#rate === 0 ? undefined : left / this.#rate
    this.#report({ ...facts, bytesPerSecond: Math.round(this.#rate), etaSeconds })
  }
}
