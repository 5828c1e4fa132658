/** The plain message: its head, and what may and may not stand around its body. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { TlError } from '../../../src/errors.ts'
import { unwrapPlain, wrapPlain } from '../../../src/transport/exchange/plain.ts'

test('auth_key_id 0, msg_id, length, body', () => {
  const packet = wrapPlain(0x51e57ac91e83c801n, fromHex('cafebabe'))
  expect(toHex(packet)).toBe('000000000000000001c8831ec97ae55104000000cafebabe')
})

test.prop([fc.bigInt(0n, (1n << 64n) - 1n), fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 20 })])(
  'what is wrapped comes out again, whatever stands behind it',
  (msgId, body, behind) => {
    expect(unwrapPlain(concat(wrapPlain(msgId, body), behind))).toEqual({ msgId, body })
  },
)

test('an encrypted message, a length beyond the end, a negative one, and a packet cut short are a TlError', () => {
  const packet = wrapPlain(1n, fromHex('00112233'))
  for (let length = 0; length < packet.length; length++)
    expect(() => unwrapPlain(packet.subarray(0, length))).toThrow(TlError)
  for (const [at, value] of [
    [0, 1],
    [7, 1],
    [16, 5],
    [19, 0x80],
  ] as const) {
    expect(() => unwrapPlain(packet.map((byte, i) => (i === at ? value : byte)))).toThrow(TlError)
  }
})
