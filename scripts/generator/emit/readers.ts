/**
 * Emits functions that read values: straight-line code, one switch for each type.
 *
 * A constructor's fields are read in the order of the wire. Those before the first optional one become an object literal,
 * the rest are assigned, so absent flags are absent keys.
 */
import type { Reach } from '../prune.ts'
import type { Definition, Field, Type } from '../schema.ts'
import { bitText, type Context, idText, indent, isWrapper, sorted, wordVariable } from './context.ts'

/** Functions of the run time that read one scalar, and a vector. */
export const RUNTIME_READERS: readonly string[] = [
  'readInt',
  'readLong',
  'readDouble',
  'readString',
  'readBytes',
  'readInt128',
  'readInt256',
  'readBool',
  'readVector',
]

/** Name of the function that reads a type. */
function readerName(context: Context, type: string): string {
  return `read${context.names.unionType(type)}`
}

function bareReaderName(context: Context, constructorName: string): string {
  return `readBare_${context.names.constructorType(constructorName)}`
}

/** Names of all functions that read what is reached. */
export function readerNames(context: Context, reach: Reach): string[] {
  return [
    ...[...reach.types].map((type) => readerName(context, type)),
    ...[...reach.bare].map((name) => bareReaderName(context, name)),
  ]
}

/** An expression for the function that reads a type. */
export function readerOf(context: Context, type: Type): string {
  switch (type.kind) {
    case 'union':
      return readerName(context, type.name)
    case 'bare':
      return bareReaderName(context, type.constructorName)
    case 'vector':
      return `(r) => ${readText(context, type)}`
    default: {
      const name = `read${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)}`
      if (!RUNTIME_READERS.includes(name)) throw new Error(`nothing reads ${type.kind}`)
      return name
    }
  }
}

/** An expression that reads a value from `r`. */
function readText(context: Context, type: Type): string {
  switch (type.kind) {
    case 'vector': {
      const least = context.facts.minSize(type.item)
      const item = `${readerOf(context, type.item)}${least === 4 ? '' : `, ${least}`}`
      return type.boxed ? `readVector(r, ${item})` : `r.bareVector(${item})`
    }
    case 'query':
      return 'readRequest(r)'
    default:
      return `${readerOf(context, type)}(r)`
  }
}

/** Fields grouped by what they depend on, as they stand behind one another. */
function groups(fields: readonly Field[]): Field[][] {
  const found: Field[][] = []
  for (const field of fields) {
    const flag = found.at(-1)?.[0]?.flag
    if (flag && field.flag && flag.word === field.flag.word && flag.bit === field.flag.bit) found.at(-1)!.push(field)
    else found.push([field])
  }
  return found
}

function assignment(context: Context, field: Field): string {
  return `v.${field.property} = ${field.type.kind === 'true' ? 'true' : readText(context, field.type)}`
}

/** Statements that read a definition's fields and return the value. */
function bodyLines(
  context: Context,
  definition: Definition,
  tsType: string,
  name = `_: '${definition.name}'`,
): string[] {
  const { fields } = definition
  const before: string[] = []
  const literal: string[] = [name]
  const after: Field[] = []
  const used = new Set(fields.map((field) => field.flag?.word))
  const wordLine = (field: Field): string =>
    used.has(field.name) ? `const ${wordVariable(field.name)} = readInt(r)` : 'readInt(r)'
  let open = true
  for (const field of fields) {
    // The literal ends at the first field that may be absent; flags that take no bytes can wait.
    if (field.flag) {
      after.push(field)
      if (field.type.kind !== 'true') open = false
    } else if (field.type.kind === 'flags' && open && literal.length === 1) {
      before.push(wordLine(field))
    } else if (field.type.kind === 'flags' || !open) {
      open = false
      after.push(field)
    } else {
      literal.push(`${field.property}: ${readText(context, field.type)}`)
    }
  }
  const object = `{ ${literal.join(', ')} }`
  if (after.length === 0) return [...before, `return ${object}`]
  const lines = [...before, `const v = ${object} as ${tsType}`]
  for (const group of groups(after)) {
    const [first] = group
    if (!first!.flag) {
      lines.push(first!.type.kind === 'flags' ? wordLine(first!) : assignment(context, first!))
      continue
    }
    const condition = `if (${wordVariable(first!.flag.word)} & ${bitText(first!.flag.bit)})`
    if (group.length === 1) lines.push(`${condition} ${assignment(context, first!)}`)
    else lines.push(`${condition} {`, ...group.map((field) => `  ${assignment(context, field)}`), '}')
  }
  return [...lines, 'return v']
}

/** A function with the given statements; with `nested`, one that counts depth around them. */
function functionLines(name: string, tsType: string, body: readonly string[], nested: boolean): string[] {
  const reader = body.some((line) => /\br\b/.test(line)) ? 'r' : '_r'
  const lines = (keyword: string, ownName: string): string[] => [
    `${keyword} ${ownName}(${reader}: TlReader): ${tsType} {`,
    ...indent(body, '  '),
    '}',
    '',
  ]
  if (!nested) return lines('export function', name)
  const inner = `${name}Body`
  return [
    `export function ${name}(r: TlReader): ${tsType} {`,
    `  return r.nest(${inner})`,
    '}',
    '',
    ...lines('function', inner),
  ]
}

export interface ReaderOptions {
  name: string
  /** What the error says was expected. */
  label: string
  tsType: string
  definitions: readonly Definition[]
  tsTypeOf(definition: Definition): string
  /** Values can contain values that the same function reads. */
  nested: boolean
}

/** A function that reads any of several boxed definitions. */
export function emitReader(context: Context, options: ReaderOptions): string[] {
  const { name, label, tsType, definitions, nested } = options
  const [only] = definitions
  if (definitions.length === 1) {
    const body = bodyLines(context, only!, options.tsTypeOf(only!), '_')
    return functionLines(name, tsType, [`const _ = r.only(${idText(only!.id)}, '${only!.name}')`, ...body], nested)
  }
  const lines = [`switch (r.id('${label}')) {`]
  for (const definition of definitions) {
    const body = bodyLines(context, definition, options.tsTypeOf(definition))
    if (body.length === 1) lines.push(`  case ${idText(definition.id)}:`, `    ${body[0]}`)
    else lines.push(`  case ${idText(definition.id)}: {`, ...indent(body, '    '), '  }')
  }
  return functionLines(name, tsType, [...lines, '  default:', '    return r.unknown()', '}'], nested)
}

/** Functions that read types and bare constructors. */
export function emitReaders(context: Context, types: Iterable<string>, bare: Iterable<string>): string[] {
  const { schema, names, facts } = context
  const tsTypeOf = (definition: Definition): string => `T.${names.constructorType(definition.name)}`
  const lines: string[] = []
  for (const type of sorted(types)) {
    const definitions = schema.types.get(type)!
    const tsType = `T.${names.unionType(type)}`
    const nested = facts.recursive.has(type)
    lines.push(
      ...emitReader(context, { name: readerName(context, type), label: type, tsType, definitions, tsTypeOf, nested }),
    )
  }
  for (const name of sorted(bare)) {
    const definition = schema.constructors.get(name)!
    const tsType = tsTypeOf(definition)
    const body = bodyLines(context, definition, tsType)
    lines.push(...functionLines(bareReaderName(context, name), tsType, body, facts.recursive.has(`%${name}`)))
  }
  return lines
}

/** An expression for the function that reads a method's result. */
export function resultReader(context: Context, method: Definition): string {
  if (isWrapper(method)) throw new Error(`${method.name} has no result of its own`)
  return readerOf(context, method.result)
}

/** A request's type as the other end reads it: queries are requests again. */
export function readRequestType(context: Context, method: Definition): string {
  const name = `T.${context.names.requestType(method.name)}`
  return isWrapper(method) ? `${name}<AnyRequest>` : name
}
