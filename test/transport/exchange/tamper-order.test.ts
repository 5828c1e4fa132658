/** Answers of a key exchange in a wrong order, too often, or from another exchange, all made with the right keys. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { nativeCrypto as crypto } from '../../../src/crypto/native.ts'
import { TlError } from '../../../src/errors.ts'
import type { ServerMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { newNonceHash } from '../../../src/transport/exchange/derive.ts'
import { KeyExchange, MAX_RETRIES } from '../../../src/transport/exchange/exchange.ts'
import { SERVER_KEY } from '../../support/exchange-server.ts'
import { Bench } from '../../support/tamper-bench.ts'
import { exchange, secretsLeft } from '../../support/tamper-exchange.ts'
import { honest, ones, run, seededServer, WORDS, zeros } from '../../support/tamper-server.ts'
import { seededRandom } from '../../support/virtual-host.ts'

describe('answers in a wrong order', () => {
  const messages = [...honest().values()].map(({ message }) => message)
  const others: ServerMessage[] = [
    { _: 'pong', msgId: 1n, pingId: 2n },
    { _: 'msgs_ack', msgIds: [] },
    { _: 'new_session_created', firstMsgId: 1n, uniqueId: 2n, serverSalt: 3n },
  ]
  const EXPECTED: readonly { waitsFor: string; hook: 'resPQ' | 'params' | 'gen'; takes: string[] }[] = [
    { waitsFor: 'resPQ', hook: 'resPQ', takes: ['resPQ'] },
    { waitsFor: 'server_DH_params', hook: 'params', takes: ['server_DH_params_ok', 'server_DH_params_fail'] },
    { waitsFor: 'dh_gen', hook: 'gen', takes: ['dh_gen_ok', 'dh_gen_retry', 'dh_gen_fail'] },
  ]

  test.each(EXPECTED)('while waiting for $waitsFor', ({ waitsFor, hook, takes }) => {
    const wrong = [...messages, ...others].filter(({ _ }) => !takes.includes(_))
    expect(wrong.length).toBe(messages.length + others.length - takes.length)
    for (const message of wrong) {
      const { error, at } = run({ [hook]: () => message })
      expect(error).toMatchObject({
        code: 'EXCHANGE_REFUSED',
        message: expect.stringContaining(`${message._} came while waiting for ${waitsFor}`),
      })
      expect(at).toBe(EXPECTED.findIndex((one) => one.hook === hook))
    }
  })

  test('any other message inside of what is encrypted', () => {
    for (const message of [...messages, ...others]) {
      if (message._ === 'server_DH_inner_data') continue
      expect(run({ inner: () => message }).error).toMatchObject({
        code: 'EXCHANGE_REFUSED',
        message: expect.stringContaining(`the encrypted answer is a ${message._}`),
      })
    }
  })

  test('constructors that do not exist', () => {
    const exchange = new KeyExchange({ crypto, random: seededRandom(3), keys: [SERVER_KEY], dc: 2 })
    exchange.start()
    for (const id of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const body = zeros(64)
      new DataView(body.buffer).setUint32(0, id)
      expect(() => exchange.receive(body)).toThrow(TlError)
    }
  })

  test('the same answer twice', () => {
    const answers: Uint8Array[] = []
    const server = seededServer()
    const exchange = new KeyExchange({ crypto, random: seededRandom(3), keys: [SERVER_KEY], dc: 2 })
    let body = exchange.start()
    for (;;) {
      answers.push(server.answer(body))
      const step = exchange.receive(answers.at(-1)!)
      if ('done' in step) break
      body = step.send
    }
    expect(answers.length).toBe(3)
    for (let at = 0; at < 3; at++) {
      const again = new KeyExchange({ crypto, random: seededRandom(3), keys: [SERVER_KEY], dc: 2 })
      again.start()
      for (const answer of answers.slice(0, at + 1)) again.receive(answer)
      expect(() => again.receive(answers[at]!)).toThrow('while waiting for')
    }
  })
})

describe('dh_gen_retry', () => {
  test('as often as is allowed, and once more', () => {
    const allowed = run({ retries: MAX_RETRIES })
    expect(allowed.result?.authKey).toEqual(allowed.server.authKey)
    for (const retries of [MAX_RETRIES + 1, 1_000_000]) {
      const { error, at, server } = run({ retries })
      expect(error).toMatchObject({ message: expect.stringContaining('asked for another key') })
      expect(at).toBe(2 + MAX_RETRIES)
      expect(server.retryIds.length).toBe(MAX_RETRIES + 1)
    }
  })

  test('the same words for the next key', () => {
    let first: ServerMessage | undefined
    const { error, at } = run({
      retries: 2,
      gen: (a) => {
        first ??= a
        return first
      },
    })
    expect(error).toMatchObject({ message: expect.stringContaining('dh_gen_retry has a wrong hash') })
    expect(at).toBe(3)
  })

  test('the hash of one word under the name of another, whichever two', () => {
    for (const said of WORDS) {
      for (const meant of WORDS) {
        if (said.n === meant.n) continue
        const { error } = run({
          ...meant.script,
          gen: ({ nonce, serverNonce, ...rest }) => {
            const hash = (rest as unknown as Record<string, Uint8Array>)[`newNonceHash${meant.n}`]!
            // The name and the field go together by `n`, which types cannot say.
            return { _: said.name, nonce, serverNonce, [`newNonceHash${said.n}`]: hash } as unknown as ServerMessage
          },
        })
        expect(error).toMatchObject({ message: expect.stringContaining(`${said.name} has a wrong hash`) })
      }
    }
  })

  test('the hash for a key of the server’s choice', () => {
    const server = seededServer({
      gen: ({ nonce, serverNonce }) => ({
        _: 'dh_gen_ok',
        nonce,
        serverNonce,
        newNonceHash1: newNonceHash(crypto, server.inner!.newNonce, 1, zeros(8)),
      }),
    })
    const exchange = new KeyExchange({ crypto, random: seededRandom(3), keys: [SERVER_KEY], dc: 2 })
    const next = (body: Uint8Array): Uint8Array => (exchange.receive(server.answer(body)) as { send: Uint8Array }).send
    const last = next(next(exchange.start()))
    expect(() => exchange.receive(server.answer(last))).toThrow('dh_gen_ok has a wrong hash')
  })
})

describe('two exchanges at once, their answers mixed', () => {
  const begin = (seed: number) => {
    const server = seededServer({ a: (1n << 2046n) + BigInt(seed) }, seed)
    const exchange = new KeyExchange({ crypto, random: seededRandom(seed), keys: [SERVER_KEY], dc: 2 })
    return { server, exchange, body: exchange.start() }
  }
  const STEPS = ['resPQ', 'server_DH_params', 'dh_gen'] as const

  test.each(STEPS)('%s of the other one', (step) => {
    const [one, two] = [begin(1), begin(2)]
    for (let at = 0; at < STEPS.indexOf(step); at++) {
      for (const side of [one, two]) {
        side.body = (side.exchange.receive(side.server.answer(side.body)) as { send: Uint8Array }).send
      }
    }
    const answer = two.server.answer(two.body)
    expect(() => one.exchange.receive(answer.slice())).toThrow('carries another nonce')
    expect(() => two.exchange.receive(answer)).not.toThrow()
  })

  test('what is encrypted, or proved, for the other one under the nonces of this one', () => {
    let answer: Uint8Array = zeros(0)
    let hash: Uint8Array = zeros(0)
    run({
      serverNonce: ones(16),
      params: (a) => {
        answer = a.encryptedAnswer.slice()
        return a
      },
      gen: (a) => {
        if (a._ === 'dh_gen_ok') hash = a.newNonceHash1
        return a
      },
    })
    expect(run({ params: (a) => ({ ...a, encryptedAnswer: answer }) }).error).toMatchObject({
      message: expect.stringContaining('SHA-1 of the encrypted answer is wrong'),
    })
    const { error } = run({ a: (1n << 2046n) + 9n, gen: (a) => ({ ...a, newNonceHash1: hash }) })
    expect(error).toMatchObject({ message: expect.stringContaining('dh_gen_ok has a wrong hash') })
  })
})

test.each([0, 1, 2])('a link lost in the middle, while answer %i is waited for: nothing secret stays', async (step) => {
  const { packets } = await exchange()
  const bench = new Bench()
  await bench.open()
  for (const packet of packets.slice(0, step)) bench.deliver(packet.slice())
  // new_nonce is drawn with the second message, the key with the third.
  expect(secretsLeft(bench).length).toBe(step)
  bench.cut()
  expect(secretsLeft(bench)).toEqual([])
  bench.dispose()
})

test('bytes behind the body of a plain message, counted in its length or not, mean nothing', async () => {
  for (const counted of [0, 8]) {
    const apply = (packet: Uint8Array): Uint8Array => {
      new DataView(packet.buffer).setInt32(16, packet.length - 20 + counted, true)
      return concat(packet, new Uint8Array(8).fill(0xa5))
    }
    for (const step of [0, 1, 2]) expect((await exchange({ step, apply })).verdict).toBe('accepted')
  }
})
