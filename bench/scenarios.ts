/**
 * What is measured. Each scenario runs its contestants in turns, round after round, so that what else the machine does
 * falls on all of them, and shows medians.
 */
import { join } from 'node:path'
import { Arena, type Outcome } from './arena.ts'
import { BUILT } from './build.ts'
import {
  type Contestant,
  FLOOR,
  GRAMJS,
  HOLLOW,
  isInstalled,
  MTCUTE,
  OURS,
  OURS_APART,
  OURS_STREAM,
  TDLIB_CLIENT,
} from './clients.ts'
import { ServerProcess } from './processes.ts'
import { profileRows } from './profile.ts'
import type { LinkOptions, MicroResults } from './protocol.ts'
import { type Column, median, type Result, type Row } from './table.ts'

/** What the command line decides. */
export interface Settings {
  readonly rounds: number
  /** Bytes of the usual upload. */
  readonly size: number
  readonly verify: boolean
  /** Ours and the floor alone. */
  readonly withoutPeers: boolean
  /** Told what happens. */
  readonly log: (line: string) => void
}

/** One thing to measure. */
export interface Scenario {
  readonly name: string
  readonly contestants: readonly Contestant[]
  readonly programs?: readonly string[]
  /** How many rounds it takes when so many are asked for; just as many unless told. */
  rounds?(asked: number): number
  run(settings: Settings, contestants: readonly Contestant[]): Promise<Result>
}

type Numbers = Record<string, number>

/** Runs all contestants `rounds` times in turns. A contestant that fails once is out. */
async function inTurns(
  { rounds, log }: Settings,
  contestants: readonly Contestant[],
  action: (contestant: Contestant, round: number) => Promise<Numbers>,
): Promise<Row[]> {
  const samples = new Map<Contestant, Numbers[]>(contestants.map((one) => [one, []]))
  const failures = new Map<Contestant, string>()
  for (let round = 0; round < rounds; round++) {
    for (const one of contestants) {
      if (failures.has(one)) continue
      try {
        samples.get(one)!.push(await action(one, round))
      } catch (error) {
        failures.set(one, error instanceof Error ? error.message : String(error))
        log(`${one.name}: ${failures.get(one)}`)
      }
    }
  }
  return contestants.map((one): Row => {
    const all = samples.get(one)!
    const failure = failures.get(one)
    if (failure !== undefined || all.length === 0) return { name: one.name, values: {}, failure: failure ?? 'not run' }
    const keys = Object.keys(all[0]!)
    return {
      name: one.name,
      values: Object.fromEntries(keys.map((key) => [key, median(all.map((sample) => sample[key]!))])),
    }
  })
}

/** Adds to each row how its number compares with the base's: `number / base`, or the other way round. */
function withRatio(rows: readonly Row[], key: string, base: string, inverse = false, as = 'ratio'): Row[] {
  const reference = rows.find(({ name }) => name === base)?.values[key]
  return rows.map((row) => {
    const value = row.values[key]
    if (reference === undefined || value === undefined) return row
    return { ...row, values: { ...row.values, [as]: inverse ? reference / value : value / reference } }
  })
}

async function inArena(
  settings: Settings,
  contestants: readonly Contestant[],
  action: (arena: Arena) => Promise<Row[]>,
  link?: LinkOptions,
): Promise<Row[]> {
  const tdlib = contestants.includes(TDLIB_CLIENT)
  const arena = await Arena.open({ verify: settings.verify, tdlib, ...(link && { link }) })
  try {
    return await action(arena)
  } finally {
    await arena.close()
  }
}

const UPLOAD_COLUMNS: readonly Column[] = [
  { key: 'ratio', title: 'CPU, floor = 1', unit: 'ratio' },
  { key: 'ofOurs', title: 'CPU, ours = 1', unit: 'ratio' },
  { key: 'cpu', title: 'CPU for 1 GB', unit: 'seconds' },
  { key: 'peak', title: 'peak memory', unit: 'megabytes' },
  { key: 'rate', title: 'rate', unit: 'rate' },
  { key: 'busy', title: 'sink busy', unit: 'share' },
]

function uploadNumbers({ run, sink }: Outcome, size: number): Numbers {
  return {
    cpu: (run.cpu * 1e9) / size,
    peak: run.peak,
    rate: size / run.wall,
    // Of the time in which parts came.
    busy: sink.wall > 0 ? sink.cpu / sink.wall : 0,
  }
}

const megabytes = (size: number): string => `${Math.round(size / 1e6)} MB`

/** Uploads of one size: processor time, memory, rate. */
function uploads(scenario: Omit<Scenario, 'run'>, sizeOf: (settings: Settings) => number): Scenario {
  const { name } = scenario
  return {
    ...scenario,
    async run(settings, present) {
      const size = sizeOf(settings)
      const rows = await inArena(settings, present, (arena) =>
        inTurns(settings, present, async (one) => uploadNumbers(await arena.run(one, { size }), size)),
      )
      return {
        scenario: name,
        title: `One file of ${megabytes(size)}`,
        columns: UPLOAD_COLUMNS,
        rows: withRatio(withRatio(rows, 'cpu', FLOOR.name), 'cpu', OURS.name, false, 'ofOurs'),
      }
    },
  }
}

/** Milliseconds that inner loops may take. */
const LOOPS_LIMIT = 120_000
const LARGE = 2_000_000_000
const COLD = 1_000_000
const SMALL = { size: 50_000, count: 1000, concurrency: 1000 }

const cold: Scenario = {
  name: 'cold',
  contestants: [FLOOR, OURS, MTCUTE, GRAMJS, TDLIB_CLIENT],
  // Short, and easily disturbed.
  rounds: (asked) => 2 * asked - 1,
  async run(settings, present) {
    const rows = await inArena(settings, present, (arena) =>
      inTurns(settings, present, async (one, round) => {
        const options = { size: COLD, session: `session-${one.name}-${round}` }
        const first = await arena.run(one, options)
        const second = await arena.run(one, options)
        return { exchange: first.run.sinceStart / 1000, stored: second.run.sinceStart / 1000 }
      }),
    )
    return {
      scenario: 'cold',
      title: 'From the start of the process to the MessageMedia of 1 MB',
      columns: [
        { key: 'ratio', title: 'stored, ours = 1', unit: 'ratio' },
        { key: 'exchange', title: 'with a key exchange', unit: 'milliseconds' },
        { key: 'stored', title: 'with a stored session', unit: 'milliseconds' },
      ],
      rows: withRatio(rows, 'stored', OURS.name),
    }
  },
}

const small: Scenario = {
  name: 'small',
  contestants: [FLOOR, OURS, MTCUTE, GRAMJS],
  async run(settings, present) {
    const rows = await inArena(settings, present, (arena) =>
      inTurns(settings, present, async (one) => {
        const { run, sink } = await arena.run(one, SMALL)
        if (one !== FLOOR && sink.media !== SMALL.count) throw new Error(`${sink.media} MessageMedia of ${SMALL.count}`)
        return { rate: SMALL.count / run.wall, cpu: run.cpu / SMALL.count, peak: run.peak, busy: sink.cpu / sink.wall }
      }),
    )
    return {
      scenario: 'small',
      title: `${SMALL.count} files of 50 kB, all at once`,
      columns: [
        { key: 'ratio', title: 'rate, ours = 1', unit: 'ratio' },
        { key: 'rate', title: 'files', unit: 'files' },
        { key: 'cpu', title: 'CPU for a file', unit: 'fine' },
        { key: 'peak', title: 'peak memory', unit: 'megabytes' },
        { key: 'busy', title: 'sink busy', unit: 'share' },
      ],
      rows: withRatio(rows, 'rate', OURS.name),
    }
  },
}

/** The others use little of a long link, GramJS next to nothing: they send these shares of our bytes. */
const shareOf = (one: Contestant): number => (one === OURS ? 1 : one === GRAMJS ? 1 / 16 : 1 / 4)

/** How much of a link is used; `size` is how much we send. */
function overLink(name: string, link: LinkOptions, size: number): Scenario {
  return {
    name,
    contestants: [OURS, MTCUTE, GRAMJS, TDLIB_CLIENT],
    async run(settings, present) {
      const bytesPerSecond = (link.megabits * 1e6) / 8
      const measure = async (arena: Arena, one: Contestant): Promise<Numbers> => {
        const bytes = size * shareOf(one)
        const { run, sink } = await arena.run(one, { size: bytes })
        return {
          steady: sink.secondHalfBytes / sink.secondHalf / bytesPerSecond,
          whole: bytes / run.wall / bytesPerSecond,
          busy: sink.cpu / sink.wall,
        }
      }
      const rows = await inArena(
        settings,
        present,
        (arena) => inTurns(settings, present, (one) => measure(arena, one)),
        link,
      )
      return {
        scenario: name,
        title: `Over a link of ${link.roundTrip} ms round trip and ${link.megabits} Mbit/s`,
        columns: [
          { key: 'ratio', title: 'second half, ours = 1', unit: 'ratio' },
          { key: 'steady', title: 'of the link, second half', unit: 'share' },
          { key: 'whole', title: 'of the link, all', unit: 'share' },
          { key: 'busy', title: 'sink busy', unit: 'share' },
        ],
        rows: withRatio(rows, 'steady', OURS.name),
      }
    },
  }
}

/** Inner loops in a process of their own: the program sends its numbers, and each way is compared with `base`. */
function loops(scenario: Omit<Scenario, 'run'>, title: string, program: string, base: string): Scenario {
  return {
    ...scenario,
    programs: [program],
    async run() {
      const [child, results] = await ServerProcess.start<MicroResults>(join(BUILT, `${program}.js`), {}, LOOPS_LIMIT)
      await child.end()
      const rows = Object.entries(results).flatMap(([task, ways]) =>
        Object.entries(ways).map(([name, time]): Row => {
          return { name: `${task}: ${name}`, values: { time, ratio: time / (ways[base] ?? Object.values(ways)[0]!) } }
        }),
      )
      return {
        scenario: scenario.name,
        title,
        columns: [
          { key: 'ratio', title: `time, ${base} = 1`, unit: 'ratio' },
          { key: 'time', title: 'time', unit: 'nanoseconds' },
        ],
        rows,
      }
    },
  }
}

const micro = loops(
  { name: 'micro', contestants: [MTCUTE, GRAMJS] },
  'Inner loops, the best of 20 rounds',
  'micro',
  'ours',
)

const portable = loops(
  { name: 'portable', contestants: [OURS] },
  'The key exchange in portable code, the best of 10 rounds',
  'portable',
  'native',
)

/** Where our client's time goes: a run of its own, under the profiler. */
const profile: Scenario = {
  name: 'profile',
  contestants: [OURS_APART],
  async run({ size, ...settings }, [one]) {
    const rows = await inArena({ size, ...settings, verify: false }, [], async (arena) => {
      await arena.run(one!, { size, profile: 'large' })
      await arena.run(one!, { ...SMALL, profile: 'small' })
      return [
        ...profileRows(arena.place('large'), 'a large file: ', size / 1e9),
        ...profileRows(arena.place('small'), 'small files: ', SMALL.count),
      ]
    })
    return {
      scenario: 'profile',
      title: "Where our client's time goes",
      columns: [
        { key: 'share', title: 'of the main thread', unit: 'share' },
        { key: 'time', title: 'for 1 GB, or for a small file', unit: 'nanoseconds' },
      ],
      rows,
    }
  },
}

/** How fast the sink is when a client has hardly anything to do. */
const ceiling: Scenario = {
  name: 'ceiling',
  contestants: [HOLLOW],
  async run(settings, present) {
    const { size } = settings
    const rows = await inArena({ ...settings, verify: false }, present, (arena) =>
      inTurns(settings, present, async (one) => {
        const { run, sink } = await arena.run(one, { size })
        return { rate: size / run.wall, ceiling: size / sink.cpu, busy: sink.cpu / sink.wall }
      }),
    )
    return {
      scenario: 'ceiling',
      title: 'How fast the sink is',
      columns: [
        { key: 'ceiling', title: 'bytes for a second of its CPU', unit: 'rate' },
        { key: 'rate', title: 'rate', unit: 'rate' },
        { key: 'busy', title: 'sink busy', unit: 'share' },
      ],
      rows,
    }
  },
}

const ALL = [FLOOR, OURS, OURS_STREAM, MTCUTE, GRAMJS, TDLIB_CLIENT]

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  uploads({ name: 'upload', contestants: ALL }, ({ size }) => size),
  // GramJS would take minutes.
  uploads({ name: 'large', contestants: ALL.filter((one) => one !== GRAMJS), rounds: () => 1 }, () => LARGE),
  cold,
  small,
  overLink('link-200', { roundTrip: 100, megabits: 200 }, 100_000_000),
  overLink('link-1000', { roundTrip: 300, megabits: 1000 }, 400_000_000),
  micro,
  portable,
  profile,
  ceiling,
]

/** Those contestants of a scenario that can be run here. */
export function presentIn({ contestants }: Scenario, { withoutPeers }: Settings): Contestant[] {
  return contestants.filter((one) => isInstalled(one) && !(withoutPeers && one.needs !== undefined))
}
