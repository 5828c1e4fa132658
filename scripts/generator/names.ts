/**
 * From names in the schema to names in TypeScript.
 */

/** `access_hash` → `accessHash`, `auth.authorization` → `authAuthorization`. The first letter stays as it is. */
export function camelCase(name: string): string {
  return name.replace(/[._]+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** As {@link camelCase}, with an upper-case first letter. */
export function pascalCase(name: string): string {
  const camel = camelCase(name)
  return camel.charAt(0).toUpperCase() + camel.slice(1)
}

/** Words that cannot name an interface, and names that generated files use themselves. */
const TAKEN: ReadonlySet<string> = new Set(
  `any as async await bigint boolean break case catch class const continue debugger declare default delete do else enum
  export extends false finally for function if implements import in instanceof interface let never new null number object
  package private protected public return static string super switch symbol this throw true try type typeof undefined
  unknown var void while with yield
  Array Uint8Array TlEncode MethodMap AnyRequest ClientMessage ServerMessage
  Int Long Double String Bytes Int128 Int256 Bool Vector Request Result`.split(/\s+/),
)

/** Gives out names that are legal and differ from each other; the first to ask for a name gets it, later ones `name_`. */
export class NameTable {
  readonly #used = new Set<string>()

  claim(wanted: string): string {
    let name = wanted
    while (TAKEN.has(name) || this.#used.has(name)) name += '_'
    this.#used.add(name)
    return name
  }
}
