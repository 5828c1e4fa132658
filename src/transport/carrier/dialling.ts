/**
 * What dialling has in common whatever the way: one promise that settles once, by success, failure, timeout or abort,
 * and then leaves neither timer nor listener behind.
 */
import { type Address, DIAL_TIMEOUT, type DialOptions } from './carrier.ts'
import { connectFailed, connectTimedOut } from './failure.ts'

/** How an attempt reports; only the first report counts. */
export interface Attempt<T> {
  /** Hands the connection over; if the attempt was given up before, it has been dropped already. */
  opened: (result: T) => void
  /** @param cause what the system said; becomes a sentence */
  failed: (cause: unknown) => void
}

/**
 * Runs one attempt to connect.
 * @param begin starts connecting and returns a function that drops the attempt, called on timeout and abort
 * @throws TransportError `CONNECT_FAILED` or `CONNECT_TIMEOUT`; the signal's reason
 */
export function dialling<T>(
  address: Address,
  options: DialOptions,
  begin: (attempt: Attempt<T>) => () => void,
): Promise<T> {
  const { host, signal, timeout = DIAL_TIMEOUT } = options
  return new Promise<T>((resolve, reject) => {
    signal?.throwIfAborted()
    let settled = false
    const settle = (): boolean => {
      if (settled) return false
      settled = true
      timer.cancel()
      signal?.removeEventListener('abort', aborted)
      return true
    }
    const giveUp = (reason: unknown): void => {
      if (!settle()) return
      drop?.()
      reject(reason)
    }
    const aborted = (): void => giveUp(signal?.reason)
    const timer = host.setTimer(timeout, () => giveUp(connectTimedOut(address, timeout)))
    signal?.addEventListener('abort', aborted)
    const failed = (cause: unknown): void => {
      if (settle()) reject(connectFailed(address, cause))
    }
    let drop: (() => void) | undefined
    try {
      drop = begin({ opened: (result) => settle() && resolve(result), failed })
    } catch (error) {
      failed(error)
    }
  })
}
