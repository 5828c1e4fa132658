/**
 * The progress of many uploads as one: each tells its own, and the sum is told on.
 */
import type { Host } from '../host.ts'
import { type ProgressFacts, progressMeter, type UploadProgress } from './progress.ts'

/** How far many uploads are. What is not about files is the sum over all of them. */
export interface ManyProgress extends UploadProgress {
  /** Bytes of all files; `undefined` until the last of them was begun, and while the length of one is unknown. */
  readonly totalBytes: number | undefined
  /** Number of files; `undefined` while unknown. */
  readonly files: number | undefined
  /** Files that are done, those that failed among them. */
  readonly doneFiles: number
  readonly failedFiles: number
}

/** What an upload tells of itself. */
export interface Watch {
  /** Its progress. Of an upload that starts over, the sum shows nothing until it is as far as it was. */
  readonly update: (progress: UploadProgress) => void
  /** It is over. */
  readonly end: (failed: boolean) => void
}

/** Adds up the progress of uploads. */
export interface ManyMeter {
  /** A further upload. */
  readonly watch: () => Watch
  /** No further one comes; to be called when it is known. */
  readonly complete: (files: number) => void
}

type Facts = ProgressFacts & Omit<ManyProgress, keyof UploadProgress>

const NOTHING: UploadProgress = {
  sentBytes: 0,
  totalBytes: undefined,
  bytesPerSecond: 0,
  etaSeconds: undefined,
  lanes: 0,
  inFlight: 0,
  retries: 0,
  waitUntil: undefined,
}

/** Makes a meter that tells `report` the sum, at most every 100 ms, at the start and at the end. */
export function manyMeter(host: Host, report: (progress: ManyProgress) => void, files: number | undefined): ManyMeter {
  const tell = progressMeter<Facts>(host, report)
  const active = new Set<{ last: UploadProgress; sent: number }>()
  let total = files
  let doneFiles = 0
  let failedFiles = 0
  /** Of those that are over. */
  let sentBytes = 0
  let retries = 0
  let waited: number | undefined

  const say = (force: boolean): void => {
    let all = sentBytes
    let whole = doneFiles + active.size === total ? sentBytes : Number.NaN
    let lanes = 0
    let inFlight = 0
    let again = retries
    let waitUntil: number | undefined
    for (const { last, sent } of active) {
      all += sent
      whole += last.totalBytes ?? Number.NaN
      lanes = Math.max(lanes, last.lanes)
      inFlight += last.inFlight
      again += last.retries
      waitUntil ??= last.waitUntil
    }
    const totalBytes = Number.isNaN(whole) ? undefined : whole
    const began = waitUntil !== waited
    waited = waitUntil
    tell(
      { sentBytes: all, totalBytes, lanes, inFlight, retries: again, waitUntil, files: total, doneFiles, failedFiles },
      force || began,
    )
  }

  say(true)
  return {
    watch() {
      const one = { last: NOTHING, sent: 0 }
      active.add(one)
      return {
        update(last) {
          one.last = last
          one.sent = Math.max(one.sent, last.sentBytes)
          say(false)
        },
        end(failed) {
          active.delete(one)
          doneFiles++
          if (failed) failedFiles++
          sentBytes += one.sent
          retries += one.last.retries
          say(doneFiles === total)
        },
      }
    },
    complete(count) {
      if (total === count) return
      total = count
      say(doneFiles === count)
    },
  }
}
