/**
 * Explanations of errors in brief, for bundles: what can be said by the code alone. Same exports as `full.ts`.
 */
/** One clause that says what to do next. */
export function adviceFor(code: number, _type: string, parameter: number | undefined): string {
  if (code === 420) return `wait ${parameter} s`
  if (code === 401) return 'log in again'
  return code < 0 || code >= 500 ? 'try again later' : 'change it first'
}

/** Whether repeating a call can help: only its code tells. */
export function canRepeat(_code: number, _type: string, _method: string): boolean | undefined {
  return undefined
}

/** What to do next, behind a sentence that says what happened; left out here. */
export function hint(_text: string | (() => string)): string | undefined {
  return undefined
}

/** What was found instead of what was expected; left out here. */
export function instead(_value: unknown): string | undefined {
  return undefined
}

/** Browsers tell nothing of why a connection failed. */
export function reasonOfSystem(_cause: unknown): string | undefined {
  return undefined
}

/** What browsers say of files that were chosen in a page and are not as they were. */
export function reasonOfFile(error: unknown): readonly ['FILE_CHANGED', string] | undefined {
  return /^Not(Found|Readable)Error/.test(String(error)) ? ['FILE_CHANGED', 'it changed; choose it again'] : undefined
}

/** The MIME type that a file's name stands for; undefined if it is none of a handful: a `File` knows its own. */
export function mimeByName(name: string): string | undefined {
  return TYPES.get(name.replace(/.*\./s, '').toLowerCase())
}

/** By extension. */
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

/** What a server calls a file is told to pages of its own origin alone; others have the URL's name. */
export function nameInHeaders(_headers: Headers): string | undefined {
  return undefined
}

/** What a transport error means. */
export function meaningOfStatus(_status: number): string {
  return 'refused the connection'
}
