/**
 * Semantic checks: turns the tree of a schema into a checked {@link Schema}, or says everything that is wrong with it.
 */
import { analyse, findEndless } from './analyse.ts'
import type { CombinatorNode, FieldNode, SchemaNode, TypeNode } from './ast.ts'
import { SCALARS } from './builtins.ts'
import { computeId } from './crc.ts'
import { type Diagnostic, type Position, SchemaError } from './diagnostics.ts'
import { camelCase } from './names.ts'
import type { Definition, Field, Schema, Type } from './schema.ts'

export interface CheckOptions {
  /** Names whose id may differ from the checksum of their line. */
  exceptions?: ReadonlySet<string> | 'all'
}

const isUpper = (name: string): boolean => /^[A-Z]/.test(name.slice(name.lastIndexOf('.') + 1))

class Checker {
  readonly diagnostics: Diagnostic[] = []
  readonly #exceptions: ReadonlySet<string> | 'all'
  readonly #constructors = new Map<string, CombinatorNode>()
  readonly #members = new Map<string, CombinatorNode[]>()
  readonly #node: SchemaNode
  readonly #items: { type: Type; node: TypeNode }[] = []

  constructor(node: SchemaNode, options: CheckOptions) {
    this.#node = node
    this.#exceptions = options.exceptions ?? new Set()
  }

  #report(message: string, { line, column }: Position): void {
    this.diagnostics.push({ message, line, column })
  }

  check(): Schema {
    this.#collect()
    const schema: Schema = { layer: this.#node.layer, constructors: new Map(), methods: new Map(), types: new Map() }
    for (const node of this.#node.combinators) {
      const definition = this.#definition(node)
      if (node.kind === 'method') {
        schema.methods.set(node.name, definition)
        continue
      }
      schema.constructors.set(node.name, definition)
      const members = schema.types.get(node.result.name)
      if (members) members.push(definition)
      else schema.types.set(node.result.name, [definition])
    }
    if (this.diagnostics.length === 0) this.#checkWhole(schema)
    return schema
  }

  /** Third pass: what can be said only when all definitions are known. */
  #checkWhole(schema: Schema): void {
    for (const name of findEndless(schema)) {
      this.#report(`${name} contains itself without an end`, this.#constructors.get(name)!)
    }
    const facts = analyse(schema)
    for (const { type, node } of this.#items) {
      // Such a vector could claim any number of elements without the bytes for them.
      if (facts.minSize(type) === 0) this.#report(`a vector cannot hold ${node.name}: its values can be empty`, node)
    }
  }

  /** First pass: names and ids, so that later lines may be referred to. */
  #collect(): void {
    const names = new Map<string, CombinatorNode>()
    const ids = new Map<number, CombinatorNode>()
    for (const node of this.#node.combinators) {
      const key = `${node.kind} ${node.name}`
      const same = names.get(key)
      if (same) this.#report(`${key} is already defined in line ${same.line}`, node)
      names.set(key, node)
      const id = this.#id(node)
      const twin = ids.get(id)
      if (twin) this.#report(`${node.name} has the id #${id.toString(16)} of ${twin.name} in line ${twin.line}`, node)
      ids.set(id, node)
      if (node.kind === 'constructor') {
        this.#constructors.set(node.name, node)
        const members = this.#members.get(node.result.name)
        if (members) members.push(node)
        else this.#members.set(node.result.name, [node])
      }
    }
  }

  #id(node: CombinatorNode): number {
    return node.id ?? computeId(node.text)
  }

  #definition(node: CombinatorNode): Definition {
    const id = this.#id(node)
    if (isUpper(node.name)) this.#report(`a ${node.kind} starts with a lower-case letter: ${node.name}`, node)
    const free = this.#exceptions === 'all' || this.#exceptions.has(node.name)
    if (!free && computeId(node.text) !== id) {
      const checksum = computeId(node.text).toString(16)
      this.#report(`the id of ${node.name} is #${id.toString(16)}, but the line's checksum is #${checksum}`, node)
    }
    if (node.kind === 'constructor') this.#checkConstructor(node)
    const fields = this.#fields(node)
    const text = node.id === undefined ? node.text.replace(node.name, `${node.name}#${id.toString(16)}`) : node.text
    return { kind: node.kind, name: node.name, id, fields, result: this.#result(node), text }
  }

  #checkConstructor({ name, result, generics, line, column }: CombinatorNode): void {
    if (generics.length > 0) this.#report(`constructor ${name} has type variables: only methods can`, { line, column })
    if (!isUpper(result.name) || result.args.length > 0 || result.bare || result.query) {
      this.#report(`constructor ${name} must belong to a plain type with an upper-case letter`, result)
    }
  }

  #result(node: CombinatorNode): Type {
    if (node.kind === 'constructor') return { kind: 'union', name: node.result.name }
    if (node.generics.includes(node.result.name)) return { kind: 'query' }
    return this.#type(node.result, node)
  }

  #fields(node: CombinatorNode): Field[] {
    const words = new Set<string>()
    const properties = new Map<string, string>()
    return node.fields.map((field) => {
      const property = camelCase(field.name)
      const other = properties.get(property)
      if (other !== undefined)
        this.#report(`${node.name} has two fields named ${property}: ${other}, ${field.name}`, field)
      properties.set(property, field.name)
      this.#condition(field, words)
      const type = this.#fieldType(field, node)
      if (type.kind === 'flags') words.add(field.name)
      const flag = field.condition && { word: field.condition.word, bit: field.condition.bit }
      return { name: field.name, property, type, flag }
    })
  }

  #condition({ condition }: FieldNode, words: ReadonlySet<string>): void {
    if (!condition) return
    if (!words.has(condition.word)) this.#report(`no field ${condition.word}:# stands before this one`, condition)
    if (condition.bit > 31) this.#report(`bit ${condition.bit} is out of range: flags have bits 0 to 31`, condition)
  }

  #fieldType(field: FieldNode, node: CombinatorNode): Type {
    const { type, condition } = field
    if (type.name === 'true' && type.args.length === 0) {
      if (!condition) this.#report('true needs a flag: flags.N?true', type)
      return { kind: 'true' }
    }
    if (type.name === '#' && condition) this.#report('flags cannot depend on flags', type)
    return this.#type(type, node)
  }

  #type(type: TypeNode, node: CombinatorNode): Type {
    const { name, args } = type
    if (type.query) return this.#query(type, node)
    if (/^vector$/i.test(name)) return this.#vector(type, node)
    if (args.length > 0) this.#report(`${name} takes no arguments: Vector is the only generic type`, type)
    if (name === '#') return { kind: 'flags' }
    const scalar = SCALARS.get(name)
    if (scalar && !type.bare) return scalar
    if (node.generics.includes(name)) this.#report(`a field of type ${name} needs "!": only queries are generic`, type)
    else if (isUpper(name)) return this.#named(type)
    else if (this.#constructors.has(name)) return { kind: 'bare', constructorName: name }
    else this.#report(`unknown type ${name}`, type)
    return { kind: 'object' }
  }

  #query(type: TypeNode, node: CombinatorNode): Type {
    if (!node.generics.includes(type.name)) this.#report(`${type.name} is not declared: {${type.name}:Type}`, type)
    else if (node.kind !== 'method') this.#report('only methods can hold a query', type)
    return { kind: 'query' }
  }

  #vector(type: TypeNode, node: CombinatorNode): Type {
    const [item] = type.args
    if (!item || type.args.length > 1) this.#report(`${type.name} takes one argument`, type)
    const boxed = type.name === 'Vector' && !type.bare
    return { kind: 'vector', boxed, item: item ? this.#itemType(item, node) : { kind: 'object' } }
  }

  #itemType(item: TypeNode, node: CombinatorNode): Type {
    if (item.name === '#' || item.name === 'true') {
      this.#report(`a vector cannot hold ${item.name}`, item)
      return { kind: 'object' }
    }
    const type = this.#type(item, node)
    this.#items.push({ type, node: item })
    return type
  }

  #named(type: TypeNode): Type {
    const members = this.#members.get(type.name)
    if (!members) this.#report(`unknown type ${type.name}`, type)
    if (!type.bare) return { kind: 'union', name: type.name }
    if (members && members.length > 1)
      this.#report(`%${type.name} is ambiguous: ${type.name} has ${members.length} constructors`, type)
    return members ? { kind: 'bare', constructorName: members[0]!.name } : { kind: 'object' }
  }
}

/**
 * Checks a schema.
 * @param file name for error messages
 * @throws {SchemaError} with everything that is wrong
 */
export function check(node: SchemaNode, file: string, options: CheckOptions = {}): Schema {
  const checker = new Checker(node, options)
  const schema = checker.check()
  if (checker.diagnostics.length > 0) throw new SchemaError(file, checker.diagnostics)
  return schema
}
