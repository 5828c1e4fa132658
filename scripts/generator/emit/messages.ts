/**
 * Emits the messages of MTProto itself: one flat union for each direction, each with a reader and a writer.
 */
import { fieldTypes, reach } from '../prune.ts'
import type { Definition, Schema } from '../schema.ts'
import { file } from './client.ts'
import { Code, type Context, sorted } from './context.ts'
import { emitReader, emitReaders, RUNTIME_READERS } from './readers.ts'
import { emitRequestTypes, emitTypes, unionLines } from './types.ts'
import { emitWriter, emitWriters, SCALAR_WRITERS } from './writers.ts'

/** What one side sends: names of constructors and methods. */
export interface Side {
  name: 'ClientMessage' | 'ServerMessage'
  definitions: Definition[]
}

/** Looks up the names of messages. Throws an `Error` that lists the unknown ones. */
export function messagesOf(schema: Schema, name: Side['name'], messages: readonly string[]): Side {
  const find = (message: string): Definition | undefined =>
    schema.constructors.get(message) ?? schema.methods.get(message)
  const unknown = messages.filter((message) => !find(message))
  if (unknown.length > 0) throw new Error(`no such message in the schema: ${unknown.join(', ')}`)
  return { name, definitions: sorted(new Set(messages)).map((message) => find(message)!) }
}

function messageType(context: Context, definition: Definition, prefix: string): string {
  const { names } = context
  return (
    prefix +
    (definition.kind === 'method' ? names.requestType(definition.name) : names.constructorType(definition.name))
  )
}

/** The file of types. */
export function emitMessageTypes(context: Context, sides: readonly Side[]): string {
  const code = new Code()
  const all = [...new Set(sides.flatMap((side) => side.definitions))]
  const constructors = all
    .filter((definition) => definition.kind === 'constructor')
    .map((definition) => definition.name)
  const inner = reach(context.schema, fieldTypes(all))
  code.add(...emitTypes(context, inner.types, [...constructors, ...inner.bare]))
  code.add(
    ...emitRequestTypes(
      context,
      all.filter((definition) => definition.kind === 'method').sort((a, b) => (a.name < b.name ? -1 : 1)),
    ),
  )
  for (const side of sides) {
    const members = side.definitions.map((definition) => messageType(context, definition, ''))
    const sender = side.name === 'ClientMessage' ? 'client' : 'server'
    code.add(`/** Any message that a ${sender} sends. */`, ...unionLines(side.name, members), '')
  }
  return `${context.header}${code.text}`
}

/** The file of one end: it writes the messages of `out` and reads those of `into`. */
export function emitMessagesFile(
  context: Context,
  out: Side,
  into: Side,
  paths: { reader: string; scalars: string; writer: string; types: string },
): string {
  const code = new Code()
  const written = reach(context.schema, fieldTypes(out.definitions))
  const read = reach(context.schema, fieldTypes(into.definitions))
  code.add(
    ...emitWriter(context, {
      name: `write${out.name}`,
      label: out.name,
      tsType: `T.${out.name}`,
      definitions: out.definitions,
      nested: false,
    }),
    ...emitWriters(context, written.types, written.bare),
    ...emitReader(context, {
      name: `read${into.name}`,
      label: into.name,
      tsType: `T.${into.name}`,
      definitions: into.definitions,
      nested: false,
      tsTypeOf: (definition) => messageType(context, definition, 'T.'),
    }),
    ...emitReaders(context, read.types, read.bare),
  )
  return file(context, code, paths.types, [
    [paths.reader, ['type TlReader']],
    [paths.scalars, code.uses(RUNTIME_READERS)],
    [paths.writer, [...code.uses(SCALAR_WRITERS), 'type TlWriter']],
  ])
}
