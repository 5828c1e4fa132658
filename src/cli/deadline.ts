/**
 * Bounds the time that connecting and logging in may take.
 */
import type { ClientEvent } from '../client/events.ts'
import { SecurityError, TransportError } from '../errors.ts'

/** A running deadline. */
export interface Deadline {
  /** Aborts when the time is over, with a TransportError NO_ANSWER. */
  readonly signal: AbortSignal
  /** Gives the time back that the server asked us to wait, and remembers why a connection was lost. */
  allowFor(event: ClientEvent): void
  /** Lets the time stand still while somebody is asked. */
  hold<T>(work: () => Promise<T>): Promise<T>
  /** Ends it. */
  stop(): void
}

/**
 * Starts a deadline.
 * @param seconds the time there is
 * @param proxy the proxy that the way leads through, as errors call it
 */
export function startDeadline(seconds: number, proxy?: string): Deadline {
  const controller = new AbortController()
  let cause: Error | undefined
  let server = 'the server'
  const through = proxy === undefined ? '' : ` through ${proxy}`
  const expire = (): void => {
    const why = cause ? `last, ${cause.message}` : `${server}${through} does not answer, or not in time`
    const message = `no login within ${seconds} s: ${why}; try again later, or with a longer --timeout`
    // What was refused for its own sake is told as what it is: trying again does not help.
    controller.abort(cause instanceof SecurityError ? cause : new TransportError('NO_ANSWER', message, { cause }))
  }
  const start = (left: number): NodeJS.Timeout => setTimeout(expire, Math.min(left * 1000, 2 ** 31 - 1))
  let timer = start(seconds)
  let stopped = false
  return {
    signal: controller.signal,
    allowFor(event) {
      if (event.type === 'connecting') server = event.where
      if (event.type === 'disconnected') cause = event.error ?? cause
      if (event.type !== 'wait') return
      clearTimeout(timer)
      if (!stopped) timer = start(seconds + event.seconds)
    },
    async hold(work) {
      clearTimeout(timer)
      try {
        return await work()
      } finally {
        if (!stopped) timer = start(seconds)
      }
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
