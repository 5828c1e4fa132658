/**
 * Rule: nothing is left unfinished or switched off: no marks of work to be done, no test that is skipped or run alone, no
 * `any`, no silenced compiler. (Expecting an error is welcome in tests, where it proves that something does not compile.)
 */
import type { Module } from './module.ts'
import { type Finding, isGenerated, type Project, type Rule } from './project.ts'
import { isNode, type SyntaxNode, walk } from './syntax.ts'

// Written so that they do not find themselves.
const UNFINISHED = /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/
const SILENCED = /@ts-(?:ignor[e]|nochec[k])/
const EXPECTED = /@ts-expect-erro[r]/

const RUNNERS = new Set(['test', 'it', 'describe', 'bench', 'suite'])
const SWITCHES = new Set(['skip', 'only', 'todo', 'fails'])

/** The identifier at the bottom of `test.concurrent.only` or `describe.each([])`, and the members taken on the way. */
function chain(node: SyntaxNode): { base: string; members: string[] } {
  const members: string[] = []
  let at: unknown = node
  while (isNode(at) && (at.type === 'MemberExpression' || at.type === 'CallExpression')) {
    if (at.type === 'MemberExpression' && isNode(at.property)) members.push(String(at.property.name))
    at = at.type === 'MemberExpression' ? at.object : at.callee
  }
  return { base: isNode(at) && at.type === 'Identifier' ? String(at.name) : '', members }
}

function checkSyntax(module: Module): Finding[] {
  const findings: Finding[] = []
  walk(module.program as unknown as SyntaxNode, (node, ancestors) => {
    const finding = (message: string): void => {
      findings.push({ path: module.path, line: module.lineOf(node.start), message })
    }
    if (node.type === 'TSAnyKeyword') finding('uses `any`')
    if (node.type !== 'MemberExpression' || ancestors.at(-1)?.type === 'MemberExpression') return
    const { base, members } = chain(node)
    const off = RUNNERS.has(base) ? members.find((member) => SWITCHES.has(member)) : undefined
    if (off) finding(`a test is switched: ${base}.${off}`)
  })
  return findings
}

function checkText(path: string, text: string): Finding[] {
  const findings: Finding[] = []
  const shipped = /^(?:src|scripts)\//.test(path)
  text.split('\n').forEach((line, index) => {
    const finding = (message: string): number => findings.push({ path, line: index + 1, message })
    const unfinished = UNFINISHED.exec(line)
    if (unfinished) finding(`is unfinished: ${unfinished[0]}`)
    if (SILENCED.test(line) || (shipped && EXPECTED.test(line))) finding('silences the compiler')
  })
  return findings
}

export const marks: Rule = (project: Project): Finding[] => {
  const texts = project.paths.filter(
    (path) => /\.(?:m?ts|m?js|md|yml|json|py)$|^\.ci\//.test(path) && !isGenerated(path),
  )
  return [
    ...texts
      .filter((path) => !path.endsWith('package-lock.json'))
      .flatMap((path) => checkText(path, project.text(path))),
    ...project.modules.filter(({ path }) => !isGenerated(path)).flatMap(checkSyntax),
  ]
}
