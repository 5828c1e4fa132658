/**
 * Emits the layer once more by class: `Api.InputMediaUploadedPhoto`, `Api.messages.UploadMedia`, as values and as types.
 *
 * The value is made at run time from a list of names; here stand its type, and a namespace of types that bears the same name, so
 * that `Api.messages.UploadMedia` is the class in one place and its instance in the other.
 */
import type { Pruned } from '../prune.ts'
import { type Context, isWrapper } from './context.ts'

/** One class: how it is called, and the types that belong to it. */
interface Class {
  /** Namespace, empty for none. */
  space: string
  name: string
  /** Interface of its instances. */
  instance: string
  maker: 'Class' | 'RequestClass'
}

/** `auth.sentCode` → `auth` and `SentCode`. */
function split(name: string): { space: string; name: string } {
  const parts = name.split('.')
  const last = parts.pop()!
  return { space: parts.join('.'), name: last.charAt(0).toUpperCase() + last.slice(1) }
}

/** Lines, a group for each namespace; what has none comes first. */
function grouped<T extends { space: string }>(
  all: readonly T[],
  open: (space: string) => string,
  line: (one: T) => string,
): string[] {
  const spaces = [...new Set(all.map(({ space }) => space))].sort()
  return spaces.flatMap((space) => {
    const lines = all.filter((one) => one.space === space).map(line)
    return space === ''
      ? lines.map((text) => `  ${text}`)
      : [`  ${open(space)}`, ...lines.map((text) => `    ${text}`), '  }']
  })
}

/** The file of classes. */
export function emitClassesFile(context: Context, pruned: Pruned, paths: { types: string; classes: string }): string {
  const { schema, names } = context
  const types = [...new Set([...pruned.requests.types, ...pruned.results.types])].sort()
  const constructors = types.flatMap((type) => schema.types.get(type)!).map(({ name }) => name)
  const methods = pruned.methods.filter((method) => !isWrapper(method)).map(({ name }) => name)
  const classes: Class[] = [
    ...[...new Set(constructors)]
      .sort()
      .map((name): Class => ({ ...split(name), instance: `T.${names.constructorType(name)}`, maker: 'Class' })),
    ...methods.map(
      (name): Class => ({ ...split(name), instance: `T.${names.requestType(name)}`, maker: 'RequestClass' }),
    ),
  ]
  const taken = new Set<string>()
  for (const { space, name } of classes) {
    const whole = `${space}.${name}`
    if (taken.has(whole)) throw new Error(`two classes would be called ${whole}`)
    taken.add(whole)
  }
  const unions = types.flatMap((type) => {
    const { space, name } = split(type)
    const union = { space, union: `T.${names.unionType(type)}` }
    // A type goes by its own name too, where no class has that.
    return taken.has(`${space}.${name}`)
      ? [{ ...union, name: `Type${name}` }]
      : [
          { ...union, name: `Type${name}` },
          { ...union, name },
        ]
  })
  const instances = classes.map(({ space, name, instance, maker }) => ({
    space,
    name,
    union: maker === 'Class' ? instance : `ByName<${instance}>`,
  }))
  return [
    `${context.header}import { type ByName, type Class, makeClasses, type RequestClass } from '${paths.classes}'`,
    `import type * as T from '${paths.types}'`,
    '',
    '/** Every constructor and method of the layer that the package was generated with, as types. */',
    'export declare namespace Api {',
    ...grouped(
      [...instances, ...unions],
      (space) => `namespace ${space} {`,
      ({ name, union }) => `type ${name} = ${union}`,
    ),
    '}',
    '',
    '/** The classes by their names. */',
    'export interface ApiClasses {',
    ...grouped(
      classes,
      (space) => `readonly ${space}: {`,
      ({ name, instance, maker }) => `readonly ${name}: ${maker}<${instance}>`,
    ),
    '}',
    '',
    '/** Every constructor and method of the layer that the package was generated with, as classes whose instances are plain objects. */',
    'export const Api: ApiClasses = /* @__PURE__ */ makeClasses(',
    `  '${[...new Set(constructors)].sort().concat(methods).join(' ')}',`,
    ') as unknown as ApiClasses',
    '',
  ].join('\n')
}
