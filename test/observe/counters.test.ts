/** Counters agree with what happened, and only ever rise. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { document } from '../../src/index.ts'
import { type ClientEvent, combine, counters, type Snapshot } from '../../src/observe/index.ts'
import { ALL_EVENTS } from './events.ts'
import { WatchedWorld } from './world.ts'

const numbersOf = ({ roundTrips, ...counts }: Snapshot): Record<string, number> => ({
  ...counts,
  connectionsOpen: 0,
  roundTrips: roundTrips.count,
})
const link = { where: 'h:1', dc: 2, lane: 0 }
const file = { fileId: 1n, name: 'a' }

/** The counters after some events. */
function countsAfter(...events: ClientEvent[]): Snapshot {
  const { onEvent, snapshot } = counters()
  for (const event of events) onEvent(event)
  return snapshot()
}

describe('of an upload', () => {
  test('they are what went over the wire and what the file has', async () => {
    const world = new WatchedWorld()
    const counts = counters()
    const size = 20_000_000
    const client = await world.connect({ onEvent: combine(counts.onEvent, (event) => world.events.push(event)) })
    let cut = false
    let flooded = false
    world.faults.onRequest = ({ request }) => {
      if (request._ === 'messages.uploadMedia' && !flooded) {
        flooded = true
        return { kind: 'error', code: 420, text: 'FLOOD_WAIT_5' }
      }
      if (request._ !== 'upload.saveBigFilePart' || request.filePart !== 7 || cut) return undefined
      cut = true
      return { kind: 'disconnect' }
    }
    await world.host.runUntil(client.uploadMedia({ media: document({ data: new Uint8Array(size), name: 'a' }) }))
    const open = counts.snapshot().connectionsOpen
    await client.close()
    const now = counts.snapshot()
    const parts = Math.ceil(size / 524_288)
    expect(open).toBeGreaterThan(1)
    expect(now).toMatchObject({
      partsAcknowledged: parts,
      fileBytes: size,
      filesStarted: 1,
      filesDone: 1,
      bytesSent: world.sent,
      bytesReceived: world.received,
      connectionsOpen: 0,
      connectionsLost: 1,
      reconnects: 1,
      keyExchanges: 1,
      logins: 1,
      waits: 1,
      secondsWaited: 5,
      callsFailed: 1,
      events: world.events.length,
    })
    // What was under way when the connection broke went again, and nothing else.
    expect(now.partsRepeated).toBeGreaterThan(0)
    expect(now.partsRepeated).toBe(now.resends + world.of('retry').length)
    expect(now.partsSent).toBe(parts + world.of('retry').length)
    expect(now.calls).toBe(now.callsAnswered + now.callsFailed)
    expect(now.connections).toBe(now.reconnects + open)
    expect(now.roundTrips.count).toBe(now.callsAnswered)
    expect(now.roundTrips.min).toBe(100)
    expect(now.roundTrips.smoothed).toBeGreaterThanOrEqual(100)
  })
})

property.prop([fc.array(fc.constantFrom(...ALL_EVENTS), { maxLength: 200 })])(
  'none ever falls, whatever happens in whatever order',
  (events) => {
    const counts = counters()
    let before = numbersOf(counts.snapshot())
    for (const event of events) {
      counts.onEvent(event)
      const now = numbersOf(counts.snapshot())
      for (const [name, value] of Object.entries(now)) expect([name, value >= before[name]!]).toEqual([name, true])
      expect(counts.snapshot().connectionsOpen).toBeGreaterThanOrEqual(0)
      before = now
    }
    expect(before.events).toBe(events.length)
  },
)

test('every event but a few moves a counter of its own', () => {
  const still = new Set(
    ALL_EVENTS.flatMap((event) => {
      const { events: _, ...rest } = numbersOf(countsAfter(event))
      return Object.values(rest).some((value) => value > 0) ? [] : [event.type]
    }),
  )
  expect(still).toEqual(new Set(['connecting', 'disconnected', 'closed', 'lanes', 'unnoted', 'unremoved']))
})

describe('connections', () => {
  const connected = { type: 'connected', ...link } as const
  const error = new Error('gone')

  test('count as open from connected to lost or closed; one that was never had was not open', () => {
    const lost = { type: 'disconnected', ...link, error, retryIn: 0 } as const
    const closed = { type: 'closed', ...link, error: undefined } as const
    expect(countsAfter(connected).connectionsOpen).toBe(1)
    expect(countsAfter(connected, lost)).toMatchObject({ connectionsOpen: 0, connectionsLost: 1, reconnects: 0 })
    expect(countsAfter(connected, lost, connected)).toMatchObject({ connectionsOpen: 1, connections: 2, reconnects: 1 })
    expect(countsAfter(connected, closed)).toMatchObject({ connectionsOpen: 0, connectionsLost: 0 })
    expect(countsAfter(lost, closed).connectionsOpen).toBe(0)
  })

  test('are not opened again after they were given up or closed: that is another one', () => {
    const given = { type: 'disconnected', ...link, error, retryIn: undefined } as const
    expect(countsAfter(connected, given, connected)).toMatchObject({ connections: 2, reconnects: 0 })
  })
})

test('a pause that all uploads are told of counts once; one that is made longer counts the rest', () => {
  const pause = (until: number, seconds: number): ClientEvent => ({ type: 'pause', ...file, until, seconds })
  expect(countsAfter(pause(1_000_000, 30), pause(1_000_001, 30))).toMatchObject({ waits: 1, secondsWaited: 30 })
  expect(countsAfter(pause(1_000_000, 30), pause(1_010_000, 40))).toMatchObject({ waits: 2, secondsWaited: 40 })
  expect(countsAfter(pause(1_000_000, 30), pause(2_000_000, 40))).toMatchObject({ waits: 2, secondsWaited: 70 })
})

test('round trips have a shortest and a smoothed one', () => {
  const answered = (ms: number): ClientEvent => ({ type: 'answered', id: 1, method: 'a.b', ms, dc: 2, lane: 0 })
  expect(countsAfter().roundTrips).toEqual({ count: 0, min: undefined, smoothed: undefined })
  expect(countsAfter(answered(80), answered(160), answered(40)).roundTrips).toEqual({
    count: 3,
    min: 40,
    smoothed: 83.75,
  })
})

test('a snapshot stays as it is', () => {
  const counts = counters()
  const before = counts.snapshot()
  counts.onEvent(ALL_EVENTS[0]!)
  expect([before.events, counts.snapshot().events]).toEqual([0, 1])
})

test('as text for Prometheus each number has a type and a name of its own', () => {
  const counts = counters()
  for (const event of ALL_EVENTS) counts.onEvent(event)
  const lines = counts.toPrometheus().split('\n')
  expect(lines.pop()).toBe('')
  const samples = lines.filter((line) => !line.startsWith('#'))
  expect(new Set(samples.map((line) => line.split(' ')[0])).size).toBe(samples.length)
  expect(samples.length * 2).toBe(lines.length)
  for (const line of samples) expect(line).toMatch(/^mtproto_upload_[a-z_]+ \d+(\.\d+)?$/)
  expect(samples).toContain('mtproto_upload_parts_acknowledged_total 1')
  expect(lines).toContain('# TYPE mtproto_upload_connections_open gauge')
  expect(lines).toContain('# TYPE mtproto_upload_wait_seconds_total counter')
  expect(counters().toPrometheus()).not.toContain('round_trip')
})
