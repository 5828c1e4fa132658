/**
 * One line of TL, taken apart: enough of the language for the definitions in this folder.
 *
 * Source: https://core.telegram.org/mtproto/TL-formal
 */

/** One field of a constructor, or parameter of a method. */
export interface Field {
  /** In camelCase, as in the generated types. */
  readonly name: string
  /** `int`, `long`, `string`, `InputFile`, …; `#` for a field of flags, `!X` for a query. */
  readonly type: string
  /** The type is `Vector<type>`. */
  readonly vector: boolean
  /** Present only when this bit of that field of flags is set. */
  readonly flag: { readonly field: string; readonly bit: number } | undefined
}

/** A constructor or a method. */
export interface Definition {
  readonly id: number
  /** As in the schema. */
  readonly name: string
  readonly fields: readonly Field[]
  /** As in the schema, without the angle brackets of a vector. */
  readonly type: string
  /** The result is a vector of `type`. */
  readonly vector: boolean
}

const LINE = /^([\w.]+)#([0-9a-f]{1,8})((?: [^=]+)?) = (.+?);?$/
const FIELD = /^(\w+):(?:(\w+)\.(\d+)\?)?(.+)$/

/** Takes a line apart. Throws `SyntaxError` for what is none. */
export function parseDefinition(line: string): Definition {
  const match = LINE.exec(line)
  if (match === null) throw new SyntaxError(`not a TL definition: ${line}`)
  const [, name, id, parameters, result] = match as unknown as [string, string, string, string, string]
  const words = parameters
    .trim()
    .split(' ')
    .filter((word) => word !== '' && !word.startsWith('{'))
  return { id: Number.parseInt(id, 16), name, fields: words.map(parseField), ...parseType(result) }
}

function parseField(word: string): Field {
  const match = FIELD.exec(word)
  if (match === null) throw new SyntaxError(`not a TL field: ${word}`)
  const [, name, field, bit, type] = match as unknown as [string, string, string | undefined, string, string]
  const flag = field === undefined ? undefined : { field: camelCase(field), bit: Number(bit) }
  return { name: camelCase(name), flag, ...parseType(type) }
}

function parseType(text: string): { type: string; vector: boolean } {
  const item = /^Vector<(.+)>$/.exec(text)?.[1]
  return { type: item ?? text, vector: item !== undefined }
}

/** `file_id` → `fileId`. */
export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `storage.FileType` → `StorageFileType`: how generated functions name a type. */
export function typeName(type: string): string {
  return type.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase())
}
