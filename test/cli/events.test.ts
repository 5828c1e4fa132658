/** Events in words: a line for each, its fields by their names. */
import { expect, test } from 'vitest'
import { eventText, noticeText } from '../../src/cli/events.ts'
import { TransportError } from '../../src/errors.ts'

const plan = { size: 100_000_000, partSize: 524_288, parts: 191, maxParts: 4000, big: true }

test('a plan is told by the names of its fields, without those that are not known yet', () => {
  expect(eventText({ type: 'start', fileId: 7n, plan })).toBe(
    'start fileId=7 plan=size:100000000,partSize:524288,parts:191,maxParts:4000,big:true',
  )
  expect(eventText({ type: 'start', fileId: 7n, plan: { ...plan, size: undefined, parts: undefined } })).toBe(
    'start fileId=7 plan=partSize:524288,maxParts:4000,big:true',
  )
})

test('everybody is told that the server lost something, or makes us wait; not that a lane was added', () => {
  expect(noticeText({ type: 'repair', part: 0 })).toBe('the server has lost what it had of the file; sending it again')
  expect(noticeText({ type: 'repair', part: 7 })).toBe('the server has lost part 7 of the file; sending it again')
  expect(noticeText({ type: 'wait', method: 'a.b', reason: 'FLOOD_WAIT_3', seconds: 3 })).toBe(
    'waiting 3 s before a.b is tried again (FLOOD_WAIT_3)',
  )
  expect(noticeText({ type: 'lanes', lanes: 2 })).toBeUndefined()
})

test('an error is told by its sentence; parts are too many to tell', () => {
  const error = new TransportError('CONNECTION_CLOSED', 'it is closed')
  expect(eventText({ type: 'retry', part: 3, failures: 1, delay: 500, error })).toBe(
    'retry part=3 failures=1 delay=500 error="it is closed"',
  )
  expect(eventText({ type: 'part', part: 3, bytes: 1, lane: 0, roundTrip: 5 })).toBeUndefined()
})
