/** Uploads over lines so slow that a part takes minutes: they take their time, and nothing else happens. */
import { beforeEach, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { document, UploadClient } from '../../src/index.ts'
import { memoryParts } from '../../src/lab/server/parts-store.ts'
import { TestServer } from '../../src/lab/server/server.ts'
import { World } from '../../src/lab/server/world.ts'
import type { Carrier, Dial } from '../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../src/transport/carrier/memory.ts'
import { TEST_KEY } from '../lab/server/setup.ts'
import { VirtualHost } from '../support/virtual-host.ts'

/** What a system takes of a connection before bytes wait in the carrier. */
const SYSTEM = 256 * 1024
/** Bytes that travel at once; connections take turns. */
const PIECE = 16 * 1024

interface Waiting {
  readonly bytes: number
  leave(): void
}

/** One line that all connections share, of so many bytes per millisecond upwards; in the first seconds of 1000, if told. */
class SlowLine {
  readonly #host: VirtualHost
  readonly #rate: number
  readonly #fastUntil: number
  readonly #queues: Waiting[][] = []
  #turn = 0
  #busy = false

  constructor(host: VirtualHost, rate: number, fastUntil = 0) {
    this.#host = host
    this.#rate = rate
    this.#fastUntil = fastUntil
  }

  over(inner: Dial): Dial {
    return async (address, handlers, options) => {
      const carrier = await inner(address, handlers, options)
      const queue: Waiting[] = []
      this.#queues.push(queue)
      let waiting = 0
      const slow: Carrier = {
        get buffered() {
          return Math.max(0, waiting - SYSTEM)
        },
        write: (chunks) => {
          for (const chunk of chunks) {
            waiting += chunk.length
            for (let at = 0; at < chunk.length; at += PIECE) {
              const piece = chunk.slice(at, at + PIECE)
              const leave = (): void => {
                waiting -= piece.length
                carrier.write([piece])
                handlers.onDrain?.()
              }
              queue.push({ bytes: piece.length, leave })
            }
          }
          this.#next()
        },
        close: () => {
          queue.length = 0
          carrier.close()
        },
      }
      return slow
    }
  }

  #next(): void {
    if (this.#busy) return
    const queues = this.#queues.filter((queue) => queue.length > 0)
    const next = queues[this.#turn++ % queues.length]?.shift()
    if (!next) return
    this.#busy = true
    const rate = this.#host.now() < this.#fastUntil ? 1000 : this.#rate
    this.#host.setTimer(next.bytes / rate, () => {
      this.#busy = false
      next.leave()
      this.#next()
    })
  }
}

let host: VirtualHost
let events: string[]
beforeEach(() => {
  host = new VirtualHost()
  events = []
})

/** Uploads so many megabytes over a line. */
async function upload(line: SlowLine, megabytes: number): Promise<void> {
  const world = new World({ random: host.random, parts: memoryParts() })
  const server = new TestServer({ dcId: 2, host, crypto: nativeCrypto, rsaKeys: [TEST_KEY], world })
  world.addDc({ id: 2, host: '127.0.0.1', port: 443 })
  const connecting = UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '1:token',
    dc: { id: 2, host: '127.0.0.1', port: 443, serverKeys: [TEST_KEY] },
    host,
    crypto: nativeCrypto,
    dial: line.over(memoryDial(server.accept, { delay: 20 })),
    onEvent: ({ type }) => events.push(type),
  })
  const client = await host.runUntil(connecting)
  const data = new Uint8Array(megabytes * 1_000_000)
  const media = await host.runUntil(client.uploadMedia({ peer: 'me', media: document({ data, name: 'a' }) }))
  expect(media).toMatchObject({ _: 'messageMediaDocument', document: { size: BigInt(data.length) } })
  expect(events).not.toContain('disconnected')
  expect(events).not.toContain('resend')
  await client.close()
}

test.each([
  [10, 4],
  [20, 12],
  [40, 24],
])(
  '%i KB/s: %i MB arrive in little more than the time that the line needs, over connections that live',
  async (rate, megabytes) => {
    await upload(new SlowLine(host, rate), megabytes)
    expect(host.now() / ((megabytes * 1_000_000) / rate)).toBeLessThan(1.05)
  },
)

test('a line that becomes thirty times slower has the time that it needs for what is under way', async () => {
  await upload(new SlowLine(host, 30, 10_000), 20)
  expect(host.now()).toBeGreaterThan(280_000)
})
