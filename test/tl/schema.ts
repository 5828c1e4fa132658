/**
 * The schema that the generated code was made from, and that code by the names of the schema, for tests over all of it.
 */
import { readFileSync } from 'node:fs'
import { compile } from '../../scripts/generator/compile.ts'
import type { Names } from '../../scripts/generator/emit/names.ts'
import { contextOf, type Roots } from '../../scripts/generator/generate.ts'
import { type IdException, readExceptions } from '../../scripts/generator/ids.ts'
import { type Pruned, prune } from '../../scripts/generator/prune.ts'
import type { Definition, Schema } from '../../scripts/generator/schema.ts'
import * as clientMethods from '../../src/tl/generated/client/methods.ts'
import * as clientReaders from '../../src/tl/generated/client/readers.ts'
import * as clientWriters from '../../src/tl/generated/client/writers.ts'
import * as serverReaders from '../../src/tl/generated/server/readers.ts'
import * as serverWriters from '../../src/tl/generated/server/writers.ts'
import type { Method } from '../../src/tl/method.ts'
import type { TlReader } from '../../src/tl/reader.ts'
import { TlWriter } from '../../src/tl/writer.ts'

export const readText = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

export const exceptions: IdException[] = readExceptions(readText('schema/id-exceptions.json'))
export const roots: Roots = JSON.parse(readText('schema/roots.json')) as Roots
export const api: Schema = compile(
  readText('schema/api.tl'),
  'schema/api.tl',
  exceptions.map((exception) => exception.name),
)
export const mtproto: Schema = compile(readText('schema/mtproto.tl'), 'schema/mtproto.tl')
export const pruned: Pruned = prune(api, roots.methods, 'schema/api.tl')
const names: Names = contextOf(pruned, '').names

export type Read = (reader: TlReader) => unknown
export type Write = (writer: TlWriter, value: unknown) => void

/** A type with the functions of both ends. */
export interface Codec {
  /** Who writes it. */
  writer: 'client' | 'server'
  type: string
  write: Write
  read: Read
  constructors: Definition[]
}

function codec(writer: Codec['writer'], type: string): Codec {
  const suffix = names.unionType(type)
  const writers = (writer === 'client' ? clientWriters : serverWriters) as unknown as Record<string, Write>
  const readers = (writer === 'client' ? serverReaders : clientReaders) as unknown as Record<string, Read>
  return {
    writer,
    type,
    write: writers[`write${suffix}`]!,
    read: readers[`read${suffix}`]!,
    constructors: api.types.get(type)!,
  }
}

/** Every type that is generated: what clients write, then what servers write. */
export const codecs: Codec[] = [
  ...[...pruned.requests.types].sort().map((type) => codec('client', type)),
  ...[...pruned.results.types].sort().map((type) => codec('server', type)),
]

/** A generated method, by its name in the schema. */
export function methodOf(name: string): Method<{ _: string }, unknown> {
  return (clientMethods as unknown as Record<string, Method<{ _: string }, unknown>>)[names.method(name)]!
}

/** The bytes that `write` makes of a value. */
export function bytesOf(write: Write, value: unknown): Uint8Array {
  const writer = new TlWriter()
  write(writer, value)
  return writer.finish().slice()
}
