/** Events as sentences, at their levels. */
import { describe, expect, test } from 'vitest'
import { type ClientEvent, type EventType, eventText, LEVELS, levelOf } from '../../src/observe/index.ts'
import { ALL_EVENTS, EVENTS } from './events.ts'

/** Level and words of each event of one type. */
const told = (type: EventType): string[] =>
  EVENTS[type].map((event: ClientEvent) => `${levelOf(event)} ${eventText(event)}`)

describe('in words', () => {
  test.each<[EventType, string[]]>([
    [
      'connecting',
      [
        'debug DC 2, lane 0: connecting to 149.154.167.50:443',
        'debug DC 2, lane 0: connecting to 149.154.167.50:443, attempt 3',
      ],
    ],
    ['exchanging', ['debug DC 2, new key: agreeing on an authorization key']],
    [
      'connected',
      [
        'info DC 2, lane 0: connected to 149.154.167.50:443',
        'info DC 2, lane 0: connected to 149.154.167.50:443 at 149.154.167.91:443 by obfuscated in 34 ms',
        'info DC 2, lane 0: connected to 149.154.167.50:443 by ws in 2.3 s',
      ],
    ],
    [
      'disconnected',
      [
        'warn DC 2, lane 0: the connection to 149.154.167.50:443 is closed: the other side ended it; trying again',
        'warn DC 2, lane 0: the connection to 149.154.167.50:443 is closed: the other side ended it; trying again in 1.5 s',
        'error DC 2, lane 0: the connection to 149.154.167.50:443 is closed: the other side ended it; given up',
        'debug DC 2, lane 0: connection left, to begin anew; trying again',
      ],
    ],
    ['closed', ['debug DC 2, lane 3: closed', 'warn DC 2, lane 3: closed: nothing moves']],
    ['salt', ['debug DC 2, lane 0: the server named another salt']],
    ['bad-message', ['warn DC 2, lane 0: the server refused message 12345, with code 16']],
    ['session-reset', ['debug DC 2, lane 0: a new session begins (key)']],
    ['server-session', ['debug DC 2, lane 0: the server began a new session']],
    ['resend', ['debug DC 2, lane 0: help.getConfig goes out again, for the 2nd time']],
    ['temporary-key', ['debug DC 2, new key: a new temporary key is in use, for 24 h 0 min']],
    [
      'call',
      [
        'debug DC 2, lane 0: call 4: help.getConfig',
        'trace DC 2, lane 1: call 5: upload.saveBigFilePart, part 3 (524 kB)',
      ],
    ],
    [
      'answered',
      [
        'debug DC 2, lane 0: call 4: help.getConfig was answered after 34 ms',
        'trace DC 2, lane 1: call 5: upload.saveBigFilePart was answered after 99 ms',
      ],
    ],
    [
      'failed',
      [
        'debug DC 2, lane 0: call 4: messages.uploadMedia failed after 34 ms: FLOOD_WAIT_3',
        'warn DC 2, lane 0: call 4: messages.uploadMedia failed after 34 ms: the connection to 149.154.167.50:443 is closed: the other side ended it',
      ],
    ],
    ['traffic', ['trace DC 2, lane 0: sent 524 kB, received 88 bytes']],
    ['wait', ['warn waiting 3 s before messages.uploadMedia is tried again (FLOOD_WAIT_3)']],
    ['login', ['info logged in as 42 at DC 2']],
    ['migrate', ['info the account lives in DC 4: going there from DC 2']],
    [
      'repair',
      [
        'warn the server has lost what it had of the file; sending it again',
        'warn the server has lost part 7 of the file; sending it again',
      ],
    ],
    [
      'start',
      ['info a.bin: uploading 100 MB in 191 parts of 524 kB', 'info a.bin: uploading a stream in parts of 524 kB'],
    ],
    ['part', ['trace a.bin: part 3 arrived over lane 1 in 34 ms']],
    [
      'retry',
      [
        'warn a.bin: part 3 is sent again in 500 ms, after 1 failure: the connection to 149.154.167.50:443 is closed: the other side ended it',
        'warn a.bin: part 3 is sent again, after 2 failures: the server did not accept it',
      ],
    ],
    ['pause', ['warn a.bin: waiting 30 s, as the server asks']],
    ['stall', ['warn a.bin: nothing moves on lane 2: its parts go elsewhere']],
    ['lanes', ['debug a.bin: 2 lanes in use']],
    ['done', ['info a.bin: all of it has arrived: 100 MB in 191 parts']],
    ['resume', ['info resumed a.bin: 1.2 GB of 2.0 GB were there']],
    [
      'restart',
      [
        'warn a.bin has changed since it was begun: it starts over',
        'warn the server has lost a.bin: it starts over',
        'warn the server cannot make a.bin of what it was sent (MD5_CHECKSUM_INVALID): it starts over',
        'debug a.bin is a stream, of which nothing can be noted',
      ],
    ],
    [
      'unnoted',
      [
        'warn cannot keep note of a.bin (ENOSPC: no space left on device): if it is interrupted, it may have to start over',
      ],
    ],
    ['unremoved', ['warn cannot remove the notes of a.bin (EROFS: read-only file system): they stay where they are']],
  ])('%s', (type, words) => {
    expect(told(type)).toEqual(words)
  })

  test('every event has a sentence of its own, which says nothing undefined', () => {
    const texts = ALL_EVENTS.map(eventText)
    expect(new Set(texts).size).toBe(texts.length)
    expect(texts.filter((text) => /undefined|NaN|\[object/.test(text))).toEqual([])
  })

  test('a name cannot forge a line', () => {
    const text = eventText({ type: 'done', fileId: 1n, name: 'a\n+1.000 error b\u001b[2J', size: 1, parts: 1 })
    expect(text).toBe('a +1.000 error b [2J: all of it has arrived: 1 byte in 1 part')
  })

  test('numbers are counted as people count', () => {
    const of = (sendings: number): string =>
      eventText({ type: 'resend', method: 'a.b', sendings, dc: 1, lane: 0 }).replace(/.*the (\w+) time/, '$1')
    expect([2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(of)).toEqual(
      ['2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '103rd', '111th'], //
    )
  })
})

describe('a failed call', () => {
  const level = (method: string, error: unknown): string =>
    levelOf({ type: 'failed', id: 1, method, ms: 1, error, dc: 2, lane: 0 })

  test('that was given up by its caller is no warning', () => {
    expect(level('a.b', AbortSignal.abort().reason)).toBe('debug')
    expect(level('a.b', new Error('other'))).toBe('warn')
  })

  test('that carried a part is told of by what becomes of the part', () => {
    expect(level('upload.saveFilePart', new Error('lost'))).toBe('debug')
  })
})

test('levels go from the most urgent to the least', () => {
  expect(LEVELS).toEqual(['error', 'warn', 'info', 'debug', 'trace'])
  expect(new Set(ALL_EVENTS.map(levelOf))).toEqual(new Set(LEVELS))
})
