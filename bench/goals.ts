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
  /** Of one that is not met: what the same run says of the reason. */
  readonly reason?: string | undefined
}

const MB = 1e6
/** Bytes of memory beyond the floor's. */
const MEMORY = 30 * MB
/** Bytes of memory that count as the same. */
const SAME = 10 * MB

interface Rule {
  readonly goal: string
  readonly value: (of: Reader) => number | undefined
  readonly limit: number
  readonly atLeast?: boolean
  readonly show: (value: number) => string
  /** What else the run says, if the goal is not met. */
  readonly reason?: ((of: Reader) => string | undefined) | undefined
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

function said(value: number | undefined, words: (value: number) => string): string | undefined {
  return value === undefined ? undefined : words(value)
}

/** What the floor, which does no more than nobody can do without, makes of the same goal. */
const floorBeside =
  (row: string) =>
  (of: Reader): string | undefined => {
    const share = quotient(of('upload', 'floor', 'cpu'), of('upload', row, 'cpu'))
    return said(share, (value) => `the floor alone takes ${ratio(value)}`)
  }

/** What an upload without any protocol takes of the time from the start of a process. */
const floorCold = (of: Reader): string | undefined => {
  const time = of('cold', 'floor', 'stored')
  return said(time, (value) => `the floor takes ${ms(value)}`)
}

const growth =
  (row: string) =>
  (of: Reader): number | undefined =>
    difference(of('large', row, 'peak'), of('upload', row, 'peak'))

/** How many times as long portable code takes. */
const portable =
  (task: string, units = 1) =>
  (of: Reader): number | undefined =>
    quotient(of('portable', `${task}: portable`, 'ratio'), units)

const memory =
  (row: string) =>
  (of: Reader): number | undefined =>
    difference(of('large', row, 'peak'), of('large', 'floor', 'peak'))

const shown = (bytes: number): string => `${(bytes / MB).toFixed(0)} MB`

const RULES: readonly Rule[] = [
  { goal: 'CPU per GB, beside the floor: at most 1.25 ×', value: cpuBeside('floor'), limit: 1.25, show: ratio },
  ...(
    [
      ['mtcute', 'at most 0.2 ×', 0.2],
      ['GramJS', 'at most 0.08 ×', 0.08],
      ['TDLib', 'below 1 ×', 1],
    ] as const
  ).map(([row, words, limit]) => ({
    goal: `CPU per GB, beside ${row}: ${words}`,
    value: cpuBeside(row),
    limit,
    show: ratio,
    reason: floorBeside(row),
  })),
  { goal: 'peak memory at 2 GB beyond the floor: at most 30 MB', value: memory('ours'), limit: MEMORY, show: shown },
  {
    goal: 'the same from a stream: at most 30 MB',
    value: memory('ours, from a stream'),
    limit: MEMORY,
    show: shown,
  },
  {
    goal: "peak memory at 2 GB beyond the usual upload's: at most 10 MB",
    value: growth('ours'),
    limit: SAME,
    show: shown,
  },
  {
    goal: 'the same from a stream: at most 10 MB',
    value: growth('ours, from a stream'),
    limit: SAME,
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
    reason: floorCold,
  },
  {
    goal: 'the same with a stored session: at most 170 ms',
    value: (of) => of('cold', 'ours', 'stored'),
    limit: 0.17,
    show: ms,
    reason: floorCold,
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
    reason(of) {
      const share = quotient(of('small', 'floor', 'rate'), of('small', 'mtcute', 'rate'))
      return said(share, (value) => `the floor, which waits for no answer, reaches ${ratio(value)}`)
    },
  },
  {
    goal: 'portable modPow of 2048 bits, time beside native: at most 8 ×',
    value: portable('modPow, 2048 bits'),
    limit: 8,
    show: ratio,
  },
  {
    goal: 'portable check of a prime of 2048 bits, time beside native: at most 6 ×',
    value: portable('is a number of 2048 bits prime'),
    limit: 6,
    show: ratio,
  },
  {
    goal: 'factorization of pq, time beside one native modPow: at most 1.5 ×',
    value: portable('factorize 8 numbers of 62 bits', 8),
    limit: 1.5,
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
  return RULES.map(({ goal, value, limit, atLeast = false, show, reason }) => {
    const measured = value(read)
    if (measured === undefined) return { goal, measured: undefined, met: undefined }
    const met = atLeast ? measured >= limit : measured <= limit
    return { goal, measured: show(measured), met, reason: met ? undefined : reason?.(read) }
  })
}

/** The goals as a Markdown table; those that were not measured are left out. */
export function goalTable(goals: readonly Goal[]): string {
  const rows = goals.flatMap(({ goal, measured, met }) =>
    measured === undefined ? [] : [`| ${goal} | ${measured} | ${met ? 'met' : 'not met'} |`],
  )
  return ['| goal | measured | |', '| --- | ---: | --- |', ...rows].join('\n')
}

/** Goals that were missed, as a Markdown list, with what the same run says of each; empty if there are none. */
export function missedList(goals: readonly Goal[]): string {
  return goals
    .filter(({ met }) => met === false)
    .map(({ goal, measured, reason }) => `- ${goal}: ${measured}${reason === undefined ? '' : `; ${reason}`}`)
    .join('\n')
}
