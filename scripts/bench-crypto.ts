/**
 * Measures the primitives: `npm run bench:crypto`.
 *
 * Each line is a speed or a time on this machine now, and what it is in relation to the line it is compared with; only
 * the ratios carry over to other machines. The best of many runs counts, so that other work disturbs little.
 */
import { createCipheriv, createDecipheriv, createDiffieHellman } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { fromBigInt, toBigInt } from '../src/bytes.ts'
import { modPow } from '../src/crypto/modpow.ts'
import { nativeCrypto } from '../src/crypto/native.ts'
import { KERNEL_SIZE, nativeIgeEncrypt } from '../src/crypto/native-ige.ts'
import { portableCrypto } from '../src/crypto/portable.ts'
import { factorize } from '../src/crypto/pq.ts'
import { PRODUCTION_PRIME } from '../src/crypto/production-prime.ts'
import { subtlePrimitives } from '../src/crypto/subtle.ts'
import { plainKernel } from '../src/crypto/xor-kernel.ts'

const RUNS = 12
const PART = 512 * 1024
const ANSWER = 160

/** XOR without WebAssembly, long or short. */
const kernel = plainKernel(KERNEL_SIZE)
const plain = { short: kernel, long: kernel }

const key = new Uint8Array(32).map((_, i) => 7 * i + 1)
const iv = new Uint8Array(32).map((_, i) => 11 * i + 3)

/** Seconds that one call takes, the best of some runs of about 20 ms each. */
function seconds(action: () => void): number {
  action()
  let start = performance.now()
  action()
  const calls = Math.max(1, Math.min(2000, Math.round(20 / Math.max(performance.now() - start, 0.001))))
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run++) {
    start = performance.now()
    for (let i = 0; i < calls; i++) action()
    best = Math.min(best, (performance.now() - start) / calls)
  }
  return best / 1000
}

type Rows = readonly (readonly [name: string, action: () => void])[]

/** Prints some ways to do the same thing; the first is what the others are compared with. */
function compare(title: string, rows: Rows, bytes?: number): void {
  console.log(`\n${title}`)
  let first = 0
  for (const [name, action] of rows) {
    const time = seconds(action)
    first ||= time
    const speed =
      bytes === undefined || bytes < 1024 ? `${(1e6 * time).toFixed(1)} µs` : `${(bytes / time / 1e6).toFixed(0)} MB/s`
    console.log(`  ${name.padEnd(44)}${speed.padStart(12)}${`${(first / time).toFixed(2)} ×`.padStart(10)}`)
  }
}

function cbc(data: Uint8Array): void {
  createCipheriv('aes-256-cbc', key, iv.subarray(0, 16)).setAutoPadding(false).update(data)
}

/** IGE decryption by one native call per block, as a measure for the tables. */
function igeDecryptByBlock(data: Uint8Array): void {
  const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  let previousIn = iv.slice(0, 16)
  let previousOut: Uint8Array = iv.slice(16)
  for (let at = 0; at < data.length; at += 16) {
    const block = data.subarray(at, at + 16)
    const input = block.slice()
    for (let i = 0; i < 16; i++) block[i]! ^= previousOut[i]!
    const out = cipher.update(block)
    for (let i = 0; i < 16; i++) block[i] = out[i]! ^ previousIn[i]!
    previousIn = input
    previousOut = block
  }
}

for (const [length, name] of [
  [PART, 'a part of 512 KiB'],
  [ANSWER, `a message of ${ANSWER} bytes`],
] as const) {
  const data = new Uint8Array(length).map((_, i) => 13 * i)
  const place = new Uint8Array(length)
  compare(
    `AES-256, encryption of ${name}`,
    [
      ['CBC, native, one call (the floor)', () => cbc(data)],
      ['IGE, native', () => nativeCrypto.igeEncrypt(key, iv, data)],
      ['IGE, native, into other memory', () => nativeCrypto.igeEncrypt(key, iv, place, [data])],
      ['IGE, native, XOR in JavaScript', () => nativeIgeEncrypt(key, iv, data, [data], plain)],
      ['IGE, portable', () => portableCrypto.igeEncrypt(key, iv, data)],
    ],
    length,
  )
  compare(
    `AES-256-IGE, decryption of ${name}`,
    [
      ['native (tables)', () => nativeCrypto.igeDecrypt(key, iv, data)],
      ['portable', () => portableCrypto.igeDecrypt(key, iv, data)],
      ['one native call per block', () => igeDecryptByBlock(data)],
    ],
    length,
  )
  const streams = [nativeCrypto, portableCrypto].map((crypto) => crypto.ctr(key, iv.subarray(0, 16)))
  compare(
    `AES-256-CTR, ${name}`,
    [
      ['native', () => streams[0]!.apply(data)],
      ['portable', () => streams[1]!.apply(data)],
    ],
    length,
  )
  compare(
    `SHA-256, ${name}`,
    [
      ['native', () => nativeCrypto.sha256(data)],
      ['portable', () => portableCrypto.sha256(data)],
    ],
    length,
  )
}

const base = PRODUCTION_PRIME >> 3n
const exponent = (1n << 2046n) + (PRODUCTION_PRIME >> 2n)

function byDiffieHellman(): void {
  const group = createDiffieHellman(fromBigInt(PRODUCTION_PRIME), 2)
  group.setPrivateKey(fromBigInt(exponent))
  toBigInt(new Uint8Array(group.computeSecret(fromBigInt(base))))
}

compare('modPow, 2048 bits', [
  ['native (raw RSA)', () => nativeCrypto.modPow(base, exponent, PRODUCTION_PRIME)],
  ['portable (BigInt, windows of 4 bits)', () => modPow(base, exponent, PRODUCTION_PRIME)],
  ['native Diffie-Hellman, the prime unknown to it', byDiffieHellman],
])

const witness = (into: Uint8Array): Uint8Array => into.fill(0x5c)
compare('is the production prime prime? 30 rounds', [
  ['native', () => nativeCrypto.isProbablePrime(PRODUCTION_PRIME, 30, witness)],
  ['portable', () => portableCrypto.isProbablePrime(PRODUCTION_PRIME, 30, witness)],
])

compare('pq', [
  ['62 bits', () => factorize(1625368513n * 2024553061n)],
  ['64 bits, the largest', () => factorize(4294967291n * 4294967279n)],
])

/** Milliseconds that the thread is busy for each of many parts, sealed and obfuscated as in a page; and how long they take. */
async function inPage(prepare: (data: Uint8Array) => Promise<void> | undefined, apply: (data: Uint8Array) => unknown) {
  const PARTS = 100
  const before = performance.eventLoopUtilization()
  const start = performance.now()
  for (let i = 0; i < PARTS; i++) {
    const data = new Uint8Array(PART + 24)
    await prepare(data)
    apply(data)
    // The next part comes by itself.
    await new Promise(setImmediate)
  }
  return {
    busy: performance.eventLoopUtilization(before).active / PARTS,
    speed: (PARTS * PART) / (performance.now() - start) / 1000,
  }
}

const authKey = new Uint8Array(256).fill(7)
const page = subtlePrimitives()
const pageStream = page.crypto.ctr(key, iv.subarray(0, 16))
const portableStream = portableCrypto.ctr(key, iv.subarray(0, 16))
const ways = {
  'at once, portable': await inPage(
    (data) => {
      portableCrypto.sha256(data)
      portableCrypto.igeEncrypt(key, iv, data.subarray(24))
      return undefined
    },
    (data) => portableStream.apply(data),
  ),
  'by crypto.subtle': await inPage(
    (data) => {
      page.crypto.seal!(authKey, 'client', data, [data.subarray(24)])
      return page.sealing(data)
    },
    (data) => pageStream.apply(data),
  ),
}
console.log('\nhash, encryption and obfuscation of a part of 512 KiB, as in a page')
for (const [name, { busy, speed }] of Object.entries(ways)) {
  console.log(
    `  ${name.padEnd(30)}the thread is busy for ${busy.toFixed(2)} ms${`${speed.toFixed(0)} MB/s`.padStart(12)}`,
  )
}
