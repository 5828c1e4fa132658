/**
 * What an HTTP response says: a packet, nothing, a transport error, or that nobody there speaks MTProto.
 *
 * Transport errors come as the status of HTTP, without their sign; the body is the same error as a packet, or the page of
 * a web server. Since an error may cost the login (404 means that the key is not known), a page counts only if it is one
 * of Telegram's: they call themselves nginx/0.3.33. Anything else comes from somebody on the way.
 * Source: https://core.telegram.org/mtproto/mtproto-transports#transport-errors
 */
import { view } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { growing } from './growing.ts'

/** Longest packet that is taken, in bytes. */
const MAX_PACKET = 16 * 1024 * 1024
/** Length of a transport error as a packet: a negative number. */
const ERROR_LENGTH = 4

/** Statuses that stand for transport errors: forbidden, key not found, too many requests, unknown datacenter. */
const TRANSPORT_ERRORS = [403, 404, 429, 444]
/** Moods of a proxy or a server that pass. */
const PASSING = [408, 425, 429, 500, 502, 503, 504]
/** How the web servers of Telegram sign their pages. */
const OWN_PAGE = 'nginx/0.3.33'
/** Most bytes of an answer that is no packet: of a page, enough to know it by. */
const MAX_PAGE = 4096

/** The part of `Response` that is used. */
export interface HttpResponse {
  readonly status: number
  readonly statusText: string
  readonly type: string
  readonly headers: { get(name: string): string | null }
  readonly body: ReadableStream<Uint8Array> | null
}

/**
 * Reads a response to its end.
 * @param name what errors call the server
 * @returns a packet, or nothing where the answer is empty
 * @throws TransportError for everything else
 */
export async function readAnswer(response: HttpResponse, name: string): Promise<Uint8Array> {
  const { status } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const where = response.headers.get('location')
    throw notMtproto(`${name} answers with a redirect${where ? ` to ${where}` : ''}, which is not followed`)
  }
  const isText = (response.headers.get('content-type') ?? '').startsWith('text/')
  if (status === 200 || status === 204) {
    if (isText) throw notMtproto(`${name} answers with a page of text instead of MTProto`)
    return readBody(response, MAX_PACKET, name)
  }
  const body = await readBody(response, MAX_PAGE, name)
  if (body.length === ERROR_LENGTH) return body
  if (TRANSPORT_ERRORS.includes(status) && new TextDecoder().decode(body).includes(OWN_PAGE)) {
    const packet = new Uint8Array(ERROR_LENGTH)
    view(packet).setInt32(0, -status, true)
    return packet
  }
  const what = `${name} answers with HTTP status ${status}${response.statusText && ` ${response.statusText}`}`
  if (PASSING.includes(status)) throw new TransportError('CONNECTION_CLOSED', `${what}; try again later`)
  throw notMtproto(what)
}

function notMtproto(what: string): TransportError {
  return new TransportError(
    'FRAMING',
    `${what}; check address, port and path, and whether a proxy or a login page is in between`,
  )
}

/** The body, read no further than `limit`. @throws TransportError for a longer one */
async function readBody({ body, headers }: HttpResponse, limit: number, name: string): Promise<Uint8Array> {
  const tooLong = (): TransportError =>
    new TransportError('FRAMING', `${name} answers with more than ${limit} bytes, which no packet has`)
  if (!body) return new Uint8Array(0)
  if (Number(headers.get('content-length')) > limit) {
    await body.cancel()
    throw tooLong()
  }
  const reader = body.getReader()
  const packet = growing(limit)
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return packet.bytes()
    if (!packet.add(value)) {
      await reader.cancel()
      throw tooLong()
    }
  }
}
