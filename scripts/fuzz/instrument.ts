/**
 * Puts counters into TypeScript: one at each place where the code may go one way or another.
 *
 * Counted are the beginnings of functions, the branches of `if`, `?:`, `&&`, `||`, `??`, `switch` and `catch`, and the rounds
 * of loops; what stands between two of them is run as often as the first. The text is changed in place and keeps its lines, so
 * that stack traces still fit. `new Uint8Array(n)` and its kin report how much they take.
 *
 * A counter is an element of one array for all modules of a bundle. A block that is entered more than
 * {@link MAX_ENTRIES} times for one input never ends: it throws.
 */
import { parseSync } from 'oxc-parser'
import { type SyntaxNode, walk } from '../house/syntax.ts'

/** No input that is short enough for fuzzing enters a block this often. */
export const MAX_ENTRIES = 20_000_000

/** Hands out the numbers of blocks over several modules. */
export class Blocks {
  /** Where each block stands: `path:line`. */
  readonly places: string[] = []

  add(place: string): number {
    return this.places.push(place) - 1
  }
}

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement'])
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const ARRAYS = /^(?:Int|Uint|BigInt|BigUint|Float)(?:8|16|32|64)(?:Clamped)?Array$/

/** Text to insert at an offset. Of several at one offset, those that close come first, and inner ones before outer ones. */
interface Insertion {
  readonly at: number
  readonly text: string
  readonly order: number
}

/**
 * Instruments one module.
 * @param blocks takes the new blocks
 */
export function instrument(path: string, text: string, blocks: Blocks): string {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]!.message}`)
  const insertions: Insertion[] = []
  /** Nodes visited so far: parents come before children. */
  let visited = 0
  const insert = (at: number, added: string, order: number): void => void insertions.push({ at, text: added, order })
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  const block = (at: number): number => blocks.add(`${path}:${lineOf(at)}`)

  const statement = (node: SyntaxNode, loop = false): void => {
    const number = block(node.start)
    const count = loop ? `if(++__c[${number}]>${MAX_ENTRIES})__endless(${number});` : `__c[${number}]++;`
    if (node.type === 'BlockStatement') insert(node.start + 1, count, visited)
    else {
      insert(node.start, `{${count}`, visited)
      insert(node.end, '}', -visited)
    }
  }
  const expression = (node: SyntaxNode): void => {
    insert(node.start, `(__c[${block(node.start)}]++,(`, visited)
    insert(node.end, '))', -visited)
  }
  walk(program as unknown as SyntaxNode, (node) => {
    visited++
    if (FUNCTIONS.has(node.type)) {
      const body = node.body as SyntaxNode | null
      if (body?.type === 'BlockStatement') statement(body, true)
      else if (body) expression(body)
    } else if (LOOPS.has(node.type)) statement(node.body as SyntaxNode, true)
    else if (node.type === 'IfStatement') {
      statement(node.consequent as SyntaxNode)
      const other = node.alternate as SyntaxNode | null
      if (other) statement(other)
    } else if (node.type === 'ConditionalExpression') {
      expression(node.consequent as SyntaxNode)
      expression(node.alternate as SyntaxNode)
    } else if (node.type === 'LogicalExpression') expression(node.right as SyntaxNode)
    else if (node.type === 'SwitchCase') {
      const [first] = node.consequent as SyntaxNode[]
      if (first) insert(first.start, `__c[${block(first.start)}]++;`, visited)
    } else if (node.type === 'CatchClause') statement(node.body as SyntaxNode)
    else if (node.type === 'NewExpression') {
      const { name } = node.callee as SyntaxNode & { name?: string }
      const list = node.arguments as SyntaxNode[]
      if (name !== undefined && ARRAYS.test(name) && list.length === 1 && list[0]!.type !== 'SpreadElement') {
        insert(list[0]!.start, '__allocate(', visited)
        insert(list[0]!.end, ')', -visited)
      }
    }
  })
  insertions.sort((a, b) => a.at - b.at || a.order - b.order)
  let out = ''
  let done = 0
  for (const { at, text: added } of insertions) {
    out += text.slice(done, at) + added
    done = at
  }
  return out + text.slice(done)
}

/** What the instrumented code calls, in front of the bundle; `count` is the number of blocks. */
export function preamble(count: number): string {
  return `const __c=new Uint32Array(${count}),__allocated=new Float64Array(1)
const __endless=(n)=>{throw new Error('block '+n+' never ends')}
const __allocate=(v)=>{const n=typeof v==='number'?v:v instanceof ArrayBuffer?0:v?.length;if(n>0)__allocated[0]+=n;return v}
export const coverage={counters:__c,allocated:__allocated}
`
}
