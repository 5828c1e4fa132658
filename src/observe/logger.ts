/**
 * A logger: a line for each event, on standard error unless told.
 */
import type { ClientEvent } from '../client/events.ts'
import { UsageError } from '../errors.ts'
import { isAtLeast, LEVELS, type Level, levelOf } from './levels.ts'
import { recordOf } from './record.ts'
import { eventText } from './words.ts'

/** What {@link logger} can be told. */
export interface LoggerOptions {
  /** The least that is logged; `info` unless told. Once a part something happens at `trace` only. */
  readonly level?: Level | undefined
  /** Takes a line, without an end of line; `console.error` unless told. What it throws, the client's hook throws. */
  readonly sink?: ((line: string) => void) | undefined
  /** `text` (unless told) for people, `json` for programs: an object with `time`, `level`, `type` and the event's fields. */
  readonly format?: 'text' | 'json' | undefined
  /**
   * What a line of text begins with: the time in UTC as ISO 8601 has it (`iso`, unless told), the seconds since the logger was
   * made (`relative`), or neither. JSON has the former in any case but the last.
   */
  readonly time?: 'iso' | 'relative' | 'none' | undefined
  /** Milliseconds since 1970; the platform's clock unless told. */
  readonly now?: (() => number) | undefined
  /** Only events for which it answers true are logged. */
  readonly filter?: ((event: ClientEvent) => boolean) | undefined
}

/**
 * Makes a hook that logs.
 *
 * ```ts
 * const client = await UploadClient.connect({ ...options, onEvent: logger({ level: 'debug' }) })
 * ```
 * @throws UsageError for a level or a format that there is not
 */
export function logger(options: LoggerOptions = {}): (event: ClientEvent) => void {
  const { level = 'info', sink = console.error, format = 'text', time = 'iso', now = Date.now, filter } = options
  must('level', level, LEVELS)
  must('format', format, ['text', 'json'])
  must('time', time, ['iso', 'relative', 'none'])
  const begun = now()
  const stamp = (): string => {
    if (time === 'none') return ''
    const at = now()
    return time === 'iso' ? new Date(at).toISOString() : `+${((at - begun) / 1000).toFixed(3)}`
  }
  return (event) => {
    const urgency = levelOf(event)
    if (!isAtLeast(urgency, level) || filter?.(event) === false) return
    const at = stamp()
    if (format === 'json') {
      sink(JSON.stringify({ ...(at !== '' && { time: at }), level: urgency, ...recordOf(event) }))
    } else sink(`${at}${at && ' '}${urgency.padEnd(5)} ${eventText(event)}`)
  }
}

function must(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new UsageError(`${name} must be one of ${known.join(', ')}, not "${value}"`)
}
