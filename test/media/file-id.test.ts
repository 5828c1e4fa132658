import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { type FileId, type FileIdType, formatFileId, formatUniqueId, parseFileId } from '../../src/media/file-id.ts'
import { packZeros, unpackZeros } from '../../src/media/zeros.ts'

const { ids } = JSON.parse(readFileSync('test/vectors/file-ids.json', 'utf8')) as {
  ids: Readonly<Record<string, readonly [fileId: string, uniqueId?: string]>>
}
const REFERENCE = Uint8Array.of(1, 0, 0, 0, 12, 0, 7, 255)

/** What the file_id of a name in the vectors says. */
function meaning(name: string): FileId {
  const [type, size] = name.split('/') as [FileIdType, string?]
  if (size === 'no-reference') return { type, dcId: 2, id: 1n, accessHash: 256n, fileReference: new Uint8Array() }
  return size === undefined
    ? { type, dcId: 2, id: 5310000000000000042n, accessHash: -77n, fileReference: REFERENCE }
    : { type, dcId: 4, id: 5310000000000000043n, accessHash: 123456789012345n, fileReference: REFERENCE, size }
}

const good = Object.entries(ids).filter(([name]) => !/^(?:refused|old)\//.test(name))
const old = Object.entries(ids).filter(([name]) => name.startsWith('old/'))

describe('ids that another library made', () => {
  test.each(good)('%s: the file_id is read, and written alike', (name, [fileId, uniqueId]) => {
    expect(parseFileId(fileId)).toEqual(meaning(name))
    expect(formatFileId(meaning(name))).toBe(fileId)
    expect(formatUniqueId(meaning(name))).toBe(uniqueId)
  })

  test.each([
    ['refused/chat-photo', /photo of a chat or user/],
    ['refused/web', /on the web; give its URL/],
  ])('%s: says why it cannot be used', (name, why) => {
    expect(() => parseFileId(ids[name]![0])).toThrow(UsageError)
    expect(() => parseFileId(ids[name]![0])).toThrow(why)
  })
})

describe('ids of old forms', () => {
  test.each(old)('%s: the file_id is read', (name, [fileId]) => {
    const [, type, form] = name.split('/')
    const size = /size (.)/.exec(form!)?.[1]
    expect(parseFileId(fileId)).toEqual({
      ...meaning(type === 'photo' ? `photo/${size ?? '?'}` : type!),
      ...(/form 2/.test(form!) && { fileReference: new Uint8Array() }),
      size,
    })
  })

  test.each([
    ['refused/chat-photo of version 30', /photo of a chat or user/],
    ['refused/sticker-set', /set of stickers/],
    ['refused/sticker-set by version', /set of stickers/],
  ])('%s: says why it cannot be used', (name, why) => expect(() => parseFileId(ids[name]![0])).toThrow(why))
})

describe('refused', () => {
  test.each(['', 'A', '!!!', 'hello', 'AgADKgABU83d6LBJ', 'AAAA'])('"%s", which is no file_id', (text) => {
    expect(() => parseFileId(text)).toThrow(UsageError)
  })

  test('one that names no file', () => {
    expect(() => parseFileId(formatFileId({ ...meaning('document'), id: 0n }))).toThrow(/damaged/)
  })

  test('what is too long for one, before it is unpacked', () => {
    expect(() => parseFileId('A'.repeat(5000))).toThrow(/too long/)
  })

  test.each([...good, ...old])('%s, cut anywhere', (_name, [fileId]) => {
    for (let length = 0; length < fileId.length; length++) {
      expect(() => parseFileId(fileId.slice(0, length)), `${length}`).toThrow(UsageError)
    }
  })

  test('any change of a character: read as something else, or refused by our class of error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...good.map(([, [id]]) => id)),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (id, at, by) => {
          const i = at % id.length
          try {
            parseFileId(id.slice(0, i) + by + id.slice(i + 1))
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError)
          }
        },
      ),
    )
  })

  test('a type for which there is nothing to send', () => {
    const id = formatFileId({ ...meaning('document'), type: 'encrypted' })
    expect(() => parseFileId(id)).toThrow(/encrypted cannot be sent again/)
  })

  test('a type that there is not, when written', () => {
    const wrong = { ...meaning('document'), type: 'picture' as FileIdType }
    expect(() => formatFileId(wrong)).toThrow(/"picture" is no type of file_id: .*photo/)
    expect(() => formatUniqueId(wrong)).toThrow(UsageError)
  })

  test('a photo without its size, when written', () => {
    const { size: _, ...photo } = meaning('photo/x')
    expect(() => formatFileId(photo)).toThrow(/which one is meant/)
    expect(() => formatUniqueId(photo)).toThrow(UsageError)
  })
})

property.prop([fc.uint8Array({ maxLength: 600 }), fc.nat(600)])('zeros survive their packing', (bytes, zeros) => {
  const sparse = new Uint8Array(bytes.length + zeros)
  sparse.set(bytes, zeros)
  expect(unpackZeros(packZeros(sparse))).toEqual(sparse)
})

test('a run without its length, or of none, is refused', () => {
  expect(unpackZeros(Uint8Array.of(1, 0))).toBeUndefined()
  expect(unpackZeros(Uint8Array.of(1, 0, 0))).toBeUndefined()
})
