import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, xor } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import type { TaggedFraming } from '../../../src/transport/framing/framing.ts'
import { createFraming, createObfuscated, createServerCodec } from '../../../src/transport/framing/index.ts'
import { acceptObfuscation, openObfuscation } from '../../../src/transport/framing/obfuscation.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { feedAll, makePacket, pieces } from './splits.ts'

interface Vector {
  framing: string
  dc: number
  secret: string | null
  init: string
  header_on_wire: string
  client_plain: string
  client_wire: string
  server_plain: string
  server_wire: string
}

const folder = process.env.MTPROTO_VECTORS ?? 'test/vectors'
const vectors = JSON.parse(readFileSync(`${folder}/obfuscated2.json`, 'utf8')) as Vector[]
const nameOf = ({ framing }: Vector): TaggedFraming =>
  framing.includes('padded') ? 'padded' : framing === 'abridged' ? 'abridged' : 'intermediate'

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  describe.each(vectors.map((vector, index) => ({ ...vector, index })))(
    'vector $index: $framing, DC $dc, secret $secret',
    (vector) => {
      const framing = nameOf(vector)
      const secret = vector.secret === null ? undefined : fromHex(vector.secret)
      const options = { crypto, dc: vector.dc, secret }
      const init = (into: Uint8Array): Uint8Array => {
        into.set(fromHex(vector.init).subarray(0, into.length))
        return into
      }
      /** The key stream behind the header, from what the vector says of it. */
      const clientStream = xor(fromHex(vector.client_plain), fromHex(vector.client_wire))
      const serverStream = xor(fromHex(vector.server_plain), fromHex(vector.server_wire))

      test('the client makes this header, and these streams go on behind it', () => {
        const { header, encrypt, decrypt } = openObfuscation(framing, { ...options, random: init })
        expect(toHex(header)).toBe(vector.header_on_wire)
        expect(toHex(encrypt.apply(fromHex(vector.client_plain)))).toBe(vector.client_wire)
        expect(toHex(decrypt.apply(fromHex(vector.server_wire)))).toBe(vector.server_plain)
      })

      test('the server reads framing and DC from the header, and its streams fit', () => {
        const header = fromHex(vector.header_on_wire)
        const accepted = acceptObfuscation(header, crypto, secret)!
        expect(toHex(header)).toBe(vector.header_on_wire)
        expect(accepted).toMatchObject({ framing, dc: vector.dc })
        for (const piece of [3, 7]) {
          const fresh = acceptObfuscation(header, crypto, secret)!
          const wire = pieces(fromHex(vector.client_wire), piece).map((each) => fresh.decrypt.apply(each))
          expect(toHex(concat(...wire))).toBe(vector.client_plain)
        }
        expect(toHex(accepted.encrypt.apply(fromHex(vector.server_plain)))).toBe(vector.server_wire)
      })

      test('the codecs of both ends put packets on the wire as the vector has it', () => {
        const client = createObfuscated(framing, { ...options, random: init })
        const server = createServerCodec({
          crypto,
          random: seededRandom(1),
          secrets: secret ? [secret] : [],
          maxPadding: 0,
        })
        const packet = makePacket('encrypted', 1, 1)
        // Padding of this length from a random source that gives only these bytes; none on the server's side.
        const plain = concat(...createFraming(framing, init, {}).encode(packet.slice()))
        const wire = xor(plain, clientStream.subarray(0, plain.length))
        expect(toHex(client.start())).toBe(vector.header_on_wire)
        expect(toHex(concat(...client.encode(packet.slice())))).toBe(toHex(wire))
        expect(feedAll(server, pieces(concat(fromHex(vector.header_on_wire), wire), 5))).toEqual([packet])
        expect(server).toMatchObject({ framing, obfuscated: true, dc: vector.dc, secret })

        const answer = concat(...createFraming(framing, init, { maxPadding: 0 }).encode(packet.slice()))
        const answerWire = xor(answer, serverStream.subarray(0, answer.length))
        expect(toHex(concat(...server.encode(packet.slice())))).toBe(toHex(answerWire))
        expect(feedAll(client, pieces(answerWire, 5))).toEqual([packet])
      })
    },
  )
})

test('the vectors cover every framing with and without a secret', () => {
  const seen = new Set(vectors.map((vector) => `${nameOf(vector)} ${vector.secret !== null}`))
  expect(seen.size).toBe(6)
})
