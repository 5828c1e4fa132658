/**
 * The table of documented errors: which names exist, with which codes, and which of them each method documents.
 *
 * The source has two lists that differ in places; both are taken. `%d` in a name stands for a number. Descriptions are not
 * taken: the sentences users see are this project's own.
 */
import type { SourceDefinition } from './definition.ts'

/** The keys that are used of raw-errors.json. */
export interface SourceErrors {
  errors: Record<string, { code: number; name: string }>
  throws: Record<string, string[]>
}

/** What schema/errors.json holds. */
export interface ErrorTable {
  /** Codes by name, rising. A few names come with more than one. */
  errors: Record<string, number[]>
  /** Names by method. */
  methods: Record<string, string[]>
}

/** Errors that the documentation of a method lists and the source does not. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'messages.uploadMedia': ['AUTH_KEY_DUPLICATED', 'BOT_MISSING', 'INPUT_FETCH_FAIL', 'Timeout'],
}

type Throwing = SourceDefinition & { throws?: { code: number; name: string }[] }

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function toSorted<T>(map: ReadonlyMap<string, ReadonlySet<T>>, compare: (a: T, b: T) => number): Record<string, T[]> {
  const entries = [...map].map(([key, values]): [string, T[]] => [key, [...values].sort(compare)])
  return Object.fromEntries(entries.sort(([a], [b]) => byText(a, b)))
}

/** Joins both lists. Methods that the schema does not have are left out. */
export function joinErrors(source: SourceErrors, definitions: readonly Throwing[]): ErrorTable {
  const codes = new Map<string, Set<number>>()
  const methods = new Map<string, Set<string>>()
  const addTo = <T>(map: Map<string, Set<T>>, key: string, value: T): void => {
    const values = map.get(key)
    if (values) values.add(value)
    else map.set(key, new Set([value]))
  }
  for (const { code, name } of Object.values(source.errors)) addTo(codes, name, code)
  for (const definition of definitions) {
    if (definition.kind !== 'method') continue
    for (const { code, name } of definition.throws ?? []) {
      addTo(codes, name, code)
      addTo(methods, definition.name, name)
    }
    for (const list of [source.throws, MORE]) {
      for (const name of list[definition.name] ?? []) addTo(methods, definition.name, name)
    }
  }
  return { errors: toSorted(codes, (a, b) => a - b), methods: toSorted(methods, byText) }
}

/** The table as JSON, one entry on a line. */
export function renderErrors(table: ErrorTable): string {
  const section = (entries: Record<string, unknown>): string =>
    Object.entries(entries)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n')
  return `{\n  "errors": {\n${section(table.errors)}\n  },\n  "methods": {\n${section(table.methods)}\n  }\n}\n`
}
