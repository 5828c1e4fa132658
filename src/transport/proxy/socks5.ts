/**
 * The client's half of SOCKS5: greeting, login where there is one, and the request to connect.
 *
 * Names go to the proxy as names: it looks them up where it stands, and nobody here is asked.
 * Sources: https://www.rfc-editor.org/rfc/rfc1928, https://www.rfc-editor.org/rfc/rfc1929
 */
import { concat } from '../../bytes.ts'
import { UsageError } from '../../errors.ts'
import type { Address } from '../carrier/carrier.ts'
import type { Handshake, HandshakeStep, ProxyLogin, ProxyProtocol, Refuse } from './handshake.ts'
import { readHost } from './target.ts'

const VERSION = 5
/** Version of the login by name and password; RFC 1929, section 2. */
const LOGIN_VERSION = 1
const CONNECT = 1
/** Methods of logging in; RFC 1928, section 3. */
const NO_LOGIN = 0
const BY_PASSWORD = 2
/** Kinds of addresses; RFC 1928, section 5. */
const IPV4 = 1
const NAME = 3
const IPV6 = 4
/** Lengths are one byte. */
const MAX_TEXT = 255

/** What a reply says; RFC 1928, section 6. The second of each: whether it can be otherwise later. */
const REPLIES: Readonly<Record<number, readonly [reason: string, retryable: boolean]>> = {
  1: ['it has a fault of its own (general failure); try again later, or use another proxy', true],
  2: ['its rules do not allow the connection; use another proxy', false],
  3: ['it has no network that leads to the server', true],
  4: ['the server cannot be reached from there', true],
  5: ['the server refused the connection; check its port', true],
  6: ['the server did not answer in time', true],
  7: ['it cannot open connections (command not supported); use another proxy', false],
  8: ['it does not know this kind of address; use another proxy, or another address of the server', false],
}

/**
 * SOCKS5.
 * @param login offered to the proxy, which may also let everyone in
 * @throws UsageError for a login that does not fit: each part 1 (the password: 0) to 255 bytes
 */
export function socks5(login?: ProxyLogin): ProxyProtocol {
  const words = login && [textBytes('user name', login.username), textBytes('password', login.password)]
  if (words?.[0]?.length === 0) throw new UsageError('the user name for the SOCKS5 proxy is empty')
  return { name: 'SOCKS5', handshake: (target, refuse) => new Socks5(target, refuse, words) }
}

type State = 'greeting' | 'login' | 'request'

class Socks5 implements Handshake {
  readonly #refuse: Refuse
  readonly #login: readonly Uint8Array[] | undefined
  readonly #request: Uint8Array
  #state: State = 'greeting'
  #heard: Uint8Array = new Uint8Array(0)

  constructor(target: Address, refuse: Refuse, login: readonly Uint8Array[] | undefined) {
    this.#refuse = refuse
    this.#login = login
    this.#request = requestFor(target)
  }

  start(): Uint8Array {
    return this.#login ? Uint8Array.of(VERSION, 2, NO_LOGIN, BY_PASSWORD) : Uint8Array.of(VERSION, 1, NO_LOGIN)
  }

  receive(chunk: Uint8Array): HandshakeStep {
    this.#heard = concat(this.#heard, chunk)
    const out: Uint8Array[] = []
    while (this.#heard.length >= 2) {
      const answer = this.#state === 'request' ? this.#onReply() : this.#onMethod()
      if (!answer) break
      // A proxy that answers ahead gets to hear the question all the same.
      if (!(answer instanceof Uint8Array)) return out.length > 0 ? { ...answer, send: concat(...out) } : answer
      out.push(answer)
    }
    // Who answers the first byte with another version will not be understood later.
    if (this.#heard.length === 1) this.#checkVersion()
    return out.length > 0 ? { send: concat(...out) } : {}
  }

  /** The two bytes that answer greeting and login are alike: a version, and what it comes to. */
  #onMethod(): Uint8Array {
    this.#checkVersion()
    const result = this.#heard[1]!
    this.#heard = this.#heard.slice(2)
    if (this.#state === 'login') {
      if (result !== 0) throw this.#refuse('it refused the user name and password; check them')
    } else if (result === BY_PASSWORD && this.#login) {
      this.#state = 'login'
      return concat(Uint8Array.of(LOGIN_VERSION), ...this.#login.flatMap((word) => [Uint8Array.of(word.length), word]))
    } else if (result !== NO_LOGIN) {
      throw this.#refuse(
        this.#login
          ? 'it takes neither everyone nor a user name and password; use another proxy'
          : 'it wants a user name and password; give them',
      )
    }
    this.#state = 'request'
    return this.#request
  }

  #onReply(): HandshakeStep | undefined {
    this.#checkVersion()
    const heard = this.#heard
    const code = heard[1]!
    if (code !== 0) {
      const [reason, retryable] = REPLIES[code] ?? [`it failed for a reason that nobody knows (${code})`, true]
      throw this.#refuse(reason, retryable)
    }
    const kind = heard[3]
    if (kind === undefined) return undefined
    // The address that the proxy connects from, of no use here; a name has its length in front.
    const size = kind === IPV4 ? 4 : kind === IPV6 ? 16 : kind === NAME ? 1 + (heard[4] ?? 0) : undefined
    if (size === undefined) throw this.#refuse(`its answer makes no sense (address of kind ${kind}); is it SOCKS5?`)
    const end = 4 + size + 2
    return heard.length < end ? undefined : { done: heard.slice(end) }
  }

  #checkVersion(): void {
    const version = this.#heard[0]!
    if (version === (this.#state === 'login' ? LOGIN_VERSION : VERSION)) return
    const instead = version === 'H'.charCodeAt(0) ? '; perhaps it is an HTTP proxy' : ''
    throw this.#refuse(`it does not speak SOCKS5${instead}; check address and kind of the proxy`)
  }
}

function requestFor({ host, port }: Address): Uint8Array {
  const read = readHost(host)
  const head = (kind: number): Uint8Array => Uint8Array.of(VERSION, CONNECT, 0, kind)
  const tail = Uint8Array.of(port >> 8, port)
  if (read.kind !== 'name') return concat(head(read.kind === 'ipv4' ? IPV4 : IPV6), read.bytes, tail)
  const name = textBytes('name of the server', read.text)
  return concat(head(NAME), Uint8Array.of(name.length), name, tail)
}

function textBytes(what: string, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > MAX_TEXT) {
    throw new UsageError(`the ${what} is too long for a SOCKS5 proxy: ${bytes.length} bytes of ${MAX_TEXT}`)
  }
  return bytes
}
