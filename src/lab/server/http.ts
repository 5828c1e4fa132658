/**
 * The test DC's side of HTTP: which requests there are, how their bodies are read, how answers look.
 *
 * `POST /api` with a packet as its body is the transport; `/api_test` and the paths with a `w`, which any web page may
 * use, are the same. Whatever else comes is answered as web servers do. Limits keep a client from taking memory or time.
 *
 * Source: https://core.telegram.org/mtproto/transports#http
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Host } from '../../host.ts'
import { growing } from '../../transport/carrier/growing.ts'
import { MAX_PACKET, transportErrorPacket } from '../../transport/framing/index.ts'
import type { HttpReply } from './http-link.ts'

/** `/api`, `/apiw`, `/apiw1`, each with `_test`; where the `w` stands, web pages of all sites may ask. */
const PATHS = /^\/api(w1?)?(?:_test1?)?$/
/** A request's body must be there within this many milliseconds. */
const BODY_WITHIN = 30_000
const TOO_LONG = `A packet has at most ${MAX_PACKET} bytes.`
/** Seconds for which a browser remembers what it may send. */
const PREFLIGHT_AGE = 86_400

/**
 * Makes the listener for `listen`.
 * @param post takes the packet of each request
 * @param host timers for bodies that come slowly
 */
export function httpListener(post: (packet: Uint8Array, reply: HttpReply) => void, host: Host): RequestListener {
  return (request, response) => {
    const path = PATHS.exec(request.url ?? '')
    const web = path?.[1]
    const answer = answerer(response, web !== undefined)
    if (!path) {
      answer.text(
        404,
        'This is an MTProto server: connect by TCP, by WebSocket with the subprotocol "binary", or POST /api.',
      )
    } else if (request.method === 'OPTIONS' && web !== undefined) {
      answer.preflight()
    } else if (request.method !== 'POST') {
      answer.text(405, 'Packets are sent by POST.', { allow: web === undefined ? 'POST' : 'POST, OPTIONS' })
    } else {
      readBody(request, host).then(
        (packet) => {
          if (packet.length === 0) answer.text(400, 'The request has no body: it is to be one packet.')
          else post(packet, replyOf(response, answer))
        },
        (refusal: unknown) => {
          if (refusal instanceof BodyRefused) answer.text(refusal.status, refusal.message, { connection: 'close' })
        },
      )
    }
  }
}

/** Why a body was not read to its end. */
class BodyRefused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The whole body. Rejects with {@link BodyRefused}, or with the stream's error when the client goes away. */
function readBody(request: IncomingMessage, host: Host): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const body = growing(MAX_PACKET)
    const timer = host.setTimer(BODY_WITHIN, () => refuse(408, 'The body did not come in time.'))
    const refuse = (status: number, message: string): void => {
      timer.cancel()
      request.off('data', take)
      reject(new BodyRefused(status, message))
    }
    const take = (chunk: Uint8Array): void => {
      if (!body.add(chunk)) refuse(413, TOO_LONG)
    }
    request.on('close', () => timer.cancel())
    request.on('error', reject)
    if (Number(request.headers['content-length']) > MAX_PACKET) {
      refuse(413, TOO_LONG)
      return
    }
    request.on('data', take)
    request.on('end', () => {
      timer.cancel()
      resolve(body.bytes())
    })
  })
}

interface Answerer {
  packet(status: number, body: Uint8Array): void
  text(status: number, text: string, headers?: Readonly<Record<string, string>>): void
  preflight(): void
}

function answerer(response: ServerResponse, web: boolean): Answerer {
  const send = (status: number, headers: Readonly<Record<string, string>>, body?: Uint8Array): void => {
    if (response.headersSent || response.destroyed) return
    // There are clients that take what follows the length for the body: it stands last, and nothing is added.
    response.sendDate = false
    response.writeHead(status, {
      ...(web && { 'access-control-allow-origin': '*' }),
      connection: 'keep-alive',
      ...headers,
      ...(body && { 'content-length': body.length }),
    })
    response.end(body)
  }
  return {
    packet: (status, body) => send(status, { 'content-type': 'application/octet-stream' }, body),
    text: (status, text, headers = {}) =>
      send(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }, new TextEncoder().encode(`${text}\n`)),
    preflight: () =>
      send(204, {
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': String(PREFLIGHT_AGE),
      }),
  }
}

function replyOf(response: ServerResponse, answer: Answerer): HttpReply {
  const reply: HttpReply = {
    onGone: undefined,
    packet: (packet) => answer.packet(200, packet),
    // The status of HTTP is that of the transport error, without its sign.
    error: (status) => answer.packet(-status, transportErrorPacket(status)),
    drop: () => response.destroy(),
  }
  response.on('close', () => {
    if (!response.writableFinished) reply.onGone?.()
  })
  return reply
}
