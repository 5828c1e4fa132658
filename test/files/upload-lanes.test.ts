/** Lanes that fail and parts that nobody answers, on a virtual clock: who takes over, and when an upload is given up. */
import { expect, test } from 'vitest'
import { RpcError, TransportError } from '../../src/errors.ts'
import { type UploadEvent, type UploadOptions, upload } from '../../src/files/index.ts'
import type { Answer, PartServer } from '../support/part-server.ts'
import { pattern } from '../support/pattern.ts'
import { rejection, setup } from '../support/upload-setup.ts'

const MiB = 1024 * 1024
const lost = new TransportError('NO_ANSWER', 'this lane is lost')
const isFinal: UploadOptions['isFinal'] = (error) => error instanceof TransportError

/** A server that answers by what lane a part came over. */
function byLane(answer: (lane: number, call: number, attempt: number) => Answer): ReturnType<typeof setup> {
  let server: PartServer | undefined
  const all = setup({
    latency: () => 100,
    answer: (_, attempt, call) => answer(server!.log[call - 1]!.lane, call, attempt),
  })
  server = all.server
  return all
}

test('parts of lanes that are lost go over others at once, and none of that counts as an attempt', async () => {
  const { host, server, options, clean } = byLane((lane) => (lane === 0 ? true : lost))
  const retries: UploadEvent[] = []
  const onEvent = (event: UploadEvent): void => void (event.type === 'retry' && retries.push(event))
  await host.runUntil(upload(server, pattern(24 * MiB), { ...options, isFinal, maxAttempts: 1, onEvent }))
  expect(server.assemble(48).length).toBe(24 * MiB)
  expect(retries.length).toBeGreaterThan(0)
  expect(retries.every((event) => event.type === 'retry' && event.delay === 0 && event.error === lost)).toBe(true)
  // Once it is known that none of them carries, all goes over the main one.
  expect(server.log.length).toBeLessThan(48 + 24)
  clean()
})

test('when the main lane is lost the upload ends, if nothing moved; otherwise it is tried again', async () => {
  const dead = byLane(() => lost)
  expect(await rejection(dead.host, upload(dead.server, pattern(MiB), { ...dead.options, isFinal }))).toBe(lost)
  dead.clean()
  // The main one fails from the tenth call on, after a while in which others deliver.
  const { host, server, options, clean } = byLane((lane, call, attempt) =>
    lane === 0 && call > 10 && attempt === 1 ? lost : true,
  )
  await host.runUntil(upload(server, pattern(24 * MiB), { ...options, isFinal }))
  expect(server.assemble(48).length).toBe(24 * MiB)
  expect(server.log.length).toBeGreaterThan(48)
  clean()
})

test('a part that is never answered is sent again when others have overtaken it, and the upload goes on', async () => {
  const { host, server, options, clean } = setup({
    latency: () => 100,
    answer: ({ filePart }, attempt) => (filePart === 5 && attempt === 1 ? 'silence' : true),
  })
  await host.runUntil(upload(server, pattern(24 * MiB), { ...options, isFinal }))
  expect(server.assemble(48).length).toBe(24 * MiB)
  expect(server.log.filter(({ part }) => part === 5).length).toBe(2)
  expect(host.now()).toBeLessThan(20_000)
  clean()
})

test('parts that are given up with a lane that stalls are sent again, and those that have just left too', async () => {
  const { host, server, options, clean } = setup({
    latency: () => 100,
    answer: () => (server.log.length === 1 || stalledAt ? true : 'silence'),
  })
  let stalledAt: number | undefined
  const onEvent = (event: UploadEvent): void => {
    if (event.type === 'stall') stalledAt = host.now()
  }
  const all = { ...options, isFinal, maxAttempts: 1, onEvent }
  const early = upload(server, pattern(MiB / 2), all)
  await host.advance(6_000)
  // Nothing arrives any more after this one has begun.
  const late = upload(server, pattern(MiB / 2), all)
  await host.runUntil(Promise.all([early, late]))
  expect(stalledAt).toBe(7_500)
  const [first, again] = server.log.filter(({ part, fileId }) => part === 0 && fileId !== server.log[0]!.fileId)
  expect(first!.at).toBe(6_000)
  expect(again!.at).toBeLessThan(9_000)
  clean()
})

test('a part that is alone and swallowed by the server is sent again within seconds', async () => {
  const { host, server, options, clean } = setup({
    latency: () => 100,
    answer: (_, __, call) => (call === 2 ? 'silence' : true),
  })
  const all = { ...options, isFinal, maxAttempts: 1 }
  await host.runUntil(upload(server, pattern(1000), all))
  await host.runUntil(upload(server, pattern(1000), all))
  expect(server.log.length).toBe(3)
  expect(host.now()).toBeLessThan(20_000)
  clean()
})

test('a part that is swallowed again and again is not sent for ever, whichever lane it takes', async () => {
  const { host, server, options, clean } = setup({
    latency: () => 100,
    answer: ({ filePart }) => (filePart === 5 ? 'silence' : true),
  })
  const error = await rejection(host, upload(server, pattern(200 * MiB), { ...options, isFinal }))
  expect(error).toMatchObject({ code: 'NO_ANSWER' })
  const times = server.log.filter(({ part }) => part === 5).length
  expect([times, host.now() > 60_000]).toEqual([10, true])
  clean()
})

test('an error that is none of the lane’s is tried as often as told, over whatever lane', async () => {
  const fault = new RpcError(500, 'INTERNAL', 'upload.saveFilePart')
  const { host, server, options, clean } = setup({ answer: ({ filePart }) => (filePart === 3 ? fault : true) })
  const done = upload(server, pattern(24 * MiB), { ...options, isFinal, maxAttempts: 3 })
  expect(await rejection(host, done)).toBe(fault)
  expect(server.log.filter(({ part }) => part === 3).length).toBe(3)
  clean()
})
