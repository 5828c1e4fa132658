/** The handshake of fake TLS: what proves itself is let in, in any split; nothing else is, and it is told at once. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { primitives } from '../../../src/crypto/primitives.ts'
import { TransportError } from '../../../src/errors.ts'
import { FakeTls } from '../../../src/transport/proxy/fake-tls.ts'
import { cut } from '../../support/pattern.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const KEY = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
/** 2024-01-01, 00:00:07.9. */
const NOW = 1_704_067_207_900

function shake(crypto: Pick<typeof nativeCrypto, 'sha256'> = nativeCrypto): { tls: FakeTls; hello: Buffer } {
  const tls = new FakeTls({
    key: KEY,
    domain: 'www.example.com',
    crypto,
    random: seededRandom(5),
    wallClock: () => NOW,
    refuse: (reason, retryable = false) => new TransportError('CONNECT_FAILED', reason, { retryable }),
  })
  return { tls, hello: Buffer.from(tls.start()) }
}

/** A ServerHello of 122 bytes, as large as real ones, and a certificate; signed by hand. */
function answerTo(hello: Buffer, { certificate = 40, key = KEY, helloLength = 122 } = {}): Buffer {
  const serverHello = Buffer.alloc(5 + helloLength, 0x77)
  serverHello.set([0x16, 3, 3, helloLength >> 8, helloLength & 0xff, 2, 0, 0, helloLength - 4, 3, 3])
  serverHello.fill(0, 11, 43)
  const spec = Buffer.from('140303000101', 'hex')
  const data = Buffer.alloc(5 + certificate, 0x99)
  data.set([0x17, 3, 3, certificate >> 8, certificate & 0xff])
  const answer = Buffer.concat([serverHello, spec, data])
  const clientRandom = hello.subarray(11, 43)
  answer.set(createHmac('sha256', key).update(clientRandom).update(answer).digest(), 11)
  return answer
}

const STRANGER =
  "it answers as a web server does, not as a proxy that knows this secret; check the secret, and this machine's clock, which may be a few minutes off at most"

describe('a proxy that knows the secret', () => {
  test('is believed, and what follows its answer is handed on', () => {
    const { tls, hello } = shake()
    const answer = answerTo(hello)
    expect(tls.receive(Buffer.concat([answer, Buffer.from('rest')])).done).toEqual(Buffer.from('rest'))
  })

  test('in any split, as soon as the last byte is there', () => {
    for (const size of [1, 2, 5, 6, 43, 127, 128, 132]) {
      const { tls, hello } = shake()
      const chunks = [...cut(answerTo(hello), size)]
      const steps = chunks.map((chunk) => tls.receive(chunk))
      expect(
        steps.map(({ done }) => done?.length),
        `in pieces of ${size}`,
      ).toEqual([...chunks.slice(1).map(() => undefined), 0])
    }
  })

  test('with the longest certificate that a record holds, and with a hello of 16 KiB', () => {
    for (const options of [{ certificate: 16_640 }, { certificate: 1 }, { helloLength: 16_384 }, { helloLength: 38 }]) {
      const { tls, hello } = shake()
      expect(tls.receive(answerTo(hello, options)).done, JSON.stringify(options)).toBeDefined()
    }
  })

  test('with portable primitives too', () => {
    const { tls, hello } = shake(primitives)
    expect(tls.receive(answerTo(hello)).done).toBeDefined()
  })

  test('is told the time in whole seconds, little-endian, at the end of the random', () => {
    const { hello } = shake()
    const unsigned = Buffer.from(hello).fill(0, 11, 43)
    const digest = createHmac('sha256', KEY).update(unsigned).digest()
    expect((hello.readUInt32LE(39) ^ digest.readUInt32LE(28)) >>> 0).toBe(1_704_067_207)
    expect(hello.subarray(11, 39)).toEqual(digest.subarray(0, 28))
  })
})

describe('whoever does not is refused, and trying again is no use', () => {
  const refusalOf = (bytes: Uint8Array, tls: FakeTls): unknown => {
    try {
      return tls.receive(bytes)
    } catch (error) {
      return error
    }
  }

  test('another secret', () => {
    const { tls, hello } = shake()
    const refusal = refusalOf(answerTo(hello, { key: Buffer.alloc(16) }), tls)
    expect(refusal).toMatchObject({ code: 'CONNECT_FAILED', message: STRANGER, retryable: false })
  })

  test('an answer to another hello: a replayed one', () => {
    const other = new FakeTls({
      key: KEY,
      domain: 'www.example.com',
      crypto: nativeCrypto,
      random: seededRandom(6),
      wallClock: () => NOW,
      refuse: () => new TransportError('CONNECT_FAILED', ''),
    })
    const { tls } = shake()
    expect(refusalOf(answerTo(Buffer.from(other.start())), tls)).toMatchObject({ message: STRANGER })
  })

  test('an answer of which any byte was changed', () => {
    const { hello } = shake()
    const answer = answerTo(hello)
    for (let at = 0; at < answer.length; at++) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(answer)
        changed[at]! ^= bit
        const { tls } = shake()
        const step = refusalOf(changed, tls)
        // A length that grew is known for wrong only when the bytes it promises are there.
        const waits = !(step instanceof TransportError)
        if (waits) expect(step, `byte ${at}`).toEqual({})
        const heard = waits ? refusalOf(Buffer.alloc(20_000), tls) : step
        expect(heard, `byte ${at}`).toMatchObject({ name: 'TransportError', code: 'CONNECT_FAILED', retryable: false })
      }
    }
  })

  /** Bytes at whose last one the answer is refused, not before. */
  const hostile: [name: string, hex: string][] = [
    ['an alert', '15'],
    ['TLS 1.0', '160301'],
    ['a hello too short for a random', '1603030025'],
    ['a hello longer than a record can be', '1603034001'],
  ]

  test.each(hostile)('%s', (_name, hex) => {
    const bytes = Buffer.from(hex, 'hex')
    const { tls } = shake()
    expect(tls.receive(bytes.subarray(0, -1))).toEqual({})
    expect(refusalOf(bytes.subarray(-1), tls)).toMatchObject({ message: STRANGER })
  })

  test.each([
    ['a certificate where ChangeCipherSpec belongs, as in TLS 1.2', '16'],
    ['a ChangeCipherSpec of two bytes', '1403030002'],
    ['an alert behind it', '14030300010115'],
    ['an empty record of data', '1403030001011703030000'],
    ['a record of data too long', '1403030001011703034101'],
  ])('%s', (_name, hex) => {
    const { tls, hello } = shake()
    const bytes = Buffer.concat([answerTo(hello).subarray(0, 127), Buffer.from(hex, 'hex')])
    expect(tls.receive(bytes.subarray(0, -1))).toEqual({})
    expect(refusalOf(bytes.subarray(-1), tls)).toMatchObject({ message: STRANGER })
  })

  test('what is no TLS at all is told as that, at the first byte', () => {
    const { tls } = shake()
    expect(refusalOf(Buffer.from('H'), tls)).toMatchObject({
      message: 'it does not answer in TLS; check its address, and whether its secret begins with ee',
      retryable: false,
    })
  })
})
