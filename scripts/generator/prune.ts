/**
 * Keeps what root methods reach: the types inside their requests, and the types inside their results.
 */
import { type Definition, type Field, type Schema, type Type, walkType } from './schema.ts'

/** The types (and bare constructors) that one direction needs, each set closed under containment. */
export interface Reach {
  /** Names of types. */
  types: Set<string>
  /** Names of constructors that stand somewhere without their id. */
  bare: Set<string>
}

export interface Pruned {
  schema: Schema
  /** Root methods in the order of their names. */
  methods: Definition[]
  /** What requests contain: written by a client, read by a server. */
  requests: Reach
  /** What results contain: read by a client, written by a server. */
  results: Reach
}

/** Everything that values of the given types contain. */
export function reach(schema: Schema, roots: Iterable<Type>): Reach {
  const found: Reach = { types: new Set(), bare: new Set() }
  const queue: Type[] = [...roots]
  const addFields = (fields: readonly Field[]): void => {
    for (const field of fields) queue.push(field.type)
  }
  for (let type = queue.pop(); type; type = queue.pop()) {
    walkType(type, (inner) => {
      if (inner.kind === 'union' && !found.types.has(inner.name)) {
        found.types.add(inner.name)
        for (const member of schema.types.get(inner.name) ?? []) addFields(member.fields)
      } else if (inner.kind === 'bare' && !found.bare.has(inner.constructorName)) {
        found.bare.add(inner.constructorName)
        addFields(schema.constructors.get(inner.constructorName)!.fields)
      }
    })
  }
  return found
}

/** The fields' types of definitions. */
export function fieldTypes(definitions: readonly Definition[]): Type[] {
  return definitions.flatMap((definition) => definition.fields.map((field) => field.type))
}

/**
 * Prunes a schema to what `roots` need.
 * @param file name of the schema for error messages
 * @throws an `Error` that lists the methods the schema does not have
 */
export function prune(schema: Schema, roots: readonly string[], file: string): Pruned {
  const unknown = roots.filter((name) => !schema.methods.has(name))
  if (unknown.length > 0) throw new Error(`${file}: no such method: ${unknown.join(', ')}`)
  const methods = [...new Set(roots)].sort().map((name) => schema.methods.get(name)!)
  return {
    schema,
    methods,
    requests: reach(schema, fieldTypes(methods)),
    results: reach(
      schema,
      methods.map((method) => method.result),
    ),
  }
}
