/** Packets that are not ready yet: they leave in their order, framed in their order, or not at all. */
import { expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { TransportError } from '../../src/errors.ts'
import type { Carrier, CarrierHandlers } from '../../src/transport/carrier/carrier.ts'
import { addHttpWait } from '../../src/transport/carrier/http-wait.ts'
import { createObfuscated } from '../../src/transport/framing/index.ts'
import { inOrder } from '../../src/transport/in-order.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const ADDRESS = { host: '127.0.0.1', port: 1 }

/** A link whose carrier is the test's, and packets that become ready when the test says so. */
async function open(): Promise<Lab> {
  const lab = new Lab()
  await lab.dial()
  return lab
}

class Lab {
  readonly host = new VirtualHost()
  readonly written: Uint8Array[] = []
  readonly closes: unknown[] = []
  readonly #ready = new Map<Uint8Array, () => void>()
  readonly #waits = new Map<Uint8Array, Promise<void>>()
  below!: Carrier & { closed: boolean; buffered: number }
  #handlers!: CarrierHandlers
  carrier!: Carrier
  readonly link = inOrder(
    {
      codec: () =>
        createObfuscated('intermediate', { dc: 2, crypto: portableCrypto, random: new VirtualHost().random }),
      dial: async (_, handlers) => {
        this.#handlers = handlers
        const { written } = this
        this.below = {
          closed: false,
          buffered: 0,
          write: (chunks) => void written.push(concat(...chunks)),
          beforePacket: (session) => addHttpWait(session, true),
          close() {
            this.closed = true
            handlers.onClose()
          },
        }
        return this.below
      },
    },
    (packet) => this.#waits.get(packet),
  )
  readonly codec = this.link.codec()

  async dial(): Promise<void> {
    this.carrier = await this.link.dial(
      ADDRESS,
      { onData: () => {}, onClose: (error) => this.closes.push(error) },
      { host: this.host },
    )
  }

  /** Hands a packet over; one that waits is zeros until it is ready. */
  send(fill: number, waits: boolean): Uint8Array {
    const packet = new Uint8Array(64).fill(waits ? 0 : fill)
    if (waits) {
      this.#waits.set(
        packet,
        new Promise((resolve) =>
          this.#ready.set(packet, () => {
            packet.fill(fill)
            resolve()
          }),
        ),
      )
    }
    this.carrier.write(this.codec.encode(packet))
    return packet
  }

  async ready(packet: Uint8Array): Promise<void> {
    this.#ready.get(packet)!()
    await new Promise(setImmediate)
  }

  lose(error: TransportError): void {
    this.#handlers.onClose(error)
  }
}

test('what is sent is what would have been sent had everything been ready at once', async () => {
  const lab = await open()
  lab.carrier.write([lab.codec.start()])
  lab.send(1, false)
  const slow = lab.send(2, true)
  lab.send(3, false)
  const quick = lab.send(4, true)
  lab.send(5, false)
  expect(lab.written.length).toBe(2)
  await lab.ready(quick)
  expect(lab.written.length).toBe(2)
  await lab.ready(slow)
  expect(lab.written.length).toBe(6)

  const plain = createObfuscated('intermediate', { dc: 2, crypto: portableCrypto, random: new VirtualHost().random })
  const expected = [plain.start(), ...[1, 2, 3, 4, 5].flatMap((fill) => plain.encode(new Uint8Array(64).fill(fill)))]
  expect(concat(...lab.written)).toEqual(concat(...expected))
})

test('what waits counts as buffered, with what the carrier has', async () => {
  const lab = await open()
  lab.below.buffered = 7
  expect(lab.carrier.buffered).toBe(7)
  const packet = lab.send(1, true)
  lab.send(2, false)
  expect(lab.carrier.buffered).toBe(7 + 2 * 64)
  await lab.ready(packet)
  expect(lab.carrier.buffered).toBe(7)
})

test('what waits when the carrier closes is never sent', async () => {
  const lab = await open()
  const packet = lab.send(1, true)
  lab.send(2, false)
  lab.carrier.close()
  expect([lab.below.closed, lab.carrier.buffered]).toEqual([true, 0])
  await lab.ready(packet)
  expect(lab.written).toEqual([])
  expect(lab.closes).toEqual([undefined])
})

test('a packet that cannot be framed when its turn comes ends the carrier, once, and says why', async () => {
  const lab = await open()
  const packet = lab.send(1, true)
  lab.carrier.write(lab.codec.encode(new Uint8Array(2)))
  await lab.ready(packet)
  expect(lab.below.closed).toBe(true)
  expect(lab.closes).toEqual([expect.objectContaining({ code: 'FRAMING' })])
})

test('a packet that cannot be framed fails at once where nothing waits', async () => {
  const lab = await open()
  expect(() => lab.carrier.write(lab.codec.encode(new Uint8Array(2)))).toThrow(TransportError)
})

test('the carrier below says why it is gone', async () => {
  const lab = await open()
  const error = new TransportError('CONNECTION_CLOSED', 'gone')
  lab.lose(error)
  expect(lab.closes).toEqual([error])
})

test('what waits counts as on its way where a packet would be made to wait for answers', async () => {
  const lab = await open()
  const sent: unknown[] = []
  const before = (): number => {
    lab.carrier.beforePacket!({
      outbox: { services: [], calls: [] },
      sent: { size: 1 },
      send: (message) => sent.push(message),
    })
    return sent.length
  }
  const packet = lab.send(1, true)
  expect(before()).toBe(0)
  await lab.ready(packet)
  expect(before()).toBe(1)
})
