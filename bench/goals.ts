/**
 * What the client is to reach, and whether it did: a line for each goal, from the results of one run.
 */
import { numberOf, type Result } from './table.ts'

/** One goal. */
export interface Goal {
  readonly goal: string
  /** What was measured, as text; undefined if that was not measured. */
  readonly measured: string | undefined
  readonly met: boolean | undefined
}

const MB = 1e6
/** Bytes of memory beyond the floor's. */
const MEMORY = 30 * MB

interface Rule {
  readonly goal: string
  readonly value: (of: Reader) => number | undefined
  readonly limit: number
  readonly atLeast?: boolean
  readonly show: (value: number) => string
}

/** Reads a number of a scenario. */
type Reader = (scenario: string, row: string, key: string) => number | undefined

const ratio = (value: number): string => `${value.toFixed(2)} ×`
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`
const ms = (value: number): string => `${(1000 * value).toFixed(0)} ms`

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

const cpuBeside =
  (row: string) =>
  (of: Reader): number | undefined =>
    quotient(of('upload', 'ours', 'cpu'), of('upload', row, 'cpu'))

const memory =
  (row: string) =>
  (of: Reader): number | undefined =>
    difference(of('large', row, 'peak'), of('large', 'floor', 'peak'))

const shown = (bytes: number): string => `${(bytes / MB).toFixed(0)} MB`

const RULES: readonly Rule[] = [
  { goal: 'CPU per GB, beside the floor: at most 1.25 ×', value: cpuBeside('floor'), limit: 1.25, show: ratio },
  { goal: 'CPU per GB, beside mtcute: at most 0.2 ×', value: cpuBeside('mtcute'), limit: 0.2, show: ratio },
  { goal: 'CPU per GB, beside GramJS: at most 0.08 ×', value: cpuBeside('GramJS'), limit: 0.08, show: ratio },
  { goal: 'CPU per GB, beside TDLib: below 1 ×', value: cpuBeside('TDLib'), limit: 1, show: ratio },
  { goal: 'peak memory at 2 GB beyond the floor: at most 30 MB', value: memory('ours'), limit: MEMORY, show: shown },
  {
    goal: 'the same from a stream: at most 30 MB',
    value: memory('ours, from a stream'),
    limit: MEMORY,
    show: shown,
  },
  {
    goal: 'of a link of 100 ms and 200 Mbit/s: at least 95 %',
    value: (of) => of('link-200', 'ours', 'steady'),
    limit: 0.95,
    atLeast: true,
    show: percent,
  },
  {
    goal: 'of a link of 300 ms and 1 Gbit/s: at least 95 %',
    value: (of) => of('link-1000', 'ours', 'steady'),
    limit: 0.95,
    atLeast: true,
    show: percent,
  },
  {
    goal: 'process start to MessageMedia, 1 MB, with a key exchange: at most 300 ms',
    value: (of) => of('cold', 'ours', 'exchange'),
    limit: 0.3,
    show: ms,
  },
  {
    goal: 'the same with a stored session: at most 170 ms',
    value: (of) => of('cold', 'ours', 'stored'),
    limit: 0.17,
    show: ms,
  },
  {
    goal: 'encode a part, speed beside mtcute: at least 3 ×',
    value: (of) => of('micro', 'encode a part: mtcute', 'ratio'),
    limit: 3,
    atLeast: true,
    show: ratio,
  },
  {
    goal: "decode a photo's MessageMedia, speed beside mtcute: at least 3 ×",
    value: (of) => of('micro', "decode a photo's MessageMedia: mtcute", 'ratio'),
    limit: 3,
    atLeast: true,
    show: ratio,
  },
  {
    goal: '1,000 files of 50 kB, rate beside mtcute: at least 5 ×',
    value: (of) => quotient(of('small', 'ours', 'rate'), of('small', 'mtcute', 'rate')),
    limit: 5,
    atLeast: true,
    show: ratio,
  },
]

/** Every goal, with what these results say of it. */
export function goalsOf(results: readonly Result[]): Goal[] {
  const read: Reader = (scenario, row, key) =>
    numberOf(
      results.find((one) => one.scenario === scenario),
      row,
      key,
    )
  return RULES.map(({ goal, value, limit, atLeast = false, show }) => {
    const measured = value(read)
    if (measured === undefined) return { goal, measured: undefined, met: undefined }
    return { goal, measured: show(measured), met: atLeast ? measured >= limit : measured <= limit }
  })
}

/** The goals as a Markdown table; those that were not measured are left out. */
export function goalTable(goals: readonly Goal[]): string {
  const rows = goals.flatMap(({ goal, measured, met }) =>
    measured === undefined ? [] : [`| ${goal} | ${measured} | ${met ? 'met' : 'not met'} |`],
  )
  return ['| goal | measured | |', '| --- | ---: | --- |', ...rows].join('\n')
}
