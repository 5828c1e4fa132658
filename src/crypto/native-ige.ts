/**
 * AES-256-IGE encryption by one native AES-256-CBC pass: Node, Bun and Deno.
 *
 * With c[i] = E(p[i] ^ c[i-1]) ^ p[i-1] and d[i] = c[i] ^ p[i-1] it follows that d[i] = E(p[i] ^ p[i-2] ^ d[i-1]): CBC over
 * p[i] ^ p[i-2]. The IV's halves stand for c[-1], the IV of CBC, and p[-1]; p[-2] is zero.
 *
 * The data goes through a scratch memory in pieces that stay in the processor's first caches:
 *
 * 1. a piece of the plaintext is brought there, behind its last two blocks of before
 * 2. XOR of p[i] and p[i-2]; 3. CBC; 4. XOR of what came out and p[i-1]
 * 5. the result goes to its place
 *
 * So it need not stand where the plaintext stood, nor the plaintext in one piece: what is to be sent again stays as it is
 * and needs no copy. Long data has its XOR done by WebAssembly. On parts of 512 KiB the whole takes 1.05 times as long as the
 * bare CBC pass.
 */
import { createCipheriv } from 'node:crypto'
import { checkFrom, checkIge } from './check.ts'
import { OVERRUN, plainKernel, wasmKernel, type XorKernel } from './xor-kernel.ts'

/** Bytes that go through at a time. */
const PIECE = 32 * 1024
/** Data from so many bytes on is worth a start of WebAssembly. */
const LONG = 16 * 1024
const BLOCK = 16

// The scratch memory: the last two blocks before the piece, the piece, and what is made of it.
const PLAIN = 2 * BLOCK
const MADE = PLAIN + PIECE + OVERRUN
/** Bytes of memory that a kernel needs. */
export const KERNEL_SIZE: number = MADE + PIECE + OVERRUN

/** How XOR is done; `undefined` as long as nothing has asked. */
export interface Kernels {
  short?: XorKernel | undefined
  long?: XorKernel | undefined
}

const kernels: Kernels = {}

/** Encrypts as `Crypto.igeEncrypt` does. `made` has the kernels, where others than those of all are to be used. */
export function nativeIgeEncrypt(
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  from: readonly Uint8Array[] = [data],
  made: Kernels = kernels,
): void {
  checkIge(key, iv, data)
  checkFrom(from, data.length)
  made.short ??= plainKernel(KERNEL_SIZE)
  if (data.length >= LONG) made.long ??= wasmKernel(KERNEL_SIZE) ?? made.short
  const kernel = data.length < LONG ? made.short : made.long!
  const { memory } = kernel
  const cipher = createCipheriv('aes-256-cbc', key, iv.subarray(0, BLOCK)).setAutoPadding(false)
  const result = memory.subarray(MADE, MADE + PIECE)
  memory.fill(0, 0, BLOCK)
  memory.set(iv.subarray(BLOCK), BLOCK)
  let source = 0
  let taken = 0
  for (let at = 0; at < data.length; at += PIECE) {
    const length = Math.min(PIECE, data.length - at)
    for (let filled = 0; filled < length; ) {
      const piece = from[source]!
      const rest = piece.subarray(taken, taken + length - filled)
      memory.set(rest, PLAIN + filled)
      filled += rest.length
      taken += rest.length
      if (taken === piece.length) {
        source++
        taken = 0
      }
    }
    const current = length === PIECE ? result : result.subarray(0, length)
    kernel.xor(MADE, PLAIN, PLAIN - 2 * BLOCK, length)
    memory.set(cipher.update(current), MADE)
    kernel.xor(MADE, MADE, PLAIN - BLOCK, length)
    data.set(current, at)
    memory.copyWithin(0, length, length + PLAIN)
  }
  // No plaintext stays behind.
  memory.fill(0, 0, MADE + Math.min(data.length, PIECE) + OVERRUN)
}
