/**
 * What to do when a call fails: wait and repeat, or give up.
 *
 * `FLOOD_WAIT_X` is waited out as long as the caller allows; faults of the server (500, -503) and lost connections are
 * repeated a few times with growing pauses. Everything else is the caller's.
 *
 * Source: https://core.telegram.org/api/errors
 */
import { RpcError } from '../errors.ts'
import { orAbort } from '../files/abort.ts'
import type { Host, Timer } from '../host.ts'
import { ATTEMPTS, FIRST_PAUSE } from './limits.ts'

/** What the caller is told when a call waits. */
export interface WaitEvent {
  readonly type: 'wait'
  readonly method: string
  /** The server's words: `FLOOD_WAIT_30`. */
  readonly reason: string
  readonly seconds: number
}

export interface PolicyOptions {
  readonly host: Host
  /** Longest wait in seconds that the server may ask for. */
  readonly maxWait: number
  readonly signal?: AbortSignal | undefined
  readonly onWait?: ((event: WaitEvent) => void) | undefined
}

/**
 * Runs a call until it succeeds or fails for good.
 * @throws whatever the call threw last, or the signal's reason
 */
export async function withPolicy<T>(call: () => Promise<T>, options: PolicyOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const pause = pauseAfter(error, attempt, options.maxWait)
      if (pause === undefined) throw error
      const { text, method } = error as RpcError
      options.onWait?.({ type: 'wait', method, reason: text, seconds: pause / 1000 })
      await sleep(options.host, pause, options.signal)
    }
  }
}

/** Milliseconds to wait before the next attempt; undefined if there is none. */
function pauseAfter(error: unknown, attempt: number, maxWait: number): number | undefined {
  if (!(error instanceof RpcError) || !error.retryable) return undefined
  if (error.waitSeconds !== undefined) return error.waitSeconds <= maxWait ? (error.waitSeconds || 1) * 1000 : undefined
  return attempt < ATTEMPTS ? FIRST_PAUSE * 2 ** (attempt - 1) : undefined
}

/** Resolves after `delay` milliseconds. @throws the signal's reason when aborted */
export async function sleep(host: Host, delay: number, signal?: AbortSignal): Promise<void> {
  let timer: Timer | undefined
  const over = new Promise<void>((resolve) => {
    timer = host.setTimer(delay, resolve)
  })
  await orAbort(over, signal).finally(() => timer?.cancel())
}
