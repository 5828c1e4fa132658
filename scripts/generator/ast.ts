/**
 * The syntax tree of a schema, as written: names are not resolved yet.
 */
import type { Position } from './diagnostics.ts'

/** A type as it stands in a field or after `=`. */
export interface TypeNode extends Position {
  /** `#` for a number of flags; else a name: `int`, `InputPeer`, `Vector`, `future_salt`, `X`. */
  name: string
  /** Written with `%` in front. */
  bare: boolean
  /** Written with `!` in front. */
  query: boolean
  args: TypeNode[]
}

export interface FieldNode extends Position {
  name: string
  type: TypeNode
  /** `flags.3?` in front of the type. */
  condition: (Position & { word: string; bit: number }) | undefined
}

/** One line of a schema. */
export interface CombinatorNode extends Position {
  kind: 'constructor' | 'method'
  name: string
  /** The id as written; undefined where it is left to the checksum. */
  id: number | undefined
  /** Names of type variables: `{X:Type}`. */
  generics: string[]
  fields: FieldNode[]
  result: TypeNode
  /** The line in one piece: single spaces, no comments, with `;`. */
  text: string
}

export interface SchemaNode {
  /** The number in the comment `// LAYER n`. */
  layer: number | undefined
  combinators: CombinatorNode[]
}
