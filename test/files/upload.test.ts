import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FileError, RpcError, TransportError } from '../../src/errors.ts'
import { createGate, createWindow, type FileLike, openSource, type UploadEvent, upload } from '../../src/files/index.ts'
import { PartServer } from '../support/part-server.ts'
import { cut, pattern } from '../support/pattern.ts'
import { countingPool, optionsFor, rejection, STREAMS, setup } from '../support/upload-setup.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const KiB = 1024
const MiB = 1024 * KiB
const PART = 128 * KiB

describe('sizes', () => {
  test.each([1, 2, PART - 1, PART, PART + 1, 2 * PART - 1, 2 * PART, 2 * PART + 1, 10 * MiB - 1, 10 * MiB])(
    '%i bytes: small, with the MD5 in lower-case hex',
    async (size) => {
      const { host, server, options, clean } = setup()
      const data = pattern(size)
      const file = await host.runUntil(upload(server, data, options))
      const parts = Math.ceil(size / PART)
      expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
      const md5Checksum = createHash('md5').update(data).digest('hex')
      expect(file.inputFile).toEqual({ _: 'inputFile', id: server.log[0]!.fileId, parts, name: 'file', md5Checksum })
      expect(file).toMatchObject({ size, parts, partSize: PART })
      expect(server.log.every(({ total }) => total === undefined)).toBe(true)
      clean()
    },
  )

  test.each([10 * MiB + 1, 20 * MiB - 1, 20 * MiB, 20 * MiB + 1])(
    '%i bytes: big, the total in every part',
    async (size) => {
      const { host, server, options, clean } = setup()
      const data = pattern(size)
      const file = await host.runUntil(upload(server, data, options))
      const parts = Math.ceil(size / (512 * KiB))
      expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
      expect(file.inputFile).toEqual({ _: 'inputFileBig', id: server.log[0]!.fileId, parts, name: 'file' })
      expect(new Set(server.log.map(({ total }) => total))).toEqual(new Set([parts]))
      clean()
    },
  )

  test('a generator that was used up says that it gives its bytes once', async () => {
    const { host, server, options } = setup()
    const generator = cut(pattern(5), 3)
    await host.runUntil(upload(server, generator, options))
    const error = await rejection(host, upload(server, generator, options))
    expect(error).toMatchObject({
      code: 'FILE_EMPTY',
      message: expect.stringMatching(/generator gives its bytes once/),
    })
  })

  test.each(STREAMS)('nothing at all: %s', async (_, make) => {
    const { host, server, options, clean } = setup()
    expect(await rejection(host, upload(server, make(new Uint8Array()), options))).toMatchObject({ code: 'FILE_EMPTY' })
    expect(server.log).toEqual([])
    clean()
  })
})

describe('streams of unknown length', () => {
  const partSize = KiB
  for (const [name, make] of STREAMS) {
    test.each([1, KiB - 1, KiB, KiB + 1, 4 * KiB - 1, 4 * KiB, 4 * KiB + 1])(`${name} of %i bytes`, async (size) => {
      const { host, server, options, clean } = setup()
      const data = pattern(size)
      const file = await host.runUntil(upload(server, make(data), { ...options, partSize }))
      const parts = Math.ceil(size / KiB)
      expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
      expect(file.inputFile).toMatchObject({ _: 'inputFileBig', parts })
      expect([file.size, file.parts]).toEqual([size, parts])
      // -1 until the end is known; the last part carries the number, and no empty part follows it.
      const totals = server.log.toSorted((a, b) => a.part - b.part).map(({ total }) => total)
      expect(totals).toEqual([...Array<number>(parts - 1).fill(-1), parts])
      clean()
    })
  }

  test('the last part is held back until the end is known', async () => {
    const { host, server, options } = setup()
    let end: (() => void) | undefined
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield pattern(2 * KiB)
      await new Promise<void>((resolve) => {
        end = resolve
      })
    }
    const done = upload(server, slow(), { ...options, partSize })
    await host.advance(1_000)
    expect(server.log.map(({ part }) => part)).toEqual([0])
    end!()
    await host.runUntil(done)
    expect(server.log.map(({ part, total }) => [part, total])).toEqual([
      [0, -1],
      [1, 2],
    ])
  })

  test('one part above the limit is too big; exactly the limit is not', async () => {
    for (const extra of [0, 1]) {
      const { host, server, options, clean } = setup()
      const stream = cut(pattern(3 * KiB + extra), 100)
      const done = upload(server, stream, { ...options, partSize, maxParts: 3 })
      if (extra === 0) expect((await host.runUntil(done)).parts).toBe(3)
      else {
        expect(await rejection(host, done)).toMatchObject({
          code: 'FILE_TOO_BIG',
          message: expect.stringContaining('more than 3072 bytes, the limit of this account (3 parts of 1024)'),
        })
      }
      clean()
    }
  })

  test.each(['photo', 'thumb'] as const)(
    'a %s is collected first and goes as a small file with its MD5',
    async (kind) => {
      const { host, server, options, clean } = setup()
      const data = pattern(300_000)
      const file = await host.runUntil(upload(server, cut(data, 5_000), { ...options, kind }))
      expect(file.inputFile).toMatchObject({
        _: 'inputFile',
        parts: 3,
        name: `${kind}.jpg`,
        md5Checksum: createHash('md5').update(data).digest('hex'),
      })
      expect([file.canResend, Buffer.compare(server.assemble(3), data)]).toEqual([true, 0])
      clean()
    },
  )

  test('a photo that never ends is too big as soon as it is above the limit', async () => {
    const { host, server, options, clean } = setup()
    let given = 0
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        given += MiB
        yield new Uint8Array(MiB)
      }
    }
    expect(await rejection(host, upload(server, endless(), { ...options, kind: 'photo' }))).toMatchObject({
      code: 'FILE_TOO_BIG',
    })
    expect([given <= 12 * MiB, server.log.length]).toEqual([true, 0])
    clean()
  })
})

describe('sources that lie about their size', () => {
  test.each([
    ['ends early', 5_000, 'gave 5000 bytes instead of 6000'],
    ['ends a part early', 2 * KiB, 'gave 2048 bytes instead of 6000'],
    ['is empty', 0, 'gave 0 bytes instead of 6000'],
    ['runs long by a byte', 6_001, 'gave 6001 bytes instead of 6000'],
    ['runs long by a part', 8_000, 'gave 6144 bytes instead of 6000'],
  ])('%s: FILE_CHANGED, and the last part is never sent', async (_, real, words) => {
    for (const [, make] of STREAMS) {
      const { host, server, options, clean } = setup()
      const file = { data: make(pattern(real)), size: 6_000, name: 'liar.bin' } as FileLike
      const error = await rejection(host, upload(server, file, { ...options, partSize: KiB }))
      expect(error).toMatchObject({ name: 'FileError', code: 'FILE_CHANGED' })
      expect(String(error)).toContain(`liar.bin ${words}`)
      expect(server.log.some(({ part }) => part === 5)).toBe(false)
      clean()
    }
  })

  test('a truthful size makes a stream a file of known length', async () => {
    const { host, server, options, clean } = setup()
    const data = pattern(6_000)
    const file = await host.runUntil(upload(server, { data: cut(data, 7), size: 6_000, name: 'a.bin' }, options))
    expect(file.inputFile).toMatchObject({ _: 'inputFile', name: 'a.bin', parts: 1 })
    clean()
  })

  test('a response by its content-length', async () => {
    const { host, server, options, clean } = setup()
    const response = new Response(new Blob([pattern(999)]), { headers: { 'content-length': '1000' } })
    expect(await rejection(host, upload(server, response, options))).toMatchObject({ code: 'FILE_CHANGED' })
    clean()
  })
})

describe('failures', () => {
  const data = pattern(20 * KiB)

  test('false is a failure: that part alone is sent again, later each time', async () => {
    const events: UploadEvent[] = []
    const { host, server, options, clean } = setup({ answer: ({ filePart }, attempt) => filePart !== 7 || attempt > 4 })
    const done = upload(server, data, { ...options, partSize: KiB, onEvent: (event) => events.push(event) })
    await host.runUntil(done)
    expect(Buffer.compare(server.assemble(20), data)).toBe(0)
    const sent = server.log.filter(({ part }) => part === 7).map(({ at }) => at)
    expect([server.log.length, sent.length]).toEqual([24, 5])
    const waits = sent.slice(1).map((at, i) => at - sent[i]! - 10)
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(0.75 * 500 * 2 ** i)
      expect(wait).toBeLessThanOrEqual(1.25 * 500 * 2 ** i)
    }
    expect(events.filter(({ type }) => type === 'retry')).toMatchObject(
      waits.map((delay, i) => ({ part: 7, failures: i + 1, delay, error: undefined })),
    )
    clean()
  })

  test.each([
    [undefined, 5],
    [2, 2],
    [1, 1],
  ])('false for good, maxAttempts %s: a clear error after %i times', async (maxAttempts, times) => {
    const { host, server, options, clean } = setup({ answer: ({ filePart }) => filePart !== 3 })
    const done = upload(server, { data, name: 'a.bin' }, { ...options, partSize: KiB, maxAttempts })
    const error = await rejection(host, done)
    expect(error).toBeInstanceOf(FileError)
    expect(error).toMatchObject({
      code: 'FILE_NOT_ACCEPTED',
      message: `the server did not accept part 3 of a.bin (attempts: ${times}); try again later`,
    })
    expect(server.log.filter(({ part }) => part === 3).length).toBe(times)
    clean()
  })

  test.each([
    new RpcError(500, 'INTERNAL', 'upload.saveFilePart'),
    new RpcError(-503, 'Timeout', 'upload.saveFilePart'),
    new TransportError('CONNECTION_CLOSED', 'closed'),
  ])('%s passes: only what failed is sent again; for good, it is the error in the end', async (fault) => {
    const once = setup({ answer: ({ filePart }, attempt) => (filePart % 3 === 0 && attempt === 1 ? fault : true) })
    await once.host.runUntil(upload(once.server, data, { ...once.options, partSize: KiB }))
    expect(Buffer.compare(once.server.assemble(20), data)).toBe(0)
    expect(once.server.log.length).toBe(27)
    once.clean()
    const always = setup({ answer: ({ filePart }) => (filePart === 3 ? fault : true) })
    expect(await rejection(always.host, upload(always.server, data, { ...always.options, partSize: KiB }))).toBe(fault)
    expect(always.server.log.filter(({ part }) => part === 3).length).toBe(5)
    always.clean()
  })

  test.each([
    new RpcError(400, 'FILE_PART_INVALID', 'upload.saveFilePart'),
    new RpcError(401, 'AUTH_KEY_UNREGISTERED', 'upload.saveFilePart'),
    new RpcError(420, 'FROZEN_METHOD_INVALID', 'upload.saveFilePart'),
    new TransportError('CLIENT_CLOSED', 'the client was closed', { retryable: false }),
    new TypeError('a bug'),
  ])('%s is final: siblings stop at once and nothing more is sent', async (fault) => {
    const { host, server, options, clean } = setup({
      answer: ({ filePart }) => (filePart === 2 ? fault : true),
      latency: ({ filePart }) => (filePart === 2 ? 5 : 1_000),
    })
    expect(await rejection(host, upload(server, pattern(5 * MiB), options))).toBe(fault)
    expect(host.now()).toBe(5)
    expect(server.log.length).toBe(server.aborted + 1)
    expect(server.aborted).toBeGreaterThan(3)
    clean()
  })

  test('a sender that throws instead of rejecting is no different', async () => {
    const { host, options, clean } = setup()
    const fault = new TypeError('at once')
    const sender = {
      maxLanes: 1,
      sendPart: (): Promise<boolean> => {
        throw fault
      },
    }
    expect(await rejection(host, upload(sender, data, options))).toBe(fault)
    clean()
  })

  test('a source that fails midway stops what is under way', async () => {
    const { host, server, options, clean } = setup()
    const reason = new Error('the disk is on fire')
    function* failing(): Generator<Uint8Array> {
      yield data
      throw reason
    }
    expect(await rejection(host, upload(server, failing(), { ...options, partSize: KiB }))).toMatchObject({
      code: 'FILE_NOT_READABLE',
      cause: reason,
    })
    expect(server.inFlight).toBe(0)
    clean()
  })
})

describe('flood waits', () => {
  const flood = (seconds: number, name = 'FLOOD_WAIT'): RpcError =>
    new RpcError(420, `${name}_${seconds}`, 'upload.saveFilePart')

  test.each(['FLOOD_WAIT', 'FLOOD_PREMIUM_WAIT'])(
    '%s stops all lanes together, then it goes on by itself',
    async (name) => {
      const events: UploadEvent[] = []
      const waits: (number | undefined)[] = []
      const { host, server, options, clean } = setup({ answer: (_, __, call) => (call === 3 ? flood(30, name) : true) })
      const start = host.wallClock()
      const done = upload(server, pattern(5 * MiB), {
        ...options,
        onEvent: (event) => events.push(event),
        onProgress: ({ waitUntil }) => waits.push(waitUntil),
      })
      await host.runUntil(done)
      const times = server.log.map(({ at }) => at)
      expect(times.filter((at) => at > 10 && at < 30_010)).toEqual([])
      expect(times.filter((at) => at >= 30_010).length).toBeGreaterThan(10)
      expect(events.filter(({ type }) => type === 'pause')).toEqual([
        { type: 'pause', until: start + 30_010, seconds: 30, fileId: expect.any(BigInt) as bigint, name: 'file' },
      ])
      expect(waits).toContain(start + 30_010)
      expect(waits.at(-1)).toBeUndefined()
      expect(server.assemble(40).length).toBe(5 * MiB)
      clean()
    },
  )

  test('waits are no failures: any number of them, and none counts as a retry', async () => {
    let retries = -1
    const { host, server, options, clean } = setup({ answer: (_, attempt) => (attempt <= 8 ? flood(0) : true) })
    await host.runUntil(
      upload(server, pattern(100), {
        ...options,
        onProgress: (now) => {
          retries = now.retries
        },
      }),
    )
    expect([server.log.length, retries, host.now()]).toEqual([9, 0, 8_090])
    clean()
  })

  test('a part that waited eight times may still fail four times', async () => {
    const { host, server, options, clean } = setup({
      answer: (_, attempt) => (attempt <= 8 ? flood(1) : attempt > 12),
    })
    await host.runUntil(upload(server, pattern(100), options))
    expect(server.log.length).toBe(13)
    clean()
  })

  test('all uploads through one sender wait together', async () => {
    const { host, server, options, clean } = setup({ answer: (_, __, call) => (call === 1 ? flood(60) : true) })
    const waits: string[] = []
    const watch =
      (name: string) =>
      (event: UploadEvent): void => {
        if (event.type === 'pause') waits.push(name)
      }
    const first = upload(server, pattern(3 * MiB), { ...options, onEvent: watch('a') })
    const second = upload(server, pattern(3 * MiB), { ...options, onEvent: watch('b') })
    await host.runUntil(Promise.all([first, second]))
    expect(server.log.filter(({ at }) => at > 10 && at < 60_010)).toEqual([])
    expect(waits.sort()).toEqual(['a', 'b'])
    clean()
  })

  test('a wait longer than maxWait is the error', async () => {
    const { host, server, options, clean } = setup({ answer: () => flood(61) })
    expect(await rejection(host, upload(server, pattern(100), { ...options, maxWait: 60 }))).toMatchObject({
      type: 'FLOOD_WAIT_X',
      waitSeconds: 61,
    })
    clean()
  })

  test('an abort ends a wait', async () => {
    const { host, server, options, clean } = setup({ answer: () => flood(600) })
    const controller = new AbortController()
    const done = upload(server, pattern(100), { ...options, signal: controller.signal })
    done.catch(() => {})
    await host.advance(1_000)
    expect(host.pendingTimers).toBe(1)
    controller.abort()
    await expect(done).rejects.toBe(controller.signal.reason)
    clean()
  })
})

describe('memory', () => {
  test.each(STREAMS)('is bounded by the window and a few parts, and every buffer comes back: %s', async (_, make) => {
    const host = new VirtualHost()
    const server = new PartServer(host, { latency: (_, call) => 50 + ((call * 37) % 100) })
    const buffers = countingPool()
    const window = createWindow({ initial: 2 * MiB, max: 2 * MiB })
    const data = pattern(24 * MiB)
    const gate = createGate(host, window)
    await host.runUntil(upload(server, make(data), { ...optionsFor(host), gate, buffers, partSize: 256 * KiB }))
    expect(Buffer.compare(server.assemble(96), data)).toBe(0)
    expect(server.maxInFlightBytes).toBe(2 * MiB)
    expect(buffers.most).toBeLessThanOrEqual(8 + 4)
    expect([buffers.made <= buffers.most, buffers.out]).toEqual([true, 0])
  })

  test('bytes in memory are sent from where they lie', async () => {
    const { host, server, options } = setup()
    const buffers = countingPool()
    await host.runUntil(upload(server, pattern(3 * MiB), { ...options, buffers }))
    expect(buffers.made).toBe(0)
  })

  test('a stream is not read ahead of what the server takes', async () => {
    const { host, server, options } = setup({ answer: () => 'silence' })
    let given = 0
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        given += KiB
        yield new Uint8Array(KiB)
      }
    }
    const controller = new AbortController()
    const gate = createGate(host, createWindow({ initial: 512 * KiB, max: 512 * KiB }))
    const done = upload(server, endless(), { ...options, gate, partSize: 64 * KiB, signal: controller.signal })
    done.catch(() => {})
    await host.advance(10_000)
    expect(server.inFlightBytes).toBe(512 * KiB)
    expect(given).toBeLessThanOrEqual((512 + 4 * 64) * KiB)
    controller.abort()
    await expect(done).rejects.toThrow()
  })
})

describe('the file on the server', () => {
  test.each([
    [{ data: pattern(5), name: 'pets/cat.jpg' }, {}, 'cat.jpg'],
    [{ data: pattern(5), name: 'cat.jpg' }, { fileName: 'dog.jpg' }, 'dog.jpg'],
    [pattern(5), { kind: 'photo' }, 'photo.jpg'],
    [pattern(5), { kind: 'thumb' }, 'thumb.jpg'],
    [pattern(5), {}, 'file'],
  ] as const)('has a name', async (file, more, name) => {
    const { host, server, options } = setup()
    expect((await host.runUntil(upload(server, file, { ...options, ...more }))).inputFile).toMatchObject({ name })
  })

  test('has an id of 63 bits that is never 0', async () => {
    const draws = [new Uint8Array(8), Uint8Array.of(128, 0, 0, 0, 0, 0, 0, 0), new Uint8Array(8).fill(255)]
    const host = Object.assign(new VirtualHost(), {
      random: (into: Uint8Array) => {
        into.set(draws.shift()!)
        return into
      },
    })
    const server = new PartServer(host)
    const file = await host.runUntil(upload(server, pattern(5), optionsFor(host)))
    expect((file.inputFile as { id: bigint }).id).toBe(0x7fff_ffff_ffff_ffffn)
  })

  test('lies on several lanes when there is enough to send', async () => {
    const { host, server, options } = setup()
    const lanes = new Set<number>()
    const seen: number[] = []
    await host.runUntil(
      upload(server, pattern(30 * MiB), {
        ...options,
        onEvent: (event) => {
          if (event.type === 'part') lanes.add(event.lane)
          if (event.type === 'lanes') seen.push(event.lanes)
        },
      }),
    )
    expect([lanes.size, seen]).toEqual([4, [2, 3, 4]])
  })
})

describe('repair', () => {
  test('a part that the server lost is read and sent again by itself, with the same number and total', async () => {
    const { host, server, options, clean } = setup({ answer: (_, attempt) => attempt !== 2 })
    const data = pattern(12 * MiB)
    const file = await host.runUntil(upload(server, new Blob([data]), options))
    for (const part of [0, 23]) {
      server.lose(part)
      expect(() => server.assemble(24)).toThrow(`FILE_PART_${part}_MISSING`)
      await host.runUntil(file.resend(part))
    }
    expect(Buffer.compare(server.assemble(24), data)).toBe(0)
    expect(server.log.slice(24).map(({ part, total }) => [part, total])).toEqual([
      [0, 24],
      [0, 24],
      [23, 24],
      [23, 24],
    ])
    clean()
  })

  test('nothing is read but the part that is sent again', async () => {
    const { host, server, options } = setup()
    const opened = await openSource(pattern(12 * MiB))
    const read: number[] = []
    const source = {
      ...opened,
      range: (offset: number, length: number) => {
        read.push(offset / length)
        return opened.range!(offset, length)
      },
    } as typeof opened
    const file = await host.runUntil(upload(server, source, options))
    read.length = 0
    for (const part of [3, 23]) await host.runUntil(file.resend(part))
    expect(read).toEqual([3, 23])
  })

  test('there is no repair for streams, nor for parts that are not there', async () => {
    const { host, server, options } = setup()
    const stream = await host.runUntil(upload(server, cut(pattern(5_000), 100), options))
    expect(stream.canResend).toBe(false)
    await expect(stream.resend(0)).rejects.toMatchObject({ code: 'USAGE' })
    const file = await host.runUntil(upload(server, pattern(5_000), options))
    for (const part of [-1, 1, 0.5]) await expect(file.resend(part)).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('can be aborted', async () => {
    const { host, server, options, clean } = setup({ answer: (_, attempt) => (attempt === 1 ? true : 'silence') })
    const file = await host.runUntil(upload(server, pattern(5_000), options))
    const controller = new AbortController()
    const done = file.resend(0, controller.signal)
    await host.advance(5)
    controller.abort()
    await expect(done).rejects.toBe(controller.signal.reason)
    clean()
  })
})

test('a source is closed in the end, whatever comes', async () => {
  for (const answer of [true, new RpcError(400, 'FILE_PART_INVALID', 'm')]) {
    const { host, server, options } = setup({ answer: () => answer })
    let closed = 0
    const source = { ...(await openSource(pattern(5_000))), close: () => void closed++ }
    await host.runUntil(upload(server, source, options).catch(() => {}))
    expect(closed).toBe(1)
    await host.runUntil(upload(server, source, { ...options, partSize: 7 }).catch(() => {}))
    expect(closed).toBe(2)
  }
})
