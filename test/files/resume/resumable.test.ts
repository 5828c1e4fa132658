/** Uploads that are killed and gone on with, on a virtual clock, with notes in memory. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { RpcError, TransportError } from '../../../src/errors.ts'
import { type FileLike, type UploadEvent, type UploadedFile, upload } from '../../../src/files/index.ts'
import {
  JOURNAL_LIFETIME,
  memoryResumeStore,
  type Resume,
  type ResumeStore,
  resumable,
} from '../../../src/files/resume/index.ts'
import type { PartServer } from '../../support/part-server.ts'
import { pattern } from '../../support/pattern.ts'
import { rejection, setup } from '../../support/upload-setup.ts'
import { seededRandom, type VirtualHost } from '../../support/virtual-host.ts'

const KiB = 1024
const ACCOUNT = { dcId: 2, user: { id: 42n } }

interface Try {
  readonly events: UploadEvent[]
  readonly parts: number[]
  readonly result: Promise<UploadedFile>
}

/** What a test works with: a server, and uploads of one file to it. */
function lab(parts: Parameters<typeof setup>[0] = {}): {
  host: VirtualHost
  server: PartServer
  store: ReturnType<typeof memoryResumeStore>
  clean: () => void
  begin: (file: FileLike, more?: Partial<Begin>) => Try
  /** An upload that is killed when this many parts were acknowledged. */
  kill: (file: FileLike, after: number, more?: Partial<Begin>) => Promise<Try>
} {
  const { host, server, options, clean } = setup(parts)
  const store = memoryResumeStore()
  const begin = (file: FileLike, more: Partial<Begin> = {}): Try => {
    const { resume = resumable(store), account = ACCOUNT, signal, use, ...rest } = more
    const events: UploadEvent[] = []
    const parts: number[] = []
    const onEvent = (event: UploadEvent): void => {
      events.push(event)
      if (event.type === 'part') parts.push(event.part)
      more.onEvent?.(event)
    }
    const result = resume(account, async (run) => {
      const uploaded = await upload(server, file, {
        ...options,
        partSize: KiB,
        ...rest,
        signal,
        onEvent,
        resume: run,
      })
      await use?.(uploaded)
      return uploaded
    })
    return { events, parts, result }
  }
  const kill = async (file: FileLike, after: number, more: Partial<Begin> = {}): Promise<Try> => {
    const stop = new AbortController()
    let left = after
    const one = begin(file, {
      ...more,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'part' && --left === 0) stop.abort(new Error('killed'))
      },
    })
    expect(await rejection(host, one.result)).toMatchObject({ message: 'killed' })
    return one
  }
  return { host, server, store, clean, begin, kill }
}

interface Begin {
  readonly resume: Resume
  readonly account: typeof ACCOUNT
  readonly signal: AbortSignal
  readonly partSize: number
  readonly onEvent: (event: UploadEvent) => void
  readonly onProgress: (progress: { sentBytes: number; bytesPerSecond: number }) => void
  readonly use: (file: UploadedFile) => Promise<void>
}

const named = (data: Uint8Array, name = 'a.bin', lastModified = 5): File =>
  new File([data.slice()], name, { lastModified })
const ofType = <T extends UploadEvent['type']>({ events }: Try, type: T): Extract<UploadEvent, { type: T }>[] =>
  events.filter((event): event is Extract<UploadEvent, { type: T }> => event.type === type)

describe('an upload that was killed', () => {
  for (const [kind, size] of [
    ['small', 60 * KiB + 7],
    ['small, ending on a part border', 60 * KiB],
  ] as const) {
    it(`sends only what is missing, under the same id (${kind})`, async () => {
      const { host, server, begin, kill, clean, store } = lab()
      const data = pattern(size)
      const first = await kill(named(data), 20)
      const second = begin(named(data))
      const { inputFile, parts } = await host.runUntil(second.result)
      expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
      expect(new Set(server.log.map(({ fileId }) => fileId)).size).toBe(1)
      expect(inputFile).toMatchObject({ id: server.log[0]!.fileId })
      expect(first.parts.filter((part) => second.parts.includes(part))).toEqual([])
      expect(first.parts.length + second.parts.length).toBe(parts)
      expect(ofType(second, 'resume')).toEqual([
        {
          type: 'resume',
          fileId: inputFile._ === 'inputFile' && inputFile.id,
          name: 'a.bin',
          parts: 20,
          bytes: 20 * KiB,
          size,
        },
      ])
      expect(ofType(second, 'done')).toMatchObject([{ size, parts, name: 'a.bin', fileId: server.log[0]!.fileId }])
      expect(store.texts.size).toBe(0)
      clean()
    })
  }

  it('has the MD5 of the whole file', async () => {
    const { host, begin, kill } = lab()
    const data = pattern(50 * KiB)
    await kill(named(data), 20)
    const { inputFile } = await host.runUntil(begin(named(data)).result)
    const fresh = await host.runUntil(begin(data).result)
    expect(inputFile).toMatchObject({ md5Checksum: (fresh.inputFile as { md5Checksum: string }).md5Checksum })
  })

  it('of more than 10 MiB does not read again what is there, but for the last part', async () => {
    const { host, begin, kill, server } = lab()
    const size = 10 * 1024 * KiB + 1
    const data = pattern(size)
    const reads: number[] = []
    const file = {
      kind: 'random',
      size,
      name: 'big',
      range: (offset: number, length: number) => {
        reads.push(offset)
        return data.subarray(offset, offset + length)
      },
      close() {},
    } as const
    await kill(file, 15, { partSize: 512 * KiB })
    reads.length = 0
    const second = begin(file, { partSize: 512 * KiB })
    const { parts } = await host.runUntil(second.result)
    expect(parts).toBe(21)
    expect(Buffer.compare(server.assemble(21), data)).toBe(0)
    // The two hashed ends come first.
    expect(reads.length).toBe(2 + second.parts.length + (second.parts.includes(20) ? 0 : 1))
  })

  it('after its last part sends nothing', async () => {
    const { host, server, begin, clean } = lab()
    const data = pattern(30 * KiB)
    const stop = new Error('killed before it was used')
    const first = begin(named(data), { use: () => Promise.reject(stop) })
    expect(await rejection(host, first.result)).toBe(stop)
    const sent = server.log.length
    const second = begin(named(data))
    await host.runUntil(second.result)
    expect(server.log.length).toBe(sent)
    expect(ofType(second, 'resume')).toMatchObject([{ parts: 30 }])
    clean()
  })

  it('shows its progress from what was there, and a rate of what is sent now', async () => {
    const { host, begin, kill } = lab({ latency: () => 100 })
    const data = pattern(100 * KiB)
    await kill(named(data), 40)
    const reports: { sentBytes: number; bytesPerSecond: number }[] = []
    await host.runUntil(begin(named(data), { onProgress: (progress) => reports.push(progress) }).result)
    expect(reports[0]).toMatchObject({ sentBytes: 40 * KiB, bytesPerSecond: 0 })
    expect(reports.at(-1)).toMatchObject({ sentBytes: 100 * KiB })
    const most = Math.max(...reports.map(({ bytesPerSecond }) => bytesPerSecond))
    expect(most).toBeLessThanOrEqual(60 * KiB * 10)
  })

  it('for the connection was lost for good is gone on with too', async () => {
    const lost = new TransportError('CONNECTION_CLOSED', 'lost', { retryable: false })
    let calls = 0
    const { host, begin, clean } = lab({ answer: () => (++calls === 25 ? lost : true) })
    const data = pattern(60 * KiB)
    const first = begin(named(data))
    expect(await rejection(host, first.result)).toBe(lost)
    clean()
    const second = begin(named(data))
    await host.runUntil(second.result)
    expect(first.parts.length).toBeGreaterThan(0)
    expect(second.parts.length).toBe(60 - first.parts.length)
    clean()
  })

  it('that was never begun leaves nothing, and tells nothing', async () => {
    const { host, begin, store } = lab()
    const one = begin(named(pattern(30 * KiB)))
    await host.runUntil(one.result)
    expect(one.events.filter(({ type }) => type === 'resume' || type === 'restart')).toEqual([])
    expect(store.texts.size).toBe(0)
  })

  it('of one part is not noted', async () => {
    const { host, begin, store } = lab()
    const stop = new Error('stop')
    const one = begin(named(pattern(KiB)), { use: () => Promise.reject(stop) })
    expect(await rejection(host, one.result)).toBe(stop)
    expect(store.texts.size).toBe(0)
  })
})

const killings = fc.record({
  seed: fc.integer(),
  parts: fc.integer({ min: 2, max: 80 }),
  rest: fc.integer({ min: -1023, max: 0 }),
  kills: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
  failing: fc.integer({ min: 0, max: 30 }),
  appends: fc.boolean(),
  lanes: fc.integer({ min: 1, max: 4 }),
})

test.prop([killings], { numRuns: 200 })(
  'killed any number of times, under any order and failures: the file arrives, and no part that was acknowledged is sent again',
  async ({ seed, parts: count, rest, kills, failing, appends, lanes }) => {
    const chance = seededRandom(seed)
    const draw = (below: number): number => chance(new Uint8Array(1))[0]! % below
    const { host, server, store, begin, kill, clean } = lab({
      maxLanes: lanes,
      latency: () => draw(200),
      answer: (_, attempt) => attempt > 4 || draw(100) >= failing,
    })
    const own: ResumeStore = { ...store }
    if (!appends) delete own.append
    const size = count * KiB + rest
    const data = pattern(size, seed)
    const acknowledged: number[] = []
    for (const after of kills) {
      if (acknowledged.length + after >= count) break
      acknowledged.push(...(await kill(named(data), after, { resume: resumable(own) })).parts)
    }
    const last = begin(named(data), { resume: resumable(own) })
    const { parts } = await host.runUntil(last.result)
    acknowledged.push(...last.parts)
    expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
    expect(acknowledged.sort((a, b) => a - b)).toEqual(Array.from({ length: parts }, (_, part) => part))
    expect(store.texts.size).toBe(0)
    clean()
  },
)

describe('a file starts over', () => {
  const cases: readonly (readonly [string, string, File | (() => File), Partial<Begin>?])[] = [
    ['when it is longer', 'changed', named(pattern(40 * KiB + 1))],
    ['when its time is another', 'changed', named(pattern(40 * KiB), 'a.bin', 6)],
    ['when its first bytes are others', 'changed', named(pattern(40 * KiB).fill(0, 0, 1))],
    ['when its last bytes are others', 'changed', named(pattern(40 * KiB).fill(0, -1))],
    ['when its parts are to have another size', 'plan', named(pattern(40 * KiB)), { partSize: 2 * KiB }],
  ]
  for (const [title, reason, file, more] of cases) {
    it(`${title}, under a new id, and that is told`, async () => {
      const { host, server, begin, kill, store } = lab()
      await kill(named(pattern(40 * KiB)), 10)
      const first = server.log[0]!.fileId
      const sent = server.log.length
      const second = begin(file as File, more)
      const { inputFile } = await host.runUntil(second.result)
      expect(ofType(second, 'restart')).toEqual([{ type: 'restart', name: 'a.bin', reason }])
      expect(ofType(second, 'resume')).toEqual([])
      expect((inputFile as { id: bigint }).id).not.toBe(first)
      expect(server.log.slice(sent).every(({ fileId }) => fileId !== first)).toBe(true)
      expect(store.texts.size).toBe(0)
    })
  }

  it.each([
    ['damaged', (text: string) => text.replace('"account"', '"acconut"')],
    ['damaged', () => ''],
    ['damaged', (text: string) => text.replace(/0-?\d* (?=\d{4,})/, '0-30 ')],
    ['newer', (text: string) => text.replace('"version":1', '"version":99')],
  ])('when its notes are %s', async (reason, harm) => {
    const { host, server, begin, kill, store } = lab()
    const data = pattern(40 * KiB)
    await kill(named(data), 10)
    for (const [key, text] of store.texts) {
      expect(harm(text)).not.toBe(text)
      store.texts.set(key, harm(text))
    }
    server.log.length = 0
    const second = begin(named(data))
    await host.runUntil(second.result)
    expect(ofType(second, 'restart')).toMatchObject([{ reason }])
    expect(server.log.length).toBe(40)
  })

  it.each([JOURNAL_LIFETIME + 60_000, -JOURNAL_LIFETIME - 60_000])(
    'when the clock says it is old (%d ms)',
    async (ms) => {
      const { host, begin, kill } = lab()
      const data = pattern(40 * KiB)
      await kill(named(data), 10)
      host.jumpWallClock(ms)
      const second = begin(named(data))
      await host.runUntil(second.result)
      expect(ofType(second, 'restart')).toMatchObject([{ reason: 'old' }])
    },
  )

  it('for another account, of whose notes nothing is used or removed', async () => {
    const { host, begin, kill, store } = lab()
    const data = pattern(40 * KiB)
    await kill(named(data), 10)
    for (const account of [
      { dcId: 2, user: { id: 43n } },
      { dcId: 4, user: { id: 42n } },
    ]) {
      const other = begin(named(data), { account })
      await host.runUntil(other.result)
      expect(ofType(other, 'resume')).toEqual([])
    }
    expect(store.texts.size).toBe(1)
    const again = begin(named(data))
    await host.runUntil(again.result)
    expect(ofType(again, 'resume')).toMatchObject([{ parts: 10 }])
  })

  it('when the server has lost it, again and again under new ids', async () => {
    const { host, begin, kill, server, store } = lab()
    const data = pattern(40 * KiB)
    await kill(named(data), 10)
    let losses = 2
    const ids: unknown[] = []
    const second = begin(named(data), {
      use: async ({ inputFile }) => {
        ids.push((inputFile as { id: bigint }).id)
        if (losses-- > 0) throw new RpcError(400, 'FILE_PART_0_MISSING', 'messages.uploadMedia')
      },
    })
    await host.runUntil(second.result)
    expect(ofType(second, 'restart')).toMatchObject([{ reason: 'lost' }, { reason: 'lost' }])
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]).toBe(server.log[0]!.fileId)
    expect(store.texts.size).toBe(0)
  })

  it('when what was resumed makes no file, but not when what was sent at once makes none', async () => {
    const { host, begin, kill, store } = lab()
    const data = pattern(40 * KiB)
    const wrong = new RpcError(400, 'MD5_CHECKSUM_INVALID', 'messages.uploadMedia')
    let uses = 0
    const use = async (): Promise<void> => {
      if (uses++ === 0) throw wrong
    }
    await kill(named(data), 10)
    await host.runUntil(begin(named(data), { use }).result)
    expect(uses).toBe(2)
    uses = 0
    expect(await rejection(host, begin(named(data), { use }).result)).toBe(wrong)
    expect(uses).toBe(1)
    expect(store.texts.size).toBe(1)
  })

  it('and of any other refusal keeps its notes: what is to be mended is not the file', async () => {
    const { host, begin } = lab()
    const data = pattern(40 * KiB)
    const refusal = new RpcError(400, 'PEER_ID_INVALID', 'messages.uploadMedia')
    expect(await rejection(host, begin(named(data), { use: () => Promise.reject(refusal) }).result)).toBe(refusal)
    const second = begin(named(data))
    await host.runUntil(second.result)
    expect(second.parts).toEqual([])
  })
})

describe('what cannot be resumed', () => {
  it('is a stream: that is told, and it is uploaded all the same', async () => {
    const { host, begin, store, server } = lab()
    const data = pattern(5 * KiB)
    const one = begin([data.subarray(0, 3000), data.subarray(3000)])
    const { parts } = await host.runUntil(one.result)
    expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
    expect(ofType(one, 'restart')).toEqual([{ type: 'restart', name: 'file', reason: 'stream' }])
    expect(store.texts.size).toBe(0)
  })

  it('is a file that is being uploaded: both arrive, under two ids', async () => {
    const { host, begin, server, store, clean } = lab()
    const data = pattern(40 * KiB)
    const resume = resumable(store)
    const both = [begin(named(data), { resume }), begin(named(data), { resume })]
    const [a, b] = await host.runUntil(Promise.all(both.map(({ result }) => result)))
    expect((a!.inputFile as { id: bigint }).id).not.toBe((b!.inputFile as { id: bigint }).id)
    expect(both.map((one) => ofType(one, 'restart').map(({ reason }) => reason))).toEqual([[], ['busy']])
    expect(server.log.length).toBe(80)
    expect(store.texts.size).toBe(0)
    clean()
  })

  it('is not a file whose upload was aborted a moment ago', async () => {
    const { host, begin, store } = lab({ latency: () => 5 })
    const { append: _, ...slow } = store
    const save: ResumeStore['save'] = async (key, text) => {
      await new Promise<void>((resolve) => host.setTimer(1000, resolve))
      await store.save(key, text)
    }
    const resume = resumable({ ...slow, save })
    const data = pattern(100 * KiB)
    const stop = new AbortController()
    let left = 50
    const first = begin(named(data), {
      resume,
      signal: stop.signal,
      onEvent: ({ type }) => type === 'part' && --left === 0 && stop.abort(new Error('stop')),
    })
    await host.runUntil(first.result.catch(() => {}))
    const second = begin(named(data), { resume })
    await host.runUntil(second.result)
    expect(ofType(second, 'resume')).toMatchObject([{ parts: 50 }])
  })
})

test('what is no store is a mistake at once, not a file that cannot be resumed', () => {
  for (const wrong of [undefined, null, 'folder', {}]) {
    expect(() => resumable(wrong as never)).toThrow(
      /takes a store with load, save and remove; it has no load, no save, no remove$/,
    )
  }
  const { remove: _, ...store } = memoryResumeStore()
  expect(() => resumable(store as never)).toThrow(/; it has no remove$/)
})

describe('a store that fails', () => {
  const failure = new Error('the disk is full')
  const fails = (): never => {
    throw failure
  }
  const methods: readonly (keyof ResumeStore)[] = ['load', 'save', 'remove', 'append', 'keys', 'claim']
  it.each(methods)('in %s does not keep a file from being uploaded', async (method) => {
    const { host, begin, server, store, clean } = lab()
    const data = pattern(40 * KiB)
    const resume = resumable({ ...store, [method]: fails })
    const one = begin(named(data), { resume })
    await host.runUntil(one.result)
    expect(server.log.length).toBe(40)
    const told = ['remove', 'keys'].includes(method) ? [] : [{ type: 'unnoted', name: 'a.bin', error: failure }]
    expect(ofType(one, 'unnoted')).toEqual(told)
    const left = method === 'remove' ? [{ type: 'unremoved', name: 'a.bin', error: failure }] : []
    expect(ofType(one, 'unremoved')).toEqual(left)
    clean()
  })

  it('by promise, where it cannot append, does not either', async () => {
    const { host, begin, store, clean } = lab({ latency: () => 100 })
    const { append: _, ...slow } = store
    let saves = 0
    const save = async (key: string, text: string): Promise<void> => {
      if (saves++) throw failure
      await store.save(key, text)
    }
    const one = begin(named(pattern(200 * KiB)), { resume: resumable({ ...slow, save }) })
    await host.runUntil(one.result)
    expect(ofType(one, 'unnoted')).toEqual([{ type: 'unnoted', name: 'a.bin', error: failure }])
    clean()
  })
})

describe('a store that takes its time', () => {
  /** A store of which one method waits until it is let go. */
  const slow = (
    store: ResumeStore,
    method: 'load' | 'claim',
  ): { store: ResumeStore; let: () => void; free: () => boolean } => {
    let go = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      go = resolve
    })
    let held = 0
    const claim: NonNullable<ResumeStore['claim']> = async () => {
      if (method === 'claim') await waiting
      held++
      return () => held--
    }
    const load: ResumeStore['load'] = async (key) => {
      if (method === 'load') await waiting
      return store.load(key)
    }
    return { store: { ...store, load, claim }, let: go, free: () => held === 0 }
  }

  it.each(['load', 'claim'] as const)('in %s does not hold up an abort, and is left when it comes', async (method) => {
    const { host, begin, store, server, clean } = lab()
    const late = slow(store, method)
    const stop = new AbortController()
    const one = begin(named(pattern(40 * KiB)), { resume: resumable(late.store), signal: stop.signal })
    let outcome: unknown
    one.result.catch((error: unknown) => {
      outcome = error
    })
    await host.settle()
    const reason = new Error('stop')
    stop.abort(reason)
    await Promise.resolve().then(() => host.settle(1))
    expect(outcome).toBe(reason)
    late.let()
    await host.settle()
    expect(late.free()).toBe(true)
    expect(server.log).toEqual([])
    expect(one.events).toEqual([])
    clean()
  })
})

describe('a store that cannot append', () => {
  it('is given the whole in batches, each holding all that arrived before', async () => {
    const { host, begin, store } = lab({ latency: () => 20 })
    const { append: _, ...slow } = store
    let saves = 0
    const save: ResumeStore['save'] = (key, text) => {
      saves++
      return store.save(key, text)
    }
    const one = begin(named(pattern(400 * KiB)), { resume: resumable({ ...slow, save }) })
    await host.runUntil(one.result)
    expect(saves).toBeGreaterThan(3)
    expect(saves).toBeLessThan(100)
  })
})

describe('notes of files that nobody uploads again', () => {
  it('are removed when they are old or damaged; others stay', async () => {
    const { host, begin, kill, store } = lab()
    const data = pattern(40 * KiB)
    await kill(named(data, 'old'), 10)
    const [old] = store.texts.keys()
    host.jumpWallClock(JOURNAL_LIFETIME + 1)
    await kill(named(data, 'young'), 10)
    store.texts.set('damaged', 'damaged')
    store.texts.set('newer', '{"format":"mtproto-upload journal","version":2,')
    await host.runUntil(begin(named(data, 'another')).result)
    await host.settle()
    const [young] = [...store.texts].find(([, text]) => text.includes('"young"'))!
    expect([...store.texts.keys()].sort()).toEqual(['newer', young].sort())
    expect(store.texts.has(old!)).toBe(false)
  })
})

it('a store that never gets done with its removal does not keep what was uploaded', async () => {
  const { host, begin, clean } = lab()
  const store: ResumeStore = {
    load: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
    remove: () => new Promise(() => {}),
  }
  const { result } = begin(named(pattern(9 * KiB)), { resume: resumable(store) })
  expect(await host.runUntil(result)).toMatchObject({ parts: 9 })
  clean()
})
