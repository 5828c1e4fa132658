/** How progress is told: exact words, never wider than the terminal, quiet when asked. */
import { fc, test as property } from '@fast-check/vitest'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { barText, progressDisplay, stateText } from '../../src/cli/progress.ts'
import type { UploadProgress } from '../../src/files/progress.ts'

const at = (facts: Partial<UploadProgress>): UploadProgress => ({
  sentBytes: 0,
  totalBytes: 10_000_000,
  bytesPerSecond: 0,
  etaSeconds: undefined,
  lanes: 1,
  inFlight: 0,
  retries: 0,
  waitUntil: undefined,
  ...facts,
})

describe('words', () => {
  test('how much, how fast, how long', () => {
    const state = at({ sentBytes: 4_500_000, bytesPerSecond: 2_300_000, etaSeconds: 2.4 })
    expect(stateText(state, 0)).toBe('45 %, 4.5 MB of 10.0 MB, 2.3 MB/s, 3 s left')
    expect(stateText(at({}), 0)).toBe('0 %, 0 bytes of 10.0 MB')
  })

  test('a file of unknown length has no share and no end', () => {
    expect(stateText(at({ sentBytes: 4_500_000, totalBytes: undefined, bytesPerSecond: 1000 }), 0)).toBe(
      '4.5 MB, 1.0 kB/s',
    )
  })

  test('100 % is for the whole file alone', () => {
    expect(stateText(at({ sentBytes: 9_999_999 }), 0)).toMatch(/^99 %/)
    expect(stateText(at({ sentBytes: 10_000_000, bytesPerSecond: 1e6, etaSeconds: 0 }), 0)).toBe(
      '100 %, 10.0 MB, 1.0 MB/s',
    )
  })

  test('a wait that the server asked for is told, until it is over', () => {
    const state = at({ sentBytes: 1_000_000, waitUntil: 12_000 })
    expect(stateText(state, 0)).toBe('10 %, 1.0 MB of 10.0 MB, waiting 12 s as the server asked')
    expect(stateText(state, 12_000)).toBe('10 %, 1.0 MB of 10.0 MB')
  })
})

describe('the bar', () => {
  test('name, bar, words', () => {
    expect(barText('cat.jpg', at({ sentBytes: 5_000_000 }), 100, 0)).toBe(
      'cat.jpg [############------------]  50 %, 5.0 MB of 10.0 MB',
    )
    expect(barText('-', at({ sentBytes: 5_000_000, totalBytes: undefined }), 100, 0)).toBe('-  5.0 MB')
  })

  property.prop([fc.string({ unit: 'grapheme' }), fc.integer({ min: 20, max: 200 }), fc.nat(10_000_000)])(
    'it never wraps, and no name can move the cursor',
    (name, width, sentBytes) => {
      const text = barText(name, at({ sentBytes, bytesPerSecond: 123_456, etaSeconds: 5000 }), width, 0)
      expect(text.length).toBeLessThanOrEqual(width)
      expect(text).not.toMatch(/\p{Cc}/u)
    },
  )

  test('how many files are done is told whole in 80 columns, whatever else there is to say; the bar makes room', () => {
    const state = { sentBytes: 412_000_000, totalBytes: 999_000_000, bytesPerSecond: 12_300_000, etaSeconds: 4000 }
    expect(barText('12 of 100 files', at(state), 79, 0)).toBe(
      '12 of 100 files [####------]  41 %, 412 MB of 999 MB, 12.3 MB/s, 1 h 6 min left',
    )
    expect(barText('0 of 2 files', at({ sentBytes: 5_000_000, bytesPerSecond: 1e6, etaSeconds: 5 }), 79, 0)).toMatch(
      /^0 of 2 files \[#+-+\] {2}50 %/,
    )
  })

  test('a long name loses its start, not the bar', () => {
    const name = `${'very/long/path/'.repeat(10)}cat.jpg`
    expect(barText(name, at({}), 80, 0)).toMatch(/^…\S*cat\.jpg \[-+\] {2}0 %/)
  })
})

describe('displays', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const written = (): string[] => {
    const lines: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
    return lines
  }

  test('on a terminal the bar stays on its line, and can be kept or taken away', () => {
    vi.stubEnv('TERM', 'xterm')
    const lines = written()
    const display = progressDisplay(false, { isTTY: true, columns: 60 }, () => 0)
    display.update('a', at({}))
    display.update('a', at({ sentBytes: 10_000_000 }))
    expect(lines.every((line) => line.startsWith('\r\u001b[K') && !line.includes('\n'))).toBe(true)
    display.end(true)
    expect(lines.at(-1)).toBe('\n')
    display.end(true)
    expect(lines).toHaveLength(3)
    display.update('b', at({}))
    display.end(false)
    expect(lines.at(-1)).toBe('\r\u001b[K')
    vi.unstubAllEnvs()
  })

  test('elsewhere a line is told every five seconds, without control characters', () => {
    const lines = written()
    let now = 0
    const display = progressDisplay(false, {}, () => now)
    for (; now < 11_000; now += 100) display.update('a', at({ sentBytes: now }))
    expect(lines).toEqual(['a: 0 %, 5.0 kB of 10.0 MB\n', 'a: 0 %, 10.0 kB of 10.0 MB\n'])
  })

  test('elsewhere a wait is told as it begins, and once', () => {
    const lines = written()
    let now = 0
    const display = progressDisplay(false, {}, () => now)
    for (; now < 4000; now += 100) display.update('a', at(now < 1000 ? {} : { waitUntil: 4000 }))
    expect(lines).toEqual(['a: 0 %, 0 bytes of 10.0 MB, waiting 3 s as the server asked\n'])
    display.update('a', at({ waitUntil: 6000 }))
    expect(lines.at(-1)).toBe('a: 0 %, 0 bytes of 10.0 MB, waiting 2 s as the server asked\n')
    expect(lines).toHaveLength(2)
  })

  test('a terminal that calls itself 0 columns wide is taken for a usual one', () => {
    vi.stubEnv('TERM', 'xterm')
    const lines = written()
    progressDisplay(false, { isTTY: true, columns: 0 }, () => 0).update('cat.jpg', at({}))
    expect(lines[0]).toContain('cat.jpg [-')
    vi.unstubAllEnvs()
  })

  test('when asked to be quiet nothing is told', () => {
    const lines = written()
    const display = progressDisplay(true, { isTTY: true }, () => 1e9)
    display.update('a', at({}))
    display.end(true)
    expect(lines).toEqual([])
  })
})
