/**
 * A connection: drives one session over one carrier after another.
 *
 * Dials, agrees on an authorization key where there is none, seals what the session gives and opens what the carrier
 * brings, and dials again when the link is lost, with growing pauses. It opens when there is something to send and fails
 * the calls that wait when the server stays out of reach for too long.
 */
import { hint } from '#explain'
import type { AuthKey } from '../crypto/auth-key.ts'
import { SecurityError, TransportError } from '../errors.ts'
import { NEVER, randomBytes, type Timer } from '../host.ts'
import type { Carrier, CarrierHandlers } from './carrier/carrier.ts'
import { asError, closedByUs, saidByServer, transportError } from './connection-errors.ts'
import type { ConnectionOptions, LinkEvent } from './connection-options.ts'
import { KeyExchange } from './exchange/exchange.ts'
import { unwrapPlain, wrapPlain } from './exchange/plain.ts'
import type { PacketCodec } from './framing/framing.ts'
import { transportErrorOf } from './framing/framing.ts'
import {
  AUTH_KEY_NOT_FOUND,
  BACKLOG,
  EXCHANGE_WITHIN,
  FEWEST_ATTEMPTS,
  FIRST_PAUSE,
  HIGH_WATER,
  KEY_UNKNOWN_TIMES,
  LONGEST_PAUSE,
  PATIENCE,
  SETTLED,
} from './limits.ts'
import type { Call, CallRequest } from './session/call.ts'
import { open, seal } from './session/envelope.ts'
import { refused } from './session/inbox.ts'
import { MessageIds } from './session/message-id.ts'

type State = 'idle' | 'dialling' | 'exchanging' | 'ready' | 'waiting' | 'closed'

/** Keeps one session connected. */
export class Connection {
  readonly #options: ConnectionOptions
  #state: State = 'idle'
  /** Rises with each carrier, so that late words of an old one are not heard. */
  #link = 0
  #dialling: AbortController | undefined
  #carrier: Carrier | undefined
  #codec: PacketCodec | undefined
  #exchange: KeyExchange | undefined
  /** The key that this link began with: another lane may lose it, or agree on the next, meanwhile. */
  #authKey: AuthKey | undefined
  #exchangeIds = new MessageIds()
  #exchangeDue = 0
  #timer: Timer | undefined
  #timerAt = NEVER
  #pumping = false
  /** When the carrier last had nothing buffered as we wrote. */
  #emptyAt = 0
  /** Attempts since a link last stood for a moment; since the server last said something, or was given up. */
  #attempts = 0
  #tries = 0
  #readyAt = 0
  /** How long a server that fails is waited for, in milliseconds; one never reached is tried a few times. */
  #patience = 0
  /** When it began to fail; not a number while it does not. */
  #failingSince = Number.NaN
  #keyUnknown = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    options.session.wake = () => this.#wake()
  }

  /** What it is doing. */
  get state(): State {
    return this.#state
  }

  /** Queues a call and opens the connection if it is not. */
  call(request: CallRequest): Call {
    const call = this.#options.session.call(request)
    call.link = this.#link
    if (this.#state === 'closed') this.#options.session.fail(call, closedByUs())
    else this.#wake()
    return call
  }

  /** Forgets a call; its functions are not called any more. */
  cancel(call: Call): void {
    this.#options.session.cancel(call)
    this.#wake()
  }

  /** The network has changed, or is back: tries now what waits for its time, and whether the other side is still there. */
  networkChanged(): void {
    if (this.#state === 'waiting') this.#dial()
    else if (this.#state === 'ready') {
      this.#options.session.watch.ping(this.#options.session, this.#options.host.now())
      this.#wake()
    } else if (this.#state !== 'idle' && this.#state !== 'closed') this.#lost(undefined)
  }

  /** Closes for good; calls that wait are rejected with `error`. */
  close(error?: Error): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#dropLink()
    this.#options.session.failAll(error ?? closedByUs())
    this.#emit({ type: 'closed', error })
  }

  /** Calls made in one go travel in one packet: what they start is done when the caller's code has run. */
  #wake(): void {
    if (this.#pumping) return
    this.#pumping = true
    queueMicrotask(() => {
      this.#pumping = false
      if (this.#state === 'idle' && this.#options.session.ready) this.#dial()
      else if (this.#state === 'ready') this.#pump()
    })
  }

  #dial(): void {
    const { where, keys, host } = this.#options
    this.#timer?.cancel()
    if (!this.#mayBegin()) {
      this.#state = 'waiting'
      this.#timer = host.setTimer(FIRST_PAUSE, () => this.#onTimer())
      return
    }
    if (!keys.current) keys.maker = this
    this.#state = 'dialling'
    this.#attempts++
    this.#tries++
    this.#emit({ type: 'connecting', attempt: this.#attempts })
    // Whoever listens may have closed us.
    if (this.state === 'closed') return
    const link = ++this.#link
    const current = (): boolean => link === this.#link
    const handlers: CarrierHandlers = {
      onData: (chunk) => current() && this.#onData(chunk),
      onClose: (error) =>
        current() && this.#lost(error ?? new TransportError('CONNECTION_CLOSED', `${where} closed the connection`)),
      onDrain: () => current() && this.#onDrain(),
    }
    const abort = new AbortController()
    this.#dialling = abort
    this.#options.dial(handlers, abort.signal).then(
      (carrier) => {
        if (!current() || this.#state !== 'dialling') return carrier.close()
        try {
          this.#onDialled(carrier)
        } catch (error) {
          if (current()) this.#lost(asError(error))
        }
      },
      (error: unknown) => current() && this.#lost(asError(error)),
    )
  }

  /** There is a key, or it is for us to make one. */
  #mayBegin(): boolean {
    const { current, maker = this } = this.#options.keys
    return current !== undefined || maker === this
  }

  #onDialled(carrier: Carrier): void {
    const { host, crypto, clock, keys, exchange } = this.#options
    this.#dialling = undefined
    this.#carrier = carrier
    this.#codec = this.#options.codec()
    const opening = this.#codec.start()
    if (opening.length > 0) carrier.write([opening])
    if (keys.current) {
      this.#begin()
      return
    }
    if (!this.#mayBegin()) {
      this.#lost(undefined)
      return
    }
    keys.maker = this
    this.#state = 'exchanging'
    this.#emit({ type: 'exchanging' })
    if (this.state === 'closed') return
    this.#exchange = new KeyExchange({ crypto, random: host.random, ...exchange })
    this.#exchangeIds = new MessageIds()
    this.#exchangeDue = host.now() + EXCHANGE_WITHIN
    const start = this.#exchange.start()
    this.#write(wrapPlain(this.#exchangeIds.next(clock.serverTime()), start))
    this.#arm()
  }

  /** The key is there: the session goes on. */
  #begin(): void {
    this.#state = 'ready'
    this.#readyAt = this.#options.host.now()
    const { current } = this.#options.keys
    // A session belongs to a key; another lane may have changed it.
    if (this.#authKey && this.#authKey !== current) this.#options.session.reset('key')
    this.#authKey = current
    this.#emit({ type: 'connected' })
    if (this.state === 'closed') return
    this.#options.session.connected(this.#options.host.now())
    this.#pump()
  }

  #onData(chunk: Uint8Array): void {
    const link = this.#link
    try {
      for (const packet of this.#codec!.feed(chunk)) {
        this.#onPacket(packet)
        if (link !== this.#link) return
        // What follows belongs to the session that has just been given up.
        if (this.#options.session.mustReconnect) break
      }
      if (this.#state === 'ready') this.#pump()
    } catch (error) {
      if (link === this.#link)
        this.#lost(saidByServer(asError(error), this.#options.where, this.#state === 'exchanging'))
    }
  }

  #onPacket(packet: Uint8Array): void {
    const { crypto, host, session, keys } = this.#options
    const status = transportErrorOf(packet)
    if (status !== undefined) throw this.#transportError(status)
    if (this.#state === 'exchanging') {
      this.#onExchange(unwrapPlain(packet).body)
      return
    }
    const authKey = this.#authKey
    // A key that is over is wiped: what is sealed with it could be anybody's.
    if (!authKey || authKey !== keys.current) {
      this.#lost(undefined)
      return
    }
    const plain = open({ crypto, authKey }, 'server', packet)
    if (!plain) throw refused()
    session.receive(plain, host.now())
    this.#patience = PATIENCE
    this.#tries = this.#keyUnknown = 0
    this.#failingSince = Number.NaN
  }

  #onExchange(body: Uint8Array): void {
    const { clock, keys } = this.#options
    const step = this.#exchange!.receive(body)
    if ('send' in step) {
      this.#write(wrapPlain(this.#exchangeIds.next(clock.serverTime()), step.send))
      return
    }
    this.#exchange = undefined
    clock.sync(step.done.serverTime * 1000)
    keys.agreed(step.done)
    keys.maker = undefined
    // Whoever has got the key may have closed us.
    if (this.state !== 'closed') this.#begin()
  }

  #onDrain(): void {
    const now = this.#options.host.now()
    // Only bytes that had to wait tell that the other side takes them: others may have got no further than the system.
    if (now > this.#emptyAt + BACKLOG) this.#options.session.watch.moved(now)
    if (this.#state === 'ready') this.#pump()
  }

  /** Sends what can be sent, and sets the timer for what comes next. */
  #pump(): void {
    const { crypto, host, session, keys } = this.#options
    const now = host.now()
    if (session.tick(now) === 'dead') {
      this.#lost(new TransportError('NO_ANSWER', `${this.#options.where} does not answer any more`))
      return
    }
    const authKey = this.#authKey
    if (session.mustReconnect || !authKey || authKey !== keys.current) {
      this.#lost(undefined)
      return
    }
    const carrier = this.#carrier!
    while (carrier.buffered < HIGH_WATER) {
      const next = session.take(now, carrier)
      if (!next) break
      this.#write(seal({ crypto, authKey }, 'client', next.head, next.body, host.random))
    }
    this.#arm()
  }

  #write(packet: Uint8Array): void {
    if (this.#carrier!.buffered === 0) this.#emptyAt = this.#options.host.now()
    this.#carrier!.write(this.#codec!.encode(packet))
  }

  #arm(): void {
    let at = this.#state === 'exchanging' ? this.#exchangeDue : this.#options.session.deadline()
    // What is due cannot leave while the carrier is full: it tells when it is not, and we look now and then.
    if (this.#carrier!.buffered >= HIGH_WATER) at = Math.max(at, this.#options.host.now() + BACKLOG)
    // One for an earlier moment looks again then: deadlines move on with each packet.
    if (this.#timer && this.#timerAt <= at && at < NEVER) return
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = at
    if (at < NEVER)
      this.#timer = this.#options.host.setTimer(Math.max(0, at - this.#options.host.now()), () => this.#onTimer())
  }

  #onTimer(): void {
    this.#timer = undefined
    if (this.#state === 'waiting') this.#dial()
    else if (this.#state === 'ready') this.#pump()
    else if (this.#state === 'exchanging') {
      this.#lost(
        new TransportError(
          'NO_ANSWER',
          `${this.#options.where} did not finish the key exchange within ${EXCHANGE_WITHIN / 1000} s${hint('; is it an MTProto server?') ?? ''}`,
        ),
      )
    }
  }

  /** The link is gone, by `error` or, without one, by our own wish to begin anew. */
  #lost(error: Error | undefined): void {
    const { session, host } = this.#options
    if (this.#state === 'ready' && host.now() >= this.#readyAt + SETTLED) this.#attempts = 0
    this.#dropLink()
    this.#state = 'idle'
    if (error) session.refusal = error instanceof SecurityError ? error : undefined
    session.disconnected(host.now())
    let pause = session.pending === 0 ? undefined : this.#pause(error)
    // Before anybody is told: what is called then is for the next link.
    if (pause === undefined) {
      this.#attempts = this.#tries = 0
      session.failAll(error, this.#link - 1)
      // Whoever came during the last attempt gets attempts of their own: the network may be back.
      if (session.pending) pause = 0
    }
    this.#emit({ type: 'disconnected', error, retryIn: pause })
    if (this.state === 'closed' || pause === undefined) return
    this.#state = 'waiting'
    this.#timer = host.setTimer(pause, () => this.#onTimer())
  }

  /** Milliseconds to wait before dialling again; undefined to give up. */
  #pause(error: Error | undefined): number | undefined {
    if (!error) return 0
    if (error instanceof TransportError && !error.retryable) return undefined
    if (error instanceof SecurityError && error.code === 'UNKNOWN_SERVER_KEY') return undefined
    const { host } = this.#options
    const now = host.now()
    // Once a server is given up, each further call gets no more than a few attempts, until some time has passed: what a
    // caller repeats must not take a minute each time.
    if (!(now - this.#failingSince <= 2 * PATIENCE)) this.#failingSince = now
    if (this.#tries >= FEWEST_ATTEMPTS && now - this.#failingSince >= this.#patience) return undefined
    // At once the first time a working connection is lost, then slower and slower, never in step with other clients.
    if (this.#attempts === 0 && !(error instanceof SecurityError)) return 0
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, this.#attempts - 1))
    return pause * (0.75 + randomBytes(host.random, 1)[0]! / 512)
  }

  #dropLink(): void {
    const { keys } = this.#options
    if (keys.maker === this) keys.maker = undefined
    this.#link++
    this.#dialling?.abort()
    this.#dialling = undefined
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = NEVER
    this.#exchange?.end()
    this.#exchange = undefined
    this.#codec = undefined
    const carrier = this.#carrier
    this.#carrier = undefined
    carrier?.close()
  }

  /** The server's four-byte answer to a packet. It is not authenticated, so it can end a connection but not a login. */
  #transportError(status: number): Error {
    const { where, keys, session } = this.#options
    if (status === AUTH_KEY_NOT_FOUND && this.#state === 'ready') {
      if (++this.#keyUnknown >= KEY_UNKNOWN_TIMES) {
        // What failed with a key that is over does not speak against the next.
        this.#tries = this.#keyUnknown = 0
        keys.lost(this.#authKey!)
        this.#authKey = undefined
        session.reset('key')
      }
      return new TransportError('SERVER_TRANSPORT_ERROR', `${where} does not know our authorization key`, {
        status,
      })
    }
    return transportError(status, where)
  }

  #emit(event: LinkEvent): void {
    this.#options.onEvent?.({ ...event, where: this.#options.where })
  }
}
