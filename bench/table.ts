/**
 * Results: rows of numbers by name, and how they are shown.
 */

/** How a number is shown. */
const UNITS = {
  ratio: (value: number) => `${value.toFixed(2)} ×`,
  share: (value: number) => `${(100 * value).toFixed(0)} %`,
  seconds: (value: number) => `${value.toFixed(2)} s`,
  fine: (value: number) => `${(1000 * value).toFixed(2)} ms`,
  milliseconds: (value: number) => `${(1000 * value).toFixed(0)} ms`,
  megabytes: (value: number) => `${(value / 1e6).toFixed(0)} MB`,
  rate: (value: number) => `${(value / 1e6).toFixed(0)} MB/s`,
  files: (value: number) => `${value.toFixed(0)} /s`,
  nanoseconds: (value: number) =>
    value < 1e4
      ? `${value.toFixed(0)} ns`
      : value < 1e7
        ? `${(value / 1e3).toFixed(0)} µs`
        : `${(value / 1e6).toFixed(0)} ms`,
} as const

/** One column: the key of its numbers, its heading, its unit. Ratios stand first. */
export interface Column {
  readonly key: string
  readonly title: string
  readonly unit: keyof typeof UNITS
}

/** One contestant's numbers; or why there are none. */
export interface Row {
  readonly name: string
  readonly values: Readonly<Record<string, number>>
  readonly failure?: string
}

/** What one scenario came to. */
export interface Result {
  readonly scenario: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The numbers of a row by the name of the row; undefined if it was not measured. */
export function numberOf(result: Result | undefined, row: string, key: string): number | undefined {
  return result?.rows.find(({ name }) => name === row)?.values[key]
}

/** A result as a Markdown table. */
export function tableOf({ columns, rows }: Result): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const shown = ({ name, values, failure }: Row): string => {
    const cells = columns.map(({ key, unit }) => (values[key] === undefined ? '' : UNITS[unit](values[key])))
    if (failure !== undefined) cells[0] = 'failed'
    return line([name, ...cells])
  }
  return [
    line(['', ...columns.map(({ title }) => title)]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map(shown),
  ].join('\n')
}
