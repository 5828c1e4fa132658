/** What everybody is told of events. */
import { describe, expect, test } from 'vitest'
import { noticeText } from '../../src/cli/events.ts'
import { RpcError } from '../../src/errors.ts'
import type { RestartReason } from '../../src/files/resume/index.ts'

const file = { fileId: 7n, name: 'a.bin' }

test('everybody is told that the server lost something, or makes us wait; not that a lane was added', () => {
  expect(noticeText({ type: 'repair', part: 0 })).toBe('the server has lost what it had of the file; sending it again')
  expect(noticeText({ type: 'repair', part: 7 })).toBe('the server has lost part 7 of the file; sending it again')
  expect(noticeText({ type: 'wait', method: 'a.b', reason: 'FLOOD_WAIT_3', seconds: 3 })).toBe(
    'waiting 3 s before a.b is tried again (FLOOD_WAIT_3)',
  )
  expect(noticeText({ type: 'lanes', lanes: 2, ...file })).toBeUndefined()
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
    expect(of('busy')).toBe(
      'holiday.mp4 is being uploaded already, here or by another process: it is sent a second time',
    )
    expect(of('lost', new RpcError(400, 'MD5_CHECKSUM_INVALID', 'm'))).toBe(
      'the server cannot make holiday.mp4 of what it was sent (MD5_CHECKSUM_INVALID): it starts over',
    )
    expect(of('lost')).toBeUndefined()
    expect(of('stream')).toBeUndefined()
  })

  test('and of which no note can be kept is told with why', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    expect(noticeText({ type: 'unnoted', name, error }, 's.uploads')).toBe(
      'cannot keep notes of holiday.mp4 in s.uploads: the disk is full; if it is stopped, it may have to start over ' +
        '(--journal names another folder for notes)',
    )
    const inTheWay = Object.assign(new Error('EEXIST: file already exists'), { code: 'EEXIST' })
    expect(noticeText({ type: 'unnoted', name, error: inTheWay }, 'a.txt')).toMatch(
      /^cannot keep notes of holiday\.mp4 in a\.txt: a file of that name is there already;/,
    )
    expect(noticeText({ type: 'unnoted', name, error })).toMatch(
      /^cannot keep notes of holiday\.mp4: the disk is full;/,
    )
  })
})
