/**
 * Explanations of errors in full: one clause for each error of the API that the calls of this package document, and one for
 * each way in which a system's network or files fail. Beside them, the types that file names stand for, and the names in
 * headers. For programs; `brief.ts` is for bundles, where every byte is paid for.
 */
import { adviceByCode } from './by-code.ts'
import { ADVICE } from './rpc-advice.ts'

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
  const advice = ADVICE[type] ?? adviceByCode(code)
  return parameter === undefined ? advice : advice.replace(/\bX\b/, String(parameter))
}

/** What to do next, behind a sentence that says what happened. */
export function hint(text: string | (() => string)): string | undefined {
  return typeof text === 'string' ? text : text()
}
