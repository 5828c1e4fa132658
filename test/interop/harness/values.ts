/**
 * Brings what clients decoded into one form, so that they can be held to the same.
 *
 * Clients differ in the case of names, in what stands for an absent field (nothing, null, false or an empty list), and in
 * which numbers are too long for a number: here all are strings.
 */
import type { Decoded } from './job.ts'

export type Plain = string | boolean | undefined | readonly Plain[] | { readonly [field: string]: Plain }

/** `file_name` and `fileName` → `fileName`. */
function fieldName(name: string): string {
  return name === '_' ? name : name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `MessageMediaPhoto` and `messageMediaPhoto` → `messageMediaPhoto`; `payments.GiveawayInfo` has none like it here. */
function constructorName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** The value in the common form; what is absent by any client's custom is left out. */
export function plainValue(value: Decoded): Plain {
  if (value === null || value === false) return undefined
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item: Decoded) => plainValue(item))
  const fields = Object.entries(value as Record<string, Decoded>).flatMap(([name, field]): [string, Plain][] => {
    const plain = name === '_' ? constructorName(String(field)) : plainValue(field)
    return plain === undefined ? [] : [[fieldName(name), plain]]
  })
  return Object.fromEntries(fields)
}
