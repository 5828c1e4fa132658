/**
 * Errors of the compiler: each says where (file, line, column, both counted from 1) and what.
 */

/** A place in a source text. */
export interface Position {
  line: number
  column: number
}

/** One thing that is wrong with a schema. */
export interface Diagnostic extends Position {
  message: string
}

/** Everything that is wrong with one schema file, in the order of the text. */
export class SchemaError extends Error {
  override readonly name: string = 'SchemaError'
  readonly file: string
  readonly diagnostics: readonly Diagnostic[]

  constructor(file: string, diagnostics: readonly Diagnostic[]) {
    const sorted = [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
    super(sorted.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'))
    this.file = file
    this.diagnostics = sorted
  }
}
