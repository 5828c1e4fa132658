/** Records of TLS around a stream: in any split, within the limits, and nothing else. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { recordStream } from '../../../src/transport/proxy/tls-records.ts'
import { cut, pattern } from '../../support/pattern.ts'

const SPEC = Uint8Array.of(0x14, 3, 3, 0, 1, 1)
const record = (body: Uint8Array, type = 0x17): Uint8Array =>
  concat(Uint8Array.of(type, 3, 3, body.length >> 8, body.length), body)

describe('sealing', () => {
  test('the client says ChangeCipherSpec once, before its first data; the server never', () => {
    const client = recordStream('client')
    expect(concat(...client.seal([pattern(3)]))).toEqual(concat(SPEC, record(pattern(3))))
    expect(concat(...client.seal([pattern(3)]))).toEqual(record(pattern(3)))
    expect(concat(...recordStream('server').seal([pattern(3)]))).toEqual(record(pattern(3)))
  })

  test('what is written at once travels in records of at most 16 KiB, across the borders of its chunks', () => {
    const bytes = pattern(40_000)
    const chunks = [...cut(bytes, 4, 16_380, 1, 10_000, 0, 13_615)]
    const sealed = concat(...recordStream('server').seal(chunks))
    const expected = [...cut(bytes, 16_384)].map((body) => record(body))
    expect(expected.map(({ length }) => length)).toEqual([16_389, 16_389, 7237])
    expect(Buffer.compare(sealed, concat(...expected))).toBe(0)
  })

  test('the payload is not copied, and nothing makes no record', () => {
    const payload = pattern(20_000)
    const [, first, , second] = recordStream('server').seal([payload])
    expect([first!.buffer, second!.buffer]).toEqual([payload.buffer, payload.buffer])
    expect(recordStream('server').seal([])).toEqual([])
    expect(recordStream('server').seal([new Uint8Array(0)])).toEqual([])
  })
})

describe('opening', () => {
  test('in any split, the same bytes', () => {
    const bytes = pattern(50_000)
    const stream = concat(SPEC, ...recordStream('server').seal([...cut(bytes, 1, 2, 20_000, 49_000)]))
    for (const sizes of [[1], [5], [6, 1, 5], [16_389], [100_000]]) {
      const server = recordStream('server')
      const out = [...cut(stream, ...sizes)].flatMap((chunk) => server.open(chunk))
      expect(Buffer.compare(concat(...out), bytes), sizes.join()).toBe(0)
    }
  })

  test('bytes are handed on as they arrive, without a copy', () => {
    const client = recordStream('client')
    const chunk = record(pattern(1000)).subarray(0, 500)
    const [out] = client.open(chunk)
    expect(out!.length).toBe(495)
    expect(out!.buffer).toBe(chunk.buffer)
  })

  test('16 KiB and 256 bytes are taken, one more is not', () => {
    expect(recordStream('client').open(record(pattern(16_640))).length).toBe(1)
    expect(() => recordStream('client').open(record(pattern(16_641)))).toThrow('16641 bytes')
  })

  /** Bytes at whose last one the stream is refused, not before. */
  const hostile: [end: 'client' | 'server', name: string, bytes: number[]][] = [
    ['client', 'a handshake record', [0x16]],
    ['client', 'an alert', [0x15]],
    ['client', 'a ChangeCipherSpec', [0x14]],
    ['client', 'HTTP', [0x48]],
    ['client', 'version 2', [0x17, 2]],
    ['client', 'version 3.1', [0x17, 3, 1]],
    ['client', 'an empty record', [0x17, 3, 3, 0, 0]],
    ['client', 'a record too long', [0x17, 3, 3, 0x41, 1]],
    ['client', 'a second record that is none', [0x17, 3, 3, 0, 1, 9, 0x16]],
    ['server', 'data before the ChangeCipherSpec', [0x17]],
    ['server', 'an alert before it', [0x15]],
    ['server', 'a ChangeCipherSpec of two bytes', [0x14, 3, 3, 0, 2]],
    ['server', 'a ChangeCipherSpec of none', [0x14, 3, 3, 0, 0]],
    ['server', 'a ChangeCipherSpec that says something', [0x14, 3, 3, 0, 1, 2]],
    ['server', 'a second ChangeCipherSpec', [0x14, 3, 3, 0, 1, 1, 0x14]],
  ]

  test.each(hostile)('the %s refuses %s at once, and for good', (end, _name, bytes) => {
    const stream = recordStream(end)
    const before = Uint8Array.from(bytes.slice(0, -1))
    stream.open(before)
    const last = Uint8Array.of(bytes.at(-1)!)
    expect(() => stream.open(last)).toThrow(expect.objectContaining({ name: 'TransportError', code: 'FRAMING' }))
    const proper = concat(...(end === 'server' ? [SPEC] : []), record(pattern(3)))
    expect(() => stream.open(proper)).toThrow(expect.objectContaining({ code: 'FRAMING' }))
  })
})
