/**
 * Padded framing, as the test DC sends it.
 */
import { expect, test } from 'vitest'
import { concat, view } from '../../../src/bytes.ts'
import { createFraming, type PacketCodec } from '../../../src/transport/framing/index.ts'
import { setUp } from './setup.ts'

/** In front of the body of a plain message; its length is the last int. */
const PLAIN_HEAD = 20

/** Padding of the plain messages in a stream of padded packets. */
function paddings(stream: Uint8Array): number[] {
  const found: number[] = []
  for (let at = 0; at < stream.length; ) {
    const numbers = view(stream)
    const length = numbers.getUint32(at, true)
    found.push(length - PLAIN_HEAD - numbers.getUint32(at + 4 + 16, true))
    at += 4 + length
  }
  return found
}

test('there are never more than 3 bytes of it: clients exist that take the length modulo 4 for the padding', async () => {
  const setup = setUp()
  const received: Uint8Array[] = []
  const client = await setup.client((): PacketCodec => {
    const inner = createFraming('padded', setup.host.random)
    return {
      start: () => inner.start(),
      encode: (packet) => inner.encode(packet),
      feed(chunk) {
        received.push(chunk.slice())
        return inner.feed(chunk)
      },
    }
  })
  for (let exchanges = 0; exchanges < 10; exchanges++) await setup.exchange(client)
  const found = paddings(concat(...received))
  expect(found).toHaveLength(30)
  expect(new Set(found)).toEqual(new Set([0, 1, 2, 3]))
})
