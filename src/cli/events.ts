/**
 * What everybody is told of events, even without --verbose: that the server makes us wait, that something is sent again or not.
 */
import type { ClientEvent } from '../client/events.ts'
import { RpcError } from '../errors.ts'
import { printable } from '../observe/units.ts'
import { eventText } from '../observe/words.ts'
import { reasonOf } from './system-error.ts'

/**
 * The event in words, if people should know of it.
 * @param journal folder for notes of unfinished uploads
 */
export function noticeText(event: ClientEvent, journal?: string): string | undefined {
  switch (event.type) {
    case 'repair':
    case 'resume':
    case 'wait':
      // That parts have to wait is shown as progress.
      return eventText(event)
    case 'restart': {
      const { reason, error } = event
      if (reason === 'stream') return undefined
      // Without an error, the repair of which it is a part has been told.
      return reason === 'lost' && !(error instanceof RpcError) ? undefined : eventText(event)
    }
    case 'unnoted':
      return printable(
        `cannot keep notes of ${event.name}${journal === undefined ? '' : ` in ${journal}`}: ${reasonOf(event.error)}; ` +
          'if it is stopped, it may have to start over (--journal names another folder for notes)',
      )
    default:
      return undefined
  }
}
