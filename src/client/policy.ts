/**
 * What to do when a call fails: wait and repeat, or give up.
 *
 * Repeated is what `RpcError.retryable` says of the call that failed. Waits that the server asks for (420: `FLOOD_WAIT_X` and
 * its like) are waited out as long as the caller allows, each for itself, however many there are. Faults of the server (500,
 * -503) are repeated a few times with growing pauses, spread by chance: whatever is called here may be carried out twice with
 * the same end, since `messages.uploadMedia` sends nothing and parts are stored under their numbers. On Node, calls that use
 * up what they are given (a code, a token) are not repeated where the server may have carried them out (`#explain`).
 * Everything else is the caller's; lost connections are the transport's.
 *
 * Source: https://core.telegram.org/api/errors
 */
import { RpcError } from '../errors.ts'
import { orAbort } from '../files/abort.ts'
import { backoff } from '../files/backoff.ts'
import type { Host, Timer } from '../host.ts'
import { ATTEMPTS } from './limits.ts'

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
  readonly onEvent?: ((event: WaitEvent) => void) | undefined
}

/**
 * Runs a call until it succeeds or fails for good.
 * @throws whatever the call threw last, or the signal's reason
 */
export async function withPolicy<T>(call: () => Promise<T>, options: PolicyOptions): Promise<T> {
  const { host, maxWait, signal, onEvent } = options
  // Waits are no failures: they do not count.
  for (let attempt = 1; ; ) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
      const { retryable, waitSeconds, text, method } = error
      const told = waitSeconds !== undefined
      if (!retryable || (told ? waitSeconds > maxWait : attempt >= ATTEMPTS)) throw error
      const pause = told ? (waitSeconds || 1) * 1000 : backoff(attempt++, host.random)
      onEvent?.({ type: 'wait', method, reason: text, seconds: pause / 1000 })
      await sleep(host, pause, signal)
    }
  }
}

/** Resolves after `delay` milliseconds. @throws the signal's reason when aborted */
export async function sleep(host: Host, delay: number, signal?: AbortSignal): Promise<void> {
  let timer: Timer | undefined
  const over = new Promise<void>((resolve) => {
    timer = host.setTimer(delay, resolve)
  })
  await orAbort(over, signal).finally(() => timer?.cancel())
}
