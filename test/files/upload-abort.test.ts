import { describe, expect, test } from 'vitest'
import { RpcError } from '../../src/errors.ts'
import { type FileLike, openSource, type UploadOptions, upload } from '../../src/files/index.ts'
import type { Answer } from '../support/part-server.ts'
import { cut, pattern } from '../support/pattern.ts'
import { STREAMS, setup } from '../support/upload-setup.ts'

const KiB = 1024
const data = pattern(40 * KiB + 5)
const partSize = KiB

/** An upload that meets everything: false, a fault, a flood wait. */
const troubled = (_: unknown, attempt: number, call: number): Answer => {
  if (call === 5) return new RpcError(420, 'FLOOD_WAIT_2', 'm')
  if (call % 7 === 0 && attempt === 1) return false
  if (call % 11 === 0 && attempt < 3) return new RpcError(500, 'INTERNAL', 'm')
  return true
}

const ALL: readonly (readonly [name: string, make: (bytes: Uint8Array) => FileLike])[] = [
  ['bytes', (bytes) => bytes],
  ['blob', (bytes) => new Blob([bytes.slice()])],
  ...STREAMS,
]

/**
 * Starts an upload, lets `reach` bring it somewhere and abort it, and checks what is left.
 * Returns whether the abort came before the end.
 */
async function abortAt(
  make: (bytes: Uint8Array) => FileLike,
  reach: (context: ReturnType<typeof setup>, abort: () => void) => Promise<UploadOptions | undefined>,
): Promise<boolean> {
  const context = setup({ answer: troubled })
  const { host, server, options, clean } = context
  const controller = new AbortController()
  const reason = new Error('enough')
  let closed = 0
  const opened = await openSource(make(data))
  const source = Object.assign(opened, { close: wrap(opened.close) })
  function wrap(close: () => unknown): () => void {
    return () => {
      closed++
      void close.call(opened)
    }
  }
  const abort = (): void => controller.abort(reason)
  let outcome: unknown = 'pending'
  const hooks = await reach(context, abort)
  const done = upload(server, source, { ...options, partSize, signal: controller.signal, ...hooks })
  const settled = done.then(
    () => {
      outcome = 'done'
    },
    (error: unknown) => {
      outcome = error
    },
  )
  if (hooks) await host.runUntil(settled)
  else {
    await steps(context, abort)
    await host.settle(1)
  }
  if (outcome === 'done') return false
  expect(outcome).toBe(reason)
  const sent = server.log.length
  await host.settle(3)
  expect(closed).toBeGreaterThan(0)
  clean()
  await host.advance(60_000)
  expect(server.log.length).toBe(sent)
  return true
}

let steps: (context: ReturnType<typeof setup>, abort: () => void) => Promise<void>

describe.each(ALL)('an abort of %s', (_, make) => {
  test('after any number of microtasks ends it in one turn, and leaves nothing', async () => {
    for (let ticks = 0; ticks < 80; ticks++) {
      steps = async (__, abort) => {
        for (let i = 0; i < ticks; i++) await Promise.resolve()
        abort()
      }
      expect(await abortAt(make, async () => undefined)).toBe(true)
    }
  })

  test('after any time ends it in one turn, and leaves nothing', async () => {
    let aborted = true
    let count = 0
    for (let ms = 0; aborted; ms = Math.ceil(ms * 1.15 + 1)) {
      steps = async ({ host }, abort) => {
        await host.advance(ms)
        abort()
      }
      aborted = await abortAt(make, async () => undefined)
      count++
    }
    expect(count).toBeGreaterThan(20)
  })

  test.each(['progress', 'event', 'request'])('from within any %s', async (where) => {
    let aborted = true
    let n = 0
    for (; aborted; n++) {
      aborted = await abortAt(make, async ({ server }, abort) => {
        let left = n
        const count = (): void => {
          if (left-- === 0) abort()
        }
        if (where === 'progress') return { onProgress: count } as unknown as UploadOptions
        if (where === 'event') return { onEvent: count } as unknown as UploadOptions
        const send = server.sendPart.bind(server)
        server.sendPart = (request, options) => {
          const sent = send(request, options)
          count()
          return sent
        }
        return {} as UploadOptions
      })
    }
    expect(n).toBeGreaterThan(3)
  })
})

test('an abort before the start does nothing at all', async () => {
  const { server, options, clean } = setup()
  const reason = new Error('enough')
  await expect(upload(server, data, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(server.log).toEqual([])
  clean()
})

test('an abort while the source is being opened is heard, and what opens later is closed', async () => {
  const { server, options, clean } = setup()
  const controller = new AbortController()
  let closed = 0
  let opened: (() => void) | undefined
  const openPath = async (): Promise<Awaited<ReturnType<typeof openSource>>> => {
    await new Promise<void>((resolve) => {
      opened = resolve
    })
    return { ...(await openSource(data)), close: () => void closed++ }
  }
  const done = upload(server, 'a.bin', { ...options, openPath, signal: controller.signal })
  const outcome = done.catch((error: unknown) => error)
  controller.abort()
  expect(await outcome).toBe(controller.signal.reason)
  expect(closed).toBe(0)
  opened!()
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(1)
  clean()
})

test('an abort while a photo is being collected is heard', async () => {
  const { server, options, clean } = setup()
  const controller = new AbortController()
  const stream = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) })
  const done = upload(server, stream, { ...options, kind: 'photo', signal: controller.signal })
  const outcome = done.catch((error: unknown) => error)
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  expect(await outcome).toBe(controller.signal.reason)
  clean()
})

test('a signal that outlives the upload keeps nothing of it', async () => {
  const { host, server, options } = setup()
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  await host.runUntil(upload(server, cut(data, 999), { ...options, partSize, signal }))
  expect(listeners).toBe(0)
})

test.each(['onProgress', 'onEvent'] as const)('%s that throws fails the upload with what it threw', async (hook) => {
  for (let n = 0; n < 4; n++) {
    const { host, server, options, clean } = setup({ answer: troubled })
    const reason = new Error(`call ${n}`)
    let left = n
    const throwing = (): void => {
      if (left-- === 0) throw reason
    }
    const done = upload(server, data, { ...options, partSize, [hook]: throwing })
    await expect(host.runUntil(done)).rejects.toBe(reason)
    await host.settle(3)
    clean()
  }
})
