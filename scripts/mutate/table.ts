/**
 * The tables of checks in SECURITY.md, as data.
 *
 * A row is: rule, where it is specified (links), source, test file and title. Older tables may lack the second column.
 */

/** One rule. */
export interface Row {
  /** Heading of the table. */
  readonly table: string
  readonly rule: string
  /** Links to the documents; empty where the table has no such column. */
  readonly specified: string
  /** The module that enforces it. */
  readonly source: string
  /** The test that fails without it. */
  readonly test: { readonly file: string; readonly title: string }
}

/** The tables under `## Checks`, by heading. Lines that look like rows and are none are given as they stand. */
export function readTables(page: string): Map<string, (Row | string)[]> {
  const tables = new Map<string, (Row | string)[]>()
  const checks = page.split(/^## Checks$/m)[1]?.split(/^## /m)[0] ?? ''
  for (const section of checks.split(/^### /m).slice(1)) {
    const [table = '', ...lines] = section.split('\n')
    const rows = lines.filter((line) => /^\| (?!rule \|)/.test(line)).map((line) => readRow(table, line) ?? line)
    tables.set(table, rows)
  }
  return tables
}

function readRow(table: string, line: string): Row | undefined {
  const cells = line.slice(2, -2).split(' | ')
  const [rule, specified, source, test] = cells.length === 3 ? [cells[0], '', ...cells.slice(1)] : cells
  const [, path] = /^`([^`]+)`$/.exec(source ?? '') ?? []
  const [, file, title] = /^`([^`]+)`: (.+)$/.exec(test ?? '') ?? []
  if (cells.length > 4 || !rule || specified === undefined || !path || !file || !title) return undefined
  return { table, rule, specified, source: path, test: { file, title } }
}

/** Whether `text` holds the title of a test, quoted in any way. */
export function holdsTitle(text: string, title: string): boolean {
  const plain = text.replaceAll("\\'", "'")
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => plain.includes(quoted))
}

/** Whether `name`, of a test or of a group of tests as it ran, comes from the title as it is written. */
export function fromTitle(name: string, title: string): boolean {
  const pattern = title
    .split(/%[a-z]|\$[a-z]+/)
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${pattern}$`).test(name)
}
