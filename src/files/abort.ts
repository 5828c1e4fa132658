/**
 * Waiting for something that may take long, and for an abort, whichever comes first; and ending things that may fail to.
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
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal!.reason)
      promise.then(late, () => {})
    }
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop))
  })
}

/** Does what ends something whose outcome matters no more: that it fails, at once or later, is nobody's business. */
export async function quietly(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch {
    // What is being ended is not wanted any more.
  }
}
