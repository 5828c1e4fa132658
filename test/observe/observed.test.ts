/** Calls, bytes and connections as the client tells of them, in virtual time, so that every number is known. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Account } from '../../src/client/account.ts'
import { platform as webPlatform } from '../../src/client/platform/web.ts'
import { document, RpcError } from '../../src/index.ts'
import { observed } from '../../src/observe/index.ts'
import type { Datacenter, DatacenterOptions } from '../../src/transport/datacenter.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'
import { DELAY, WatchedWorld } from './world.ts'

let world: WatchedWorld

beforeEach(() => {
  world = new WatchedWorld()
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

describe('a call', () => {
  test('is told when it is made and when it is answered, under one number, with the time that took', async () => {
    const client = await world.connect()
    world.events.length = 0
    await world.host.runUntil(client.invoke({ _: 'help.getConfig' }))
    const at = { method: 'help.getConfig', dc: 2, lane: 0 }
    const { id } = world.of('call')[0]!
    expect(world.of('call')).toEqual([{ type: 'call', id, ...at }])
    expect(world.of('answered')).toEqual([{ type: 'answered', id, ms: 2 * DELAY, ...at }])
    expect(world.of('failed')).toEqual([])
    await client.close()
  })

  test('that carries a part says which, and how large it is', async () => {
    const client = await world.connect()
    const media = document({ data: new Uint8Array(300_000), name: 'a' })
    await world.host.runUntil(client.uploadMedia({ media }))
    const parts = world.of('call').filter(({ part }) => part !== undefined)
    expect(parts.map(({ part }) => part).sort()).toEqual(
      world
        .of('part')
        .map(({ part }) => part)
        .sort(),
    )
    expect(sum(parts.map(({ bytes }) => bytes!))).toBe(300_000)
    expect(world.of('call').filter(({ method }) => method === 'messages.uploadMedia')).toMatchObject([{ lane: 0 }])
    await client.close()
  })

  test('that fails says why; the repeated one has a number of its own', async () => {
    const client = await world.connect()
    let times = 0
    world.faults.onRequest = ({ request }) =>
      request._ === 'help.getConfig' && times++ === 0 ? { kind: 'error', code: 420, text: 'FLOOD_WAIT_3' } : undefined
    world.events.length = 0
    await world.host.runUntil(client.invoke({ _: 'help.getConfig' }))
    const [first, second] = world.of('call')
    expect(second!.id).toBeGreaterThan(first!.id)
    expect(world.of('failed')).toMatchObject([{ id: first!.id, ms: 2 * DELAY, error: expect.any(RpcError) as unknown }])
    expect(world.of('answered')).toMatchObject([{ id: second!.id }])
    const order = world.events.map(({ type }) => type).filter((type) => type !== 'traffic')
    expect(order).toEqual(['call', 'failed', 'wait', 'call', 'answered'])
    await client.close()
  })

  test('that is aborted fails with the reason', async () => {
    const client = await world.connect()
    const reason = new Error('no more')
    await expect(client.invoke({ _: 'help.getConfig' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(world.of('failed')).toMatchObject([{ method: 'help.getConfig', error: reason }])
    await client.close()
  })

  test('goes on being counted when the account is served by another datacenter object', async () => {
    const ids: number[] = []
    const tell = (event: { readonly type: string; readonly id?: number }): void => {
      if (event.type === 'call') ids.push(event.id!)
    }
    for (let i = 0; i < 2; i++) {
      const make = observed(() => ({ id: 2, invoke: () => Promise.resolve(true) }) as unknown as Datacenter)
      const dc = make({ host: world.host, onEvent: tell } as unknown as DatacenterOptions)
      await dc.invoke({ name: 'a.b' } as never, { _: 'a.b' })
    }
    expect(ids).toEqual([1, 2])
  })
})

describe('bytes', () => {
  test.each([false, true])(
    'of all connections are told to the last one (forward secrecy: %s)',
    async (forwardSecrecy) => {
      const client = await world.connect({ forwardSecrecy })
      await world.host.runUntil(
        client.uploadMedia({ media: document({ data: new Uint8Array(20_000_000), name: 'a' }) }),
      )
      await client.close()
      await world.host.advance(60_000)
      expect(sum(world.of('traffic').map(({ sent }) => sent))).toBe(world.sent)
      expect(sum(world.of('traffic').map(({ received }) => received))).toBe(world.received)
      expect(world.sent).toBeGreaterThan(20_000_000)
      const lanes = new Set(world.of('traffic').map(({ lane }) => lane))
      expect([lanes.has(0), lanes.has(1), lanes.has(-1)]).toEqual([true, true, forwardSecrecy])
    },
  )

  test('are told before the answer that came with them, and never as nothing', async () => {
    const client = await world.connect()
    await client.close()
    const answered = world.events.findIndex(({ type }) => type === 'answered')
    expect(world.events[answered - 1]!.type).toBe('traffic')
    expect(world.of('traffic').filter(({ sent, received }) => sent + received === 0)).toEqual([])
  })
})

describe('a connection', () => {
  test('tells how long it took, and of what kind it is', async () => {
    const client = await world.connect({ transport: 'abridged' })
    expect(world.of('connecting')).toEqual([{ type: 'connecting', attempt: 1, where: '127.0.0.1:443', dc: 2, lane: 0 }])
    // Dialling, and three round trips of a key exchange.
    const [connected] = world.of('connected')
    expect(connected).toMatchObject({ where: '127.0.0.1:443', transport: 'abridged', remote: undefined })
    expect(connected!.ms).toBeGreaterThanOrEqual(6 * DELAY)
    expect(connected!.ms).toBeLessThan(10 * DELAY)
    await client.close()
  })

  test('tells that it is closed: all of them with the client, and without an error', async () => {
    const client = await world.connect({ lanes: 4 })
    await world.host.runUntil(client.uploadFile(new Uint8Array(30_000_000)))
    const lanes = new Set(world.of('connected').map(({ lane }) => lane))
    expect(lanes.size).toBeGreaterThan(1)
    expect(world.of('closed')).toEqual([])
    await client.close()
    expect(new Set(world.of('closed').map(({ lane }) => lane))).toEqual(lanes)
    expect(world.of('closed').filter(({ error }) => error)).toEqual([])
  })

  test('that is idle for long is closed by itself', async () => {
    const client = await world.connect({ lanes: 2 })
    await world.host.runUntil(client.uploadFile(new Uint8Array(30_000_000)))
    await world.host.advance(120_000)
    expect(world.of('closed')).toMatchObject([{ lane: 1, error: undefined }])
    await client.close()
  })

  test('over TCP says which address it reached', async () => {
    const server = await startTestDc()
    const client = await connectTo(server, { onEvent: (event) => world.events.push(event) })
    const where = `127.0.0.1:${server.port}`
    expect(world.of('connected')).toMatchObject([{ where, remote: where, transport: 'intermediate' }])
    await client.close()
    await server.close()
  })
})

describe('who listens', () => {
  test('to nothing costs nothing: the datacenter is made as it would be', () => {
    const options = { host: world.host } as unknown as DatacenterOptions
    const made: DatacenterOptions[] = []
    observed((given) => {
      made.push(given)
      return {} as Datacenter
    })(options)
    expect(made[0]).toBe(options)
  })

  test('can have it done in another way', async () => {
    let made = 0
    const client = await world.connect({
      observe: (make) => (options) => {
        made++
        return make(options)
      },
    })
    expect(made).toBe(1)
    expect(world.of('connected')).toMatchObject([{ where: '127.0.0.1:443' }])
    expect(world.of('call')).toEqual([])
    await client.close()
  })

  test.each([undefined, observed])('in a page asks for it (%o)', async (observe) => {
    const options = { ...world.options(), maxWait: 60, ...(observe && { observe }) }
    const account = await world.host.runUntil(Account.open(options, webPlatform))
    await account.close()
    expect(world.of('connected')).toHaveLength(1)
    expect(world.of('login')).toHaveLength(1)
    expect([world.of('call').length, world.of('answered').length]).toEqual(observe ? [1, 1] : [0, 0])
    expect(world.of('traffic').length > 0).toBe(observe !== undefined)
  })

  test('to the client hears of its uploads too, by name and file id, after the watcher of the upload', async () => {
    const client = await world.connect()
    const own: unknown[] = []
    const heard: boolean[] = []
    const file = { data: new Uint8Array(3000), name: 'a.bin' }
    const uploading = client.uploadFile(file, {
      onEvent: (event) => {
        own.push(event)
        heard.push(world.events.some((one) => one === event))
      },
    })
    const { inputFile } = await world.host.runUntil(uploading)
    const fileId = inputFile._ === 'inputFile' ? inputFile.id : undefined
    const told = world.events.filter((event) => 'name' in event)
    expect(told).toEqual(own)
    expect(heard).not.toContain(true)
    expect(told.map(({ type }) => type)).toEqual(['start', 'part', 'done'])
    for (const event of told) expect(event).toMatchObject({ name: 'a.bin', fileId })
    await client.close()
  })
})
