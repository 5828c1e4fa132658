/**
 * The compact form of the client does what the straight-line form does: the same bytes, the same values, the same errors;
 * and its ids, which it computes, are those of the schema.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { fc } from '@fast-check/vitest'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { compile } from '../../scripts/generator/compile.ts'
import { methodText, typesText } from '../../scripts/generator/emit/compact.ts'
import type { Context } from '../../scripts/generator/emit/context.ts'
import { contextOf } from '../../scripts/generator/generate.ts'
import { prune } from '../../scripts/generator/prune.ts'
import type { Definition } from '../../scripts/generator/schema.ts'
import { compactMethod, compactTypes, compactWriter, type Types } from '../../src/tl/compact.ts'
import { LAYER as compactLayer } from '../../src/tl/generated/compact/methods.ts'
import { writeServerMessage } from '../../src/tl/generated/mtproto/server.ts'
import { MAX_DEPTH, TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { Values } from './arbitrary.ts'
import {
  api,
  bytesOf,
  type Codec,
  codecs,
  context,
  type Form,
  MESSAGES,
  METHODS,
  mtproto,
  type Read,
  roots,
  type Write,
} from './schema.ts'

const values = new Values(api)
const messages = new Values(mtproto)
const message = (name: string): Definition => (mtproto.constructors.get(name) ?? mtproto.methods.get(name))!

/** What a call gives: its value, or all that an error says. */
function outcome(call: () => unknown): unknown {
  try {
    return { value: call() }
  } catch (error) {
    const { name, message, offset, reason, constructorName } = error as Record<string, unknown>
    return { name, message, offset, reason, constructorName }
  }
}

/** Each type with both forms of its client's end. */
const pairs = codecs
  .filter(({ form }) => form === 'straight-line')
  .map((straight): [string, Codec, Codec] => {
    const compact = codecs.find(
      ({ form, type, writer }) => form === 'compact' && type === straight.type && writer === straight.writer,
    )!
    return [`${straight.type} by the ${straight.writer}`, straight, compact]
  })
const readPairs = pairs.filter(([, { writer }]) => writer === 'server')
const writePairs = pairs.filter(([, { writer }]) => writer === 'client')

test('both forms export the same names', () => {
  expect(Object.keys(METHODS.compact).sort()).toEqual(Object.keys(METHODS['straight-line']).sort())
  expect(compactLayer).toBe(METHODS['straight-line'].LAYER)
})

describe('both forms agree', () => {
  test.each(writePairs)('on the bytes of every constructor of %s', (_, straight, compact) => {
    for (const member of straight.constructors) {
      const property = fc.property(values.definition(member), (value) => {
        expect(bytesOf(compact.write, value)).toEqual(bytesOf(straight.write, value))
      })
      fc.assert(property, { numRuns: 10 })
    }
  })

  test.each(readPairs)('on the values of every constructor of %s', (_, straight, compact) => {
    for (const member of straight.constructors) {
      const property = fc.property(values.definition(member), (value) => {
        const bytes = bytesOf(straight.write, value)
        const reader = new TlReader(bytes)
        deepStrictEqual(compact.read(reader), straight.read(new TlReader(bytes)))
        expect(reader.remaining).toBe(0)
      })
      fc.assert(property, { numRuns: 10 })
    }
  })

  test.each(roots.messages.core.client)('on the bytes of the message %s', (name) => {
    const write = (form: Form, value: unknown) =>
      outcome(() => bytesOf(MESSAGES[form].writeClientMessage as Write, value))
    const property = fc.property(messages.definition(message(name)), (value) => {
      deepStrictEqual(write('compact', value), write('straight-line', value))
      const [, field] = Object.keys(value)
      const broken = { ...value, ...(field !== undefined && { [field]: undefined }) }
      deepStrictEqual(write('compact', broken), write('straight-line', broken))
    })
    fc.assert(property, { numRuns: 20 })
  })

  test.each(roots.messages.core.server)('on the message %s, whole and damaged', (name) => {
    const read = (form: Form, bytes: Uint8Array) => outcome(() => MESSAGES[form].readServerMessage(new TlReader(bytes)))
    const property = fc.property(messages.definition(message(name)), fc.nat(), fc.nat(255), (value, at, change) => {
      const bytes = bytesOf(writeServerMessage as Write, value)
      deepStrictEqual(read('compact', bytes), { value })
      bytes[at % bytes.length]! ^= change
      deepStrictEqual(read('compact', bytes), read('straight-line', bytes))
      deepStrictEqual(read('compact', bytes.subarray(0, -4)), read('straight-line', bytes.subarray(0, -4)))
    })
    fc.assert(property, { numRuns: 20 })
  })

  test('that a message of the client is none of the server', () => {
    const bytes = bytesOf(MESSAGES.compact.writeClientMessage as Write, {
      _: 'ping_delay_disconnect',
      disconnectDelay: 1,
      pingId: 1n,
    })
    expect(() => MESSAGES.compact.readServerMessage(new TlReader(bytes))).toThrow('unknown constructor 0xf3427b8c')
  })

  test('on what damaged bytes are: the same value or the same error at the same place', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 })
    const sample = fc
      .constantFrom(...readPairs)
      .chain((pair) => values.of({ kind: 'union', name: pair[1].type }).map((value) => [pair, value] as const))
    const property = fc.property(sample, damage, fc.nat(), ([[, straight, compact], value], flips, cut) => {
      const bytes = bytesOf(straight.write, value)
      for (const [at, change] of flips) bytes[at % bytes.length]! ^= change
      const given = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      const read = (one: Read) => outcome(() => one(new TlReader(given)))
      deepStrictEqual(read(compact.read), read(straight.read))
    })
    fc.assert(property, { numRuns: 3000 })
  })

  test('on what is wrong with a value: the same error', () => {
    const wrong = fc.constantFrom<unknown>(undefined, null, 'text', 1.5, 7n, true, [], {}, { _: 'nope' }, { _: 1 })
    const sample = fc
      .constantFrom(...writePairs)
      .chain((pair) => values.of({ kind: 'union', name: pair[1].type }).map((value) => [pair, value] as const))
    const property = fc.property(sample, fc.nat(), wrong, ([[, straight, compact], value], at, instead) => {
      const keys = Object.keys(value as object)
      const broken = { ...(value as object), [keys[at % keys.length]!]: instead }
      const write = (one: Write) => outcome(() => bytesOf(one, broken))
      deepStrictEqual(write(compact.write), write(straight.write))
    })
    fc.assert(property, { numRuns: 3000 })
  })

  test.each([undefined, null, 'inputPeerSelf', 5, [], {}, { _: 0x7da07ec9 }])('that %j is no peer', (value) => {
    const [, straight, compact] = writePairs.find(([, { type }]) => type === 'InputPeer')!
    const write = (one: Write) => outcome(() => bytesOf(one, value))
    expect(write(compact.write)).toEqual(write(straight.write))
    expect(write(compact.write)).toMatchObject({ name: 'TlError' })
  })
})

/** A schema in the compact form, with everything that its methods reach. */
function compactOf(text: string): { types: Types; context: Context; text: string } {
  const schema = compile(text, 'test.tl', 'all')
  const context = contextOf(prune(schema, [...schema.methods.keys()], 'test.tl'), '')
  const made = typesText(context, schema.types.keys())
  return { types: compactTypes(made), context, text: made }
}

describe('the whole layer', () => {
  const whole: Context = { ...context, schema: api }
  const types = compactTypes(typesText(whole, api.types.keys()))
  const first = (write: Write, value: unknown): number => new TlReader(bytesOf(write, value)).uint()

  test('the id of every constructor is the one of the schema', () => {
    for (const [type, members] of api.types) {
      for (const member of members) {
        const [value] = fc.sample(values.definition(member, 2), { numRuns: 1, seed: 1 })
        expect(first(types(type).write, value), member.name).toBe(member.id)
      }
    }
  })

  test('the id of every method is the one of the schema', () => {
    const known = new Set(api.types.keys())
    for (const method of api.methods.values()) {
      const [request] = fc.sample(values.definition(method, 2), { numRuns: 1, seed: 1 })
      const query = method.fields.some((field) => field.type.kind === 'query')
      const text = methodText(whole, method, known)
      const write = query ? compactWriter(types, text) : compactMethod(types, text).write
      expect(first(write as Write, query ? { ...request, query: () => {} } : request), method.name).toBe(method.id)
    }
  })

  test('every type needs as many bytes as the checks of the schema say', () => {
    for (const name of api.types.keys()) {
      expect(types(name).least(), name).toBe(context.facts.minSize({ kind: 'union', name }))
    }
  })
})

describe('the language', () => {
  const { types, text } = compactOf(`
    point#aabbccdd x:double y:double = Point;
    space.box sides:Vector<Vector<int>> key:int128 keys:Vector<int256> = space.Box;
    other.thing flags:# a:flags.3?true b:flags.4?space.Box c:flags.4?bytes flags2:# d:flags2.31?Bool e:flags.0?true = space.Box;
    tree left:Tree = Tree;
    leaf = Tree;
    ---functions---
    get box:space.Box = Vector<space.Box>;
  `)
  const box = {
    _: 'space.box',
    sides: [[1, 2], []],
    key: new Uint8Array(16).fill(1),
    keys: [new Uint8Array(32).fill(2)],
  }

  test('is what the run time documents', () => {
    const lines = [
      '=Point',
      '#aabbccdd xD yD',
      '+Tree',
      ' leftTree',
      '.leaf',
      '+space.Box',
      ' sides**I keyX keys*Y',
      '.other.thing # a.3 b.4space.Box c.4B #2 d,vQ e.0',
    ]
    expect(text).toBe(lines.join('\n'))
  })

  test.each([
    { _: 'point', x: -0.5, y: Number.POSITIVE_INFINITY },
    box,
    { _: 'other.thing' },
    { _: 'other.thing', a: true, b: box, c: Uint8Array.of(1, 2, 3), d: false, e: true },
  ])('reads what it writes: %j', (value) => {
    const { write, read } = types(value._ === 'point' ? 'Point' : 'space.Box')
    const reader = new TlReader(bytesOf(write, value))
    expect(read(reader)).toEqual(value)
    expect(reader.remaining).toBe(0)
  })

  test('an id that is written out is taken', () => {
    expect(bytesOf(types('Point').write, { _: 'point', x: 0, y: 0 }).slice(0, 4)).toEqual(
      Uint8Array.of(0xdd, 0xcc, 0xbb, 0xaa),
    )
  })

  test('words of flags carry the bits in their places', () => {
    const reader = new TlReader(bytesOf(types('space.Box').write, { _: 'other.thing', a: true, d: true, e: true }))
    reader.uint()
    expect([reader.uint(), reader.uint()]).toEqual([0b1001, 0x80000000])
  })

  test('depth is counted where types contain themselves', () => {
    let deep: unknown = { _: 'leaf' }
    for (let depth = 1; depth < MAX_DEPTH; depth++) deep = { _: 'tree', left: deep }
    const bytes = bytesOf(types('Tree').write, deep)
    expect(types('Tree').read(new TlReader(bytes))).toEqual(deep)
    expect(() => types('Tree').write(new TlWriter(), { _: 'tree', left: deep })).toThrow('nested deeper than')
    const tree = bytes.slice(0, 4)
    const deeper = new Uint8Array([...tree, ...bytes])
    expect(() => types('Tree').read(new TlReader(deeper))).toThrow('nested deeper than')
  })

  test('a vector that cannot fit is refused before an element is read', () => {
    const bytes = bytesOf(types('**I').write, [[]])
    expect(() => types('**I').read(new TlReader(bytes.subarray(0, 12)))).toThrow(
      'a vector of 1 does not fit in 4 bytes',
    )
  })

  test('nothing is parsed before it is needed', () => {
    const method = compactMethod(compactTypes('=A\nnot a line'), 'do.it x:I')
    expect(method.name).toBe('do.it')
  })
})

test.each([
  ['a bare constructor', 'item = Item; box x:item = Box;', 'box has something bare'],
  ['a bare vector', 'box x:vector<int> = Box;', 'box has something bare'],
  ['a bare vector that contains itself', 'box x:vector<box> = Box;', 'box has something bare'],
  ['one of several, bare', 'a n:int = A; b = A; box x:vector<a> = Box;', 'box has something bare'],
  ['an Object', 'box x:Object = Box;', 'box has a field of kind object'],
  ['a third word of flags', 'box flags:# flags2:# flags3:# = Box;', 'box has flags3 as a word of flags'],
  ['flags of another name', 'box bits:# = Box;', 'box has bits as a word of flags'],
  ['a type of one letter', 'one = I; box x:I = Box;', 'box has a type with the name I'],
])('the generator refuses %s', (_, text, message) => {
  expect(() => compactOf(`${text}\n---functions---\nget = Box;`)).toThrow(message)
})

describe('a bundle', () => {
  const bundle = async (text: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: text, resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      // The sources, so that no build is needed.
      conditions: ['source-node'],
    })
    return outputFiles[0]!.text
  }
  const methods = '../../src/tl/generated/compact/methods.ts'

  test('has nothing of what is not used', async () => {
    expect(await bundle(`import '${methods}'`)).toBe('')
    expect(await bundle(`import { LAYER } from '${methods}'; console.log(LAYER)`)).toMatch(/^.{0,30}$/s)
  })

  test("carries a method's own types only with the method", async () => {
    const core = await bundle(`import { messagesUploadMedia } from '${methods}'; console.log(messagesUploadMedia)`)
    expect(core).toContain('MessageMedia')
    expect(core).not.toMatch(/getFile|FileLocation|getUsers|logOut|exportAuthorization/)
    const more = await bundle(`import { uploadGetFile } from '${methods}'; console.log(uploadGetFile)`)
    expect(more).toMatch(/FileLocation/)
  })
})
