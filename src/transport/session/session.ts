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
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { type SecurityError, TransportError } from '../../errors.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { ClientMessage } from '../../tl/generated/mtproto/types.ts'
import type { TlEncode } from '../../tl/method.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { TlWriter } from '../../tl/writer.ts'
import type { Carrier } from '../carrier/carrier.ts'
import { type Call, type CallRequest, createCall } from './call.ts'
import type { ServerClock } from './clock.ts'
import type { MessageHead } from './envelope.ts'
import { Inbox, RPC_RESULT } from './inbox.ts'
import type { SessionEvent, SessionInternals } from './internals.ts'
import { MessageIds } from './message-id.ts'
import { Outbox } from './outbox.ts'
import { react } from './react.ts'
import type { Salts } from './salts.ts'
import type { SeenIds } from './seen-ids.ts'
import { Watch } from './watch.ts'

/** Acknowledgements wait this many milliseconds for a message to travel with. */
const ACK_DELAY = 250
/** This many acknowledgements do not wait. */
const ACK_BATCH = 64
/** Most ids in one `msgs_ack`. */
const MAX_ACKS = 8192
/** A call is given up after it had to be sent this often. */
const MAX_SENDINGS = 12

/** A session without a connection for this many milliseconds is not taken up again. */
const STALE_AFTER = 240_000

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
  /** Why the last connection was broken off, until a call is answered: what to say if none ever is. */
  refusal: SecurityError | undefined
  readonly options: SessionOptions
  readonly outbox: Outbox = new Outbox()
  readonly watch: Watch = new Watch()
  /** Calls sent and not answered, under each id they were sent with. */
  readonly sent: Map<bigint, Call> = new Map()
  /** Our `msgs_state_req`, by message id: which messages they asked about. */
  readonly questions: Map<bigint, readonly bigint[]> = new Map()
  #sessionId: bigint
  #ids: MessageIds = new MessageIds()
  #inbox: Inbox
  #acks: bigint[] = []
  #acksDue = Number.POSITIVE_INFINITY
  #initialized = false
  #disconnectedAt = Number.POSITIVE_INFINITY

  constructor(options: SessionOptions) {
    this.options = options
    this.#sessionId = this.#newId()
    this.#inbox = new Inbox(this.#sessionId, options.clock, options.crypto)
  }

  /** The session's id, a signed 64-bit number. */
  get id(): bigint {
    return this.#sessionId
  }

  /** Number of calls waiting or sent and not yet answered. */
  get pending(): number {
    return new Set([...this.sent.values(), ...this.outbox.calls]).size
  }

  /** True while something waits to be taken. */
  get ready(): boolean {
    return !this.outbox.empty
  }

  /** Ids of the messages received. */
  get seen(): SeenIds {
    return this.#inbox.seen
  }

  /** The id of the last message sent. */
  get lastMsgId(): bigint {
    return this.#ids.last
  }

  /** Queues a call; its `on…` functions are called exactly once, unless it is cancelled. */
  call(request: CallRequest): Call {
    const call = createCall(request)
    this.outbox.calls.push(call)
    return call
  }

  /** Forgets a call. If it is on its way the server is told not to answer. */
  cancel(call: Call): void {
    if (this.sent.has(call.msgId)) this.send({ _: 'rpc_drop_answer', reqMsgId: call.msgId })
    this.forget(call)
  }

  /** Queues a service message. */
  send(message: ClientMessage, onSent?: (msgId: bigint) => void): void {
    this.outbox.services.push(onSent ? { message, onSent } : { message })
  }

  /**
   * A connection is there. What was sent on an earlier one and not acknowledged goes out again; what was acknowledged is
   * asked about, and goes out again if no answer comes soon. A ping makes a server that has forgotten us say so.
   */
  connected(now: number): void {
    // What a server repeats from that long ago would be refused for its age: better to begin anew.
    if (now - this.#disconnectedAt > STALE_AFTER) this.reset('stale')
    this.#disconnectedAt = now
    this.mustReconnect = false
    this.watch.connected(now)
    const calls = new Set(this.sent.values())
    for (const call of calls) {
      call.orphaned = call.acked
      if (!call.acked) this.resend(call)
    }
    if (calls.size > 0) this.watch.ping(this, now)
  }

  /** The connection is gone; service messages of the moment are dropped with it. */
  disconnected(now: number): void {
    this.#disconnectedAt = now
    this.outbox.services.length = 0
    this.questions.clear()
    this.watch.disconnected()
  }

  /**
   * The next message to seal and send, or undefined when nothing waits.
   * @param carrier what it is for
   */
  take(now: number, carrier?: Pick<Carrier, 'beforePacket'>): Sealable | undefined {
    const { clock, salts, init } = this.options
    if (this.#acks.length > 0 && (!this.outbox.empty || this.#acksDue <= now || this.#acks.length >= ACK_BATCH)) {
      this.outbox.services.push({ message: { _: 'msgs_ack', msgIds: this.#acks.splice(0, MAX_ACKS) } })
      if (this.#acks.length === 0) this.#acksDue = Number.POSITIVE_INFINITY
    }
    carrier?.beforePacket?.(this)
    const write = (call: Call, writer: TlWriter, msgId: bigint): void => {
      const { bare, encode } = call.request
      const plain: TlEncode = (w) => encode(w, msgId)
      call.wrapped = !(this.#initialized || bare)
      ;(call.wrapped ? init(plain) : plain)(writer)
    }
    while (!this.outbox.empty) {
      const serverTime = clock.serverTime()
      const outgoing = this.outbox.take(this.#ids, serverTime, write)
      if (!outgoing) continue
      for (const call of outgoing.calls) {
        call.sentAt = now
        call.askedAt = now
        call.acked = call.orphaned = false
        if (call.sendings++ > 0) this.emit({ type: 'resend', method: call.request.method, sendings: call.sendings })
        this.sent.set(call.msgId, call)
      }
      this.watch.sent(now)
      const head = {
        salt: salts.at(serverTime),
        sessionId: this.#sessionId,
        msgId: outgoing.msgId,
        seqno: outgoing.seqno,
      }
      return { head, body: outgoing.writer }
    }
    return undefined
  }

  /**
   * Takes a decrypted packet whose msg_key has been verified.
   * @throws SecurityError MESSAGE_REFUSED: nothing of the packet was used; close the connection
   */
  receive(plain: Uint8Array, now: number): void {
    const { messages, acks } = this.#inbox.open(plain)
    this.watch.received(now)
    for (const id of acks) this.acknowledge(id)
    // Answers first: whatever else the packet says, even that the session is over, what is answered is not sent again.
    const answers = messages.filter(({ id }) => id === RPC_RESULT)
    for (const message of [...answers, ...messages.filter(({ id }) => id !== RPC_RESULT)]) {
      if (message.later) message.later.then((one) => react(this, one, now)).catch(() => this.reset('gzip'))
      else react(this, message, now)
    }
    if (this.#acks.length > 0) this.#acksDue = Math.min(this.#acksDue, now + ACK_DELAY)
  }

  /** Acknowledges a message of the server with the next packet that goes out. */
  acknowledge(msgId: bigint): void {
    if (!this.#acks.includes(msgId)) this.#acks.push(msgId)
  }

  /** Does what is due: pings, questions about calls unanswered for long. `dead` means that nobody is there any more. */
  tick(now: number): 'alive' | 'dead' {
    return this.watch.tick(this, now)
  }

  /** A call was answered: a good moment to look whether salts run out. */
  answered(now: number): void {
    this.refusal = undefined
    this.watch.askForSalts(this, now)
  }

  /** When {@link take} or {@link tick} has something to do next, on the monotonic clock; Infinity for never. */
  deadline(): number {
    return Math.min(this.#acksDue, this.watch.deadline(this))
  }

  /** Marks the connection as initialized, or not, by what the server answered to a call. */
  initialized(value: boolean): void {
    this.#initialized = value
  }

  /** A call has its answer, or none will come: nothing of it is kept. */
  forget(call: Call): void {
    const queued = this.outbox.calls.indexOf(call)
    if (queued >= 0) this.outbox.calls.splice(queued, 1)
    this.sent.delete(call.msgId)
    for (const id of call.formerIds) this.sent.delete(id)
    call.formerIds = []
  }

  /** Rejects a call for good. */
  fail(call: Call, error: unknown): void {
    this.forget(call)
    call.request.onFailure(error)
  }

  /** Rejects everything that waits for an answer. */
  failAll(error: unknown): void {
    const calls = new Set([...this.sent.values(), ...this.outbox.calls])
    for (const call of calls) this.fail(call, error)
  }

  /** Queues a call that was sent before; it gets a fresh msg_id, and an answer to the former one still counts. */
  resend(call: Call): void {
    if (call.msgId === 0n || this.outbox.calls.includes(call)) return
    if (call.sendings >= MAX_SENDINGS) {
      const message = `the server never took ${call.request.method}, sent ${call.sendings} times; try again later`
      this.fail(call, this.refusal ?? new TransportError('NO_ANSWER', message))
      return
    }
    call.formerIds.push(call.msgId)
    call.acked = false
    this.outbox.calls.push(call)
  }

  /**
   * Begins a new session under the same key: the server and we disagree about this one's messages. The connection must be
   * opened anew, so that what is still on its way for the old session meets nobody.
   */
  reset(reason: string): void {
    this.emit({ type: 'session-reset', reason })
    this.#sessionId = this.#newId()
    this.#ids = new MessageIds()
    this.#inbox = new Inbox(this.#sessionId, this.options.clock, this.options.crypto)
    this.#acks = []
    this.#acksDue = Number.POSITIVE_INFINITY
    this.#initialized = false
    this.outbox.services.length = 0
    const calls = new Set(this.sent.values())
    for (const call of calls) this.resend(call)
    this.sent.clear()
    for (const call of this.outbox.calls) call.formerIds = []
    this.mustReconnect = true
  }

  /** Tells the owner of an event. */
  emit(event: SessionEvent): void {
    this.options.onEvent?.(event)
  }

  /** A random id, not 0. */
  #newId(): bigint {
    for (;;) {
      const id = view(randomBytes(this.options.random, 8)).getBigInt64(0, true)
      if (id !== 0n) return id
    }
  }
}
