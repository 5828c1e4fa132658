/**
 * Constructors and methods as classes, for those who are used to `new Api.InputPeerSelf()`: an instance is the same plain object
 * that is written by hand, `{ _: 'inputPeerSelf' }`, so both can be mixed, and `instanceof` looks at the name alone.
 */

/** Fields that are not there may be left out, or be undefined or null; numbers of 64 bits may be of the package `big-integer`. */
type Given<T> = T | (undefined extends T ? null : never) | (bigint extends T ? BigInteger : never)

/** A number of the package `big-integer`, which people have from before there was `bigint`. */
export interface BigInteger {
  /** The nearest number. */
  toJSNumber(): number
  /** Its digits. */
  toString(): string
}

/** What a class is made with. */
export type Fields<T> = { readonly [Field in keyof Omit<T, '_'>]: Given<T[Field]> }

/** A constructor of the schema as a class. */
export interface Class<T extends { _: string }> {
  new (...fields: Record<string, never> extends Fields<T> ? [fields?: Fields<T>] : [fields: Fields<T>]): T
  /** Its name in the schema. */
  readonly schemaName: T['_']
  /** Whether a value is one of these, by its name alone. */
  [Symbol.hasInstance](value: unknown): value is T
}

/** A peer as people have it: a name, an id, or something that says who it is. */
export type PeerName = string | number | bigint | { readonly _: string }

/** By one constructor each: what only fields of the type `InputPeer` take, and what only lists of users or channels hold. */
interface Nobody {
  _: 'inputPeerEmpty'
}
type Somebody = { _: 'inputUserSelf' } | { _: 'inputChannelEmpty' }

/** A request in which peers may go by name. */
export type ByName<Request> = {
  [Field in keyof Request]: Nobody extends Request[Field]
    ? Request[Field] | PeerName
    : Request[Field] extends readonly (infer One)[]
      ? Extract<One, Somebody> extends never
        ? Request[Field]
        : Request[Field] | readonly PeerName[]
      : Request[Field]
}

/** A method of the schema as a class. */
export type RequestClass<Request extends { _: string }> = Class<ByName<Request> & { _: Request['_'] }>

/** A value as the schema has it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  const big = value as Partial<BigInteger> | undefined
  return typeof big?.toJSNumber === 'function' ? BigInt(String(value)) : value
}

function makeClass(name: string): unknown {
  // A constructor that returns an object is what `new` gives: no prototype stands behind it.
  function Made(fields: Readonly<Record<string, unknown>> = {}): object {
    const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
    return { _: name, ...Object.fromEntries(given.map(([field, value]) => [field, plain(value)])) }
  }
  return Object.defineProperties(Made, {
    name: { value: name },
    schemaName: { value: name },
    [Symbol.hasInstance]: { value: (value: unknown) => (value as { readonly _?: unknown } | undefined)?._ === name },
  })
}

/**
 * Makes classes by their names.
 * @param names names of the schema, with spaces between: `inputPeerSelf messages.uploadMedia`
 * @returns `InputPeerSelf` and, in `messages`, `UploadMedia`
 */
export function makeClasses(names: string): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for (const name of names.split(' ')) {
    const [, space, first, rest] = /^(?:(.*)\.)?(.)(.*)$/.exec(name)!
    if (space !== undefined && !Object.hasOwn(all, space)) all[space] = {}
    const home = space === undefined ? all : (all[space] as Record<string, unknown>)
    home[first!.toUpperCase() + rest!] = makeClass(name)
  }
  return all
}
