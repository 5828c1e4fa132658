import { expect, test } from 'vitest'
import { bare, MAX_PACKET } from '../../../src/transport/framing/index.ts'

test('a packet is a chunk, both ways, and nothing opens the stream', () => {
  const codec = bare()
  const packet = Uint8Array.of(1, 2, 3, 4, 5)
  expect(codec.start()).toEqual(new Uint8Array(0))
  expect(codec.encode(packet)).toEqual([packet])
  expect(codec.feed(packet)).toEqual([packet])
})

test.each([0, 3, MAX_PACKET + 1])('%i bytes are no packet, either way', (length) => {
  const codec = bare()
  expect(() => codec.encode(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'FRAMING' }))
  expect(() => codec.feed(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'FRAMING' }))
})
