/**
 * Fuzzes the handshakes with proxies, and the records of fake TLS.
 *
 * The first byte names the handshake, the second how what the proxy says is split; the others are what it says. It is fed
 * whole, byte by byte, and in pieces. An answer of fake TLS can be signed properly, so that what is wrong is inside.
 */
import { concat } from '../../../bytes.ts'
import { parseProxy } from '../../../client/proxy-link.ts'
import { portableCrypto } from '../../../crypto/portable.ts'
import { TransportError, UsageError } from '../../../errors.ts'
import { FakeTls } from '../../../transport/proxy/fake-tls.ts'
import { answerRandom, RANDOM_AT, RANDOM_LENGTH } from '../../../transport/proxy/fake-tls-digest.ts'
import { clientHello } from '../../../transport/proxy/fake-tls-hello.ts'
import { type Handshake, type Refuse, refusals } from '../../../transport/proxy/handshake.ts'
import { httpConnect } from '../../../transport/proxy/http-connect.ts'
import { parseSecret, secretBytes } from '../../../transport/proxy/mtproxy.ts'
import { socks5 } from '../../../transport/proxy/socks5.ts'
import { MAX_RECEIVED, recordStream } from '../../../transport/proxy/tls-records.ts'
import { readClientHello } from '../../server/mtproxy/client-hello.ts'
import { serverHello } from '../../server/mtproxy/server-hello.ts'
import { sameBytes } from '../equal.ts'
import { SeededNumbers } from '../random.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

const TARGET = { host: '10.0.0.2', port: 443 }
const LOGIN = { username: 'user', password: 'word' }
const KEY = new Uint8Array(16).fill(0x42)

/** A fake TLS handshake behind its hello, which costs a thousand times as much as reading the answer. */
function fakeTls(refuse: Refuse): Handshake {
  const { bytes: random } = new SeededNumbers(1)
  return new FakeTls({ key: KEY, domain: 'example.org', crypto: portableCrypto, random, wallClock: () => 0, refuse })
}

const protocols = [socks5(), socks5(LOGIN), httpConnect(), httpConnect(LOGIN)]
const refuse: Refuse = refusals(protocols[0]!, TARGET, TARGET)

/** Handshakes by the first byte of an input, and what has to be done with the rest of it before. */
const HANDSHAKES: readonly (readonly [make: () => Handshake, prepare?: (answer: Uint8Array) => Uint8Array])[] = [
  ...protocols.map(
    (protocol) =>
      [
        () => {
          const handshake = protocol.handshake(TARGET, refuse)
          handshake.start()
          return handshake
        },
      ] as const,
  ),
  [() => fakeTls(refuse)],
  [() => fakeTls(refuse), signed],
]
const FURTHER = ['client records', 'server records', 'client hello', 'secret', 'link'] as const

/** An answer with the random that belongs there, if it is long enough to have one. */
function signed(answer: Uint8Array): Uint8Array {
  let end = 0
  for (let records = 0; records < 3; records++) end += 5 + ((answer[end + 3] ?? 0) << 8) + (answer[end + 4] ?? 0)
  if (end > answer.length || end < RANDOM_AT + RANDOM_LENGTH) return answer
  const out = answer.slice()
  out.set(answerRandom(portableCrypto, KEY, new Uint8Array(0), out.subarray(0, end)), RANDOM_AT)
  return out
}

interface Fed {
  /** All that came out. */
  readonly out: Uint8Array
  /** Bytes used up when the way was open; -1 if it never was. */
  readonly used: number
  readonly error: string | undefined
}

/** Feeds what the proxy says to a handshake, in pieces of the lengths that `next` gives. */
function shake(handshake: Handshake, bytes: Uint8Array, next: () => number): Fed {
  const sent: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + next())
    const outcome = outcomeOf(() => handshake.receive(bytes.slice(at, end)), TransportError)
    if ('error' in outcome) {
      must((outcome.error as TransportError).code === 'CONNECT_FAILED', 'a refusal is CONNECT_FAILED')
      return { out: concat(...sent), used: -1, error: outcome.error.message }
    }
    const { send, done } = outcome.value
    if (send) sent.push(send)
    if (done) {
      must(sameBytes(done, bytes.subarray(end - done.length, end)), 'what follows a handshake is handed on as it came')
      return { out: concat(...sent), used: end - done.length, error: undefined }
    }
    at = end
  }
  return { out: concat(...sent), used: -1, error: undefined }
}

/** Feeds records. */
function unwrap(end: 'client' | 'server', bytes: Uint8Array, next: () => number): Fed {
  const stream = recordStream(end)
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + next())
    const outcome = outcomeOf(() => stream.open(bytes.slice(at, to)), TransportError)
    if ('error' in outcome) return { out: concat(...out), used: 0, error: outcome.error.message }
    out.push(...outcome.value)
    at = to
  }
  return { out: concat(...out), used: 0, error: undefined }
}

function inAllSplits(seed: number, feed: (next: () => number) => Fed): void {
  const pieces = new SeededNumbers(seed)
  const whole = feed(() => Number.MAX_SAFE_INTEGER)
  for (const next of [() => 1, () => 1 + pieces.below(20)]) {
    const other = feed(next)
    must(other.error === whole.error, 'the split does not change what is wrong')
    must(other.used === whole.used, 'the split does not change where the way is open')
    // What a chunk brought before it failed is lost with it; and a proxy that answers before it is asked is asked no more.
    if (!whole.error && whole.used < 0)
      must(sameBytes(other.out, whole.out), 'the split does not change what comes out')
  }
}

function further(kind: (typeof FURTHER)[number], seed: number, bytes: Uint8Array): void {
  switch (kind) {
    case 'client records':
    case 'server records': {
      const end = kind === 'client records' ? 'client' : 'server'
      inAllSplits(seed, (next) => unwrap(end, bytes, next))
      return
    }
    case 'client hello':
      void readClientHello(bytes)
      return
    case 'secret': {
      const secret = outcomeOf(() => parseSecret(bytes), UsageError)
      if ('value' in secret)
        must(sameBytes(secretBytes(secret.value), bytes), 'a secret is the same when written again')
      return
    }
    case 'link':
      void outcomeOf(() => parseProxy(new TextDecoder().decode(bytes)), UsageError)
  }
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const said = (kind: number, ...parts: readonly Uint8Array[]): Uint8Array => concat(Uint8Array.of(kind, 1), ...parts)

export const target: FuzzTarget = {
  name: 'proxies',
  about: 'SOCKS5, HTTP CONNECT and fake TLS as a client meets them, TLS records and hellos: in all splits alike',
  maxLength: 700,
  steps: { base: 15_000, perByte: 100 },
  // Room is made for a record of fake TLS once its head has come: three handshakes are fed the same.
  memory: { base: 3 * MAX_RECEIVED + 20_000, perByte: 300 },
  words: [0x16030300, 0x17030300, 0x14030300],
  seeds() {
    const { bytes: random } = new SeededNumbers(7)
    const hello = clientHello('example.org', random)
    const answer = serverHello(portableCrypto, KEY, readClientHello(hello)!, random)
    // The last record, which stands for a certificate, made short.
    const certificate = 5 + ((answer[3]! << 8) | answer[4]!) + 6
    const short = concat(answer.subarray(0, certificate + 3), Uint8Array.of(0, 20), new Uint8Array(20))
    const records = concat(...recordStream('client').seal([new Uint8Array(30), new Uint8Array(7)]))
    return [
      said(0, Uint8Array.of(5, 0, 5, 0, 0, 1, 10, 0, 0, 1, 1, 187), text('rest')),
      said(0, Uint8Array.of(5, 0, 5, 0, 0, 3, 3, 97, 98, 99, 1, 187)),
      said(0, Uint8Array.of(5, 0, 5, 0, 0, 4), new Uint8Array(18)),
      said(0, Uint8Array.of(5, 0, 5, 5, 0, 1)),
      said(1, Uint8Array.of(5, 2, 1, 0, 5, 0, 0, 1, 10, 0, 0, 1, 1, 187)),
      said(2, text('HTTP/1.1 200 Connection established\r\nServer: a\r\n\r\nrest')),
      said(2, text('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No Content\n\n')),
      said(2, text('HTTP/1.1 403 Forbidden\r\n\r\n')),
      said(3, text('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')),
      said(3, text('HTTP/1.1 599 \u00e9\r\n\r\n')),
      said(4, short),
      said(5, short, text('rest')),
      said(6, records.subarray(6)),
      said(7, records),
      said(8, hello),
      said(9, Uint8Array.of(0xee), KEY, text('example.org')),
      said(9, Uint8Array.of(0xdd), KEY),
      said(10, text('socks5://user:word@10.0.0.1:1080')),
      said(10, text('http://proxy.example:3128')),
      said(10, text('tg://proxy?server=10.0.0.1&port=443&secret=dd000102030405060708090a0b0c0d0e0f')),
      said(10, text('https://t.me/proxy?server=a.b&port=443&secret=7gABAgMEBQYHCAkKCwwNDg9leGFtcGxlLm9yZw')),
      said(10, text('tg://socks?server=10.0.0.1&port=443&user=a&pass=b')),
    ]
  },
  run(input) {
    const kind = (input[0] ?? 0) % (HANDSHAKES.length + FURTHER.length)
    const seed = input[1] ?? 0
    const rest = input.subarray(2)
    const other = FURTHER[kind - HANDSHAKES.length]
    if (other) {
      further(other, seed, rest)
      return
    }
    const [make, prepare] = HANDSHAKES[kind]!
    const bytes = prepare ? prepare(rest) : rest
    inAllSplits(seed, (next) => shake(make(), bytes, next))
  },
}
