/**
 * The TypeScript names of everything that one set of generated files mentions.
 */
import { camelCase, NameTable, pascalCase } from '../names.ts'
import type { Definition } from '../schema.ts'

export interface Names {
  /** Interface of a constructor: `inputPeerSelf`. */
  constructorType(name: string): string
  /** Union of a type's constructors: `InputPeer`. */
  unionType(name: string): string
  /** Interface of a method's request: `MessagesUploadMediaRequest`. */
  requestType(name: string): string
  /** Constant of a method: `messagesUploadMedia`. */
  method(name: string): string
}

/** Gives every definition its name. The result depends on the set of definitions alone, not on their order. */
export function assignNames(options: {
  constructors: Iterable<string>
  types: Iterable<string>
  methods: readonly Definition[]
}): Names {
  const table = new NameTable()
  const assign = (names: Iterable<string>, spell: (name: string) => string): ((name: string) => string) => {
    const assigned = new Map([...new Set(names)].sort().map((name) => [name, table.claim(spell(name))]))
    return (name) => {
      const found = assigned.get(name)
      if (found === undefined) throw new Error(`${name} has no name in the generated code`)
      return found
    }
  }
  const methods = options.methods.map((method) => method.name)
  return {
    constructorType: assign(options.constructors, camelCase),
    unionType: assign(options.types, pascalCase),
    requestType: assign(methods, (name) => `${pascalCase(name)}Request`),
    method: assign(methods, camelCase),
  }
}
