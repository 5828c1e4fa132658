/**
 * One run of the simulation: the whole client against the whole test DC, from one seed.
 *
 * A run draws its plan, plays it in virtual time until every operation has ended, lets all come to rest, closes the
 * clients and looks at what is left. It is a pure function of seed and options: the same seed gives the same bytes on the
 * same wires at the same instants, and the same digest.
 */
import { getEventListeners } from 'node:events'
import type { AuthKey } from '../../crypto/auth-key.ts'
import { nativeCrypto } from '../../crypto/native.ts'
import type { AnyRequest } from '../../tl/generated/server/requests.ts'
import { Actor, FIRST_BOT } from './actor.ts'
import { Cluster } from './cluster.ts'
import { gzip } from './deflate.ts'
import { Digest } from './digest.ts'
import { drawPlan } from './draw-plan.ts'
import { Facts } from './facts.ts'
import { SimHost } from './host.ts'
import { Network } from './network.ts'
import { observe } from './observe.ts'
import type { Plan } from './plan.ts'
import { Stream } from './random.ts'
import { Referee, type Violation } from './referee.ts'
import { Scheduler } from './scheduler.ts'
import { drawSoak } from './soak.ts'

/** Everything has to be done this long after faults have stopped, in milliseconds. */
const LIVENESS = 600_000
/** Lanes close, and acknowledgements leave, within this time of the last operation. */
const REST = 30_000
/** Milliseconds of a day. */
const DAY = 86_400_000
/** What is left after a client has been closed has to go within this time. */
const FAREWELL = 2_000

/** How to run. */
export interface SimulateOptions {
  /** One client for a simulated week instead of what the seed draws else. */
  readonly soak?: boolean | undefined
  /** Told what happens, with the virtual milliseconds at which it does. */
  readonly onTrace?: ((at: number, line: string) => void) | undefined
  /** Told when a simulated day is over, counted from 1: a moment to look at the memory in use. */
  readonly onDay?: ((day: number) => void) | undefined
  /**
   * Nobody looks at what goes over the wires and what is taken: the books of the checks, which grow with the run, are not
   * kept, so that memory is that of client and servers.
   */
  readonly unwatched?: boolean | undefined
}

/** What a run came to. */
export interface Report {
  readonly seed: number
  /** Of everything that went over the wires. */
  readonly digest: string
  readonly virtualMs: number
  readonly counts: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
}

/** Runs one seed. Runs must not overlap in a process. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Report> {
  const plan = options.soak ? drawSoak(seed, new Stream(seed)) : drawPlan(seed, new Stream(seed))
  return play(plan, options)
}

/** Plays a plan. */
export async function play(plan: Plan, { onTrace, onDay, unwatched }: SimulateOptions = {}): Promise<Report> {
  const chance = new Stream(plan.seed)
  const scheduler = new Scheduler()
  const digest = new Digest()
  const counts = new Map<string, number>()
  const names = plan.clients.map(({ name }) => name)
  const facts = new Facts(names)
  const keys = new Map<bigint, AuthKey>()
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
  const trace = (line: () => string): void => onTrace?.(scheduler.now, line())
  const crypto = { ...nativeCrypto, gzip }
  const faulty = (): boolean => scheduler.now < plan.until
  /** Notes a fault for the client that it happened to, or for all. */
  const onFault = (what: string, detail: string, client?: number): void => {
    count(`fault: ${what}`)
    trace(() => `fault: ${what} ${detail}`)
    facts.fault(what, detail, client)
  }
  const network: Network = new Network({
    scheduler,
    stream: chance.fork('links'),
    plan: plan.network,
    crypto,
    keys,
    faulty,
    onWrite: (link, _client, direction, bytes) => {
      digest.add(scheduler.now, link, direction, bytes)
      if (direction === 0 && !unwatched) referee.written(link, bytes)
    },
    onFault: (what, client) => onFault(what, client, names.indexOf(client)),
    checks: {
      dialled: (...about) => referee.links.dialled(...about),
      left: (...about) => referee.links.left(...about),
      ended: (link) => referee.executions.left(link),
    },
  })
  let onFile: (id: bigint) => void = () => {}
  const cluster: Cluster = new Cluster({
    plan,
    scheduler,
    chance: chance.fork('cluster'),
    crypto,
    network,
    keys,
    faulty,
    onFault: (what, detail, user) => onFault(what, detail, user === undefined ? user : Number(user - FIRST_BOT)),
    onRequest: (dc, info, { client, link }, isDealtWith) => {
      const { request, userId } = info
      trace(() => `DC ${dc} was asked by ${userId}: ${shown(request)}`)
      facts.asked(info, client, (keyId) => cluster.server(dc).keys.find(keyId, 0) !== undefined)
      if ('filePart' in request) referee.parts.asked(request.fileId, request.filePart, info)
      if (request._ !== 'messages.uploadMedia' || !('file' in request.media)) return
      const { file } = request.media
      const name = 'name' in file ? file.name : ''
      const { id } = file
      if (typeof id === 'bigint') {
        const made = referee.executions.asked(id, { ...info, link })
        onFile = (used) => isDealtWith && used === id && made()
      }
      for (const actor of actors) if (name.startsWith(`${actor.name}-`)) actor.peers.set(name, request.peer._)
    },
    onFile: (id) => onFile(id),
    onLoss: (file, part) => referee.parts.lost(file, part),
    onRefusal: (status, { client, link }) => {
      trace(() => `link ${link} was told ${status}`)
      facts.said(status, client)
    },
    onSeal: (_dc, sealed) => unwatched || referee.sealed(sealed),
    onLie: ({ plain, what }) => referee.opening.lied(plain, what),
    onExchange: (body, lie) => referee.opening.answered(body, lie),
  })
  const referee: Referee = new Referee({ crypto, now: () => scheduler.now, keys, trace })
  const hosts = plan.clients.map(
    (client) => new SimHost(client.name, scheduler, chance.fork(client.name), client.clock),
  )
  const actors = plan.clients.map(
    (client, index) =>
      new Actor({
        plan: client,
        index,
        until: plan.until,
        host: hosts[index]!,
        stream: chance.fork(`${client.name} work`),
        scheduler,
        network,
        cluster,
        crypto,
        happened: facts.of(index),
        violate: (check, detail) => referee.violate(check, detail),
        trace,
        count,
        onRestart: () => referee.restarted(),
        onKill: () => referee.killed(hosts[index]!.random),
      }),
  )
  cluster.schedule(hosts)
  if (!unwatched) {
    observe(
      referee.observer,
      hosts.map(({ random }) => random),
    )
  }

  for (let day = 1; day * DAY <= plan.until; day++) scheduler.at(day * DAY, 'run', () => onDay?.(day))

  let done = false
  const work = Promise.all(actors.map((actor) => actor.run())).then(
    () => {
      done = true
    },
    (error: unknown) => {
      done = true
      referee.violate('liveness', `the work ended with ${String(error)}`)
    },
  )
  const until = async (at: number, early: () => boolean = () => false): Promise<void> => {
    let over = false
    scheduler.at(at, 'run', () => {
      over = true
    })
    await scheduler.run(() => over || early())
  }
  try {
    await until(plan.until + LIVENESS, () => done && scheduler.now >= plan.until)
    if (!done) {
      const left = actors.map((actor) => `${actor.name}: ${actor.open}`).join(', ')
      referee.violate('liveness', `not done ${LIVENESS / 1000} s after faults had stopped; operations open: ${left}`)
    } else await work
    await until(scheduler.now + REST)
    if (done) for (const actor of actors) actor.quiet()
    if (done) referee.quiet((link) => network.isOpen(link))
    let closed = 0
    for (const actor of actors) {
      if (!done) continue
      actor.close().then(
        () => closed++,
        (error: unknown) => referee.violate('liveness', `close() failed: ${String(error)}`),
      )
    }
    await until(scheduler.now + FAREWELL)
    if (done) {
      if (closed < actors.length) referee.violate('liveness', 'close() did not end')
      leftovers(referee, actors, hosts, network)
    }
    // Calls that are answered late end by themselves.
    await until(scheduler.now + REST)
    cluster.close()
    if (cluster.pendingTimers > 0)
      referee.violate('leftovers', `${cluster.pendingTimers} timers are left at the servers`)
  } catch (error) {
    referee.violate('exception', error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    observe(undefined)
  }
  counts.set('packets', referee.packets)
  counts.set('timers', scheduler.fired)
  counts.set('wire bytes', digest.bytes)
  return {
    seed: plan.seed,
    digest: digest.finish(),
    virtualMs: Math.round(scheduler.now),
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    violations: referee.violations,
  }
}

/** A request as a trace shows it: long fields are left out. */
function shown({ _: method, ...fields }: AnyRequest): string {
  const text = JSON.stringify(fields, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}`
    return value instanceof Uint8Array ? `${value.length} bytes` : value
  })
  return `${method} ${text}`
}

/** What must not be left of closed clients. */
function leftovers(referee: Referee, actors: readonly Actor[], hosts: readonly SimHost[], network: Network): void {
  for (const host of hosts) {
    if (host.pendingTimers > 0) referee.violate('leftovers', `${host.pendingTimers} timers are left at ${host.name}`)
    const links = network.openOf(host.name)
    if (links > 0) referee.violate('leftovers', `${links} connections of ${host.name} are open`)
  }
  for (const { signals, name } of actors) {
    const listeners = signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
    if (listeners > 0) referee.violate('leftovers', `${listeners} listeners are left on signals given to ${name}`)
  }
  referee.calls.finish()
}
