import { describe, expect, test } from 'vitest'
import { docs } from '../../scripts/house/docs.ts'
import { publicEntries } from '../../scripts/house/public-api.ts'
import { findingsOf } from './rules.ts'

const OPENING = '/** What this module is, in one sentence. */\n\n'
const manifest = JSON.stringify({ exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } } })

/** Findings for the module `src/a.ts`, all of whose exports the package exports. */
const check = (text: string, index = "export * from './a.ts'"): string[] =>
  findingsOf(docs, {
    'package.json': manifest,
    'src/index.ts': `${OPENING}${index}\n`,
    'src/a.ts': `${OPENING}import './b.ts'\n${text}\n`,
  })

test('the entries are those of package.json', () => {
  const exports = {
    '.': { default: './dist/index.js' },
    './lab/server': './dist/lab/server/index.js',
    './package.json': './package.json',
  }
  expect(publicEntries({ exports })).toEqual(['src/index.ts', 'src/lab/server/index.ts'])
})

describe('public and without TSDoc is found:', () => {
  test.each([
    ['f', 'export function f(): void {}'],
    ['f', 'export const f = 1'],
    ['f', 'export class f {}'],
    ['f', 'export interface f {}'],
    ['f', 'export type f = 1'],
    ['f', '// a plain comment\nexport const f = 1'],
    ['f', '/** about something else */\n\nexport const f = 1'],
    ['f', 'const f = 1\nexport { f }'],
    ['b', '/** Both? */\nexport const a = 1\nexport const b = 2'],
    ['C.m', '/** A class. */\nexport class C {\n  m(): void {}\n}'],
    ['C.g', '/** A class. */\nexport class C {\n  get g(): number { return 1 }\n}'],
    ['I.m', '/** An interface. */\nexport interface I {\n  m(): void\n}'],
  ])('%s in %j', (name, text) => {
    expect(check(text)).toEqual([expect.stringContaining(` ${name} is public and has no TSDoc`)])
  })
})

describe('is fine:', () => {
  test.each([
    '/** Does it. */\nexport function f(): void {}',
    'function hidden(): void {}',
    '/** The first signature speaks for all. */\nexport function f(a: 1): 1\nexport function f(a: 2): 2\nexport function f(a: number): number { return a }',
    '/** Said at the declaration. */\nconst f = 1\nexport { f }',
    '/** A class. */\nexport class C {\n  constructor() {}\n  #m(): void {}\n  private n(): void {}\n  /** Read. */\n  get g(): number { return 1 }\n  set g(v: number) {}\n}',
    '/** A class. */\nexport class C extends Error {\n  override toString(): string { return "" }\n}',
  ])('%j', (text) => {
    expect(check(text)).toEqual([])
  })
})

test('only what an entry exports is public', () => {
  const text = 'export const hidden = 1\nexport const shown = 2'
  expect(check(text, "export { shown } from './a.ts'")).toEqual([expect.stringContaining(' shown is public')])
  expect(check(text, "export { shown as other } from './a.ts'")).toHaveLength(1)
  expect(check(text, "import { shown } from './a.ts'\nexport { shown }")).toHaveLength(1)
  expect(check(text, "export * as all from './a.ts'")).toHaveLength(2)
  expect(check(text, "import * as all from './a.ts'\nexport { all }")).toHaveLength(2)
  expect(check(text, "import { hidden } from './a.ts'\n/** Own. */\nexport const a = hidden")).toEqual([])
})

describe('a module opens with a comment', () => {
  const check = (text: string): string[] => findingsOf(docs, { 'src/a.ts': text })

  test('of either form, also below a line that names the interpreter', () => {
    expect(check(`${OPENING}const a = 1`)).toEqual([])
    expect(check('// What this module is,\n// in two lines.\nconst a = 1')).toEqual([])
    expect(check(`#!/usr/bin/env node\n${OPENING}const a = 1`)).toEqual([])
  })

  test('or is found', () => {
    expect(check('const a = 1')).toHaveLength(1)
    expect(check(`import './b.ts'\n${OPENING}`)).toHaveLength(1)
    expect(check('// short\nconst a = 1')).toHaveLength(1)
  })
})
