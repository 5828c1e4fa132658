/**
 * The client's half of HTTP CONNECT: asks a web proxy for a tunnel to the server.
 *
 * Every status of 200 to 299 means that the tunnel begins right behind the empty line, whatever the header says of a body.
 * Sources: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6, https://www.rfc-editor.org/rfc/rfc9112,
 * https://www.rfc-editor.org/rfc/rfc7617 (Basic)
 */
import { toBase64 } from '../../base64.ts'
import { concat } from '../../bytes.ts'
import { UsageError } from '../../errors.ts'
import type { Address } from '../carrier/carrier.ts'
import type { Handshake, HandshakeStep, ProxyLogin, ProxyProtocol, Refuse } from './handshake.ts'
import { readHost } from './target.ts'

/** Longest header that a proxy may answer with, in bytes: what common servers take for their own limit. */
export const MAX_HEADER: number = 16 * 1024

/** How every answer begins. */
const OPENING = 'HTTP/1.'
const LF = 0x0a
const CR = 0x0d

/** What a status says, and whether it can be otherwise later; https://www.rfc-editor.org/rfc/rfc9110#section-15 */
const STATUSES: Readonly<Record<number, readonly [reason: string, retryable: boolean]>> = {
  400: ['it does not understand the request (400); is it a proxy?', false],
  403: ['its rules do not allow the connection (403); many allow port 443 only; use another proxy', false],
  404: ['it knows no such server (404); is it a proxy?', false],
  405: ['it opens no tunnels (405); use another proxy', false],
  429: ['it has too many requests (429); try again later', true],
  501: ['it opens no tunnels (501); use another proxy', false],
  502: ['the server cannot be reached from there (502)', true],
  503: ['the server cannot be reached from there, or the proxy has too much to do (503)', true],
  504: ['the server did not answer it in time (504)', true],
}

/**
 * HTTP CONNECT, with Basic login where there is one.
 * @throws UsageError for a user name with a colon, which Basic cannot carry, or a login with control characters
 */
export function httpConnect(login?: ProxyLogin): ProxyProtocol {
  if (login?.username.includes(':')) throw new UsageError('the user name for the HTTP proxy contains a colon')
  const words = login && `${login.username}:${login.password}`
  // Control characters; RFC 7617, section 2.
  if (words && Array.from(words).some((char) => char < ' ' || char === '\x7f')) {
    throw new UsageError('user name or password for the HTTP proxy contain control characters')
  }
  const authorization =
    words === undefined ? '' : `Proxy-Authorization: Basic ${toBase64(new TextEncoder().encode(words))}\r\n`
  return { name: 'HTTP', handshake: (target, refuse) => new HttpConnect(target, refuse, authorization) }
}

class HttpConnect implements Handshake {
  readonly #refuse: Refuse
  readonly #authorization: string
  readonly #authority: string
  #heard: Uint8Array = new Uint8Array(0)
  /** Bytes of `#heard` in which no end of the header was found. */
  #searched = 0

  constructor(target: Address, refuse: Refuse, authorization: string) {
    this.#refuse = refuse
    this.#authorization = authorization
    this.#authority = `${readHost(target.host).text}:${target.port}`
  }

  start(): Uint8Array {
    const request = `CONNECT ${this.#authority} HTTP/1.1\r\nHost: ${this.#authority}\r\n${this.#authorization}\r\n`
    return new TextEncoder().encode(request)
  }

  receive(chunk: Uint8Array): HandshakeStep {
    this.#heard = concat(this.#heard, chunk)
    for (;;) {
      const opening = latin1(this.#heard.subarray(0, OPENING.length))
      if (!OPENING.startsWith(opening)) {
        throw this.#refuse('it does not speak HTTP; check address and kind of the proxy')
      }
      const end = this.#endOfHeader()
      if (end > MAX_HEADER || (end < 0 && this.#heard.length > MAX_HEADER)) {
        throw this.#refuse(`its answer has a header of more than ${MAX_HEADER / 1024} KiB; is it a proxy?`)
      }
      if (end < 0) return {}
      const status = this.#statusOf(latin1(this.#heard.subarray(0, end)))
      this.#heard = this.#heard.slice(end)
      this.#searched = 0
      // 1xx: the answer itself is still to come.
      if (status >= 200) return { done: this.#heard }
    }
  }

  /** Index behind the empty line; -1 as long as there is none. A lone LF ends a line too; RFC 9112, section 2.2. */
  #endOfHeader(): number {
    const heard = this.#heard
    for (let at = this.#searched; at < heard.length; at++) {
      if (heard[at] !== LF) continue
      const next = heard[at + 1] === CR ? at + 2 : at + 1
      if (heard[next] === LF) return next + 1
    }
    this.#searched = Math.max(0, heard.length - 2)
    return -1
  }

  /** @throws TransportError for every status that opens no tunnel */
  #statusOf(header: string): number {
    const [, digits, words = ''] = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(header) ?? []
    const status = Number(digits)
    if (!(status >= 100)) throw this.#refuse('its answer is no HTTP; check address and kind of the proxy')
    if (status < 300 && status !== 101) return status
    // 401 belongs to servers, but there are proxies that give it for a wrong login (tinyproxy does).
    if (status === 407 || status === 401) {
      throw this.#refuse(
        this.#authorization
          ? `it refused the user name and password (${status}), or wants them by another method than Basic; check them`
          : `it wants a user name and password (${status}); give them`,
      )
    }
    const [reason, retryable] = STATUSES[status] ?? [`it answered ${status} ${printable(words)}`.trim(), status >= 500]
    throw this.#refuse(reason, retryable)
  }
}

/** Most characters of a proxy's own words that are shown. */
const MAX_WORDS = 80

function printable(words: string): string {
  return words.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_WORDS)
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
