/** What the rules for WebSockets ask of codec and carrier together. */
import { expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { nativeCrypto as crypto } from '../../src/crypto/native.ts'
import { createCodec } from '../../src/transport/codec.ts'
import { createServerCodec } from '../../src/transport/framing/index.ts'
import { seededRandom } from '../support/virtual-host.ts'

test('a WebSocket is obfuscated, and cut anywhere', () => {
  const random = seededRandom(4)
  const packet = random(new Uint8Array(400))
  const client = createCodec('ws', { random, crypto, dc: 2 })
  const stream = concat(client.start(), ...client.encode(packet.slice()))
  // Borders of messages fall where they like: in the header, in a length, in a packet.
  for (const size of [1, 7, 64, 65, 1000]) {
    const server = createServerCodec({ random, crypto })
    const packets: Uint8Array[] = []
    for (let at = 0; at < stream.length; at += size) packets.push(...server.feed(stream.slice(at, at + size)))
    expect(server.obfuscated).toBe(true)
    expect(packets).toEqual([packet])
  }
})
