/**
 * The servers of a run: test DCs that share one world, each on a machine of its own, and all that they do wrong.
 */
import { view } from '../../bytes.ts'
import type { AuthKey } from '../../crypto/auth-key.ts'
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { PLAIN_MESSAGE_HEAD, unwrapPlain } from '../../transport/exchange/plain.ts'
import type { KeyRecord } from '../server/auth-keys.ts'
import type { CallFault, Faults, OutgoingPlain, RequestInfo } from '../server/faults.ts'
import { memoryParts } from '../server/parts-store.ts'
import { TestServer } from '../server/server.ts'
import { World, type WorldUser } from '../server/world.ts'
import { SimHost } from './host.ts'
import { type Lie, lieIn, lieInExchange } from './lies.ts'
import type { Listener, Network } from './network.ts'
import { NAMES, type Plan, type RequestPlan, type TimedFault } from './plan.ts'
import type { Stream } from './random.ts'
import { SIM_RSA_KEY } from './rsa-key.ts'
import type { Scheduler } from './scheduler.ts'
import { shuffleContainer } from './shuffle.ts'

/** Files that the world keeps: more than are looked at, few enough for a week. */
const KEEP_MEDIA = 50
const BOOL_FALSE = 0xbc799737
/** Owner of the timers by which faults come. */
export const DIRECTOR = 'director'
/** Codes of `bad_msg_notification`, 48 being that of `bad_server_salt`. */
const BAD_MESSAGE_CODES: readonly number[] = [16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64]
const SERVER_ERRORS: readonly (readonly [number, string])[] = [
  [500, 'INTERNAL'],
  [500, 'WORKER_BUSY_TOO_LONG_RETRY'],
  [-503, 'Timeout'],
]
const LONGEST_FLOOD_WAIT = 12
const LONGEST_LATENESS = 25_000
/** A clock that moves by more than this many milliseconds is that of a server which was restarted. */
const RESTART_BEYOND = 20_000

/** What is told of the servers. */
export interface ClusterOptions {
  readonly plan: Plan
  readonly scheduler: Scheduler
  readonly chance: Stream
  readonly crypto: Crypto<Uint8Array> & WithMd5
  readonly network: Network
  /** Where to note the keys. */
  readonly keys: Map<bigint, AuthKey>
  readonly faulty: () => boolean
  /** A fault happened; `detail` is what a client may be told by it, `user` whom alone it happened to, where that is known. */
  readonly onFault: (what: string, detail: string, user?: bigint) => void
  /** A request has arrived from a client; `isDealtWith` if it is carried out as it should be, or as far as it can be. */
  readonly onRequest: (dc: number, info: RequestInfo, from: Caller, isDealtWith: boolean) => void
  /** The parts of a file became a file. */
  readonly onFile: (id: bigint) => void
  /** A part got lost. */
  readonly onLoss: (file: bigint, part: number) => void
  /** A transport error is sent to a client. */
  readonly onRefusal: (status: number, to: Caller) => void
  /** A message is about to be sealed, with all of its padding. */
  readonly onSeal: (dc: number, plain: Required<OutgoingPlain>) => void
  /** It breaks a rule. */
  readonly onLie: (lie: Lie) => void
  /** An answer of a key exchange is about to be sent. */
  readonly onExchange: (body: Uint8Array, lie: string | undefined) => void
}

/** Whose connection it is. */
export interface Caller {
  readonly client: string
  readonly link: number
}

interface Site {
  readonly server: TestServer
  readonly host: SimHost
  readonly listener: Listener
  readonly address: string
}

export class Cluster {
  readonly world: World
  /** Every key that any DC ever had, by the eight bytes that name it on the wire. */
  readonly keys: Map<bigint, AuthKey>
  readonly users: readonly WorldUser[]
  readonly #options: ClusterOptions
  readonly #sites: Site[] = []
  readonly #calls: Stream
  readonly #padding: Stream
  readonly #lies: Stream
  /** The lie in the answer of a key exchange that is about to be sent. */
  #lie: string | undefined
  /** Files of which parts may have been lost, by id. */
  readonly #used = new Set<bigint>()

  constructor(options: ClusterOptions) {
    const { chance, plan, network, keys } = options
    this.#options = options
    this.keys = keys
    this.#calls = chance.fork('calls')
    this.#padding = chance.fork('padding')
    this.#lies = chance.fork('lies')
    this.world = new World({ random: chance.fork('world').fill, parts: memoryParts(), keepMedia: KEEP_MEDIA })
    const { uploads } = this.world
    const use = uploads.use.bind(uploads)
    uploads.use = (user, id, ...about) => {
      const content = use(user, id, ...about)
      options.onFile(id)
      return content
    }
    this.users = NAMES.map((username) => this.world.addUser({ firstName: username, username }))
    this.world.addChat({ kind: 'supergroup', title: 'Test group', username: 'test_group' })
    for (const dc of plan.dcs) {
      const site = this.#open(dc.id)
      this.#sites.push(site)
      network.listen(site.address, site.listener)
      this.world.addDc({ id: dc.id, host: site.address, port: 443 })
    }
  }

  /** Address of a DC. */
  addressOf(dc: number): string {
    return this.#sites[dc - 1]!.address
  }

  server(dc: number): TestServer {
    return this.#sites[dc - 1]!.server
  }

  /** Makes a key known to a DC and logs a bot in on it, without an exchange. */
  agree(dc: number, bytes: Uint8Array, salt: bigint, bot: bigint): KeyRecord {
    const { server, host } = this.#sites[dc - 1]!
    const record = server.keys.add(bytes, salt, Math.floor(host.wallClock() / 1000))
    if (record === undefined) throw new Error('two keys of one run have the same id')
    record.userId = this.world.bot(bot).id
    return record
  }

  /** Sets the timers of all faults that come at a moment of their own. */
  schedule(clients: readonly SimHost[]): void {
    const { plan, scheduler, onFault } = this.#options
    for (const fault of plan.timed) {
      scheduler.at(fault.at, DIRECTOR, () => {
        onFault(fault.kind, `${fault.target} ${fault.ms}`)
        this.#happen(fault, clients)
      })
    }
  }

  /** Ends all connections and sessions, so that no timer is left. */
  close(): void {
    for (const { server } of this.#sites) server.close()
  }

  /** Timers that the servers have set. */
  get pendingTimers(): number {
    return this.#sites.reduce((sum, { host }) => sum + host.pendingTimers, 0)
  }

  #open(id: number): Site {
    const { plan, scheduler, chance, crypto, onRequest, onRefusal } = this.#options
    const { clock, ...dc } = plan.dcs[id - 1]!
    const host = new SimHost(`dc-${id}`, scheduler, chance.fork(`dc-${id}`), clock)
    // Connections are counted from 1.
    const callers: Caller[] = []
    const faults: Faults = {
      clockOffset: 0,
      onTransportError: (status, connection) => onRefusal(status, callers[connection - 1]!),
      onRequest: (info) => {
        const fault = this.#misdeal(id, info)
        onRequest(id, info, callers[info.connection - 1]!, fault === undefined)
        return fault
      },
      onSeal: (plain) => this.#seal(id, plain),
      onSend: (packet) => {
        this.#tellPlain(packet)
        return [packet]
      },
      exchange: { tamper: (_step, message) => this.#tamper(message) },
    }
    const { gzip, containers, ackDelay, resendLimit, strictAcks } = dc
    const server = new TestServer({
      dcId: id,
      host,
      crypto,
      rsaKeys: [SIM_RSA_KEY],
      world: this.world,
      behaviour: { gzip, containers, ackDelay, resendLimit, strictAcks },
      faults,
    })
    const add = server.keys.add.bind(server.keys)
    server.keys.add = (...args) => {
      const record = add(...args)
      if (record) this.keys.set(record.id, record.authKey)
      return record
    }
    const accept: Listener['accept'] = (carrier, link, client) => {
      callers.push({ client, link })
      return server.accept(carrier)
    }
    return { server, host, listener: { up: true, accept }, address: `dc-${id}.sim` }
  }

  #seal(dc: number, plain: OutgoingPlain): OutgoingPlain {
    const { plan, faulty, onSeal, onLie, onFault } = this.#options
    const padding = this.#padding
    const shuffled =
      faulty() && padding.chance(plan.requests.shuffle) ? shuffleContainer(plain.body, padding) : plain.body
    const length = 12 + ((4 - shuffled.length) & 15) + 16 * padding.below(4)
    const whole = { head: plain.head, body: shuffled, padding: padding.bytes(length) }
    if (!faulty() || !this.#lies.chance(plan.requests.lie)) {
      onSeal(dc, whole)
      return whole
    }
    const lie = lieIn(whole, this.#lies)
    onFault('lie', lie.what)
    onSeal(dc, lie.plain)
    onLie(lie)
    return lie.plain
  }

  #tamper(message: ServerMessage): ServerMessage {
    const { plan, faulty, onFault } = this.#options
    // Exchanges are rare: a lying server lies in one of five answers.
    if (!faulty() || plan.requests.lie === 0 || !this.#lies.chance(200)) return message
    const lie = lieInExchange(message, this.#lies)
    if (lie === undefined) return message
    this.#lie = lie.what
    onFault('lie', lie.what)
    return lie.message
  }

  #tellPlain(packet: Uint8Array): void {
    if (packet.length < PLAIN_MESSAGE_HEAD || view(packet).getBigInt64(0, true) !== 0n) return
    this.#options.onExchange(unwrapPlain(packet).body, this.#lie)
    this.#lie = undefined
  }

  /** What to do wrong with a request, by the rates of the plan. */
  #misdeal(dc: number, info: RequestInfo): CallFault | undefined {
    const { plan, faulty } = this.#options
    if (!faulty()) return undefined
    const chance = this.#calls
    const method = info.request._
    const will = (rate: keyof RequestPlan): boolean => chance.chance(plan.requests[rate])
    const isPart = method === 'upload.saveFilePart' || method === 'upload.saveBigFilePart'
    if (method === 'messages.uploadMedia') this.#losePart(info, will('lostPart'))
    if (will('serverError')) return this.#error(info, ...chance.pick(SERVER_ERRORS))
    if (will('flood')) {
      const name = isPart && chance.chance(500) ? 'FLOOD_PREMIUM_WAIT' : 'FLOOD_WAIT'
      return this.#error(info, 420, `${name}_${chance.below(LONGEST_FLOOD_WAIT + 1)}`)
    }
    if (will('badMessage')) {
      const code = chance.pick(BAD_MESSAGE_CODES)
      return this.#note(info, 'bad-message', `${code}`, { kind: 'bad-message', code })
    }
    if (will('silence')) return this.#note(info, 'silence', method, { kind: 'silence', execute: chance.chance(500) })
    if (will('hangUp')) return this.#note(info, 'hang-up', method, { kind: 'disconnect', execute: chance.chance(500) })
    if (will('late')) return this.#note(info, 'late', method, { kind: 'delay', ms: chance.below(LONGEST_LATENESS) })
    if (will('transportError')) {
      const status = chance.pick([-404, -429])
      return this.#note(info, 'transport-error', `${status}`, { kind: 'transport-error', status })
    }
    if (isPart && will('refusal')) {
      return this.#note(info, 'refusal', method, { kind: 'answer', encode: (writer) => writer.uint(BOOL_FALSE) })
    }
    if (method === 'auth.importBotAuthorization' && plan.dcs.length > 1 && will('networkMigrate')) {
      return this.#error(info, 303, `NETWORK_MIGRATE_${chance.pick(plan.dcs.filter(({ id }) => id !== dc)).id}`)
    }
    return undefined
  }

  #error(info: RequestInfo, code: number, text: string): CallFault {
    return this.#note(info, 'error', `${info.request._} ${text}`, { kind: 'error', code, text })
  }

  #note({ userId }: RequestInfo, what: string, detail: string, fault: CallFault): CallFault {
    this.#options.onFault(what, detail, userId)
    return fault
  }

  /** Loses a part of the file that a request is about to use. */
  #losePart({ request, userId }: RequestInfo, lose: boolean): void {
    if (request._ !== 'messages.uploadMedia' || userId === undefined || !('file' in request.media)) return
    const { file } = request.media
    if (!('parts' in file)) return
    const part = this.#calls.below(file.parts)
    // What became a file stays one: parts are lost before, or never.
    if (this.#used.has(file.id)) return
    this.#used.add(file.id)
    if (!lose) return
    if (!this.world.uploads.lose(userId, file.id, part)) return
    this.#options.onFault('lost-part', `${part}`, userId)
    this.#options.onLoss(file.id, part)
  }

  #happen({ kind, target, ms }: TimedFault, clients: readonly SimHost[]): void {
    const { network, scheduler, plan } = this.#options
    if (kind === 'client-clock') {
      clients[target % clients.length]!.jump(ms)
      return
    }
    const { server, listener, address } = this.#sites[target]!
    switch (kind) {
      case 'restart':
        server.forgetSessions()
        return
      case 'restart-and-rotate':
        server.rotateSalts()
        server.forgetSessions()
        return
      case 'rotate-salts':
        server.rotateSalts()
        return
      case 'forget-keys':
        server.forgetKeys()
        return
      case 'disconnect':
        server.disconnectAll()
        return
      case 'outage':
        listener.up = false
        network.resetAll(address)
        scheduler.at(Math.min(scheduler.now + ms, plan.until), DIRECTOR, () => {
          listener.up = true
        })
        return
      case 'server-clock':
        server.faults.clockOffset = (server.faults.clockOffset ?? 0) + ms
        if (Math.abs(ms) > RESTART_BEYOND) server.forgetSessions()
        return
    }
  }
}
