/** The forged hello: OpenSSL takes it for a client's, and it has what a browser's has. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { hmacSha256, signHello, timeOfHello } from '../../../src/transport/proxy/fake-tls-digest.ts'
import { clientHello } from '../../../src/transport/proxy/fake-tls-hello.ts'
import { publicKey } from '../../../src/transport/proxy/key-share.ts'
import { tlsSite } from '../../support/tls-site.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const DOMAIN = 'www.example.com'
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0))

interface Parsed {
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly ciphers: number[]
  readonly extensions: (readonly [type: number, body: Buffer])[]
}

/** Takes a hello apart, with nothing of what made it. */
function parse(hello: Uint8Array): Parsed {
  const bytes = Buffer.from(hello)
  expect(bytes.readUInt16BE(3)).toBe(bytes.length - 5)
  expect(bytes.readUIntBE(6, 3)).toBe(bytes.length - 9)
  const ciphers = Array.from({ length: bytes.readUInt16BE(76) / 2 }, (_, i) => bytes.readUInt16BE(78 + 2 * i))
  let at = 78 + 2 * ciphers.length
  expect([...bytes.subarray(at, at + 2)]).toEqual([1, 0])
  expect(bytes.readUInt16BE(at + 2)).toBe(bytes.length - at - 4)
  const extensions: (readonly [number, Buffer])[] = []
  for (at += 4; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2)
    extensions.push([bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length)])
    at += 4 + length
  }
  expect(at).toBe(bytes.length)
  return { random: bytes.subarray(11, 43), sessionId: bytes.subarray(44, 76), ciphers, extensions }
}

const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)

const hellos = (count: number): Parsed[] =>
  Array.from({ length: count }, (_, seed) => parse(clientHello(DOMAIN, seededRandom(seed))))

/** Everything that a port answers to some bytes, until it has said `enough` bytes or hung up. */
async function answerTo(port: number, bytes: Uint8Array, enough: number): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  let heard = Buffer.alloc(0)
  for await (const chunk of socket) {
    heard = Buffer.concat([heard, chunk as Buffer])
    if (heard.length >= enough) break
  }
  socket.destroy()
  return heard
}

test('it has 517 bytes, whatever the domain', () => {
  for (const domain of ['a', DOMAIN, `${'a.'.repeat(90)}io`]) {
    const hello = clientHello(domain, seededRandom(1))
    expect(hello.length).toBe(517)
    expect([...hello.subarray(0, 11)]).toEqual([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
    expect(hello.subarray(11, 43)).toEqual(new Uint8Array(32))
  }
})

test('OpenSSL takes it for the hello of TLS 1.3, and answers with a ServerHello on X25519', async () => {
  const asked: string[] = []
  const port = await tlsSite({
    SNICallback: (name, done) => {
      asked.push(name)
      done(null)
    },
    ALPNProtocols: ['http/1.1'],
  })
  const hello = clientHello(DOMAIN, seededRandom(7))
  const answer = await answerTo(port, hello, 140)
  expect([...answer.subarray(0, 3), answer[5]]).toEqual([0x16, 3, 3, 2])
  expect(answer.subarray(44, 76)).toEqual(Buffer.from(parse(hello).sessionId))
  expect(answer.subarray(76, 78).toString('hex')).toMatch(/^130[123]$/)
  expect(answer.subarray(79, 127).toString('hex')).toContain('00330024001d0020')
  expect(asked).toEqual([DOMAIN])
})

test('GREASE stands where browsers have it, and the two extensions differ', () => {
  for (const { ciphers, extensions } of hellos(200)) {
    const body = (type: number): Buffer => extensions.find(([each]) => each === type)![1]
    expect(ciphers.map(isGrease)).toEqual([true, ...Array.from({ length: 15 }, () => false)])
    const [first, last] = [extensions[0]!, extensions.at(-2)!]
    expect([first[0], last[0]].map(isGrease)).toEqual([true, true])
    expect(first[0]).not.toBe(last[0])
    expect([first[1].length, last[1].length, extensions.at(-1)![0]]).toEqual([0, 1, 21])
    const group = body(10).readUInt16BE(2)
    expect(isGrease(group)).toBe(true)
    // The share that comes first is of the same group that means nothing.
    expect(body(51).readUInt16BE(2)).toBe(group)
    expect(isGrease(body(43).readUInt16BE(1))).toBe(true)
  }
})

test('the extensions are the same each time, in another order', () => {
  const orders = hellos(50).map(({ extensions }) => extensions.slice(1, -2).map(([type]) => type))
  const sorted = new Set(orders.map((order) => [...order].sort((a, b) => a - b).join()))
  expect([...sorted]).toEqual([[0, 5, 10, 11, 13, 16, 18, 23, 27, 35, 43, 45, 51, 17513, 65281].join()])
  expect(new Set(orders.map((order) => order.join())).size).toBe(50)
  // Each has been at the first place and at the last.
  expect(new Set(orders.map((order) => order[0])).size).toBeGreaterThan(10)
  expect(new Set(orders.map((order) => order.at(-1))).size).toBeGreaterThan(10)
})

test('random bytes, session ids and key shares are never twice the same', () => {
  const seen = hellos(20).flatMap(({ sessionId, extensions }) => [
    Buffer.from(sessionId).toString('hex'),
    extensions
      .find(([type]) => type === 51)![1]
      .subarray(-32)
      .toString('hex'),
  ])
  expect(new Set(seen).size).toBe(40)
})

/** Whether y² = x³ + 486662x² + x has a solution in the field of Curve25519, by Euler's criterion. */
function isOnCurve(share: Uint8Array): boolean {
  const p = 2n ** 255n - 19n
  const x = BigInt(`0x${Buffer.from(share).reverse().toString('hex')}`)
  return x < p && nativeCrypto.modPow((x ** 3n + 486_662n * x * x + x) % p, (p - 1n) / 2n, p) === 1n
}

test('the key share is a point of the curve, as half of all random bytes are not', () => {
  const shares = hellos(40).map(({ extensions }) => extensions.find(([type]) => type === 51)![1].subarray(-32))
  expect(shares.filter((share) => !isOnCurve(share))).toEqual([])
  expect([BASE_POINT, new Uint8Array(32).fill(2)].map(isOnCurve)).toEqual([true, false])
})

test('key shares: the same public keys that OpenSSL makes of the same secrets', () => {
  for (let i = 0; i < 20; i++) {
    const { privateKey, publicKey: expected } = generateKeyPairSync('x25519')
    const { d = '' } = privateKey.export({ format: 'jwk' })
    const { x } = expected.export({ format: 'jwk' })
    expect(Buffer.from(publicKey(Buffer.from(d, 'base64url'))).toString('base64url')).toBe(x)
  }
})

test('the digest is HMAC-SHA256', () => {
  for (const length of [0, 1, 16, 63, 64]) {
    const key = seededRandom(length)(new Uint8Array(length))
    const expected = createHmac('sha256', key).update('first').update('second').digest()
    const [first, second] = ['first', 'second'].map((text) => new TextEncoder().encode(text)) as [
      Uint8Array,
      Uint8Array,
    ]
    expect(Buffer.from(hmacSha256(nativeCrypto, key, first, second))).toEqual(expected)
  }
})

test('the random is the HMAC of the hello with zeros in its place, the last four bytes XORed with the time', () => {
  const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
  const hello = clientHello(DOMAIN, seededRandom(3))
  const expected = createHmac('sha256', key).update(hello).digest()
  const time = 1_704_067_207
  expected.writeInt32LE(expected.readInt32LE(28) ^ time, 28)
  const random = signHello(nativeCrypto, key, hello, time)
  expect(Buffer.from(random)).toEqual(expected)
  expect(Buffer.from(hello.subarray(11, 43))).toEqual(expected)
  expect(timeOfHello(nativeCrypto, key, hello)).toBe(time)
})

test('the other end refuses a hello of which any byte was changed, the time aside', () => {
  const key = new Uint8Array(16).fill(7)
  const hello = clientHello(DOMAIN, seededRandom(3))
  signHello(nativeCrypto, key, hello, 1_704_067_207)
  for (let at = 0; at < hello.length; at++) {
    hello[at]! ^= 1
    const isTime = at >= 39 && at < 43
    expect(timeOfHello(nativeCrypto, key, hello) === undefined, `byte ${at}`).toBe(!isTime)
    hello[at]! ^= 1
  }
})
