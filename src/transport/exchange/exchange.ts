/**
 * The client's half of the key exchange, as a machine that takes answers and gives requests.
 *
 * Each step (`steps.ts`) is a function of what went before, the server's answer and random bytes; this class keeps what
 * went before, and forgets it, secrets overwritten, as soon as it is done or something was wrong.
 *
 * Source: https://core.telegram.org/mtproto/auth_key
 */
import type { Crypto } from '../../crypto/crypto.ts'
import type { ServerKey } from '../../crypto/rsa.ts'
import { type SecurityError, TlError } from '../../errors.ts'
import type { RandomSource } from '../../host.ts'
import { readServerMessage } from '../../tl/generated/mtproto/client.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { answerDhParams, answerResPq, finish, refuse, type Secrets, startExchange } from './steps.ts'

/** What an exchange needs. */
export interface ExchangeOptions {
  readonly crypto: Crypto
  /** Drawn from in this order: nonce (16 bytes), new_nonce (32), RSA_PAD (see `rsaPad`), b (256), padding; b and padding again for each retry. */
  readonly random: RandomSource
  /** The server's public keys that are trusted. */
  readonly keys: readonly ServerKey[]
  /** Number of the datacenter: 10000 more on test ones, negative for media ones. */
  readonly dc: number
  /** Seconds that a temporary key shall live; absent for a permanent key. */
  readonly expiresIn?: number
}

/** What an exchange yields. */
export interface ExchangeResult {
  /** 256 bytes. */
  readonly authKey: Uint8Array
  /** The first server salt, signed. */
  readonly salt: bigint
  /** The server's clock, in seconds since 1970. */
  readonly serverTime: number
}

/** One answer dealt with: a request to send, or the result. */
export type ExchangeStep = { readonly send: Uint8Array } | { readonly done: ExchangeResult }

/** The server may ask for another b this often. */
const MAX_RETRIES = 5

type Stage = 'new' | 'resPQ' | 'params' | 'answer' | 'over'

export class KeyExchange {
  readonly #options: ExchangeOptions
  #stage: Stage = 'new'
  #secrets: Secrets | undefined
  #nonce: Uint8Array = new Uint8Array(0)
  #retries = 0

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** The first request, `req_pq_multi`. Call once. */
  start(): Uint8Array {
    if (this.#stage !== 'new') throw new Error('an exchange starts once')
    this.#stage = 'resPQ'
    const { nonce, send } = startExchange(this.#options.random)
    this.#nonce = nonce
    return send
  }

  /**
   * Takes the body of the server's next plain message.
   * @throws SecurityError EXCHANGE_REFUSED when the server broke a rule, UNKNOWN_SERVER_KEY when it has none of the keys
   *   trusted. The exchange is over then and cannot be taken up again.
   */
  receive(body: Uint8Array): ExchangeStep {
    try {
      return this.#receive(read(body))
    } catch (error) {
      this.#forget()
      throw error instanceof TlError ? refuse(`its message cannot be read: ${error.message}`) : error
    }
  }

  #receive(message: ServerMessage): ExchangeStep {
    const options = this.#options
    switch (this.#stage) {
      case 'resPQ': {
        if (message._ !== 'resPQ') throw unexpected(message, 'resPQ')
        const { secrets, send } = answerResPq(options, this.#nonce, message)
        this.#secrets = secrets
        this.#stage = 'params'
        return { send }
      }
      case 'params': {
        if (message._ !== 'server_DH_params_ok' && message._ !== 'server_DH_params_fail')
          throw unexpected(message, 'server_DH_params')
        const send = answerDhParams(options, this.#secrets!, message)
        this.#stage = 'answer'
        return { send }
      }
      case 'answer': {
        if (message._ !== 'dh_gen_ok' && message._ !== 'dh_gen_retry' && message._ !== 'dh_gen_fail') {
          throw unexpected(message, 'an answer to set_client_DH_params')
        }
        if (message._ === 'dh_gen_retry' && ++this.#retries > MAX_RETRIES)
          throw refuse('it asked for another key too often')
        const step = finish(options, this.#secrets!, message)
        if ('done' in step) this.#forget()
        return step
      }
      default:
        throw new Error('the exchange has not started, or is over')
    }
  }

  #forget(): void {
    this.#stage = 'over'
    const secrets = this.#secrets
    this.#secrets = undefined
    secrets?.newNonce.fill(0)
    secrets?.authKey.fill(0)
  }
}

function read(body: Uint8Array): ServerMessage {
  return readServerMessage(new TlReader(body))
}

function unexpected(message: ServerMessage, wanted: string): SecurityError {
  return refuse(`it sent ${message._} where ${wanted} was due`)
}
