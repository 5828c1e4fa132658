/** Tokens of a schema, and where they stand. */
import { expect, test } from 'vitest'
import { tokenize } from '../../scripts/generator/tokenizer.ts'

const kinds = (text: string): string[] =>
  tokenize(text).tokens.map((token) => (token.kind === 'end' ? 'end' : `${token.kind} ${token.text}`))

test('a definition', () => {
  expect(kinds('auth.ok#1f a:flags.0?Vector<int> = Auth;')).toEqual([
    'name auth.ok',
    'id #1f',
    'name a',
    'symbol :',
    'name flags',
    'symbol .',
    'number 0',
    'symbol ?',
    'name Vector',
    'symbol <',
    'name int',
    'symbol >',
    'symbol =',
    'name Auth',
    'symbol ;',
    'end',
  ])
})

test('# is an id only right behind a name', () => {
  expect(kinds('flags:# a')).toEqual(['name flags', 'symbol :', 'symbol #', 'name a', 'end'])
})

test('comments and sections', () => {
  expect(kinds('// a; b\n/* c\n d */ x ---functions--- // LAYER 7\n//LAYER x')).toEqual([
    'name x',
    'section ---functions---',
    'layer // LAYER 7',
    'end',
  ])
})

test('lines and columns count from 1, over all line ends and comments', () => {
  const { tokens } = tokenize('a\r\n  b /* \n */ c\n\n\td')
  expect(tokens.map(({ text, line, column }) => `${text}@${line}:${column}`)).toEqual([
    'a@1:1',
    'b@2:3',
    'c@3:5',
    'd@5:2',
    '@5:3',
  ])
})

test('characters that no token can hold are reported once each, and the rest is read', () => {
  const { tokens, diagnostics } = tokenize('a $ b\n"')
  expect(tokens.map((token) => token.text)).toEqual(['a', 'b', ''])
  expect(diagnostics).toEqual([
    { line: 1, column: 3, message: 'unexpected character "$"' },
    { line: 2, column: 1, message: 'unexpected character "\\""' },
  ])
})

test('a comment that never ends is reported where it begins', () => {
  expect(tokenize('a\n /* b').diagnostics).toEqual([{ line: 2, column: 2, message: 'a comment that never ends' }])
})
