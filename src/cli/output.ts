/**
 * Prints TL values: as an outline for people, or as JSON for programs.
 *
 * JSON keeps the names of the schema, fields in camelCase. What JSON does not have is a string, and the schema says
 * which: `long` in decimal digits, `bytes` in base64 (standard alphabet, padded), a `double` that is no number as `NaN`,
 * `Infinity` or `-Infinity`. Absent flags are absent keys.
 */
import { printable } from '../observe/units.ts'

/** Bytes of a byte string that the outline shows. */
const SHOWN_BYTES = 16

/** The value as one line of JSON, without a line break at its end. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === 'bigint') return one.toString()
    if (one instanceof Uint8Array) return Buffer.from(one.buffer, one.byteOffset, one.byteLength).toString('base64')
    if (typeof one === 'number' && !Number.isFinite(one)) return String(one)
    return one
  })
}

/** The value as an outline of several lines, without a line break at its end. */
export function toOutline(value: unknown): string {
  return outline(value).join('\n')
}

/** First line for what holds the value, then lines of its own. */
function outline(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return outlineList(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [scalar(value, key)]
  const { _: name, ...fields } = value as Readonly<Record<string, unknown>>
  const lines = [typeof name === 'string' ? printable(name) : '']
  for (const [field, one] of Object.entries(fields)) {
    if (one === undefined) continue
    const [first, ...rest] = outline(one, field)
    lines.push(`  ${`${field}: ${first}`.trimEnd()}`, ...rest.map((line) => `  ${line}`))
  }
  return lines
}

function outlineList(list: readonly unknown[]): string[] {
  if (list.length === 0) return ['(none)']
  if (list.every((one) => typeof one !== 'object')) return [list.map((one) => scalar(one, '')).join(', ')]
  const lines = ['']
  for (const one of list) {
    const [first, ...rest] = outline(one)
    lines.push(`  - ${first}`, ...rest.map((line) => `    ${line.replace(/^ {2}/, '')}`))
  }
  return lines
}

function scalar(value: unknown, key: string): string {
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Uint8Array) return bytesOutline(value)
  // TL has dates as seconds since 1970, in fields of this name.
  if (typeof value === 'number' && /^date$|Date$/.test(key)) return `${value} (${dateText(value)})`
  return String(value)
}

/** In quotes, and with nothing in it that a terminal would obey. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

function bytesOutline(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex')
  if (bytes.length === 0) return '(empty)'
  return bytes.length > SHOWN_BYTES ? `${start}… (${bytes.length} bytes)` : start
}

function dateText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().replace('.000', '')
}
