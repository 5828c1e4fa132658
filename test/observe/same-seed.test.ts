/** One seed, one story: what is told of a run is a function of the seed, to the last field and in the same order. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { document } from '../../src/index.ts'
import { simulate } from '../../src/lab/simulator/index.ts'
import { eventText, recordOf } from '../../src/observe/index.ts'
import { seededRandom } from '../support/virtual-host.ts'
import { WatchedWorld } from './world.ts'

const digestOf = (lines: readonly string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex')

/** A login and an upload over a line that breaks and a server that makes wait, as the seed says. */
async function story(seed: number): Promise<string[]> {
  const world = new WatchedWorld(seed)
  const chance = seededRandom(seed + 1000)
  let faults = 0
  world.faults.onRequest = ({ request }) => {
    const [draw = 0] = chance(new Uint8Array(1))
    if (!request._.startsWith('upload.') || draw > 60 || faults++ > 8) return undefined
    if (draw > 40) return { kind: 'disconnect' }
    return draw > 20 ? { kind: 'error', code: 500, text: 'INTERNAL' } : { kind: 'bad-message', code: 48 }
  }
  const lines: string[] = []
  const client = await world.connect({
    forwardSecrecy: seed % 2 === 0,
    onEvent: (event) => lines.push(`${world.host.now()} ${JSON.stringify(recordOf(event))} ${eventText(event)}`),
  })
  await world.host.runUntil(client.uploadMedia({ media: document({ data: new Uint8Array(12_000_000), name: 'a' }) }))
  await client.close()
  return lines
}

describe('of a client in virtual time', () => {
  test.each([1, 2, 3, 4])('seed %i', async (seed) => {
    const first = await story(seed)
    expect(first.length).toBeGreaterThan(60)
    const second = await story(seed)
    expect(second).toEqual(first)
    expect(digestOf(second)).toBe(digestOf(first))
  })

  test('other seeds tell other stories', async () => {
    const digests = [digestOf(await story(1)), digestOf(await story(3))]
    expect(new Set(digests).size).toBe(2)
  })
})

describe('of a simulated run, with every fault there is', () => {
  test.each([11, 12, 13])('seed %i', async (seed) => {
    const told = async (): Promise<string[]> => {
      const lines: string[] = []
      await simulate(seed, { onTrace: (at, line) => lines.push(`${at} ${line}`) })
      return lines
    }
    const first = await told()
    // The events of the clients are in the trace.
    for (const type of ['connected', 'call', 'answered', 'traffic']) {
      expect(first.some((line) => line.includes(`{"type":"${type}"`))).toBe(true)
    }
    expect(digestOf(await told())).toBe(digestOf(first))
  })
})
