/**
 * Which errors a client may give its caller: only the package's own, and each only for a reason that the run gave it.
 */
import { FileError, RpcError, SecurityError, TransportError, type TransportErrorCode } from '../../../errors.ts'

/** What is known of the attempt that failed. */
export interface Attempt {
  /** When it began, in milliseconds of the run. */
  readonly startedAt: number
  /** When faults stop. */
  readonly until: number
  /** Its own signal was aborted. */
  readonly aborted: boolean
  /** Its client was closed while it ran. */
  readonly closed: boolean
}

/** Faults that happened so far, by name, and the errors that servers were told to answer with. */
export interface Happened {
  readonly faults: ReadonlyMap<string, number>
  /** How often each. */
  readonly errors: ReadonlyMap<string, number>
}

/** A call that a server's fault ended has been made so often, at least. */
const REPEATED = 4
/** Has rules of its own. */
const BINDING = 'auth.bindTempAuthKey'
/** A server is given up after so many attempts, at least. */
const ATTEMPTS = 3

/** Somebody changed bytes or packets. */
export const CHANGED: readonly string[] = ['flip', 'insert', 'truncate', 'replay', 'reflect', 'cross', 'luck', 'lie']
/** Messages got lost on a connection that stands. */
const LOST: readonly string[] = ['drop', 'delay', 'swap', 'silence', 'late', 'stall', 'half-open', 'unanswered']
/** A server sent a transport error. */
export const REFUSED_LINK = 'refused-link'
/** It said that it does not know a key, whether that is true or not. */
export const NO_SUCH_KEY = 'no-such-key'
/** A server had a call before it under one more key that is not logged in. */
export const NOT_LOGGED_IN = 'not-logged-in'
/** A server could not bind a temporary key because it does not know the permanent one: one more such key. */
export const BINDING_REFUSED = 'binding-refused'
/** Connections ended. */
const ENDED = ['cut', 'outage', 'disconnect', 'restart', 'restart-and-rotate', 'hang-up', 'server-clock']
/** A message of ours was refused: twice is once too often for most codes. */
const REFUSED = ['bad-message']
/** A clock is wrong: messages are refused on either side until the clocks agree. */
const CLOCKS = ['server-clock', 'client-clock']

const REASONS: Readonly<Partial<Record<TransportErrorCode, readonly string[]>>> = {
  CONNECT_FAILED: ['refuse', 'outage'],
  CONNECT_TIMEOUT: ['unanswered'],
  // Before a server closes it says why; what delays or drops packets may leave the close alone.
  CONNECTION_CLOSED: [...ENDED, ...CHANGED, REFUSED_LINK],
  FRAMING: CHANGED,
  SERVER_TRANSPORT_ERROR: [REFUSED_LINK, ...CHANGED],
  NO_ANSWER: [...LOST, ...CHANGED, ...REFUSED, ...CLOCKS],
}

/** Errors that follow from faults without having been asked for by name. */
const CONSEQUENCES: readonly (readonly [RegExp, readonly string[], times?: number])[] = [
  // A call is made under another key, and after another login, as often as that.
  [/^AUTH_KEY_UNREGISTERED$/, [NOT_LOGGED_IN], 3],
  // A permanent key that was forgotten is replaced; its successor was forgotten too.
  [/^ENCRYPTED_MESSAGE_INVALID$/, [BINDING_REFUSED], 2],
  // Sent on by one server and back by the next, once too often.
  [/^USER_MIGRATE_X$/, ['error']],
]

/** What is wrong with an error; undefined if it is as it should be. */
export function judge(error: unknown, attempt: Attempt, { faults, errors }: Happened): string | undefined {
  const any = (names: readonly string[]): boolean => names.some((name) => faults.has(name))
  const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  if (attempt.aborted && error instanceof Error && error.name === 'AbortError') return undefined
  if (error instanceof TransportError && error.code === 'CLIENT_CLOSED') {
    return attempt.closed ? undefined : `nobody closed the client: ${shown}`
  }
  if (attempt.startedAt > attempt.until) return `it failed although nothing was wrong any more: ${shown}`
  // On connections that end again and again nothing is ever answered.
  if (
    error instanceof TransportError &&
    error.code === 'NO_ANSWER' &&
    / \d+ times; /.test(error.message) &&
    any(ENDED)
  ) {
    return undefined
  }
  if (error instanceof TransportError) {
    const reasons = REASONS[error.code] ?? []
    if (!any(reasons)) return `no fault explains it: ${shown}`
    // Whatever ends a connection, a server is tried again; only an outage lasts.
    const ends = [
      ...reasons,
      ...ENDED,
      ...LOST,
      ...CHANGED,
      ...CLOCKS,
      'refuse',
      'duplicate',
      REFUSED_LINK,
      'bad-message',
    ]
    const times = [...new Set(ends)].reduce((sum, name) => sum + (faults.get(name) ?? 0), 0)
    if (!any(['outage']) && error.retryable && !/^the server did not answer/.test(error.message) && times < ATTEMPTS)
      return `the server was not tried often enough: ${shown}`
    return undefined
  }
  if (error instanceof SecurityError) {
    // A message of a key exchange that comes twice or late is as good as a forged one.
    return any([...CHANGED, ...CLOCKS, 'duplicate', 'swap', 'delay']) ? undefined : `nobody broke a rule: ${shown}`
  }
  if (error instanceof RpcError) {
    const { method, text, retryable, waitSeconds } = error
    // Waits are sat out, and faults of the server repeated: a few of them are nobody's business.
    if (retryable && method !== BINDING) {
      if (waitSeconds !== undefined) return `the wait was short enough to sit it out: ${shown}`
      const all = [...errors].filter(([name]) => name.startsWith(`${method} `)).reduce((sum, [, n]) => sum + n, 0)
      if (all < REPEATED) return `it was not repeated: ${shown}`
    }
    if (errors.has(`${method} ${text}`)) return undefined
    const consequence = CONSEQUENCES.find(([type]) => type.test(error.type))
    const [, names, times = 1] = consequence ?? [error, []]
    const came = names.reduce((sum, name) => sum + (faults.get(name) ?? 0), 0)
    return came >= times ? undefined : `no server was told to answer so: ${shown}`
  }
  if (error instanceof FileError && error.code === 'FILE_NOT_ACCEPTED') {
    // A login that was lost meanwhile takes one of the attempts.
    const refused = (faults.get('refusal') ?? 0) + (any(['forget-keys']) ? 1 : 0)
    return refused >= 5 ? undefined : `the parts were not refused so often: ${shown}`
  }
  return `an error of this kind is never right here: ${shown}`
}
