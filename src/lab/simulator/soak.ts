/**
 * A soak: one client at work for a simulated week, with some faults all the time and worse ones now and then.
 *
 * It shows what minutes do not: that salts are renewed, clocks that drift stay together, and nothing grows.
 */
import { drawPlan } from './draw-plan.ts'
import type { Operation, Plan, TimedFault } from './plan.ts'
import type { Stream } from './random.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** Days that it takes, one upload every so many minutes. */
const DAYS = 7
const UPLOAD_EVERY = 20

/** Draws a week. */
export function drawSoak(seed: number, chance: Stream): Plan {
  const plan = drawPlan(seed, chance)
  const stream = chance.fork('soak')
  const until = DAYS * DAY
  const operations: Operation[] = []
  for (let at = 0; at < until; at += UPLOAD_EVERY * MINUTE) {
    const size = stream.between(1, 20_000)
    const peer = stream.pick(['me', 'empty'] as const)
    const asStream = stream.chance(200)
    operations.push({
      kind: 'upload',
      at: at + stream.below(MINUTE),
      what: 'document',
      size,
      stream: asStream,
      partSize: 4096,
      peer,
      abortAfter: undefined,
    })
    if (stream.chance(300)) operations.push({ kind: 'resolve', at: at + stream.below(MINUTE), username: 'alice' })
  }
  const timed: TimedFault[] = []
  for (let day = 0; day < DAYS; day++) {
    const kind = stream.pick(['restart', 'rotate-salts', 'restart-and-rotate', 'disconnect', 'outage'] as const)
    timed.push({ at: day * DAY + stream.below(DAY / MINUTE) * MINUTE, kind, target: 0, ms: 20_000 })
  }
  const [dc] = plan.dcs
  const [client] = plan.clients
  return {
    ...plan,
    until,
    classes: ['cut', 'half-open', 'restart', 'salts', 'outage', 'clock'],
    dcs: [{ ...dc!, clock: { skew: 0, drift: 100 } }],
    clients: [
      {
        ...client!,
        dc: 1,
        home: 1,
        stored: true,
        forwardSecrecy: undefined,
        clock: { skew: 40_000, drift: -100 },
        operations,
        reopens: [],
        kills: [],
        narrow: 16_384,
      },
    ],
    network: {
      ...plan.network,
      bandwidth: 2000,
      cut: 150,
      halfOpen: 50,
      stall: 0,
      refuse: 50,
      unanswered: 0,
      corrupt: 0,
      sag: 20,
      limited: [],
      meddle: 0,
    },
    requests: {
      serverError: 10,
      flood: 10,
      badMessage: 0,
      silence: 0,
      hangUp: 10,
      late: 20,
      transportError: 0,
      refusal: 10,
      lostPart: 0,
      networkMigrate: 0,
      shuffle: 0,
      lie: 0,
    },
    timed,
  }
}
