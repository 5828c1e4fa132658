/**
 * Explanations of errors in full: one clause for each error of the API that the calls of this package document, and one for
 * each way in which a system's network or files fail. Beside them, the types that file names stand for, and the names in
 * headers. For programs; `brief.ts` is for bundles, where every byte is paid for.
 */
import { adviceByCode } from './by-code.ts'
import { adviceOf, repeatOf } from './rpc-advice.ts'

export { nameInHeaders } from './disposition.ts'
export { reasonOfFile } from './file-reasons.ts'
export { instead } from './instead.ts'
export { mimeByName } from './mime.ts'
export { meaningOfStatus } from './statuses.ts'
export { reasonOfSystem } from './system-reasons.ts'

/**
 * One clause that says why and what to do next.
 * @param code as the server sent it
 * @param type the normalised name: `FLOOD_WAIT_X`
 * @param parameter the number that stood for X
 */
export function adviceFor(code: number, type: string, parameter: number | undefined): string {
  const advice = adviceOf(type)?.advice ?? adviceByCode(code)
  return parameter === undefined ? advice : advice.replace(/\bX\b/, String(parameter))
}

/**
 * Whether the same call can succeed when it is repeated, where that is known better than by the error's code.
 *
 * A server that says -503 may have carried the call out all the same: calls that use something up are not repeated then.
 */
export function canRepeat(code: number, type: string, method: string): boolean | undefined {
  if (code === TIMEOUT && USES_UP.has(method)) return false
  const repeat = repeatOf(type, method)
  if (repeat === undefined || repeat === 'after wait') return undefined
  return repeat === 'later'
}

/** Code of the error `Timeout`. */
const TIMEOUT = -503

/**
 * Calls that use up what they are given (a code, a challenge, a token), or have a message sent to somebody. All others may be
 * carried out twice with the same end: those that read, those that store a part of a file, and `messages.uploadMedia`,
 * which sends nothing.
 */
const USES_UP: ReadonlySet<string> = new Set([
  'auth.acceptLoginToken',
  'auth.checkPassword',
  'auth.importAuthorization',
  'auth.importLoginToken',
  'auth.resendCode',
  'auth.sendCode',
  'auth.signIn',
])

/** What to do next, behind a sentence that says what happened. */
export function hint(text: string | (() => string)): string | undefined {
  return typeof text === 'string' ? text : text()
}
