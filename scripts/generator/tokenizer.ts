/**
 * Splits the text of a schema into tokens.
 *
 * Source: https://core.telegram.org/mtproto/TL-formal#character-classes
 */
import type { Diagnostic, Position } from './diagnostics.ts'

export interface Token extends Position {
  /**
   * `name`: identifiers with dots (`auth.authorization`, `flags.0` is `name` `.` `number`); `id`: `#` with hex digits behind
   * a name; `section`: `---types---` and `---functions---`; `layer`: the comment `// LAYER n`; `symbol`: everything else.
   */
  kind: 'name' | 'number' | 'id' | 'section' | 'layer' | 'symbol' | 'end'
  text: string
  /** Offset of the first character. */
  start: number
  /** Offset behind the last character. */
  end: number
}

const RULES: readonly [kind: Token['kind'] | 'blank', pattern: RegExp][] = [
  ['layer', /\/\/[ \t]*LAYER[ \t]+\d+[ \t]*(?=\r|\n|$)/y],
  ['blank', /[ \t\r\n\ufeff]+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ['section', /---\w+---/y],
  ['name', /[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/y],
  ['number', /\d+/y],
  ['symbol', /[#:;=?{}[\]()<>%!.*,+]/y],
]

const ID = /#[0-9a-fA-F]+/y

/** Positions of offsets in a text; asked for in rising order. */
function locator(text: string): (offset: number) => Position {
  let line = 1
  let lineStart = 0
  let at = 0
  return (offset) => {
    for (; at < offset; at++) {
      if (text[at] !== '\n') continue
      line++
      lineStart = at + 1
    }
    return { line, column: offset - lineStart + 1 }
  }
}

/**
 * The tokens of a schema, an `end` token last. Characters that no token can hold are reported and left out.
 */
export function tokenize(text: string): { tokens: Token[]; diagnostics: Diagnostic[] } {
  const tokens: Token[] = []
  const diagnostics: Diagnostic[] = []
  const locate = locator(text)
  let at = 0

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const push = (kind: Token['kind'], found: string): void => {
    tokens.push({ kind, text: found, start: at, end: at + found.length, ...locate(at) })
    at += found.length
  }

  scan: while (at < text.length) {
    const previous = tokens.at(-1)
    if (previous?.kind === 'name' && previous.end === at) {
      const id = match(ID)
      if (id !== undefined) {
        push('id', id)
        continue
      }
    }
    for (const [kind, pattern] of RULES) {
      const found = match(pattern)
      if (found === undefined) continue
      if (kind === 'blank') at += found.length
      else push(kind, found)
      continue scan
    }
    const comment = text.startsWith('/*', at)
    diagnostics.push({
      ...locate(at),
      message: comment ? 'a comment that never ends' : `unexpected character ${JSON.stringify(text[at])}`,
    })
    at = comment ? text.length : at + 1
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at, ...locate(at) })
  return { tokens, diagnostics }
}
