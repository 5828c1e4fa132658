/**
 * Reads and writes values by a schema that is there as a text: the small form of the generated client, for bundles.
 *
 * The straight-line form (src/tl/generated/client) is fast and large; this one interprets the lines of the schema and does
 * the same, value for value, byte for byte, error for error. A type is parsed when it is first needed, and the ids of its
 * constructors are then computed, as the checksums that they are.
 *
 * The text, line by line (scripts/generator/emit/compact.ts writes it):
 *
 * - `=Type` begins a type, `+Type` one whose values can contain themselves; its constructors follow, one line each
 * - a constructor's name is what it has more than its type's (`Photo` of `InputMedia` is `inputMediaPhoto`); behind a dot
 *   stands a whole name; an id that is not the checksum follows behind `#`
 * - then its fields: `nameT`, or `name:T` where the letters would not tell where T starts; `#` and `#2` for the words `flags` and
 *   `flags2`, of which `#` is left out where it is the only one and comes first; `name.bT` and `name,bT` for a field
 *   that depends on bit b, a digit in base 32, of the first or second word; without b it is the bit after the last one;
 *   without T the field is the flag itself
 * - T is a letter of `SCALARS`, a type's name, `*T` for a vector, or `-T` for a bare vector of a type's only constructor,
 *   bare as well
 * - a line ends in `=Type` where its constructor belongs to another type than that which it stands under: messages of
 *   MTProto stand under the side that sends them
 *
 * A method's line ends in `=T`, its result; lines with types that the method alone needs may follow.
 *
 * Source: https://core.telegram.org/mtproto/TL-formal#combinator-numbers-and-names
 */
import { defineMethod, type Method } from './method.ts'
import type { TlReader } from './reader.ts'
import type { TlWriter } from './writer.ts'

/** How values of one type are read and written. */
interface Codec {
  /** The type as it stands in the line that an id is the checksum of. */
  readonly spelling: string
  /** A number of bytes that no value falls short of: bounds the counts of vectors. */
  readonly least: () => number
  readonly read: (reader: TlReader) => unknown
  readonly write: (writer: TlWriter, value: unknown) => void
  /** The first constructor, for types that have any. */
  readonly first?: () => Definition
}

interface Field {
  /** Name of the property; none for a word of flags. */
  readonly key: string
  /** None for words of flags and for flags that are their own value. */
  readonly codec: Codec | undefined
  /** The bit that the field depends on, if any, and the word it stands in. */
  readonly mask: number
  readonly word: number
}

/** A constructor or a method. */
interface Definition {
  readonly name: string
  readonly id: number
  readonly fields: readonly Field[]
}

/** Finds a type by its name or letter. */
export type Types = (token: string) => Codec

type Value = Record<string, unknown>

/** Scalars: how a line spells them, the method of reader and writer that does them, and their (least) size. */
const SCALARS: Readonly<Record<string, readonly [spelling: string, method: string, size: number]>> = {
  I: ['int', 'int', 4],
  L: ['long', 'long', 8],
  D: ['double', 'double', 8],
  S: ['string', 'string', 4],
  B: ['bytes', 'bytes', 4],
  Q: ['Bool', 'bool', 4],
  X: ['int128', 'raw', 16],
  Y: ['int256', 'raw', 32],
  '!': ['!X', 'query', 4],
}

/** CRC-32 of a text in ASCII. Bit by bit: some hundred short lines do not need a table. */
function crc32(text: string): number {
  let crc = -1
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

/** Parses a line. `result` is what it ends in unless it says so itself, as an id's line spells it. */
function define(types: Types, line: string, result?: string): Definition {
  const [text, own = result] = line.split('=')
  const [head, ...tokens] = text!.split(' ')
  const [name, id] = head!.split('#') as [string, string?]
  // The word of flags at the start goes without saying.
  if (/ \w+[.,]/.test(text!) && !/ #/.test(text!)) tokens.unshift('#')
  const words: string[] = []
  let spelling = name
  let next = 0
  const fields = tokens.map((token): Field => {
    const [, field, mark, bit, type] = /^(\w*(?=[:.,])|[a-z\d_]*)(?:[#:]|([.,])([\da-v]?))?(.*)/.exec(token)!
    if (!field) {
      words.push(`flags${type}`)
      next = 0
      spelling += ` flags${type}:#`
      return { key: '', codec: undefined, mask: 0, word: 0 }
    }
    const codec = type ? types(type) : undefined
    const word = mark === ',' ? 1 : 0
    if (bit) next = Number.parseInt(bit, 32)
    // In the line of an id, flags of type `true` are left out and `bytes` counts as `string`, but not in vectors.
    const condition = mark ? `${words[word]}.${next}?` : ''
    if (codec) spelling += ` ${field}:${condition}${type === 'B' ? 'string' : codec.spelling}`
    const key = field.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase())
    return { key, codec, mask: mark ? 1 << next++ : 0, word }
  })
  return { name, id: id ? Number.parseInt(id, 16) : crc32(`${spelling} = ${own}`), fields }
}

function readFields(r: TlReader, { name, fields }: Definition): Value {
  const value: Value = { _: name }
  const words: number[] = []
  for (const { key, codec, mask, word } of fields) {
    if (!key) words.push(r.uint())
    else if (!mask || words[word]! & mask) value[key] = codec ? codec.read(r) : true
  }
  return value
}

function writeFields(w: TlWriter, { fields }: Definition, value: Value): void {
  const words: number[] = []
  for (const { key, codec, mask, word } of fields) {
    if (!key) words.push(writeWord(w, fields, words.length, value))
    else if (codec && (!mask || words[word]! & mask)) codec.write(w, value[key])
  }
}

/** Writes and returns a word of flags: a bit is set where a field that depends on it is there. */
function writeWord(w: TlWriter, fields: readonly Field[], index: number, value: Value): number {
  let bits = 0
  for (const { key, codec, mask, word } of fields) {
    if (word === index && mask && (codec ? value[key] !== undefined : value[key] === true)) bits |= mask
  }
  w.uint(bits)
  return bits
}

/** The codec of a scalar. Its method is given the size; those that know their own do not look at it. */
function scalar([spelling, method, size]: readonly [string, string, number]): Codec {
  return {
    spelling,
    least: () => size,
    read: (r) => r[method as 'raw'](size),
    write: (w, value) => w[method as 'raw'](value as Uint8Array, size),
  }
}

function vector(item: Codec): Codec {
  return {
    spelling: `Vector ${item.spelling}`,
    least: () => 8,
    read: (r) => r.vector(item.read, item.least()),
    write: (w, value) => w.vector(value as unknown[], item.write),
  }
}

/** The codec of a vector without id whose elements have none either. */
function bareVector(item: Codec): Codec {
  const definition = item.first!()
  return {
    spelling: `vector ${definition.name}`,
    least: () => 4,
    read: (r) => r.bareVector((inner) => readFields(inner, definition), item.least() - 4),
    write: (w, value) => w.bareVector(value as Value[], (inner, one) => writeFields(inner, definition, one)),
  }
}

/** Calls `make` when the value is first asked for. */
function lazy<T extends {}>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Writes a constructor or a request with its id. */
function writeBoxed(w: TlWriter, definition: Definition, value: Value): void {
  w.uint(definition.id)
  writeFields(w, definition, value)
}

/** The codec of a type with constructors; `head` and `lines` are its part of the text. */
function union(types: Types, [head, ...lines]: readonly string[]): Codec {
  const name = head!.slice(1)
  const members = lazy(() => {
    const stem = name.replace(/\w(?=\w*$)/, (letter) => letter.toLowerCase())
    return lines.map((line) => define(types, line[0] === '.' ? line.slice(1) : stem + line, name))
  })
  // What errors call it: as in the straight-line form, the constructor where there is but one.
  const label = (): string => (lines[1] === undefined ? members()[0]!.name : name)
  const read = (r: TlReader): Value => {
    const id = r.id(label())
    return readFields(r, members().find((member) => member.id === id) ?? r.unknown())
  }
  const write = (w: TlWriter, value: unknown): void => {
    const found = members().find((member) => member.name === (value as Value | undefined)?._)
    writeBoxed(w, found ?? w.unexpected(value, label()), value as Value)
  }
  let least = 0
  const nested = head![0] === '+'
  return {
    spelling: name,
    first: () => members()[0]!,
    least() {
      if (least) return least
      // A type that contains itself comes by here again: no value is shorter than its id.
      least = 4
      const size = ({ codec, mask }: Field): number => (mask ? 0 : (codec?.least() ?? 4))
      least += Math.min(...members().map(({ fields }) => fields.reduce((sum, field) => sum + size(field), 0)))
      return least
    },
    read: nested ? (r) => r.nest(read) : read,
    write: nested ? (w, value) => w.nest(write, value) : write,
  }
}

/** The types of a text, and those of `base`. Nothing is parsed before it is needed. */
export function compactTypes(text: string, base?: Types): Types {
  const codecs = new Map<string, Codec>()
  const blocks = lazy(() => {
    const parts = text.split(/\n(?=[=+])/).map((part) => part.split('\n'))
    return new Map(parts.map((lines) => [lines[0]!.slice(1), lines]))
  })
  const make = (token: string): Codec => {
    if (token[0] === '*') return vector(types(token.slice(1)))
    if (token[0] === '-') return bareVector(types(token.slice(1)))
    const letter = SCALARS[token]
    const block = blocks().get(token)
    return letter ? scalar(letter) : block ? union(types, block) : base!(token)
  }
  const types: Types = (token) => {
    const codec = codecs.get(token) ?? make(token)
    codecs.set(token, codec)
    return codec
  }
  return types
}

/** What a method's line says: how to write its request and, if the line says what it returns, how to read that. */
function callOf(base: Types, text: string): () => { definition: Definition; result: Codec | undefined } {
  return lazy(() => {
    const [line, ...rest] = text.split('\n')
    const types = compactTypes(rest.join('\n'), base)
    const [call, returns] = line!.split('=')
    const result = returns === undefined ? undefined : types(returns)
    return { definition: define(types, call!, result?.spelling), result }
  })
}

/**
 * A method's constant: does the same as the one of the straight-line form.
 * @param base types that the line may name, besides those that follow it
 * @param text the method's line, and types that it alone needs
 */
export function compactMethod<Request extends { readonly _: string }, Result>(
  base: Types,
  text: string,
): Method<Request, Result> {
  const call = callOf(base, text)
  return defineMethod(
    /^[\w.]+/.exec(text)![0],
    (writer, request) => writeBoxed(writer, call().definition, request as Value),
    (reader) => call().result!.read(reader) as Result,
  )
}

/** A function that writes the request of a method that carries a query. Its line has the id, and no result. */
export function compactWriter<Request>(base: Types, text: string): (writer: TlWriter, request: Request) => void {
  const call = callOf(base, text)
  return (writer, request) => writeBoxed(writer, call().definition, request as Value)
}
