/**
 * What a secret looks like when it slips into a text: a list of needles for each, to be searched in all that is printed,
 * thrown or told.
 */
import { inspect } from 'node:util'
import { toHex } from '../../src/bytes.ts'

/** How much of a secret may not be found, in bytes: a piece this long at its beginning, middle or end. */
const PIECE = 8

/** Ways to write a secret of 8 bytes or more. */
export function needlesOf(secret: Uint8Array): string[] {
  const places = [0, (secret.length - PIECE) >> 1, secret.length - PIECE]
  const pieces = places.map((at) => secret.slice(at, at + PIECE))
  // A whole number, in either byte order, with a sign or without.
  const numbers = [
    secret,
    secret.slice().reverse(),
    ...pieces,
    ...pieces.map((piece) => piece.slice().reverse()),
  ].flatMap((bytes) => {
    const value = BigInt(`0x${toHex(bytes)}`)
    return [
      value.toString(),
      BigInt.asIntN(8 * bytes.length, value)
        .toString()
        .replace('-', ''),
    ]
  })
  const texts = pieces.flatMap((piece) => {
    const list = [...piece]
    const hex = list.map((byte) => byte.toString(16).padStart(2, '0'))
    return [hex.join(''), hex.join(' '), hex.join(':'), list.join(','), list.join(', ')]
  })
  // Base64 is cut where whole groups of three bytes begin; eight characters are six bytes.
  const base64 = [0, 1, 2].map((skip) => Buffer.from(secret.subarray(skip)).toString('base64').slice(0, 10))
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([...numbers, ...texts, ...base64, ...base64url])]
}

/** Everything that people might print of a value: as a string, as JSON, inspected to the bottom. */
export function textsOf(value: unknown): string[] {
  const texts = [inspect(value, { depth: 12, showHidden: true, maxArrayLength: 600, maxStringLength: 10_000 })]
  if (typeof value === 'string') texts.push(value)
  try {
    texts.push(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one)) ?? '')
  } catch {
    // It refers to itself, and is told by the other ways.
  }
  if (value instanceof Error) texts.push(value.message, String(value), value.stack ?? '', ...textsOf(value.cause))
  return texts
}

/** The first secret found in any of the texts, by name and with its surroundings; undefined if there is none. */
export function leak(secrets: ReadonlyMap<string, readonly string[]>, texts: readonly string[]): string | undefined {
  for (const printed of texts) {
    // Long arrays are printed in columns.
    const text = printed.replace(/\s+/g, ' ')
    const lower = text.toLowerCase()
    for (const [name, needles] of secrets) {
      for (const needle of needles) {
        const at = /^[0-9a-f: ]+$/.test(needle) ? lower.indexOf(needle) : text.indexOf(needle)
        if (at >= 0) return `${name} in …${text.slice(Math.max(0, at - 60), at + needle.length + 20)}…`
      }
    }
  }
  return undefined
}
