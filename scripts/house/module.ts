/**
 * One parsed TypeScript module, as the rules of the house see it: its text, its syntax tree (ESTree with TypeScript's
 * nodes, https://oxc.rs/docs/guide/usage/parser), its comments and everything it imports.
 *
 * TypeScript 7 has no JavaScript interface of its own, and regular expressions are fooled by strings and comments; hence
 * a real parser.
 */
import { type Comment, type Program, parseSync } from 'oxc-parser'
import { type SyntaxNode, walk } from './syntax.ts'

/** One thing a module imports, in whatever way. */
export interface Import {
  /** As written: `./x.ts`, `node:fs`, `#platform`, `ws`. */
  readonly specifier: string
  /** `type` leaves no trace at run time; `dynamic` is `import()`; `value` is everything else, re-exports included. */
  readonly kind: 'type' | 'value' | 'dynamic'
  readonly line: number
}

/** One parsed module. */
export interface Module {
  /** Path from the top of the checkout, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly imports: readonly Import[]
  /** Line (from 1) of an offset in `text`. */
  lineOf(offset: number): number
}

/** Every import of a syntax tree, by declaration, re-export, `import()` and `import('x').T`, in the order of the text. */
function importsOf(program: Program, lineOf: (offset: number) => number): Import[] {
  const found: Import[] = []
  walk(program as unknown as SyntaxNode, (node) => {
    const source = node.source as { value?: unknown; start: number } | null | undefined
    const add = (kind: Import['kind']): void => {
      const specifier = typeof source?.value === 'string' ? source.value : '(computed)'
      found.push({ specifier, kind, line: lineOf(node.start) })
    }
    if (node.type === 'ImportDeclaration') add(isTypeOnly(node, 'importKind') ? 'type' : 'value')
    else if (node.type === 'ExportNamedDeclaration' && source) add(isTypeOnly(node, 'exportKind') ? 'type' : 'value')
    else if (node.type === 'ExportAllDeclaration') add(node.exportKind === 'type' ? 'type' : 'value')
    else if (node.type === 'TSImportType') add('type')
    else if (node.type === 'ImportExpression') add('dynamic')
  })
  return found
}

/** `import type { … }`, or `import { type a, type b }`: `verbatimModuleSyntax` keeps the latter as a bare import. */
function isTypeOnly(node: SyntaxNode, key: 'importKind' | 'exportKind'): boolean {
  if (node[key] === 'type') return true
  const specifiers = node.specifiers as SyntaxNode[]
  return specifiers.length > 0 && specifiers.every((each) => each[key] === 'type')
}

/** Parses a module; throws `SyntaxError` when it is not TypeScript. */
export function parseModule(path: string, text: string): Module {
  const { program, comments, errors } = parseSync(path, text)
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
  const lineOf = (offset: number): number => {
    let [low, high] = [0, lineStarts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (lineStarts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
  const [error] = errors
  if (error) throw new SyntaxError(`${path}:${lineOf(error.labels[0]?.start ?? 0)}: ${error.message}`)
  return { path, text, program, comments, imports: importsOf(program, lineOf), lineOf }
}
