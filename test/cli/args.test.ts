/** The command line: what is taken, and that every mistake is one sentence that names it. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { nearest, type OptionTable, parseArguments, parseInteger } from '../../src/cli/args.ts'
import { UsageError } from '../../src/errors.ts'

const TABLE: OptionTable<'json' | 'key' | 'peer' | 'quiet' | 'lanes'> = {
  json: { takes: 'nothing' },
  key: { takes: 'values' },
  lanes: { takes: 'value' },
  peer: { takes: 'value' },
  quiet: { takes: 'nothing', short: 'q' },
}

const mistake = (argv: readonly string[]): string => {
  try {
    parseArguments(argv, TABLE)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as UsageError).message
  }
  throw new Error('it was taken')
}

describe('what is taken', () => {
  test('options anywhere, with their values in either form; the rest are operands in order', () => {
    const options = parseArguments(['a', '--peer', 'me', 'b', '--lanes=3', '--json', '-q', 'c'], TABLE)
    expect(options.operands).toEqual(['a', 'b', 'c'])
    expect(options.text('peer')).toBe('me')
    expect(options.integer('lanes', 1, 16)).toBe(3)
    expect(options.has('json')).toBe(true)
    expect(options.has('quiet')).toBe(true)
    expect(options.has('key')).toBe(false)
    expect(options.text('key')).toBeUndefined()
  })

  test('an option that may be repeated keeps all its values', () => {
    expect(parseArguments(['--key', 'a', '--key=b', '--key', 'c=d'], TABLE).all('key')).toEqual(['a', 'b', 'c=d'])
    expect(parseArguments([], TABLE).all('key')).toEqual([])
  })

  test('after -- everything is an operand, and - is one by itself', () => {
    expect(parseArguments(['-', '--json', '--', '--peer', '-x', '--'], TABLE).operands).toEqual([
      '-',
      '--peer',
      '-x',
      '--',
    ])
  })

  test('a value may begin with one dash: it can be a number, or -', () => {
    expect(parseArguments(['--peer', '-100123'], TABLE).text('peer')).toBe('-100123')
    expect(parseArguments(['--peer', '-'], TABLE).text('peer')).toBe('-')
  })

  test('a value may hold anything after =, also = and dashes', () => {
    expect(parseArguments(['--peer=--json=x'], TABLE).text('peer')).toBe('--json=x')
  })

  property.prop([fc.array(fc.string())])('any words are either taken or a usage error', (argv) => {
    try {
      parseArguments(argv, TABLE)
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
    }
  })

  property.prop([fc.array(fc.string())])('after -- any words are operands, unchanged', (words) => {
    expect(parseArguments(['--', ...words], TABLE).operands).toEqual(words)
  })
})

describe('what is refused', () => {
  test('an unknown option, with the one that was meant', () => {
    expect(mistake(['--jason'])).toBe('there is no option --jason; did you mean --json?')
    expect(mistake(['--qiet'])).toContain('--quiet')
    expect(mistake(['--unheard-of'])).toBe('there is no option --unheard-of')
    expect(mistake(['-x'])).toContain('no option -x')
    expect(mistake(['-qx'])).toContain('no option -qx')
    expect(mistake(['-json'])).toContain('did you mean --json?')
  })

  test('names of every object are no options', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(mistake([`--${name}`])).toContain(`no option --${name}`)
    }
  })

  test('a missing value: nothing follows, an option follows, or it is empty', () => {
    expect(mistake(['--peer'])).toBe('--peer needs a value after it')
    expect(mistake(['--peer', '--json'])).toBe('--peer needs a value after it')
    expect(mistake(['--peer='])).toContain('--peer needs a value')
    expect(mistake(['--peer', ''])).toContain('--peer needs a value')
  })

  test('a value where none is taken', () => {
    expect(mistake(['--json=yes'])).toBe('--json takes no value')
    expect(mistake(['--json='])).toBe('--json takes no value')
  })

  test('a second value where one is taken; flags may be repeated', () => {
    expect(mistake(['--peer', 'a', '--peer=b'])).toBe('--peer is given twice')
    expect(parseArguments(['--json', '--json'], TABLE).has('json')).toBe(true)
  })

  test('a number that is none, or out of range', () => {
    for (const text of ['0', '17', '-1', '3.5', '1e1', '0x3', ' 3', '3 ', 'three', '٣', 'Infinity', 'NaN']) {
      expect(() => parseArguments([`--lanes=${text}`], TABLE).integer('lanes', 1, 16)).toThrow(
        `--lanes is a whole number from 1 to 16; it cannot be "${text}"`,
      )
    }
    expect(parseInteger('+16', 'it', 1, 16)).toBe(16)
    expect(parseInteger('-3', 'it', -5, 16)).toBe(-3)
  })

  test('a word that is not in the list', () => {
    const options = parseArguments(['--peer=you'], TABLE)
    expect(() => options.choice('peer', ['me', 'empty'])).toThrow('--peer is one of me, empty; it cannot be "you"')
    expect(parseArguments(['--peer=me'], TABLE).choice('peer', ['me', 'empty'])).toBe('me')
    expect(parseArguments([], TABLE).choice('peer', ['me'])).toBeUndefined()
  })
})

describe('guessing what was meant', () => {
  test('the nearest word within two edits, one for short words', () => {
    const words = ['upload', 'serve']
    expect(nearest('upolad', words)).toBe('upload')
    expect(nearest('srve', words)).toBe('serve')
    expect(nearest('up', words)).toBeUndefined()
    expect(nearest('', words)).toBeUndefined()
    expect(nearest('abc', ['abd', 'abc'])).toBe('abc')
    expect(nearest('xyz', ['abz'])).toBeUndefined()
  })
})
