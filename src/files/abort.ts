/**
 * Waiting for something that may take long, and for an abort, whichever comes first.
 */

/**
 * What `promise` settles with, or the reason of `signal` as soon as that is aborted.
 * @param late is given what `promise` resolves with after all, to clean up
 */
export function orAbort<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  late?: (value: T) => unknown,
): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason)
      if (late) promise.then(late, () => {})
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
