/** Counters stand where code may go one way or another, and change nothing else. */
import { runInThisContext } from 'node:vm'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import { Blocks, instrument, preamble } from '../../../scripts/fuzz/instrument.ts'

/** Runs an instrumented function `f` of one number; returns its result, and the lines that it came by, with counts. */
function run(text: string, argument: unknown): { result: unknown; lines: Record<string, number>; allocated: number } {
  const blocks = new Blocks()
  const instrumented = instrument('m.ts', text, blocks)
  expect(instrumented.split('\n')).toHaveLength(text.split('\n').length)
  const { code } = transformSync(`${preamble(blocks.places.length)}${instrumented}`, { loader: 'ts', format: 'cjs' })
  const module = { exports: {} as Record<string, unknown> }
  runInThisContext(`(function (module, exports) { ${code}\n})`)(module, module.exports)
  const { coverage, f } = module.exports as {
    coverage: { counters: Uint32Array; allocated: Float64Array }
    f: (value: unknown) => unknown
  }
  const result = f(argument)
  const lines: Record<string, number> = {}
  blocks.places.forEach((place, i) => {
    if (coverage.counters[i]! > 0) lines[place.replace('m.ts:', '')] = coverage.counters[i]!
  })
  return { result, lines, allocated: coverage.allocated[0]! }
}

const BRANCHES = `export function f(n: number): string {
  if (n > 5) return 'big'
  else if (n > 3)
    return 'middle'
  let out = ''
  for (let i = 0; i < n; i++)
    out += i
  switch (n) {
    case 1:
      return \`one \${out}\`
    default:
  }
  try {
    if (n === 2) throw new Error('two')
  } catch {
    out += '!'
  }
  return n ?
    out :
    [1].map((x) =>
      ({ x })).length.toString()
}`

test.each([
  [9, 'big', { 1: 1, 2: 1 }],
  [4, 'middle', { 1: 1, 3: 1, 4: 1 }],
  [1, 'one 0', { 1: 1, 3: 1, 7: 1, 10: 1 }],
  [2, '01!', { 1: 1, 3: 1, 7: 2, 14: 1, 15: 1, 19: 1 }],
  [0, '1', { 1: 1, 3: 1, 20: 1, 21: 1 }],
])('%j comes by its own lines', (argument, result, lines) => {
  const outcome = run(BRANCHES, argument)
  expect(outcome.result).toBe(result)
  expect(outcome.lines).toEqual(lines)
})

test('logic keeps its meaning: only the side that is asked is counted', () => {
  const text = 'export const f = (v: any) => (v.a &&\nv.b) ||\n(v.c ??\n5)'
  expect(run(text, { a: 1, b: 2 })).toMatchObject({ result: 2, lines: { 2: 1 } })
  expect(run(text, { a: 0, c: null })).toMatchObject({ result: 5, lines: { 3: 1, 4: 1 } })
})

test('byte arrays are counted by their size, views are not', () => {
  const text =
    'export const f = (n: number) => new Uint8Array(new Uint8Array(n).buffer).length + new Uint16Array([1, 2]).length'
  expect(run(text, 100)).toMatchObject({ result: 102, allocated: 102 })
})

test('what never ends is ended', () => {
  expect(() => run('export const f = () => { for (;;) {} }', 0)).toThrow(/never ends/)
})
