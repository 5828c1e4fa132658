/**
 * The client's side of fake TLS: a handshake that looks like TLS 1.3 to whoever watches, and proves to the two ends that
 * both know the secret.
 *
 * The client sends a hello (`fake-tls-hello.ts`) signed in its random (`fake-tls-digest.ts`). The proxy answers with a
 * ServerHello, a ChangeCipherSpec and a record of application data, signed in the random of the first. A hello that is
 * not signed properly, too old, or seen before, a proxy hands on to the real site of that domain, whose answer looks much
 * the same; so whatever does not prove itself is told as a wrong secret. Afterwards everything travels in records of
 * application data (`tls-records.ts`). A state machine without I/O.
 * Source: https://github.com/tdlib/td, td/mtproto/TlsInit.cpp; https://github.com/TelegramMessenger/MTProxy
 */
import { equal } from '../../bytes.ts'
import type { TransportError } from '../../errors.ts'
import type { RandomSource } from '../../host.ts'
import { answerRandom, type Hash, RANDOM_AT, RANDOM_LENGTH, signHello } from './fake-tls-digest.ts'
import { clientHello } from './fake-tls-hello.ts'
import type { Handshake, HandshakeStep, Refuse } from './handshake.ts'
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC_RECORD,
  HANDSHAKE,
  lengthOf,
  MAX_RECEIVED,
  MAX_SENT,
  RECORD_HEAD,
  recordHead,
} from './tls-records.ts'

/** What one forged handshake is made of. */
export interface FakeTlsOptions {
  /** The 16 bytes of the secret. */
  readonly key: Uint8Array
  /** What the handshake pretends to go to. */
  readonly domain: string
  readonly crypto: Hash
  readonly random: RandomSource
  /** Milliseconds since 1970: proxies refuse a hello that is some minutes off. */
  readonly wallClock: () => number
  /** Makes the error when the proxy does not prove itself. */
  readonly refuse: Refuse
}

/** The records of an answer in their order: the types, and the fewest and the most bytes that each may have. */
const ANSWER: readonly (readonly [type: number, fewest: number, most: number])[] = [
  [HANDSHAKE, RANDOM_AT + RANDOM_LENGTH - RECORD_HEAD, MAX_SENT],
  [CHANGE_CIPHER_SPEC_RECORD[0]!, 1, 1],
  [APPLICATION_DATA, 1, MAX_RECEIVED],
]

/** What proxies do with a hello they do not believe, they do for either reason. */
const CHECK = "check the secret, and this machine's clock, which may be a few minutes off at most"

/** One handshake, from the hello to the proof that the proxy knows the secret. */
export class FakeTls implements Handshake {
  readonly closed: string = `it closed the connection during the TLS handshake; ${CHECK}`
  readonly #options: FakeTlsOptions
  #random: Uint8Array = new Uint8Array(0)
  /** Grows by a record at a time, when its length is known. */
  #answer: Uint8Array = new Uint8Array(RECORD_HEAD)
  #filled = 0
  /** The record being read, and where in the answer it starts. */
  #record = 0
  #start = 0

  constructor(options: FakeTlsOptions) {
    this.#options = options
  }

  start(): Uint8Array {
    const { key, domain, crypto, random, wallClock } = this.#options
    const hello = clientHello(domain, random)
    this.#random = signHello(crypto, key, hello, Math.floor(wallClock() / 1000))
    return hello
  }

  /** @throws TransportError `CONNECT_FAILED` for an answer that does not prove that the proxy knows the secret */
  receive(chunk: Uint8Array): HandshakeStep {
    let at = 0
    while (at < chunk.length) {
      const inHead = this.#filled - this.#start < RECORD_HEAD
      // Heads byte by byte, so that what speaks no TLS is known for it at once.
      const end = inHead ? at + 1 : Math.min(chunk.length, at + this.#answer.length - this.#filled)
      this.#answer.set(chunk.subarray(at, end), this.#filled)
      this.#filled += end - at
      at = end
      if (inHead) this.#checkHead()
      if (this.#filled < this.#answer.length || this.#filled === this.#start + RECORD_HEAD) continue
      if (++this.#record === ANSWER.length) return { done: this.#proved(chunk.subarray(at)) }
      this.#start = this.#filled
      this.#grow(RECORD_HEAD)
    }
    return {}
  }

  /** Looks at the newest byte of a head; with the last of them, makes room for the body. */
  #checkHead(): void {
    const head = this.#answer.subarray(this.#start)
    const at = this.#filled - this.#start - 1
    const [type, fewest, most] = ANSWER[this.#record]!
    if (at < 3 && head[at] !== recordHead(type, 0)[at]) {
      throw at === 0 && this.#record === 0 ? this.#noTls(head[0]!) : this.#stranger()
    }
    if (at < RECORD_HEAD - 1) return
    const length = lengthOf(head)
    if (length < fewest || length > most) throw this.#stranger()
    this.#grow(length)
  }

  #grow(by: number): void {
    const grown = new Uint8Array(this.#answer.length + by)
    grown.set(this.#answer)
    this.#answer = grown
  }

  /** The answer is complete: hands on what came behind it. */
  #proved(rest: Uint8Array): Uint8Array {
    const { key, crypto } = this.#options
    const random = this.#answer.subarray(RANDOM_AT, RANDOM_AT + RANDOM_LENGTH)
    if (!equal(random, answerRandom(crypto, key, this.#random, this.#answer))) throw this.#stranger()
    return rest
  }

  /** What a web server says to a hello it does not like is an alert; anything else is no TLS at all. */
  #noTls(first: number): TransportError {
    if (first === ALERT) return this.#stranger()
    return this.#options.refuse('it does not answer in TLS; check its address, and whether its secret begins with ee')
  }

  #stranger(): TransportError {
    return this.#options.refuse(`it answers as a web server does, not as a proxy that knows this secret; ${CHECK}`)
  }
}
