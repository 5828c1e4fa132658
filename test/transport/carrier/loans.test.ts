/** Memory that carriers lend: never to two at once, and back when it was written. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { lend, repayment } from '../../../src/transport/carrier/loans.ts'
import { dialTcp } from '../../../src/transport/carrier/tcp.ts'
import { bareServer, CountingHost } from './real-sockets.ts'
import { Recorder } from './recorder.ts'

test('what was written is lent again; what was not, never', () => {
  const first = lend(100_000)
  expect(first.length).toBeGreaterThanOrEqual(100_000)
  const second = lend(100_000)
  expect(second.buffer).not.toBe(first.buffer)
  const repay = repayment([Uint8Array.of(1), first.subarray(24, 90_000)])!
  // Before it was written it is not free.
  expect(lend(100_000).buffer).not.toBe(first.buffer)
  repay()
  expect(lend(100_000).buffer).toBe(first.buffer)
  expect(lend(100_000).buffer).not.toBe(first.buffer)
})

test('memory that was not lent, or was given back already, is nobody’s to give', () => {
  expect(repayment([new Uint8Array(100_000)])).toBeUndefined()
  const memory = lend(50_000)
  expect(repayment([memory, memory.subarray(3)])).toBeDefined()
  expect(repayment([memory])).toBeUndefined()
})

test('memory is not wasted on what needs half of it', () => {
  const large = lend(400_000)
  repayment([large])!()
  expect(lend(100_000).length).toBe(100_000)
  expect(lend(200_000).buffer).toBe(large.buffer)
})

test.prop([fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(6)), { maxLength: 60 })])(
  'nothing is lent to two, whoever gives back whenever, and few pieces are kept',
  (steps) => {
    const held: Uint8Array[] = []
    const writing: (() => void)[] = []
    for (const [size, action] of steps) {
      if (action < 3) {
        const memory = lend(size * 65_536)
        for (const other of held) expect(other.buffer).not.toBe(memory.buffer)
        // Poison: whoever else has it would see.
        held.push(memory.fill(held.length + 1))
      } else if (action < 5) {
        const [memory] = held.splice(0, 1)
        if (memory) writing.push(repayment([memory])!)
      } else writing.shift()?.()
      for (const memory of held) expect(memory.every((byte) => byte === memory[0])).toBe(true)
    }
  },
)

test('over TCP, packets in lent memory arrive as they were, however slowly the other side reads', async () => {
  const received: Buffer[] = []
  let total = 0
  const { port } = await bareServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      total += chunk.length
      socket.pause()
      setImmediate(() => socket.resume())
    })
  })
  const heard = new Recorder()
  const client = await dialTcp({ host: '127.0.0.1', port }, heard, { host: new CountingHost() })
  const used = new Set<ArrayBufferLike>()
  const length = 300_000
  const count = 40
  for (let i = 0; i < count; i++) {
    const { buffer } = client.writer!(length, 0)
    used.add(buffer.buffer)
    client.write([Uint8Array.of(i), buffer.fill(i).subarray(0, length)])
    while (client.buffered > 2 * length) await new Promise((resolve) => setImmediate(resolve))
  }
  while (total < count * (length + 1)) await new Promise((resolve) => setImmediate(resolve))
  const wanted = Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.alloc(length + 1, i)))
  expect(Buffer.compare(Buffer.concat(received), wanted)).toBe(0)
  expect(used.size).toBeLessThan(count)
  client.close()
  await heard.closed()
})

test('memory of a connection that broke is not lent again', async () => {
  const { port } = await bareServer((socket) => {
    socket.pause()
    setTimeout(() => socket.resetAndDestroy(), 20)
  })
  const heard = new Recorder()
  const client = await dialTcp({ host: '127.0.0.1', port }, heard, { host: new CountingHost() })
  const lost = Array.from({ length: 40 }, () => client.writer!(1_000_000, 0).buffer)
  for (const memory of lost) client.write([memory])
  const stuck = lost.at(-1)!
  await heard.closed()
  await new Promise((resolve) => setImmediate(resolve))
  for (let i = 0; i < 10; i++) expect(lend(1_000_000).buffer).not.toBe(stuck.buffer)
})
