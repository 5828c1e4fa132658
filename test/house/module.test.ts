import { expect, test } from 'vitest'
import { parseModule } from '../../scripts/house/module.ts'

test('every form of import is seen, with its kind and line', () => {
  const module = parseModule(
    'src/a.ts',
    `import { a, type B } from './value.ts'
import type { C } from './type.ts'
import { type D, type E } from './inline-type.ts'
import './effect.ts'
export * from './all.ts'
export * as ns from './namespace.ts'
export { f } from './named.ts'
export type { G } from './named-type.ts'
const h = await import('./dynamic.ts')
type I = import('./import-type.ts').I
const j = (name: string) => import(name)
`,
  )
  expect(module.imports.map(({ specifier, kind, line }) => `${line} ${kind} ${specifier}`)).toEqual([
    '1 value ./value.ts',
    '2 type ./type.ts',
    '3 type ./inline-type.ts',
    '4 value ./effect.ts',
    '5 value ./all.ts',
    '6 value ./namespace.ts',
    '7 value ./named.ts',
    '8 type ./named-type.ts',
    '9 dynamic ./dynamic.ts',
    '10 type ./import-type.ts',
    '11 dynamic (computed)',
  ])
})

test('imports in comments and strings are no imports', () => {
  const module = parseModule(
    'a.ts',
    `// import './x.ts'\nconst s = "import './y.ts'"\nconst t = \`import('./z.ts')\`\n`,
  )
  expect(module.imports).toEqual([])
})

test('what is not TypeScript is an error that names the place', () => {
  expect(() => parseModule('src/bad.ts', 'const a = 1\nconst = 2\n')).toThrow(/^src\/bad\.ts:2: /)
})
