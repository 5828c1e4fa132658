/** Events in words: a line for each, its fields by their names. */
import { describe, expect, test } from 'vitest'
import { eventText, noticeText } from '../../src/cli/events.ts'
import { RpcError, TransportError } from '../../src/errors.ts'
import type { RestartReason } from '../../src/files/resume/index.ts'

const file = { fileId: 7n, name: 'a.bin' }
const plan = { size: 100_000_000, partSize: 524_288, parts: 191, maxParts: 4000, big: true }

test('a plan is told by the names of its fields, without those that are not known yet', () => {
  expect(eventText({ type: 'start', ...file, plan })).toBe(
    'start fileId=7 name=a.bin plan=size:100000000,partSize:524288,parts:191,maxParts:4000,big:true',
  )
  expect(eventText({ type: 'start', ...file, plan: { ...plan, size: undefined, parts: undefined } })).toBe(
    'start fileId=7 name=a.bin plan=partSize:524288,maxParts:4000,big:true',
  )
})

test('everybody is told that the server lost something, or makes us wait; not that a lane was added', () => {
  expect(noticeText({ type: 'repair', part: 0 })).toBe('the server has lost what it had of the file; sending it again')
  expect(noticeText({ type: 'repair', part: 7 })).toBe('the server has lost part 7 of the file; sending it again')
  expect(noticeText({ type: 'wait', method: 'a.b', reason: 'FLOOD_WAIT_3', seconds: 3 })).toBe(
    'waiting 3 s before a.b is tried again (FLOOD_WAIT_3)',
  )
  expect(noticeText({ type: 'lanes', lanes: 2, ...file })).toBeUndefined()
})

test('an error is told by its sentence; parts are too many to tell', () => {
  const error = new TransportError('CONNECTION_CLOSED', 'it is closed')
  expect(eventText({ type: 'retry', part: 3, failures: 1, delay: 500, error, ...file })).toBe(
    'retry part=3 failures=1 delay=500 error="it is closed" fileId=7 name=a.bin',
  )
  expect(eventText({ type: 'part', part: 3, bytes: 1, lane: 0, roundTrip: 5, ...file })).toBeUndefined()
})

describe('a file that was begun before', () => {
  const name = 'holiday.mp4'
  const of = (reason: RestartReason, error?: unknown): string | undefined =>
    noticeText({ type: 'restart', name, reason, error })

  test('is told with what of it was there', () => {
    expect(
      noticeText({ type: 'resume', fileId: 7n, name, parts: 2400, bytes: 1_200_000_000, size: 2_000_000_000 }),
    ).toBe('resumed holiday.mp4: 1.2 GB of 2.0 GB were there')
  })

  test('and starts over is told with why; a stream never could be resumed', () => {
    expect(of('changed')).toBe('holiday.mp4 has changed since it was begun: it starts over')
    expect(of('plan')).toBe('holiday.mp4 was begun with parts of another size: it starts over')
    expect(of('old')).toBe('holiday.mp4 was begun so long ago that the server has forgotten it: it starts over')
    expect(of('damaged')).toBe('what was noted of holiday.mp4 is damaged: it starts over')
    expect(of('newer')).toBe('what was noted of holiday.mp4 is of a newer version of this program: it starts over')
    expect(of('busy')).toBe('holiday.mp4 is being uploaded by another process: it is sent a second time')
    expect(of('lost', new RpcError(400, 'MD5_CHECKSUM_INVALID', 'm'))).toBe(
      'the server cannot make holiday.mp4 of what it was sent (MD5_CHECKSUM_INVALID): it starts over',
    )
    expect(of('lost')).toBeUndefined()
    expect(of('stream')).toBeUndefined()
  })

  test('and of which no note can be kept is told with why', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    expect(noticeText({ type: 'unnoted', name, error })).toBe(
      'cannot keep note of holiday.mp4 (the disk is full): if it is interrupted, it may have to start over',
    )
  })
})
