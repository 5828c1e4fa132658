/**
 * What can be said of one error of the API: whether repeating the call can help, and what to do.
 */

/**
 * Whether repeating helps: never; after the wait that the server asks for (told or not); later, since the fault is the
 * server's; or once something was changed: the call, the file, the account or its rights.
 */
export type Repeat = 'never' | 'after wait' | 'later' | 'after change'

/** A row of the table. */
export interface Advice {
  readonly repeat: Repeat
  /** One clause; X stands for the number in the error's name. */
  readonly advice: string
}

const row =
  (repeat: Repeat) =>
  (advice: string): Advice => ({ repeat, advice })

/** Rows by whether repeating helps. */
export const never: (advice: string) => Advice = row('never')
export const wait: (advice: string) => Advice = row('after wait')
export const later: (advice: string) => Advice = row('later')
export const change: (advice: string) => Advice = row('after change')
