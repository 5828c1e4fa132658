/** Pruning keeps what roots reach: all of it, and nothing else. */
import { describe, expect, test } from 'vitest'
import { analyse, findEndless } from '../../scripts/generator/analyse.ts'
import { compile } from '../../scripts/generator/compile.ts'
import { prune, type Reach } from '../../scripts/generator/prune.ts'
import { type Definition, type Schema, type Type, walkType } from '../../scripts/generator/schema.ts'
import { api, pruned } from '../tl/schema.ts'

const small = compile(
  `in x:Inner = In; inner = Inner; unused = Unused;
   out list:Vector<Deep> = Out; deep self:Vector<Deep> = Deep; both = Both;
   bare both:Both = Bare;
   ---functions---
   f a:In b:Both c:%Bare = Out;
   g = Vector<Both>;
   h a:Unused = Bool;`,
  'x.tl',
)

test('requests and results are kept apart, each closed', () => {
  const { requests, results, methods } = prune(small, ['f'], 'x.tl')
  expect(methods.map((method) => method.name)).toEqual(['f'])
  expect(requests).toEqual({ types: new Set(['In', 'Inner', 'Both']), bare: new Set(['bare']) })
  expect(results).toEqual({ types: new Set(['Out', 'Deep']), bare: new Set() })
})

test('results inside vectors count', () => {
  expect(prune(small, ['g'], 'x.tl').results.types).toEqual(new Set(['Both']))
})

test('roots are sorted and taken once', () => {
  expect(prune(small, ['h', 'f', 'h'], 'x.tl').methods.map((method) => method.name)).toEqual(['f', 'h'])
})

test('unknown roots are all named', () => {
  expect(() => prune(small, ['f', 'y', 'z'], 'x.tl')).toThrow('x.tl: no such method: y, z')
})

/** Types directly inside fields. */
function inside(types: readonly Type[]): Set<string> {
  const found = new Set<string>()
  for (const type of types) walkType(type, (inner) => inner.kind === 'union' && found.add(inner.name))
  return found
}

const fieldTypes = (definition: Definition): Type[] => definition.fields.map((field) => field.type)

/** Fails unless the set is closed, and unless each of its types is a root or stands inside another of the set. */
function expectExact(schema: Schema, reach: Reach, roots: Set<string>): void {
  const needed = new Set(roots)
  const queue = [...roots]
  for (let type = queue.pop(); type !== undefined; type = queue.pop()) {
    for (const inner of inside(schema.types.get(type)!.flatMap(fieldTypes))) {
      if (needed.has(inner)) continue
      needed.add(inner)
      queue.push(inner)
    }
  }
  expect(reach.types).toEqual(needed)
}

describe('the roots of this package', () => {
  test('what requests reach is closed and minimal', () => {
    expectExact(api, pruned.requests, inside(pruned.methods.flatMap(fieldTypes)))
  })

  test('what results reach is closed and minimal', () => {
    expectExact(api, pruned.results, inside(pruned.methods.map((method) => method.result)))
  })

  const count = (reach: Reach): number => [...reach.types].flatMap((type) => api.types.get(type)!).length

  test('is a small part of the layer', () => {
    expect([pruned.requests.types.size, count(pruned.requests)]).toEqual(REQUESTS)
    expect([pruned.results.types.size, count(pruned.results)]).toEqual(RESULTS)
  })

  test('the upload calls alone reach 285 constructors in 75 types (Bool, which is built in, is not counted)', () => {
    const uploads = ['messages.uploadMedia', 'upload.saveFilePart', 'upload.saveBigFilePart']
    const { requests, results } = prune(api, uploads, 'api.tl')
    const types = new Set([...requests.types, ...results.types])
    const constructors = [...types].flatMap((type) => api.types.get(type)!)
    expect([types.size, constructors.length]).toEqual([75, 285])
  })
})

/** Types and constructors of each direction; they change only with the layer or with schema/roots.json. */
const REQUESTS = [30, 126]
const RESULTS = [94, 327]

describe('facts about types', () => {
  const facts = analyse(small)

  test('types that can contain themselves', () => {
    expect(facts.recursive).toEqual(new Set(['Deep']))
    const two = analyse(compile('a b:Vector<B> = A; b a:Vector<A> = B; c a:A = C;', 'x.tl'))
    expect(two.recursive).toEqual(new Set(['A', 'B']))
    const bare = analyse(compile('node n:int children:vector<node> = Node;', 'x.tl'))
    expect(bare.recursive).toEqual(new Set(['%node']))
  })

  test('least sizes count required fields only', () => {
    const schema = compile(
      'a flags:# x:flags.0?long y:long s:string v:Vector<A> i:int128 = A; b = B; c a:A = B;',
      'x.tl',
    )
    const { minSize } = analyse(schema)
    expect(minSize({ kind: 'union', name: 'A' })).toBe(4 + 4 + 8 + 4 + 8 + 16)
    expect(minSize({ kind: 'union', name: 'B' })).toBe(4)
    expect(minSize({ kind: 'bare', constructorName: 'c' })).toBe(44)
  })

  test('every value of the layer is at least as long as its type says', () => {
    const { minSize } = analyse(api)
    for (const type of api.types.keys()) expect(minSize({ kind: 'union', name: type })).toBeGreaterThanOrEqual(4)
  })

  test('no constructor of the layer is without a finite value', () => {
    expect(findEndless(api)).toEqual([])
  })
})
