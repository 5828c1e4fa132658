/** docs/events.md tells of every event that there is, with its fields and levels, and of no other. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type ClientEvent, type EventType, LEVELS, levelOf } from '../../src/observe/index.ts'
import { EVENTS } from './events.ts'

/** The fields of each event by their names: true if always there. Whatever is missing or too much does not compile. */
type Fields = {
  readonly [Type in EventType]: {
    readonly [Field in Exclude<
      keyof Extract<ClientEvent, { readonly type: Type }>,
      'type'
    >]-?: undefined extends Extract<ClientEvent, { readonly type: Type }>[Field] ? false : true
  }
}

const at = { dc: true, lane: true } as const
const file = { fileId: true, name: true } as const
const call = { ...at, id: true, method: true } as const

const FIELDS: Omit<Fields, 'retry' | 'restart' | 'unnoted' | 'unremoved' | 'failed'> &
  Record<string, Record<string, boolean>> = {
  connecting: { ...at, where: true, attempt: true },
  exchanging: { ...at, where: true },
  connected: { ...at, where: true, ms: false, transport: false, remote: false },
  disconnected: { ...at, where: true, error: false, retryIn: false },
  closed: { ...at, where: true, error: false },
  'temporary-key': { ...at, seconds: true },
  salt: at,
  'bad-message': { ...at, code: true, msgId: true },
  'session-reset': { ...at, reason: true },
  'server-session': { ...at, uniqueId: true },
  resend: { ...at, method: true, sendings: true },
  traffic: { ...at, sent: true, received: true },
  call: { ...call, part: false, bytes: false },
  answered: { ...call, ms: true },
  // An error of type `unknown` may be undefined for the compiler.
  failed: { ...call, ms: true, error: true },
  wait: { method: true, reason: true, seconds: true },
  login: { userId: true, dc: true },
  migrate: { from: true, to: true },
  start: { ...file, plan: true },
  part: { ...file, part: true, bytes: true, lane: true, roundTrip: true },
  retry: { ...file, part: true, failures: true, delay: true, error: false },
  pause: { ...file, until: true, seconds: true },
  stall: { ...file, lane: true },
  lanes: { ...file, lanes: true },
  done: { ...file, size: true, parts: true },
  repair: { part: true },
  resume: { ...file, parts: true, bytes: true, size: true },
  restart: { name: true, reason: true, error: false },
  unnoted: { name: true, error: true },
  unremoved: { name: true, error: true },
}

interface Row {
  readonly type: string
  readonly levels: string[]
  readonly fields: Record<string, boolean>
  readonly when: string
}

/** The rows of the tables; those of connections have `dc` and `lane` by the sentence above their table. */
function rowsOf(page: string): Row[] {
  return page.split(/^## /m).flatMap((section) => {
    const common = section.startsWith('Connections') ? at : {}
    return [...section.matchAll(/^\| `([\w-]+)` \| ([^|]*) \| ([^|]*)\| ([^|]*) \|$/gm)].map(
      ([, type, levels, fields, when]) => ({
        type: type!,
        levels: levels!.split(', '),
        fields: {
          ...common,
          ...Object.fromEntries([...fields!.matchAll(/(\[?)`(\w+)`/g)].map(([, bracket, name]) => [name!, !bracket])),
        },
        when: when!,
      }),
    )
  })
}

const rows = rowsOf(readFileSync('docs/events.md', 'utf8'))

test('every event has one row, and there are no others', () => {
  expect(rows.map(({ type }) => type).sort()).toEqual(Object.keys(EVENTS).sort())
  for (const { when } of rows) expect(when.length).toBeGreaterThan(10)
})

test.each(rows.map((row) => [row.type, row] as const))('%s has these fields', (type, { fields }) => {
  expect(fields).toEqual(FIELDS[type])
})

test.each(rows.map((row) => [row.type, row] as const))(
  '%s has these levels, the most urgent first',
  (type, { levels }) => {
    const found = new Set(EVENTS[type as EventType].map((event: ClientEvent) => levelOf(event)))
    expect(levels).toEqual(LEVELS.filter((level) => found.has(level)))
  },
)

test('the examples of events have the fields that the table names', () => {
  for (const { type, fields } of rows) {
    for (const event of EVENTS[type as EventType] as readonly ClientEvent[]) {
      const names = Object.keys(event).filter((name) => name !== 'type')
      expect(names.filter((name) => !(name in fields))).toEqual([])
      const needed = Object.keys(fields).filter((name) => fields[name])
      expect(needed.filter((name) => !names.includes(name))).toEqual([])
    }
  }
})
