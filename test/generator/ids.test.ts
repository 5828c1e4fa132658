/** Ids are checksums of lines: over the whole layer, with a list of exceptions that is exact. */
import { describe, expect, test } from 'vitest'
import { computeId, crc32, normalise } from '../../scripts/generator/crc.ts'
import { readExceptions, verifyIds } from '../../scripts/generator/ids.ts'
import { parse } from '../../scripts/generator/parser.ts'
import { readText } from '../tl/schema.ts'

test('CRC-32 gives the check value of its standard', () => {
  expect(crc32('123456789')).toBe(0xcbf43926)
})

describe('normalised lines', () => {
  test.each([
    ['a#5 x:bytes flags:# y:flags.0?bytes = A;', 'a x:string flags:# y:flags.0?string = A'],
    ['a flags:# b:flags.0?true c:flags2.31?true d:int = A', 'a flags:# d:int = A'],
    ['a x:Vector<bytes> y:flags.1?Vector<long> = A;', 'a x:Vector bytes y:flags.1?Vector long = A'],
    ['f {X:Type} query:!X = X;', 'f X:Type query:!X = X'],
  ])('%s', (line, normalised) => expect(normalise(line)).toBe(normalised))

  test.each([
    ['vector {t:Type} # [ t ] = Vector t;', 0x1cb5c415],
    ['boolTrue = Bool;', 0x997275b5],
    ['boolFalse = Bool;', 0xbc799737],
    ['invokeWithLayer {X:Type} layer:int query:!X = X;', 0xda9b0d0d],
    ['msg_container messages:vector message = MessageContainer;', 0x73f1f8dc],
    ['rpc_result req_msg_id:long result:Object = RpcResult;', 0xf35c6d01],
    ['gzip_packed packed_data:bytes = Object;', 0x3072cfa1],
    [
      'resPQ nonce:int128 server_nonce:int128 pq:bytes server_public_key_fingerprints:Vector<long> = ResPQ;',
      0x05162463,
    ],
  ])('the id of %s', (line, id) => expect(computeId(line)).toBe(id))
})

const linesOf = (file: string): { name: string; id: number; text: string }[] =>
  parse(readText(file), file).combinators.map(({ name, id, text }) => ({ name, id: id!, text }))

describe('the whole layer', () => {
  const lines = [...linesOf('schema/api.tl'), ...linesOf('schema/mtproto.tl')]
  const exceptions = readExceptions(readText('schema/id-exceptions.json'))

  test('has 2311 definitions in the API, all with ids', () => {
    expect(linesOf('schema/api.tl')).toHaveLength(2311)
    expect(lines.every((line) => Number.isInteger(line.id))).toBe(true)
  })

  test('verifies, but for the exceptions', () => {
    expect(verifyIds(lines, exceptions)).toEqual([])
    expect(lines.filter((line) => computeId(line.text) !== line.id).map((line) => line.name)).toEqual(
      exceptions.map((exception) => exception.name),
    )
  })

  test('one line each, sorted, without descriptions', () => {
    for (const file of ['schema/api.tl', 'schema/mtproto.tl']) {
      const sections = readText(file)
        .split(/---\w+---/)
        .slice(1)
      expect(sections).toHaveLength(2)
      for (const section of sections) {
        const found = section.trim().split('\n')
        expect(found).toEqual([...found].sort())
        for (const line of found) expect(line).toMatch(/^[a-z][\w.]*#[0-9a-f]{1,8} ([{}\w:.?#<>!]+ )*= [\w.<>]+;$/i)
      }
    }
  })
})

describe('the list of exceptions', () => {
  const good = { name: 'a', id: computeId('a = A;'), text: 'a = A;' }
  const odd = { name: 'b', id: 5, text: 'b = B;' }
  const exception = { name: 'b', id: '5', reason: 'old' }

  test('lets a listed mismatch pass', () => expect(verifyIds([good, odd], [exception])).toEqual([]))

  test('an unlisted mismatch is a problem', () => {
    expect(verifyIds([good, odd], [])).toEqual([expect.stringMatching(/^b: the id is #5, the line's checksum #/)])
  })

  test('an exception that verifies is a problem', () => {
    const needless = { name: 'a', id: good.id.toString(16), reason: 'old' }
    expect(verifyIds([good], [needless])).toEqual([
      'a: listed as an exception, but its id verifies: remove it from the list',
    ])
  })

  test('an exception for another id is a problem', () => {
    expect(verifyIds([odd], [{ ...exception, id: '6' }])).toEqual(['b: the exception is for #6, the schema says #5'])
  })

  test('an exception for a name that is gone is a problem', () => {
    expect(verifyIds([good], [exception])).toEqual(['b: listed as an exception, but not in the schema'])
  })

  test('a former line must give the id', () => {
    expect(verifyIds([odd], [{ ...exception, formerly: 'c = B' }])).toEqual([
      'b: the id is not the checksum of its former line either',
    ])
  })

  test('an entry without a reason is refused', () => {
    expect(() => readExceptions('[{"name":"a","id":"5","reason":""}]')).toThrow(
      'entry 0 needs a name, an id and a reason',
    )
  })
})
