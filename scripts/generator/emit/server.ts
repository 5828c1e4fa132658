/**
 * Emits the server's side of an API: it reads requests and writes results.
 */
import type { Pruned } from '../prune.ts'
import { file, type Paths } from './client.ts'
import { Code, type Context, isWrapper, typeText } from './context.ts'
import { emitReader, RUNTIME_READERS, readerNames, readRequestType } from './readers.ts'
import { unionLines } from './types.ts'
import { SCALAR_WRITERS, writerNames, writeText } from './writers.ts'

/** The file of requests: the union of all, and a function that reads any of them. */
export function emitRequestsFile(context: Context, pruned: Pruned, paths: Paths): string {
  const code = new Code()
  const members = pruned.methods.map((method) => readRequestType(context, method))
  code.add('/** Any request. One that carries a query carries it decoded. */', ...unionLines('AnyRequest', members), '')
  code.add('/** Reads any request. Throws `TlError` on what is none, a method of another schema among them. */')
  code.add(
    ...emitReader(context, {
      name: 'readRequest',
      label: 'a request',
      tsType: 'AnyRequest',
      definitions: pruned.methods,
      nested: pruned.methods.some(isWrapper),
      tsTypeOf: (method) => readRequestType(context, method),
    }),
  )
  return file(context, code, paths.types, [
    [paths.runtime.reader, ['type TlReader']],
    [paths.runtime.scalars, code.uses(RUNTIME_READERS)],
    [paths.readers, code.uses(readerNames(context, pruned.requests))],
  ])
}

/** The file of results: a function that writes the result of any method. */
export function emitResultsFile(context: Context, pruned: Pruned, paths: Paths): string {
  const code = new Code()
  code.add(
    `export * from '${paths.writers}'`,
    '',
    '/** Writes the boxed result of `method`. Throws `TlError` when `value` is not one. */',
    'export function writeResult<M extends keyof T.MethodMap>(',
    '  w: TlWriter,',
    '  method: M,',
    "  value: T.MethodMap[M]['result'],",
    '): void {',
    '  switch (method) {',
  )
  for (const method of pruned.methods) {
    if (isWrapper(method)) continue
    const value = `value as ${typeText(context, method.result, 'T.')}`
    code.add(`    case '${method.name}':`, `      return ${writeText(context, method.result, value)}`)
  }
  code.add('    default:', "      w.unexpected(value, 'the result of an unknown method')", '  }', '}', '')
  return file(context, code, paths.types, [
    [paths.runtime.writer, [...code.uses(SCALAR_WRITERS), 'type TlWriter']],
    [paths.writers, code.uses(writerNames(context, pruned.results))],
  ])
}
