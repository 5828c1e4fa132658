/**
 * A link with a round trip and a rate, on real sockets: a process that stands between the clients and the sink and lets
 * bytes through as slowly as a link of that kind would.
 *
 * All connections share one link. Each direction is a pipe of a fixed rate, in which a chunk takes its place behind the one
 * before, and half a round trip long. What waits for its place is bounded by {@link QUEUE}; beyond that the sender's socket
 * is not read, so that its writes stall as they do on a full link. Not a model of TCP: there is no loss and no slow start of
 * its own, only what the client makes of round trip and rate.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { LinkOptions } from './protocol.ts'

/** Milliseconds' worth of bytes that may wait to enter the link. */
const QUEUE = 50
const HOST = '127.0.0.1'

const { roundTrip, megabits } = JSON.parse(process.argv.at(-1) ?? '') as LinkOptions
const bytesPerMs = (megabits * 1e6) / 8 / 1000
let target = 0

/** One direction of the link. */
class Pipe {
  /** What is under way, in the order in which it arrives. */
  readonly #underWay: { at: number; deliver: () => void }[] = []
  readonly #paused = new Set<Socket>()
  #freeAt = 0
  #timer: NodeJS.Timeout | undefined

  /** Carries a chunk; `from` is not read while the link is full. */
  carry(from: Socket, chunk: Uint8Array, to: Socket): void {
    this.#freeAt = Math.max(this.#freeAt, performance.now()) + chunk.length / bytesPerMs
    this.#push(() => void to.write(chunk))
    if (this.#freeAt - performance.now() < QUEUE) return
    from.pause()
    this.#paused.add(from)
  }

  /** The end of a connection arrives behind its last bytes. */
  end(to: Socket): void {
    this.#push(() => to.end())
  }

  #push(deliver: () => void): void {
    this.#underWay.push({ at: Math.max(this.#freeAt, performance.now()) + roundTrip / 2, deliver })
    this.#wake()
  }

  #wake(): void {
    if (this.#timer !== undefined) return
    const now = performance.now()
    const next = Math.min(
      this.#underWay[0]?.at ?? Number.POSITIVE_INFINITY,
      this.#paused.size > 0 ? this.#freeAt - QUEUE / 2 : Number.POSITIVE_INFINITY,
    )
    if (next === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#run(), Math.max(0, next - now))
  }

  #run(): void {
    this.#timer = undefined
    const now = performance.now()
    let arrived = 0
    while ((this.#underWay[arrived]?.at ?? Number.POSITIVE_INFINITY) <= now) arrived++
    for (const { deliver } of this.#underWay.splice(0, arrived)) deliver()
    if (this.#freeAt - now <= QUEUE / 2) {
      for (const socket of this.#paused) socket.resume()
      this.#paused.clear()
    }
    this.#wake()
  }
}

const there = new Pipe()
const back = new Pipe()

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ host: HOST, port: target, noDelay: true })
  const pairs = [
    [near, far, there],
    [far, near, back],
  ] as const
  for (const [from, to, pipe] of pairs) {
    from.on('data', (chunk) => pipe.carry(from, chunk, to))
    from.on('end', () => pipe.end(to))
    from.on('error', () => to.destroy())
    from.on('close', () => pipe.end(to))
  }
})
server.listen(0, HOST, () => process.send?.((server.address() as AddressInfo).port))
// The sink's port, once there is a sink.
process.on('message', (port) => {
  target = port as number
})
process.on('disconnect', () => process.exit())
