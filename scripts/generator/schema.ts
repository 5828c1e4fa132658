/**
 * A checked schema: every name is resolved, every id known. What the emitters work on.
 */

/** How a value stands on the wire. */
export type Type =
  | { kind: 'int' | 'long' | 'double' | 'string' | 'bytes' | 'int128' | 'int256' | 'bool' }
  /** A word of flag bits; computed by writers, not part of the value. */
  | { kind: 'flags' }
  /** A flag that is its own value; takes no bytes. */
  | { kind: 'true' }
  | { kind: 'vector'; boxed: boolean; item: Type }
  /** Any constructor of a type, with its id in front. */
  | { kind: 'union'; name: string }
  /** One constructor without its id. */
  | { kind: 'bare'; constructorName: string }
  /** `!X`: any method. */
  | { kind: 'query' }
  /** `Object`: any constructor at all. Only hand-written code can handle it. */
  | { kind: 'object' }

export interface Field {
  /** Name in the schema. */
  name: string
  /** Name in TypeScript. */
  property: string
  type: Type
  /** The bit that says whether the field is there. */
  flag: { word: string; bit: number } | undefined
}

/** A constructor or a method. */
export interface Definition {
  kind: 'constructor' | 'method'
  name: string
  id: number
  fields: Field[]
  /** What a method returns (`query`: what the query inside returns), or the type a constructor belongs to. */
  result: Type
  /** The line of the schema, with `;`. */
  text: string
}

export interface Schema {
  layer: number | undefined
  constructors: Map<string, Definition>
  methods: Map<string, Definition>
  /** Constructors by type, in the order of the schema. */
  types: Map<string, Definition[]>
}

/** Calls `visit` for a type and the types inside it. */
export function walkType(type: Type, visit: (type: Type) => void): void {
  visit(type)
  if (type.kind === 'vector') walkType(type.item, visit)
}
