/** File parts on their way into a packet: not copied, not changed, and no acknowledgement beside each. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { createAuthKey } from '../../../src/crypto/auth-key.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import { BorrowingWriter } from '../../../src/tl/borrowing-writer.ts'
import { uploadSaveBigFilePart } from '../../../src/tl/generated/client/methods.ts'
import { TlWriter } from '../../../src/tl/writer.ts'
import { HEADROOM, open, PLAIN_HEAD, seal } from '../../../src/transport/session/envelope.ts'
import { ACK_BATCH, ACK_DELAY, SOLO_SIZE } from '../../../src/transport/session/limits.ts'
import { SessionPeer } from '../../support/session-peer.ts'
import { VirtualHost } from '../../support/virtual-host.ts'

const HEAD = { salt: 1n, sessionId: 2n, msgId: 4n, seqno: 1 }
const zeros = (into: Uint8Array): Uint8Array => into.fill(0)

/** A part's request as its session writes it. */
function written(bytes: Uint8Array, borrow: boolean, memory?: Uint8Array): TlWriter {
  const writer = new (borrow ? BorrowingWriter : TlWriter)(bytes.length + 1024, HEADROOM, memory)
  const request = { _: 'upload.saveBigFilePart', fileId: 5n, filePart: 6, fileTotalParts: 7, bytes } as const
  uploadSaveBigFilePart.write(writer, request)
  return writer
}

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  const authKey = createAuthKey(crypto, new Uint8Array(256).fill(9))

  test.prop([fc.integer({ min: 0, max: 70_000 }), fc.nat(255)], { numRuns: 30 })(
    'a borrowed part is sealed as a copied one is, whatever was in the memory before, and stays as it was',
    (length, fill) => {
      const bytes = Uint8Array.from({ length }, (_, i) => 7 * i)
      const options = { crypto, authKey }
      const copied = seal(options, 'client', HEAD, written(bytes, false), zeros)
      const memory = new Uint8Array(80_000).fill(fill)
      const borrowed = seal(options, 'client', HEAD, written(bytes, true, memory), zeros)
      expect(Buffer.compare(borrowed, copied)).toBe(0)
      expect(borrowed.buffer).toBe(memory.buffer)
      expect(bytes.every((byte, i) => byte === ((7 * i) & 255))).toBe(true)
      expect(open(options, 'client', borrowed)?.length).toBeGreaterThan(PLAIN_HEAD + length)
    },
  )
})

describe('a session', () => {
  const bytes = new Uint8Array(SOLO_SIZE + 1).fill(5)
  const large = { size: bytes.length, encode: (w: TlWriter): void => w.bytes(bytes) }

  test('writes a large call with the writer of its carrier, and nothing else', () => {
    const peer = new SessionPeer()
    const asked: number[][] = []
    const writer = (capacity: number, headroom: number): TlWriter => {
      asked.push([capacity, headroom])
      return new BorrowingWriter(capacity, headroom)
    }
    peer.call(1)
    while (peer.session.take(0, { writer })) expect(asked).toEqual([])
    peer.call(2, bytes.length, large)
    const { body } = peer.session.take(0, { writer })!
    expect(asked).toHaveLength(1)
    const [[capacity, headroom]] = asked as [[number, number]]
    expect(capacity).toBeGreaterThan(bytes.length)
    expect(capacity).toBeLessThan(bytes.length + 2048)
    expect(headroom).toBe(HEADROOM)
    const pieces = body.pieces(HEADROOM)
    expect(pieces[1]).toBe(bytes)
    expect(Buffer.compare(concat(...pieces), body.finish())).toBe(0)
  })

  test('forgets the bytes of a call that could not be written, before the next is', () => {
    const peer = new SessionPeer()
    peer.packets()
    peer.call(1, bytes.length, {
      ...large,
      encode(w) {
        w.bytes(bytes)
        throw new Error('too bad')
      },
    })
    const other = new Uint8Array(bytes.length).fill(6)
    peer.call(2, bytes.length, { size: bytes.length, encode: (w) => w.bytes(other) })
    const writer = (capacity: number, headroom: number): TlWriter => new BorrowingWriter(capacity, headroom)
    const bodies: TlWriter[] = []
    for (let next = peer.session.take(0, { writer }); next; next = peer.session.take(0, { writer })) {
      bodies.push(next.body)
    }
    expect(peer.outcomes).toEqual(['1xError'])
    expect(bodies).toHaveLength(1)
    expect(bodies[0]!.pieces(0)[1]).toBe(other)
  })

  test('does not make a packet of acknowledgements beside each large call, but does in time, and with what is small', async () => {
    const host = new VirtualHost()
    const peer = new SessionPeer(host)
    peer.packets()
    const names = (): string[][] =>
      peer.packets().map((packet) => packet.map(({ service, call }) => service?._ ?? `call ${call}`))
    peer.receive(new Uint8Array([1, 2, 3, 4]))
    peer.call(1, SOLO_SIZE + 1)
    expect(names()).toHaveLength(1)
    await host.advance(ACK_DELAY)
    expect(names()).toEqual([['msgs_ack']])
    peer.receive(new Uint8Array([1, 2, 3, 4]))
    peer.call(2)
    expect(names()[0]).toContain('msgs_ack')
    for (let i = 0; i < ACK_BATCH; i++) peer.receive(new Uint8Array([1, 2, 3, 4]))
    peer.call(3, SOLO_SIZE + 1)
    expect(names()[0]).toEqual(['msgs_ack'])
  })
})
