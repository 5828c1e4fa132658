/** Walking a syntax tree whose shape is known only loosely: nodes are the objects that have a `type`. */

/** Any node of a syntax tree. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** Tells a node from the other values found in a tree (names, flags, positions, null). */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** The nodes right below `node`, in the order of its fields. */
export function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (const value of Object.values(node)) {
    if (isNode(value)) yield value
    else if (Array.isArray(value)) for (const each of value) if (isNode(each)) yield each
  }
}

/** Calls `visit` with every node of the tree and its ancestors, outermost first, parents before children. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
  ancestors: SyntaxNode[] = [],
): void {
  visit(node, ancestors)
  ancestors.push(node)
  for (const child of children(node)) walk(child, visit, ancestors)
  ancestors.pop()
}

/** The name of an identifier, or the text of a literal that stands where a name may; empty for anything else. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  const name = node.name ?? node.value
  return typeof name === 'string' ? name : ''
}
