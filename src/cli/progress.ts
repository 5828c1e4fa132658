/**
 * Shows how far an upload is: a bar that stays on its line where standard error is a terminal, a line every few seconds
 * where it is not.
 */
import type { UploadProgress } from '../files/progress.ts'
import { bytesText, durationText, printable } from '../observe/units.ts'
import { draw, say } from './io.ts'

/** Milliseconds between two lines where there is no terminal. */
const LINE_INTERVAL = 5_000
/** Characters of a bar, where there is room, and least of one that says anything. */
const BAR = 24
const SHORTEST_BAR = 8
/** Characters of a name that are shown whatever else has room: "12 of 100 files" is one. */
const SHORTEST_NAME = 20
const CLEAR_LINE = '\r\u001b[K'

/** Shows the progress of one file after another. */
export interface ProgressDisplay {
  /** Shows this state of a file. */
  update(label: string, progress: UploadProgress): void
  /** Leaves the last state standing, or takes it away, so that something else can be printed. */
  end(keep: boolean): void
}

/** What standard error is. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/**
 * Makes the display that fits.
 * @param now a clock in milliseconds
 */
export function progressDisplay(quiet: boolean, screen: Screen, now: () => number): ProgressDisplay {
  if (quiet) return { update() {}, end() {} }
  if (screen.isTTY && process.env.TERM !== 'dumb') return barDisplay(screen, now)
  return lineDisplay(now)
}

function barDisplay(screen: Screen, now: () => number): ProgressDisplay {
  let drawn = false
  return {
    update(label, progress) {
      const width = Math.max(20, (screen.columns || 80) - 1)
      draw(CLEAR_LINE + barText(label, progress, width, now()))
      drawn = true
    },
    end(keep) {
      if (drawn) draw(keep ? '\n' : CLEAR_LINE)
      drawn = false
    },
  }
}

function lineDisplay(now: () => number): ProgressDisplay {
  let due = now() + LINE_INTERVAL
  let told = 0
  return {
    update(label, progress) {
      // A wait is told as it begins: nothing may move until it is over.
      const { waitUntil = 0 } = progress
      const begins = told <= now() && waitUntil > now()
      if (begins) told = waitUntil
      if (now() < due && !begins) return
      due = now() + LINE_INTERVAL
      say(`${label}: ${stateText(progress, now())}`)
    },
    end() {},
  }
}

/** The bar as one line of at most `width` characters. */
export function barText(label: string, progress: UploadProgress, width: number, now: number): string {
  const { sentBytes, totalBytes } = progress
  const share = totalBytes === undefined ? undefined : totalBytes === 0 ? 1 : sentBytes / totalBytes
  const state = stateText(progress, now)
  const room = width - state.length - 2
  const name = shorten(printable(label), Math.max(SHORTEST_NAME, room - (share === undefined ? 0 : BAR + 3)))
  const cells = Math.min(BAR, room - name.length - 3)
  const filled = Math.floor((share ?? 0) * cells)
  const bar = share === undefined || cells < SHORTEST_BAR ? '' : ` [${'#'.repeat(filled)}${'-'.repeat(cells - filled)}]`
  const whole = `${name}${bar}  ${state}`
  return whole.length <= width ? whole : whole.slice(0, width)
}

/** The state in words: `45 %, 4.5 of 10.0 MB, 2.3 MB/s, 3 s left`. */
export function stateText(progress: UploadProgress, now: number): string {
  const { sentBytes, totalBytes, bytesPerSecond, etaSeconds, waitUntil } = progress
  const parts: string[] = []
  if (totalBytes === undefined) parts.push(bytesText(sentBytes))
  else {
    // Never 100 % before the last byte.
    parts.push(`${totalBytes === 0 ? 100 : Math.floor((sentBytes / totalBytes) * 100)} %`)
    parts.push(sentBytes === totalBytes ? bytesText(totalBytes) : `${bytesText(sentBytes)} of ${bytesText(totalBytes)}`)
  }
  if (waitUntil !== undefined && waitUntil > now) {
    parts.push(`waiting ${durationText((waitUntil - now) / 1000)} as the server asked`)
    return parts.join(', ')
  }
  if (bytesPerSecond > 0) parts.push(`${bytesText(bytesPerSecond)}/s`)
  if (etaSeconds !== undefined && sentBytes !== totalBytes) parts.push(`${durationText(etaSeconds)} left`)
  return parts.join(', ')
}

/** The end of a name says more than its start. */
function shorten(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(name.length - length + 1)}`
}
