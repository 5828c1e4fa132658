/**
 * A session: the state machine between calls and packets.
 *
 * Calls go in; {@link Session.take} gives the next message to seal and send; decrypted packets go into
 * {@link Session.receive}; {@link Session.tick} does what is due at a moment, and {@link Session.deadline} says when the
 * next thing is. No sockets, timers, clocks or randomness of its own. A session outlives its connections: what was not
 * answered on one is answered on the next.
 *
 * Source: https://core.telegram.org/mtproto/service_messages, https://core.telegram.org/mtproto/service_messages_about_messages
 */
import { hint } from '#explain'
import { pack } from '#pack'
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { type SecurityError, TransportError } from '../../errors.ts'
import { NEVER, type RandomSource, randomBytes } from '../../host.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlEncode } from '../../tl/method.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { TlWriter } from '../../tl/writer.ts'
import type { Carrier } from '../carrier/carrier.ts'
import { type Call, type CallRequest, createCall } from './call.ts'
import type { ServerClock } from './clock.ts'
import type { MessageHead } from './envelope.ts'
import { Inbox, type Incoming, refused } from './inbox.ts'
import type { Recent, SessionEvent, SessionInternals } from './internals.ts'
import {
  ACK_BATCH,
  ACK_DELAY,
  MAX_DROPS,
  MAX_IDS,
  MAX_OWED,
  MAX_RECENT,
  MAX_SENDINGS,
  RPC_RESULT,
  SERVICE_COUNTS,
  STALE_AFTER,
} from './limits.ts'
import { MessageIds } from './message-id.ts'
import { Outbox } from './outbox.ts'
import { react } from './react.ts'
import type { Salts } from './salts.ts'
import type { SeenIds } from './seen-ids.ts'
import { LONG_AGO, Watch } from './watch.ts'

/** What a session asks of its owner, and tells it. */
export interface SessionOptions {
  readonly crypto: Crypto
  readonly random: RandomSource
  readonly clock: ServerClock
  readonly salts: Salts
  /** Wraps a call's body in `invokeWithLayer(initConnection(…))`, until the server has answered such a call. */
  readonly init: (encode: TlEncode) => TlEncode
  /** A message that answers no call, such as an update. `reader` stands before the constructor id. */
  readonly onUpdate?: ((reader: TlReader) => void) | undefined
  /** Something a researcher or a log would like to know: a salt changed, a message was refused by the server, a new session began. */
  readonly onEvent?: ((event: SessionEvent) => void) | undefined
}

/** A message ready for the envelope. */
export interface Sealable {
  readonly head: MessageHead
  readonly body: TlWriter
}

/** One session under an authorization key. Its owner moves packets; see the module's comment. */
export class Session implements SessionInternals {
  /** Set when the session had to begin anew: the connection must be closed and opened again. */
  mustReconnect = false
  /** The rule that broke off the last connection, until a call is answered: what to say if none ever is. */
  refusal: SecurityError | undefined
  readonly options: SessionOptions
  readonly outbox: Outbox = new Outbox()
  readonly watch: Watch = new Watch()
  /** Calls sent and not answered, under each id they were sent with. */
  readonly sent: Map<bigint, Call> = new Map()
  /** What the last packets sent carried, by the ids of their messages. */
  get recent(): ReadonlyMap<bigint, Recent> {
    return this.#recent
  }
  /** Called when something may wait to be sent although nobody called; the connection sets it. */
  wake: () => void = () => {}
  /** Id of the session before this one, to be destroyed; 0 for none. */
  #former = 0n
  /** The session's id, a signed 64-bit number. */
  id!: bigint
  /** Gives out the ids of its messages. */
  ids!: MessageIds
  /** The server has seen `initConnection`. */
  initialized!: boolean
  /** Opens what arrives, and remembers which messages did. */
  inbox!: Inbox
  /** Ids of the server's messages to acknowledge with the next packet. */
  acks!: bigint[]
  /** Private, so that no log that prints a session shows salts. */
  #recent!: Map<bigint, Recent>
  #acksDue!: number
  #disconnectedAt = NEVER

  constructor(options: SessionOptions) {
    this.options = options
    this.#begin()
  }

  /** Number of calls waiting or sent and not yet answered. */
  get pending(): number {
    return this.#calls().size
  }

  /** True while something waits to be taken. */
  get ready(): boolean {
    return !this.outbox.empty
  }

  /** Ids of the messages received. */
  get seen(): SeenIds {
    return this.inbox.seen
  }

  /** Queues a call; its `on…` functions are called exactly once, unless it is cancelled. */
  call(request: CallRequest): Call {
    const call = createCall(request)
    pack(call, this)
    this.outbox.add(call)
    return call
  }

  /** Forgets a call. If it is on its way, and there is a connection, the server is told not to answer. */
  cancel(call: Call): void {
    const { services } = this.outbox
    if (this.sent.has(call.msgId) && this.#disconnectedAt === NEVER && services.length < MAX_DROPS) {
      this.send({ _: 'rpc_drop_answer', reqMsgId: call.msgId })
    }
    call.cancelled = true
    this.forget(call)
  }

  /** Queues a service message; `asks` makes it a question, about these messages. */
  send(message: ClientMessage, asks?: readonly bigint[]): void {
    this.outbox.services.push({ message, asks })
  }

  /**
   * A connection is there. What was sent on an earlier one and not acknowledged goes out again; what was acknowledged is
   * asked about, and goes out again if no answer comes soon, unless the server is at work on it; a file part, which does no
   * harm when it is made twice, as soon as the server says that there was one. A ping makes a server that has forgotten us
   * say so.
   */
  connected(now: number): void {
    // What a server repeats from that long ago would be refused for its age: better to begin anew.
    if (this.inbox.stale || now - this.#disconnectedAt > STALE_AFTER) this.reset('stale')
    this.#disconnectedAt = NEVER
    this.mustReconnect = false
    if (this.#former) this.send({ _: 'destroy_session', sessionId: this.#former })
    this.#former = 0n
    this.watch.connected(now)
    for (const call of this.sent.values()) {
      call.orphaned = call.acked
      if (call.acked) call.askedAt = LONG_AGO
      else this.resend(call)
    }
    if (this.sent.size > 0) this.watch.ping(this, now)
  }

  /** The connection is gone; service messages of the moment are dropped with it. */
  disconnected(now: number): void {
    this.#disconnectedAt = now
    this.outbox.services.length = 0
    this.outbox.questions.clear()
    this.watch.disconnected()
  }

  /**
   * The next message to seal and send, or undefined when nothing waits.
   * @param carrier what it is for
   */
  take(now: number, carrier?: Pick<Carrier, 'beforePacket' | 'writer'>): Sealable | undefined {
    const { clock, salts, init } = this.options
    if (this.acks.length > 0 && (this.outbox.small || this.#acksDue <= now || this.acks.length >= ACK_BATCH)) {
      this.send({ _: 'msgs_ack', msgIds: [...new Set(this.acks.splice(0, MAX_IDS))] })
      if (this.acks.length === 0) this.#acksDue = NEVER
    }
    carrier?.beforePacket?.(this)
    const write = (call: Call, writer: TlWriter, msgId: bigint): void => {
      const plain: TlEncode = (w) => call.encode(w, msgId)
      call.wrapped = !(this.initialized || call.request.bare)
      ;(call.wrapped ? init(plain) : plain)(writer)
    }
    while (!this.outbox.empty) {
      const serverTime = clock.serverTime()
      const failed = (call: Call, error: unknown): void => this.fail(call, error)
      const outgoing = this.outbox.take(this.ids, serverTime, write, failed, carrier?.writer)
      if (!outgoing) continue
      for (const call of outgoing.calls) {
        call.sentAt = call.askedAt = now
        call.acked = call.orphaned = false
        if (call.sendings++ > 0) this.emit({ type: 'resend', method: call.request.method, sendings: call.sendings })
        this.sent.set(call.msgId, call)
      }
      this.watch.sent(now)
      const { writer, ids, msgId, seqno, services } = outgoing
      const salt = salts.at(serverTime)
      for (const id of ids) this.#recent.set(id, { salt, services })
      for (const id of this.#recent.keys()) {
        if (this.#recent.size <= MAX_RECENT) break
        this.#recent.delete(id)
      }
      return { head: { salt, sessionId: this.id, msgId, seqno }, body: writer }
    }
    return undefined
  }

  /**
   * Takes a decrypted packet whose msg_key has been verified.
   * @throws SecurityError MESSAGE_REFUSED: the packet breaks a rule, and nothing of it was used; or a service message cannot
   *   be read, or the server asks and asks and takes no answer; close the connection
   */
  receive(plain: Uint8Array, now: number): void {
    const { messages, acks } = this.inbox.open(plain)
    const id = this.id
    this.watch.received(now)
    this.acks.push(...acks)
    // Answers first: whatever else the packet says, even that the session is over, what is answered is not sent again.
    const rank = ({ id }: Incoming): number => (id === RPC_RESULT ? 0 : 1)
    for (const message of messages.sort((a, b) => rank(a) - rank(b))) {
      // The session may have given way to another meanwhile, which the message is not for.
      const act = (one: Incoming): void => {
        if (id === this.id) react(this, one, now)
      }
      if (message.later) this.later(message.later.then(act), () => id === this.id && this.reset('gzip'))
      else act(message)
    }
    if (this.acks.length > 0) this.#acksDue = Math.min(this.#acksDue, now + ACK_DELAY)
    if (this.acks.length + SERVICE_COUNTS * this.outbox.services.length > MAX_OWED) throw refused()
  }

  /** Waits for what the platform takes its time to unpack: what it leads to may have to be sent although nobody calls. */
  later(done: Promise<void>, failed: (error: unknown) => void): void {
    done.catch(failed).finally(() => this.wake())
  }

  /** Does what is due: pings, questions about calls unanswered for long. `dead` means that nobody is there any more. */
  tick(now: number): 'alive' | 'dead' {
    return this.watch.tick(this, now)
  }

  /** When {@link take} or {@link tick} has something to do next, on the monotonic clock; Infinity for never. */
  deadline(): number {
    return Math.min(this.#acksDue, this.watch.deadline(this))
  }

  /** A call has its answer, or none will come: nothing of it is kept. */
  forget(call: Call): void {
    this.outbox.remove(call)
    this.sent.delete(call.msgId)
    for (const id of call.formerIds) this.sent.delete(id)
    call.formerIds = []
  }

  /** Rejects a call for good. */
  fail(call: Call, error: unknown): void {
    this.forget(call)
    call.request.onFailure(error)
  }

  /** Rejects a call that the server does not answer, or whose message it does not take, by `status`. */
  giveUp(call: Call, refused?: { readonly status: number; readonly retryable: false }): void {
    const message = `the server did not answer ${call.request.method}, sent ${call.sendings} times${hint(() => (refused ? `; please report code ${refused.status}` : '; try again later')) ?? ''}`
    // Of a call that was sent once no connection has been broken off.
    const refusal = call.sendings > 1 && this.refusal
    this.fail(call, refusal || new TransportError('NO_ANSWER', message, refused))
  }

  /** Rejects everything that waits for an answer; only what was made before an attempt, if that is given. */
  failAll(error: unknown, link: number = NEVER): void {
    for (const call of this.#calls()) if (call.link < link) this.fail(call, error)
  }

  /** Queues a call that was sent before; it gets a fresh msg_id, and an answer to the former one still counts. */
  resend(call: Call): void {
    if (call.queued) return
    if (call.sendings >= MAX_SENDINGS) {
      this.giveUp(call)
      return
    }
    call.formerIds.push(call.msgId)
    call.acked = false
    this.outbox.add(call)
  }

  /**
   * Begins a new session under the same key: the server and we disagree about this one's messages. The connection must be
   * opened anew, so that what is still on its way for the old session meets nobody.
   */
  reset(reason: string): void {
    this.emit({ type: 'session-reset', reason })
    // The first one that was given up since the last connection; nothing was sent in those after it.
    this.#former ||= this.id
    this.#begin()
    this.outbox.services.length = 0
    for (const call of this.sent.values()) this.resend(call)
    this.sent.clear()
    for (const call of this.outbox.calls) call.formerIds = []
    this.mustReconnect = true
  }

  /** Tells the owner of an event. */
  emit(event: SessionEvent): void {
    this.options.onEvent?.(event)
  }

  /** All calls that wait for an answer. */
  #calls(): Set<Call> {
    return new Set([...this.sent.values(), ...this.outbox.calls])
  }

  /** Nothing sent and nothing received, under a random id that is not 0. */
  #begin(): void {
    const { random } = this.options
    this.id = view(randomBytes(random, 8)).getBigInt64(0, true) || 1n
    this.ids = new MessageIds()
    this.inbox = new Inbox(this.id, this.options)
    this.acks = []
    this.#acksDue = NEVER
    this.#recent = new Map()
    this.initialized = false
  }
}
