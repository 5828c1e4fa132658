/**
 * Explanations of errors in brief, for bundles: what can be said by the code alone. Same exports as `full.ts`.
 */
import { adviceByCode } from './by-code.ts'

/** One clause that says what to do next. */
export function adviceFor(code: number, _type: string, parameter: number | undefined): string {
  const advice = adviceByCode(code)
  return parameter === undefined ? advice : advice.replace(/\bX\b/, String(parameter))
}

/** Browsers tell nothing of why a connection failed. */
export function reasonOfSystem(_code: string): string | undefined {
  return undefined
}
