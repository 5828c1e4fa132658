/** Links and what happens to them; somebody on the path. */
import { beforeEach, describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { type ByteFault, Link, type LinkOptions } from '../../../src/lab/simulator/link.ts'
import { Archive, Meddler } from '../../../src/lab/simulator/meddler.ts'
import type { Meddling } from '../../../src/lab/simulator/plan.ts'
import { Stream } from '../../../src/lab/simulator/random.ts'
import { Scheduler } from '../../../src/lab/simulator/scheduler.ts'
import { createCodec } from '../../../src/transport/codec.ts'
import { createServerCodec } from '../../../src/transport/framing/index.ts'
import type { TransportName } from '../../../src/transport/transport-name.ts'

let scheduler: Scheduler
beforeEach(() => {
  scheduler = new Scheduler()
})

interface Heard {
  readonly chunks: { at: number; bytes: Uint8Array }[]
  closed: string | undefined
  drained: number
}

function listening(link: Link, end: 0 | 1): Heard {
  const heard: Heard = { chunks: [], closed: undefined, drained: 0 }
  link.ends[end].handlers = {
    onData: (bytes) => heard.chunks.push({ at: scheduler.now, bytes }),
    onClose: (error) => {
      heard.closed = error ? error.code : 'by us'
    },
    onDrain: () => heard.drained++,
  }
  return heard
}

const bytesOf = (heard: Heard): Uint8Array => concat(...heard.chunks.map(({ bytes }) => bytes))

function linked(
  faults: readonly ByteFault[] = [],
  more: Partial<LinkOptions> = {},
): { link: Link; client: Heard; server: Heard } {
  const link = new Link({
    number: 1,
    name: 'dc',
    scheduler,
    stream: new Stream(1),
    plan: { latency: 10, jitter: 0, bandwidth: 100, pieces: 'whole' },
    faults,
    faulty: () => true,
    onWrite: () => {},
    onFault: () => {},
    onGone: () => {},
    ...more,
  })
  return { link, client: listening(link, 0), server: listening(link, 1) }
}

const data = new Stream(5).bytes(2000)
const run = (): Promise<void> => scheduler.run(() => false)

describe('a link', () => {
  test('brings all bytes, in order, after latency and the time that its bandwidth takes', async () => {
    const { link, server, client } = linked()
    link.ends[0].write([data.slice(0, 1000), data.slice(1000)])
    expect(link.ends[0].buffered).toBe(2000)
    await run()
    expect(server.chunks.map(({ at }) => at)).toEqual([20, 30])
    expect(bytesOf(server)).toEqual(data)
    expect([link.ends[0].buffered, client.drained]).toEqual([0, 2])
  })

  test.each(['some', 'bytes'] as const)('splits into pieces: %s', async (pieces) => {
    const { link, server } = linked([], { plan: { latency: 1, jitter: 3, bandwidth: 100, pieces } })
    for (let at = 0; at < data.length; at += 100) link.ends[0].write([data.slice(at, at + 100)])
    await run()
    expect(bytesOf(server)).toEqual(data)
    expect(server.chunks.length).toBeGreaterThan(40)
  })

  test('is cut at its byte: what was before it arrives, and both ends are told', async () => {
    const { link, server, client } = linked([{ kind: 'cut', direction: 0, at: 700 }])
    link.ends[0].write([data.slice()])
    await run()
    expect(bytesOf(server)).toEqual(data.slice(0, 700))
    expect([client.closed, server.closed]).toEqual(['CONNECTION_CLOSED', 'CONNECTION_CLOSED'])
  })

  test('half-open: nothing passes any more and nobody is told', async () => {
    const { link, server, client } = linked([{ kind: 'half-open', direction: 0, at: 1500 }])
    link.ends[0].write([data.slice(0, 1000)])
    await run()
    link.ends[0].write([data.slice(1000)])
    link.ends[1].write([data.slice()])
    link.ends[0].close()
    await run()
    expect(server.chunks.length).toBe(1)
    expect(client.chunks.length).toBe(0)
    expect([client.closed, server.closed]).toEqual(['by us', undefined])
  })

  test('half-open: the system takes so many bytes and no more', async () => {
    const { link, client } = linked([{ kind: 'half-open', direction: 0, at: 0 }])
    for (let written = 0; written < 100_000; written += 2000) link.ends[0].write([data.slice()])
    await run()
    const { drained } = client
    expect(link.ends[0].buffered).toBeGreaterThan(30_000)
    link.ends[0].write([data.slice(0, 10)])
    await run()
    expect(client.drained).toBe(drained)
  })

  test('half-open: of what was on its way to the system it takes so many bytes, too', async () => {
    const { link, client } = linked([{ kind: 'half-open', direction: 0, at: 499_999 }])
    for (let written = 0; written < 500_000; written += 2000) link.ends[0].write([data.slice()])
    await run()
    expect(link.ends[0].buffered).toBeGreaterThan(400_000)
    expect(client.drained).toBeLessThan(40)
  })

  test('stalls, and goes on', async () => {
    const { link, server } = linked([{ kind: 'stall', direction: 0, at: 5, ms: 4000 }])
    link.ends[0].write([data.slice()])
    await run()
    expect(server.chunks[0]!.at).toBe(4000)
  })

  test('becomes slow for a while', async () => {
    const { link, server } = linked([{ kind: 'sag', direction: 0, at: 500, ms: 100, bandwidth: 10 }])
    for (let from = 0; from < 2000; from += 500) link.ends[0].write([data.slice(from, from + 500)])
    await run()
    link.ends[0].write([data.slice(0, 500)])
    await run()
    expect(server.chunks.map(({ at }) => at)).toEqual([15, 65, 115, 165, 180])
  })

  test('changes and inserts bytes', async () => {
    const { link, server } = linked([
      { kind: 'insert', direction: 0, at: 100, bytes: Uint8Array.of(1, 2, 3) },
      { kind: 'flip', direction: 0, at: 1999, bit: 0 },
    ])
    link.ends[0].write([data.slice(0, 1000)])
    link.ends[0].write([data.slice(1000)])
    await run()
    const expected = concat(data.subarray(0, 100), Uint8Array.of(1, 2, 3), data.subarray(100))
    expected[2002]! ^= 1
    expect(bytesOf(server)).toEqual(expected)
  })

  test('no fault happens once faults have stopped', async () => {
    const { link, server } = linked([{ kind: 'cut', direction: 0, at: 700 }], { faulty: () => false })
    link.ends[0].write([data.slice()])
    await run()
    expect(bytesOf(server)).toEqual(data)
  })

  test('what was written before closing arrives, then the other end is told', async () => {
    const { link, server, client } = linked()
    link.ends[0].write([data.slice()])
    link.ends[0].close()
    await run()
    expect(bytesOf(server)).toEqual(data)
    expect([client.closed, server.closed]).toEqual(['by us', 'CONNECTION_CLOSED'])
  })
})

const NOTHING: Meddling = {
  drop: 0,
  duplicate: 0,
  delay: 0,
  swap: 0,
  flip: 0,
  truncate: 0,
  replay: 0,
  reflect: 0,
  cross: 0,
  luck: 0,
}

const TRANSPORTS: readonly TransportName[] = ['abridged', 'intermediate', 'padded', 'full', 'obfuscated', 'ws']

/** Packets as they look encrypted: a key, and whole blocks behind the head. */
function packet(number: number): Uint8Array {
  const bytes = new Stream(number).bytes(24 + 16 * 5)
  bytes[0] = number
  return bytes
}

/** Sends five packets through a meddler; returns what the server, or the client, got. */
async function meddled(transport: TransportName, meddling: Partial<Meddling>, back = false): Promise<Uint8Array[]> {
  const { link } = linked()
  const random = new Stream(8).fill
  const client = createCodec(transport, { random, crypto: nativeCrypto, dc: 2 })
  const server = createServerCodec({ random, crypto: nativeCrypto, maxPadding: 3 })
  const meddler = new Meddler(link.ends[1], {
    client: 'client-1',
    transport,
    meddling: { ...NOTHING, ...meddling },
    stream: new Stream(11),
    scheduler,
    crypto: nativeCrypto,
    archive: new Archive(),
    keys: new Map(),
    faulty: () => true,
    onFault: () => {},
  })
  const atServer: Uint8Array[] = []
  const atClient: Uint8Array[] = []
  // Framing pads behind whole blocks; that is not ours to compare.
  const bare = (one: Uint8Array): Uint8Array => one.slice(0, one.length - (Math.max(0, one.length - 24) % 16))
  meddler.server = {
    onData: (chunk) => atServer.push(...server.feed(chunk.slice()).map(bare)),
    onClose: () => {},
  }
  link.ends[0].handlers = {
    onData: (chunk) => atClient.push(...client.feed(chunk).map(bare)),
    onClose: () => {},
  }
  link.ends[0].write([client.start(), ...client.encode(packet(0))])
  await run()
  for (let number = 1; number < 5; number++) {
    if (back) meddler.write(server.encode(packet(number)))
    else link.ends[0].write(client.encode(packet(number)))
  }
  await run()
  return back ? atClient : atServer
}

describe('somebody on the path', () => {
  test.each(TRANSPORTS)('passes packets on unchanged, both ways: %s', async (transport) => {
    expect(await meddled(transport, {})).toEqual([0, 1, 2, 3, 4].map(packet))
    expect(await meddled(transport, {}, true)).toEqual([1, 2, 3, 4].map(packet))
  })

  test('drops, doubles, changes and cuts packets', async () => {
    expect(await meddled('intermediate', { drop: 1000 })).toEqual([])
    expect(await meddled('obfuscated', { duplicate: 1000 })).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map(packet))
    const changed = await meddled('full', { flip: 1000 })
    expect(changed.length).toBe(5)
    for (const [i, one] of changed.entries()) {
      const bits = one.reduce(
        (sum, byte, at) => sum + (byte ^ packet(i)[at]!).toString(2).replaceAll('0', '').length,
        0,
      )
      expect(bits).toBe(1)
    }
    for (const one of await meddled('abridged', { truncate: 1000 })) expect(one.length).toBeLessThan(packet(0).length)
  })

  test('swaps and delays packets: all arrive, in another order', async () => {
    const numbers = (packets: Uint8Array[]): number[] => packets.map((one) => one[0]!)
    const swapped = numbers(await meddled('padded', { swap: 1000 }))
    expect(swapped).not.toEqual([0, 1, 2, 3, 4])
    expect(swapped.toSorted()).toEqual([0, 1, 2, 3, 4])
    expect(numbers(await meddled('padded', { delay: 1000 })).toSorted()).toEqual([0, 1, 2, 3, 4])
  })

  test('sends old packets again, and gives the client its own back', async () => {
    const replayed = await meddled('intermediate', { replay: 1000 })
    expect(replayed.length).toBe(10)
    expect(new Set(replayed.map((one) => one[0]))).toEqual(new Set([0, 1, 2, 3, 4]))
    const reflected = await meddled('intermediate', { reflect: 1000 }, true)
    expect(reflected.filter((one) => one[0] === 0).length).toBeGreaterThan(1)
  })
})
