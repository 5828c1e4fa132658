/** What becomes of a hook that fails, of one that is slow, and of none. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { document } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import type { ClientEvent } from '../../src/observe/index.ts'
import { helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import { bundleScript, start } from '../cli/program.ts'
import { startTestCluster } from '../support/test-cluster.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'
import { WatchedWorld } from './world.ts'

let unheard: unknown[]
const onUnheard = (reason: unknown): void => void unheard.push(reason)

beforeEach(() => {
  unheard = []
  process.on('unhandledRejection', onUnheard)
})
afterEach(() => {
  process.off('unhandledRejection', onUnheard)
  expect(unheard).toEqual([])
})

describe('a hook that fails, at once or later,', () => {
  const mine = new Error('mine')
  const at = {
    once: (type: string) => (event: ClientEvent) => {
      if (event.type === type) throw mine
    },
    later: (type: string) => async (event: ClientEvent) => {
      await Promise.resolve()
      if (event.type === type) throw mine
    },
  }

  test.each(['once', 'later'] as const)('(at %s) while connecting fails that with its error', async (when) => {
    const world = new WatchedWorld()
    await expect(world.connect({ onEvent: at[when]('call') })).rejects.toBe(mine)
    expect(world.host.pendingTimers).toBe(0)
  })

  test.each(['once', 'later'] as const)('(at %s) fails the upload under way with its error', async (when) => {
    const world = new WatchedWorld()
    const client = await world.connect({ onEvent: at[when]('part') })
    const media = document({ data: new Uint8Array(3_000_000), name: 'a' })
    await expect(world.host.runUntil(client.uploadMedia({ media }))).rejects.toBe(mine)
    await client.close()
    await world.host.advance(10_000)
    expect(world.host.pendingTimers).toBe(0)
  })
})

test('a hook that fails closes the connections to other datacenters as well', { timeout: 20_000 }, async () => {
  const cluster = await startTestCluster()
  const mine = new Error('mine')
  let armed = false
  const events: ClientEvent[] = []
  const client = await cluster.connect(2, {
    onEvent: (event) => {
      events.push(event)
      if (armed && event.type === 'call' && event.method === 'help.getConfig') throw mine
    },
  })
  await client.call(helpGetConfig, { _: 'help.getConfig' }, { dc: 4 })
  armed = true
  await expect(client.call(helpGetConfig, { _: 'help.getConfig' }, { dc: 4 })).rejects.toBe(mine)
  const closed = events.flatMap((event) => (event.type === 'closed' && event.error === mine ? [event.dc] : []))
  expect(closed.sort()).toEqual([2, 4])
  await client.close()
  await cluster.close()
})

describe('a hook', () => {
  test('may call the client, and is told of that as well', async () => {
    const world = new WatchedWorld()
    const answers: unknown[] = []
    const client = await world.connect()
    world.events.length = 0
    const other = await world.connect({
      onEvent: (event) => {
        if (event.type === 'start') answers.push(client.invoke({ _: 'help.getConfig' }))
      },
    })
    await world.host.runUntil(other.uploadFile(new Uint8Array(3000)))
    await expect(world.host.runUntil(Promise.all(answers))).resolves.toHaveLength(1)
    expect(world.of('answered')).toMatchObject([{ method: 'help.getConfig' }])
    await client.close()
    await other.close()
  })

  test('that answers later is not waited for', async () => {
    const world = new WatchedWorld()
    const client = await world.connect({ onEvent: () => new Promise(() => {}) })
    await expect(world.host.runUntil(client.uploadFile(new Uint8Array(3000)))).resolves.toMatchObject({ size: 3000 })
    await client.close()
  })
})

describe('without a hook', () => {
  let server: RunningServer
  let cuts = 0
  let waits = 0

  beforeEach(async () => {
    const onRequest: Faults['onRequest'] = ({ request }) => {
      if (request._ === 'upload.saveFilePart' && cuts++ === 0) return { kind: 'disconnect' }
      if (request._ === 'messages.uploadMedia' && waits++ === 0)
        return { kind: 'error', code: 420, text: 'FLOOD_WAIT_1' }
      return undefined
    }
    server = await startTestDc({ faults: { onRequest } })
  })
  afterEach(() => server.close())

  test('nothing is printed, whatever happens', { timeout: 60_000 }, async () => {
    const child = await bundleScript('quiet-child')
    try {
      const { dcId: id, host, port, publicKeyPem } = server
      const dc = JSON.stringify({ id, host, port, serverKeys: [publicKeyPem] })
      const { code, stdout, stderr } = await start(child.path, [dc]).ended
      expect([code, stdout, stderr]).toEqual([0, '', ''])
      expect([cuts > 1, waits > 1]).toEqual([true, true])
    } finally {
      child.remove()
    }
  })

  test('an upload is the same', async () => {
    const client = await connectTo(server)
    await expect(client.uploadFile(new Uint8Array(3000))).resolves.toMatchObject({ size: 3000 })
    await client.close()
  })
})
