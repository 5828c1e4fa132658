/**
 * Emits interfaces for constructors and requests, unions for types, and the map from methods to both.
 */
import type { Definition, Field } from '../schema.ts'
import { type Context, isWrapper, sorted, typeText } from './context.ts'

function fieldLines(context: Context, fields: readonly Field[], query: string): string[] {
  return fields
    .filter((field) => field.type.kind !== 'flags')
    .map((field) => {
      const type = typeText(context, field.type, '', query)
      return field.flag ? `  ${field.property}?: ${type} | undefined` : `  ${field.property}: ${type}`
    })
}

function interfaceLines(context: Context, definition: Definition, name: string, query = 'TlEncode'): string[] {
  return [
    `/** \`${definition.text}\` */`,
    `export interface ${name} {`,
    `  _: '${definition.name}'`,
    ...fieldLines(context, definition.fields, query),
    '}',
    '',
  ]
}

/** A union, on one line where it fits. */
export function unionLines(name: string, members: readonly string[]): string[] {
  const line = `export type ${name} = ${members.join(' | ')}`
  return line.length <= 120 ? [line] : [`export type ${name} =`, ...members.map((member) => `  | ${member}`)]
}

/** Interfaces of constructors and unions of types. */
export function emitTypes(context: Context, types: Iterable<string>, bare: Iterable<string>): string[] {
  const { schema, names } = context
  const lines: string[] = []
  const done = new Set<string>()
  const emit = (definition: Definition): void => {
    if (done.has(definition.name)) return
    done.add(definition.name)
    lines.push(...interfaceLines(context, definition, names.constructorType(definition.name)))
  }
  for (const type of sorted(types)) {
    const members = schema.types.get(type)!
    members.forEach(emit)
    const alternatives = members.map((member) => names.constructorType(member.name))
    lines.push(`/** The type \`${type}\`. */`, ...unionLines(names.unionType(type), alternatives), '')
  }
  for (const name of sorted(bare)) emit(schema.constructors.get(name)!)
  return lines
}

/** Interfaces of requests. A request that carries a query is generic in it. */
export function emitRequestTypes(context: Context, methods: readonly Definition[]): string[] {
  return methods.flatMap((method) => {
    const name = context.names.requestType(method.name)
    return isWrapper(method)
      ? interfaceLines(context, method, `${name}<Query = TlEncode>`, 'Query')
      : interfaceLines(context, method, name)
  })
}

/** The map from method names to request and result. Methods that carry a query have no result of their own. */
export function emitMethodMap(context: Context, methods: readonly Definition[]): string[] {
  return [
    '/** Request and result of each method. */',
    'export interface MethodMap {',
    ...methods
      .filter((method) => !isWrapper(method))
      .map((method) => {
        const request = context.names.requestType(method.name)
        return `  '${method.name}': { request: ${request}; result: ${typeText(context, method.result, '')} }`
      }),
    '}',
    '',
  ]
}
