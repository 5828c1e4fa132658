import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { circlesOf, cycles } from '../../scripts/house/cycles.ts'
import { findingsOf } from './rules.ts'

test('a circle is found and named once, with the line that leads into it', () => {
  const found = findingsOf(cycles, {
    'src/a.ts': "// a\nimport './b.ts'\n",
    'src/b.ts': "import './c.ts'\n",
    'src/c.ts': "import './a.ts'\n",
    'src/d.ts': "import './a.ts'\n",
  })
  expect(found).toEqual(['src/a.ts:2 is in a circle of imports: src/a.ts, src/b.ts, src/c.ts'])
})

test('a circle of types alone counts too', () => {
  const files = { 'src/a.ts': "import type { B } from './b.ts'", 'src/b.ts': "type A = import('./a.ts').A" }
  expect(findingsOf(cycles, files)).toHaveLength(1)
})

test('a circle through #platform is seen', () => {
  const files = { 'src/client/a.ts': "import '#platform'", 'src/client/platform/web.ts': "import '../a.ts'" }
  expect(findingsOf(cycles, files)).toHaveLength(1)
})

test('a module that imports itself is a circle', () => {
  expect(findingsOf(cycles, { 'src/a.ts': "export * as self from './a.ts'" })).toHaveLength(1)
})

test('two ways to one module are no circle', () => {
  const files = {
    'src/a.ts': "import './b.ts'\nimport './c.ts'",
    'src/b.ts': "import './d.ts'",
    'src/c.ts': "import './d.ts'",
  }
  expect(findingsOf(cycles, { ...files, 'src/d.ts': '' })).toEqual([])
})

/** By the definition: a and b are in one circle when each reaches the other. */
function reaches(graph: ReadonlyMap<number, readonly number[]>, from: number, to: number): boolean {
  const seen = new Set<number>()
  const queue = [...(graph.get(from) ?? [])]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === to) return true
    if (seen.has(at)) continue
    seen.add(at)
    queue.push(...(graph.get(at) ?? []))
  }
  return false
}

property.prop([fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 16 })])(
  'in any graph, exactly the nodes that reach themselves are in a circle, with those that reach each other',
  (edges) => {
    const graph = new Map<number, number[]>()
    for (let node = 0; node < 8; node++)
      graph.set(
        node,
        edges.filter(([from]) => from === node).map(([, to]) => to),
      )
    const named = new Map([...graph].map(([node, next]) => [String(node), next.map(String)]))
    const circles = circlesOf(named)
    for (let a = 0; a < 8; a++) {
      const circle = circles.filter((group) => group.includes(String(a)))
      expect(circle.length).toBe(reaches(graph, a, a) ? 1 : 0)
      for (let b = 0; b < 8; b++) {
        const together = reaches(graph, a, b) && reaches(graph, b, a)
        expect(circle[0]?.includes(String(b)) ?? false).toBe(together)
      }
    }
  },
)
