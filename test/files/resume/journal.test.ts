import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decodeJournal, encodeJournal, encodeParts, type JournalEntry } from '../../../src/files/resume/journal.ts'

const ENTRY: JournalEntry = {
  account: '2/42',
  name: 'holiday "ä\n".mp4',
  kind: 'file',
  fileId: 2n ** 63n - 1n,
  partSize: 1024,
  big: true,
  size: 100_000,
  state: '1767225600000000000-12',
  print: 'd41d8cd98f00b204e9800998ecf8427e',
}
const PARTS = 98
const BEGUN = 1_767_225_600_000
const someParts = fc.uniqueArray(fc.nat(PARTS - 1))

/** A journal as a run writes it: its beginning, then a line for each batch. */
function written(before: readonly number[], batches: readonly (readonly number[])[]): string {
  const start = encodeJournal({ entry: ENTRY, done: new Set(before), touched: BEGUN })
  return batches.reduce((text, parts, n) => text + encodeParts(start, new Set(parts), BEGUN + n + 1), start)
}
const sample = written([0, 1, 2, 5], [[3], [7, 8, 9], [97]])

describe('a journal', () => {
  test.prop([someParts, fc.array(fc.uniqueArray(fc.nat(PARTS - 1), { minLength: 1 }))])(
    'holds every part that was noted, and when the last one was',
    (before, batches) => {
      expect(decodeJournal(written(before, batches))).toMatchObject({
        done: new Set([...before, ...batches.flat()]),
        touched: BEGUN + batches.length,
        entry: ENTRY,
      })
    },
  )

  it('that ends anywhere is refused, or holds a beginning of what was noted', () => {
    const bytes = Buffer.from(sample)
    const lines = sample.split('\n')
    let refused = 0
    for (let length = 0; length <= bytes.length; length++) {
      const text = bytes.subarray(0, length).toString('utf8')
      const journal = decodeJournal(text)
      const whole = text.split('\n').length - 1
      if (whole === 0) {
        expect(journal).toBe('damaged')
        refused++
        continue
      }
      const kept = lines.slice(0, whole).join('\n')
      expect(journal).toEqual(decodeJournal(`${kept}\n`))
      expect(journal).toMatchObject({ entry: ENTRY })
    }
    expect(refused).toBe(Buffer.byteLength(lines[0]!) + 1)
  })

  it('of which any one byte is another is refused, but for one that has ended before its last line', () => {
    const bytes = Buffer.from(sample)
    const lastLine = sample.lastIndexOf('\n', sample.length - 2) + 1
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1, 2, 16, 32, 128]) {
        const copy = Buffer.from(bytes)
        copy[at]! ^= mask
        const journal = decodeJournal(copy.toString('utf8'))
        if (at === bytes.length - 1) expect(journal).toEqual(decodeJournal(sample.slice(0, lastLine)))
        else expect(['damaged', 'newer']).toContain(journal)
      }
    }
  })

  it('whose tail is zeros, as after a power cut, holds what stands before them', () => {
    expect(decodeJournal(`${sample}${'\0'.repeat(512)}`)).toEqual(decodeJournal(sample))
  })

  it('takes no line of another journal', () => {
    const other = encodeJournal({ entry: { ...ENTRY, fileId: 7n }, done: new Set([4]), touched: BEGUN })
    expect(decodeJournal(sample + other.split('\n')[1]!)).toEqual(decodeJournal(sample))
    expect(decodeJournal(`${sample}${other.split('\n')[1]!}\n`)).toBe('damaged')
    expect(decodeJournal(sample + other)).toBe('damaged')
  })

  it('of a newer version says so', () => {
    expect(decodeJournal(sample.replace('"version":1', '"version":2'))).toBe('newer')
  })

  test.prop([fc.string({ unit: 'binary' })])('is nothing else', (text) => {
    expect(decodeJournal(text)).toBe('damaged')
  })

  it.each([
    ['an id of 0', { fileId: 0n }],
    ['an id beyond 63 bits', { fileId: 2n ** 63n }],
    ['no bytes', { size: 0 }],
    ['half a byte', { size: 1.5 }],
    ['no part size', { partSize: 0 }],
    ['parts without number', { size: 2 ** 50 }],
  ])('with %s is refused, though it be whole', (_, wrong) => {
    expect(decodeJournal(encodeJournal({ entry: { ...ENTRY, ...wrong }, done: new Set(), touched: BEGUN }))).toBe(
      'damaged',
    )
  })

  it('with a part beyond the file is refused', () => {
    expect(decodeJournal(written([], [[PARTS]]))).toBe('damaged')
  })
})
