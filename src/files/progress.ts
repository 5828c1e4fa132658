/**
 * Progress as a caller wants it: never going back, not too often, with a rate that does not jump.
 */
import type { Host } from '../host.ts'
import { INTERVAL, MEMORY } from './limits.ts'

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

/** What only the transfer knows. */
export type ProgressFacts = Omit<UploadProgress, 'bytesPerSecond' | 'etaSeconds'>

/**
 * Makes what `report` is called through: not if the last report is less than 100 ms old, unless by `force`. Time during
 * which the server makes us wait says nothing about the rate, and is part of the time left.
 */
export function progressMeter<Facts extends ProgressFacts>(
  host: Host,
  report: (progress: Facts & UploadProgress) => void,
): (facts: Facts, force: boolean) => void {
  let reportedAt: number | undefined
  /** When the bytes were counted last, or will be again after a wait. */
  let sampledAt = host.now()
  let sampled: number | undefined
  let rate = 0
  return (facts, force) => {
    const now = host.now()
    if (!force && now - reportedAt! < INTERVAL) return
    reportedAt = now
    const { totalBytes = Number.NaN, sentBytes, waitUntil } = facts
    const wait = waitUntil ? Math.max(0, waitUntil - host.wallClock()) : 0
    // What was there before this upload has no part in its rate.
    sampled ??= sentBytes
    const seconds = (now - sampledAt) / 1000
    if (seconds > 0) {
      // The first sample weighs all; later ones fade with age.
      const weight = rate ? 1 - Math.exp(-seconds / MEMORY) : 1
      rate += weight * ((sentBytes - sampled) / seconds - rate)
    }
    if (seconds > 0 || wait) {
      sampledAt = Math.max(sampledAt, now + wait)
      sampled = sentBytes
    }
    const left = totalBytes - sentBytes
    const eta = left && left / rate + wait / 1000
    report({ ...facts, bytesPerSecond: Math.round(rate), etaSeconds: Number.isFinite(eta) ? eta : undefined })
  }
}
