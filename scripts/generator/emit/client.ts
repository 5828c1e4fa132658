/**
 * Emits the client's side of an API: it writes requests and reads results.
 */
import type { Pruned } from '../prune.ts'
import type { Definition } from '../schema.ts'
import { Code, type Context, importLine, isWrapper, sorted, typeText } from './context.ts'
import { emitReaders, readerName, resultReader, SCALAR_READERS } from './readers.ts'
import { emitMethodMap, emitRequestTypes, emitTypes } from './types.ts'
import { boxedLines, emitWriters, SCALAR_WRITERS, writerName } from './writers.ts'

/** How generated files refer to each other and to the run time. */
export interface Paths {
  /** Modules of the run time, as the emitted file imports them. */
  runtime: { reader: string; writer: string; method: string }
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
  return `${context.header}${imports.join('\n')}${imports.length > 0 ? '\n' : ''}${code}`
}

/** Puts imports in front of code. */
export function file(context: Context, code: Code, imports: readonly string[]): string {
  const types = code.uses(['T']).length > 0 ? imports : imports.filter((line) => !line.includes(' as T '))
  return `${context.header}${types.join('\n')}\n\n${code}`
}

/** A file of readers. */
export function emitReadersFile(context: Context, reach: Pruned['results'], paths: Paths): string {
  const code = new Code()
  code.add(...emitReaders(context, reach.types, reach.bare))
  return file(context, code, [
    ...importLine([...code.uses(SCALAR_READERS), 'type TlReader'], paths.runtime.reader),
    `import type * as T from '${paths.types}'`,
  ])
}

/** A file of writers. */
export function emitWritersFile(context: Context, reach: Pruned['requests'], paths: Paths): string {
  const code = new Code()
  code.add(...emitWriters(context, reach.types, reach.bare))
  return file(context, code, [
    ...importLine([...code.uses(SCALAR_WRITERS), 'type TlWriter'], paths.runtime.writer),
    `import type * as T from '${paths.types}'`,
  ])
}

function methodLines(context: Context, method: Definition): string[] {
  const { names } = context
  const doc = `/** \`${method.text}\` */`
  const request = `T.${names.requestType(method.name)}`
  const body = boxedLines(context, method).map((line) => `  ${line}`)
  if (isWrapper(method)) {
    const name = `write${names.requestType(method.name).replace(/Request(_*)$/, '$1')}`
    return [doc, `export function ${name}(w: TlWriter, v: ${request}): void {`, ...body, '}', '']
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
  const readers = code.uses([...pruned.results.types].map((type) => readerName(context, type)))
  const writers = code.uses([...pruned.requests.types].map((type) => writerName(context, type)))
  const methodNames = [...code.uses(['defineMethod']), ...code.uses(['Method']).map((name) => `type ${name}`)]
  const writerNames = [...code.uses(SCALAR_WRITERS), ...code.uses(['TlWriter']).map((name) => `type ${name}`)]
  return file(context, code, [
    ...importLine(methodNames, runtime.method),
    ...importLine(code.uses(SCALAR_READERS), runtime.reader),
    ...importLine(writerNames, runtime.writer),
    `import type * as T from '${paths.types}'`,
    ...importLine(sorted(readers), paths.readers),
    ...importLine(sorted(writers), paths.writers),
  ])
}
