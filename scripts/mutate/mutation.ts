/** A check taken out of the source, or bent: one exact piece of one file, replaced by another. */
export interface Mutation {
  /** Stands in the file once. */
  readonly find: string
  readonly replace: string
  /** Where it stands; the row's own module unless told. */
  readonly file?: string
}

/** Mutations by the rule that they break, as it is written in its table. */
export type Mutations = Readonly<Record<string, readonly Mutation[]>>

/**
 * The source with the mutation in it.
 * @throws Error when the piece is not there just once: the check has moved, and the list has to follow
 */
export function mutate(source: string, { find, replace }: Mutation, file: string): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times, not once: ${find}`)
  return parts.join(replace)
}
