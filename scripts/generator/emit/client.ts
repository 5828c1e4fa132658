/**
 * Emits the client's side of an API: it writes requests and reads results.
 */
import type { Pruned, Reach } from '../prune.ts'
import type { Definition } from '../schema.ts'
import { Code, type Context, type Imports, importLines, isWrapper, typeText } from './context.ts'
import { emitReaders, RUNTIME_READERS, readerNames, resultReader } from './readers.ts'
import { emitMethodMap, emitRequestTypes, emitTypes } from './types.ts'
import { boxedLines, emitWriters, SCALAR_WRITERS, writerNames } from './writers.ts'

/** How generated files refer to each other and to the run time. */
export interface Paths {
  /** Modules of the run time, as the emitted file imports them. */
  runtime: { reader: string; scalars: string; writer: string; method: string }
  /** The file of types. */
  types: string
  readers: string
  writers: string
}

/** The file of types, for both directions. */
export function emitTypesFile(context: Context, pruned: Pruned, method: string): string {
  const code = new Code()
  const types = new Set([...pruned.requests.types, ...pruned.results.types])
  code.add(...emitTypes(context, types, new Set([...pruned.requests.bare, ...pruned.results.bare])))
  code.add(...emitRequestTypes(context, pruned.methods), ...emitMethodMap(context, pruned.methods))
  const imports = code.uses(['TlEncode']).length > 0 ? [`import type { TlEncode } from '${method}'`, ''] : []
  return `${context.header}${imports.join('\n')}${imports.length > 0 ? '\n' : ''}${code.text}`
}

/** Puts imports in front of code. `T`, the file of types, is imported where the code uses it. */
export function file(context: Context, code: Code, types: string, imports: Imports): string {
  const lines = importLines(imports)
  if (code.uses(['T']).length > 0) lines.push(`import type * as T from '${types}'`)
  return `${context.header}${lines.length > 0 ? `${lines.join('\n')}\n\n` : ''}${code.text}`
}

/** A file of readers. */
export function emitReadersFile(context: Context, reach: Reach, paths: Paths): string {
  const code = new Code()
  code.add(...emitReaders(context, reach.types, reach.bare))
  return file(context, code, paths.types, [
    [paths.runtime.reader, code.usesTypes(['TlReader'])],
    [paths.runtime.scalars, code.uses(RUNTIME_READERS)],
  ])
}

/** A file of writers. */
export function emitWritersFile(context: Context, reach: Reach, paths: Paths): string {
  const code = new Code()
  code.add(...emitWriters(context, reach.types, reach.bare))
  return file(context, code, paths.types, [
    [paths.runtime.writer, [...code.uses(SCALAR_WRITERS), ...code.usesTypes(['TlWriter'])]],
  ])
}

/** Name of the function that writes a method with a query inside. */
export function wrapperName(context: Context, method: Definition): string {
  return `write${context.names.requestType(method.name).replace(/Request(_*)$/, '$1')}`
}

function methodLines(context: Context, method: Definition): string[] {
  const { names } = context
  const doc = `/** \`${method.text}\` */`
  const request = `T.${names.requestType(method.name)}`
  const body = boxedLines(context, method).map((line) => `  ${line}`)
  if (isWrapper(method)) {
    return [
      doc,
      `export function ${wrapperName(context, method)}(w: TlWriter, v: ${request}): void {`,
      ...body,
      '}',
      '',
    ]
  }
  const type = `Method<${request}, ${typeText(context, method.result, 'T.')}>`
  const parameters = body.some((line) => /\bv\./.test(line)) ? '(w, v)' : '(w)'
  return [
    doc,
    `export const ${names.method(method.name)}: ${type} = /* @__PURE__ */ defineMethod(`,
    `  '${method.name}',`,
    `  ${parameters} => {`,
    ...body.map((line) => `  ${line}`),
    '  },',
    `  ${resultReader(context, method)},`,
    ')',
    '',
  ]
}

/** The file of methods: one constant each, and one function for each method that carries a query. */
export function emitMethodsFile(context: Context, pruned: Pruned, paths: Paths): string {
  const code = new Code()
  const { layer } = context.schema
  if (layer !== undefined)
    code.add('/** The layer of the schema, for `invokeWithLayer`. */', `export const LAYER = ${layer}`, '')
  for (const method of pruned.methods) code.add(...methodLines(context, method))
  const { runtime } = paths
  return file(context, code, paths.types, [
    [runtime.method, [...code.uses(['defineMethod']), ...code.usesTypes(['Method'])]],
    [runtime.scalars, code.uses(RUNTIME_READERS)],
    [runtime.writer, [...code.uses(SCALAR_WRITERS), ...code.usesTypes(['TlWriter'])]],
    [paths.readers, code.uses(readerNames(context, pruned.results))],
    [paths.writers, code.uses(writerNames(context, pruned.requests))],
  ])
}
