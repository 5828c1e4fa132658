/**
 * `mtproto-upload/observe`: to see what a client does. Hooks for the option `onEvent`: a logger, counters, and both together; and
 * `observed`, by which bundles for browsers are told of calls and bytes as well.
 *
 * All events, and when they are told: docs/events.md.
 */
export type { ClientEvent } from '../client/events.ts'
export { type Observe, type ObservedEvent, observed, type WatchedEvent } from '../transport/observed.ts'
export { combine, type Hook } from './combine.ts'
export { type Counters, type Counts, counters, type Snapshot } from './counters.ts'
export { type EventType, LEVELS, type Level, levelOf } from './levels.ts'
export { type LoggerOptions, logger } from './logger.ts'
export { type Json, recordOf } from './record.ts'
export { eventText } from './words.ts'
