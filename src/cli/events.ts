/**
 * Events of the client and of an upload, in words.
 */
import type { ClientEvent } from '../client/events.ts'
import type { UploadEvent } from '../files/options.ts'
import { durationText } from './progress.ts'

export type AnyEvent = ClientEvent | UploadEvent

/** What everybody should know, even without --verbose: that the server makes us wait, or begin again. */
export function noticeText(event: AnyEvent): string | undefined {
  if (event.type === 'repair') {
    const what = event.part === 0 ? 'what it had of the file' : `part ${event.part} of the file`
    return `the server has lost ${what}; sending it again`
  }
  if (event.type !== 'wait') return undefined
  if (!('seconds' in event)) return undefined // Shown as progress.
  return `waiting ${durationText(event.seconds)} before ${event.method} is tried again (${event.reason})`
}

/** Any event as one line: its type, then its fields. Parts are too many to tell. */
export function eventText(event: AnyEvent): string | undefined {
  if (event.type === 'part') return undefined
  const fields = Object.entries(event).flatMap(([name, value]: [string, unknown]) =>
    name === 'type' || value === undefined ? [] : [`${name}=${fieldText(value)}`],
  )
  return [event.type, ...fields].join(' ')
}

function fieldText(value: unknown): string {
  if (value instanceof Error) return `"${value.message}"`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value as Record<string, unknown>).filter(([, one]) => one !== undefined)
    return fields.map(([name, one]) => `${name}:${String(one)}`).join(',')
  }
  return String(value)
}
