/**
 * Happy eyeballs: several addresses of one server, tried in turn without waiting for each to fail.
 *
 * The next attempt begins a quarter of a second after the last one, or at once when one fails; the first to open wins, the
 * others are dropped. Address families take turns, so that a broken IPv6 (or IPv4) costs one quarter of a second.
 * Source: https://www.rfc-editor.org/rfc/rfc8305
 */
import { TransportError } from '../../errors.ts'
import type { Timer } from '../../host.ts'
import {
  type Address,
  type Carrier,
  type CarrierHandlers,
  DIAL_TIMEOUT,
  type Dial,
  type DialOptions,
  formatAddress,
} from './carrier.ts'

/** Milliseconds between the beginnings of two attempts: the delay that RFC 8305, section 5, recommends. */
export const ATTEMPT_DELAY = 250

/** Which addresses are preferred. */
export interface Preference {
  /** IPv6 first, or IPv4 first; in the order given unless told. */
  readonly ipv6?: boolean | undefined
}

/** Has a dial try an address and all its `others`. */
export function happyEyeballs(dial: Dial, preference: Preference = {}): Dial {
  return (address, handlers, options) => {
    const { others = [], ...first } = address
    return dialFirst(interleave([first, ...others], preference), dial, handlers, options)
  }
}

/**
 * Connects to whichever address answers first.
 * @param addresses at least one, the preferred first
 * @throws TransportError that names what each of them failed with; `CONNECT_TIMEOUT` only if all were too slow
 */
export function dialFirst(
  addresses: readonly Address[],
  dial: Dial,
  handlers: CarrierHandlers,
  options: DialOptions,
): Promise<Carrier> {
  if (addresses.length === 1) return dial(addresses[0]!, handlers, options)
  return new Race(addresses, dial, handlers, options).run()
}

/** Lets address families take turns, the preferred or first one beginning; RFC 8305, section 4. Order is kept otherwise. */
export function interleave(addresses: readonly Address[], { ipv6 }: Preference = {}): readonly Address[] {
  const isIpv6 = ({ host }: Address): boolean => host.includes(':')
  const lead = ipv6 ?? (addresses[0] !== undefined && isIpv6(addresses[0]))
  const first = addresses.filter((address) => isIpv6(address) === lead)
  const second = addresses.filter((address) => isIpv6(address) !== lead)
  const rounds = Array.from({ length: Math.max(first.length, second.length) }, (_, i) => [first[i], second[i]])
  return rounds.flat().filter((address) => address !== undefined)
}

interface Attempt {
  readonly address: Address
  readonly abort: AbortController
  error?: TransportError
}

class Race {
  readonly #addresses: readonly Address[]
  readonly #dial: Dial
  readonly #handlers: CarrierHandlers
  readonly #options: DialOptions
  readonly #deadline: number
  readonly #attempts: Attempt[] = []
  #winner: Attempt | undefined
  #timer: Timer | undefined
  #over = false

  constructor(addresses: readonly Address[], dial: Dial, handlers: CarrierHandlers, options: DialOptions) {
    this.#addresses = addresses
    this.#dial = dial
    this.#handlers = handlers
    this.#options = options
    this.#deadline = options.host.now() + (options.timeout ?? DIAL_TIMEOUT)
  }

  run(): Promise<Carrier> {
    const { signal } = this.#options
    return new Promise<Carrier>((resolve, reject) => {
      signal?.throwIfAborted()
      const end = (): void => {
        this.#over = true
        this.#timer?.cancel()
        signal?.removeEventListener('abort', aborted)
        for (const attempt of this.#attempts) if (attempt !== this.#winner) attempt.abort.abort()
      }
      const fail = (error: unknown): void => {
        end()
        reject(error)
      }
      const aborted = (): void => fail(signal?.reason)
      signal?.addEventListener('abort', aborted)

      const next = (): void => {
        const attempt = this.#begin()
        if (!attempt) return
        this.#attempt(attempt).then(
          (carrier) => {
            // Too late: another one has won, or the caller has given up.
            if (this.#over) return carrier.close()
            this.#winner = attempt
            end()
            resolve(carrier)
          },
          (error: unknown) => {
            if (this.#over) return
            if (!(error instanceof TransportError)) return fail(error)
            attempt.error = error
            if (this.#attempts.length < this.#addresses.length) next()
            else if (this.#attempts.every((one) => one.error)) fail(summary(this.#attempts))
          },
        )
        this.#timer?.cancel()
        this.#timer = this.#options.host.setTimer(ATTEMPT_DELAY, next)
      }
      next()
    })
  }

  #begin(): Attempt | undefined {
    const address = this.#addresses[this.#attempts.length]
    if (!address) return undefined
    const attempt: Attempt = { address, abort: new AbortController() }
    this.#attempts.push(attempt)
    return attempt
  }

  /** One attempt; the owner of the race hears of it only what the winner says. */
  async #attempt(attempt: Attempt): Promise<Carrier> {
    const { host } = this.#options
    const isWinner = (): boolean => this.#winner === attempt
    const handlers: CarrierHandlers = {
      onData: (chunk) => isWinner() && this.#handlers.onData(chunk),
      onClose: (error) => isWinner() && this.#handlers.onClose(error),
      onDrain: () => isWinner() && this.#handlers.onDrain?.(),
    }
    const timeout = Math.max(0, this.#deadline - host.now())
    return this.#dial(attempt.address, handlers, { host, signal: attempt.abort.signal, timeout })
  }
}

/** All failed: one sentence, in which addresses that failed alike stand together. */
function summary(attempts: readonly Attempt[]): TransportError {
  const errors = attempts.flatMap(({ error }) => error ?? [])
  const alike = new Map<string, string[]>()
  for (const { address, error } of attempts) {
    const name = formatAddress(address)
    // Who was tried later had less time, which is no difference.
    const words = (error?.message ?? '').replaceAll(name, '\0').replace(/within [\d.]+ s/, 'in time')
    alike.set(words, [...(alike.get(words) ?? []), name])
  }
  const message = Array.from(alike, ([words, names]) => words.replaceAll('\0', names.join(' or '))).join('; ')
  const code = errors.every((error) => error.code === 'CONNECT_TIMEOUT') ? 'CONNECT_TIMEOUT' : 'CONNECT_FAILED'
  const retryable = errors.some((error) => error.retryable)
  return new TransportError(code, message, { retryable, cause: errors[0]?.cause ?? errors[0] })
}
