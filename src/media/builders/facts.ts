/**
 * What has to be known of a file: told by the caller, or found by a probe; never made up.
 */
import { UsageError } from '../../errors.ts'
import type { FileProbe, ProbedFile } from '../../files/probe.ts'

/** Facts that the protocol demands: all told, or some of them where a probe looks for the others. */
export type Known<Facts> =
  | (Facts & { readonly probe?: FileProbe | undefined })
  | ({ readonly [Key in keyof Facts]?: Facts[Key] | undefined } & { readonly probe: FileProbe })

/** Seconds that something plays. */
export interface Playing {
  /** Seconds, with their fraction. */
  readonly duration: number
}

/** What plays and is seen. */
export interface Frames extends Playing {
  /** Pixels, as it is shown. */
  readonly width: number
  readonly height: number
}

/** Facts as they come from somewhere. */
type Some<Name extends string> = { readonly [Key in Name]?: number | undefined }

/**
 * The facts of these names: what is told comes before what was found.
 * @throws UsageError for those that nobody knows
 */
export function known<const Name extends string>(
  kind: string,
  names: readonly Name[],
  told: Some<Name>,
  found: Some<Name> & Pick<ProbedFile, 'problems'>,
): Record<Name, number> {
  const facts = Object.fromEntries(names.map((name) => [name, told[name] ?? found[name]])) as Some<Name>
  const missing = names.filter((name) => !(facts[name]! > 0))
  if (missing.length > 0) {
    const [problem] = found.problems ?? []
    const why = problem ? `; the one given says: ${problem.message.split('\n', 1)[0]}` : ''
    throw new UsageError(
      `${kind}() needs ${names.join(', ')}; ${missing.join(', ')} must be ${missing.length > 1 ? 'numbers' : 'a number'} above 0: tell ${missing.length > 1 ? 'them' : 'it'}, or give a probe that finds ${missing.length > 1 ? 'them' : 'it'} in this file${why}`,
    )
  }
  return facts as Record<Name, number>
}

/** Seconds as a whole number: what plays plays for one at least. */
export function wholeSeconds(duration: number): number {
  return Math.max(1, Math.round(duration))
}
