/** Limits of the test DC's world, over sockets: who is too fast is told to wait, waits, and goes on; or does not want to. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { document, type UploadEvent } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { startTestDc } from '../support/test-dc.ts'
import { createLab, DICE, type Lab, send } from './lab.ts'

const PART = 128 * 1024

let server: RunningServer
let lab: Lab & { close(): Promise<void> }

beforeEach(async () => {
  server = await startTestDc()
  lab = createLab(server)
})
afterEach(async () => {
  await lab.close()
  await server.close()
})

const limit = (method: string, calls: number, seconds: number): void =>
  void server.world.floods.limits.set(method, { calls, seconds })
const file = (parts: number) => document({ data: new Uint8Array(parts * PART), name: 'a.bin' })
const count = (method: string): number => server.server.requests.get(method) ?? 0

test('parts that come too fast wait together and then go on: FLOOD_PREMIUM_WAIT_X', async () => {
  limit('upload.saveFilePart', 4, 1)
  const client = await lab.bot()
  const events: UploadEvent[] = []
  expect(await client.uploadMedia({ media: file(7), onEvent: (event) => events.push(event) })).toMatchObject({
    document: { size: BigInt(7 * PART) },
  })
  expect(events.filter(({ type }) => type === 'pause').length).toBeGreaterThan(0)
  // What was refused was sent again, and nothing else was.
  expect(events.filter(({ type }) => type === 'part').length).toBe(7)
})

test('a call that comes too often is made again after the wait: FLOOD_WAIT_X', async () => {
  limit('messages.uploadMedia', 1, 1)
  const seen: unknown[] = []
  const client = await lab.bot({ onEvent: (event) => event.type === 'wait' && seen.push(event) })
  await send(client, DICE)
  await send(client, DICE)
  expect(seen).toEqual([{ type: 'wait', method: 'messages.uploadMedia', reason: 'FLOOD_WAIT_1', seconds: 1 }])
  expect(count('messages.uploadMedia')).toBe(3)
})

test('a wait that is longer than maxWait ends an upload at once, with the seconds', async () => {
  limit('upload.saveFilePart', 2, 500)
  const client = await lab.bot({ maxWait: 100 })
  const error: unknown = await client.uploadMedia({ media: file(5) }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ type: 'FLOOD_PREMIUM_WAIT_X', waitSeconds: expect.any(Number) })
  expect((error as Error).message).toMatch(/without Premium are slowed down; wait (499|500) s/)
})

test.each(['upload.saveFilePart', 'messages.uploadMedia'])(
  'an abort in a wait of %s ends it at once',
  async (method) => {
    limit(method, 1, 50)
    const abort = new AbortController()
    const reason = new Error('enough')
    // The signal is aborted by the event of the wait itself, so that nothing but the abort can end it.
    const onWait = ({ type }: { readonly type: string }): void => {
      if (type === 'wait' || type === 'pause') queueMicrotask(() => abort.abort(reason))
    }
    const client = await lab.bot({ onEvent: onWait })
    const upload = (): Promise<unknown> => client.uploadMedia({ media: file(3), signal: abort.signal, onEvent: onWait })
    await expect(method === 'messages.uploadMedia' ? upload().then(upload) : upload()).rejects.toBe(reason)
    server.world.floods.limits.clear()
    // Parts of other files wait out what the server asked for; calls do not.
    if (method === 'messages.uploadMedia') expect(await send(client, DICE)).toMatchObject({ _: 'messageMediaDice' })
  },
)

test('an account with Premium is told so by the other name', async () => {
  limit('upload.saveFilePart', 1, 500)
  const client = await lab.bot({ maxWait: 1 })
  server.world.users.get(client.user!.id)!.premium = true
  await expect(client.uploadMedia({ media: file(4) })).rejects.toMatchObject({ type: 'FLOOD_WAIT_X' })
})
