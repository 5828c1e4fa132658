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

test('an error that is none of the lane’s is tried as often as told, over whatever lane', async () => {
  const fault = new RpcError(500, 'INTERNAL', 'upload.saveFilePart')
  const { host, server, options, clean } = setup({ answer: ({ filePart }) => (filePart === 3 ? fault : true) })
  const done = upload(server, pattern(24 * MiB), { ...options, isFinal, maxAttempts: 3 })
  expect(await rejection(host, done)).toBe(fault)
  expect(server.log.filter(({ part }) => part === 3).length).toBe(3)
  clean()
})
