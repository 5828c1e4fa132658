/**
 * Carrier over HTTP, by `fetch`: for networks where nothing else passes, on every runtime.
 *
 * Each packet is the body of one POST, and each answer's body is a packet for us, so that the codec is `bare`. The server
 * can speak only by answering, and keeps a request open until it has something to say: several are open at a time, in no
 * order, and when none is although calls wait, one is sent that asks for nothing else. The first request goes alone, so that the server gets
 * the first message of a session first. Whatever goes wrong with one request ends the carrier: what was lost is for the
 * session to find out, as it is with a broken stream.
 *
 * Source: https://core.telegram.org/mtproto/transports#http
 */
import { concat } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import type { Host, Timer } from '../../host.ts'
import {
  type Address,
  type Carrier,
  type CarrierHandlers,
  checkAddress,
  type Dial,
  formatAddress,
  type PacketSource,
} from './carrier.ts'
import { dialling } from './dialling.ts'
import { connectionClosed } from './failure.ts'
import { type HttpResponse, readAnswer } from './http-answer.ts'
import { addHttpWait } from './http-wait.ts'

/** Most requests that are open at a time; others wait for their turn. */
const MAX_OPEN = 24
/** A request must be answered within this many milliseconds (servers hold it for 25 s), and longer by its length. */
const ANSWER_WITHIN = 45_000
/** Bytes per millisecond at which a body may take its time. */
const SLOWEST = 16
/** Polls may follow so often within {@link PACE} milliseconds: a server that answers with nothing is not asked without end. */
const MAX_HUNGERS = 20
const PACE = 1000

/** The part of `fetch` that is used. */
export type HttpFetch = (url: string, init: HttpRequest) => Promise<HttpResponse>

/** How a request is made. No header is set: browsers ask other sites for leave then only where they must. */
export interface HttpRequest {
  readonly method: 'POST'
  readonly body: Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
  readonly mode?: 'no-cors'
  readonly redirect: 'manual' | 'follow'
  readonly cache: 'no-store'
  readonly credentials: 'omit'
  readonly referrerPolicy: 'no-referrer'
}

/**
 * Makes a {@link Dial} of a `fetch`. `address.path` is `/api` unless told, `address.secure` makes it `https:`. Dialling
 * sends an empty request; whatever is answered, somebody is there.
 * @param greeting how the empty request is made, where it differs from the others
 */
export function httpDial(fetch: HttpFetch, greeting: Partial<HttpRequest> = {}): Dial {
  return async (address, handlers, options) => {
    checkAddress(address)
    return dialling(address, options, (attempt) => {
      const abort = new AbortController()
      const url = urlOf(address)
      fetch(url, { ...requestOf(new Uint8Array(0), abort.signal), ...greeting }).then(
        async (response) => {
          await response.body?.cancel()
          attempt.opened(new HttpCarrier(fetch, url, formatAddress(address), handlers, options.host))
        },
        (error: unknown) => attempt.failed(reasonOf(error)),
      )
      return () => abort.abort()
    })
  }
}

/** Posts packets with the platform's own `fetch`, where it is bound by no rules of browsers; see {@link httpDial}. */
export const postHttp: Dial = httpDial((url, init) => fetch(url, init))

/**
 * Posts packets with a browser's `fetch`; see {@link httpDial}. What is answered to the empty request need not say that
 * any site may read it; browsers want such a request to follow redirections.
 * Source: https://fetch.spec.whatwg.org/#concept-main-fetch
 */
export const dialHttp: Dial = (...args) =>
  httpDial((url, init) => fetch(url, init), { mode: 'no-cors', redirect: 'follow' })(...args)

function urlOf(address: Address): string {
  return `${address.secure ? 'https' : 'http'}://${formatAddress(address)}${address.path ?? '/api'}`
}

function requestOf(body: Uint8Array, signal: AbortSignal): HttpRequest {
  return {
    method: 'POST',
    // None of ours stands in shared memory.
    body: body as Uint8Array<ArrayBuffer>,
    signal,
    redirect: 'manual',
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  }
}

class HttpCarrier implements Carrier {
  readonly #fetch: HttpFetch
  readonly #url: string
  readonly #name: string
  readonly #handlers: CarrierHandlers
  readonly #host: Host
  /** Requests that are open. */
  readonly #open = new Set<AbortController>()
  /** Packets that wait for their turn. */
  readonly #queue: Uint8Array[] = []
  readonly #timers = new Set<Timer>()
  #buffered = 0
  #answered = false
  #closed = false
  #hungers = 0
  #countedSince = Number.NEGATIVE_INFINITY
  #resting = false

  constructor(fetch: HttpFetch, url: string, name: string, handlers: CarrierHandlers, host: Host) {
    this.#fetch = fetch
    this.#url = url
    this.#name = name
    this.#handlers = handlers
    this.#host = host
  }

  /** Bytes that wait for their turn: `fetch` does not tell when those it has been given have left. */
  get buffered(): number {
    return this.#buffered
  }

  beforePacket(session: PacketSource): void {
    addHttpWait(session, !this.#closed && !this.#resting && this.#open.size === 0 && this.#queue.length === 0)
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#closed) return
    const packet = chunks.length === 1 ? chunks[0]! : concat(...chunks)
    this.#queue.push(packet)
    this.#buffered += packet.length
    this.#next()
  }

  close(): void {
    if (this.#closed) return
    this.#end()
    // Never within the call that closes.
    queueMicrotask(() => this.#handlers.onClose())
  }

  #next(): void {
    while (this.#queue.length > 0 && this.#open.size < (this.#answered ? MAX_OPEN : 1)) {
      const packet = this.#queue.shift()!
      this.#buffered -= packet.length
      this.#post(packet)
    }
  }

  #post(packet: Uint8Array): void {
    const abort = new AbortController()
    this.#open.add(abort)
    const within = ANSWER_WITHIN + packet.length / SLOWEST
    const timer = this.#setTimer(within, () => {
      const message = `${this.#name} left a request without an answer for ${Math.round(within / 1000)} s`
      this.#fail(new TransportError('NO_ANSWER', message))
    })
    // A `fetch` that throws at once fails like any other.
    Promise.resolve()
      .then(() => this.#fetch(this.#url, requestOf(packet, abort.signal)))
      .then((response) => readAnswer(response, this.#name))
      .then(
        (answer) => {
          if (this.#closed) return
          this.#cancel(timer)
          this.#open.delete(abort)
          this.#answered = true
          this.#next()
          this.#pace()
          if (answer.length > 0) this.#handlers.onData(answer)
          // Whoever got the answer may have closed us.
          if (!this.#closed) this.#handlers.onDrain?.()
        },
        (error: unknown) =>
          this.#fail(error instanceof TransportError ? error : connectionClosed(this.#name, reasonOf(error))),
      )
  }

  /** Counts how often nothing is open any more, and lets no poll follow for a while when that is too often. */
  #pace(): void {
    if (this.#open.size > 0 || this.#resting) return
    const now = this.#host.now()
    if (now - this.#countedSince > PACE) {
      this.#countedSince = now
      this.#hungers = 0
    }
    if (++this.#hungers <= MAX_HUNGERS) return
    this.#resting = true
    const timer = this.#setTimer(this.#countedSince + PACE - now, () => {
      this.#timers.delete(timer)
      this.#resting = false
      this.#handlers.onDrain?.()
    })
  }

  #fail(error: TransportError): void {
    if (this.#closed) return
    this.#end()
    this.#handlers.onClose(error)
  }

  #end(): void {
    this.#closed = true
    this.#queue.length = 0
    this.#buffered = 0
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const abort of this.#open) abort.abort()
    this.#open.clear()
  }

  #setTimer(delay: number, fire: () => void): Timer {
    const timer = this.#host.setTimer(delay, fire)
    this.#timers.add(timer)
    return timer
  }

  #cancel(timer: Timer): void {
    timer.cancel()
    this.#timers.delete(timer)
  }
}

/** `fetch` says no more than that it failed; what the system said stands behind it. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}
