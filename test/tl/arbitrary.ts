/**
 * Arbitrary values of any type of a schema, made from the schema itself, so that no constructor is left out.
 *
 * A budget bounds how deep values nest: a constructor is drawn only if its required fields still fit.
 */
import { fc } from '@fast-check/vitest'
import type { Definition, Field, Schema, Type } from '../../scripts/generator/schema.ts'

const scalars: Record<string, fc.Arbitrary<unknown>> = {
  int: fc.integer(),
  long: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  double: fc.double(),
  string: fc.string({ unit: 'binary', maxLength: 300 }),
  bytes: fc.uint8Array({ maxLength: 300 }),
  int128: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  int256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  bool: fc.boolean(),
  true: fc.constant(true),
}

export class Values {
  readonly #schema: Schema
  readonly #heights = new Map<string, number>()
  readonly #made = new Map<string, fc.Arbitrary<unknown>>()

  constructor(schema: Schema) {
    this.#schema = schema
    for (let changed = true; changed; ) {
      changed = false
      for (const [name, definition] of schema.constructors) {
        const height = 1 + Math.max(0, ...definition.fields.map((field) => (field.flag ? 0 : this.#height(field.type))))
        if (height === this.#heights.get(name) || height === Number.POSITIVE_INFINITY) continue
        this.#heights.set(name, height)
        changed = true
      }
    }
  }

  /** How deep the shallowest value of a type nests. */
  #height(type: Type): number {
    if (type.kind === 'bare') return this.#heights.get(type.constructorName) ?? Number.POSITIVE_INFINITY
    if (type.kind !== 'union') return 0
    const members = this.#schema.types.get(type.name) ?? []
    return Math.min(...members.map((member) => this.#heights.get(member.name) ?? Number.POSITIVE_INFINITY))
  }

  /** Values of a type. */
  of(type: Type, budget = 5): fc.Arbitrary<unknown> {
    if (type.kind === 'vector') {
      const fits = this.#height(type.item) < budget
      return fits ? fc.array(this.of(type.item, budget - 1), { maxLength: 3 }) : fc.constant([])
    }
    if (type.kind === 'bare') return this.definition(this.#schema.constructors.get(type.constructorName)!, budget)
    if (type.kind !== 'union') return scalars[type.kind]!
    const room = Math.max(budget, this.#height(type))
    const key = `${type.name} ${room}`
    let made = this.#made.get(key)
    if (!made) {
      const members = this.#schema.types.get(type.name)!.filter((member) => this.#heights.get(member.name)! <= room)
      made = fc.oneof(...members.map((member) => this.definition(member, room)))
      this.#made.set(key, made)
    }
    return made
  }

  /** Values of one constructor, or requests of one method (without a query). */
  definition(definition: Definition, budget = 5): fc.Arbitrary<Record<string, unknown>> {
    const room = Math.max(budget, this.#heights.get(definition.name) ?? 0)
    const always: Record<string, fc.Arbitrary<unknown>> = { _: fc.constant(definition.name) }
    const groups = new Map<string, Field[]>()
    for (const field of definition.fields) {
      if (field.type.kind === 'flags' || field.type.kind === 'query') continue
      if (!field.flag) {
        always[field.property] = this.of(field.type, room - 1)
        continue
      }
      const key = `${field.flag.word}.${field.flag.bit}`
      groups.set(key, [...(groups.get(key) ?? []), field])
    }
    // Fields that share a bit are there together or not at all.
    const optional = [...groups.values()].map((fields) => {
      const fits = fields.every((field) => this.#height(field.type) < room)
      const present = fc.record(
        Object.fromEntries(fields.map((field) => [field.property, this.of(field.type, room - 1)])),
      )
      return fits ? fc.option(present, { nil: {}, freq: 2 }) : fc.constant({})
    })
    return fc
      .tuple(fc.record(always), ...optional)
      .map(([required, ...parts]) => Object.assign({}, required, ...parts) as Record<string, unknown>)
  }
}
