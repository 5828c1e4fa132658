import { expect, test } from 'vitest'
import { RpcError } from '../../src/errors.ts'
import { createGate, type UploadProgress, upload } from '../../src/files/index.ts'
import { fixedWindow } from '../support/fixed-window.ts'
import { cut, pattern } from '../support/pattern.ts'
import { setup } from '../support/upload-setup.ts'

const MiB = 1024 * 1024

async function record(unknown: boolean): Promise<{ reports: (UploadProgress & { at: number })[]; end: number }> {
  const { host, server, options } = setup({
    latency: (_, call) => 20 + ((call * 29) % 50),
    answer: ({ filePart }, attempt) => filePart !== 9 || attempt > 2,
  })
  const data = pattern(20 * MiB)
  const reports: (UploadProgress & { at: number })[] = []
  const onProgress = (now: UploadProgress): void => {
    reports.push({ ...now, at: host.now() })
  }
  const file = unknown ? cut(data, 100_000) : data
  await host.runUntil(upload(server, file, { ...options, onProgress }))
  return { reports, end: host.now() }
}

test('progress starts at 0, never falls, ends at the whole, and counts what is acknowledged', async () => {
  for (const unknown of [false, true]) {
    const { reports, end } = await record(unknown)
    const sent = reports.map(({ sentBytes }) => sentBytes)
    expect([sent[0], sent.at(-1), reports.at(-1)!.at]).toEqual([0, 20 * MiB, end])
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    expect(reports.at(-1)).toMatchObject({ totalBytes: 20 * MiB, etaSeconds: 0, inFlight: 0, retries: 2 })
    expect(reports.at(-1)!.bytesPerSecond).toBeGreaterThan(0)
    expect(reports.some(({ inFlight }) => inFlight > 0)).toBe(true)
    expect(reports.filter(({ sentBytes }) => sentBytes === 20 * MiB).length).toBe(1)
  }
})

test('the total of a stream is unknown until it ends', async () => {
  const { reports } = await record(true)
  expect(reports[0]).toMatchObject({ totalBytes: undefined, etaSeconds: undefined })
})

test('reports are at least 100 ms apart, but for the last', async () => {
  const { reports } = await record(false)
  expect(reports.length).toBeGreaterThan(3)
  for (let i = 1; i < reports.length - 1; i++) expect(reports[i]!.at - reports[i - 1]!.at).toBeGreaterThanOrEqual(100)
})

test('rate and time left follow what the link gives', async () => {
  // One part of 128 KiB each 100 ms over one lane, one at a time.
  const { host, server, options } = setup({ maxLanes: 1, latency: () => 100 })
  const reports: UploadProgress[] = []
  await host.runUntil(
    upload(server, pattern(5 * MiB), {
      ...options,
      gate: createGate(host, fixedWindow(1, 1)),
      onProgress: (now) => reports.push(now),
    }),
  )
  const middle = reports[20]!
  expect(middle.bytesPerSecond).toBe(1.25 * MiB)
  expect(middle.etaSeconds).toBeCloseTo((5 * MiB - middle.sentBytes) / (1.25 * MiB), 6)
})

test('a wait that the server asks for changes nothing about the rate, and is part of the time left', async () => {
  // One part each 100 ms; the tenth call is told to wait for a minute.
  const { host, server, options } = setup({
    maxLanes: 1,
    latency: () => 100,
    answer: (_, __, call) => (call === 10 ? new RpcError(420, 'FLOOD_WAIT_60', 'upload.saveFilePart') : true),
  })
  const reports: (UploadProgress & { at: number })[] = []
  await host.runUntil(
    upload(server, pattern(5 * MiB), {
      ...options,
      gate: createGate(host, fixedWindow(1, 1, { gap: () => 0 })),
      onProgress: (now) => reports.push({ ...now, at: host.now() }),
    }),
  )
  const waiting = reports.find(({ waitUntil }) => waitUntil !== undefined)!
  expect(waiting.waitUntil).toBe(host.wallClock() - host.now() + waiting.at + 60_000)
  const left = (5 * MiB - waiting.sentBytes) / waiting.bytesPerSecond
  expect(waiting.etaSeconds).toBeCloseTo(left + 60, 0)
  const after = reports.filter(({ at, sentBytes }) => at > waiting.at && sentBytes < 5 * MiB)
  expect(after.length).toBeGreaterThan(20)
  for (const { bytesPerSecond, waitUntil } of after) {
    expect(waitUntil).toBeUndefined()
    expect(bytesPerSecond / (1.25 * MiB)).toBeGreaterThan(0.9)
    expect(bytesPerSecond / (1.25 * MiB)).toBeLessThan(1.1)
  }
})

test('a link that stands still for a while is not forgotten at once, nor for long', async () => {
  const { host, server, options } = setup({
    maxLanes: 1,
    latency: (_, call) => (call < 20 ? 100 : Math.max(100, 62_000 - host.now())),
  })
  const reports: (UploadProgress & { at: number })[] = []
  await host.runUntil(
    upload(server, pattern(10 * MiB), {
      ...options,
      gate: createGate(host, fixedWindow(1, 1, { gap: () => 0 })),
      onProgress: (now) => reports.push({ ...now, at: host.now() }),
    }),
  )
  const back = reports.findIndex(({ at }, i) => at - (reports[i - 1]?.at ?? 0) > 1_000)
  expect(reports[back]!.bytesPerSecond).toBeLessThan(10_000)
  expect(reports[back]!.etaSeconds).toBeGreaterThan(0)
  expect(reports.at(-2)!.bytesPerSecond).toBeGreaterThan(0.8 * 1.25 * MiB)
})
