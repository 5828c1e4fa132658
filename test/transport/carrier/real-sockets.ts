/** Real sockets for tests: hosts that count their timers, servers that do as they are told. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import type { Host, Timer } from '../../../src/host.ts'

const cleanups: (() => unknown)[] = []

/** Runs `cleanup` when the test is over, the last given first. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup)
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The real host, with its timers counted and, on demand, fired by hand. */
export class CountingHost implements Host {
  readonly pending = new Map<Timer, () => void>()
  wallClock = systemHost.wallClock
  now = systemHost.now
  random = systemHost.random
  setTimer(delay: number, fire: () => void): Timer {
    const real = systemHost.setTimer(delay, () => {
      this.pending.delete(timer)
      fire()
    })
    const timer: Timer = {
      cancel: () => {
        this.pending.delete(timer)
        real.cancel()
      },
    }
    this.pending.set(timer, fire)
    return timer
  }
  fireAll(): void {
    for (const [timer, fire] of [...this.pending]) {
      timer.cancel()
      fire()
    }
  }
}

/** A bare TCP server that does with each connection what the test says. */
export async function bareServer(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTest(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Connects and leaves again; after that the server has seen every connection that was made before. */
export async function knock(port: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.end()
  await new Promise((resolve) => socket.once('close', resolve))
}
