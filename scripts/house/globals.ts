/**
 * Finds what a module takes from the platform: free names (`Date`, `setTimeout`) and their members (`Math.random`), also
 * through `globalThis`. A name that the module declares itself, in a scope around the use, is its own and not reported.
 */
import type { Module } from './module.ts'
import { children, isNode, type SyntaxNode, walk } from './syntax.ts'

/** One use of something the platform provides. */
export interface GlobalUse {
  /** `Date`, or `Math.random` where a member is taken; `globalThis.Date` counts as `Date`. */
  readonly name: string
  readonly line: number
}

const GLOBAL_OBJECTS = new Set(['globalThis', 'window', 'self', 'global'])
const SCOPES =
  /^(?:Program|BlockStatement|StaticBlock|SwitchStatement|CatchClause|For\w*Statement|.*Function.*|Class\w+)$/

/** The identifiers that a binding pattern introduces: `{ a, b: [c = 1], ...d }` gives a, c and d. */
function* boundNames(pattern: unknown): Generator<string> {
  if (!isNode(pattern)) return
  if (pattern.type === 'Identifier') yield pattern.name as string
  else if (pattern.type === 'Property') yield* boundNames(pattern.value)
  else if (pattern.type === 'AssignmentPattern') yield* boundNames(pattern.left)
  else if (pattern.type === 'TSTypeAnnotation') return
  else for (const child of children(pattern)) yield* boundNames(child)
}

/** The names that a node declares. */
function* declaredBy(node: SyntaxNode): Generator<string> {
  if (node.type === 'VariableDeclarator') yield* boundNames(node.id)
  else if (node.type === 'CatchClause') yield* boundNames(node.param)
  else if (/^Import.*Specifier$/.test(node.type)) yield* boundNames(node.local)
  else if (/Function|^Class|^TS(?:TypeAlias|Interface)Declaration$/.test(node.type)) yield* boundNames(node.id)
}

/** For each declared name, the scopes it is declared in. A hoisted `var` counts for its block, which is close enough. */
function declarations(root: SyntaxNode): Map<string, Set<SyntaxNode>> {
  const scopesOf = new Map<string, Set<SyntaxNode>>()
  const declare = (name: string, scope: SyntaxNode): void => {
    scopesOf.set(name, (scopesOf.get(name) ?? new Set()).add(scope))
  }
  walk(root, (node, ancestors) => {
    const around = ancestors.findLast((ancestor) => SCOPES.test(ancestor.type)) ?? root
    for (const name of declaredBy(node)) declare(name, node.type === 'CatchClause' ? node : around)
    if (Array.isArray(node.params) && /Function/.test(node.type)) {
      for (const parameter of node.params as unknown[]) for (const name of boundNames(parameter)) declare(name, node)
    }
  })
  return scopesOf
}

/** Whether an identifier stands for a value or type, and not for the name of a member, key, label or export. */
function isReference(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (!parent) return true
  const { type } = parent
  if (type === 'MemberExpression') return parent.object === node || parent.computed === true
  if (type === 'TSQualifiedName') return parent.left === node
  if (/^(?:Import|Export)\w*Specifier$/.test(type)) return parent.local === node
  if (/Label|^(?:Break|Continue)Statement$|^MetaProperty$|^TSNamedTupleMember$/.test(type)) return false
  if ('key' in parent && parent.key === node) return parent.computed === true || parent.value === node
  return true
}

/** The static name of a member: `a.b` and `a['b']` give b. */
function memberName(node: SyntaxNode | undefined): string | undefined {
  if (node?.type !== 'MemberExpression' || !isNode(node.property)) return undefined
  const property = node.property
  if (node.computed === true) return typeof property.value === 'string' ? property.value : undefined
  return property.name as string
}

/** Everything that the module takes from the platform, in the order of its text. */
export function globalUses(module: Module): GlobalUse[] {
  const root = module.program as unknown as SyntaxNode
  const scopesOf = declarations(root)
  const uses: GlobalUse[] = []
  walk(root, (node, ancestors) => {
    if (node.type !== 'Identifier' || !isReference(node, ancestors.at(-1))) return
    const scopes = scopesOf.get(node.name as string)
    if (scopes && ancestors.some((ancestor) => scopes.has(ancestor))) return
    const path = [node.name as string]
    let at: SyntaxNode = node
    for (const parent of ancestors.toReversed()) {
      if (parent.type === 'MemberExpression' && parent.object === at) {
        const name = memberName(parent)
        if (name === undefined) break
        path.push(name)
      } else if (!/^(?:ChainExpression|TSNonNullExpression|TSAsExpression|ParenthesizedExpression)$/.test(parent.type))
        break
      at = parent
    }
    if (path.length > 1 && GLOBAL_OBJECTS.has(path[0]!)) path.shift()
    uses.push({ name: path.slice(0, 2).join('.'), line: module.lineOf(node.start) })
  })
  return uses
}
