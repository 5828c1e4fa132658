/**
 * Parses a schema into a tree: recursive descent, one token of look-ahead.
 *
 * After an error it goes on behind the next `;`, so that all errors of a file are reported at once.
 * Definitions of the built-in types (`int ? = Int;`, `vector {t:Type} # [ t ] = Vector t;`) are read over.
 * Source: https://core.telegram.org/mtproto/TL-formal#general-syntax-for-tl-programs
 */
import type { CombinatorNode, FieldNode, SchemaNode, TypeNode } from './ast.ts'
import { BUILT_IN_DEFINITIONS } from './builtins.ts'
import { type Diagnostic, type Position, SchemaError } from './diagnostics.ts'
import { type Token, tokenize } from './tokenizer.ts'

class SyntaxFault extends Error {
  readonly diagnostic: Diagnostic
  constructor(message: string, { line, column }: Position) {
    super(message)
    this.diagnostic = { message, line, column }
  }
}

function describe(token: Token): string {
  return token.kind === 'end' ? 'the end of the file' : JSON.stringify(token.text)
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #kind: CombinatorNode['kind'] = 'constructor'

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get #token(): Token {
    return this.#tokens[this.#at]!
  }

  #next(): Token {
    const token = this.#token
    if (token.kind !== 'end') this.#at++
    return token
  }

  #is(text: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === text
  }

  #accept(text: string): boolean {
    const found = this.#is(text)
    if (found) this.#at++
    return found
  }

  #fault(expected: string): never {
    throw new SyntaxFault(`expected ${expected}, found ${describe(this.#token)}`, this.#token)
  }

  #expect(text: string): Token {
    if (!this.#is(text)) this.#fault(JSON.stringify(text))
    return this.#next()
  }

  #name(what: string): Token {
    if (this.#token.kind !== 'name') this.#fault(what)
    return this.#next()
  }

  parse(diagnostics: Diagnostic[]): SchemaNode {
    const schema: SchemaNode = { layer: undefined, combinators: [] }
    while (this.#token.kind !== 'end') {
      try {
        const token = this.#token
        if (token.kind === 'layer') {
          schema.layer = Number(/\d+/.exec(token.text)![0])
          this.#at++
        } else if (token.kind === 'section') {
          this.#section(this.#next())
        } else {
          const combinator = this.#combinator()
          if (combinator) schema.combinators.push(combinator)
        }
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error
        diagnostics.push(error.diagnostic)
        this.#recover()
      }
    }
    return schema
  }

  #section(token: Token): void {
    if (token.text === '---types---') this.#kind = 'constructor'
    else if (token.text === '---functions---') this.#kind = 'method'
    else throw new SyntaxFault(`expected ---types--- or ---functions---, found ${token.text}`, token)
  }

  #recover(): void {
    while (this.#token.kind !== 'end' && this.#token.kind !== 'section') {
      if (this.#next().text === ';') return
    }
  }

  #combinator(): CombinatorNode | undefined {
    const from = this.#at
    const first = this.#name('the name of a constructor or method')
    let id: number | undefined
    if (this.#token.kind === 'id') {
      const token = this.#next()
      if (token.text.length > 9) throw new SyntaxFault('an id has at most 8 hex digits', token)
      id = Number.parseInt(token.text.slice(1), 16)
    }
    if (BUILT_IN_DEFINITIONS.has(first.text)) return this.#skip()
    const generics: string[] = []
    while (this.#accept('{')) generics.push(this.#generic())
    const fields: FieldNode[] = []
    while (!this.#is('=')) fields.push(this.#field())
    this.#expect('=')
    const result = this.#type()
    this.#expect(';')
    const { line, column } = first
    return {
      kind: this.#kind,
      name: first.text,
      id,
      generics,
      fields,
      result,
      text: this.#textOf(from, this.#at),
      line,
      column,
    }
  }

  /** Reads over the definition of a built-in type. */
  #skip(): undefined {
    while (!this.#is(';')) {
      if (this.#token.kind === 'end') this.#fault('";"')
      this.#next()
    }
    this.#next()
  }

  #generic(): string {
    const name = this.#name('the name of a type variable').text
    this.#expect(':')
    if (this.#token.text !== 'Type') this.#fault('"Type"')
    this.#next()
    this.#expect('}')
    return name
  }

  #field(): FieldNode {
    if (this.#is('[') || this.#is('#')) this.#fault('a field with a name (repetitions are for built-in types only)')
    const { text: name, line, column } = this.#name('a field or "="')
    if (name.includes('.')) throw new SyntaxFault(`a field's name cannot have a dot: ${name}`, { line, column })
    this.#expect(':')
    return { name, line, column, condition: this.#condition(), type: this.#type() }
  }

  /** `flags.3?`, if it stands here. */
  #condition(): FieldNode['condition'] {
    const [word, dot, bit, mark] = this.#tokens.slice(this.#at, this.#at + 4)
    if (word?.kind === 'name' && dot?.text === '?') this.#fault('a condition like "flags.0?"')
    if (word?.kind !== 'name' || dot?.text !== '.') return undefined
    this.#at += 2
    if (bit?.kind !== 'number') this.#fault('the number of a bit')
    this.#at++
    if (mark?.text !== '?') this.#fault('"?"')
    this.#at++
    return { word: word.text, bit: Number(bit.text), line: word.line, column: word.column }
  }

  #type(): TypeNode {
    const { line, column } = this.#token
    if (this.#accept('#')) return { name: '#', bare: false, query: false, args: [], line, column }
    const query = this.#accept('!')
    const bare = this.#accept('%')
    const name = this.#name('a type').text
    const args: TypeNode[] = []
    if (this.#accept('<')) {
      do args.push(this.#type())
      while (this.#accept(','))
      this.#expect('>')
    } else if (/^vector$/i.test(name)) {
      // `vector message`: the argument may follow without brackets.
      args.push(this.#type())
    }
    return { name, bare, query, args, line, column }
  }

  /** The tokens from index `from` up to `to` as they were spaced, comments and line ends as single spaces. */
  #textOf(from: number, to: number): string {
    let text = ''
    for (let i = from; i < to; i++) {
      const token = this.#tokens[i]!
      if (i > from && this.#tokens[i - 1]!.end < token.start && token.text !== ';') text += ' '
      text += token.text
    }
    return text
  }
}

/**
 * Parses a schema.
 * @param file name for error messages
 * @throws {SchemaError} with every syntax error of the file
 */
export function parse(text: string, file: string): SchemaNode {
  const { tokens, diagnostics } = tokenize(text)
  const schema = new Parser(tokens).parse(diagnostics)
  if (diagnostics.length > 0) throw new SchemaError(file, diagnostics)
  return schema
}
