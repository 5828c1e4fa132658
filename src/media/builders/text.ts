/**
 * Text with its formatting.
 */
import type { TextWithEntities } from '../../tl/generated/api-types.ts'

/** Plain text, or text with entities as the schema has it. */
export type Text = string | TextWithEntities

/** Text as the schema has it. */
export function textOf(text: Text): TextWithEntities {
  return typeof text === 'string' ? { _: 'textWithEntities', text, entities: [] } : text
}
