/**
 * The server's other languages: layers before ours, and methods beyond those that code is generated for.
 *
 * Both come as lines of TL (`historic.ts`, `further.ts`), read and written by walking their fields. The generated code
 * stays in charge; it hands over, through the reader's and the writer's hooks for unknown constructors, what it does not
 * know. A value that an older layer knows under another constructor carries a mark (`name@layer`), so that the generated
 * writers do not know it.
 *
 * Source: https://core.telegram.org/api/invoking#layers
 */
import { type Definition, parseDefinition } from './definition.ts'
import { FURTHER_METHODS, FURTHER_TYPES } from './further.ts'
import { HISTORIC_METHODS, HISTORIC_TYPES, type HistoricLine } from './historic.ts'

/** A value whose type nothing but its definition knows. */
export interface DialectValue {
  readonly _: string
  readonly [field: string]: unknown
}

/** A definition of an older layer. */
export interface HistoricDefinition extends Definition {
  /** Last layer it is part of. */
  readonly until: number
  /** The constructor or method of ours that it stands for. */
  readonly standsFor: string
  /** Name of a value that is to be written so. */
  readonly mark: string
}

/** Finds definitions by id and by name. */
interface Book {
  readonly byId: ReadonlyMap<number, Definition>
  readonly byName: ReadonlyMap<string, Definition>
  /** Of one name, the oldest first. */
  readonly historic: ReadonlyMap<string, readonly HistoricDefinition[]>
}

function book(old: readonly HistoricLine[], further: readonly string[]): Book {
  const historic = new Map<string, HistoricDefinition[]>()
  const byId = new Map<number, Definition>()
  const byName = new Map<string, Definition>()
  for (const [until, line, other] of old) {
    const definition = parseDefinition(line)
    const standsFor = other ?? definition.name
    const one = { ...definition, until, standsFor, mark: `${standsFor}@${until}` }
    historic.set(
      standsFor,
      [...(historic.get(standsFor) ?? []), one].sort((a, b) => a.until - b.until),
    )
    byId.set(one.id, one)
    byName.set(one.mark, one)
  }
  for (const line of further) {
    const definition = parseDefinition(line)
    byId.set(definition.id, definition)
    byName.set(definition.name, definition)
  }
  return { byId, byName, historic }
}

const types = book(HISTORIC_TYPES, FURTHER_TYPES)
const methods = book(HISTORIC_METHODS, FURTHER_METHODS)

/** What `layer` has in place of our constructor `name`; undefined if the two are the same. */
export function historicType(name: string, layer: number): HistoricDefinition | undefined {
  return types.historic.get(name)?.find(({ until }) => layer <= until)
}

/** True if a value of this constructor id has other fields in `layer` than in ours. */
export function isOtherInLayer(id: number, layer: number): boolean {
  const definition = types.byId.get(id) as HistoricDefinition | undefined
  return definition?.until !== undefined && layer <= definition.until
}

/** A constructor of `type` that generated readers do not know. */
export function typeById(id: number, type: string | undefined): Definition | undefined {
  const definition = types.byId.get(id)
  return definition?.type === type ? definition : undefined
}

/** A method that the generated reader does not know. */
export function methodById(id: number): Definition | undefined {
  return methods.byId.get(id)
}

/** The definition that writes a value: it is marked, or of no generated type. */
export function definitionFor(value: unknown): Definition | undefined {
  const name = (value as { _?: unknown } | null | undefined)?._
  return typeof name === 'string' ? types.byName.get(name) : undefined
}

/** The definition of a method that has no generated code. */
export function furtherMethod(name: string): Definition | undefined {
  return methods.byName.get(name)
}

/** How `layer` declares one of our methods; undefined if as we do. */
export function historicMethod(name: string, layer: number): HistoricDefinition | undefined {
  return methods.historic.get(name)?.find(({ until }) => layer <= until)
}

/** Marks everything in a value that `layer` has another constructor for. The value itself is not changed. */
export function lower(value: unknown, layer: number): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => lower(item, layer))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const out: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(value)) out[key] = lower(field, layer)
  if (typeof out._ === 'string') out._ = historicType(out._, layer)?.mark ?? out._
  return out
}
