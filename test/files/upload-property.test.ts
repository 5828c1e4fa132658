import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { RpcError, TransportError } from '../../src/errors.ts'
import { type FileLike, type UploadProgress, upload } from '../../src/files/index.ts'
import type { Answer } from '../support/part-server.ts'
import { pattern } from '../support/pattern.ts'
import { setup } from '../support/upload-setup.ts'
import { seededRandom } from '../support/virtual-host.ts'

const KiB = 1024
const plans = fc.record({
  seed: fc.integer(),
  parts: fc.integer({ min: 0, max: 60 }),
  // Around the borders of parts more often than elsewhere.
  rest: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -1023, max: 1023 })),
  partSize: fc.constantFrom(KiB, 2 * KiB, 4 * KiB),
  shape: fc.constantFrom('bytes', 'blob', 'stream', 'sized stream'),
  chunk: fc.integer({ min: 1, max: 9_000 }),
  failing: fc.integer({ min: 0, max: 60 }),
  lanes: fc.integer({ min: 1, max: 5 }),
})

test.prop([plans], { numRuns: 300 })(
  'any source in any chunks under any order and failures: the bytes on the server are the bytes of the source',
  async ({ seed, parts: count, rest, partSize, shape, chunk, failing, lanes }) => {
    const size = Math.max(1, count * partSize + rest)
    const data = pattern(size, seed)
    const chance = seededRandom(seed)
    const draw = (below: number): number => {
      const [a, b] = chance(new Uint8Array(2))
      return (a! * 256 + b!) % below
    }
    const answer = (_: unknown, attempt: number): Answer => {
      if (attempt > 4 || draw(100) >= failing) return true
      const faults: Answer[] = [
        false,
        new RpcError(500, 'INTERNAL', 'm'),
        new RpcError(-503, 'Timeout', 'm'),
        new TransportError('CONNECTION_CLOSED', 'closed'),
        new RpcError(420, 'FLOOD_WAIT_1', 'm'),
      ]
      return faults[draw(faults.length)]!
    }
    const { host, server, options, clean } = setup({ maxLanes: lanes, latency: () => draw(300), answer })
    function* pieces(): Generator<Uint8Array> {
      for (let at = 0; at < size; ) {
        const next = 1 + draw(chunk)
        yield data.subarray(at, at + next)
        at += next
      }
    }
    const files: Record<string, () => FileLike> = {
      bytes: () => data,
      blob: () => new Blob([data]),
      stream: pieces,
      'sized stream': () => ({ data: pieces(), size }),
    }
    const reports: UploadProgress[] = []
    const onProgress = (now: UploadProgress): void => {
      reports.push(now)
    }
    const file = await host.runUntil(upload(server, files[shape]!(), { ...options, partSize, onProgress }))

    const parts = Math.ceil(size / partSize)
    expect([file.size, file.parts, file.partSize]).toEqual([size, parts, partSize])
    expect(Buffer.compare(server.assemble(parts), data)).toBe(0)
    expect([...server.acknowledged.values()]).toEqual(Array(parts).fill(1))
    if (shape === 'stream') {
      for (const { part, total } of server.log) expect(total).toBe(part === parts - 1 ? parts : -1)
    }
    const sent = reports.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    expect(reports.at(-1)).toMatchObject({ sentBytes: size, totalBytes: size })
    clean()
  },
)
