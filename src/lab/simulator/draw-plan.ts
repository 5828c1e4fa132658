/**
 * Draws what a run will do from its seed.
 *
 * What was added later is drawn from streams of its own, so that seeds go on doing what they did.
 */
import type { TransportName } from '../../transport/transport-name.ts'
import type { ClockFault } from './host.ts'
import {
  type ClientPlan,
  type DcPlan,
  FAULT_CLASSES,
  type FaultClass,
  NAMES,
  type NetworkPlan,
  type Operation,
  type Plan,
  type RequestPlan,
  type TimedFault,
  type UploadOperation,
} from './plan.ts'
import type { Stream } from './random.ts'

/** Those that are drawn apart from the others. */
const LATER: ReadonlySet<FaultClass> = new Set<FaultClass>(['sag', 'few-lanes', 'kill'])
const TRANSPORTS: readonly TransportName[] = ['abridged', 'intermediate', 'padded', 'full', 'obfuscated', 'ws']
const PART_SIZES: readonly number[] = [1024, 2048, 4096, 32_768]
/** Most parts of a file whose part size is drawn. */
const MOST_PARTS = 64
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Draws a run. */
export function drawPlan(seed: number, chance: Stream): Plan {
  const stream = chance.fork('plan')
  // Some runs without any fault, some with a few, some with nearly all of them.
  const share = stream.pick([0, 100, 200, 350, 600, 900])
  const level = stream.between(1, 4)
  const apart = chance.fork('later classes')
  const classes = FAULT_CLASSES.filter((one) => (LATER.has(one) ? apart : stream).chance(share))
  const on = (one: FaultClass): boolean => classes.includes(one)
  const until = stream.between(5, 90) * SECOND
  const dcs = drawDcs(chance.fork('dcs'), on)
  const clients = drawClients(chance.fork('clients'), dcs.length, until, on)
  return {
    seed,
    until,
    classes,
    dcs,
    clients,
    network: drawNetwork(chance.fork('network'), level, on, limitedOf(clients, on)),
    requests: drawRequests(level, on),
    timed: drawTimed(chance.fork('timed'), until, level, dcs.length, on),
  }
}

type On = (one: FaultClass) => boolean

/** Temporary keys are made over connections of their own, so those who make them need several. */
function limitedOf(clients: readonly ClientPlan[], on: On): string[] {
  return clients.filter((one) => on('few-lanes') && one.forwardSecrecy === undefined).map(({ name }) => name)
}

function drawClock(stream: Stream, wrong: boolean, most: number): ClockFault {
  if (!wrong) return { skew: stream.between(-500, 500), drift: 0 }
  return { skew: stream.between(-1000, 1000) * Math.floor(most / 1000), drift: stream.between(-200, 200) }
}

function drawDcs(stream: Stream, on: On): DcPlan[] {
  const count = on('migration') ? stream.between(2, 3) : stream.between(1, 2)
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    clock: drawClock(stream, on('clock') && stream.chance(500), HOUR),
    gzip: stream.pick(['auto', 'auto', 'always', 'never'] as const),
    containers: stream.pick(['auto', 'auto', 'always', 'never'] as const),
    ackDelay: stream.pick([0, 50, 250, 1000]),
    resendLimit: stream.pick([64, 1024, 65_536]),
    strictAcks: stream.chance(500),
  }))
}

function drawClients(stream: Stream, dcs: number, until: number, on: On): ClientPlan[] {
  const count = stream.pick([1, 1, 1, 2, 2, 3])
  return Array.from({ length: count }, (_, index) => {
    const one = stream.fork(index)
    const dc = one.between(1, dcs)
    const stored = !one.chance(250)
    return {
      name: `client-${index + 1}`,
      transport: one.pick(TRANSPORTS),
      clock: drawClock(one, on('clock') && one.chance(500), 24 * HOUR),
      stored,
      staleSalt: stored && one.chance(300),
      dc,
      home: on('migration') && !stored ? one.between(1, dcs) : dc,
      lanes: one.pick([1, 1, 2, 4]),
      narrow: drawNarrow(one.fork('narrow')),
      forwardSecrecy: drawLifetime(one.fork('forward secrecy')),
      operations: [...drawOperations(one, until, on), ...drawMany(one.fork('many'), until)],
      reopens: Array.from({ length: one.pick([0, 0, 0, 1, 2]) }, () => one.between(SECOND, until)),
      kills: [],
    }
  }).map((client, index) => ({ ...client, ...drawKills(stream.fork(`kills ${index}`), client.operations, on) }))
}

/** Small files pass over several lanes where little may be under way. */
function drawNarrow(stream: Stream): number | undefined {
  return stream.chance(600) ? stream.pick([1024, 4096, 16_384, 65_536]) : undefined
}

function drawMany(stream: Stream, until: number): Operation[] {
  if (!stream.chance(60)) return []
  const sizes = Array.from({ length: stream.between(2, 6) }, () => stream.between(1, 9000))
  const unreadable = stream.below(sizes.length)
  return [{ kind: 'many', at: stream.below(until), sizes, unreadable, concurrency: stream.between(1, 4) }]
}

/** Some clients are killed, mostly while they upload: a file with some parts, for that. */
function drawKills(stream: Stream, operations: readonly Operation[], on: On): Pick<ClientPlan, 'kills' | 'operations'> {
  if (!on('kill') || !stream.chance(400)) return { kills: [], operations }
  const longer = operations.map((one): Operation => {
    if (one.kind !== 'upload' || one.what !== 'document' || !stream.chance(700)) return one
    return { ...one, size: stream.between(20_000, 60_000), partSize: stream.pick([1024, 2048]), stream: false }
  })
  const kills = Array.from({ length: stream.between(1, 2) }, () => stream.pick(longer).at + stream.below(1500))
  return { kills, operations: longer }
}

/** Temporary keys for some; short-lived ones are renewed in the middle of uploads. */
function drawLifetime(stream: Stream): number | undefined {
  return stream.chance(120) ? stream.pick([86_400, 86_400, 240, 120]) : undefined
}

function drawOperations(stream: Stream, until: number, on: On): Operation[] {
  const operations: Operation[] = []
  for (let left = stream.between(1, 4); left > 0; left--) operations.push(drawUpload(stream, until, on))
  for (let left = stream.between(0, 6); left > 0; left--) {
    const at = stream.between(0, until)
    const kind = stream.pick(['resolve', 'users', 'users', 'config'] as const)
    if (kind === 'resolve') operations.push({ kind, at, username: stream.pick(NAMES) })
    else if (kind === 'config') operations.push({ kind, at })
    else operations.push({ kind, at, names: Array.from({ length: stream.between(1, 3) }, () => stream.pick(NAMES)) })
  }
  return operations.sort((a, b) => a.at - b.at)
}

function drawUpload(stream: Stream, until: number, on: On): UploadOperation {
  const what = stream.chance(200) ? 'photo' : 'document'
  const wished = stream.chance(700) ? stream.pick(PART_SIZES) : undefined
  const size = Math.max(what === 'photo' ? 64 : 1, drawSize(stream, wished))
  // Many parts cost time, and show little that some do not.
  const few = wished !== undefined && size > MOST_PARTS * wished ? undefined : wished
  // A line that takes a minute for one part counts as dead before that has passed.
  const partSize = few ?? (on('slow') && size > SLOW_PART ? SLOW_PART : undefined)
  return {
    kind: 'upload',
    at: stream.chance(300) ? 0 : stream.between(0, until),
    what,
    size,
    // A stream is read once, so a part that the server lost later cannot be sent again.
    stream: what === 'document' && !on('lost-parts') && stream.chance(250),
    partSize,
    peer: stream.pick(['me', 'me', 'empty', '@test_group'] as const),
    abortAfter: stream.chance(120) ? stream.between(0, 5 * SECOND) : undefined,
  }
}

/** Largest part that slow lines are burdened with: the slowest of them takes 16 s for it. */
const SLOW_PART = 131_072

/** Small for the most part; often just at the border of a part. */
function drawSize(stream: Stream, partSize: number | undefined): number {
  const kind = stream.below(100)
  if (kind < 35) return stream.between(1, 2000)
  if (kind < 75) return (partSize ?? 1024) * stream.between(1, 5) + stream.between(-1, 1)
  if (kind < 97) return stream.between(2000, 60_000)
  if (kind < 99) return 131_072 * stream.between(1, 2) + stream.between(-1, 1)
  return stream.between(200_000, 1_500_000)
}

function drawNetwork(stream: Stream, level: number, on: On, limited: readonly string[]): NetworkPlan {
  const rate = (one: FaultClass, perLevel: number): number => (on(one) ? perLevel * level : 0)
  const low = stream.pick([1, 5, 20, 60])
  return {
    latency: [low, low * stream.between(1, 3)],
    jitter: stream.pick([0, 1, 10]),
    bandwidth: on('slow') ? stream.pick([8, 30, 100]) : stream.pick([500, 2000, 20_000]),
    pieces: on('split') ? stream.pick(['some', 'bytes'] as const) : 'whole',
    cut: rate('cut', 200),
    halfOpen: rate('half-open', 80),
    stall: rate('stall', 100),
    refuse: rate('refuse', 120),
    unanswered: rate('refuse', 30),
    corrupt: rate('corrupt', 120),
    sag: rate('sag', 80),
    limited,
    meddle: on('loss') || on('attack') ? 250 * level : 0,
    meddling: {
      drop: rate('loss', 10),
      duplicate: rate('loss', 20),
      delay: rate('loss', 20),
      swap: rate('loss', 20),
      flip: rate('attack', 12),
      truncate: rate('attack', 6),
      replay: rate('attack', 20),
      reflect: rate('attack', 8),
      cross: rate('attack', 8),
      luck: rate('attack', 8),
    },
  }
}

function drawRequests(level: number, on: On): RequestPlan {
  const rate = (one: FaultClass, perLevel: number): number => (on(one) ? perLevel * level : 0)
  return {
    serverError: rate('server-error', 20),
    flood: rate('flood', 15),
    badMessage: rate('bad-message', 20),
    silence: rate('silence', 10),
    hangUp: rate('hang-up', 20),
    late: rate('late', 40),
    transportError: rate('transport-error', 15),
    refusal: rate('refusal', 25),
    lostPart: rate('lost-parts', 150),
    networkMigrate: rate('migration', 60),
    shuffle: rate('loss', 200),
    lie: rate('lies', 12),
  }
}

function drawTimed(stream: Stream, until: number, level: number, dcs: number, on: On): TimedFault[] {
  const timed: TimedFault[] = []
  const add = (one: FaultClass, kinds: readonly TimedFault['kind'][], ms: () => number): void => {
    if (!on(one)) return
    for (let left = stream.between(1, level + 1); left > 0; left--) {
      timed.push({ at: stream.between(0, until), kind: stream.pick(kinds), target: stream.below(6), ms: ms() })
    }
  }
  add('restart', ['restart', 'restart-and-rotate', 'disconnect'], () => 0)
  add('salts', ['rotate-salts'], () => 0)
  add('keys', ['forget-keys'], () => 0)
  add('outage', ['outage'], () => stream.pick([1, 10, 30, 80]) * stream.between(100, 1000))
  add('clock', ['server-clock', 'client-clock'], () => stream.pick([1, 20, 400, 7200]) * stream.between(-1000, 1000))
  return timed
    .map((one) => ({ ...one, target: one.target % (one.kind === 'client-clock' ? 3 : dcs) }))
    .sort((a, b) => a.at - b.at)
}
