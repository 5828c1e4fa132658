/**
 * A {@link Dial} that goes through a proxy: connects to it, runs its handshake, and hands over the open way.
 *
 * One deadline holds for all of it. What arrives right behind the handshake waits until the owner has the carrier.
 */
import { TransportError } from '../../errors.ts'
import {
  type Address,
  type Carrier,
  type CarrierHandlers,
  checkAddress,
  DIAL_TIMEOUT,
  type Dial,
  type DialOptions,
  formatAddress,
} from '../carrier/carrier.ts'
import { type Handshake, type ProxyProtocol, proxyName, type Refuse, refusals } from './handshake.ts'

/**
 * Makes a dial that goes through a proxy. A target's further addresses (`others`) are not looked at; give the result to
 * `happyEyeballs` to have them tried.
 * @param proxy where the proxy is; may have further addresses if `dial` knows what to do with them
 * @param dial how the proxy is reached
 */
export function dialThrough(proxy: Address, protocol: ProxyProtocol, dial: Dial): Dial {
  return async (target, handlers, options) => {
    checkAddress(target)
    const { host, timeout = DIAL_TIMEOUT } = options
    const deadline = host.now() + timeout
    const refuse = refusals(protocol, proxy, target)
    const passage = new Passage(protocol.handshake(target, refuse), handlers, options, refuse)
    const carrier = await dial(proxy, passage, options).catch((error: unknown) => {
      throw unreachable(error, protocol, target)
    })
    const late = (): TransportError =>
      new TransportError(
        'CONNECT_TIMEOUT',
        `cannot connect to ${formatAddress(target)}: ${proxyName(protocol, proxy)} took the connection, but opened none to the server within ${timeout / 1000} s`,
      )
    return passage.open(carrier, deadline, late)
  }
}

const CLOSED = 'it closed the connection before the way was open; is it a proxy, and does it know you?'

/** What the carrier to the proxy tells: first to the handshake, then to the owner. */
class Passage implements CarrierHandlers {
  readonly #handshake: Handshake
  readonly #handlers: CarrierHandlers
  readonly #options: DialOptions
  readonly #refuse: Refuse
  /** Ends the handshake, one way or the other; the carrier is closed where it fails. */
  #settle: ((error: unknown, leftover?: Uint8Array) => void) | undefined
  /** What the owner is still to be told; absent once it is told everything at once. */
  #held: (() => void)[] | undefined = []
  #carrier: Carrier | undefined
  #closing = false

  constructor(handshake: Handshake, handlers: CarrierHandlers, options: DialOptions, refuse: Refuse) {
    this.#handshake = handshake
    this.#handlers = handlers
    this.#options = options
    this.#refuse = refuse
  }

  /** Runs the handshake over the open carrier. */
  open(carrier: Carrier, deadline: number, late: () => TransportError): Promise<Carrier> {
    const { host, signal } = this.#options
    this.#carrier = carrier
    return new Promise<Carrier>((resolve, reject) => {
      const aborted = (): void => this.#settle?.(signal?.reason)
      const timer = host.setTimer(Math.max(0, deadline - host.now()), () => this.#settle?.(late()))
      this.#settle = (error, leftover) => {
        this.#settle = undefined
        timer.cancel()
        signal?.removeEventListener('abort', aborted)
        if (!leftover) {
          carrier.close()
          reject(error)
          return
        }
        if (leftover.length > 0) this.onData(leftover)
        host.setTimer(0, () => this.#release())
        resolve(this.#owned(carrier))
      }
      signal?.addEventListener('abort', aborted)
      if (signal?.aborted) aborted()
      else carrier.write([this.#handshake.start()])
    })
  }

  onData(chunk: Uint8Array): void {
    if (!this.#settle) {
      this.#tell(() => !this.#closing && this.#handlers.onData(chunk))
      return
    }
    try {
      const { send, done } = this.#handshake.receive(chunk)
      if (send) this.#carrier?.write([send])
      if (done) this.#settle(undefined, done)
    } catch (error) {
      this.#settle(error)
    }
  }

  onClose(error?: TransportError): void {
    if (this.#settle) this.#settle(this.#refuse(this.#handshake.closed ?? CLOSED, true))
    else this.#tell(() => this.#handlers.onClose(error))
  }

  onDrain(): void {
    if (!this.#settle) this.#tell(() => this.#handlers.onDrain?.())
  }

  #tell(event: () => void): void {
    if (this.#held) this.#held.push(event)
    else event()
  }

  #release(): void {
    const events = this.#held ?? []
    this.#held = undefined
    for (const event of events) event()
  }

  #owned(carrier: Carrier): Carrier {
    return {
      get buffered() {
        return carrier.buffered
      },
      write: (chunks) => carrier.write(chunks),
      close: () => {
        this.#closing = true
        carrier.close()
      },
    }
  }
}

/** The proxy itself is out of reach; what the caller did (abort, wrong options) stays what it is. */
export function unreachable(error: unknown, { name }: Pick<ProxyProtocol, 'name'>, target: Address): unknown {
  if (!(error instanceof TransportError)) return error
  const { code, retryable, message, cause } = error
  const words = `the ${name} proxy on the way to ${formatAddress(target)} is out of reach: ${message}`
  return new TransportError(code, words, { retryable, cause: cause ?? error })
}
