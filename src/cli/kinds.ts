/**
 * What files of a command line can be made of, and what goes with each.
 */
import { UsageError } from '../errors.ts'

/** What `--as` can be. */
export const KINDS = ['photo', 'video', 'animation', 'audio', 'voice', 'video-note', 'document'] as const
export type Kind = (typeof KINDS)[number]

/** Kinds that each of these options has no place in. */
const WITHOUT: Readonly<Record<'--spoiler' | '--ttl' | '--name' | '--mime' | '--no-probe', readonly Kind[]>> = {
  '--spoiler': ['audio', 'voice', 'video-note'],
  '--ttl': ['animation', 'audio'],
  '--name': ['voice', 'video-note'],
  '--mime': ['photo'],
  '--no-probe': ['video', 'animation', 'audio', 'voice', 'video-note'],
}

/** Why, where it is not that such a thing has no such thing. */
const WHY: Readonly<Partial<Record<string, string>>> = {
  '--mime': '--mime is for documents; the server sees itself what a photo is',
  '--no-probe': 'the size and duration of films and sounds are found by a look at the file: leave --no-probe out',
}

/** @throws UsageError for an option that does not go with what is to be made */
export function checkKind(kind: Kind | undefined, given: Readonly<Record<keyof typeof WITHOUT, boolean>>): void {
  for (const option of Object.keys(WITHOUT) as (keyof typeof WITHOUT)[]) {
    if (kind && given[option] && WITHOUT[option].includes(kind))
      throw new UsageError(WHY[option] ?? `${option} does not go with --as ${kind}`)
  }
}
