/**
 * A reader that understands requests of older layers, of methods beyond the generated ones, and packed ones.
 */
import type { Crypto } from '../../../crypto/crypto.ts'
import * as readers from '../../../tl/generated/server/readers.ts'
import { type AnyRequest, readRequest } from '../../../tl/generated/server/requests.ts'
import { TlReader } from '../../../tl/reader.ts'
import { GZIP_PACKED, unpack } from '../unpack.ts'
import { type Definition, type Field, typeName } from './definition.ts'
import { type DialectValue, isOtherInLayer, methodById, typeById } from './dialect.ts'
import { raise } from './raise.ts'

/** What generated code calls the type of a request. */
const REQUEST = 'a request'
const INVOKE_WITH_LAYER = 0xda9b0d0d
/** Stands for an id that no generated reader knows. */
const NO_ID = 0

/** A call of a method that the server has never heard of. */
export interface UnknownRequest {
  readonly _: '?'
  readonly id: number
}

/** What a reader may return. Calls without generated code are {@link DialectValue}s by the name of their method. */
export type Request = AnyRequest | UnknownRequest

/** Shared by a reader and those of the packed objects inside. */
interface State {
  layer: number
}

const generated = readers as unknown as Readonly<Record<string, ((r: TlReader) => unknown) | undefined>>

export class DialectReader extends TlReader {
  readonly #crypto: Crypto<Uint8Array>
  readonly #state: State
  #lastId = 0
  #lastType: string | undefined

  /**
   * @param source stands before the request
   * @param state the layer known so far; a request may name another
   */
  constructor(crypto: Crypto<Uint8Array>, source: TlReader, state: State) {
    super(source.buffer, source.pos, source.end, { views: true })
    this.#crypto = crypto
    this.#state = state
  }

  /** Reads a request. Throws `TlError`. */
  request(): Request {
    return readRequest(this)
  }

  override id(type: string): number {
    const id = super.id(type)
    this.#lastId = id
    this.#lastType = type
    if (type !== REQUEST) return isOtherInLayer(id, this.#state.layer) ? NO_ID : id
    // Everything behind `invokeWithLayer` is written in the layer it names.
    if (id === INVOKE_WITH_LAYER && this.remaining >= 4) this.#state.layer = this.peekId() | 0
    return id
  }

  /** A type with one constructor has no place to put another: here an unknown id is always an error. */
  override only<Name extends string>(id: number, name: Name): Name {
    if (super.id(name) !== id) super.unknown()
    return name
  }

  /** Called where generated code meets an id it does not know: a value returned takes the place of its own. */
  override unknown(id: number = this.#lastId, type: string | undefined = this.#lastType): never {
    const value = type === REQUEST ? this.#call(id) : this.#boxed(id, type)
    if (value === undefined) super.unknown(id, type)
    return value as never
  }

  #call(id: number): unknown {
    if (id === GZIP_PACKED) return this.#packed()
    const definition = methodById(id)
    if (definition !== undefined) return this.#fields(definition)
    // Nobody knows how long it is: whatever follows belongs to it.
    this.pos = this.end
    return { _: '?', id } satisfies UnknownRequest
  }

  #packed(): unknown {
    this.pos -= 4
    const reader = new DialectReader(this.#crypto, new TlReader(unpack(this.#crypto, this)), this.#state)
    const value = reader.request()
    if (reader.remaining > 0) reader.fail('bytes are left behind a packed request')
    return value
  }

  #boxed(id: number, type: string | undefined): unknown {
    const definition = typeById(id, type)
    return definition && this.#fields(definition)
  }

  /** The fields of a constructor or method, as the value of ours that they mean. */
  #fields(definition: Definition): DialectValue {
    const value: Record<string, unknown> = { _: definition.name }
    for (const field of definition.fields) {
      if (field.flag !== undefined && ((value[field.flag.field] as number) & (1 << field.flag.bit)) === 0) continue
      value[field.name] = this.#field(field)
    }
    for (const field of definition.fields) if (field.type === '#') delete value[field.name]
    return raise(definition, value as DialectValue)
  }

  #field({ type, vector }: Field): unknown {
    return vector ? this.vector(() => this.#item(type)) : this.#item(type)
  }

  #item(type: string): unknown {
    switch (type) {
      case '#':
        return this.uint()
      case 'int':
        return this.int()
      case 'long':
        return this.long()
      case 'double':
        return this.double()
      case 'string':
        return this.string()
      case 'bytes':
        return this.bytes()
      case 'Bool':
        return this.bool()
      case 'true':
        return true
      case '!X':
        return readRequest(this)
    }
    const definition = typeById(this.peekId(), type)
    if (definition !== undefined) {
      this.uint()
      return this.#fields(definition)
    }
    const read = generated[`read${typeName(type)}`]
    if (read === undefined) super.unknown(this.uint(), type)
    return read(this)
  }
}
