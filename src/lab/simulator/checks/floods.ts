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
/** Milliseconds that pass at least before what a fault of the server has ended is made again: half a second, less a quarter. */
const LEAST_PAUSE = 375
/** Clocks of clients run fast or slow, by this share at most. */
const DRIFT = 0.999

export class FloodCheck {
  readonly #violate: (detail: string) => void
  readonly #now: () => number
  /** Until when parts wait, and since when, by client. */
  readonly #parts = new Map<object, { readonly until: number; readonly since: number }>()
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
    // What was handed on before the wait, and got lost, may go again. What a closed client is handed never goes out.
    let early = isPart ? this.#early(client) : 0
    let bytes = ''
    return {
      ...request,
      encode: (writer, msgId) => {
        const first = bytes === ''
        const start = writer.pos
        request.encode(writer, msgId)
        if (early > 0) this.#violate(`${method} was sent ${early} ms too early`)
        early = 0
        if (isPart) return
        bytes = toHex(writer.buffer.subarray(start, writer.pos))
        if (first) this.#checkCall(method, bytes)
      },
      onRpcError: (code, text) => {
        const seconds = /^FLOOD_(?:PREMIUM_)?WAIT_(\d+)$/.exec(text)?.[1]
        const until = this.#now() + (seconds === undefined ? LEAST_PAUSE : DRIFT * 1000 * Number(seconds))
        if (!isPart && (seconds ?? (code === 500 || code === -503))) this.#calls.set(bytes, { until, after: text })
        if (isPart && seconds) this.#wait(client, until)
        request.onRpcError(code, text)
      },
      onFailure: (error) => {
        // It may be handed on to the next key.
        if (isPart) this.#mayMove(client)
        request.onFailure(error)
      },
    }
  }

  #mayMove(client: object): void {
    this.#failed.set(client, (this.#failed.get(client) ?? 0) + 1)
  }

  #wait(client: object, until: number): void {
    const waits = this.#parts.get(client)
    const since = waits && waits.until > this.#now() ? waits.since : this.#now()
    this.#parts.set(client, { until: Math.max(until, waits?.until ?? 0), since })
  }

  /**
   * Milliseconds that a part is handed on too early. What other answers in the packet that asks to wait have set going is
   * not: it passed before that answer's turn came.
   */
  #early(client: object): number {
    const { until = 0, since = 0 } = this.#parts.get(client) ?? {}
    const left = until - this.#now()
    const failed = this.#failed.get(client) ?? 0
    if (left <= 0 || this.#now() === since) return 0
    if (failed === 0) return left
    this.#failed.set(client, failed - 1)
    return 0
  }

  #checkCall(method: string, bytes: string): void {
    const { until = 0, after } = this.#calls.get(bytes) ?? {}
    if (this.#now() < until) this.#violate(`${method} was made again at once after ${after}`)
  }
}
