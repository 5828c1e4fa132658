/**
 * Any bytes either parse or raise `TlError`, in bounded time and memory, whichever type they are read as; and the same reader
 * functions still read a good value afterwards.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { TlError } from '../../src/errors.ts'
import { readClientMessage } from '../../src/tl/generated/mtproto/server.ts'
import { readRequest } from '../../src/tl/generated/server/requests.ts'
import { writeRichText } from '../../src/tl/generated/server/results.ts'
import { MAX_DEPTH, TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { Values } from './arbitrary.ts'
import {
  api,
  bytesOf,
  type Codec,
  codecs,
  compactType,
  FORMS,
  type Form,
  MESSAGES,
  pruned,
  type Read,
  type Write,
} from './schema.ts'

const values = new Values(api)

/** Reads bytes; anything but a value or a `TlError` with an offset inside of the bytes fails the test. */
function attempt(read: Read, bytes: Uint8Array): 'value' | TlError {
  const reader = new TlReader(bytes)
  try {
    read(reader)
    expect(reader.pos).toBeLessThanOrEqual(bytes.length)
    return 'value'
  } catch (error) {
    if (!(error instanceof TlError)) throw error
    expect(error.code).toBe('TL_INVALID')
    expect(error.offset).toBeGreaterThanOrEqual(0)
    expect(error.offset).toBeLessThanOrEqual(bytes.length)
    return error
  }
}

/** The id of a constructor or method as it stands on the wire. */
function idBytes(name: string): Uint8Array {
  const { id } = (api.constructors.get(name) ?? api.methods.get(name))!
  return new Uint8Array(Uint32Array.of(id).buffer)
}

const ids = [...api.constructors.values()].map((definition) => definition.id)

/** Words as they come in TL: ids, flags, counts, small and extreme numbers. */
const word = fc
  .oneof(
    fc.constantFrom(...ids),
    fc.constantFrom(0x1cb5c415, 0x997275b5, 0xbc799737, 0, 1, 2, 0xff, 0xfe, 0x7fffffff, 0x80000000, 0xffffffff),
    fc.integer(),
  )
  .map((value) => new Uint8Array(Uint32Array.of(value >>> 0).buffer))
const stream = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(word, { maxLength: 60 }).map((words) => concat(...words)),
)

/** Bytes that begin with one of the ids that the reader knows. */
const begun = (known: readonly number[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...known), stream)
    .map(([id, rest]) => concat(new Uint8Array(Uint32Array.of(id).buffer), rest))

describe('any bytes parse or raise TlError', () => {
  test.each(codecs.map((codec) => [codec.label, codec] as const))('as %s', (_, { read, constructors }) => {
    const known = constructors.map((definition) => definition.id)
    const bytes = fc.oneof(stream, begun(known), begun(known))
    fc.assert(
      fc.property(bytes, (given) => void attempt(read, given)),
      { numRuns: 60 },
    )
  })

  test.each([
    ['a request', readRequest, pruned.methods.map((method) => method.id)],
    ['a message of a client', readClientMessage, [0x62d6b459, 0xf5045f1f, 0xd712e4be]],
    ...FORMS.map(
      (form) =>
        [
          `a message of a server, ${form}`,
          MESSAGES[form].readServerMessage,
          [0xae500895, 0x05162463, 0x62d6b459, 0x2144ca19],
        ] as const,
    ),
  ] as const)('as %s', (_, read, known) => {
    const bytes = fc.oneof(stream, begun(known))
    fc.assert(
      fc.property(bytes, (given) => void attempt(read, given)),
      { numRuns: 500 },
    )
  })
})

/** A type that the server writes and a form of the client reads. */
const resultOf = (form: Form, type: string): Codec =>
  codecs.find((codec) => codec.form === form && codec.type === type && codec.writer === 'server')!

/** One arbitrary for all types, so that each gets its share of the runs. */
const sample = fc
  .constantFrom(...codecs)
  .chain((codec) => values.of({ kind: 'union', name: codec.type }).map((value): [Codec, unknown] => [codec, value]))

test('every proper beginning of a value raises TlError', () => {
  fc.assert(
    fc.property(sample, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), ([codec, value], at) => {
      const bytes = bytesOf(codec.write, value)
      expect(attempt(codec.read, bytes.subarray(0, Math.floor(at * bytes.length)))).toBeInstanceOf(TlError)
    }),
    { numRuns: 1200 },
  )
})

test.each(FORMS)('a value cut at each of its bytes raises TlError: %s', (form) => {
  const [value] = fc.sample(values.definition(api.constructors.get('messageMediaDocument')!), { numRuns: 1, seed: 7 })
  const codec = resultOf(form, 'MessageMedia')
  const bytes = bytesOf(codec.write, value)
  for (let length = 0; length < bytes.length; length++) {
    expect(attempt(codec.read, bytes.subarray(0, length))).toBeInstanceOf(TlError)
  }
})

test('a damaged value parses or raises TlError, and the good one is still read', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 })
  const shift = fc.option(fc.tuple(fc.nat(), fc.integer({ min: -8, max: 8 })))
  fc.assert(
    fc.property(sample, damage, shift, ([codec, value], flips, move) => {
      const good = bytesOf(codec.write, value)
      let bytes: Uint8Array = good.slice()
      for (const [at, change] of flips) bytes[at % bytes.length]! ^= change
      if (move) {
        const at = move[0] % bytes.length
        const rest = bytes.subarray(Math.min(bytes.length, at + Math.max(0, -move[1])))
        bytes = concat(bytes.subarray(0, at), new Uint8Array(Math.max(0, move[1])), rest)
      }
      attempt(codec.read, bytes)
      deepStrictEqual(codec.read(new TlReader(good)), value)
    }),
    { numRuns: 2000 },
  )
})

describe.each(FORMS)('depth: %s', (form) => {
  const bold = idBytes('textBold')
  const empty = idBytes('textEmpty')
  const nested = (depth: number): Uint8Array => concat(...Array.from({ length: depth - 1 }, () => bold), empty)
  const richText = resultOf(form, 'RichText').read

  test('values nest up to the limit', () => {
    expect(attempt(richText, nested(MAX_DEPTH))).toBe('value')
  })

  test('one level more is refused', () => {
    const error = attempt(richText, nested(MAX_DEPTH + 1))
    expect(error).toBeInstanceOf(TlError)
    expect((error as TlError).reason).toContain('nested deeper than')
  })

  test('millions of levels are refused without a stack overflow', () => {
    const bytes = new Uint8Array(4 << 20)
    for (let at = 0; at < bytes.length; at += 4) bytes.set(bold, at)
    expect(attempt(richText, bytes)).toBeInstanceOf(TlError)
  })

  test('requests that carry requests are counted too', () => {
    const wrapper = idBytes('invokeWithoutUpdates')
    const bytes = concat(...Array.from({ length: 10_000 }, () => wrapper))
    expect(attempt(readRequest, bytes)).toBeInstanceOf(TlError)
  })

  test('a reader that refused one value counts from nothing for the next', () => {
    const bytes = concat(nested(MAX_DEPTH + 1), nested(MAX_DEPTH))
    const reader = new TlReader(bytes)
    expect(() => richText(reader)).toThrow(TlError)
    reader.pos = 4 * (MAX_DEPTH + 1)
    expect(() => richText(reader)).not.toThrow()
  })

  test('the writer refuses what no reader takes, circles among it', () => {
    const circle: { _: 'textBold'; text: unknown } = { _: 'textBold', text: undefined }
    circle.text = circle
    const writer = new TlWriter()
    const write = form === 'compact' ? compactType('RichText').write : (writeRichText as Write)
    expect(() => write(writer, circle)).toThrow('nested deeper than')
  })
})

describe('vectors that claim more than is there', () => {
  const vectorOf = (count: number): Uint8Array => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setUint32(0, 0x1cb5c415, true)
    new DataView(bytes.buffer).setInt32(4, count, true)
    return bytes
  }

  test.each([2, 2 ** 20, 2 ** 31 - 1, -1, -(2 ** 31)])(
    'a count of %d is refused before an element is read',
    (count) => {
      let read = 0
      const reader = new TlReader(concat(vectorOf(count), new Uint8Array(7)))
      expect(() => reader.vector(() => read++, 4)).toThrow(/a vector of -?\d+ does not fit in 7 bytes/)
      expect(read).toBe(0)
    },
  )

  test('the least size of an element bounds the count', () => {
    const reader = (): TlReader => new TlReader(concat(vectorOf(2), new Uint8Array(31)))
    expect(() => reader().vector((r) => r.raw(16), 16)).toThrow('a vector of 2 does not fit in 31 bytes')
    expect(reader().vector((r) => r.raw(15), 15)).toHaveLength(2)
  })

  test.each(codecs.map((codec) => [codec.label, codec] as const))(
    'in every vector of %s',
    (_, { read, constructors }) => {
      for (const definition of constructors) {
        const first = definition.fields.find((field) => field.type.kind !== 'flags' && !field.flag)
        if (first?.type.kind !== 'vector') continue
        const head = Uint32Array.of(
          definition.id,
          ...definition.fields.filter((f) => f.type.kind === 'flags').map(() => 0),
        )
        const bytes = concat(new Uint8Array(head.buffer), vectorOf(0x7fffffff), new Uint8Array(64))
        expect(String(attempt(read, bytes))).toMatch(/a vector of 2147483647 does not fit/)
      }
    },
  )
})

test.each(FORMS)('an error names the type and where it stands: %s', (form) => {
  const readMessageMedia = resultOf(form, 'MessageMedia').read
  const bytes = concat(Uint8Array.of(0xef, 0xbe, 0xad, 0xde), new Uint8Array(8))
  expect(attempt(readMessageMedia, bytes)).toMatchObject({
    message: 'unknown constructor 0xdeadbeef for MessageMedia (at byte 0)',
    offset: 0,
  })
  expect(attempt(readMessageMedia, Uint8Array.of(0x65, 0x22))).toMatchObject({
    offset: 0,
    constructorName: 'MessageMedia',
  })
})
