/**
 * From the schema data of the npm package `@mtcute/tl` to TL lines.
 *
 * The package keeps each definition as an object; its own additions are undone here: `int53` is `long` on the wire,
 * `mt_` in front of the names of the MTProto schema is not part of them. Descriptions are not taken.
 */

/** One definition as the package stores it (the keys that are used here). */
export interface SourceDefinition {
  kind: 'class' | 'method'
  name: string
  id: number
  type: string
  typeModifiers?: TypeModifiers
  generics?: { name: string; type: string }[]
  arguments: { name: string; type: string; typeModifiers?: TypeModifiers }[]
}

interface TypeModifiers {
  predicate?: string
  isVector?: boolean
  isBareVector?: boolean
  isBareType?: boolean
}

/** A definition as one line of a schema. */
export interface SchemaLine {
  kind: 'constructor' | 'method'
  name: string
  id: number
  /** `name#id fields = Type;` */
  text: string
}

function typeText(type: string, modifiers: TypeModifiers = {}): string {
  let text = type === 'int53' ? 'long' : type.replace(/^mt_/, '')
  if (modifiers.isVector) text = `Vector<${text}>`
  if (modifiers.isBareVector) text = `vector<${text}>`
  return modifiers.predicate ? `${modifiers.predicate}?${text}` : text
}

/** Writes a definition as a line of TL. */
export function toLine(source: SourceDefinition): SchemaLine {
  const name = source.name.replace(/^mt_/, '')
  const words = [
    `${name}#${source.id.toString(16)}`,
    ...(source.generics ?? []).map((generic) => `{${generic.name}:${generic.type}}`),
    ...source.arguments.map((field) => `${field.name}:${typeText(field.type, field.typeModifiers)}`),
    '=',
    typeText(source.type, source.typeModifiers),
  ]
  return { kind: source.kind === 'class' ? 'constructor' : 'method', name, id: source.id, text: `${words.join(' ')};` }
}

/** Reads a line written by hand (`name#id … = Type;`), for what the package lacks. */
export function fromText(kind: SchemaLine['kind'], text: string): SchemaLine {
  const match = /^(\S+?)#([0-9a-f]{1,8}) .*= \S+;$/.exec(text)
  if (!match) throw new Error(`not a TL line: ${text}`)
  return { kind, name: match[1]!, id: Number.parseInt(match[2]!, 16), text }
}
