/**
 * Ctrl+C and its relatives: the first one stops what runs in good order, the second one ends the program at once.
 */

/** Milliseconds that an orderly stop may take. */
const PATIENCE = 5_000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The reason of an abort by a signal. */
export class Interrupted extends Error {
  override readonly name: string = 'Interrupted'

  constructor(by: string) {
    super(`interrupted by ${by}`)
  }
}

/**
 * Turns signals into an abort, from now on until the program ends.
 * @param code the exit code when a second signal comes or the stop takes too long
 */
export function abortOnSignals(code: number): AbortSignal {
  const controller = new AbortController()
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code)
      controller.abort(new Interrupted(name))
      setTimeout(() => process.exit(code), PATIENCE).unref()
    })
  }
  return controller.signal
}
