/**
 * What a caller without types gave to a builder in place of a file or of options: each slip gets a sentence that names it.
 *
 * Where every byte counts (bundles for browsers) `check-nothing.ts` stands for it, and the types alone must do.
 */
import { UsageError } from '../errors.ts'
import type { InputMedia } from '../tl/generated/api-types.ts'
import { lookFirst } from './look-first.ts'
import type { MediaFile, MediaRequest } from './media-types.ts'
import type { FileProbe } from './probe.ts'

/**
 * Checks what a builder of media is given.
 * @param builder its name
 * @param options what may be left out, unless `needed`
 * @throws UsageError for no file, and for options that are no object
 */
export function checkGiven(builder: string, file: unknown, options: unknown, needed?: boolean): void {
  if (file === undefined || file === null || file === '')
    throw new UsageError(`${builder}() takes a file first, not ${show(file)}`)
  checkOptions(builder, options, needed)
}

/**
 * Checks what a builder of other media is given.
 * @throws UsageError for options that are no object
 */
export function checkOptions(builder: string, options: unknown, needed?: boolean): void {
  if (options === undefined && !needed) return
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new UsageError(`${builder}() takes its options as an object, not ${show(options)}`)
  for (const [name, [fits, what]] of Object.entries(FIELDS)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined && !fits(value))
      throw new UsageError(
        `${builder}() takes as ${name} ${what}, not ${typeof value === 'number' ? value : show(value)}`,
      )
  }
}

/** That it is above 0 is seen where it is needed, and may be found by a probe. */
const LENGTH = [(value: unknown) => typeof value === 'number' && value !== Infinity, 'a number above 0'] as const

/** Options that mean the same in all builders, and that are worked with before the schema is asked what they may be. */
const FIELDS: Readonly<Record<string, readonly [fits: (value: unknown) => boolean, what: string]>> = {
  probe: [(value) => typeof value === 'function', 'a function, as mtproto-upload/probe has it'],
  attributes: [Array.isArray, 'an array of attributes'],
  waveform: [(value) => Array.isArray(value) || value instanceof Uint8Array, 'an array of numbers, or bytes'],
  width: LENGTH,
  height: LENGTH,
  duration: LENGTH,
  length: LENGTH,
}

/** A builder of photos whose arguments are checked, and that looks first if it is given a probe. */
export function looking<Options extends { readonly probe?: FileProbe | undefined }, Made extends InputMedia>(
  build: (file: MediaFile, options?: Options) => MediaRequest<Made>,
): (file: MediaFile, options?: Options) => MediaRequest<Made> {
  const looked = lookFirst<Options, Made>(build)
  return (file, options) => {
    checkGiven('photo', file, options)
    return options ? looked(file, options) : build(file)
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === '') return 'the empty string'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return value === null ? 'null' : 'an object'
  return `a ${typeof value}`
}
