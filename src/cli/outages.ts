/**
 * Tells people, without --verbose too, that a connection is lost while nothing else would: progress merely stands still
 * until the client gives up.
 *
 * A connection that is back soon is not worth a word, so a loss is told only when it lasts. Connections to one address
 * are one matter to people: a loss is told once, and the return when none is lost any more. An address that was never
 * reached is not lost: that is an error of its own.
 */
import type { ClientEvent } from '../client/events.ts'

/** Milliseconds that a connection may be away without a word. */
export const SILENCE = 2_000
/** Milliseconds for which it must be back to be told: one that is refused at once (its key is unknown) is not back. */
export const STEADY = 500

/** Follows the connections of a client. */
export interface Outages {
  /** Takes notice of an event. */
  notice(event: ClientEvent): void
  /** Ends it: nothing is told from now on. */
  stop(): void
}

interface Outage {
  /** Lanes that are lost, as `DC/LANE`. */
  readonly lanes: Set<string>
  reason: string
  told: boolean
  timer: NodeJS.Timeout | undefined
}

/** Begins to follow. @param tell says a sentence to people */
export function followOutages(tell: (text: string) => void): Outages {
  const reached = new Set<string>()
  const outages = new Map<string, Outage>()
  const lost = (where: string, lane: string, error: Error | undefined): void => {
    const known = outages.get(where)
    const outage: Outage = known ?? { lanes: new Set(), reason: '', told: false, timer: undefined }
    outage.lanes.add(lane)
    if (error) outage.reason = reasonIn(error.message, where)
    if (known) {
      if (known.told) clearTimeout(known.timer)
      return
    }
    outages.set(where, outage)
    outage.timer = setTimeout(() => {
      outage.told = true
      tell(`connection to ${where} lost${outage.reason && ` (${outage.reason})`}; trying again for up to a minute`)
    }, SILENCE).unref()
  }
  /** The lane is lost no more: it is back, or was given up, which is told as an error if it is one. */
  const over = (where: string, lane: string, isBack: boolean): void => {
    const outage = outages.get(where)
    if (!outage?.lanes.delete(lane) || outage.lanes.size > 0) return
    clearTimeout(outage.timer)
    if (!outage.told || !isBack) return void outages.delete(where)
    outage.timer = setTimeout(() => {
      outages.delete(where)
      tell(`connected again to ${where}`)
    }, STEADY).unref()
  }
  return {
    notice(event) {
      if (event.type === 'connected') {
        reached.add(event.where)
        over(event.where, `${event.dc}/${event.lane}`, true)
      } else if (event.type === 'disconnected' && reached.has(event.where)) {
        const lane = `${event.dc}/${event.lane}`
        if (event.retryIn === undefined) over(event.where, lane, false)
        else lost(event.where, lane, event.error)
      }
    },
    stop() {
      for (const { timer } of outages.values()) clearTimeout(timer)
      outages.clear()
    },
  }
}

/** The reason alone, where the message names the address first: `cannot connect to 1.2.3.4:443: connection refused`. */
function reasonIn(message: string, where: string): string {
  const at = message.indexOf(where)
  const after = at < 0 ? message : message.slice(at + where.length)
  return /^(?: is closed)?: (.+)$/s.exec(after)?.[1]?.split('; ')[0] ?? message
}
