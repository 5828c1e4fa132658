/** What a user of the package can reach: the declarations behind the entries of package.json, through every re-export. */
import type { Module } from './module.ts'
import type { Project } from './project.ts'
import { targetsOf } from './resolve.ts'
import { isNode, nameOf, type SyntaxNode } from './syntax.ts'

/** One exported declaration; an overloaded function is one per signature. */
export interface PublicDeclaration {
  readonly module: Module
  /** The statement, from its `export` or, for one exported by name later on, from its own first word. */
  readonly statement: SyntaxNode
  /** The class, function, interface, type or variable itself. */
  readonly declaration: SyntaxNode
  readonly name: string
}

interface Manifest {
  exports?: Record<string, string | { default?: string }>
}

/** Source files of the entries in package.json: `./dist/x.js` is made from `src/x.ts`. */
export function publicEntries(manifest: Manifest): string[] {
  return Object.values(manifest.exports ?? {})
    .map((entry) => (typeof entry === 'string' ? entry : (entry.default ?? '')))
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'))
}

const nodes = (value: unknown): SyntaxNode[] => (Array.isArray(value) ? value.filter(isNode) : [])

/** The names a declaration introduces; a `const` may introduce several. */
function namesDeclared(declaration: SyntaxNode): string[] {
  if (declaration.type !== 'VariableDeclaration') return [nameOf(declaration.id)]
  return nodes(declaration.declarations).map((each) => nameOf(each.id))
}

/** Finds exported declarations, following re-exports from module to module. */
class Collector {
  readonly #project: Project
  readonly #seen = new Set<string>()
  readonly found: PublicDeclaration[] = []

  constructor(project: Project) {
    this.#project = project
  }

  /** Collects `name` of a module, or everything it exports for `*`. */
  collect(path: string, name: string): void {
    const key = `${path} ${name}`
    const module = this.#project.module(path)
    if (!module || this.#seen.has(key)) return
    this.#seen.add(key)
    for (const statement of module.program.body as unknown as SyntaxNode[]) this.#statement(module, statement, name)
  }

  #statement(module: Module, statement: SyntaxNode, wanted: string): void {
    const { type, declaration } = statement
    if (type === 'ExportAllDeclaration') {
      const exported = nameOf(statement.exported)
      if (exported === '') this.#from(module, statement, wanted)
      else if (wanted === '*' || wanted === exported) this.#from(module, statement, '*')
    } else if (type === 'ExportDefaultDeclaration' && isNode(declaration)) {
      if (wanted === '*' || wanted === 'default') this.#add(module, statement, declaration, 'default')
    } else if (type === 'ExportNamedDeclaration') {
      if (isNode(declaration)) {
        for (const name of namesDeclared(declaration)) {
          if (wanted === '*' || wanted === name) this.#add(module, statement, declaration, name)
        }
      }
      for (const specifier of nodes(statement.specifiers)) {
        if (wanted !== '*' && wanted !== nameOf(specifier.exported)) continue
        if (statement.source) this.#from(module, statement, nameOf(specifier.local))
        else this.#local(module, nameOf(specifier.local))
      }
    }
  }

  /** A name exported apart from its declaration: `export { a }` below `const a`, or below `import { a }`. */
  #local(module: Module, name: string): void {
    for (const statement of module.program.body as unknown as SyntaxNode[]) {
      if (statement.type === 'ImportDeclaration') {
        for (const specifier of nodes(statement.specifiers)) {
          if (nameOf(specifier.local) !== name) continue
          this.#from(module, statement, isNode(specifier.imported) ? nameOf(specifier.imported) : '*')
        }
      } else if (/Declaration$|^TSDeclareFunction$/.test(statement.type) && !statement.type.startsWith('Export')) {
        if (namesDeclared(statement).includes(name)) this.#add(module, statement, statement, name)
      }
    }
  }

  #from(module: Module, statement: SyntaxNode, name: string): void {
    const targets = targetsOf(module, { specifier: nameOf(statement.source), kind: 'value', line: 0 }) ?? []
    for (const target of targets) this.collect(target, name)
  }

  #add(module: Module, statement: SyntaxNode, declaration: SyntaxNode, name: string): void {
    const key = `${module.path} ${statement.start} ${name}`
    if (!this.#seen.has(key)) this.found.push({ module, statement, declaration, name })
    this.#seen.add(key)
  }
}

/** Every declaration that the given entries export, each once. */
export function publicDeclarations(project: Project, entries: readonly string[]): PublicDeclaration[] {
  const collector = new Collector(project)
  for (const entry of entries) collector.collect(entry, '*')
  return collector.found
}
