/**
 * Reads a command line: options by a table, typed access to their values, one sentence for everything that is wrong.
 *
 * `--name value`, `--name=value`, flags, one-letter forms, and `--` before operands that begin with a dash; `-` alone is
 * an operand. Nothing is guessed: an unknown option, a missing or needless value, a value given twice, a number out of
 * range are each a `UsageError` that names it.
 */
import { UsageError } from '../errors.ts'

/** What an option takes: nothing, one value, or a value each time it is given. */
export interface OptionSpec {
  readonly takes: 'nothing' | 'value' | 'values'
  /** One letter that stands for it. */
  readonly short?: string
}

/** The options of a command by their names, without dashes. */
export type OptionTable<Name extends string> = Readonly<Record<Name, OptionSpec>>

/** A command line that fits its table. */
export class Arguments<Name extends string> {
  /** Everything that is no option, in order. */
  readonly operands: readonly string[]
  readonly #given: ReadonlyMap<Name, readonly string[]>

  constructor(given: ReadonlyMap<Name, readonly string[]>, operands: readonly string[]) {
    this.#given = given
    this.operands = operands
  }

  /** Whether the option was given. */
  has(name: Name): boolean {
    return this.#given.has(name)
  }

  /** The option's value. */
  text(name: Name): string | undefined {
    return this.#given.get(name)?.[0]
  }

  /** All values of an option that may be given several times. */
  all(name: Name): readonly string[] {
    return this.#given.get(name) ?? []
  }

  /** The option's value as a whole number. @throws UsageError for anything else, and outside of the range */
  integer(name: Name, min: number, max: number): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : parseInteger(text, `--${name}`, min, max)
  }

  /** The option's value as one of a list. @throws UsageError for anything else */
  choice<Value extends string>(name: Name, values: readonly Value[]): Value | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = values.find((value) => value === text)
    if (found === undefined) throw new UsageError(`--${name} is one of ${values.join(', ')}; it cannot be "${text}"`)
    return found
  }
}

/**
 * A whole number in decimal digits.
 * @param what where it comes from, for the message
 * @throws UsageError for anything else, and outside of the range
 */
export function parseInteger(text: string, what: string, min: number, max: number): number {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw new UsageError(`${what} is a whole number from ${min} to ${max}; it cannot be "${text}"`)
  }
  return number
}

/**
 * Reads the arguments of a command.
 * @param hint what to tell after an unknown option that resembles none
 * @throws UsageError for an option that is unknown, lacks its value, has one it does not take, or is given twice
 */
export function parseArguments<Name extends string>(
  argv: readonly string[],
  table: OptionTable<Name>,
  hint?: (spelled: string) => string,
): Arguments<Name> {
  const given = new Map<Name, string[]>()
  const operands: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!
    if (argument === '--') {
      operands.push(...argv.slice(i + 1))
      break
    }
    if (!argument.startsWith('-') || argument === '-') {
      operands.push(argument)
      continue
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1
    const spelled = equals < 0 ? argument : argument.slice(0, equals)
    const name = nameOf(spelled, table, hint)
    const values = given.get(name) ?? []
    if (table[name].takes === 'nothing') {
      if (equals >= 0) throw new UsageError(`${spelled} takes no value`)
    } else {
      if (values.length > 0 && table[name].takes === 'value') throw new UsageError(`${spelled} is given twice`)
      values.push(equals >= 0 ? argument.slice(equals + 1) : valueAfter(argv, i++))
      if (values.at(-1) === '') throw new UsageError(`${spelled} needs a value, and got an empty one`)
    }
    given.set(name, values)
  }
  return new Arguments(given, operands)
}

/** The value that follows an option. One that looks like an option is taken for a forgotten value. */
function valueAfter(argv: readonly string[], at: number): string {
  const value = argv[at + 1]
  if (value === undefined || value.startsWith('--')) throw new UsageError(`${argv[at]} needs a value after it`)
  return value
}

function nameOf<Name extends string>(
  spelled: string,
  table: OptionTable<Name>,
  hint: (spelled: string) => string = () => '',
): Name {
  const names = Object.keys(table) as Name[]
  const found = spelled.startsWith('--')
    ? names.find((name) => `--${name}` === spelled)
    : names.find((name) => table[name].short !== undefined && `-${table[name].short}` === spelled)
  if (found !== undefined) return found
  const near = nearest(spelled.replace(/^-+/, ''), names)
  throw new UsageError(
    `there is no option ${spelled}${near === undefined ? hint(spelled) : `; did you mean --${near}?`}`,
  )
}

/** The word of a list that `word` is most likely a misspelling of; undefined when none is near. */
export function nearest(word: string, list: readonly string[]): string | undefined {
  const limit = word.length < 4 ? 1 : 2
  const near = list.map((one) => ({ one, steps: distance(word, one) })).filter(({ steps }) => steps <= limit)
  return near.sort((a, b) => a.steps - b.steps)[0]?.one
}

/** Edits (insert, delete, replace) that make one word of the other: Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replace))
    }
    row = next
  }
  return row[b.length]!
}
