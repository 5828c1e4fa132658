/**
 * Rules for waits: as long as the server has asked a client to wait, none of its files' parts goes out; and what has failed
 * is not made again at once.
 *
 * Source: https://core.telegram.org/api/errors#420-flood
 */
import { toHex } from '../../../bytes.ts'
import type { CallRequest } from '../../../transport/session/call.ts'

const PART = /^upload\.save(Big)?FilePart$/
/** Calls that nobody makes twice but because the first has failed. */
const MADE_ONCE = 'messages.uploadMedia'
/** Milliseconds that pass at least before what a fault of the server has ended is made again. */
const LEAST_PAUSE = 400
/** Errors after which a call goes to another datacenter, or under another login. */
const MOVING: ReadonlySet<number> = new Set([303, 401, 406])
/** Clocks of clients run fast or slow, by this share at most. */
const DRIFT = 0.999

export class FloodCheck {
  readonly #violate: (detail: string) => void
  readonly #now: () => number
  /** Until when parts wait, by client. */
  readonly #parts = new Map<object, number>()
  /** Parts under way that were not answered and may be handed on, by client. */
  readonly #failed = new Map<object, number>()
  /** Until when what has failed must not be made again, by its bytes. */
  readonly #calls = new Map<string, { readonly until: number; readonly after: string }>()

  constructor(violate: (detail: string) => void, now: () => number) {
    this.#violate = violate
    this.#now = now
  }

  /** Clients begin anew. */
  restarted(): void {
    this.#parts.clear()
    this.#failed.clear()
    this.#calls.clear()
  }

  /** A call is made: returns what to make it with. */
  watched(client: object, request: CallRequest): CallRequest {
    const { method } = request
    const isPart = PART.test(method)
    if (!isPart && method !== MADE_ONCE) return request
    // What was handed on before the wait, and got lost, may go again.
    if (isPart) this.#checkPart(client, method)
    let bytes = ''
    return {
      ...request,
      encode: (writer, msgId) => {
        const first = bytes === ''
        const start = writer.pos
        request.encode(writer, msgId)
        if (isPart) return
        bytes = toHex(writer.buffer.subarray(start, writer.pos))
        if (first) this.#checkCall(method, bytes)
      },
      onRpcError: (code, text) => {
        const seconds = /^FLOOD_(?:PREMIUM_)?WAIT_(\d+)$/.exec(text)?.[1]
        const until = this.#now() + (seconds === undefined ? LEAST_PAUSE : DRIFT * 1000 * Number(seconds))
        if (!isPart && (seconds ?? (code === 500 || code === -503))) this.#calls.set(bytes, { until, after: text })
        if (isPart && seconds) this.#parts.set(client, Math.max(until, this.#parts.get(client) ?? 0))
        if (isPart && MOVING.has(code)) this.#mayMove(client)
        request.onRpcError(code, text)
      },
      onFailure: (error) => {
        // It may be handed on to another lane, or to the next key.
        if (isPart) this.#mayMove(client)
        request.onFailure(error)
      },
    }
  }

  #mayMove(client: object): void {
    this.#failed.set(client, (this.#failed.get(client) ?? 0) + 1)
  }

  #checkPart(client: object, method: string): void {
    const until = this.#parts.get(client) ?? 0
    if (this.#now() >= until) return
    const failed = this.#failed.get(client) ?? 0
    if (failed > 0) this.#failed.set(client, failed - 1)
    else this.#violate(`${method} was sent ${until - this.#now()} ms too early`)
  }

  #checkCall(method: string, bytes: string): void {
    const { until = 0, after } = this.#calls.get(bytes) ?? {}
    if (this.#now() < until) this.#violate(`${method} was made again at once after ${after}`)
  }
}
