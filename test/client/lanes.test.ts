/** The lanes of an upload, end to end: one that stalls, some that cannot be had, and parts that wait at the gate in any case. */
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { TransportError } from '../../src/errors.ts'
import type { Host } from '../../src/host.ts'
import { type ConnectOptions, document, UploadClient, type UploadEvent } from '../../src/index.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { memoryParts } from '../../src/lab/server/parts-store.ts'
import { TestServer } from '../../src/lab/server/server.ts'
import { startServer } from '../../src/lab/server/start.ts'
import { World } from '../../src/lab/server/world.ts'
import type { Carrier, Dial } from '../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../src/transport/carrier/memory.ts'
import { TEST_KEY } from '../lab/server/setup.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const MB = 1_000_000
const PARTS = /^upload\.save(Big)?FilePart$/

/** How often each part was asked to be saved. */
function countOf(requests: readonly RequestInfo[]): Map<number, number> {
  const count = new Map<number, number>()
  for (const { request } of requests) {
    if (!PARTS.test(request._) || !('filePart' in request)) continue
    count.set(request.filePart, (count.get(request.filePart) ?? 0) + 1)
  }
  return count
}

describe('in virtual time', () => {
  let host: VirtualHost
  let faults: Faults
  let requests: (RequestInfo & { at: number })[]
  /** The connections dialled, in order; a stalled one takes bytes and moves none. */
  let links: { stalled: boolean; closed: boolean }[]
  let refuse: (index: number) => boolean

  beforeEach(() => {
    host = new VirtualHost()
    faults = {}
    requests = []
    links = []
    refuse = () => false
  })

  const stalling =
    (inner: Dial): Dial =>
    async (address, handlers, options) => {
      const link = { stalled: false, closed: false }
      links.push(link)
      if (refuse(links.length - 1)) throw new TransportError('CONNECT_FAILED', 'refused')
      let kept = 0
      const carrier = await inner(
        address,
        { ...handlers, onData: (chunk) => link.stalled || handlers.onData(chunk) },
        options,
      )
      return {
        get buffered() {
          return kept + carrier.buffered
        },
        write: (chunks) => {
          if (link.stalled) kept += chunks.reduce((sum, { length }) => sum + length, 0)
          else carrier.write(chunks)
        },
        close: () => {
          link.closed = true
          carrier.close()
        },
      } satisfies Carrier
    }

  async function client(more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
    const world = new World({ random: host.random, parts: memoryParts() })
    const server = new TestServer({
      dcId: 2,
      host,
      crypto: nativeCrypto,
      rsaKeys: [TEST_KEY],
      world,
      faults,
      onRequest: (info) => requests.push({ ...info, at: host.now() }),
    })
    world.addDc({ id: 2, host: '127.0.0.1', port: 443 })
    return await host.runUntil(
      UploadClient.connect({
        apiId: 1,
        apiHash: 'hash',
        botToken: '1:token',
        dc: { id: 2, host: '127.0.0.1', port: 443, serverKeys: [TEST_KEY] },
        host,
        crypto: nativeCrypto,
        dial: stalling(memoryDial(server.accept, { delay: 200 })),
        ...more,
      }),
    )
  }

  test('one that stalls is given up: its parts go elsewhere, its connection is closed, nothing else is sent twice', async () => {
    const uploader = await client({ lanes: 4 })
    const events: UploadEvent[] = []
    const data = new Uint8Array(40 * MB)
    let silentAt = 0
    const onEvent = (event: UploadEvent): void => {
      events.push(event)
      // The second lane to be opened falls silent with parts under way.
      if (event.type === 'part' && event.lane === 2 && !links[2]!.stalled) {
        links[2]!.stalled = true
        silentAt = host.now()
      }
    }
    const media = await host.runUntil(uploader.uploadMedia({ media: document({ data, name: 'a' }), onEvent }))
    expect(media).toMatchObject({ document: { size: BigInt(data.length) } })
    expect(events.filter(({ type }) => type === 'stall')).toMatchObject([{ lane: 2, name: 'a' }])
    expect([links[0]!.closed, links[2]!.closed]).toEqual([false, true])
    // What was on its way when the lane fell silent reached the server, and was not answered: that alone arrives twice.
    const count = countOf(requests)
    const again = requests.filter(({ request }) => 'filePart' in request && count.get(request.filePart)! > 1)
    expect([count.size, Math.max(...count.values())]).toEqual([Math.ceil(data.length / 524_288), 2])
    expect(again.slice(0, again.length / 2).every(({ at }) => at <= silentAt + 200)).toBe(true)
    expect(host.now()).toBeLessThan(60_000)
    await uploader.close()
  })

  test.each(['refused at once', 'silent'])(
    'those that cannot be had (%s) leave the work to the main connection',
    async (how) => {
      const uploader = await client()
      refuse = (index) => {
        if (how === 'silent') links[index]!.stalled = true
        return how !== 'silent'
      }
      const data = new Uint8Array(20 * MB)
      const from = host.now()
      const media = await host.runUntil(uploader.uploadMedia({ media: document({ data, name: 'a' }) }))
      expect(media).toMatchObject({ document: { size: BigInt(data.length) } })
      expect(links.length).toBeGreaterThan(1)
      const count = countOf(requests)
      expect([count.size, Math.max(...count.values())]).toEqual([Math.ceil(data.length / 524_288), 1])
      expect(host.now() - from).toBeLessThan(90_000)
      await uploader.close()
    },
  )

  test('a part that has to wait for a new login waits for what the server asks meanwhile, too', async () => {
    const uploader = await client()
    let parts = 0
    let flooded = 0
    faults.onRequest = ({ request }) => {
      if (request._ === 'auth.importBotAuthorization') return { kind: 'delay', ms: 2_000 }
      if (!PARTS.test(request._)) return undefined
      parts++
      if (parts === 2) return { kind: 'error', code: 401, text: 'AUTH_KEY_UNREGISTERED' }
      if (parts !== 4) return undefined
      flooded = host.now()
      return { kind: 'error', code: 420, text: 'FLOOD_WAIT_30' }
    }
    const data = new Uint8Array(4 * MB)
    await host.runUntil(uploader.uploadMedia({ media: document({ data, name: 'a' }) }))
    expect(requests.filter(({ request }) => request._ === 'auth.importBotAuthorization').length).toBe(2)
    const sent = requests.filter(({ request }) => PARTS.test(request._)).map(({ at }) => at)
    // What had passed when the server was heard arrives within a round trip, or two where a connection had to be opened.
    expect(sent.filter((at) => at > flooded + 800 && at < flooded + 30_000)).toEqual([])
    expect(sent.length).toBe(Math.ceil(data.length / 131_072) + 2)
    await uploader.close()
  })
})

describe('over real sockets', () => {
  /** So many times faster than the system's clock: what takes seconds by the rules takes some tenths. */
  const SPEED = 20
  const hasty: Host = {
    ...systemHost,
    now: () => systemHost.now() * SPEED,
    setTimer: (ms, fire) => systemHost.setTimer(ms / SPEED, fire),
  }
  /** Milliseconds each way. */
  const DELAY = 60
  let close: (() => unknown)[]

  beforeEach(() => {
    close = []
  })
  afterEach(async () => {
    for (const one of close.reverse()) await one()
  })

  /** Passes bytes on a little later; a stalled connection is not read any more. */
  async function relay(port: number): Promise<{ port: number; near: Socket[]; stall: (index: number) => void }> {
    const near: Socket[] = []
    const stalled = new Set<Socket>()
    const server: Server = createServer((socket) => {
      const far = connectTcp({ port, host: '127.0.0.1', noDelay: true })
      near.push(socket)
      for (const [from, to] of [
        [socket, far],
        [far, socket],
      ] as const) {
        from.on('data', (chunk) => {
          setTimeout(() => stalled.has(socket) || to.write(chunk), DELAY)
        })
        from.on('error', () => to.destroy())
        from.on('close', () => to.destroy())
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    close.push(() => new Promise((resolve) => server.close(resolve)))
    return {
      port: (server.address() as AddressInfo).port,
      near,
      stall: (index) => void stalled.add(near[index]!),
    }
  }

  test('one that stalls is closed and opened anew, and every part arrives', { timeout: 60_000 }, async () => {
    const requests: RequestInfo[] = []
    const dc = await startServer({ onRequest: (info) => requests.push(info), parts: 'memory' })
    close.push(() => dc.close())
    const way = await relay(dc.port)
    const client = await UploadClient.connect({
      apiId: 1,
      apiHash: 'hash',
      botToken: '1:token',
      dc: { id: dc.dcId, host: dc.host, port: way.port, serverKeys: [dc.publicKeyPem] },
      host: hasty,
    })
    close.push(() => client.close())
    const events: UploadEvent[] = []
    const data = new Uint8Array(30 * MB)
    const media = await client.uploadMedia({
      media: document({ data, name: 'a' }),
      onEvent: (event) => {
        events.push(event)
        if (event.type === 'part' && event.lane === 1) way.stall(1)
      },
    })
    expect(media).toMatchObject({ document: { size: BigInt(data.length) } })
    expect(events).toContainEqual(expect.objectContaining({ type: 'stall', lane: 1 }))
    expect(way.near[1]!.destroyed).toBe(true)
    expect(countOf(requests).size).toBe(Math.ceil(data.length / 524_288))
  })
})
