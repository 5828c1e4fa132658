/**
 * From values of older layers to ours, where more than the constructor's id has changed.
 */
import type { Definition } from './definition.ts'
import type { DialectValue } from './dialect.ts'

/** By the line's name and id: what else has to happen to a value that was read. */
const CHANGES: Readonly<Record<string, (value: DialectValue) => DialectValue>> = {
  // Formatted text came later.
  'poll#86e18161': (value) => ({ ...value, question: formatted(value.question) }),
  'pollAnswer#6ca9c2e9': (value) => ({ ...value, text: formatted(value.text) }),
  // Files were shorter than 2^31 bytes.
  'upload.getFile#b15a9afc': (value) => ({ ...value, offset: BigInt(value.offset as number) }),
}

/** The value of ours that a value read by `definition` means. */
export function raise({ name, id }: Definition, value: DialectValue): DialectValue {
  return CHANGES[`${name}#${id.toString(16)}`]?.(value) ?? value
}

function formatted(text: unknown): DialectValue {
  return { _: 'textWithEntities', text, entities: [] }
}
