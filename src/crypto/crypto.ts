/**
 * The primitives of MTProto 2.0 behind one small interface.
 *
 * Two implementations exist, `native.ts` (the platform's own, on Node, Bun and Deno) and `portable.ts` (plain
 * JavaScript, everywhere); both run against the same vectors. Everything is synchronous, so that the state machines above
 * stay free of I/O.
 */

/** A hash that is fed piece by piece. */
export interface IncrementalHash {
  /** Takes more data. */
  update(data: Uint8Array): this
  /** The hash of everything taken; nothing may follow. */
  digest(): Uint8Array
}

/** A stream cipher that keeps its position between calls. */
export interface StreamCipher {
  /** Encrypts or decrypts `data` in place and returns it. */
  apply(data: Uint8Array): Uint8Array
}

/** The primitives. Methods are synchronous, but for those that say otherwise, and keep nothing but what they return. */
export interface Crypto<Unpacked = Uint8Array | Promise<Uint8Array>> {
  /** SHA-1 over the parts one after another: 20 bytes. */
  sha1(...parts: readonly Uint8Array[]): Uint8Array
  /** SHA-256 over the parts one after another: 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array
  /** A fresh MD5, for the checksum of small files; without it they go without one, as servers allow. */
  md5?(): IncrementalHash
  /**
   * AES-256-IGE, in place or from elsewhere.
   * @param key 32 bytes
   * @param iv 32 bytes: the previous ciphertext block, then the previous plaintext block
   * @param data a multiple of 16 bytes; overwritten
   * @param from what is encrypted instead of `data`: pieces that are as long together. They stay as they are, but for
   *   those that lie in `data`, each at its own place there.
   * @throws RangeError for other lengths
   */
  igeEncrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array, from?: readonly Uint8Array[]): void
  /** The inverse of {@link igeEncrypt}, in place. */
  igeDecrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): void
  /**
   * AES-256-CTR.
   * @param key 32 bytes
   * @param iv 16 bytes, the first counter block, big-endian
   */
  ctr(key: Uint8Array, iv: Uint8Array): StreamCipher
  /** base^exponent mod modulus, for numbers of up to 2048 bits or so. */
  modPow(base: bigint, exponent: bigint, modulus: bigint): bigint
  /** Miller-Rabin; an error of at most 4^-rounds. `random` supplies the witnesses where the platform does not. */
  isProbablePrime(n: bigint, rounds: number, random: (into: Uint8Array) => Uint8Array): boolean
  /**
   * Inflates a gzip member.
   * @param limit most bytes the output may have
   * @throws RangeError when the data is damaged or the output would be longer than `limit`; where the platform unpacks
   *   in its own time, the promise rejects
   */
  gunzip(data: Uint8Array, limit: number): Unpacked
  /** Compresses to gzip; absent where the platform has no synchronous way. */
  gzip?(data: Uint8Array): Uint8Array
  /**
   * Takes a packet over, to seal it in the platform's own time; absent where everything is done at once. Only for
   * primitives that come with a way to the servers that waits until it is sealed (`mtproto-upload/web-crypto`).
   * @param authKey 256 bytes; what is needed of them is taken before this returns
   * @param from the side that sends
   * @param packet 8 bytes that stay, room for msg_key (16 bytes) and the ciphertext
   * @param plaintext in pieces, which may lie in `packet`; it is taken before this returns
   * @returns false for a packet that is better sealed at once: nothing has happened to it
   */
  seal?(authKey: Uint8Array, from: 'client' | 'server', packet: Uint8Array, plaintext: readonly Uint8Array[]): boolean
}

/** Primitives that can make the checksum of small files. */
export interface WithMd5 {
  md5(): IncrementalHash
}
