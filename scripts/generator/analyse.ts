/**
 * Facts about a schema's types that checks and emitted code rely on: which can contain themselves, which can have a value
 * at all, and how few bytes a value of each takes.
 */
import { type Field, type Schema, type Type, walkType } from './schema.ts'

export interface Facts {
  /**
   * Types whose values can contain values of the same type; their readers count depth.
   * A bare constructor, which has a reader of its own, stands here as `%name`.
   */
  recursive: ReadonlySet<string>
  /** The least number of bytes a value takes on the wire. Bounds the counts of vectors. */
  minSize(type: Type): number
}

/** Types, and bare constructors as `%name`, that stand directly inside fields. */
function contained(fields: readonly Field[]): Set<string> {
  const names = new Set<string>()
  for (const { type } of fields) {
    walkType(type, (inner) => {
      if (inner.kind === 'union') names.add(inner.name)
      else if (inner.kind === 'bare') names.add(`%${inner.constructorName}`)
    })
  }
  return names
}

/** Members of cycles in the graph of containment. */
function findRecursive(schema: Schema): Set<string> {
  const edges = new Map<string, Set<string>>()
  for (const [name, members] of schema.types) edges.set(name, contained(members.flatMap((member) => member.fields)))
  for (const [name, definition] of schema.constructors) edges.set(`%${name}`, contained(definition.fields))
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

/** Constructors that no finite value can be made of: a required field leads back to the constructor itself. */
export function findEndless(schema: Schema): string[] {
  const finite = new Set<string>()
  const ends = ({ type, flag }: Field): boolean => {
    if (flag) return true
    if (type.kind === 'bare') return finite.has(type.constructorName)
    if (type.kind !== 'union') return true
    return schema.types.get(type.name)!.some((member) => finite.has(member.name))
  }
  for (let size = -1; size !== finite.size; ) {
    size = finite.size
    for (const [name, { fields }] of schema.constructors) if (fields.every(ends)) finite.add(name)
  }
  return [...schema.constructors.keys()].filter((name) => !finite.has(name))
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

/** Rounds of the computation of least sizes. Each gives a lower bound, so stopping early is safe. */
const ROUNDS = 16

/** Computes {@link Facts}. */
export function analyse(schema: Schema): Facts {
  /** Bytes of each constructor's fields, from below. */
  const sizes = new Map<string, number>()
  const bodySize = (name: string): number => sizes.get(name) ?? 0
  const minSize = (type: Type): number => {
    if (type.kind === 'vector') return type.boxed ? 8 : 4
    if (type.kind === 'bare') return bodySize(type.constructorName)
    if (type.kind !== 'union') return FIXED[type.kind]!
    return 4 + Math.min(...schema.types.get(type.name)!.map((member) => bodySize(member.name)))
  }
  for (let round = 0, changed = true; changed && round < ROUNDS; round++) {
    changed = false
    for (const [name, { fields }] of schema.constructors) {
      const size = fields.reduce((sum, field) => sum + (field.flag ? 0 : minSize(field.type)), 0)
      if (size !== sizes.get(name)) changed = true
      sizes.set(name, size)
    }
  }
  return { recursive: findRecursive(schema), minSize }
}
