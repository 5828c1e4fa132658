/**
 * How much an event matters, for those who want to hear of some alone.
 */
import type { ClientEvent } from '../client/events.ts'
import { RpcError } from '../errors.ts'

/** Levels, the most urgent first. Each includes those before it. */
export const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const

/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number]

/** Any event, by its name. */
export type EventType = ClientEvent['type']

/**
 * The level of each event where nothing went wrong. What happens once an upload is for people (`info`), what a connection does
 * is for those who look for a fault (`debug`), what happens once a part is for those who look closely (`trace`).
 */
export const USUAL: Readonly<Record<EventType, Level>> = {
  answered: 'debug',
  'bad-message': 'warn',
  call: 'debug',
  closed: 'debug',
  connected: 'info',
  connecting: 'debug',
  disconnected: 'debug',
  done: 'info',
  exchanging: 'debug',
  failed: 'warn',
  lanes: 'debug',
  login: 'info',
  migrate: 'info',
  part: 'trace',
  pause: 'warn',
  repair: 'warn',
  resend: 'debug',
  restart: 'warn',
  resume: 'info',
  retry: 'warn',
  salt: 'debug',
  'server-session': 'debug',
  'session-reset': 'debug',
  stall: 'warn',
  start: 'info',
  'temporary-key': 'debug',
  traffic: 'trace',
  unnoted: 'warn',
  unremoved: 'warn',
  wait: 'warn',
}

/** The account lives in another datacenter. Source: https://core.telegram.org/api/errors#303-see-other */
const SEE_OTHER = 303

/** Calls that carry file parts: there are thousands of them. */
const PART_CALL = /^upload\.save(?:Big)?FilePart$/

/** The level of one event. */
export function levelOf(event: ClientEvent): Level {
  switch (event.type) {
    case 'disconnected':
      if (!event.error) return 'debug'
      return event.retryIn === undefined ? 'error' : 'warn'
    case 'closed':
      return event.error ? 'warn' : 'debug'
    case 'call':
    case 'answered':
      return PART_CALL.test(event.method) ? 'trace' : 'debug'
    case 'failed':
      return levelOfFailure(event.method, event.error)
    case 'restart':
      // It could not be taken up in any case.
      return event.reason === 'stream' ? 'debug' : 'warn'
    default:
      return USUAL[event.type]
  }
}

/** What is dealt with, and told of by another event, or was wanted, matters less. */
function levelOfFailure(method: string, error: unknown): Level {
  if (error instanceof RpcError) return error.retryable || error.code === SEE_OTHER ? 'debug' : USUAL.failed
  // What becomes of a part that a lane did not carry is told by `retry`.
  if (PART_CALL.test(method)) return 'debug'
  return error instanceof Error && error.name === 'AbortError' ? 'debug' : USUAL.failed
}

/** Whether what is of level `one` is told to those who want `least`. */
export function isAtLeast(one: Level, least: Level): boolean {
  return LEVELS.indexOf(one) <= LEVELS.indexOf(least)
}
