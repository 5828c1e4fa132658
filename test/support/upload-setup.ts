/**
 * What tests of uploads have in common: a virtual host, a server, options, streams of every kind.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import type { IncrementalHash } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import type { BufferPool, FileLike, UploadOptions } from '../../src/files/index.ts'
import { PartServer, type PartServerOptions } from './part-server.ts'
import { cut } from './pattern.ts'
import { VirtualHost } from './virtual-host.ts'

/** MD5 by Node, which is not what the project uses. */
export function md5(): IncrementalHash {
  const hash = createHash('md5')
  const self: IncrementalHash = {
    update: (data) => {
      hash.update(data)
      return self
    },
    digest: () => new Uint8Array(hash.digest()),
  }
  return self
}

export function optionsFor(host: VirtualHost): UploadOptions {
  return { host, crypto: { md5, sha256: nativeCrypto.sha256 } }
}

/** A host, a server and options; `clean` proves that nothing is left of what ran on them. */
export function setup(answers: PartServerOptions = {}): {
  host: VirtualHost
  server: PartServer
  options: UploadOptions
  buffers: CountingPool
  clean: () => void
} {
  const host = new VirtualHost()
  const server = new PartServer(host, answers)
  const buffers = countingPool()
  const clean = (): void => {
    expect({ timers: host.pendingTimers, inFlight: server.inFlight, buffers: buffers.out }).toEqual({
      timers: 0,
      inFlight: 0,
      buffers: 0,
    })
  }
  return { host, server, options: { ...optionsFor(host), buffers }, buffers, clean }
}

/** What `promise` is rejected with. */
export async function rejection(host: VirtualHost, promise: Promise<unknown>): Promise<unknown> {
  const outcome = await host.runUntil(
    promise.then(
      () => ({ resolved: true }),
      (error: unknown) => ({ error }),
    ),
  )
  expect(outcome).toHaveProperty('error')
  // Lets what was stopped come to its end.
  await host.settle(3)
  return 'error' in outcome ? outcome.error : undefined
}

export interface CountingPool extends BufferPool {
  /** Buffers lent out now, at most, and ever made. */
  out: number
  most: number
  made: number
}

/** A pool that counts, and fails on a buffer that comes back twice. */
export function countingPool(): CountingPool {
  const lent = new Set<Uint8Array>()
  const free: Uint8Array[] = []
  return {
    out: 0,
    most: 0,
    made: 0,
    take(length) {
      let buffer = free.pop()
      if (buffer === undefined || buffer.length < length) {
        buffer = new Uint8Array(length)
        this.made++
      }
      lent.add(buffer)
      this.out = lent.size
      this.most = Math.max(this.most, this.out)
      return buffer
    },
    give(buffer) {
      if (!lent.delete(buffer)) throw new Error('a buffer came back twice')
      // What comes back may be overwritten by others at once.
      buffer.fill(0xdd)
      this.out = lent.size
      free.push(buffer)
    },
  }
}

/** The kinds of streams, made of bytes, in chunks that fit no part. */
export const STREAMS: readonly (readonly [name: string, make: (data: Uint8Array) => FileLike])[] = [
  ['web stream', (data) => new Response(data.slice()).body!],
  ['Node stream', (data) => Readable.from(cut(data, 1, 700))],
  [
    'async generator',
    async function* (data) {
      yield* cut(data, 1000, 24)
    },
  ],
  ['generator', (data) => cut(data, 3000)],
]
