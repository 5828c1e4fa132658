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

/** What browsers say of files that were chosen in a page and are not as they were. */
export function reasonOfFile(name: unknown): readonly ['FILE_CHANGED', string] | undefined {
  return /^Not(Found|Readable)Error$/.test(String(name)) ? ['FILE_CHANGED', 'it changed; choose it again'] : undefined
}

/** By extension, for files of which the page does not know the type. */
const TYPES = new Map([
  ['jpg', 'image/jpeg'],
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['mp4', 'video/mp4'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['pdf', 'application/pdf'],
])

/** The MIME type that a file's name stands for; undefined if it is none of a handful: a `File` knows its own. */
export function mimeByName(name: string): string | undefined {
  return TYPES.get(name.replace(/.*\./s, '').toLowerCase())
}
