/** The logger: which events become lines, and what a line is. */
import { describe, expect, test, vi } from 'vitest'
import { UsageError } from '../../src/index.ts'
import {
  type ClientEvent,
  combine,
  eventText,
  LEVELS,
  type Level,
  type LoggerOptions,
  levelOf,
  logger,
  recordOf,
} from '../../src/observe/index.ts'
import { ALL_EVENTS, EVENTS } from './events.ts'

const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const [login] = EVENTS.login

/** The lines of some events; the clock goes on by 1250 ms before each. */
function linesOf(events: readonly ClientEvent[], options: LoggerOptions = {}): string[] {
  const lines: string[] = []
  let at = START
  const log = logger({ sink: (line) => lines.push(line), now: () => at, ...options })
  for (const event of events) {
    at += 1250
    log(event)
  }
  return lines
}

describe('a line of text', () => {
  test('has the time, the level and the words', () => {
    expect(linesOf([login!])).toEqual(['2026-01-02T03:04:06.928Z info  logged in as 42 at DC 2'])
  })

  test('has the seconds since the logger was made, or no time, if that is wanted', () => {
    const both = [login!, login!]
    expect(linesOf(both, { time: 'relative' })).toEqual([
      '+1.250 info  logged in as 42 at DC 2',
      '+2.500 info  logged in as 42 at DC 2',
    ])
    expect(linesOf([login!], { time: 'none' })).toEqual(['info  logged in as 42 at DC 2'])
  })

  test('is one line, whatever the event', () => {
    const lines = linesOf(ALL_EVENTS, { level: 'trace' })
    expect(lines.length).toBe(ALL_EVENTS.length)
    expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([])
  })
})

describe('a line of JSON', () => {
  test('has time and level, and the fields of the event by their names', () => {
    expect(linesOf([login!], { format: 'json' })).toEqual([
      '{"time":"2026-01-02T03:04:06.928Z","level":"info","type":"login","userId":"42","dc":2}',
    ])
    expect(linesOf([login!], { format: 'json', time: 'none' })).toEqual([
      '{"level":"info","type":"login","userId":"42","dc":2}',
    ])
  })

  test('has of an error its name, its sentence and its code, and of the server its words', () => {
    const [, json] = linesOf(EVENTS.failed, { format: 'json', level: 'debug' })
    expect(JSON.parse(json!)).toMatchObject({ error: { name: 'TransportError', code: 'CONNECTION_CLOSED' } })
    const [first] = linesOf(EVENTS.failed, { format: 'json', level: 'debug' })
    expect(JSON.parse(first!)).toMatchObject({
      error: { name: 'RpcError', code: 420, text: 'FLOOD_WAIT_3', message: expect.stringContaining('wait') as string },
    })
  })

  test('is JSON for every event, and nothing is lost but what is not there', () => {
    for (const event of ALL_EVENTS) {
      const read = JSON.parse(linesOf([event], { format: 'json', level: 'trace' })[0]!) as object
      const fields = Object.entries(event).flatMap(([name, value]) => (value === undefined ? [] : [name]))
      expect(Object.keys(read).sort()).toEqual([...fields, 'level', 'time'].sort())
    }
  })

  test('has as words what JSON has no number for', () => {
    const event = { ...EVENTS.answered[0]!, ms: Number.NaN }
    expect(recordOf(event)).toMatchObject({ ms: 'NaN' })
  })
})

describe('what is logged', () => {
  test.each(LEVELS)('at %s: that and what is more urgent', (level: Level) => {
    const told = LEVELS.slice(0, LEVELS.indexOf(level) + 1)
    const events = ALL_EVENTS.filter((event) => told.includes(levelOf(event)))
    expect(linesOf(ALL_EVENTS, { level, time: 'none' })).toEqual(
      events.map((event) => `${levelOf(event).padEnd(5)} ${eventText(event)}`),
    )
  })

  test('is info and above unless told', () => {
    expect(linesOf(ALL_EVENTS)).toEqual(linesOf(ALL_EVENTS, { level: 'info' }).map((line) => line))
    expect(linesOf(ALL_EVENTS).length).toBeLessThan(linesOf(ALL_EVENTS, { level: 'debug' }).length)
  })

  test('passes the filter', () => {
    const lines = linesOf(ALL_EVENTS, { filter: ({ type }) => type === 'migrate', time: 'none' })
    expect(lines).toEqual(['info  the account lives in DC 4: going there from DC 2'])
  })

  test('goes to standard error, by the console, unless told', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    try {
      logger({ time: 'none' })(login!)
      expect(error.mock.calls).toEqual([['info  logged in as 42 at DC 2']])
    } finally {
      error.mockRestore()
    }
  })
})

test.each<[string, unknown]>([
  ['level', 'verbose'],
  ['format', 'xml'],
  ['time', 'local'],
])('%s cannot be %s', (name, value) => {
  expect(() => logger({ [name]: value })).toThrow(UsageError)
  expect(() => logger({ [name]: value })).toThrow(`${name} must be one of`)
})

describe('several hooks as one', () => {
  test('hear everything in order; what is left out is left out', () => {
    const heard: string[] = []
    const hook = combine(
      () => heard.push('first'),
      undefined,
      () => heard.push('second'),
    )
    expect(hook(login!)).toBeUndefined()
    expect(heard).toEqual(['first', 'second'])
  })

  test('are called although one before them threw, whose error is thrown in the end', () => {
    const heard: unknown[] = []
    const mine = new Error('mine')
    const throwing = (): never => {
      throw mine
    }
    const late = (): Promise<never> => Promise.reject(new Error('late'))
    const hook = combine(throwing, late, (event) => heard.push(event))
    expect(() => hook(login!)).toThrow(mine)
    expect(heard).toEqual([login])
  })

  test('fail later if one of them does', async () => {
    const mine = new Error('mine')
    await expect(combine(() => Promise.reject(mine), logger({ sink: () => {} }))(login!)).rejects.toBe(mine)
    await expect(combine(() => Promise.resolve(1))(login!)).resolves.toBeDefined()
  })
})
