/**
 * The primitives for web platforms, with the large work of an upload off the thread: by `crypto.subtle`.
 *
 * - *Sealing* a large packet: SHA-256 for msg_key, then AES-256-IGE as AES-256-CBC between two XORs (why that is the same:
 *   `native-ige.ts`). WebCrypto's CBC adds a block of padding, which is dropped. The thread is held for the XORs alone.
 * - *AES-256-CTR*, which obfuscation needs at once: the key stream is made ahead while packets are large, and what is not
 *   there in time is made here.
 *
 * Small packets are sealed at once, which is sooner than to ask; so is everything where there is no `crypto.subtle`, as in
 * pages without TLS, or where it fails. MD5, which WebCrypto lacks, and decryption, which has no such identity, stay here.
 * Source: https://www.w3.org/TR/webcrypto-2/#aes-cbc, #aes-ctr
 */
import { concat, fromBigInt, toBigInt } from '../bytes.ts'
import { checkLength } from './check.ts'
import type { Crypto, StreamCipher } from './crypto.ts'
import { messageAesKeyIv, messageKey, type Side } from './message-key.ts'
import { primitives } from './primitives.ts'
import { webCrypto } from './web.ts'

/** Packets from this length on are worth the way: at 4 KiB both take as long, at 32 KiB this is three times as fast. */
const LARGE = 16 * 1024
/** auth_key_id and msg_key. */
const ENVELOPE_HEAD = 24
/** Where msg_key stands. */
const MSG_KEY = 8
const BLOCK = 16
/** Bytes of the authorization key that are hashed with the plaintext, and where they stand. */
const HASHED = 32
const HASHED_AT = { client: 88, server: 96 } as const
/** Bytes of key stream that are made at a time. */
const STOCK = 256 * 1024
/** Bytes of key stream that are wanted ahead. */
const AHEAD: number = 4 * STOCK

type Bytes = Uint8Array<ArrayBuffer>

/** What `crypto.subtle` is; undefined in pages without TLS. */
function platform(): SubtleCrypto | undefined {
  return globalThis.crypto?.subtle
}

/** Encrypts `plain`, at a multiple of 4 in memory, where it stands; it is as it was until this is done. */
async function igeEncrypt(subtle: SubtleCrypto, key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Promise<void> {
  // XOR does not care for the order of bytes within a word, so views will do on every machine.
  const words = new Int32Array(plain.buffer, plain.byteOffset, plain.length / 4)
  const before = new Int32Array(iv.slice(BLOCK).buffer)
  // p[i] ^ p[i-2]: a block is four words. In front of the first stands the IV's second half, and in front of that zeros.
  const mixed = words.slice()
  for (let i = 0; i < 4; i++) mixed[i + 4]! ^= before[i]!
  for (let i = 8; i < mixed.length; i++) mixed[i] = words[i]! ^ words[i - 8]!
  const aes = await subtle.importKey('raw', key as Bytes, 'AES-CBC', false, ['encrypt'])
  const out = new Int32Array(await subtle.encrypt({ name: 'AES-CBC', iv: iv.slice(0, BLOCK) }, aes, mixed))
  // From the end, so that p[i-1] is still there.
  for (let i = words.length - 1; i > 3; i--) words[i] = out[i]! ^ words[i - 4]!
  for (let i = 0; i < 4; i++) words[i] = out[i]! ^ before[i]!
}

/** Fills in the packet's msg_key and ciphertext. `hashed` has 32 bytes of the authorization key, then the plaintext. */
async function sealLater(
  subtle: SubtleCrypto,
  secret: Uint8Array,
  from: Side,
  hashed: Uint8Array,
  packet: Uint8Array,
): Promise<void> {
  const plain = hashed.subarray(HASHED)
  try {
    const msgKey = new Uint8Array(await subtle.digest('SHA-256', hashed as Bytes), 8, 16)
    const { key, iv } = messageAesKeyIv(webCrypto, secret, from, msgKey)
    await igeEncrypt(subtle, key, iv, plain)
    packet.set(msgKey, MSG_KEY)
  } catch {
    // What is encrypted is encrypted at the last step, all at once.
    const msgKey = messageKey(webCrypto, secret, from, plain)
    const { key, iv } = messageAesKeyIv(webCrypto, secret, from, msgKey)
    webCrypto.igeEncrypt(key, iv, plain)
    packet.set(msgKey, MSG_KEY)
  }
  packet.set(plain, ENVELOPE_HEAD)
  secret.fill(0)
  hashed.fill(0, 0, HASHED)
}

/** The counter block so many blocks behind `iv`. */
function counter(iv: Uint8Array, blocks: number): Bytes {
  return fromBigInt(BigInt.asUintN(8 * BLOCK, toBigInt(iv) + BigInt(blocks)), BLOCK) as Bytes
}

/** XORs a stretch of `data` with as much of a key stream. */
function xorInto(data: Uint8Array, stream: Uint8Array): void {
  let at = 0
  if (data.byteOffset % 4 === 0 && stream.byteOffset % 4 === 0) {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length >> 2)
    const keys = new Int32Array(stream.buffer, stream.byteOffset, words.length)
    for (let i = 0; i < words.length; i++) words[i]! ^= keys[i]!
    at = 4 * words.length
  }
  for (; at < data.length; at++) data[at]! ^= stream[at]!
}

/** A stream cipher whose key stream is made ahead. */
class StockedCipher implements StreamCipher {
  readonly #subtle: SubtleCrypto
  readonly #key: Uint8Array
  readonly #iv: Uint8Array
  #imported: Promise<CryptoKey> | undefined
  /** How far the stream is used. */
  #used = 0
  /** Key stream that is there, piece after piece; the first may begin before or behind what is used. */
  #stock: { readonly at: number; readonly bytes: Uint8Array }[] = []
  /** Where the stock ends, what is being made included. */
  #end = 0
  #busy = false
  /** Makes key stream here, from `#ownAt` on. */
  #own: StreamCipher | undefined
  #ownAt = 0

  constructor(subtle: SubtleCrypto, key: Uint8Array, iv: Uint8Array) {
    checkLength('key', key, 32)
    checkLength('iv', iv, BLOCK)
    this.#subtle = subtle
    this.#key = key.slice()
    this.#iv = iv.slice()
  }

  apply(data: Uint8Array): Uint8Array {
    for (let done = 0; done < data.length; ) {
      const first = this.#stock[0]
      const rest = data.length - done
      const skip = first ? this.#used - first.at : 0
      if (first && skip >= first.bytes.length) {
        this.#stock.shift()
        continue
      }
      const there = first !== undefined && skip >= 0
      const length = Math.min(rest, there ? first.bytes.length - skip : first ? -skip : rest)
      const piece = data.subarray(done, done + length)
      if (there) xorInto(piece, first.bytes.subarray(skip, skip + length))
      else this.#here(piece)
      done += length
      this.#used += length
    }
    if (data.length >= LARGE) this.#refill().catch(() => {})
    return data
  }

  /** Does without a stock. */
  #here(data: Uint8Array): void {
    if (!this.#own || this.#ownAt !== this.#used) {
      this.#own = primitives.ctr(this.#key, counter(this.#iv, Math.floor(this.#used / BLOCK)))
      this.#own.apply(new Uint8Array(this.#used % BLOCK))
    }
    this.#own.apply(data)
    this.#ownAt = this.#used + data.length
  }

  /** Makes key stream until there is enough of it ahead. What fails is made here when it is needed. */
  async #refill(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#imported ??= this.#subtle.importKey('raw', this.#key as Bytes, 'AES-CTR', false, ['encrypt'])
    const aes = await this.#imported
    while (this.#end < this.#used + AHEAD) {
      const at = Math.max(this.#end, Math.ceil(this.#used / BLOCK) * BLOCK)
      const name = { name: 'AES-CTR', counter: counter(this.#iv, at / BLOCK), length: 8 * BLOCK }
      const bytes = new Uint8Array(await this.#subtle.encrypt(name, aes, new Uint8Array(STOCK)))
      this.#stock.push({ at, bytes })
      this.#end = at + STOCK
    }
    this.#busy = false
  }
}

/** The primitives, and what becomes of the packets they have taken over. */
export interface SubtlePrimitives {
  readonly crypto: Crypto<Promise<Uint8Array>>
  /** Fulfilled, always, when the packet is sealed; undefined for one that was not taken over. */
  readonly sealing: (packet: Uint8Array) => Promise<void> | undefined
}

/**
 * The primitives for web platforms, with the large work of an upload off the thread. Who uses them must look at `sealing`
 * before a packet is sent: until then it holds zeros.
 */
export function subtlePrimitives(): SubtlePrimitives {
  const packets = new WeakMap<Uint8Array, Promise<void>>()
  return {
    sealing: (packet) => packets.get(packet),
    crypto: {
      ...webCrypto,

      ctr(key, iv) {
        const subtle = platform()
        return subtle ? new StockedCipher(subtle, key, iv) : primitives.ctr(key, iv)
      },

      seal(authKey, from, packet, plaintext) {
        const subtle = platform()
        if (!subtle || packet.length < LARGE) return false
        const at = HASHED_AT[from]
        const hashed = concat(authKey.subarray(at, at + HASHED), ...plaintext)
        // Whoever should send it too early sends nothing.
        packet.fill(0, MSG_KEY)
        packets.set(packet, sealLater(subtle, authKey.slice(), from, hashed, packet))
        return true
      },
    },
  }
}
