/**
 * Rule: every module opens by saying what it is, and everything a user of the package can reach is documented (TSDoc,
 * https://tsdoc.org): each exported function, class, interface, type and constant, and the methods of the exported
 * classes and interfaces.
 */
import type { Module } from './module.ts'
import type { Finding, Project, Rule } from './project.ts'
import { type PublicDeclaration, publicDeclarations, publicEntries } from './public-api.ts'
import { isNode, nameOf, type SyntaxNode } from './syntax.ts'

/** Fewest characters an opening comment has: less cannot say what a module is. */
const MIN_OPENING = 30

/** Whether a doc comment ends right above `start`: no blank line between, or it belongs to something else. */
function isDocumented(module: Module, start: number): boolean {
  const comment = module.comments.findLast(({ end }) => end <= start)
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return false
  const between = module.text.slice(comment.end, start)
  return /^\s*$/.test(between) && between.split('\n').length <= 2 && /\w/.test(comment.value)
}

/** Rule part one: the first thing in a hand-written or generated module of src/ and scripts/ is a comment on the module. */
function checkOpening(module: Module): Finding[] {
  const [first] = module.comments
  const start = module.program.body[0]?.start ?? Number.POSITIVE_INFINITY
  const opening = module.comments
    .filter(({ end }) => end <= start)
    .reduce((sum, { value }) => sum + value.trim().length, 0)
  const before = module.text.slice(module.program.hashbang?.end ?? 0, first?.start)
  if (first && /^\s*$/.test(before) && opening >= MIN_OPENING) return []
  return [{ path: module.path, line: 1, message: 'does not open with a comment that says what it is' }]
}

/** The functions inside an exported class or interface that a user can call. */
function* methodsOf(declaration: SyntaxNode): Generator<{ name: string; node: SyntaxNode }> {
  const body = isNode(declaration.body) ? declaration.body.body : undefined
  for (const node of Array.isArray(body) ? body.filter(isNode) : []) {
    const key = node.key
    const name = nameOf(key) || 'computed'
    if (!/^(?:TSAbstract)?MethodDefinition$|^TSMethodSignature$/.test(node.type)) continue
    if (node.kind === 'constructor' || node.kind === 'set' || node.override === true) continue
    if ((isNode(key) && key.type === 'PrivateIdentifier') || /private|protected/.test(String(node.accessibility)))
      continue
    yield { name, node }
  }
}

/** Rule part two, for one exported declaration; `overloads` are its other signatures. */
function checkDeclaration(each: PublicDeclaration, overloads: readonly PublicDeclaration[]): Finding[] {
  const { module, statement, declaration, name } = each
  const finding = (node: SyntaxNode, what: string): Finding => {
    return { path: module.path, line: module.lineOf(node.start), message: `${what} is public and has no TSDoc` }
  }
  const findings: Finding[] = []
  const documented = [each, ...overloads].some((one) => isDocumented(module, one.statement.start))
  if (!documented && overloads[0] !== each) findings.push(finding(statement, name))
  const seen = new Set<string>()
  for (const method of methodsOf(declaration)) {
    // Further signatures of an overloaded method stand below the documented one.
    if (!seen.has(method.name) && !isDocumented(module, method.node.start)) {
      findings.push(finding(method.node, `${name}.${method.name}`))
    }
    seen.add(method.name)
  }
  return findings
}

export const docs: Rule = (project: Project): Finding[] => {
  const manifest = JSON.parse(project.text('package.json') || '{}') as Parameters<typeof publicEntries>[0]
  const all = publicDeclarations(project, publicEntries(manifest))
  const groups = new Map<string, PublicDeclaration[]>()
  for (const each of all) {
    const key = `${each.module.path} ${each.name}`
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [
    ...project.modules.filter(({ path }) => /^(?:src|scripts)\//.test(path)).flatMap(checkOpening),
    ...[...groups.values()].flatMap(([first, ...rest]) => (first ? checkDeclaration(first, rest) : [])),
  ]
}
