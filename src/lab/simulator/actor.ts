/**
 * A client at work: connects, does what its plan says, closes and connects anew in between, and tries again what failed
 * for a good reason. What comes back is compared with what was asked for.
 */
import { encodeSession } from '../../client/session-data.ts'
import { memoryStorage, type SessionStorage } from '../../client/storage.ts'
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import { resumable } from '../../files/resume/resumable.ts'
import { memoryResumeStore } from '../../files/resume/store.ts'
import type { Resume } from '../../files/resumption.ts'
import { type ClientEvent, UploadClient } from '../../index.ts'
import { forwardSecrecy } from '../../transport/forward-secrecy.ts'
import { accessHashFor } from '../server/world.ts'
import { CHANGED, type Happened, judge, NO_SUCH_KEY } from './checks/errors.ts'
import type { Cluster } from './cluster.ts'
import type { SimHost } from './host.ts'
import { Killed, Life } from './life.ts'
import type { Network } from './network.ts'
import type { ClientPlan, Operation } from './plan.ts'
import type { Stream } from './random.ts'
import { SIM_RSA_KEY } from './rsa-key.ts'
import type { Scheduler } from './scheduler.ts'
import { type Spread, spread, Uploads } from './uploads.ts'

/** Owner of the actors' own timers. */
export const ACTOR = 'actor'
/** Pause before something that failed is tried again, in milliseconds. */
const PAUSE = 3000
/** First bot's number; its token begins with it. */
export const FIRST_BOT = 1000n

export interface ActorOptions {
  readonly plan: ClientPlan
  readonly index: number
  readonly until: number
  readonly host: SimHost
  readonly stream: Stream
  readonly scheduler: Scheduler
  readonly network: Network
  readonly cluster: Cluster
  readonly crypto: Crypto<Uint8Array> & WithMd5
  readonly happened: Happened
  readonly violate: (check: string, detail: string) => void
  readonly trace: (line: () => string) => void
  readonly count: (what: string) => void
  /** The client was closed, and is about to begin anew. */
  readonly onRestart: () => void
  /** Its process was killed. */
  readonly onKill: () => void
}

export class Actor {
  readonly signals: AbortSignal[] = []
  /** Peers that the server was asked to make media for, by file name. */
  readonly peers: Map<string, string> = new Map()
  /** Operations that have not ended. */
  open = 0
  readonly #options: ActorOptions
  readonly #storage: SessionStorage
  readonly #bot: bigint
  readonly #uploads: Uploads
  readonly #notes: ReturnType<typeof memoryResumeStore> | undefined
  /** Signals of what is under way. */
  /** Where the account has lived, as far as anybody asked or was told. */
  readonly #homes: number[] = []
  readonly #underWay = new Set<AbortSignal>()
  #life: Life
  #resume: Resume | undefined
  #spread: Spread | undefined
  /** It connects or closes: whoever does that goes on after a kill. */
  #changing = false
  #client: Promise<UploadClient> | undefined
  #closes = 0
  /** Keys that were given up, by lane. */
  readonly #keysLost = new Map<number, number>()
  #done = false

  constructor(options: ActorOptions) {
    const { plan, stream, cluster, index } = options
    this.#options = options
    this.#bot = FIRST_BOT + BigInt(index)
    cluster.world.bot(this.#bot).homeDc = plan.home
    this.#storage = memoryStorage(plan.stored ? this.#agree(stream.fork('key')) : undefined)
    this.#notes = plan.kills.length > 0 ? memoryResumeStore() : undefined
    this.#life = new Life(options.host)
    const { violate, count, happened } = options
    this.#uploads = new Uploads({
      name: plan.name,
      stream,
      cluster,
      violate,
      count,
      peers: this.peers,
      notes: this.#notes,
      partsLost: () => happened.faults.has('lost-part'),
    })
  }

  /** Does everything; resolves when the last operation has ended. */
  async run(): Promise<void> {
    const { plan, scheduler } = this.#options
    this.#client = this.#connect()
    const reopens = plan.reopens.map(async (at) => {
      await scheduler.sleep(at, ACTOR)
      await this.#reopen()
    })
    const kills = plan.kills.map(async (at) => {
      await scheduler.sleep(at, ACTOR)
      this.#kill()
      if (!this.#done) await this.#current()
    })
    this.open = plan.operations.length
    await Promise.all(
      plan.operations.map(async (operation, number) => {
        await scheduler.sleep(operation.at, ACTOR)
        await this.#perform(operation, number)
        this.open--
      }),
    )
    await Promise.all([...reopens, ...kills])
  }

  /** All is quiet: nothing is under way. */
  quiet(): void {
    this.#spread?.check.quiet()
  }

  /** Closes the client for good. */
  async close(): Promise<void> {
    this.#done = true
    await (await this.#current()).close()
  }

  get name(): string {
    return this.#options.plan.name
  }

  /** Makes a key that both ends have; returns what a client stores of it. */
  #agree(stream: Stream): string {
    const { plan, cluster } = this.#options
    const key = stream.bytes(256)
    const salt = BigInt(stream.word())
    cluster.agree(plan.dc, key, salt, this.#bot)
    return encodeSession({
      test: false,
      dc: plan.dc,
      keys: new Map([[plan.dc, { key, salt: plan.staleSalt ? salt + 1n : salt }]]),
      user: { id: this.#bot, bot: true },
    })
  }

  /** Tries until it works, in one process after another. */
  async #connect(): Promise<UploadClient> {
    const { plan, host, crypto, network, cluster, scheduler, trace, violate } = this.#options
    this.#changing = true
    for (;;) {
      const startedAt = scheduler.now
      const life = new Life(host)
      this.#life = life
      this.#spread = plan.narrow === undefined ? undefined : spread(life, plan.narrow, plan.lanes, violate)
      this.#resume = this.#notes && resumable(this.#notes)
      try {
        const connecting = UploadClient.connect({
          apiId: 1,
          apiHash: 'hash',
          botToken: `${this.#bot}:secret`,
          storage: this.#storage,
          dc: { id: plan.dc, host: cluster.addressOf(plan.dc), port: 443, serverKeys: [SIM_RSA_KEY] },
          transport: plan.transport,
          lanes: plan.lanes,
          forwardSecrecy: plan.forwardSecrecy !== undefined && forwardSecrecy({ lifetime: plan.forwardSecrecy }),
          host: life,
          crypto,
          dial: life.dialing(network.dialOf(plan.name, plan.transport)),
          onEvent: (event) => {
            if (life.dead) return
            trace(() => `${plan.name} ${show(event)}`)
            if (event.type === 'connected' && event.lane > 0) this.#options.count('lanes opened')
            // What is known of a datacenter beside its key is not kept while the account lives in another.
            if (event.type === 'migrate') {
              this.#homes.push(event.to)
              this.#options.onRestart()
            }
            this.#judgeEvent(event)
          },
        })
        const client = await life.outlive(connecting)
        this.#changing = false
        const { user } = client
        if (user?.id !== this.#bot) this.#options.violate('answers', `logged in as ${user?.id}, not ${this.#bot}`)
        return client
      } catch (error) {
        this.#options.onRestart()
        if (error instanceof Killed) continue
        this.#failed('connect', error, { startedAt, aborted: false, closes: this.#closes })
        await scheduler.sleep(PAUSE, ACTOR)
      }
    }
  }

  /** What a client does for no reason of its own needs one. */
  #judgeEvent(event: ClientEvent): void {
    const { violate, happened } = this.#options
    const { faults } = happened
    const any = (names: readonly string[]): boolean => names.some((name) => faults.has(name))
    if (event.type === 'repair' && !faults.has('lost-part')) violate('files', `part ${event.part} is missing`)
    if (event.type !== 'session-reset' || event.reason !== 'key') return
    // Anybody can say that a key is not known: the server has to say it twice. What one lane was told the others take over.
    const lost = (this.#keysLost.get(event.lane) ?? 0) + 1
    this.#keysLost.set(event.lane, lost)
    if (any(CHANGED)) return
    if ((faults.get(NO_SUCH_KEY) ?? 0) < 2 * lost) violate('keys', 'a key was given up at the first word')
  }

  /** Closes the client and connects anew from what it stored. */
  async #reopen(): Promise<void> {
    let pending = this.#client
    let before = await pending!
    for (; pending !== this.#client; before = await pending!) pending = this.#client
    if (this.#done) return
    this.#options.count('reopened')
    this.#closes++
    this.#changing = true
    const closing = this.#life.outlive(before.close()).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    this.#client = closing.then(() => {
      this.#options.onRestart()
      return this.#connect()
    })
    await this.#client
  }

  /** Ends the process and begins another one, from what is stored. */
  #kill(): void {
    const { network, plan, onKill, onRestart, count, trace } = this.#options
    if (this.#done) return
    trace(() => `${plan.name} is killed`)
    count('killed')
    // What a dead process was told of stays.
    this.signals.splice(0, Number.POSITIVE_INFINITY, ...this.signals.filter((one) => !this.#underWay.has(one)))
    this.#life.kill()
    network.kill(plan.name)
    onKill()
    onRestart()
    if (!this.#changing) this.#client = this.#connect()
  }

  /** The client that is connected now, or will be next. */
  async #current(): Promise<UploadClient> {
    for (;;) {
      const client = this.#client
      const connected = await client!
      if (client === this.#client) return connected
    }
  }

  /** Tries an operation until it succeeds or was aborted. */
  async #perform(operation: Operation, number: number): Promise<void> {
    const { scheduler, trace, count, plan } = this.#options
    const name = `${plan.name} ${operation.kind} ${number}`
    for (let attempt = 1; ; attempt++) {
      let pending = this.#client
      let client = await pending!
      // It may have been closed for another one while we waited.
      for (; pending !== this.#client; client = await pending!) pending = this.#client
      const startedAt = scheduler.now
      const closes = this.#closes
      const abort = new AbortController()
      this.signals.push(abort.signal)
      this.#underWay.add(abort.signal)
      let abortedAt: number | undefined
      const abortAfter = operation.kind === 'upload' ? operation.abortAfter : undefined
      const timer =
        abortAfter === undefined
          ? undefined
          : scheduler.at(startedAt + abortAfter, ACTOR, () => {
              abortedAt = scheduler.now
              trace(() => `${name} is aborted`)
              abort.abort()
            })
      trace(() => `${name} begins, attempt ${attempt}`)
      try {
        await this.#life.outlive(this.#attempt(client, operation, number, abort.signal))
        trace(() => `${name} is done`)
        count(`${operation.kind} done`)
        return
      } catch (error) {
        if (error instanceof Killed) continue
        const aborted = abortedAt !== undefined
        this.#failed(name, error, { startedAt, aborted, closes })
        if (aborted) {
          if (scheduler.now > abortedAt!) {
            this.#options.violate('abort', `${name} ended ${scheduler.now - abortedAt!} ms after it was aborted`)
          }
          count('aborted')
          return
        }
        count('attempts failed')
        await scheduler.sleep(PAUSE, ACTOR)
      } finally {
        this.#underWay.delete(abort.signal)
        timer?.cancel()
      }
    }
  }

  #failed(name: string, error: unknown, of: { startedAt: number; aborted: boolean; closes: number }): void {
    const { until, happened, violate, trace } = this.#options
    const closed = of.closes !== this.#closes || this.#done
    const wrong = judge(error, { startedAt: of.startedAt, aborted: of.aborted, closed, until }, happened)
    trace(() => `${name} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`)
    if (wrong !== undefined) {
      violate('errors', `${name} (begun at ${of.startedAt}): ${wrong}`)
      if (!(error instanceof Error) || /^(Type|Range|Reference)Error$/.test(error.name))
        trace(() => (error as Error).stack ?? '')
    }
  }

  async #attempt(client: UploadClient, operation: Operation, number: number, signal: AbortSignal): Promise<void> {
    const { violate, cluster, plan } = this.#options
    const wrong = (what: string): void => violate('answers', `${plan.name} ${operation.kind} ${number}: ${what}`)
    switch (operation.kind) {
      case 'upload':
        return this.#uploads.one(client, operation, number, { signal, resume: this.#resume, gate: this.#spread?.gate })
      case 'many':
        return this.#uploads.many(client, operation, number, { signal, gate: this.#spread?.gate })
      case 'config': {
        const first = this.#homes.push(client.dcId) - 1
        const { thisDc } = await client.invoke({ _: 'help.getConfig' }, { signal })
        // The account may have moved meanwhile.
        if (!this.#homes.slice(first).includes(thisDc)) wrong(`the answer is that of DC ${thisDc}`)
        return
      }
      case 'resolve': {
        const { username } = operation
        const found = await client.invoke({ _: 'contacts.resolveUsername', username }, { signal })
        const asked = cluster.users.find((user) => user.username === username)!
        if (found.peer._ !== 'peerUser' || found.peer.userId !== asked.id) wrong(`${username} is not who was found`)
        return
      }
      case 'users': {
        const asked = operation.names.map((name) => cluster.users.find((user) => user.username === name)!)
        const me = cluster.world.bot(this.#bot)
        const id = asked.map((user) => ({
          _: 'inputUser' as const,
          userId: user.id,
          accessHash: accessHashFor(user, me),
        }))
        const found = await client.invoke({ _: 'users.getUsers', id }, { signal })
        const same = found.length === asked.length && asked.every((user, i) => found[i]!.id === user.id)
        if (!same) wrong(`${operation.names.join()} are not who was found`)
      }
    }
  }
}

function show(event: ClientEvent): string {
  return JSON.stringify(event, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}`
    return value instanceof Error ? `${value.name}: ${value.message}` : value
  })
}
