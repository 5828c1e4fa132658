import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { formatLedger, ledgerBytes, parseLedger } from '../../src/files/ledger.ts'

const PARTS = 200
const someParts = fc.uniqueArray(fc.nat(PARTS - 1))

/** The ranges of a ledger, found by looking at each part. */
function slowRanges(ledger: ReadonlySet<number>): string {
  const ranges: string[] = []
  for (let part = 0; part <= PARTS; part++) {
    if (!ledger.has(part) || ledger.has(part - 1)) continue
    let last = part
    while (ledger.has(last + 1)) last++
    ranges.push(last > part ? `${part}-${last}` : `${part}`)
  }
  return ranges.join(',')
}

describe('the text of a ledger', () => {
  test.prop([someParts])('is its ranges, in whatever order the parts arrived', (parts) => {
    expect(formatLedger(new Set(parts))).toBe(slowRanges(new Set(parts)))
  })

  test.prop([someParts])('gives the same ledger when it is read', (parts) => {
    const ledger = new Set(parts)
    expect(parseLedger(formatLedger(ledger), PARTS)).toEqual(ledger)
  })

  test.prop([fc.stringMatching(/^[0-9\-, x]*$/)])('is the only one of a ledger', (text) => {
    const ledger = parseLedger(text, PARTS)
    if (ledger) expect(formatLedger(ledger)).toBe(text)
  })

  test.prop([someParts, fc.nat(PARTS)])('is refused where it names a part beyond the file', (parts, count) => {
    const ledger = new Set(parts)
    expect(parseLedger(formatLedger(ledger), count) !== undefined).toBe(parts.every((part) => part < count))
  })

  it.each([
    ' ',
    ',',
    '-',
    '1-',
    '-1',
    '1,',
    ',1',
    '01',
    '+1',
    '1.5',
    '1e1',
    '0x1',
    '3-1',
    '1-1',
    '1,1',
    '2,1',
    '1,2',
    '1-3,4',
    '1-3,3-5',
    '1-3,2',
    '1 ',
    '1\n',
    '1;3',
    '0-999999999',
    '0-99999999999999999999',
    '9007199254740993',
  ])('is never %j', (text) => {
    expect(parseLedger(text, PARTS)).toBeUndefined()
  })

  it('is empty for an empty ledger', () => {
    expect(formatLedger(new Set())).toBe('')
    expect(parseLedger('', PARTS)).toEqual(new Set())
  })
})

describe('the bytes that are there', () => {
  test.prop([fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), fc.infiniteStream(fc.boolean())])(
    'are the lengths of the parts, the last one shorter than the others',
    (size, partSize, draws) => {
      const ledger = new Set<number>()
      let bytes = 0
      for (let part = 0; part * partSize < size; part++) {
        if (!draws.next().value) continue
        ledger.add(part)
        bytes += Math.min(partSize, size - part * partSize)
      }
      expect(ledgerBytes(ledger, { size, partSize })).toBe(bytes)
    },
  )
})
