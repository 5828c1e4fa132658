/**
 * The network between all machines of a run: dials become links, each with the faults that chance gives it.
 */

import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { Carrier, CarrierHandlers, Dial } from '../../transport/carrier/carrier.ts'
import { dialling } from '../../transport/carrier/dialling.ts'
import type { TransportName } from '../../transport/transport-name.ts'
import { LEFT_WITHIN, type LinkCheck } from './checks/links.ts'
import { type ByteFault, type DirectionPlan, Link, WIRE } from './link.ts'
import { Archive, Meddler } from './meddler.ts'
import type { NetworkPlan } from './plan.ts'
import type { Stream } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Byte positions up to which a fault is drawn: as likely in the first handshake as in the parts of a file. */
const REACHES: readonly number[] = [64, 700, 4000, 40_000, 600_000]
const LONGEST_STALL = 40_000
const LONGEST_SAG = 60_000
/** Bytes per millisecond of a line that has become slow. */
const SAGGING: readonly number[] = [10, 10, 40]
const LONGEST_INSERT = 40

/** A server's side of the network. */
export interface Listener {
  /** False while the machine is down. */
  up: boolean
  /** Takes the server's end of a link, which a client has dialled. */
  readonly accept: (carrier: Carrier, link: number, client: string) => CarrierHandlers
}

export interface NetworkOptions {
  readonly scheduler: Scheduler
  readonly stream: Stream
  readonly plan: NetworkPlan
  readonly crypto: Crypto
  /** Every key that any server ever had: what an attacker may have guessed. */
  readonly keys: ReadonlyMap<bigint, AuthKey>
  readonly faulty: () => boolean
  /** Told of everything that is written, before the network has it. */
  readonly onWrite: (link: number, client: string, direction: 0 | 1, bytes: Uint8Array) => void
  readonly onFault: (what: string, client: string) => void
  /** Told of dials, of links that have been dead for long, and of those that clients have left. */
  readonly checks: Pick<LinkCheck, 'dialled' | 'left'> & { readonly ended: (link: number) => void }
}

export class Network {
  readonly #options: NetworkOptions
  readonly #listeners = new Map<string, Listener>()
  readonly #links = new Map<Link, string>()
  /** The link of each client that stays when no other may be opened. */
  readonly #mains = new Map<string, Link>()
  readonly #archive = new Archive()
  #count = 0

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  /** Puts a server at an address. */
  listen(host: string, listener: Listener): void {
    this.#listeners.set(host, listener)
  }

  /** Links that are open at the client's end. */
  openOf(client: string): number {
    let open = 0
    for (const [link, name] of this.#links) if (name === client && !link.ends[0].closed) open++
    return open
  }

  /** Whether a link is open at both ends, and passes what is sent. */
  isOpen(number: number): boolean {
    for (const link of this.#links.keys()) {
      if (link.options.number === number) return !link.silent && link.ends.every(({ closed }) => !closed)
    }
    return false
  }

  /** Breaks every link to a server. */
  resetAll(host: string): void {
    for (const link of [...this.#links.keys()]) if (link.options.name === host) link.reset()
  }

  /** The process of a client is killed: its connections end, and nobody hears what they bring. */
  kill(client: string): void {
    for (const [link, name] of [...this.#links]) {
      const [mine] = link.ends
      if (name !== client || mine.closed) continue
      mine.handlers = { onData() {}, onClose() {} }
      mine.close()
    }
  }

  /** What a client dials with. */
  dialOf(client: string, transport: TransportName): Dial {
    const { scheduler, stream, plan, faulty, onFault, checks } = this.#options
    return (address, handlers, options) =>
      dialling<Carrier>(address, options, (attempt) => {
        const number = ++this.#count
        checks.dialled(client, scheduler.now)
        const chance = stream.fork(number)
        const latency = chance.between(...plan.latency)
        const listener = this.#listeners.get(address.host)
        const oneTooMany = faulty() && this.#isLimited(client) && this.#mains.get(client)?.ends[0].closed === false
        const refused = listener?.up !== true || oneTooMany || (faulty() && chance.chance(plan.refuse))
        if (faulty() && chance.chance(plan.unanswered)) {
          onFault('unanswered', client)
          return () => {}
        }
        if (refused) onFault(oneTooMany ? 'lane-refused' : 'refuse', client)
        const timer = scheduler.at(scheduler.now + 2 * latency, WIRE, () => {
          if (refused || !listener.up) attempt.failed(new Error('connection refused'))
          else
            attempt.opened(
              this.#connect({ number, client, transport, latency, chance, listener, handlers, host: address.host }),
            )
        })
        return () => timer.cancel()
      })
  }

  /** Whether a client may have no more than one connection. */
  #isLimited(client: string): boolean {
    return this.#options.plan.limited.includes(client)
  }

  #connect(of: {
    readonly number: number
    readonly client: string
    readonly transport: TransportName
    readonly latency: number
    readonly chance: Stream
    readonly listener: Listener
    readonly handlers: CarrierHandlers
    readonly host: string
  }): Carrier {
    const { scheduler, plan, faulty, onWrite, onFault, crypto, checks } = this.#options
    const { number, client, chance, listener } = of
    const { latency } = of
    const direction: DirectionPlan = { latency, jitter: plan.jitter, bandwidth: plan.bandwidth, pieces: plan.pieces }
    const link: Link = new Link({
      number,
      name: of.host,
      scheduler,
      stream: chance.fork('link'),
      plan: direction,
      faults: faulty() ? this.#drawFaults(chance.fork('faults')) : [],
      faulty,
      onWrite: (way, bytes) => onWrite(number, client, way, bytes),
      onFault: (fault) => {
        onFault(fault.kind, client)
        if (fault.kind !== 'half-open') return
        scheduler.at(scheduler.now + LEFT_WITHIN, WIRE, () => checks.left(number, mine.closed))
      },
      onLeft: () => checks.ended(number),
      onGone: () => this.#links.delete(link),
    })
    this.#links.set(link, client)
    if (this.#mains.get(client)?.ends[0].closed !== false) this.#mains.set(client, link)
    const [mine, theirs] = link.ends
    mine.handlers = of.handlers
    if (faulty() && chance.chance(plan.meddle)) {
      const { transport } = of
      const meddler = new Meddler(theirs, {
        client,
        transport,
        meddling: plan.meddling,
        stream: chance.fork('meddler'),
        scheduler,
        crypto,
        archive: this.#archive,
        keys: this.#options.keys,
        faulty,
        onFault: (what) => onFault(what, client),
      })
      meddler.server = listener.accept(meddler, number, client)
    } else theirs.handlers = listener.accept(theirs, number, client)
    return mine
  }

  #drawFaults(chance: Stream): ByteFault[] {
    const { plan } = this.#options
    const faults: ByteFault[] = []
    const at = (): { direction: 0 | 1; at: number } => ({
      direction: chance.below(2) === 0 ? 0 : 1,
      at: chance.below(chance.pick(REACHES)),
    })
    if (chance.chance(plan.cut)) faults.push({ kind: 'cut', ...at() })
    if (chance.chance(plan.halfOpen)) faults.push({ kind: 'half-open', ...at() })
    if (chance.chance(plan.stall)) faults.push({ kind: 'stall', ...at(), ms: chance.below(LONGEST_STALL) })
    if (chance.chance(plan.sag))
      faults.push({ kind: 'sag', ...at(), ms: chance.below(LONGEST_SAG), bandwidth: chance.pick(SAGGING) })
    if (chance.chance(plan.corrupt)) faults.push({ kind: 'flip', ...at(), bit: chance.below(8) })
    if (chance.chance(plan.corrupt))
      faults.push({ kind: 'insert', ...at(), bytes: chance.bytes(1 + chance.below(LONGEST_INSERT)) })
    return faults.sort((a, b) => a.at - b.at)
  }
}
