/**
 * Key exchanges with a server that holds all keys and says what a test makes it say, properly hashed and encrypted.
 */
import { expect } from 'vitest'
import { nativeCrypto as crypto } from '../../src/crypto/native.ts'
import type { ServerMessage } from '../../src/tl/generated/mtproto/types.ts'
import { type ExchangeResult, KeyExchange } from '../../src/transport/exchange/exchange.ts'
import { ExchangeServer, encodeServer, type Script, SERVER_KEY } from './exchange-server.ts'
import { seededRandom } from './virtual-host.ts'

/** Where an exchange ended, and how. */
export interface End {
  /** Number of the server's answer that was refused, from 0; undefined for an exchange that was not refused. */
  readonly at?: number
  readonly error?: unknown
  readonly result?: ExchangeResult
  readonly server: ExchangeServer
}

/** A server that draws from a seed, changed by `script`. */
export function seededServer(script: Partial<Script> = {}, seed = 7): ExchangeServer {
  const random = seededRandom(seed)
  const serverNonce = random(new Uint8Array(16))
  return new ExchangeServer({ a: (1n << 2046n) + 12345n, serverNonce, ...script })
}

/** Runs an exchange until it is refused or done; a refusal must leave no secret and no way on. */
export function run(script: Partial<Script>): End {
  const server = seededServer(script)
  const drawn: Uint8Array[] = []
  const seeded = seededRandom(3)
  const random = (into: Uint8Array): Uint8Array => {
    drawn.push(into)
    return seeded(into)
  }
  const exchange = new KeyExchange({ crypto, random, keys: [SERVER_KEY], dc: 2 })
  let body = exchange.start()
  for (let at = 0; ; at++) {
    let step: ReturnType<KeyExchange['receive']>
    try {
      step = exchange.receive(server.answer(body))
    } catch (error) {
      const secret = drawn.filter(({ length }) => length === 32 || length === 256)
      expect(secret.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
      expect(() => exchange.receive(PONG)).toThrow('while waiting for nothing')
      return { at, error, server }
    }
    if ('done' in step) return { result: step.done, server }
    body = step.send
  }
}

const PONG = encodeServer({ _: 'pong', msgId: 0n, pingId: 0n })

/** So many bytes of 0. */
export const zeros = (length: number): Uint8Array => new Uint8Array(length)
/** So many bytes of 255. */
export const ones = (length: number): Uint8Array => new Uint8Array(length).fill(0xff)

/** A server that answers `server_DH_params_fail`. */
export const failWith = (hash: (newNonce: Uint8Array) => Uint8Array): Partial<Script> => ({
  params: ({ nonce, serverNonce }, { newNonce }) => ({
    _: 'server_DH_params_fail',
    nonce,
    serverNonce,
    newNonceHash: hash(newNonce),
  }),
})

export type Gen = 'dh_gen_ok' | 'dh_gen_retry' | 'dh_gen_fail'
/** The three words that may end an exchange, and the server that says each. */
export const WORDS: readonly { name: Gen; n: 1 | 2 | 3; script: Partial<Script> }[] = [
  { name: 'dh_gen_ok', n: 1, script: {} },
  { name: 'dh_gen_retry', n: 2, script: { retries: 1 } },
  { name: 'dh_gen_fail', n: 3, script: { fail: true } },
]

/** Every message of an exchange as the honest server makes it, by name. */
export function honest(): Map<string, { message: ServerMessage; script: Partial<Script> }> {
  const seen = new Map<string, { message: ServerMessage; script: Partial<Script> }>()
  const note =
    (script: Partial<Script>) =>
    <Message extends ServerMessage>(message: Message): Message => {
      seen.set(message._, { message, script })
      return message
    }
  for (const { script } of WORDS) {
    const keep = note(script)
    run({ ...script, resPQ: keep, inner: keep, params: keep, gen: keep })
  }
  const fail = failWith((newNonce) => crypto.sha1(newNonce).slice(4))
  run({ params: (a, inner) => note(fail)(fail.params!(a, inner)) })
  return seen
}
