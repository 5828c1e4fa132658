/**
 * Events in words: one sentence each, on one line.
 *
 * What belongs to a connection begins with its datacenter and lane, what belongs to a file with the file's name. Nothing in
 * an event is secret, so nothing has to be left out; but names and the words of servers come from elsewhere, and cannot forge
 * lines or move a cursor.
 */
import type { ClientEvent } from '../client/events.ts'
import { RpcError } from '../errors.ts'
import type { RestartReason, ResumeEvent } from '../files/resumption.ts'
import { bytesText, durationText, printable, timeText } from './units.ts'

/** Why a file starts over, or is not noted. */
const RESTARTS: Readonly<Record<Exclude<RestartReason, 'lost'>, (name: string) => string>> = {
  changed: (name) => `${name} has changed since it was begun: it starts over`,
  plan: (name) => `${name} was begun with parts of another size: it starts over`,
  old: (name) => `${name} was begun so long ago that the server has forgotten it: it starts over`,
  damaged: (name) => `what was noted of ${name} is damaged: it starts over`,
  newer: (name) => `what was noted of ${name} is of a newer version of this program: it starts over`,
  busy: (name) => `${name} is being uploaded already, here or by another process: it is sent a second time`,
  stream: (name) => `${name} is a stream, of which nothing can be noted`,
}

/** The event as a sentence. */
export function eventText(event: ClientEvent): string {
  return printable(sentence(event))
}

function sentence(event: ClientEvent): string {
  if ('lane' in event && 'dc' in event) return `${placeText(event.dc, event.lane)}: ${onLane(event)}`
  switch (event.type) {
    case 'wait':
      return `waiting ${durationText(event.seconds)} before ${event.method} is tried again (${event.reason})`
    case 'login':
      return `logged in as ${event.userId} at DC ${event.dc}`
    case 'migrate':
      return `the account lives in DC ${event.to}: going there from DC ${event.from}`
    case 'repair': {
      const what = event.part === 0 ? 'what it had of the file' : `part ${event.part} of the file`
      return `the server has lost ${what}; sending it again`
    }
    case 'resume':
    case 'restart':
    case 'unnoted':
    case 'unremoved':
      return ofNotes(event)
    default:
      return `${event.name}: ${ofFile(event)}`
  }
}

/** Where on the way: lane 0 is the main connection, those of negative numbers make keys. */
function placeText(dc: number, lane: number): string {
  return lane < 0 ? `DC ${dc}, new key` : `DC ${dc}, lane ${lane}`
}

type LaneEvent = Extract<ClientEvent, { readonly dc: number; readonly lane: number }>

function onLane(event: LaneEvent): string {
  switch (event.type) {
    case 'connecting':
      return `connecting to ${event.where}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`
    case 'exchanging':
      return 'agreeing on an authorization key'
    case 'connected': {
      const { where, remote, transport, ms } = event
      const at = remote === undefined || remote === where ? '' : ` at ${remote}`
      return `connected to ${where}${at}${transport ? ` by ${transport}` : ''}${ms === undefined ? '' : ` in ${timeText(ms)}`}`
    }
    case 'disconnected': {
      const { error, retryIn } = event
      const next =
        retryIn === undefined
          ? '; given up'
          : retryIn === 0
            ? '; trying again'
            : `; trying again in ${timeText(retryIn)}`
      return error ? `${error.message}${next}` : `connection left, to begin anew${next}`
    }
    case 'closed':
      return event.error ? `closed: ${event.error.message}` : 'closed'
    case 'salt':
      return 'the server named another salt'
    case 'bad-message':
      return `the server refused message ${event.msgId}, with code ${event.code}`
    case 'session-reset':
      return `a new session begins (${event.reason})`
    case 'server-session':
      return 'the server began a new session'
    case 'resend':
      return `${event.method} goes out again, for the ${ordinal(event.sendings)} time`
    case 'temporary-key':
      return `a new temporary key is in use, for ${durationText(event.seconds)}`
    case 'call': {
      const { id, method, part, bytes } = event
      return `call ${id}: ${method}${part === undefined ? '' : `, part ${part} (${bytesText(bytes ?? 0)})`}`
    }
    case 'answered':
      return `call ${event.id}: ${event.method} was answered after ${timeText(event.ms)}`
    case 'failed':
      return `call ${event.id}: ${event.method} failed after ${timeText(event.ms)}: ${reasonOf(event.error)}`
    case 'traffic':
      return `sent ${bytesText(event.sent)}, received ${bytesText(event.received)}`
  }
}

type FileEvent = Exclude<Extract<ClientEvent, { readonly name: string }>, ResumeEvent>

function ofFile(event: FileEvent): string {
  switch (event.type) {
    case 'start': {
      const { size, parts, partSize } = event.plan
      const amount = size === undefined ? 'a stream' : bytesText(size)
      return `uploading ${amount} in ${parts === undefined ? 'parts' : plural(parts, 'part')} of ${bytesText(partSize)}`
    }
    case 'part':
      return `part ${event.part} arrived over lane ${event.lane} in ${timeText(event.roundTrip)}`
    case 'retry': {
      const { part, failures, delay, error } = event
      const why = error === undefined ? 'the server did not accept it' : reasonOf(error)
      const when = delay > 0 ? ` in ${timeText(delay)}` : ''
      return `part ${part} is sent again${when}, after ${plural(failures, 'failure')}: ${why}`
    }
    case 'pause':
      return `waiting ${durationText(event.seconds)}, as the server asks`
    case 'stall':
      return `nothing moves on lane ${event.lane}: its parts go elsewhere`
    case 'lanes':
      return `${plural(event.lanes, 'lane')} in use`
    case 'done':
      return `all of it has arrived: ${bytesText(event.size)} in ${plural(event.parts, 'part')}`
  }
}

function ofNotes(event: ResumeEvent): string {
  const { name } = event
  if (event.type === 'resume')
    return `resumed ${name}: ${bytesText(event.bytes)} of ${bytesText(event.size)} were there`
  const { error } = event
  if (event.type === 'unnoted') {
    return `cannot keep note of ${name} (${reasonOf(error)}): if it is interrupted, it may have to start over`
  }
  if (event.type === 'unremoved')
    return `cannot remove the notes of ${name} (${reasonOf(error)}): they stay where they are`
  if (event.reason !== 'lost') return RESTARTS[event.reason](name)
  return error === undefined
    ? `the server has lost ${name}: it starts over`
    : `the server cannot make ${name} of what it was sent (${reasonOf(error)}): it starts over`
}

/** What went wrong, shorter than the error's sentence where the server has a name for it. */
function reasonOf(error: unknown): string {
  if (error instanceof RpcError) return error.text
  return error instanceof Error ? error.message : String(error)
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function ordinal(count: number): string {
  const ending = count % 100 > 10 && count % 100 < 14 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[count % 10] ?? 'th')
  return `${count}${ending}`
}
