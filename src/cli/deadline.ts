/**
 * Bounds the time that connecting and logging in may take.
 */
import { TransportError } from '../errors.ts'
import type { AnyEvent } from './events.ts'

/** A running deadline. */
export interface Deadline {
  /** Aborts when the time is over, with a TransportError NO_ANSWER. */
  readonly signal: AbortSignal
  /** Gives the time back that the server asked us to wait. */
  allowFor(event: AnyEvent): void
  /** Ends it. */
  stop(): void
}

/** Starts a deadline. @param seconds the time there is */
export function startDeadline(seconds: number): Deadline {
  const controller = new AbortController()
  const message = `no login within ${seconds} s: the server does not answer, or not in time; try again later, or with a longer --timeout`
  const start = (left: number): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new TransportError('NO_ANSWER', message)), Math.min(left * 1000, 2 ** 31 - 1))
  let timer = start(seconds)
  return {
    signal: controller.signal,
    allowFor(event) {
      if (event.type !== 'wait' || !('seconds' in event)) return
      clearTimeout(timer)
      timer = start(seconds + event.seconds)
    },
    stop: () => clearTimeout(timer),
  }
}
