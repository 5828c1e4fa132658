/**
 * The calls of one session: started, running, answered, dropped, or waited for by others.
 *
 * Sources: https://core.telegram.org/mtproto/service_messages#rpc-drop-answer,
 * https://core.telegram.org/api/invoking
 */

import { writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { TlEncode } from '../../tl/method.ts'
import type { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { KeyRecord } from './auth-keys.ts'
import type { Dc } from './dc.ts'
import type { Link } from './link.ts'
import type { Received } from './received.ts'
import { RpcFailure } from './rpc-failure.ts'
import { writePacked } from './unpack.ts'

const RPC_RESULT = 0xf35c6d01
/** Results between these sizes are worth compressing; longer ones are files, which do not shrink. */
const GZIP_FROM = 512
const GZIP_UP_TO = 256 * 1024
/** How many outcomes are remembered for `invokeAfterMsg`. */
const MAX_OUTCOMES = 2000

/** What a call is and where it came from, for the API. */
export interface Call {
  readonly dc: Dc
  /** The key the message was sealed with: temporary or permanent. */
  readonly key: KeyRecord
  readonly sessionId: bigint
  readonly msgId: bigint
  readonly connection: number
  /** Sends a message of the server's own, an update, over the session of this call: now, or when its client is back. */
  push(body: Uint8Array): void
  /** Settles when the call of that id is answered: true if it succeeded; false if it failed or never came. */
  after(msgId: bigint): Promise<boolean>
}

/** How a call ends. */
export type Outcome =
  | { readonly kind: 'result'; readonly encode: TlEncode }
  | { readonly kind: 'error'; readonly code: number; readonly text: string }
  /** Faults: no answer, and perhaps an end of the connection, or the message refused. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'bad-message'; readonly code: number }
  | { readonly kind: 'transport-error'; readonly status: number }

/** The API behind the sessions: reads a request and carries it out. */
export type Api = (call: Call, request: TlReader) => Outcome | Promise<Outcome>

/** What the calls need of their session. */
export interface CallSite {
  readonly dc: Dc
  readonly key: KeyRecord
  readonly id: bigint
  readonly link: Link | undefined
  /** Sends a message that answers nothing. */
  push(body: Uint8Array): void
  /** Sends a whole `rpc_result`. */
  answer(message: Received, body: Uint8Array): void
  /** Sends `bad_msg_notification`, or `bad_server_salt` for 48. */
  refuse(msgId: bigint, seqno: number, code: number): void
}

export class Calls {
  readonly #site: CallSite
  readonly #api: Api
  /** True for success; by id, oldest first. */
  readonly #outcomes = new Map<bigint, boolean>()
  readonly #waiters = new Map<bigint, Set<(ok: boolean) => void>>()

  constructor(site: CallSite, api: Api) {
    this.#site = site
    this.#api = api
  }

  /** Starts a call and answers it, at once or later. */
  start(message: Received, request: TlReader): void {
    const { dc, key, id, link } = this.#site
    message.call = 'running'
    const { msgId } = message
    const call: Call = {
      dc,
      key,
      sessionId: id,
      msgId,
      connection: link?.id ?? 0,
      push: (body) => this.#site.push(body),
      after: (other) => this.#after(other),
    }
    let outcome: Outcome | Promise<Outcome>
    try {
      outcome = this.#api(call, request)
    } catch (error) {
      outcome = failure(error)
    }
    if (outcome instanceof Promise) {
      void outcome.catch(failure).then((settled) => this.#finish(message, settled))
    } else this.#finish(message, outcome)
  }

  /** Answers a call that cannot even be read. */
  fail(message: Received, code: number, text: string): void {
    this.#finish(message, { kind: 'error', code, text })
  }

  /** Marks a running call as dropped; false if it is not running. */
  drop(message: Received | undefined): boolean {
    if (message?.call !== 'running') return false
    message.call = 'dropped'
    return true
  }

  /** The session is over: nobody waits any longer. */
  destroy(): void {
    for (const waiters of this.#waiters.values()) for (const wake of waiters) wake(false)
    this.#waiters.clear()
  }

  #finish(message: Received, outcome: Outcome): void {
    const site = this.#site
    this.#settle(message.msgId, outcome.kind === 'result')
    switch (outcome.kind) {
      case 'silence':
        return
      case 'disconnect':
        // Its answer is lost, and none will come: whoever asks must not be told that somebody is at work on it.
        message.call = 'answered'
        site.link?.close()
        return
      case 'transport-error':
        site.link?.fail(outcome.status)
        return
      case 'bad-message':
        site.refuse(message.msgId, message.seqno, outcome.code)
        return
      case 'result':
      case 'error':
    }
    const body = message.call === 'dropped' ? this.#dropped(message.msgId) : this.#result(message.msgId, outcome)
    message.call = 'answered'
    site.answer(message, body)
  }

  #result(msgId: bigint, outcome: Extract<Outcome, { kind: 'result' | 'error' }>): Uint8Array {
    const writer = startResult(msgId)
    const at = writer.pos
    try {
      if (outcome.kind === 'result') outcome.encode(writer)
      else writeError(writer, outcome.code, outcome.text)
    } catch (error) {
      // A result that cannot be written is the server's own fault and must not end the session.
      writer.pos = at
      const { code, text } = failure(error)
      writeError(writer, code, text)
    }
    return this.#packed(msgId, writer.finish(), at)
  }

  #dropped(msgId: bigint): Uint8Array {
    const writer = startResult(msgId)
    writeServerMessage(writer, { _: 'rpc_answer_dropped_running' })
    return writer.finish()
  }

  /** The `rpc_result` with its result compressed, where that is wanted and makes it shorter. */
  #packed(msgId: bigint, body: Uint8Array, at: number): Uint8Array {
    const { crypto, behaviour } = this.#site.dc
    const result = body.subarray(at)
    const auto = result.length >= GZIP_FROM && result.length <= GZIP_UP_TO
    if (crypto.gzip === undefined || behaviour.gzip === 'never' || (behaviour.gzip === 'auto' && !auto)) return body
    const packed = crypto.gzip(result)
    if (behaviour.gzip === 'auto' && packed.length + 8 >= result.length) return body
    const writer = startResult(msgId)
    writePacked(writer, packed)
    return writer.finish()
  }

  #settle(msgId: bigint, ok: boolean): void {
    this.#outcomes.set(msgId, ok)
    if (this.#outcomes.size > MAX_OUTCOMES) this.#outcomes.delete(this.#outcomes.keys().next().value as bigint)
    const waiters = this.#waiters.get(msgId)
    this.#waiters.delete(msgId)
    for (const wake of waiters ?? []) wake(ok)
  }

  #after(msgId: bigint): Promise<boolean> {
    const known = this.#outcomes.get(msgId)
    if (known !== undefined) return Promise.resolve(known)
    const { host, behaviour } = this.#site.dc
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(msgId) ?? new Set()
      this.#waiters.set(msgId, waiters)
      const timer = host.setTimer(behaviour.afterTimeout, () => {
        waiters.delete(wake)
        resolve(false)
      })
      const wake = (ok: boolean): void => {
        timer.cancel()
        resolve(ok)
      }
      waiters.add(wake)
    })
  }
}

function startResult(msgId: bigint): TlWriter {
  const writer = new TlWriter(256)
  writer.uint(RPC_RESULT)
  writer.long(msgId)
  return writer
}

function writeError(writer: TlWriter, errorCode: number, errorMessage: string): void {
  writeServerMessage(writer, { _: 'rpc_error', errorCode, errorMessage })
}

/** What a thrown error becomes: its own code, or 500 for anything that was not meant to happen. */
function failure(error: unknown): { kind: 'error'; code: number; text: string } {
  if (error instanceof RpcFailure) return { kind: 'error', code: error.code, text: error.text }
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { kind: 'error', code: 500, text: `INTERNAL_SERVER_ERROR ${detail}` }
}
