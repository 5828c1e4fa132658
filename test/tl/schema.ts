/**
 * The schema that the generated code was made from, and that code by the names of the schema, for tests over all of it.
 */
import { readFileSync } from 'node:fs'
import { compile } from '../../scripts/generator/compile.ts'
import { typesText } from '../../scripts/generator/emit/compact.ts'
import type { Context } from '../../scripts/generator/emit/context.ts'
import { contextOf, type Roots } from '../../scripts/generator/generate.ts'
import { type IdException, readExceptions } from '../../scripts/generator/ids.ts'
import { type Pruned, prune } from '../../scripts/generator/prune.ts'
import type { Definition, Schema } from '../../scripts/generator/schema.ts'
import { compactTypes, type Types } from '../../src/tl/compact.ts'
import * as clientMethods from '../../src/tl/generated/client/methods.ts'
import * as clientReaders from '../../src/tl/generated/client/readers.ts'
import * as clientWriters from '../../src/tl/generated/client/writers.ts'
import * as compactMethods from '../../src/tl/generated/compact/methods.ts'
import * as clientMessages from '../../src/tl/generated/mtproto/client.ts'
import * as compactMessages from '../../src/tl/generated/mtproto/compact.ts'
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
export const context: Context = contextOf(pruned, '')
const { names } = context

/** The two forms of the client's code: straight-line for Node, compact for bundles. */
export const FORMS = ['straight-line', 'compact'] as const
export type Form = (typeof FORMS)[number]

/** The generated methods of each form. */
export const METHODS: Record<Form, typeof clientMethods> = {
  'straight-line': clientMethods,
  compact: compactMethods,
}

/** The client's end of MTProto's own messages, in each form. */
export const MESSAGES: Record<Form, Pick<typeof clientMessages, 'writeClientMessage' | 'readServerMessage'>> = {
  'straight-line': clientMessages,
  compact: compactMessages,
}

/** Names of the messages that a form knows. */
export const messageNames = (form: Form): { client: string[]; server: string[] } =>
  form === 'compact' ? roots.messages.core : roots.messages

const reached = [...new Set([...pruned.requests.types, ...pruned.results.types])]
/** Every type that is generated, in the compact form. */
export const compactType: Types = compactTypes(typesText(context, reached))

export type Read = (reader: TlReader) => unknown
export type Write = (writer: TlWriter, value: unknown) => void

/** A type with the functions of both ends. */
export interface Codec {
  /** The form of the client's end. */
  form: Form
  /** For the titles of tests. */
  label: string
  /** Who writes it. */
  writer: 'client' | 'server'
  type: string
  write: Write
  read: Read
  constructors: Definition[]
}

/** A type, written by one end and read by the other; the client is of one of its forms. */
function codec(form: Form, writer: Codec['writer'], type: string): Codec {
  const suffix = names.unionType(type)
  const writers = (writer === 'client' ? clientWriters : serverWriters) as unknown as Record<string, Write>
  const readers = (writer === 'client' ? serverReaders : clientReaders) as unknown as Record<string, Read>
  const compact = form === 'compact' ? compactType(type) : undefined
  return {
    form,
    label: compact ? `${type}, compact` : type,
    writer,
    type,
    write: (writer === 'client' && compact?.write) || writers[`write${suffix}`]!,
    read: (writer === 'server' && compact?.read) || readers[`read${suffix}`]!,
    constructors: api.types.get(type)!,
  }
}

/** Every type that is generated: what clients write, then what servers write; both in each form of the client. */
export const codecs: Codec[] = FORMS.flatMap((form) => [
  ...[...pruned.requests.types].sort().map((type) => codec(form, 'client', type)),
  ...[...pruned.results.types].sort().map((type) => codec(form, 'server', type)),
])

/** A generated method, by its name in the schema. */
export function methodOf(name: string, form: Form = 'straight-line'): Method<{ _: string }, unknown> {
  return (METHODS[form] as unknown as Record<string, Method<{ _: string }, unknown>>)[names.method(name)]!
}

/** The bytes that `write` makes of a value. */
export function bytesOf(write: Write, value: unknown): Uint8Array {
  const writer = new TlWriter()
  write(writer, value)
  return writer.finish().slice()
}
