/**
 * Emits the client's side of an API in its small form: the schema as a text, and methods that read and write by it.
 *
 * What the text looks like is said in src/tl/compact.ts, which interprets it. The methods of the core share one text; what
 * another method needs beyond that stands behind its own line, so that only those who import the method carry it.
 */
import { computeId } from '../crc.ts'
import { camelCase } from '../names.ts'
import { fieldTypes, type Pruned, prune, reach } from '../prune.ts'
import type { Definition, Field, Type } from '../schema.ts'
import { file, type Paths, wrapperName } from './client.ts'
import { Code, type Context, isWrapper, typeText } from './context.ts'
import type { Side } from './messages.ts'
import { inOrder } from './order.ts'

const LETTERS: Readonly<Record<string, string>> = {
  int: 'I',
  long: 'L',
  double: 'D',
  string: 'S',
  bytes: 'B',
  bool: 'Q',
  int128: 'X',
  int256: 'Y',
  query: '!',
}

function refuse(definition: Definition, what: string): never {
  throw new Error(`${definition.name} has ${what}, which the compact form cannot express`)
}

/** The type of a bare constructor, if there is no other and it does not contain itself. */
function bareType({ schema, facts }: Context, name: string, definition: Definition): string {
  const { result } = schema.constructors.get(name)!
  const only = result.kind === 'union' && schema.types.get(result.name)!.length === 1
  return only && !facts.recursive.has(`%${name}`) ? result.name : refuse(definition, 'something bare')
}

function typeToken(context: Context, type: Type, definition: Definition): string {
  if (type.kind === 'union') {
    // The run time would take it for a scalar.
    return /^.$/.test(type.name) ? refuse(definition, `a type with the name ${type.name}`) : type.name
  }
  if (type.kind === 'vector' && !type.boxed && type.item.kind === 'bare')
    return `-${bareType(context, type.item.constructorName, definition)}`
  if (type.kind === 'vector' && type.boxed) return `*${typeToken(context, type.item, definition)}`
  const kind = type.kind === 'bare' || type.kind === 'vector' ? 'something bare' : `a field of kind ${type.kind}`
  return LETTERS[type.kind] ?? refuse(definition, kind)
}

/** A definition's fields, each with a space in front. */
function fieldTokens(context: Context, definition: Definition): string {
  const words: string[] = []
  const { fields } = definition
  const isImplied = fields[0]?.name === 'flags' && fields.filter(({ type }) => type.kind === 'flags').length === 1
  const rest = isImplied && fields.some(({ flag }) => flag) ? fields.slice(1) : fields
  if (rest !== fields) words.push('flags')
  let next = 0
  const token = (field: Field): string => {
    const { name, property, type, flag } = field
    if (type.kind === 'flags') {
      words.push(name)
      next = 0
      if (!/^flags\w*$/.test(name) || words.length > 2) refuse(definition, `${name} as a word of flags`)
      return `#${name.slice('flags'.length)}`
    }
    if (camelCase(name) !== property || /\W/.test(name)) refuse(definition, `a field named ${name}`)
    if (!flag) {
      const spelt = typeToken(context, type, definition)
      return `${name}${/[A-Z]/.test(name) || /^[a-z]|\./.test(spelt) ? ':' : ''}${spelt}`
    }
    const spelt = type.kind === 'true' ? '' : typeToken(context, type, definition)
    // Where a type starts like a digit, the digit before it cannot be left out.
    const bit = flag.bit === next && !/^[\da-v]/.test(spelt) ? '' : flag.bit.toString(32)
    next = flag.bit + 1
    return `${name}${words.indexOf(flag.word) === 0 ? '.' : ','}${bit}${spelt}`
  }
  return rest.map((field) => ` ${token(field)}`).join('')
}

/** An id that cannot be computed, behind `#`. */
function idToken({ id, text }: Definition): string {
  return computeId(text) === id ? '' : `#${id.toString(16)}`
}

function constructorLine(context: Context, definition: Definition, type: string): string {
  const stem = type.replace(/\w(?=\w*$)/, (letter) => letter.toLowerCase())
  const rest = definition.name.startsWith(stem) ? definition.name.slice(stem.length) : undefined
  const name = rest === undefined || rest.startsWith('.') ? `.${definition.name}` : rest
  return `${name}${idToken(definition)}${fieldTokens(context, definition)}`
}

/**
 * Types as text.
 * @throws an `Error` that names a definition and what of it the compact form cannot express
 */
export function typesText(context: Context, types: Iterable<string>): string {
  const { schema, facts } = context
  const blocks = inOrder(types).map((type) => {
    const members = schema.types.get(type)!.map((member) => constructorLine(context, member, type))
    return [`${facts.recursive.has(type) ? '+' : '='}${type}`, ...members].join('\n')
  })
  return blocks.join('\n')
}

/**
 * A method as text, with the types that it reaches and `known` does not have.
 * @throws as {@link typesText}
 */
export function methodText(context: Context, method: Definition, known: ReadonlySet<string>): string {
  const reached = reach(context.schema, [...method.fields.map((field) => field.type), method.result]).types
  const own = typesText(
    context,
    [...reached].filter((type) => !known.has(type)),
  )
  const line = isWrapper(method)
    ? `${method.name}#${method.id.toString(16)}${fieldTokens(context, method)}`
    : `${method.name}${idToken(method)}${fieldTokens(context, method)}=${typeToken(context, method.result, method)}`
  return own === '' ? line : `${line}\n${own}`
}

/** Everything that the core's methods reach. */
function coreTypes(pruned: Pruned, core: readonly string[]): Set<string> {
  const { requests, results } = prune(pruned.schema, core, 'the core')
  return new Set([...requests.types, ...results.types])
}

/** The file of the core's types: one text. */
export function emitCompactSchemaFile(
  context: Context,
  pruned: Pruned,
  core: readonly string[],
  runtime: string,
): string {
  const text = typesText(context, coreTypes(pruned, core))
  return [
    `${context.header}import { compactTypes, type Types } from '${runtime}'`,
    '',
    "/** What the core's methods write and read. */",
    `export const CORE: Types = /* @__PURE__ */ compactTypes(\`${text}\`)`,
    '',
  ].join('\n')
}

function methodLines(context: Context, method: Definition, core: ReadonlySet<string>): string[] {
  const { names } = context
  const request = `T.${names.requestType(method.name)}`
  const text = methodText(context, method, core)
  const quote = text.includes('\n') ? '`' : "'"
  const [name, type, make] = isWrapper(method)
    ? [wrapperName(context, method), `(w: TlWriter, v: ${request}) => void`, 'compactWriter']
    : [names.method(method.name), `Method<${request}, ${typeText(context, method.result, 'T.')}>`, 'compactMethod']
  return [
    `/** \`${method.text}\` */`,
    `export const ${name}: ${type} = /* @__PURE__ */ ${make}(CORE, ${quote}${text}${quote})`,
    '',
  ]
}

/** The file of methods, with the same exports as that of the straight-line form. */
export function emitCompactMethodsFile(
  context: Context,
  pruned: Pruned,
  core: readonly string[],
  paths: Pick<Paths, 'types'> & { runtime: { method: string; writer: string; compact: string }; schema: string },
): string {
  const code = new Code()
  const types = coreTypes(pruned, core)
  const { layer } = context.schema
  if (layer !== undefined)
    code.add('/** The layer of the schema, for `invokeWithLayer`. */', `export const LAYER = ${layer}`, '')
  for (const method of pruned.methods) code.add(...methodLines(context, method, types))
  const { runtime } = paths
  return file(context, code, paths.types, [
    [runtime.compact, code.uses(['compactMethod', 'compactWriter'])],
    [runtime.method, code.usesTypes(['Method'])],
    [runtime.writer, code.usesTypes(['TlWriter'])],
    [paths.schema, code.uses(['CORE'])],
  ])
}

/** The messages of one side as a pseudo type; each line says what type its constructor is of, as its id needs that. */
function sideText(context: Context, { name, definitions }: Side): string {
  const lines = definitions.map((definition) => {
    const [, result] = /= (.*);$/.exec(definition.text)!
    const id = idToken(definition)
    return `.${definition.name}${id}${fieldTokens(context, definition)}${id === '' ? `=${result}` : ''}`
  })
  return [`=${name}`, ...lines].join('\n')
}

/** The file of the messages of MTProto itself: what one end writes and reads. */
export function emitCompactMessagesFile(
  context: Context,
  out: Side,
  into: Side,
  paths: { compact: string; reader: string; writer: string; types: string },
): string {
  const inner = reach(context.schema, fieldTypes([...out.definitions, ...into.definitions]))
  const bare = [...inner.bare].map((name) => context.schema.constructors.get(name)!.result)
  const types = new Set([...inner.types, ...bare.flatMap((type) => (type.kind === 'union' ? [type.name] : []))])
  const text = [sideText(context, out), sideText(context, into), typesText(context, types)].join('\n')
  return [
    `${context.header}import { compactTypes } from '${paths.compact}'`,
    `import type { TlReader } from '${paths.reader}'`,
    `import type { TlWriter } from '${paths.writer}'`,
    `import type * as T from '${paths.types}'`,
    '',
    `const MESSAGES = /* @__PURE__ */ compactTypes(\`${text}\`)`,
    '',
    `export function write${out.name}(w: TlWriter, v: T.${out.name}): void {`,
    `  MESSAGES('${out.name}').write(w, v)`,
    '}',
    '',
    `export function read${into.name}(r: TlReader): T.${into.name} {`,
    `  return MESSAGES('${into.name}').read(r) as T.${into.name}`,
    '}',
    '',
  ].join('\n')
}
