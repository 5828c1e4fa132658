/**
 * Emits the table of documented errors: codes by name, and names by method.
 */

/** What schema/errors.json holds; see scripts/sync/errors.ts. */
export interface ErrorTable {
  errors: Record<string, number[]>
  methods: Record<string, string[]>
  common: string[]
}

/** A name as errors have it once their number is taken out: `%d` becomes X. */
export function typeOf(name: string): string {
  return name.replaceAll('%d', 'X')
}

/** The types that a method's calls can fail with beside those that all can, by rising name. */
export function errorsOf(table: ErrorTable, method: string): string[] {
  return (table.methods[method] ?? []).map(typeOf)
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
  const { errors, common } = table
  const sorted = [...methods].sort()
  for (const method of [...sorted, undefined]) {
    const unknown = (method === undefined ? common : (table.methods[method] ?? [])).filter((name) => !errors[name])
    if (unknown.length > 0) throw new Error(`${method} documents errors without a code: ${unknown.join(', ')}`)
  }
  const used = new Set([...sorted.flatMap((method) => table.methods[method] ?? []), ...common])
  const names = Object.keys(errors).filter((name) => used.has(name))
  return [
    `${header}/**`,
    ' * Codes of the documented errors, by their types; a few come with more than one. X stands for a number.',
    ' */',
    'export const ERROR_CODES = {',
    ...names.map((name) => `  ${key(typeOf(name))}: [${errors[name]!.join(', ')}],`),
    '} as const',
    '',
    '/** The errors that each method documents beside those of {@link COMMON_ERRORS}; it can answer with others too. */',
    'export const METHOD_ERRORS = {',
    ...sorted.flatMap((method) => listLines(method, errorsOf(table, method))),
    '} as const',
    '',
    '/** The errors that any method can answer with. */',
    'export const COMMON_ERRORS = [',
    ...common.map((name) => `  '${typeOf(name)}',`),
    '] as const',
    '',
  ].join('\n')
}
