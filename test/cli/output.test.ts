/** How results are printed: JSON by a convention that can be read back, an outline that no text in it can break. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { toJson, toOutline } from '../../src/cli/output.ts'
import type { MessageMedia } from '../../src/tl/generated/api-types.ts'

const MEDIA: MessageMedia = {
  _: 'messageMediaPhoto',
  spoiler: true,
  photo: {
    _: 'photo',
    id: 9_007_199_254_740_993n,
    accessHash: -1n,
    fileReference: new Uint8Array([0xfb, 0xff, 0xfe]),
    date: 1_700_000_000,
    sizes: [
      { _: 'photoSize', type: 'y', w: 1280, h: 853, size: 98_661 },
      { _: 'photoStrippedSize', type: 'i', bytes: new Uint8Array(20).fill(7) },
    ],
    dcId: 2,
  },
  ttlSeconds: undefined,
}

describe('JSON', () => {
  test('long is a decimal string, bytes are base64, absent is absent, all on one line', () => {
    const line = toJson(MEDIA)
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({
      _: 'messageMediaPhoto',
      spoiler: true,
      photo: {
        _: 'photo',
        id: '9007199254740993',
        accessHash: '-1',
        fileReference: '+//+',
        date: 1_700_000_000,
        sizes: [
          { _: 'photoSize', type: 'y', w: 1280, h: 853, size: 98_661 },
          { _: 'photoStrippedSize', type: 'i', bytes: 'BwcHBwcHBwcHBwcHBwcHBwcHBwc=' },
        ],
        dcId: 2,
      },
    })
  })

  test('doubles that JSON does not have are words', () => {
    expect(toJson({ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -0.5 })).toBe('{"a":"NaN","b":"Infinity","c":-0.5}')
  })

  property.prop([fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.uint8Array()])(
    'every long and all bytes can be read back',
    (long, bytes) => {
      const read = JSON.parse(toJson({ long, bytes })) as { long: string; bytes: string }
      expect(BigInt(read.long)).toBe(long)
      expect(new Uint8Array(Buffer.from(read.bytes, 'base64'))).toEqual(bytes)
    },
  )

  property.prop([fc.string({ unit: 'binary' })])('no text breaks the line', (text) => {
    const line = toJson({ text })
    expect(line).not.toMatch(/[\n\r]/)
    expect((JSON.parse(line) as { text: string }).text).toBe(text)
  })
})

describe('outline', () => {
  test('constructors, fields, lists, dates and bytes, each readable', () => {
    expect(toOutline(MEDIA)).toBe(
      [
        'messageMediaPhoto',
        '  spoiler: true',
        '  photo: photo',
        '    id: 9007199254740993',
        '    accessHash: -1',
        '    fileReference: fbfffe',
        '    date: 1700000000 (2023-11-14T22:13:20Z)',
        '    sizes:',
        '      - photoSize',
        '        type: "y"',
        '        w: 1280',
        '        h: 853',
        '        size: 98661',
        '      - photoStrippedSize',
        '        type: "i"',
        '        bytes: 07070707070707070707070707070707… (20 bytes)',
        '    dcId: 2',
      ].join('\n'),
    )
  })

  test('lists of scalars, empty lists, empty bytes, dates that are none', () => {
    const value = { _: 'x', sizes: [1, 2, 3], none: [], bytes: new Uint8Array(0), date: Number.NaN }
    expect(toOutline(value).split('\n').slice(1)).toEqual([
      '  sizes: 1, 2, 3',
      '  none: (none)',
      '  bytes: (empty)',
      '  date: NaN (no date)',
    ])
  })

  property.prop([fc.string({ unit: 'binary' })])('no text in a value can forge a line or move the cursor', (text) => {
    const outline = toOutline({ _: 'x', title: text })
    expect(outline.split('\n')).toHaveLength(2)
    expect(outline.replace('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
  })
})
