/**
 * Events of the client and of an upload, in words.
 */
import type { ClientEvent } from '../client/events.ts'
import { RpcError } from '../errors.ts'
import type { ResumeEvent } from '../files/resumption.ts'
import { bytesText, durationText } from './progress.ts'
import { reasonOf } from './system-error.ts'

/** What everybody should know, even without --verbose: that the server makes us wait, that something is sent again or not. */
export function noticeText(event: ClientEvent): string | undefined {
  if (event.type === 'repair') {
    const what = event.part === 0 ? 'what it had of the file' : `part ${event.part} of the file`
    return `the server has lost ${what}; sending it again`
  }
  if (event.type === 'resume' || event.type === 'restart' || event.type === 'unnoted') return resumptionText(event)
  // That parts have to wait is shown as progress.
  if (event.type !== 'wait') return undefined
  return `waiting ${durationText(event.seconds)} before ${event.method} is tried again (${event.reason})`
}

/** What became of an earlier upload of the same file. */
function resumptionText(event: ResumeEvent): string | undefined {
  const { name } = event
  if (event.type === 'resume') {
    return `resumed ${name}: ${bytesText(event.bytes)} of ${bytesText(event.size)} were there`
  }
  if (event.type === 'unnoted') {
    const { error } = event
    return `cannot keep note of ${name} (${reasonOf(error)}): if it is interrupted, it may have to start over`
  }
  const over = 'it starts over'
  switch (event.reason) {
    case 'changed':
      return `${name} has changed since it was begun: ${over}`
    case 'plan':
      return `${name} was begun with parts of another size: ${over}`
    case 'old':
      return `${name} was begun so long ago that the server has forgotten it: ${over}`
    case 'damaged':
      return `what was noted of ${name} is damaged: ${over}`
    case 'newer':
      return `what was noted of ${name} is of a newer version of this program: ${over}`
    case 'busy':
      return `${name} is being uploaded by another process: it is sent a second time`
    case 'lost':
      // Without an error, the repair of which it is a part has been told.
      return event.error instanceof RpcError
        ? `the server cannot make ${name} of what it was sent (${event.error.text}): ${over}`
        : undefined
    case 'stream':
      return undefined
  }
}

/** Any event as one line: its type, then its fields. Parts are too many to tell. */
export function eventText(event: ClientEvent): string | undefined {
  if (['part', 'call', 'answered', 'traffic'].includes(event.type)) return undefined
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
