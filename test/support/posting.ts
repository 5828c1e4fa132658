/**
 * HTTP without sockets: a `fetch` that hands requests to a test DC, and one that a test answers by hand.
 */

import type { HttpReply } from '../../src/lab/server/http-link.ts'
import type { TestServer } from '../../src/lab/server/server.ts'
import type { HttpFetch, HttpRequest } from '../../src/transport/carrier/http.ts'
import { transportErrorPacket } from '../../src/transport/framing/index.ts'

/** What the network does to an answer on its way. */
export type OnTheWay = (packet: Uint8Array) => 'pass' | 'lose'

/** A `fetch` whose requests reach a test DC at once. */
export function postingTo(server: TestServer, onTheWay: OnTheWay = () => 'pass'): HttpFetch {
  return (_url, { body, signal }) =>
    new Promise((resolve, reject) => {
      if (body.length === 0) {
        resolve(new Response('', { status: 400 }))
        return
      }
      let over = false
      const finish = (answer: () => void): void => {
        over = true
        signal.removeEventListener('abort', aborted)
        answer()
      }
      const broken = (): void => reject(new TypeError('fetch failed', { cause: new Error('broken off') }))
      const aborted = (): void => {
        if (!over) finish(() => reject(signal.reason))
        reply.onGone?.()
      }
      const reply: HttpReply = {
        onGone: undefined,
        packet: (packet) => {
          if (onTheWay(packet) === 'pass') finish(() => resolve(new Response(packet.slice())))
          else {
            finish(broken)
            queueMicrotask(() => reply.onGone?.())
          }
        },
        error: (status) =>
          finish(() => resolve(new Response(transportErrorPacket(status).slice(), { status: -status }))),
        drop: () => finish(broken),
      }
      signal.addEventListener('abort', aborted)
      server.post(body.slice(), reply)
    })
}

/** One request that a test has to answer. */
export interface Asked {
  readonly url: string
  readonly init: HttpRequest
  answer(body: Uint8Array | string, init?: ResponseInit): void
  respond(response: Response): void
  fail(error: unknown): void
}

/** A `fetch` that is answered by the test; the empty request of dialling is answered by itself unless told. */
export class FakeFetch {
  /** Requests that were not looked at, the oldest first. */
  readonly asked: Asked[] = []
  aborted = 0
  /** Answers the request of dialling. */
  greet: (() => Promise<Response>) | undefined = () => Promise.resolve(new Response('', { status: 400 }))

  /** How the last request of dialling was made. */
  greeted: HttpRequest | undefined

  readonly fetch: HttpFetch = (url, init) => {
    // As browsers do: https://fetch.spec.whatwg.org/#concept-main-fetch, where the mode is looked at.
    if (init.mode === 'no-cors' && init.redirect !== 'follow')
      return Promise.reject(new TypeError('no-cors needs redirect: follow'))
    if (init.body.length === 0 && this.greet) {
      this.greeted = init
      return this.greet()
    }
    return new Promise((resolve, reject) => {
      init.signal.addEventListener('abort', () => {
        this.aborted++
        reject(init.signal.reason)
      })
      this.asked.push({
        url,
        init,
        answer: (body, options) => resolve(new Response(typeof body === 'string' ? body : body.slice(), options)),
        respond: resolve,
        fail: reject,
      })
    })
  }
}
