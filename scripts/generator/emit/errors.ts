/**
 * Emits the table of documented errors: codes by name, and names by method.
 */

/** What schema/errors.json holds; see scripts/sync/errors.ts. */
export interface ErrorTable {
  errors: Record<string, number[]>
  methods: Record<string, string[]>
}

const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`)

function listLines(name: string, values: readonly string[]): string[] {
  const line = `  '${name}': [${values.map((value) => `'${value}'`).join(', ')}],`
  return line.length <= 120 ? [line] : [`  '${name}': [`, ...values.map((value) => `    '${value}',`), '  ],']
}

/**
 * The file of errors.
 * @param methods the methods whose errors are listed
 */
export function emitErrorsFile(table: ErrorTable, methods: readonly string[], header: string): string {
  for (const [method, names] of Object.entries(table.methods)) {
    const unknown = names.filter((name) => table.errors[name] === undefined)
    if (unknown.length > 0) throw new Error(`${method} documents errors without a code: ${unknown.join(', ')}`)
  }
  return [
    `${header}/**`,
    ' * Codes of the documented errors, by name; a few names come with more than one. `%d` in a name stands for a number.',
    ' */',
    'export const ERROR_CODES = {',
    ...Object.entries(table.errors).map(([name, codes]) => `  ${key(name)}: [${codes.join(', ')}],`),
    '} as const',
    '',
    '/** Name of a documented error. */',
    'export type ErrorName = keyof typeof ERROR_CODES',
    '',
    '/** The errors that each method documents; any method can answer with others too. */',
    'export const METHOD_ERRORS = {',
    ...[...methods].sort().flatMap((method) => listLines(method, table.methods[method] ?? [])),
    '} as const',
    '',
  ].join('\n')
}
