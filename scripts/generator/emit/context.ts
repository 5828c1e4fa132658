/**
 * What all emitters share: names, facts about the schema, and the text of types.
 */
import type { Facts } from '../analyse.ts'
import type { Definition, Schema, Type } from '../schema.ts'
import type { Names } from './names.ts'

export interface Context {
  schema: Schema
  names: Names
  facts: Facts
  /** First lines of every file: source, layer, options. */
  header: string
}

const SCALAR_TYPES: Readonly<Record<string, string>> = {
  int: 'number',
  double: 'number',
  long: 'bigint',
  string: 'string',
  bytes: 'Uint8Array',
  int128: 'Uint8Array',
  int256: 'Uint8Array',
  bool: 'boolean',
  true: 'boolean',
}

/**
 * A type in TypeScript.
 * @param prefix what stands before the names of generated types: `T.` outside of the file that defines them
 * @param query what a query is: `TlEncode`, or the name of a type parameter
 */
export function typeText(context: Context, type: Type, prefix: string, query = 'TlEncode'): string {
  switch (type.kind) {
    case 'union':
      return prefix + context.names.unionType(type.name)
    case 'bare':
      return prefix + context.names.constructorType(type.constructorName)
    case 'vector':
      return `${typeText(context, type.item, prefix, query)}[]`
    case 'query':
      return query
    default: {
      const text = SCALAR_TYPES[type.kind]
      if (text === undefined) throw new Error(`a value of kind ${type.kind} has no TypeScript type`)
      return text
    }
  }
}

/** A constructor id as a literal. */
export function idText(id: number): string {
  return `0x${id.toString(16).padStart(8, '0')}`
}

/** True for methods that carry another query: `invokeWithLayer` and its like. */
export function isWrapper(method: Definition): boolean {
  return method.fields.some((field) => field.type.kind === 'query')
}

/** Type names in the order of the emitted code. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort()
}

/** The bits of a flag as a literal. */
export function bitText(bit: number): string {
  return bit === 31 ? '0x80000000' : String(1 << bit)
}

/** The local variable that holds a word of flags. */
export function wordVariable(name: string): string {
  return /^flags\d*$/.test(name) ? name : `bits_${name}`
}

/** Lines moved to the right. */
export function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => by + line)
}

/** The bodies of the functions of one file, with the names they use. */
export class Code {
  readonly #lines: string[] = []

  add(...lines: readonly string[]): void {
    this.#lines.push(...lines)
  }

  /** Which of `names` occur in the code: what has to be imported. */
  uses(names: Iterable<string>): string[] {
    const words = new Set(this.text.match(/[A-Za-z_]\w*/g))
    return sorted(names).filter((name) => words.has(name))
  }

  /** As {@link uses}, for types: each with `type` in front. */
  usesTypes(names: Iterable<string>): string[] {
    return this.uses(names).map((name) => `type ${name}`)
  }

  get text(): string {
    return this.#lines.join('\n')
  }
}

/** Names that one file imports, by module; names of types come as `type Name`. */
export type Imports = readonly (readonly [from: string, names: readonly string[]])[]

/** Import statements, one for each module. */
export function importLines(imports: Imports): string[] {
  const byModule = new Map<string, string[]>()
  for (const [from, names] of imports) byModule.set(from, [...(byModule.get(from) ?? []), ...names])
  return [...byModule].flatMap(([from, names]) => {
    if (names.length === 0) return []
    const types = names.every((name) => name.startsWith('type '))
    const list = types ? names.map((name) => name.slice('type '.length)) : names
    return [`import ${types ? 'type ' : ''}{ ${list.join(', ')} } from '${from}'`]
  })
}
