/**
 * Checks every constructor id against the checksum of its line, but for a list of known exceptions.
 *
 * The list works both ways: a mismatch that is not listed is an error, and so is an entry that no longer applies.
 */
import { computeId, crc32, normalise } from './crc.ts'

/** A definition whose id is not the checksum of its line. */
export interface IdException {
  /** Name in the schema. */
  name: string
  /** Its id, in hex without leading zeros. */
  id: string
  /** The line that the id is the checksum of, where that is known. */
  formerly?: string
  /** Why the two differ. */
  reason: string
}

/** Reads schema/id-exceptions.json. Throws an `Error` that names the entry when one is malformed. */
export function readExceptions(text: string): IdException[] {
  const entries = JSON.parse(text) as unknown
  if (!Array.isArray(entries)) throw new Error('id exceptions: expected an array')
  return entries.map((entry: Partial<IdException>, index) => {
    const { name, id, reason } = entry
    if (typeof name !== 'string' || typeof id !== 'string' || typeof reason !== 'string' || reason === '') {
      throw new Error(`id exceptions: entry ${index} needs a name, an id and a reason`)
    }
    return entry as IdException
  })
}

/**
 * Compares ids with checksums.
 * @returns one sentence for each mismatch that is not listed and each listed exception that is not one
 */
export function verifyIds(
  lines: readonly { name: string; id: number; text: string }[],
  exceptions: readonly IdException[],
): string[] {
  const problems: string[] = []
  const open = new Map(exceptions.map((exception) => [exception.name, exception]))
  for (const { name, id, text } of lines) {
    const computed = computeId(text)
    const exception = open.get(name)
    open.delete(name)
    if (!exception) {
      if (computed !== id)
        problems.push(`${name}: the id is #${id.toString(16)}, the line's checksum #${computed.toString(16)}`)
    } else if (exception.id !== id.toString(16)) {
      problems.push(`${name}: the exception is for #${exception.id}, the schema says #${id.toString(16)}`)
    } else if (computed === id) {
      problems.push(`${name}: listed as an exception, but its id verifies: remove it from the list`)
    } else if (exception.formerly !== undefined && crc32(normalise(exception.formerly)) !== id) {
      problems.push(`${name}: the id is not the checksum of its former line either`)
    }
  }
  for (const name of open.keys()) problems.push(`${name}: listed as an exception, but not in the schema`)
  return problems
}
