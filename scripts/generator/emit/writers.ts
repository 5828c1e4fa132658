/**
 * Emits functions that write values: straight-line code, one switch for each type.
 *
 * A value that is none of its type's constructors, or a field that is missing or of the wrong kind, fails in the run time's
 * writer; nothing is checked twice.
 */
import type { Reach } from '../prune.ts'
import type { Definition, Field, Type } from '../schema.ts'
import { bitText, type Context, idText, indent, sorted, wordVariable } from './context.ts'

/** Functions of the run time that write one scalar: what vectors of scalars are written with. */
export const SCALAR_WRITERS: readonly string[] = [
  'writeInt',
  'writeLong',
  'writeDouble',
  'writeString',
  'writeBytes',
  'writeInt128',
  'writeInt256',
  'writeBool',
]

/** Name of the function that writes a type. */
function writerName(context: Context, type: string): string {
  return `write${context.names.unionType(type)}`
}

function bareWriterName(context: Context, constructorName: string): string {
  return `writeBare_${context.names.constructorType(constructorName)}`
}

/** Names of all functions that write what is reached. */
export function writerNames(context: Context, reach: Reach): string[] {
  return [
    ...[...reach.types].map((type) => writerName(context, type)),
    ...[...reach.bare].map((name) => bareWriterName(context, name)),
  ]
}

/** An expression for the function that writes a type. */
export function writerOf(context: Context, type: Type): string {
  switch (type.kind) {
    case 'union':
      return writerName(context, type.name)
    case 'bare':
      return bareWriterName(context, type.constructorName)
    case 'vector':
      return `(w, v) => ${writeText(context, type, 'v')}`
    default: {
      const name = `write${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)}`
      if (!SCALAR_WRITERS.includes(name)) throw new Error(`nothing writes ${type.kind}`)
      return name
    }
  }
}

/** A statement that writes the value of `expression` to `w`. */
export function writeText(context: Context, type: Type, expression: string): string {
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'double':
    case 'string':
    case 'bytes':
    case 'bool':
    case 'query':
      return `w.${type.kind}(${expression})`
    case 'int128':
      return `w.raw(${expression}, 16)`
    case 'int256':
      return `w.raw(${expression}, 32)`
    case 'vector':
      return `w.${type.boxed ? 'vector' : 'bareVector'}(${expression}, ${writerOf(context, type.item)})`
    case 'union':
    case 'bare':
      return `${writerOf(context, type)}(w, ${expression})`
    default:
      throw new Error(`nothing writes ${type.kind}`)
  }
}

/** The expression for a word of flags. */
function wordText(word: Field, fields: readonly Field[]): string {
  const byBit = new Map<number, string[]>()
  for (const field of fields) {
    if (field.flag?.word !== word.name) continue
    const test = field.type.kind === 'true' ? `v.${field.property} === true` : `v.${field.property} !== undefined`
    const tests = byBit.get(field.flag.bit)
    if (tests) tests.push(test)
    else byBit.set(field.flag.bit, [test])
  }
  const terms = [...byBit]
    .sort(([a], [b]) => a - b)
    .map(([bit, tests]) => `(${tests.join(' || ')} ? ${bitText(bit)} : 0)`)
  return terms.length > 0 ? terms.join(' | ') : '0'
}

/** Statements that write a definition's fields, without its id. */
function bodyLines(context: Context, definition: Definition): string[] {
  const { fields } = definition
  const lines: string[] = []
  const usesWord = (name: string): boolean =>
    fields.some((field) => field.flag?.word === name && field.type.kind !== 'true')
  for (const field of fields) {
    if (field.type.kind === 'true') continue
    if (field.type.kind === 'flags') {
      const variable = wordVariable(field.name)
      if (usesWord(field.name)) lines.push(`const ${variable} = ${wordText(field, fields)}`, `w.uint(${variable})`)
      else lines.push(`w.uint(${wordText(field, fields)})`)
    } else if (field.flag) {
      const statement = writeText(context, field.type, `v.${field.property}!`)
      lines.push(`if (${wordVariable(field.flag.word)} & ${bitText(field.flag.bit)}) ${statement}`)
    } else {
      lines.push(writeText(context, field.type, `v.${field.property}`))
    }
  }
  return lines
}

/** Statements that write a definition with its id in front. */
export function boxedLines(context: Context, definition: Definition): string[] {
  return [`w.uint(${idText(definition.id)})`, ...bodyLines(context, definition)]
}

export interface WriterOptions {
  name: string
  /** What the error says was expected. */
  label: string
  tsType: string
  definitions: readonly Definition[]
  /** Values can contain values that the same function writes. */
  nested: boolean
}

/** A function with the given statements; with `nested`, one that counts depth around them. */
function functionLines(name: string, tsType: string, body: readonly string[], nested: boolean): string[] {
  const value = body.some((line) => /\bv\b/.test(line)) ? 'v' : '_v'
  const writer = body.length > 0 ? 'w' : '_w'
  const lines = (keyword: string, ownName: string): string[] => [
    `${keyword} ${ownName}(${writer}: TlWriter, ${value}: ${tsType}): void {`,
    ...indent(body, '  '),
    '}',
    '',
  ]
  if (!nested) return lines('export function', name)
  const inner = `${name}Body`
  return [
    `export function ${name}(w: TlWriter, v: ${tsType}): void {`,
    `  w.nest(${inner}, v)`,
    '}',
    '',
    ...lines('function', inner),
  ]
}

/** A function that writes any of several boxed definitions. */
export function emitWriter(context: Context, options: WriterOptions): string[] {
  const { name, label, tsType, definitions, nested } = options
  if (definitions.length === 1) {
    const [only] = definitions
    const body = bodyLines(context, only!)
    return functionLines(name, tsType, [`w.begin(${idText(only!.id)}, v, '${only!.name}')`, ...body], nested)
  }
  const lines = ['switch (v?._) {']
  for (const definition of definitions) {
    const body = boxedLines(context, definition)
    const block = body.some((line) => line.startsWith('const '))
    lines.push(`  case '${definition.name}':${block ? ' {' : ''}`, ...indent(body, '    '), '    break')
    if (block) lines.push('  }')
  }
  return functionLines(name, tsType, [...lines, '  default:', `    w.unexpected(v, '${label}')`, '}'], nested)
}

/** Functions that write types and bare constructors. */
export function emitWriters(context: Context, types: Iterable<string>, bare: Iterable<string>): string[] {
  const { schema, names, facts } = context
  const lines: string[] = []
  for (const type of sorted(types)) {
    const definitions = schema.types.get(type)!
    const tsType = `T.${names.unionType(type)}`
    const nested = facts.recursive.has(type)
    lines.push(...emitWriter(context, { name: writerName(context, type), label: type, tsType, definitions, nested }))
  }
  for (const name of sorted(bare)) {
    const body = bodyLines(context, schema.constructors.get(name)!)
    const tsType = `T.${names.constructorType(name)}`
    lines.push(...functionLines(bareWriterName(context, name), tsType, body, facts.recursive.has(`%${name}`)))
  }
  return lines
}
