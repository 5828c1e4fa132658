/**
 * The compiler from end to end: text of a schema in, checked schema out.
 */
import { check } from './check.ts'
import { parse } from './parser.ts'
import type { Schema } from './schema.ts'

/**
 * Parses and checks a schema.
 * @param file name for error messages
 * @param exceptions names whose ids may differ from the checksum of their line, or `'all'`
 * @throws {SchemaError} with the place of everything that is wrong
 */
export function compile(text: string, file: string, exceptions: Iterable<string> | 'all' = []): Schema {
  return check(parse(text, file), file, { exceptions: exceptions === 'all' ? 'all' : new Set(exceptions) })
}
