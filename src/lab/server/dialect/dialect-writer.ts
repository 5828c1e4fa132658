/**
 * A writer that speaks older layers, and types beyond the generated ones.
 *
 * Fields that an older layer does not have are left out; what it demands and ours does not have is filled with nothing:
 * zero, the empty string, the empty list.
 */
import * as writers from '../../../tl/generated/server/writers.ts'
import { TlWriter } from '../../../tl/writer.ts'
import { type Definition, type Field, typeName } from './definition.ts'
import { definitionFor } from './dialect.ts'

const generated = writers as unknown as Readonly<Record<string, ((w: TlWriter, value: unknown) => void) | undefined>>

export class DialectWriter extends TlWriter {
  /** Called where generated code meets a constructor it does not know. */
  override unexpected(value: unknown, type: string): never {
    const definition = definitionFor(value)
    if (definition?.type !== type) super.unexpected(value, type)
    this.#value(definition, value)
    return undefined as never
  }

  /**
   * Writes a boxed value of `type`, generated or not.
   * @throws TlError when nobody knows the type
   */
  boxed(type: string, value: unknown): void {
    const definition = definitionFor(value)
    const write = generated[`write${typeName(type)}`]
    if (definition !== undefined) this.#value(definition, value)
    else if (write !== undefined) write(this, value)
    else super.unexpected(value, type)
  }

  #value({ id, fields }: Definition, value: unknown): void {
    const given = value as Readonly<Record<string, unknown>>
    this.uint(id)
    for (const field of fields) {
      if (field.type === '#') this.uint(flagsOf(field.name, fields, given))
      else if (field.flag === undefined || isSet(field, given)) this.#field(field, given[field.name])
    }
  }

  #field({ type, vector }: Field, value: unknown): void {
    if (vector) this.vector(Array.isArray(value) ? (value as unknown[]) : [], (_, item) => this.item(type, item))
    else this.item(type, value)
  }

  /** Writes a value of any type, bare where the type is. */
  item(type: string, value: unknown): void {
    switch (type) {
      case 'true':
        break
      case 'int':
        // Durations were whole seconds, sizes 32 bits.
        this.int(value === undefined ? 0 : Math.round(Number(value)))
        break
      case 'long':
        this.long((value as bigint | undefined) ?? 0n)
        break
      case 'double':
        this.double((value as number | undefined) ?? 0)
        break
      case 'string':
        this.string(textOf(value))
        break
      case 'bytes':
        this.bytes((value as Uint8Array | undefined) ?? new Uint8Array(0))
        break
      case 'Bool':
        this.bool(value === true)
        break
      default:
        this.boxed(type, value)
    }
  }
}

/** A string, or what a formatted text says. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return (value as { text?: string } | undefined)?.text ?? ''
}

function isSet(field: Field, given: Readonly<Record<string, unknown>>): boolean {
  const value = given[field.name]
  return field.type === 'true' ? value === true : value !== undefined
}

function flagsOf(name: string, fields: readonly Field[], given: Readonly<Record<string, unknown>>): number {
  let flags = 0
  for (const field of fields) if (field.flag?.field === name && isSet(field, given)) flags |= 1 << field.flag.bit
  return flags >>> 0
}
