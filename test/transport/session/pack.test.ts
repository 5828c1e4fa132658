/** Requests that shrink travel packed, and nothing else does. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import type { Crypto } from '../../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import { TlReader } from '../../../src/tl/reader.ts'
import type { TlWriter } from '../../../src/tl/writer.ts'
import type { CallRequest } from '../../../src/transport/session/call.ts'
import { pack as packNothing } from '../../../src/transport/session/pack-nothing.ts'
import { INIT_ID, SessionPeer } from '../../support/session-peer.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const GZIP_PACKED = 0x3072cfa1
const ID = 0x33333333
const TEXT = new TextEncoder().encode('a caption that says the same again and again; '.repeat(100))

let peer: SessionPeer
let attempts: number
beforeEach(() => {
  attempts = 0
  const gzip = (data: Uint8Array): Uint8Array => {
    attempts++
    return nativeCrypto.gzip!(data)
  }
  peer = new SessionPeer(undefined, { ...portableCrypto, gzip })
})

/** Bodies as they leave, of one call each. */
function bodies(): Uint8Array[] {
  const all: Uint8Array[] = []
  for (let next = peer.session.take(0); next; next = peer.session.take(0)) all.push(next.body.finish().slice())
  return all
}
function send(content: Uint8Array, request: Partial<CallRequest> = {}): Uint8Array {
  const encode = (w: TlWriter): void => {
    w.uint(ID)
    w.bytes(content)
  }
  peer.call(1, 0, { encode, bare: true, ...request })
  return bodies()[0]!
}
const idOf = (body: Uint8Array): number => new TlReader(body).peekId()

test('a request of some kilobytes that shrinks, and what comes out is what went in', () => {
  const body = send(TEXT)
  expect([idOf(body), body.length < TEXT.length / 4, body.length % 4]).toEqual([GZIP_PACKED, true, 0])
  const reader = new TlReader(body, 4)
  const inner = new TlReader(new Uint8Array(gunzipSync(reader.bytes())))
  expect([inner.uint(), inner.bytes(), reader.remaining]).toEqual([ID, TEXT, 0])
})

test('inside of initConnection, not around it', () => {
  const body = send(TEXT, { bare: false })
  expect([idOf(body), idOf(body.subarray(4))]).toEqual([INIT_ID, GZIP_PACKED])
})

test('again when it is sent again', () => {
  send(TEXT)
  const [call] = peer.session.sent.values()
  peer.session.resend(call!)
  expect(idOf(bodies()[0]!)).toBe(GZIP_PACKED)
})

test('not one below a kilobyte: it is not even tried', () => {
  expect(idOf(send(new Uint8Array(900)))).toBe(ID)
  expect(attempts).toBe(0)
})

test('not one that would grow', () => {
  expect(idOf(send(seededRandom(3)(new Uint8Array(4000))))).toBe(ID)
  expect(attempts).toBe(1)
})

test('not a file part, large or small, though it would shrink: it is not even tried', () => {
  expect(idOf(send(TEXT, { size: TEXT.length }))).toBe(ID)
  expect(idOf(send(new Uint8Array(300_000), { size: 300_000 }))).toBe(ID)
  expect(attempts).toBe(0)
})

test('not what is packed already', () => {
  const encode = (w: TlWriter): void => {
    w.uint(GZIP_PACKED)
    w.bytes(gzipSync(new Uint8Array(2_000_000)))
  }
  const body = send(TEXT, { encode })
  expect(body.length).toBeGreaterThan(1024)
  expect(idOf(new Uint8Array(gunzipSync(new TlReader(body, 4).bytes())))).toBe(0)
  expect(attempts).toBe(0)
})

test('nothing where the platform does not pack at once, and nothing in bundles', () => {
  const crypto: Crypto = portableCrypto
  expect(crypto.gzip).toBeUndefined()
  peer = new SessionPeer(undefined, crypto)
  expect(idOf(send(TEXT))).toBe(ID)
  const call = peer.call(2)
  const { encode } = call
  packNothing(call, peer.session)
  expect(call.encode).toBe(encode)
})
