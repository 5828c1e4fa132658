/**
 * XOR over long stretches of memory: by WebAssembly, 16 bytes an instruction, and in JavaScript where there is none of it.
 *
 * Two of these passes stand around native CBC to make IGE of it (`native-ige.ts`). In JavaScript, 4 bytes a step, they take
 * two thirds of what CBC takes itself; here a thirtieth. The module is one function, assembled below when it is first
 * wanted, since a process that sends nothing long has no use for it: one millisecond.
 *
 * Source: https://webassembly.github.io/spec/core/binary/, https://webassembly.github.io/spec/core/appendix/index-instructions.html
 */

/** A piece of memory, and what does XOR within it. */
export interface XorKernel {
  readonly memory: Uint8Array
  /**
   * XORs `length` bytes, at least one, from `a` on with those from `b` on and puts them from `to` on: offsets in {@link memory}, multiples
   * of 4. `to` may be `a`. Fewer than {@link OVERRUN} bytes more are read and written.
   */
  xor(to: number, a: number, b: number, length: number): void
}

/** Instructions that are repeated in one turn of the loop: more gain nothing. */
const UNROLLED = 8
/** Bytes of one instruction. */
const WIDTH = 16
/** A turn of the loop is done whole, so fewer bytes than this more than it was told may be touched. */
export const OVERRUN: number = UNROLLED * WIDTH
/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65536

// Instructions and types. Those of SIMD follow behind a prefix; their numbers and all others are written as LEB128.
const LOOP = 0x03
const END = 0x0b
const BR_IF = 0x0d
const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22
const I32_CONST = 0x41
const I32_LT_U = 0x49
const I32_ADD = 0x6a
const SIMD = 0xfd
const V128_LOAD = 0
const V128_STORE = 11
const V128_XOR = 81
const I32 = 0x7f
const NO_RESULT = 0x40
const FUNCTION = 0x60

// The function's parameters.
const TO = 0
const A = 1
const B = 2
/** Where it stops to write. */
const LIMIT = 3

/** A number as unsigned LEB128; as signed too when it is below 64. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}

/** As signed LEB128: a sign bit of 0 needs its place. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)]
}

/** Something that states its length. */
function sized(...bytes: readonly number[]): number[] {
  return [...leb(bytes.length), ...bytes]
}

/** The module: `memory` of so many pages, and `xor(to, a, b, limit)`. */
function assemble(pages: number): Uint8Array<ArrayBuffer> {
  const turn: number[] = []
  for (let at = 0; at < UNROLLED * WIDTH; at += WIDTH) {
    // Alignment 2^0: the offsets promise no more than multiples of 4, and processors do not care.
    turn.push(LOCAL_GET, TO)
    for (const from of [A, B]) turn.push(LOCAL_GET, from, SIMD, V128_LOAD, 0, ...leb(at))
    turn.push(SIMD, V128_XOR, SIMD, V128_STORE, 0, ...leb(at))
  }
  const step = [I32_CONST, ...signed(UNROLLED * WIDTH), I32_ADD]
  for (const from of [A, B]) turn.push(LOCAL_GET, from, ...step, LOCAL_SET, from)
  turn.push(LOCAL_GET, TO, ...step, LOCAL_TEE, TO, LOCAL_GET, LIMIT, I32_LT_U, BR_IF, 0)
  const name = (text: string): number[] => sized(...new TextEncoder().encode(text))
  return Uint8Array.of(
    ...[0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
    // Types, functions, memories, exports (a memory, a function), code without locals.
    ...[1, ...sized(1, FUNCTION, ...sized(I32, I32, I32, I32), 0)],
    ...[3, ...sized(1, 0)],
    ...[5, ...sized(1, 0, ...leb(pages))],
    ...[7, ...sized(2, ...name('memory'), 2, 0, ...name('xor'), 0, 0)],
    ...[10, ...sized(1, ...sized(0, LOOP, NO_RESULT, ...turn, END, END))],
  )
}

/**
 * A kernel by WebAssembly.
 * @param size bytes of memory, rounded up to whole pages
 * @returns undefined where there is no WebAssembly, or none with SIMD
 */
export function wasmKernel(size: number): XorKernel | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(Math.ceil(size / PAGE))))
    const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer)
    const run = exports.xor as (to: number, a: number, b: number, limit: number) => void
    return { memory, xor: (to, a, b, length) => run(to, a, b, to + length) }
  } catch {
    return undefined
  }
}

/** A kernel in JavaScript, with memory of `size` bytes. */
export function plainKernel(size: number): XorKernel {
  const words = new Int32Array(size / 4)
  return {
    memory: new Uint8Array(words.buffer),
    // XOR does not care for the order of bytes within a word, so words will do on every machine.
    xor(to, a, b, length) {
      const end = to + length
      for (let i = to / 4, j = a / 4, k = b / 4; i < end / 4; i++) words[i] = words[j++]! ^ words[k++]!
    },
  }
}
