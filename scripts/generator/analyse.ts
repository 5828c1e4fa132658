/**
 * Facts about a schema's types that the emitted code relies on: which can contain themselves, and how small each can be.
 */
import { type Definition, type Schema, type Type, walkType } from './schema.ts'

export interface Facts {
  /** Types whose values can contain values of the same type; their readers count depth. */
  recursive: ReadonlySet<string>
  /** The least number of bytes a value takes on the wire. Bounds the counts of vectors. */
  minSize(type: Type): number
}

/** Names of the types directly inside a type's constructors; bare constructors are looked through. */
function contained(schema: Schema, members: readonly Definition[], seen: Set<string> = new Set()): Set<string> {
  const names = new Set<string>()
  for (const { type } of members.flatMap((member) => member.fields)) {
    walkType(type, (inner) => {
      if (inner.kind === 'union') names.add(inner.name)
      if (inner.kind !== 'bare' || seen.has(inner.constructor)) return
      const constructor = schema.constructors.get(inner.constructor)!
      const beneath = contained(schema, [constructor], seen.add(inner.constructor))
      for (const name of beneath) names.add(name)
      // A bare constructor inside itself is found through its type.
      if (constructor.result.kind === 'union') names.add(constructor.result.name)
    })
  }
  return names
}

/** Types that reach themselves: the members of cycles in the graph of containment. */
function findRecursive(schema: Schema): Set<string> {
  const edges = new Map([...schema.types].map(([name, members]) => [name, contained(schema, members)]))
  const recursive = new Set<string>()
  for (const start of edges.keys()) {
    const seen = new Set<string>()
    const queue = [...edges.get(start)!]
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (seen.has(name)) continue
      seen.add(name)
      queue.push(...(edges.get(name) ?? []))
    }
    if (seen.has(start)) recursive.add(start)
  }
  return recursive
}

const FIXED: Readonly<Record<string, number>> = {
  int: 4,
  long: 8,
  double: 8,
  string: 4,
  bytes: 4,
  int128: 16,
  int256: 32,
  bool: 4,
  flags: 4,
  true: 0,
  query: 4,
  object: 4,
}

/** Rounds of the computation of least sizes; each gives a lower bound, so stopping early is safe. */
const ROUNDS = 16

/** Computes {@link Facts}. */
export function analyse(schema: Schema): Facts {
  const sizes = new Map<string, number>()
  const depth: string[] = []
  const minSize = (type: Type): number => {
    if (type.kind === 'vector') return type.boxed ? 8 : 4
    if (type.kind === 'union') return sizes.get(type.name) ?? 4
    if (type.kind !== 'bare') return FIXED[type.kind]!
    if (depth.includes(type.constructor)) return 0
    depth.push(type.constructor)
    const size = bodySize(schema.constructors.get(type.constructor)!)
    depth.pop()
    return size
  }
  const bodySize = (definition: Definition): number =>
    definition.fields.reduce((sum, field) => sum + (field.flag ? 0 : minSize(field.type)), 0)

  for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
    changed = false
    for (const [name, members] of schema.types) {
      const size = 4 + Math.min(...members.map(bodySize))
      if (size !== sizes.get(name)) changed = true
      sizes.set(name, size)
    }
  }
  return { recursive: findRecursive(schema), minSize }
}
