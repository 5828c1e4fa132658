import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Address, Carrier } from '../../../src/transport/carrier/carrier.ts'
import { dialHttp, httpDial } from '../../../src/transport/carrier/http.ts'
import { transportErrorPacket } from '../../../src/transport/framing/index.ts'
import { type Asked, FakeFetch } from '../../support/posting.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder } from './recorder.ts'

const address: Address = { host: 'dc.example', port: 80 }
const packet = (first: number, length = 8): Uint8Array => new Uint8Array(length).fill(first)

let host: VirtualHost
let fake: FakeFetch
let recorder: Recorder

beforeEach(() => {
  host = new VirtualHost({ turns: 4 })
  fake = new FakeFetch()
  recorder = new Recorder()
})

const dial = (to: Address = address): Promise<Carrier> => httpDial(fake.fetch)(to, recorder, { host })

/** A carrier whose first request has been answered. */
async function opened(): Promise<Carrier> {
  const carrier = await dial()
  carrier.write([packet(1)])
  await host.settle()
  fake.asked.shift()!.answer(packet(2))
  await host.settle()
  recorder.chunks.length = 0
  return carrier
}

/** What the next request asks. */
const next = async (): Promise<Asked> => {
  await host.settle()
  return fake.asked.shift()!
}

describe('dialling', () => {
  test('whatever is answered to an empty request, somebody is there', async () => {
    const carrier = await dial()
    expect(host.pendingTimers).toBe(0)
    carrier.close()
    await host.settle()
    expect([recorder.closes, recorder.closeError]).toEqual([1, undefined])
  })

  test('a failure is told in the words of the system, not in those of fetch', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    fake.greet = () => Promise.reject(new TypeError('fetch failed', { cause }))
    const error: unknown = await dial().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining('nothing listens there') })
  })

  test('in a browser, the empty request is one that needs no leave to be read', async () => {
    vi.stubGlobal('fetch', fake.fetch)
    try {
      const carrier = await dialHttp(address, recorder, { host })
      carrier.close()
    } finally {
      vi.unstubAllGlobals()
    }
    expect(fake.greeted).toMatchObject({ mode: 'no-cors' })
  })

  test('silence ends it, and the request with it', async () => {
    fake.greet = undefined
    const attempt = dial().catch((reason: unknown) => reason)
    await host.advance(15_000)
    expect(await attempt).toMatchObject({ code: 'CONNECT_TIMEOUT' })
    expect([fake.aborted, host.pendingTimers]).toEqual([1, 0])
  })
})

describe('a packet', () => {
  test.each([
    [address, 'http://dc.example:80/api'],
    [{ ...address, secure: true, path: '/apiw1' }, 'https://dc.example:80/apiw1'],
    [{ host: '::1', port: 443 }, 'http://[::1]:443/api'],
  ])('is the body of a POST: %o', async (to, url) => {
    const carrier = await dial(to)
    carrier.write([packet(1, 4), packet(2, 4)])
    const asked = await next()
    expect([asked.url, asked.init.method, [...asked.init.body]]).toEqual([url, 'POST', [1, 1, 1, 1, 2, 2, 2, 2]])
    // No header of ours: browsers would have to ask for leave.
    expect(asked.init).not.toHaveProperty('headers')
    expect(asked.init).toMatchObject({ redirect: 'manual', credentials: 'omit', cache: 'no-store' })
  })

  test('comes back as the body of an answer', async () => {
    const carrier = await dial()
    carrier.write([packet(1)])
    ;(await next()).answer(packet(9, 12))
    await host.settle()
    expect(recorder.chunks).toEqual([packet(9, 12)])
    expect([recorder.drains, host.pendingTimers]).toEqual([1, 0])
  })

  test('does not come with an empty answer, which says only that the request arrived', async () => {
    const carrier = await dial()
    carrier.write([packet(1)])
    ;(await next()).answer(new Uint8Array(0))
    await host.settle()
    expect([recorder.chunks, recorder.drains, recorder.closes]).toEqual([[], 1, 0])
  })

  test('goes alone until the first answer, then many at a time, in any order of answers', async () => {
    const carrier = await dial()
    for (const i of [1, 2, 3]) carrier.write([packet(i)])
    await host.settle()
    expect([fake.asked.length, carrier.buffered]).toEqual([1, 16])
    fake.asked.shift()!.answer(packet(11))
    await host.settle()
    expect([fake.asked.length, carrier.buffered]).toEqual([2, 0])
    fake.asked[1]!.answer(packet(13))
    await host.settle()
    fake.asked[0]!.answer(packet(12))
    await host.settle()
    expect(recorder.chunks.map(([first]) => first)).toEqual([11, 13, 12])
  })

  test('waits for its turn when two dozen are open', async () => {
    const carrier = await opened()
    for (let i = 0; i < 30; i++) carrier.write([packet(i)])
    await host.settle()
    expect([fake.asked.length, carrier.buffered]).toEqual([24, 6 * 8])
    for (const asked of fake.asked.splice(0, 6)) asked.answer(packet(1))
    await host.settle()
    expect([fake.asked.length, carrier.buffered]).toEqual([24, 0])
  })
})

describe('the end', () => {
  test('close aborts every request and leaves no timer', async () => {
    const carrier = await opened()
    for (let i = 0; i < 30; i++) carrier.write([packet(i)])
    await host.settle()
    carrier.close()
    carrier.close()
    expect(recorder.closes).toBe(0)
    await host.settle()
    expect([recorder.closes, recorder.closeError, fake.aborted, host.pendingTimers]).toEqual([1, undefined, 24, 0])
    carrier.write([packet(1)])
    await host.settle()
    expect([fake.asked.length, carrier.buffered]).toEqual([24, 0])
  })

  test('comes with the first request that fails, once, and takes the others along', async () => {
    const carrier = await opened()
    for (let i = 0; i < 3; i++) carrier.write([packet(i)])
    await host.settle()
    fake.asked[1]!.fail(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }))
    await host.settle()
    expect(recorder.closeError).toMatchObject({
      code: 'CONNECTION_CLOSED',
      message: expect.stringContaining('broke the connection off'),
    })
    fake.asked[0]!.answer(packet(1))
    await host.settle()
    expect([recorder.closes, recorder.chunks, fake.aborted, host.pendingTimers]).toEqual([1, [], 3, 0])
  })

  test('comes when a request is not answered in time: the longer it is, the more it has', async () => {
    const carrier = await opened()
    carrier.write([packet(1, 160_000)])
    await host.advance(54_000)
    expect(recorder.closes).toBe(0)
    await host.advance(1_500)
    expect(recorder.closeError).toMatchObject({ code: 'NO_ANSWER', message: expect.stringContaining('55 s') })
  })

  test('a fetch that throws ends it like one that fails', async () => {
    const carrier = await dial()
    fake.greet = () => {
      throw new TypeError('no such URL')
    }
    carrier.write([new Uint8Array(0)])
    await host.settle()
    expect(recorder.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
  })
})

describe('an answer that is no packet', () => {
  const answered = async (response: Response): Promise<void> => {
    const carrier = await opened()
    carrier.write([packet(1)])
    ;(await next()).respond(response)
    await host.settle(20)
  }
  const page = (mark: string): string => `<html><body><h1>Not Found</h1><hr>${mark}</body></html>`
  const html = { 'content-type': 'text/html' }

  test.each([404, 429, 444, 403])('status %i with a transport error for its body is that error', async (status) => {
    await answered(new Response(transportErrorPacket(-status).slice(), { status }))
    expect([recorder.chunks, recorder.closes]).toEqual([[transportErrorPacket(-status)], 0])
  })

  test.each([404, 429])('status %i with a page of Telegram is that error', async (status) => {
    await answered(new Response(page('nginx/0.3.33'), { status, headers: html }))
    expect([recorder.chunks, recorder.closes]).toEqual([[transportErrorPacket(-status)], 0])
  })

  test.each([
    ['a page of somebody else: it must not cost the login', new Response(page('nginx'), { status: 404 }), 'status 404'],
    ['nothing', new Response(null, { status: 404 }), 'status 404'],
    ['a method that is not known', new Response('', { status: 501 }), 'status 501'],
    ['a login page', new Response(page('Wi-Fi'), { headers: html }), 'a page of text instead of MTProto'],
    [
      'a redirect',
      new Response(null, { status: 302, headers: { location: 'http://portal.example/' } }),
      'a redirect to http://portal.example/, which is not followed',
    ],
  ])('%s ends the carrier and is told plainly', async (_, response, words) => {
    await answered(response)
    expect(recorder.chunks).toEqual([])
    expect(recorder.closeError).toMatchObject({ code: 'FRAMING', retryable: true })
    expect(recorder.closeError!.message).toMatch(/^dc\.example:80 answers with .*check address, port and path/)
    expect(recorder.closeError!.message).toContain(words)
  })

  test.each([408, 429, 500, 502, 503, 504])('status %i is a mood that passes', async (status) => {
    await answered(new Response('<html>busy</html>', { status, statusText: 'Busy' }))
    expect(recorder.closeError).toMatchObject({
      code: 'CONNECTION_CLOSED',
      message: `dc.example:80 answers with HTTP status ${status} Busy; try again later`,
    })
  })

  test('a length beyond 16 MiB is refused before anything is read', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, { highWaterMark: 0 })
    await answered(new Response(body, { headers: { 'content-length': String(16 * 1024 * 1024 + 1) } }))
    expect([recorder.closeError?.code, pulled]).toEqual(['FRAMING', 0])
  })

  test('a body without end is read no further than 16 MiB', async () => {
    let pulled = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(1024 * 1024))
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    await answered(new Response(body))
    expect([recorder.closeError?.code, pulled, cancelled]).toEqual(['FRAMING', 17, true])
  })
})

describe('http_wait', () => {
  /** Counts what a carrier asks the session to send, with a call that waits. */
  const waits = (carrier: Carrier): number => {
    let sent = 0
    carrier.beforePacket!({ outbox: { services: [], calls: [] }, sent: { size: 1 }, send: () => sent++ })
    return sent
  }

  test('is asked for while no request is open, and not while one is', async () => {
    const carrier = await opened()
    expect(waits(carrier)).toBe(1)
    carrier.write([packet(1)])
    expect(waits(carrier)).toBe(0)
    ;(await next()).answer(packet(1))
    await host.settle()
    expect(waits(carrier)).toBe(1)
    carrier.close()
    expect(waits(carrier)).toBe(0)
  })

  test('is not asked for without end: a server that answers at once with nothing gets 20 in a second', async () => {
    const carrier = await opened()
    let rounds = 0
    while (waits(carrier) > 0) {
      rounds++
      carrier.write([packet(1)])
      ;(await next()).answer(new Uint8Array(0))
      await host.settle()
    }
    // One was used for opening.
    expect(rounds).toBe(20)
    const drains = recorder.drains
    await host.advance(1000)
    expect([recorder.drains - drains, waits(carrier), host.pendingTimers]).toEqual([1, 1, 0])
  })
})
