/**
 * A client at work: connects, does what its plan says, closes and connects anew in between, and tries again what failed
 * for a good reason. What comes back is compared with what was asked for.
 */
import { equal } from '../../bytes.ts'
import { encodeSession } from '../../client/session-data.ts'
import { memoryStorage, type SessionStorage } from '../../client/storage.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import {
  type ClientEvent,
  document,
  type MessageMedia,
  photo,
  UploadClient,
  type UploadMediaOptions,
} from '../../index.ts'
import { forwardSecrecy } from '../../transport/forward-secrecy.ts'
import { CHANGED, type Happened, judge, NO_SUCH_KEY } from './checks/errors.ts'
import type { Cluster } from './cluster.ts'
import type { SimHost } from './host.ts'
import type { Network } from './network.ts'
import type { ClientPlan, Operation, UploadOperation } from './plan.ts'
import type { Stream } from './random.ts'
import { SIM_RSA_KEY } from './rsa-key.ts'
import type { Scheduler } from './scheduler.ts'

/** Owner of the actors' own timers. */
export const ACTOR = 'actor'
/** Pause before something that failed is tried again, in milliseconds. */
const PAUSE = 3000
/** First bot's number; its token begins with it. */
export const FIRST_BOT = 1000n
/** A picture that is just a header: JPEG's start of image and frame, 32 × 24 pixels. */
const JPEG_HEAD: readonly number[] = [
  0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 24, 0, 32, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xd9,
]

export interface ActorOptions {
  readonly plan: ClientPlan
  readonly index: number
  readonly until: number
  readonly host: SimHost
  readonly stream: Stream
  readonly scheduler: Scheduler
  readonly network: Network
  readonly cluster: Cluster
  readonly crypto: Crypto<Uint8Array>
  readonly happened: Happened
  readonly violate: (check: string, detail: string) => void
  readonly trace: (line: () => string) => void
  readonly count: (what: string) => void
  /** The client was closed, and is about to begin anew. */
  readonly onRestart: () => void
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
  #client: Promise<UploadClient> | undefined
  #closes = 0
  #keysLost = 0
  #done = false

  constructor(options: ActorOptions) {
    const { plan, stream, cluster, index } = options
    this.#options = options
    this.#bot = FIRST_BOT + BigInt(index)
    cluster.world.bot(this.#bot).homeDc = plan.home
    this.#storage = memoryStorage(plan.stored ? this.#agree(stream.fork('key')) : undefined)
  }

  /** Does everything; resolves when the last operation has ended. */
  async run(): Promise<void> {
    const { plan, scheduler } = this.#options
    this.#client = this.#connect()
    const reopens = plan.reopens.map(async (at) => {
      await scheduler.sleep(at, ACTOR)
      await this.#reopen()
    })
    this.open = plan.operations.length
    await Promise.all(
      plan.operations.map(async (operation, number) => {
        await scheduler.sleep(operation.at, ACTOR)
        await this.#perform(operation, number)
        this.open--
      }),
    )
    await Promise.all(reopens)
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

  /** Tries until it works. */
  async #connect(): Promise<UploadClient> {
    const { plan, host, crypto, network, cluster, scheduler, trace } = this.#options
    for (;;) {
      const startedAt = scheduler.now
      try {
        const client = await UploadClient.connect({
          apiId: 1,
          apiHash: 'hash',
          botToken: `${this.#bot}:secret`,
          storage: this.#storage,
          dc: { id: plan.dc, host: cluster.addressOf(plan.dc), port: 443, serverKeys: [SIM_RSA_KEY] },
          transport: plan.transport,
          lanes: plan.lanes,
          forwardSecrecy: plan.forwardSecrecy !== undefined && forwardSecrecy({ lifetime: plan.forwardSecrecy }),
          host,
          crypto,
          dial: network.dialOf(plan.name, plan.transport),
          onEvent: (event) => {
            trace(() => `${plan.name} ${show(event)}`)
            // What is known of a datacenter beside its key is not kept while the account lives in another.
            if (event.type === 'migrate') this.#options.onRestart()
            this.#judgeEvent(event)
          },
        })
        const { user } = client
        if (user?.id !== this.#bot) this.#options.violate('answers', `logged in as ${user?.id}, not ${this.#bot}`)
        return client
      } catch (error) {
        this.#options.onRestart()
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
    // Anybody can say that a key is not known: the server has to say it twice.
    this.#keysLost++
    if (any(CHANGED)) return
    if ((faults.get(NO_SUCH_KEY) ?? 0) < 2 * this.#keysLost) violate('keys', 'a key was given up at the first word')
  }

  /** Closes the client and connects anew from what it stored. */
  async #reopen(): Promise<void> {
    let pending = this.#client
    let before = await pending!
    for (; pending !== this.#client; before = await pending!) pending = this.#client
    if (this.#done) return
    this.#options.count('reopened')
    this.#closes++
    this.#client = before.close().then(() => {
      this.#options.onRestart()
      return this.#connect()
    })
    await this.#client
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
        await this.#attempt(client, operation, number, abort.signal)
        trace(() => `${name} is done`)
        count(`${operation.kind} done`)
        return
      } catch (error) {
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
        return this.#upload(client, operation, number, signal)
      case 'config': {
        const before = client.dcId
        const { thisDc } = await client.invoke({ _: 'help.getConfig' }, { signal })
        // The account may have moved meanwhile.
        if (thisDc !== client.dcId && thisDc !== before) wrong(`the answer is that of DC ${thisDc}`)
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
        const id = asked.map((user) => ({ _: 'inputUser' as const, userId: user.id, accessHash: user.accessHash }))
        const found = await client.invoke({ _: 'users.getUsers', id }, { signal })
        const same = found.length === asked.length && asked.every((user, i) => found[i]!.id === user.id)
        if (!same) wrong(`${operation.names.join()} are not who was found`)
      }
    }
  }

  async #upload(client: UploadClient, operation: UploadOperation, number: number, signal: AbortSignal): Promise<void> {
    const { violate, plan, stream, cluster, count } = this.#options
    const { what, size, partSize } = operation
    const content = stream.fork(`file ${number}`)
    const bytes = content.bytes(size)
    if (what === 'photo') bytes.set(JPEG_HEAD)
    const name = `${plan.name}-${number}.${what === 'photo' ? 'jpg' : 'bin'}`
    const data = operation.stream ? { data: pieces(bytes, content), name } : { data: bytes, name }
    const options: UploadMediaOptions = {
      peer: operation.peer,
      media: what === 'photo' ? photo(data) : document(data),
      signal,
      ...(partSize !== undefined && { partSize }),
    }
    const media = await client.uploadMedia(options)
    count('bytes uploaded')
    const wrong = (how: string): void => violate('files', `${name}, ${size} bytes: ${how}`)
    const id = idOf(media, what)
    const stored = id === undefined ? undefined : cluster.world.media.find(id)
    if (stored === undefined || stored.kind !== what) return wrong(`the server has no such ${what}`)
    const there = await stored.content.read(0, stored.content.size)
    if (!equal(there, bytes)) wrong(`the server has ${there.length} other bytes`)
    const peer = this.peers.get(name)
    const asked = { me: 'inputPeerSelf', empty: 'inputPeerEmpty', '@test_group': 'inputPeerChannel' }[operation.peer]
    if (peer !== asked) wrong(`it was made for ${peer}, not ${asked}`)
  }
}

/** The number of what was made. */
function idOf(media: MessageMedia, what: 'photo' | 'document'): bigint | undefined {
  if (what === 'photo') return media._ === 'messageMediaPhoto' ? media.photo?.id : undefined
  return media._ === 'messageMediaDocument' ? media.document?.id : undefined
}

/** Bytes as a stream of pieces. */
async function* pieces(bytes: Uint8Array, stream: Stream): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + stream.below(5000))
    yield bytes.slice(at, end)
    at = end
  }
}

function show(event: ClientEvent): string {
  return JSON.stringify(event, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}`
    return value instanceof Error ? `${value.name}: ${value.message}` : value
  })
}
