/**
 * Valid values of every constructor, straight from the schema: what fuzzing the TL readers begins with.
 *
 * Each constructor comes twice: without all that is optional, and with all of it. Deeper down there is only the least.
 */
import { readFileSync } from 'node:fs'
import { concat, view } from '../../src/bytes.ts'
import { typeHead } from '../../src/lab/fuzz/targets/tl-requests.ts'
import { typeWord } from '../../src/lab/fuzz/targets/tl-results.ts'
import { VECTOR_ID } from '../../src/tl/reader.ts'
import { compile } from '../generator/compile.ts'
import { contextOf, type Roots } from '../generator/generate.ts'
import { readExceptions } from '../generator/ids.ts'
import { type Pruned, prune } from '../generator/prune.ts'
import type { Definition, Schema, Type } from '../generator/schema.ts'
import { fromRoot } from '../output.ts'

const readText = (path: string): string => readFileSync(fromRoot(path), 'utf8')

function word(value: number): Uint8Array {
  const out = new Uint8Array(4)
  view(out).setUint32(0, value, true)
  return out
}

/** Writes values by the definitions of a schema. */
class Writer {
  readonly #schema: Schema

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** The constructor of a type that takes the fewest bytes. */
  #least(type: string): Uint8Array {
    const forms = this.#schema.types.get(type)!.map((one) => () => this.boxed(one, false))
    const simple = this.#schema.types
      .get(type)!
      .findIndex(({ fields }) => fields.every(({ flag, type: of }) => flag ?? of.kind !== 'union'))
    return forms[Math.max(0, simple)]!()
  }

  #value(type: Type, many: boolean): Uint8Array {
    switch (type.kind) {
      case 'int':
      case 'flags':
        return word(7)
      case 'long':
      case 'double':
        return concat(word(9), word(0))
      case 'string':
      case 'bytes':
        return Uint8Array.of(3, 0x61, 0x62, 0x63)
      case 'int128':
        return new Uint8Array(16).fill(1)
      case 'int256':
        return new Uint8Array(32).fill(2)
      case 'bool':
        return word(0x997275b5)
      case 'vector': {
        const items = many ? [this.#value(type.item, false)] : []
        return concat(...(type.boxed ? [word(VECTOR_ID)] : []), word(items.length), ...items)
      }
      case 'union':
        return this.#least(type.name)
      case 'bare':
        return this.#fields(this.#schema.constructors.get(type.constructorName)!, false)
      default:
        return new Uint8Array(0)
    }
  }

  #fields(definition: Definition, full: boolean): Uint8Array {
    const { fields } = definition
    return concat(
      ...fields.map(({ name, type, flag }) => {
        if (type.kind === 'query') return word(this.#schema.methods.get('help.getConfig')!.id)
        if (type.kind === 'flags') {
          const bits = fields.filter((field) => field.flag?.word === name).map((field) => 1 << field.flag!.bit)
          return word(full ? bits.reduce((all, bit) => all | bit, 0) >>> 0 : 0)
        }
        return flag && !full ? new Uint8Array(0) : this.#value(type, full)
      }),
    )
  }

  /** A constructor or method with its id; `full` with everything optional and an element in each vector. */
  boxed(definition: Definition, full: boolean): Uint8Array {
    return concat(word(definition.id), this.#fields(definition, full))
  }
}

/** What the schema has for fuzzing. */
export interface SchemaSeeds {
  /** Ids of all constructors and methods that code is generated for. */
  readonly ids: readonly number[]
  /** First inputs, by target. */
  readonly seeds: Readonly<Record<string, readonly Uint8Array[]>>
}

/** Everything that the committed schema and its roots say. */
export function schemaSeeds(): SchemaSeeds {
  const exceptions = readExceptions(readText('schema/id-exceptions.json')).map(({ name }) => name)
  const api = compile(readText('schema/api.tl'), 'schema/api.tl', exceptions)
  const messages = compile(readText('schema/mtproto.tl'), 'schema/mtproto.tl')
  const roots = JSON.parse(readText('schema/roots.json')) as Roots
  const pruned: Pruned = prune(api, roots.methods, 'schema/api.tl')
  const { names } = contextOf(pruned, '')
  const writer = new Writer(api)
  const plain = new Writer(messages)
  const both = <T>(make: (full: boolean) => T): T[] => [make(false), make(true)]
  const named = (list: readonly string[]): Definition[] =>
    list.flatMap((name) => messages.constructors.get(name) ?? messages.methods.get(name) ?? [])
  const results = [...pruned.results.types].flatMap((type) =>
    api.types.get(type)!.map((one) => [typeWord(names.unionType(type)), one] as const),
  )
  return {
    ids: [
      ...[...pruned.requests.types, ...pruned.results.types].flatMap((type) => api.types.get(type)!),
      ...pruned.methods,
      ...messages.constructors.values(),
      ...messages.methods.values(),
    ].map(({ id }) => id),
    seeds: {
      'tl-results': [
        ...results.flatMap(([type, one]) => both((full) => concat(word(type), writer.boxed(one, full)))),
        ...named(roots.messages.server).flatMap((one) =>
          both((full) => concat(word(typeWord('ServerMessage')), plain.boxed(one, full))),
        ),
      ],
      'tl-requests': [
        ...pruned.methods.flatMap((one) =>
          both((full) => [
            concat(Uint8Array.of(0, 0), writer.boxed(one, full)),
            concat(Uint8Array.of(2, 150), writer.boxed(one, full)),
          ]).flat(),
        ),
        ...[...pruned.requests.types].flatMap((type) =>
          api.types
            .get(type)!
            .flatMap((one) => both((full) => concat(typeHead(names.unionType(type)), writer.boxed(one, full)))),
        ),
        ...named(roots.messages.client).flatMap((one) =>
          both((full) => concat(Uint8Array.of(1, 0), plain.boxed(one, full))),
        ),
      ],
    },
  }
}
