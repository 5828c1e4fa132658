/**
 * The key exchange, client side, as a machine: TL bodies of plain messages go in, the next body to send or the result
 * comes out.
 *
 * One machine makes one exchange. Any rule broken ends it: what was secret is wiped, and whoever drives it closes the
 * connection and starts over with a new machine, hence new nonces.
 * Source: https://core.telegram.org/mtproto/auth_key
 */

import { hint } from '#explain'
import { readServerMessage } from '#messages'
import { refuse } from '../../crypto/refuse.ts'
import { randomBytes } from '../../host.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { MAX_RETRIES } from './limits.ts'
import {
  type Agreed,
  acceptParams,
  concludeKey,
  type ExchangeOptions,
  type ExchangeResult,
  type Proposed,
  type Proven,
  proposeKey,
  requestParams,
  requestPq,
} from './steps.ts'

export { MAX_RETRIES } from './limits.ts'
export type { ExchangeOptions, ExchangeResult } from './steps.ts'

/** What the machine waits for. */
type State =
  | { readonly waitsFor: 'start' | 'nothing' }
  | { readonly waitsFor: 'resPQ'; readonly nonce: Uint8Array }
  | { readonly waitsFor: 'server_DH_params'; readonly proven: Proven }
  | { readonly waitsFor: 'dh_gen'; readonly agreed: Agreed; readonly proposed: Proposed; readonly retries: number }

/** What comes of an answer: the next TL body to send, or the new key. */
export type ExchangeStep = { readonly send: Uint8Array } | { readonly done: ExchangeResult }

/** One key exchange. */
export class KeyExchange {
  readonly #options: ExchangeOptions
  #state: State = { waitsFor: 'start' }

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** TL body of the first message, `req_pq_multi`. To be called once, before anything else. */
  start(): Uint8Array {
    if (this.#state.waitsFor !== 'start') throw new TypeError(hint('a key exchange starts once'))
    const nonce = randomBytes(this.#options.random, 16)
    this.#state = { waitsFor: 'resPQ', nonce }
    return requestPq(nonce)
  }

  /**
   * Takes the server's answer.
   * @param body TL body of a plain message; bytes behind the answer are ignored
   * @throws SecurityError EXCHANGE_REFUSED or UNKNOWN_SERVER_KEY if the server broke a rule; TlError if this is no TL.
   *   Either way the exchange is over
   */
  receive(body: Uint8Array): ExchangeStep {
    try {
      return this.#step(this.#state, readServerMessage(new TlReader(body)))
    } catch (error) {
      this.end()
      throw error
    }
  }

  /** Ends the exchange, whatever it waits for, and wipes what is secret. A key that was agreed on is left alone. */
  end(): void {
    const state = this.#state
    this.#state = { waitsFor: 'nothing' }
    if (state.waitsFor === 'server_DH_params') state.proven.newNonce.fill(0)
    if (state.waitsFor === 'dh_gen') {
      state.agreed.newNonce.fill(0)
      state.proposed.authKey.fill(0)
    }
  }

  #step(state: State, answer: ServerMessage): ExchangeStep {
    const options = this.#options
    if (state.waitsFor === 'resPQ' && answer._ === 'resPQ') {
      const { send, ...proven } = requestParams(options, state.nonce, answer)
      this.#state = { waitsFor: 'server_DH_params', proven }
      return { send }
    }
    if (
      state.waitsFor === 'server_DH_params' &&
      (answer._ === 'server_DH_params_ok' || answer._ === 'server_DH_params_fail')
    ) {
      return this.#propose(acceptParams(options, state.proven, answer), 0n, 0)
    }
    if (
      state.waitsFor === 'dh_gen' &&
      (answer._ === 'dh_gen_ok' || answer._ === 'dh_gen_retry' || answer._ === 'dh_gen_fail')
    ) {
      const { agreed, proposed, retries } = state
      const outcome = concludeKey(options, agreed, proposed, answer)
      if (typeof outcome === 'bigint') {
        proposed.authKey.fill(0)
        if (retries === MAX_RETRIES) refuse(hint(() => `: the server asked for another key ${MAX_RETRIES + 1} times`))
        return this.#propose(agreed, outcome, retries + 1)
      }
      this.#state = { waitsFor: 'nothing' }
      agreed.newNonce.fill(0)
      return { done: outcome }
    }
    return refuse(hint(() => `: ${answer._} came while waiting for ${state.waitsFor}`))
  }

  #propose(agreed: Agreed, retryId: bigint, retries: number): ExchangeStep {
    const proposed = proposeKey(this.#options, agreed, retryId)
    this.#state = { waitsFor: 'dh_gen', agreed, proposed, retries }
    return { send: proposed.send }
  }
}
